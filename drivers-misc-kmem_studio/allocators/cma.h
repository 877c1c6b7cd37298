/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 1: contiguous memory through the DMA API.
 */
#ifndef KMEM_STUDIO_ALLOCATORS_CMA_H
#define KMEM_STUDIO_ALLOCATORS_CMA_H

#include "../allocator.h"

extern const struct kmst_allocator kmst_allocator_cma;

#endif /* KMEM_STUDIO_ALLOCATORS_CMA_H */
