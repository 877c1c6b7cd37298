/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 1: memory object by object, on pages that others may have objects on, too.
 */
#ifndef KMEM_STUDIO_LAYOUTS_OBJECTS_H
#define KMEM_STUDIO_LAYOUTS_OBJECTS_H

#include <linux/types.h>

struct kmst_layout_ops;
struct kmst_memory;

/**
 * struct kmst_objects - single objects, at addresses in no order
 * @table:        the objects
 * @nr:           objects in @table
 * @object_bytes: bytes of each object that may be written to
 * @bitmap:       a bit for each PFN from @first_pfn on: objects lie on that page
 * @first_pfn:    the lowest PFN
 * @nr_bits:      bits in @bitmap
 */
struct kmst_objects {
	void		**table;
	unsigned int	nr;
	unsigned int	object_bytes;
	unsigned long	*bitmap;
	unsigned long	first_pfn;
	unsigned long	nr_bits;
};

extern const struct kmst_layout_ops kmst_layout_objects;

int kmst_objects_prepare(struct kmst_memory *memory, unsigned int nr, size_t bytes);

#endif /* KMEM_STUDIO_LAYOUTS_OBJECTS_H */
