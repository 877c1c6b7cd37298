/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 1: the free blocks of the page allocator, and what they are good for.
 */
#ifndef KMEM_STUDIO_BENCH_BLOCKS_FREE_H
#define KMEM_STUDIO_BENCH_BLOCKS_FREE_H

#include <linux/mmzone.h>
#include <linux/types.h>

struct kmst_zone_use;

/**
 * struct kmst_blocks_free - free memory, as the page allocator keeps it
 * @blocks: free blocks of each order
 */
struct kmst_blocks_free {
	unsigned long	blocks[NR_PAGE_ORDERS];
};

void kmst_blocks_free_count(const struct kmst_zone_use *use, struct kmst_blocks_free *free);
unsigned int kmst_blocks_free_unusable(const struct kmst_blocks_free *free, unsigned int order);
unsigned long kmst_pages_free(const struct kmst_zone_use *use);
long kmst_pages_above_min(const struct kmst_zone_use *use);

#endif /* KMEM_STUDIO_BENCH_BLOCKS_FREE_H */
