/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 1: memory in blocks, each contiguous in kernel virtual addresses.
 */
#ifndef KMEM_STUDIO_LAYOUTS_BLOCKS_H
#define KMEM_STUDIO_LAYOUTS_BLOCKS_H

#include <linux/types.h>

struct kmst_layout_ops;
struct kmst_memory;

/**
 * struct kmst_block - memory that is contiguous in kernel virtual addresses
 * @virt:       its first byte
 * @bytes:      its length that may be written to; whole pages but for the last block
 * @first_page: pages of the blocks before it
 */
struct kmst_block {
	void		*virt;
	size_t		bytes;
	unsigned long	first_page;
};

/**
 * struct kmst_blocks - blocks, in the order of their words
 * @table:    the blocks
 * @nr:       blocks in @table
 * @capacity: blocks that @table has room for
 * @nr_pages: pages of all blocks
 */
struct kmst_blocks {
	struct kmst_block	*table;
	unsigned int		nr;
	unsigned int		capacity;
	unsigned long		nr_pages;
};

extern const struct kmst_layout_ops kmst_layout_blocks;

int kmst_blocks_add(struct kmst_memory *memory, void *virt, size_t bytes, size_t allocated);
void kmst_blocks_free_each(struct kmst_memory *memory,
			   void (*free)(const struct kmst_block *block));
unsigned int kmst_blocks_find(const struct kmst_memory *memory, unsigned long index);

#endif /* KMEM_STUDIO_LAYOUTS_BLOCKS_H */
