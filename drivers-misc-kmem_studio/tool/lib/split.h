/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KST_SPLIT_H
#define KST_SPLIT_H

#include "text.h"

/**
 * struct split_step - a block becomes two halves
 * @first: its first page, counted from that of the whole block
 * @half:  pages of each half
 * @taken: is the first half taken whole? Else it is split further
 * @split: is the second half split further? Else it stays free
 */
struct split_step {
	u64	first;
	u64	half;
	bool	taken;
	bool	split;
};

/**
 * struct split - how the page allocator splits a block
 * @pages: for so many pages
 * @order: of the block
 * @block: its pages
 * @step:  the steps, the whole block first
 * @nr:    how many
 */
struct split {
	u64			pages;
	unsigned int		order;
	u64			block;
	struct split_step	step[64];
	size_t			nr;
};

void split_block(u64 pages, struct split *split);

#endif
