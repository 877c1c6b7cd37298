/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 1: the methods to get memory, one table entry each.
 */
#ifndef KMEM_STUDIO_ALLOCATOR_H
#define KMEM_STUDIO_ALLOCATOR_H

#include <linux/gfp_types.h>
#include <linux/types.h>

struct kmst_cancel;
struct kmst_plan;
struct page;

/**
 * struct kmst_span - memory that is contiguous in kernel virtual addresses
 * @virt:  its first byte, page aligned
 * @bytes: its length, a power of two of pages
 */
struct kmst_span {
	void	*virt;
	size_t	bytes;
};

/**
 * struct kmst_spans - the memory of one arena, in order
 * @table:     the spans
 * @nr:        spans in @table
 * @capacity:  spans that @table has room for
 * @nr_pages:  pages in all spans
 */
struct kmst_spans {
	struct kmst_span	*table;
	unsigned int		nr;
	unsigned int		capacity;
	unsigned long		nr_pages;
};

/**
 * struct kmst_allocator - one method to get memory
 * @name:      what the user calls it
 * @description: how it gets memory, one line
 * @max_order: highest order of single block that a plan may need, or -1 for
 *             no such limit
 * @nr_pages:  pages it will take for a plan, at least as many as the plan needs
 * @alloc:     get the memory of a plan. May sleep. Returns 0, -ENOMEM, or -EINTR
 *             when @cancel asked it to give up; the spans that it added until
 *             then are the caller's to free
 * @free:      give one span back. May sleep
 */
struct kmst_allocator {
	const char	*name;
	const char	*description;
	int		max_order;
	unsigned long	(*nr_pages)(const struct kmst_plan *plan);
	int		(*alloc)(const struct kmst_plan *plan,
				 struct kmst_spans *spans,
				 const struct kmst_cancel *cancel);
	void		(*free)(const struct kmst_span *span);
};

const struct kmst_allocator *kmst_allocator_find(const char *name);
const struct kmst_allocator *kmst_allocator_at(unsigned int index);
int kmst_spans_add(struct kmst_spans *spans, void *virt, size_t bytes);
void kmst_spans_free(struct kmst_spans *spans,
		     const struct kmst_allocator *allocator);
struct page *kmst_alloc_block(gfp_t gfp, unsigned int order);
void kmst_free_block(void *virt, unsigned int order);
void *kmst_grow_table(void *table, size_t bytes);

#endif /* KMEM_STUDIO_ALLOCATOR_H */
