// SPDX-License-Identifier: GPL-2.0
/*
 * The buddies of a block: @pages are wanted, the block is the next power of two. A half is
 * taken whole, split further, or stays free.
 */
#include "machine.h"
#include "split.h"

void split_block(u64 pages, struct split *split)
{
	u64 wanted = pages, half;

	*split = (struct split){ .pages = pages, .order = order_of(pages) };
	split->block = 1ULL << split->order;
	if (wanted == split->block)
		return;
	for (half = split->block / 2; wanted; half /= 2) {
		struct split_step *step = &split->step[split->nr++];

		*step = (struct split_step){
			.first = pages - wanted,
			.half = half,
			.taken = wanted >= half,
			.split = wanted > half,
		};
		if (step->taken)
			wanted -= half;
	}
}
