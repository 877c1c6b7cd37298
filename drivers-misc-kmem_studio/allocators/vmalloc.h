/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 1: pages from anywhere, put in a row by the page table.
 */
#ifndef KMEM_STUDIO_ALLOCATORS_VMALLOC_H
#define KMEM_STUDIO_ALLOCATORS_VMALLOC_H

#include "../allocator.h"

extern const struct kmst_allocator kmst_allocator_vmalloc;
extern const struct kmst_allocator kmst_allocator_kvmalloc;

#endif /* KMEM_STUDIO_ALLOCATORS_VMALLOC_H */
