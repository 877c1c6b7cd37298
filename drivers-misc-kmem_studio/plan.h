/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 0: the arithmetic of an arena. Pure functions, no memory is touched.
 */
#ifndef KMEM_STUDIO_PLAN_H
#define KMEM_STUDIO_PLAN_H

#include <linux/types.h>

#define KMST_STRUCT_WORDS	8

/**
 * struct kmst_struct - the object that an arena holds
 * @word: each word holds its own number, counted over the whole arena
 */
struct kmst_struct {
	unsigned int word[KMST_STRUCT_WORDS];
};

/**
 * struct kmst_plan - what N objects need, before anything is allocated
 * @nr_words:         words of all objects
 * @bytes:            bytes of all objects
 * @nr_pages:         pages that hold all objects
 * @nr_structs:       objects
 * @structs_per_page: objects that fit one page
 * @page_shift:       log2 of the page size in bytes
 * @order:            order of the smallest single block of @nr_pages
 */
struct kmst_plan {
	u64		nr_words;
	u64		bytes;
	unsigned long	nr_pages;
	unsigned int	nr_structs;
	unsigned int	structs_per_page;
	unsigned int	page_shift;
	unsigned int	order;
};

void kmst_plan_init(struct kmst_plan *plan, unsigned int nr_structs,
		    unsigned int page_shift);
unsigned int kmst_plan_order(unsigned long nr_pages);
unsigned int kmst_plan_block_order(unsigned long nr_pages,
				   unsigned int max_order);

#endif /* KMEM_STUDIO_PLAN_H */
