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
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/workqueue_types.h>

#include "allocator.h"
#include "limits.h"
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
 * @max_percent: largest share of each kind of memory that all arenas together may take,
 *               in percent
 * @pattern:     what its words hold, NULL for the default
 * @seed:        what random words derive from
 * @gfp:         flags of the allocation, without those that the allocator adds
 * @nid:         NUMA node to take the memory from, NUMA_NO_NODE for any
 * @cma_only:    memory that is not of the area for DMA is none
 * @owner:       whose arena it is, from kmst_arena_new_owner(), or 0 for nobody's
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
 * enum kmst_source - which part of the kernel gave an arena's memory
 * @KMST_SOURCE_NONE:    none did yet
 * @KMST_SOURCE_PAGES:   the page allocator
 * @KMST_SOURCE_SLAB:    the slab allocator
 * @KMST_SOURCE_VMALLOC: vmalloc(), page by page
 * @KMST_SOURCE_CMA:     the area that is set aside for DMA
 */
enum kmst_source {
	KMST_SOURCE_NONE,
	KMST_SOURCE_PAGES,
	KMST_SOURCE_SLAB,
	KMST_SOURCE_VMALLOC,
	KMST_SOURCE_CMA,
};

/**
 * struct kmst_object_pages - the pages that objects lie on
 * @bitmap:    a bit for each PFN from @first_pfn on: objects lie on that page
 * @first_pfn: the lowest of the PFNs
 * @nr_bits:   bits in @bitmap
 */
struct kmst_object_pages {
	unsigned long	*bitmap;
	unsigned long	first_pfn;
	unsigned long	nr_bits;
};

/**
 * struct kmst_arena - memory for N objects
 * @ref:          users of the arena; the last one frees it
 * @list:         its place among all arenas
 * @allocator:    where @spans came from
 * @pattern:      what the words hold
 * @seed:         what random words derive from
 * @gfp:          flags that were asked for, without those that the allocator adds
 * @nid:          node that it was asked for, or NUMA_NO_NODE
 * @name:         what the tracepoints call it
 * @plan:         what was asked for
 * @spans:        what was got
 * @object_pages: the pages of @spans if those are objects
 * @nr_pages:     pages that the objects and what guards them lie on
 * @nr_guards:    words of @spans that are not part of an object
 * @claim:        what it counts for among all arenas
 * @alloc_ns:     time that the allocator took, in ns
 * @owner:        whose arena it is
 * @retired:      its owner has let go of it
 * @split_lock:   serialises those who give each page of a block a reference
 * @free_work:    frees it, where whoever let go of it last does not wait for that
 */
struct kmst_arena {
	struct kref			ref;
	struct list_head		list;
	const struct kmst_allocator	*allocator;
	const struct kmst_pattern	*pattern;
	u64				seed;
	gfp_t				gfp;
	int				nid;
	char				name[KMST_ARENA_NAME_LEN];
	struct kmst_plan		plan;
	struct kmst_spans		spans;
	struct kmst_object_pages	object_pages;
	unsigned long			nr_pages;
	u64				nr_guards;
	struct kmst_claim		claim;
	u64				alloc_ns;
	u64				owner;
	bool				retired;
	struct mutex			split_lock;	/* counts of pages */
	struct work_struct		free_work;
};

/**
 * struct kmst_run - words of an arena that lie in a row in virtual and, but for
 * those of vmalloc, in physical addresses
 * @page:      descriptor of the page of the first word; not set for vmalloc, where
 *             it is the page table that knows
 * @virt:      the first word, NULL if it has to be mapped first (highmem)
 * @offset:    its place in its page, in bytes
 * @index:     place of its page in the arena, from 0; not set for objects
 * @word:      number of the first word of an object
 * @nr_words:  words of objects
 * @guard:     number of the first guard word
 * @nr_guards: guard words, behind those of objects
 */
struct kmst_run {
	struct page	*page;
	void		*virt;
	size_t		offset;
	unsigned long	index;
	u64		word;
	size_t		nr_words;
	u64		guard;
	size_t		nr_guards;
};

/**
 * struct kmst_page_at - one page of an arena, on the way through all of them
 * @page:  its descriptor
 * @virt:  its first byte, NULL for highmem
 * @index: its place in the arena, from 0
 * @span:  the span that it is part of
 * @at:    its place there, or the number of its bit if objects lie on it
 */
struct kmst_page_at {
	struct page	*page;
	void		*virt;
	unsigned long	index;
	unsigned int	span;
	unsigned long	at;
};

/**
 * typedef kmst_run_fn - what kmst_arena_walk() does to each run
 * @arena:   the arena
 * @run:     the run: at most KMST_PAGES_PER_POINT pages, of vmalloc one
 * @context: what the caller of kmst_arena_walk() passed
 *
 * Return: 0 to go on, or an errno that ends the walk.
 */
typedef int (*kmst_run_fn)(const struct kmst_arena *arena,
			   const struct kmst_run *run, void *context);

int kmst_arenas_init(void);
void kmst_arenas_exit(void);
u64 kmst_arena_new_owner(void);
int kmst_arena_check(const struct kmst_arena_config *config,
		     const struct kmst_arena *old, struct kmst_refusal *why);
struct kmst_arena *kmst_arena_create(const struct kmst_arena_config *config,
				     const struct kmst_cancel *cancel,
				     struct kmst_refusal *why);
struct kmst_arena *kmst_arena_get(struct kmst_arena *arena);
void kmst_arena_put(struct kmst_arena *arena);
void kmst_arena_put_later(struct kmst_arena *arena);
void kmst_arena_retire(struct kmst_arena *arena);
unsigned long kmst_arenas_held(u64 owner);
void kmst_arena_split(struct kmst_arena *arena, unsigned long index,
		      unsigned long nr_pages);
size_t kmst_run_sound_bytes(const struct kmst_run *run, size_t at, size_t bytes);
struct kmst_arena *kmst_arena_find(unsigned long pfn);
int kmst_arena_walk(const struct kmst_arena *arena, kmst_run_fn fn,
		    void *context, const struct kmst_cancel *cancel);
bool kmst_arena_word(const struct kmst_arena *arena, u64 word,
		     struct kmst_run *run);
bool kmst_arena_row(const struct kmst_arena *arena, u64 word,
		    struct kmst_run *run);
bool kmst_arena_page(const struct kmst_arena *arena, unsigned long index,
		     struct kmst_page_at *at);
bool kmst_arena_next_page(const struct kmst_arena *arena,
			  struct kmst_page_at *at);
unsigned long kmst_arena_pages(const struct kmst_arena *arena, unsigned long index,
			       unsigned long most, struct page **pages);
unsigned long kmst_arena_page_index(const struct kmst_arena *arena,
				    const struct kmst_run *run, size_t offset);
unsigned long kmst_arena_nr_spans(const struct kmst_arena *arena);
unsigned int kmst_arena_blocks(const struct kmst_arena *arena,
			       unsigned int order);
void kmst_arena_count_nodes(const struct kmst_arena *arena,
			    unsigned long *nr_pages);
size_t kmst_arena_bookkeeping(const struct kmst_arena *arena);
enum kmst_source kmst_arena_source(const struct kmst_arena *arena);

#endif /* KMEM_STUDIO_ARENA_H */
