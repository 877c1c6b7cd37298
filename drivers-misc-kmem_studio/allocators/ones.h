/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 1: how each allocator of the table makes a single allocation.
 */
#ifndef KMEM_STUDIO_ALLOCATORS_ONES_H
#define KMEM_STUDIO_ALLOCATORS_ONES_H

#include "../bench/one.h"

extern const struct kmst_one_ops kmst_one_page;
extern const struct kmst_one_ops kmst_one_chunk;
extern const struct kmst_one_ops kmst_one_exact;
extern const struct kmst_one_ops kmst_one_folio;
extern const struct kmst_one_ops kmst_one_bulk;
extern const struct kmst_one_ops kmst_one_highmem;
extern const struct kmst_one_ops kmst_one_kmalloc;
extern const struct kmst_one_ops kmst_one_slab;
extern const struct kmst_one_ops kmst_one_vmalloc;
extern const struct kmst_one_ops kmst_one_kvmalloc;
extern const struct kmst_one_ops kmst_one_cma;

#endif /* KMEM_STUDIO_ALLOCATORS_ONES_H */
