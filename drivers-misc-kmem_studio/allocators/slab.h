/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 1: memory from the slab allocator.
 */
#ifndef KMEM_STUDIO_ALLOCATORS_SLAB_H
#define KMEM_STUDIO_ALLOCATORS_SLAB_H

#include <linux/types.h>

#include "../allocator.h"
#include "../layout.h"

extern const struct kmst_allocator kmst_allocator_kmalloc;
extern const struct kmst_allocator kmst_allocator_kmalloc_object;
extern const struct kmst_allocator kmst_allocator_slab;

enum kmst_source kmst_kmalloc_source(const void *virt);
void kmst_kmalloc_inspect(struct kmst_memory *memory);

#endif /* KMEM_STUDIO_ALLOCATORS_SLAB_H */
