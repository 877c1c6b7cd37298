/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 2: N objects over one allocator.
 *
 * An arena's spans never change between kmst_arena_create() and the last
 * kmst_arena_put(): whoever holds a reference reads them without a lock.
 */
#ifndef KMEM_STUDIO_ARENA_H
#define KMEM_STUDIO_ARENA_H

#include <linux/err.h>
#include <linux/kref.h>

#include "allocator.h"
#include "plan.h"

struct kmst_cancel;
struct kmst_pattern;
struct page;

/* Longest name of an arena, with its terminating zero. */
#define KMST_ARENA_NAME_LEN	32

/**
 * struct kmst_arena_config - what an arena is to be
 * @allocator:   where its memory comes from
 * @nr_structs:  objects, at least 1
 * @max_percent: largest share of RAM that all arenas together may take, in percent
 * @pattern:     what its words hold, NULL for the default
 * @seed:        what random words derive from
 * @name:        what the tracepoints call it
 */
struct kmst_arena_config {
	const struct kmst_allocator	*allocator;
	unsigned int			nr_structs;
	unsigned int			max_percent;
	const struct kmst_pattern	*pattern;
	u64				seed;
	char				name[KMST_ARENA_NAME_LEN];
};

/**
 * enum kmst_limit - what stood in the way of an arena
 * @KMST_LIMIT_NONE:      nothing
 * @KMST_LIMIT_EMPTY:     no objects were asked for
 * @KMST_LIMIT_ORDER:     the order is above the allocator's highest
 * @KMST_LIMIT_SHARE:     the pages are more than the allowed share of RAM
 * @KMST_LIMIT_AVAILABLE: the pages are more than can be had now
 * @KMST_LIMIT_ALLOCATOR: the allocator gave some of the pages, then failed
 */
enum kmst_limit {
	KMST_LIMIT_NONE,
	KMST_LIMIT_EMPTY,
	KMST_LIMIT_ORDER,
	KMST_LIMIT_SHARE,
	KMST_LIMIT_AVAILABLE,
	KMST_LIMIT_ALLOCATOR,
};

/**
 * struct kmst_refusal - why there is no arena, as numbers
 * @limit:   what stood in the way
 * @wanted:  what was wanted: an order (@KMST_LIMIT_ORDER), else pages
 * @allowed: what could be had, in the same unit
 * @taken:   pages of @allowed that other arenas hold (@KMST_LIMIT_SHARE)
 */
struct kmst_refusal {
	enum kmst_limit	limit;
	unsigned long	wanted;
	unsigned long	allowed;
	unsigned long	taken;
};

/**
 * struct kmst_arena - memory for N objects
 * @ref:       users of the arena; the last one frees it
 * @allocator: where @spans came from
 * @pattern:   what the words hold
 * @seed:      what random words derive from
 * @name:      what the tracepoints call it
 * @plan:      what was asked for
 * @spans:     what was got
 * @reserved:  pages of the share of RAM that it counts for
 */
struct kmst_arena {
	struct kref			ref;
	const struct kmst_allocator	*allocator;
	const struct kmst_pattern	*pattern;
	u64				seed;
	char				name[KMST_ARENA_NAME_LEN];
	struct kmst_plan		plan;
	struct kmst_spans		spans;
	unsigned long			reserved;
};

/**
 * typedef kmst_run_fn - what kmst_arena_walk() does to each run of pages
 * @arena:    the arena
 * @page:     first page of the run; the others follow it in the memory map, and
 *            in physical and virtual addresses
 * @nr_pages: pages in the run, 1 to KMST_PAGES_PER_POINT
 * @index:    place of @page in the arena, from 0
 * @context:  what the caller of kmst_arena_walk() passed
 *
 * Return: 0 to go on, or an errno that ends the walk.
 */
typedef int (*kmst_run_fn)(const struct kmst_arena *arena, struct page *page,
			   unsigned long nr_pages, unsigned long index,
			   void *context);

int kmst_arena_check(const struct kmst_arena_config *config,
		     unsigned long reusable_pages, struct kmst_refusal *why);
struct kmst_arena *kmst_arena_create(const struct kmst_arena_config *config,
				     const struct kmst_cancel *cancel,
				     struct kmst_refusal *why);
struct kmst_arena *kmst_arena_get(struct kmst_arena *arena);
void kmst_arena_put(struct kmst_arena *arena);
int kmst_arena_walk(const struct kmst_arena *arena, kmst_run_fn fn,
		    void *context, const struct kmst_cancel *cancel);
struct page *kmst_arena_page(const struct kmst_arena *arena,
			     unsigned long index);
unsigned int kmst_arena_blocks(const struct kmst_arena *arena,
			       unsigned int order);
unsigned long kmst_arena_pages_on_node(const struct kmst_arena *arena, int nid);
size_t kmst_arena_bookkeeping(const struct kmst_arena *arena);

/**
 * kmst_arena_words_per_page() - Words that a page holds.
 * @arena: the arena
 *
 * Context: any.
 * Return: words of all objects that fit a page.
 */
static inline unsigned int
kmst_arena_words_per_page(const struct kmst_arena *arena)
{
	return arena->plan.structs_per_page * KMST_STRUCT_WORDS;
}

#endif /* KMEM_STUDIO_ARENA_H */
