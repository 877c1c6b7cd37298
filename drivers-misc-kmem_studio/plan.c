// SPDX-License-Identifier: GPL-2.0
/*
 * The arithmetic of an arena: how many pages N objects need, the order of the
 * single block that holds them, and the powers of two they decompose into.
 */
#include <linux/bits.h>
#include <linux/log2.h>
#include <linux/minmax.h>

#include "plan.h"

/**
 * kmst_plan_init() - Work out what an arena needs.
 * @plan:       the plan to fill in
 * @nr_structs: objects, the whole range of unsigned int
 * @page_shift: log2 of the page size in bytes, at least 5
 *
 * The products need 64 bits from 2^27 objects on: there @nr_structs times 32
 * bytes is 2^32.
 *
 * Context: any, touches nothing but @plan.
 */
void kmst_plan_init(struct kmst_plan *plan, unsigned int nr_structs,
		    unsigned int page_shift)
{
	u64 page_size = BIT_ULL(page_shift);

	plan->nr_structs = nr_structs;
	plan->page_shift = page_shift;
	plan->nr_words = (u64)nr_structs * KMST_STRUCT_WORDS;
	plan->bytes = (u64)nr_structs * sizeof(struct kmst_struct);
	plan->structs_per_page = page_size / sizeof(struct kmst_struct);
	plan->nr_pages = (plan->bytes + page_size - 1) >> page_shift;
	plan->order = kmst_plan_order(plan->nr_pages);
}

/**
 * kmst_plan_order() - Order of the smallest block that holds a number of pages.
 * @nr_pages: pages
 *
 * The order is the number of bits of the last page's index. It is found by
 * halving: while a step's worth of high bits holds anything, count the step and
 * drop the low ones. Written out because computing it is the lab's exercise; the
 * result is that of get_order() and order_base_2(), with which the KUnit suite
 * compares it.
 *
 * Context: any.
 * Return: the order, 0 for no page and for one page.
 */
unsigned int kmst_plan_order(unsigned long nr_pages)
{
	unsigned int order = 1;
	unsigned long last;
	unsigned int step;

	if (nr_pages <= 1)
		return 0;

	last = nr_pages - 1;
	for (step = BITS_PER_LONG / 2; step; step /= 2) {
		if (!(last >> step))
			continue;
		last >>= step;
		order += step;
	}
	return order;
}

/**
 * kmst_plan_block_order() - Order of the largest block that is not too large.
 * @nr_pages:  pages still wanted, at least 1
 * @max_order: highest order to answer
 *
 * Taking the largest block that fits, again and again, spells @nr_pages in
 * binary, highest bit first: the fewest blocks that add up to it exactly.
 *
 * Context: any.
 * Return: the order.
 */
unsigned int kmst_plan_block_order(unsigned long nr_pages,
				   unsigned int max_order)
{
	unsigned int order = kmst_plan_order(nr_pages);

	if (!is_power_of_2(nr_pages))
		order--;
	return min(order, max_order);
}
