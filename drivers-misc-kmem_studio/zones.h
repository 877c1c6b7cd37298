/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 0: how many pages the zones have that a request may take them from.
 */
#ifndef KMEM_STUDIO_ZONES_H
#define KMEM_STUDIO_ZONES_H

#include <linux/types.h>

struct page;

/**
 * struct kmst_zone_use - which zones a request may take its pages from
 * @gfp: flags of the request
 * @nid: the node that it names, or NUMA_NO_NODE
 * @cma: it may have pages of the area that is set aside for DMA
 */
struct kmst_zone_use {
	gfp_t	gfp;
	int	nid;
	bool	cma;
};

/**
 * struct kmst_zone_pages - what those zones have, in pages
 * @managed:   pages that they were given
 * @available: pages that a request may have now; negative if there are less than the
 *             zones keep for themselves
 */
struct kmst_zone_pages {
	unsigned long	managed;
	long		available;
};

void kmst_zones_count(const struct kmst_zone_use *use,
		      struct kmst_zone_pages *pages);
unsigned long kmst_zones_keep(const struct kmst_zone_pages *pages);
bool kmst_zones_include(const struct kmst_zone_use *use,
			const struct page *page);

#endif /* KMEM_STUDIO_ZONES_H */
