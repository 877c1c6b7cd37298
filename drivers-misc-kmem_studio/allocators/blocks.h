/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 1: blocks of neighbouring pages, straight from the page allocator.
 */
#ifndef KMEM_STUDIO_ALLOCATORS_BLOCKS_H
#define KMEM_STUDIO_ALLOCATORS_BLOCKS_H

#include "../allocator.h"

extern const struct kmst_allocator kmst_allocator_page;
extern const struct kmst_allocator kmst_allocator_chunk;
extern const struct kmst_allocator kmst_allocator_exact;
extern const struct kmst_allocator kmst_allocator_folio;

#endif /* KMEM_STUDIO_ALLOCATORS_BLOCKS_H */
