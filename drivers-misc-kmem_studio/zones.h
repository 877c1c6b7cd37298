/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 0: how many pages the zones have that a request may take them from, and how many
 * there are of each kind of memory.
 */
#ifndef KMEM_STUDIO_ZONES_H
#define KMEM_STUDIO_ZONES_H

#include <linux/types.h>

struct page;

/**
 * enum kmst_pool - kinds of memory that do not stand in for each other
 * @KMST_POOL_LOW:  what the kernel always has an address for; on a 64-bit machine all but
 *                  the area for DMA
 * @KMST_POOL_HIGH: highmem: what it maps when it needs it
 * @KMST_POOL_CMA:  the area that is set aside for DMA, wherever it lies
 * @KMST_NR_POOLS:  how many there are
 */
enum kmst_pool {
	KMST_POOL_LOW,
	KMST_POOL_HIGH,
	KMST_POOL_CMA,
	KMST_NR_POOLS,
};

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

/**
 * struct kmst_area_pages - what is known of the area for DMA, in pages
 * @managed: all of it
 * @free:    pages that nobody has
 * @lent:    most of the others that programs can have, who make room for devices
 */
struct kmst_area_pages {
	unsigned long	managed;
	unsigned long	free;
	unsigned long	lent;
};

void kmst_zones_sum(const struct kmst_zone_use *use,
		    struct kmst_zone_pages *pages);
void kmst_zones_count(const struct kmst_zone_use *use,
		      struct kmst_zone_pages *pages);
unsigned long kmst_zones_keep(const struct kmst_zone_pages *pages);
void kmst_zones_managed(unsigned long *pages);
unsigned long kmst_zones_largest_area(void);
void kmst_zones_area(struct kmst_area_pages *area);
enum kmst_pool kmst_zones_pool(const struct page *page);
bool kmst_zones_include(const struct kmst_zone_use *use,
			const struct page *page);

#endif /* KMEM_STUDIO_ZONES_H */
