// SPDX-License-Identifier: GPL-2.0
/*
 * How much memory is free, in which blocks: /proc/buddyinfo, for the zones of one request.
 */
#include <linux/compiler.h>
#include <linux/gfp.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/numa.h>
#include <linux/vmstat.h>

#include "../zones.h"
#include "blocks_free.h"

typedef void (*zone_fn)(struct zone *zone, const struct kmst_zone_use *use, void *sum);

static void for_zones_of(const struct kmst_zone_use *use, zone_fn add, void *sum)
{
	enum zone_type type, last = gfp_zone(use->gfp);
	int nid;

	for_each_online_node(nid) {
		if (use->nid != NUMA_NO_NODE && use->nid != nid)
			continue;
		for (type = 0; type <= last; type++)
			add(&NODE_DATA(nid)->node_zones[type], use, sum);
	}
}

static void add_blocks(struct zone *zone, const struct kmst_zone_use *use, void *sum)
{
	struct kmst_blocks_free *free = sum;
	unsigned int order;

	for (order = 0; order < NR_PAGE_ORDERS; order++)
		/* not under the lock of the zone: what it was a moment ago is as good */
		free->blocks[order] += data_race(zone->free_area[order].nr_free);
}

/**
 * kmst_blocks_free_count() - Count the free blocks that a request might be given.
 * @use:  its flags and its node; those set aside for DMA are counted in any case
 * @free: gets the blocks
 *
 * Pages that CPUs keep for themselves are in no block.
 *
 * Context: any, does not sleep.
 */
void kmst_blocks_free_count(const struct kmst_zone_use *use, struct kmst_blocks_free *free)
{
	*free = (struct kmst_blocks_free){};
	for_zones_of(use, add_blocks, free);
}

/**
 * kmst_blocks_free_unusable() - The unusable free space index, as percent.
 * @free:  the free blocks
 * @order: what is wanted
 *
 * Context: any, pure.
 * Return: percent of the free memory that is in smaller blocks than that, rounded down; 0 if
 * none is free.
 */
unsigned int kmst_blocks_free_unusable(const struct kmst_blocks_free *free, unsigned int order)
{
	u64 all = 0, small = 0;
	unsigned int i;

	for (i = 0; i < NR_PAGE_ORDERS; i++) {
		u64 pages = (u64)free->blocks[i] << i;

		all += pages;
		if (i < order)
			small += pages;
	}
	return all ? div64_u64(small * 100, all) : 0;
}

static void add_free(struct zone *zone, const struct kmst_zone_use *use, void *sum)
{
	unsigned long *pages = sum, free = zone_page_state(zone, NR_FREE_PAGES);
	unsigned long cma = use->cma ? 0 : zone_page_state(zone, NR_FREE_CMA_PAGES);

	*pages += free - min(free, cma);
}

/**
 * kmst_pages_free() - Count the free pages that a request might be given.
 * @use: its flags, its node, and whether it may have those set aside for DMA
 *
 * Context: any, does not sleep.
 * Return: pages.
 */
unsigned long kmst_pages_free(const struct kmst_zone_use *use)
{
	unsigned long pages = 0;

	for_zones_of(use, add_free, &pages);
	return pages;
}

static void add_min(struct zone *zone, const struct kmst_zone_use *use, void *sum)
{
	unsigned long *pages = sum;

	/* a zone without pages may have one all the same */
	if (populated_zone(zone))
		*pages += min_wmark_pages(zone);
}

/**
 * kmst_pages_above_min() - Count what is free beyond what the zones keep for themselves.
 * @use: as for kmst_pages_free()
 *
 * Context: any, does not sleep.
 * Return: pages above the min watermarks, negative if there are fewer.
 */
long kmst_pages_above_min(const struct kmst_zone_use *use)
{
	unsigned long keep = 0;

	for_zones_of(use, add_min, &keep);
	return (long)(kmst_pages_free(use) - keep);
}
