/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 1: how user space maps what an allocator gives.
 */
#ifndef KMEM_STUDIO_ALLOCATORS_MAPS_H
#define KMEM_STUDIO_ALLOCATORS_MAPS_H

#include <linux/types.h>

struct kmst_memory;
struct vm_area_struct;

/**
 * struct kmst_maps - how memory is mapped that is not single pages with a reference each
 * @split:       give each page of the blocks that these pages are part of a reference of
 *               its own, which user space may add to; NULL if they are mapped by @map alone.
 *               May be called again
 * @maps_frames: is this memory mapped by @map? NULL for yes, if there is @map. Pages of
 *               other memory are put in by faults, each with a reference
 * @map:         map all pages of an area at once, as frames that their descriptors know
 *               nothing of. Returns 0 or an errno
 */
struct kmst_maps {
	void	(*split)(const struct kmst_memory *memory, unsigned long index,
			 unsigned long nr_pages);
	bool	(*maps_frames)(const struct kmst_memory *memory);
	int	(*map)(const struct kmst_memory *memory, struct vm_area_struct *vma);
};

extern const struct kmst_maps kmst_maps_blocks;
extern const struct kmst_maps kmst_maps_folios;
extern const struct kmst_maps kmst_maps_cma;

#endif /* KMEM_STUDIO_ALLOCATORS_MAPS_H */
