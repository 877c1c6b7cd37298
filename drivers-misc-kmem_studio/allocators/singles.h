/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 1: single pages.
 */
#ifndef KMEM_STUDIO_ALLOCATORS_SINGLES_H
#define KMEM_STUDIO_ALLOCATORS_SINGLES_H

#include "../allocator.h"

extern const struct kmst_allocator kmst_allocator_bulk;
extern const struct kmst_allocator kmst_allocator_highmem;

#endif /* KMEM_STUDIO_ALLOCATORS_SINGLES_H */
