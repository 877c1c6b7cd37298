/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 1: the methods to get memory, one table entry each.
 */
#ifndef KMEM_STUDIO_ALLOCATOR_H
#define KMEM_STUDIO_ALLOCATOR_H

#include <linux/bits.h>
#include <linux/gfp_types.h>
#include <linux/types.h>

struct kmst_cancel;
struct kmst_layout_ops;
struct kmst_memory;
struct kmst_maps;
struct kmst_one_ops;
struct kmst_plan;
struct page;

/* What an allocator gives: bits of kmst_allocator.promises. */
#define KMST_CONTIGUOUS		BIT(0)	/* all of it is one run of physical addresses */
#define KMST_MAPPABLE		BIT(1)	/* whole pages, that user space may see */
#define KMST_PER_OBJECT		BIT(2)	/* one allocation for each object */

/* The zone of user space's movable pages, which the kernel may have no address for. */
#define KMST_GFP_HIGH		(__GFP_HIGHMEM | __GFP_MOVABLE)

/**
 * struct kmst_calls - calls that give many pages each
 * @nr:     calls so far
 * @single: those of them that gave one page, though more were asked for
 */
struct kmst_calls {
	unsigned long	nr;
	unsigned long	single;
};

/**
 * struct kmst_request - what an allocator is asked for
 * @plan:   how much
 * @gfp:    flags, with those that the allocator adds
 * @nid:    the NUMA node, NUMA_NO_NODE to leave it to the kernel
 * @cancel: request to give up, or NULL
 */
struct kmst_request {
	const struct kmst_plan		*plan;
	gfp_t				gfp;
	int				nid;
	const struct kmst_cancel	*cancel;
};

/**
 * struct kmst_allocator - one method to get memory
 * @name:        what the user calls it
 * @description: how it gets memory, one line
 * @layout:      the form that its memory has
 * @promises:    KMST_CONTIGUOUS, KMST_MAPPABLE, KMST_PER_OBJECT
 * @max_order:   highest order of single block that a plan may need, or -1 for
 *               no such limit
 * @max_run:     pages in a row that it can give at most, however much memory is free;
 *               NULL for no such limit
 * @max_run_is:  what @max_run comes from, for people
 * @nr_pointers: pointers of the table that a plan needs, which is one allocation; NULL for
 *               none
 * @gfp_added:   flags that each request has
 * @gfp_refused: flags that no request may have
 * @sleeps:      it cannot serve a request that may not sleep
 * @takes_node:  it can serve a request for one node
 * @uses_high:   it takes pages of highmem first, if there are any, whatever flags it is
 *               given
 * @uses_cma:    it may take pages of the area that is set aside for DMA
 * @is_dma:      the DMA API gives the memory, to the driver's own device
 * @supported:   does this kernel have it? NULL for yes
 * @nr_pages:    pages that a plan will take, bookkeeping included; for objects an
 *               estimate
 * @alloc:       get the memory of a plan. May sleep. Returns 0, -ENOMEM, or -EINTR
 *               when the request's cancel asked it to give up; what it added until
 *               then is the caller's to free
 * @inspect:     see what the kernel took for memory that @alloc got, which @alloc does not
 *               spend time on: set the memory's bytes and usable_only. May sleep, and take
 *               and free memory meanwhile. NULL if @alloc knows both
 * @free:        free all memory, but not the layout's tables. May sleep
 * @calls:       the calls that gave the memory; NULL if each gives one span
 * @maps:        how it is mapped (struct kmst_maps); NULL: each page has a reference
 * @one:         single allocations of it (struct kmst_one_ops), to measure them; NULL for none
 */
struct kmst_allocator {
	const char	*name;
	const char	*description;
	const struct kmst_layout_ops *layout;
	unsigned int	promises;
	int		max_order;
	unsigned long	(*max_run)(void);
	const char	*max_run_is;
	unsigned long	(*nr_pointers)(const struct kmst_plan *plan);
	gfp_t		gfp_added;
	gfp_t		gfp_refused;
	bool		sleeps;
	bool		takes_node;
	bool		uses_high;
	bool		uses_cma;
	bool		is_dma;
	bool		(*supported)(void);
	unsigned long	(*nr_pages)(const struct kmst_plan *plan);
	int		(*alloc)(const struct kmst_request *request,
				 struct kmst_memory *memory);
	void		(*inspect)(struct kmst_memory *memory);
	void		(*free)(struct kmst_memory *memory);
	struct kmst_calls (*calls)(const struct kmst_memory *memory);
	const struct kmst_maps *maps;
	const struct kmst_one_ops *one;
};

/**
 * kmst_allocator_takes_order() - See whether an allocator takes one block.
 * @allocator: the allocator
 *
 * Context: any, pure.
 * Return: true if the order of the plan is that of what it takes.
 */
static inline bool kmst_allocator_takes_order(const struct kmst_allocator *allocator)
{
	return allocator->max_order >= 0;
}

const struct kmst_allocator *kmst_allocator_find(const char *name);
const struct kmst_allocator *kmst_allocator_at(unsigned int index);
int kmst_memory_alloc(struct kmst_memory *memory, const struct kmst_allocator *allocator,
		      const struct kmst_request *request);
void kmst_memory_inspect(struct kmst_memory *memory, const struct kmst_allocator *allocator);
void kmst_memory_free(struct kmst_memory *memory, const struct kmst_allocator *allocator);
gfp_t kmst_gfp_last_resort(gfp_t gfp);
gfp_t kmst_gfp_if_easy(gfp_t gfp);
bool kmst_fail_allocation(void);
struct page *kmst_alloc_block(gfp_t gfp, unsigned int order, int nid);
void kmst_free_block(struct page *page, unsigned int order);

#endif /* KMEM_STUDIO_ALLOCATOR_H */
