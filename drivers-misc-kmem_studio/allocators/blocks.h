/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 1: blocks of neighbouring pages, straight from the page allocator.
 */
#ifndef KMEM_STUDIO_ALLOCATORS_BLOCKS_H
#define KMEM_STUDIO_ALLOCATORS_BLOCKS_H

#include <linux/types.h>

#include "../allocator.h"

struct kmst_block;

extern const struct kmst_allocator kmst_allocator_page;
extern const struct kmst_allocator kmst_allocator_chunk;
extern const struct kmst_allocator kmst_allocator_exact;
extern const struct kmst_allocator kmst_allocator_folio;

bool kmst_block_is_split(const struct kmst_block *block);

#endif /* KMEM_STUDIO_ALLOCATORS_BLOCKS_H */
