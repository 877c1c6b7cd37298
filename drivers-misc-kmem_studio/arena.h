/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 2: the life of an arena, room for N objects from one allocator.
 *
 * Between kmst_arena_create() and the last kmst_arena_put() its memory does not change:
 * whoever holds a reference reads it without a lock.
 */
#ifndef KMEM_STUDIO_ARENA_H
#define KMEM_STUDIO_ARENA_H

#include <linux/err.h>
#include <linux/workqueue_types.h>

#include "allocator.h"
#include "layout.h"
#include "plan.h"
#include "refusal.h"
#include "registry.h"
#include "reserve.h"

struct kmst_cancel;
struct kmst_pattern;

/* Longest name of an arena, with its terminating zero. */
#define KMST_ARENA_NAME_LEN	32

/**
 * struct kmst_arena_config - what an arena is to be
 * @allocator:   where its memory comes from
 * @nr_structs:  objects, at least 1
 * @max_percent: largest share of each kind of memory that all arenas together may take,
 *               in percent
 * @pattern:     what its words hold, NULL for the default
 * @seed:        what random words derive from
 * @gfp:         flags of the allocation, without those that the allocator adds
 * @nid:         NUMA node to take the memory from, NUMA_NO_NODE for any
 * @cma_only:    refuse memory that is not of the area for DMA
 * @owner:       whose arena it is, from kmst_registry_new_owner(), or 0 for nobody's
 * @name:        what the tracepoints call it
 */
struct kmst_arena_config {
	const struct kmst_allocator	*allocator;
	unsigned int			nr_structs;
	unsigned int			max_percent;
	const struct kmst_pattern	*pattern;
	u64				seed;
	gfp_t				gfp;
	int				nid;
	bool				cma_only;
	u64				owner;
	char				name[KMST_ARENA_NAME_LEN];
};

/**
 * struct kmst_arena - memory for N objects
 * @entry:       its place in the list of all arenas, and its reference count
 * @allocator:   where @memory came from
 * @pattern:     what the words hold
 * @seed:        what random words derive from
 * @gfp:         flags that were asked for, without those that the allocator adds
 * @nid:         node that it was asked for, or NUMA_NO_NODE
 * @name:        what the tracepoints call it
 * @plan:        what was asked for
 * @memory:      what was got
 * @reservation: what it counts for
 * @alloc_ns:    time that the allocator took, in ns
 * @free_work:   a deferred free
 */
struct kmst_arena {
	struct kmst_registered		entry;
	const struct kmst_allocator	*allocator;
	const struct kmst_pattern	*pattern;
	u64				seed;
	gfp_t				gfp;
	int				nid;
	char				name[KMST_ARENA_NAME_LEN];
	struct kmst_plan		plan;
	struct kmst_memory		memory;
	struct kmst_reservation		reservation;
	u64				alloc_ns;
	struct work_struct		free_work;
};

int kmst_arenas_init(void);
void kmst_arenas_exit(void);
int kmst_arena_check(const struct kmst_arena_config *config, const struct kmst_arena *old,
		     const struct kmst_cancel *cancel, struct kmst_refusal *why);
struct kmst_arena *kmst_arena_create(const struct kmst_arena_config *config,
				     const struct kmst_cancel *cancel,
				     struct kmst_refusal *why);
struct kmst_arena *kmst_arena_get(struct kmst_arena *arena);
void kmst_arena_put(struct kmst_arena *arena);
void kmst_arena_put_later(struct kmst_arena *arena);
unsigned int kmst_arena_users(const struct kmst_arena *arena);
struct kmst_arena *kmst_arena_find(unsigned long pfn);
size_t kmst_arena_bookkeeping(const struct kmst_arena *arena);

#endif /* KMEM_STUDIO_ARENA_H */
