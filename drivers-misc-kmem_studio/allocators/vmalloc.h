/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 1: pages from anywhere, put in a row by the page table.
 */
#ifndef KMEM_STUDIO_ALLOCATORS_VMALLOC_H
#define KMEM_STUDIO_ALLOCATORS_VMALLOC_H

#include <linux/pgtable.h>

#include "../allocator.h"

/* The largest page that kvmalloc() may map an area by. */
#define KMST_LARGEST_PAGE (IS_ENABLED(CONFIG_HAVE_ARCH_HUGE_VMALLOC) ? PMD_SIZE : PAGE_SIZE)

extern const struct kmst_allocator kmst_allocator_vmalloc;
extern const struct kmst_allocator kmst_allocator_kvmalloc;

#endif /* KMEM_STUDIO_ALLOCATORS_VMALLOC_H */
