// SPDX-License-Identifier: GPL-2.0
/*
 * Pages of the zones: of all, by kind of memory, and of those that the GFP flags and the
 * node of a request allow.
 */
#include <kunit/static_stub.h>
#include <linux/gfp.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/numa.h>
#include <linux/page-flags.h>
#include <linux/string.h>
#include <linux/vmstat.h>

#include "zones.h"

/* 1/32 of RAM stays available, so that no other program meets the OOM killer. */
#define KEEP_AVAILABLE_SHIFT	5

/* Pages of arenas cannot be migrated: none comes from ZONE_MOVABLE. */
static enum zone_type last_zone(const struct kmst_zone_use *use)
{
	return gfp_zone(use->gfp & ~__GFP_MOVABLE);
}

static void add_zone(struct kmst_zone_pages *pages, struct zone *zone,
		     const struct kmst_zone_use *use)
{
	if (!managed_zone(zone))
		return;
	pages->managed += zone_managed_pages(zone);
	pages->available += zone_page_state(zone, NR_FREE_PAGES);
	if (gfpflags_allow_blocking(use->gfp)) {
		pages->available += zone_page_state(zone, NR_ZONE_INACTIVE_FILE);
		pages->available += zone_page_state(zone, NR_ZONE_ACTIVE_FILE);
	}
	if (!use->cma)
		pages->available -= zone_page_state(zone, NR_FREE_CMA_PAGES);
	pages->available -= high_wmark_pages(zone);
}

static struct kmst_zone_pages count_node(const struct kmst_zone_use *use, int nid)
{
	const enum zone_type last = last_zone(use);
	struct kmst_zone_pages pages = {};
	enum zone_type i;

	for (i = 0; i <= last; i++)
		add_zone(&pages, &NODE_DATA(nid)->node_zones[i], use);
	return pages;
}

/**
 * kmst_zones_sum() - Count the pages of the zones that a request may use.
 * @use:   the request
 * @pages: gets the sums
 *
 * Available are free pages, and page cache if the request may reclaim; not the high
 * watermark of a zone, and free CMA pages only if the request may have them. With
 * __GFP_THISNODE no other node helps out: it is the node named, or the largest one, as
 * NUMA_NO_NODE is whichever node the caller will run on.
 *
 * Context: any, does not sleep.
 */
void kmst_zones_sum(const struct kmst_zone_use *use,
		    struct kmst_zone_pages *pages)
{
	bool alone = use->gfp & __GFP_THISNODE;
	int nid;

	KUNIT_STATIC_STUB_REDIRECT(kmst_zones_sum, use, pages);

	*pages = (struct kmst_zone_pages){};
	for_each_online_node(nid) {
		struct kmst_zone_pages node;

		if (alone && use->nid != NUMA_NO_NODE && use->nid != nid)
			continue;
		node = count_node(use, nid);
		if (alone) {
			if (node.managed > pages->managed)
				*pages = node;
			continue;
		}
		pages->managed += node.managed;
		pages->available += node.available;
	}
}

/**
 * kmst_zones_count() - Count the pages that a request may have.
 * @use:   the request
 * @pages: gets what kmst_zones_sum() counts, with si_mem_available() as the upper limit
 *
 * Context: any, does not sleep.
 */
void kmst_zones_count(const struct kmst_zone_use *use,
		      struct kmst_zone_pages *pages)
{
	kmst_zones_sum(use, pages);
	/*
	 * si_mem_available() has zones that the request may not use, but leaves out page
	 * cache that is in use: only the lower of the two is safe.
	 */
	pages->available = min(pages->available, si_mem_available());
}

/**
 * kmst_zones_keep() - The pages that a request leaves for others.
 * @pages: what kmst_zones_count() counted
 *
 * Context: any, pure.
 * Return: pages.
 */
unsigned long kmst_zones_keep(const struct kmst_zone_pages *pages)
{
	return pages->managed >> KEEP_AVAILABLE_SHIFT;
}

static void add_managed(struct zone *zone, enum zone_type type, unsigned long *pages)
{
	enum kmst_pool pool = is_highmem_idx(type) ? KMST_POOL_HIGH : KMST_POOL_LOW;
	unsigned long cma = zone_cma_pages(zone);

	if (!managed_zone(zone))
		return;
	pages[KMST_POOL_CMA] += cma;
	if (type != ZONE_MOVABLE)
		pages[pool] += zone_managed_pages(zone) - cma;
}

/**
 * kmst_zones_managed() - Count the pages of each kind of memory.
 * @pages: gets KMST_NR_POOLS counters. A page is counted once; one of ZONE_MOVABLE, which
 *         no arena gets, only if it is a CMA page
 *
 * Context: any, does not sleep.
 */
void kmst_zones_managed(unsigned long *pages)
{
	enum zone_type type;
	int nid;

	KUNIT_STATIC_STUB_REDIRECT(kmst_zones_managed, pages);

	memset(pages, 0, KMST_NR_POOLS * sizeof(*pages));
	for_each_online_node(nid) {
		for (type = 0; type < MAX_NR_ZONES; type++)
			add_managed(&NODE_DATA(nid)->node_zones[type], type, pages);
	}
}

/**
 * kmst_zones_largest_area() - An upper limit for the size of a CMA area.
 *
 * Modules cannot see single areas, but an area lies in one zone, and the CMA pages of each
 * zone are known.
 *
 * Context: any, does not sleep.
 * Return: pages.
 */
unsigned long kmst_zones_largest_area(void)
{
	unsigned long largest = 0;
	enum zone_type type;
	int nid;

	for_each_online_node(nid) {
		for (type = 0; type < MAX_NR_ZONES; type++)
			largest = max(largest,
				      zone_cma_pages(&NODE_DATA(nid)->node_zones[type]));
	}
	return largest;
}

/* Anonymous and file pages: what can be migrated out of the area. */
static unsigned long movable_pages(struct zone *zone)
{
	return zone_page_state(zone, NR_ZONE_INACTIVE_ANON) +
	       zone_page_state(zone, NR_ZONE_ACTIVE_ANON) +
	       zone_page_state(zone, NR_ZONE_INACTIVE_FILE) +
	       zone_page_state(zone, NR_ZONE_ACTIVE_FILE) +
	       zone_page_state(zone, NR_ZONE_UNEVICTABLE);
}

static void add_area(struct zone *zone, struct kmst_area_pages *area)
{
	unsigned long managed = zone_cma_pages(zone);
	unsigned long free = min(zone_page_state(zone, NR_FREE_CMA_PAGES), managed);

	area->managed += managed;
	area->free += free;
	area->lent += min(managed - free, movable_pages(zone));
}

/**
 * kmst_zones_area() - See what is left of the area for DMA.
 * @area: gets what is known of it
 *
 * The kernel does not count what devices hold: that is at least what is neither free nor
 * lent.
 *
 * Context: any, does not sleep.
 */
void kmst_zones_area(struct kmst_area_pages *area)
{
	enum zone_type type;
	int nid;

	KUNIT_STATIC_STUB_REDIRECT(kmst_zones_area, area);

	*area = (struct kmst_area_pages){};
	for_each_online_node(nid) {
		for (type = 0; type < MAX_NR_ZONES; type++)
			add_area(&NODE_DATA(nid)->node_zones[type], area);
	}
}

/**
 * kmst_zones_pool() - The kind of memory that a page is.
 * @page: a page that is not of the area for DMA
 *
 * Context: any, does not sleep.
 * Return: KMST_POOL_HIGH or KMST_POOL_LOW; a CMA page cannot be told by its struct page.
 */
enum kmst_pool kmst_zones_pool(const struct page *page)
{
	return PageHighMem(page) ? KMST_POOL_HIGH : KMST_POOL_LOW;
}

/**
 * kmst_zones_include() - See whether a request may have a certain page, once it is free.
 * @use:  the request
 * @page: the page
 *
 * Context: any, does not sleep.
 * Return: true if its zone and node are allowed; whether it is a CMA page is not checked.
 */
bool kmst_zones_include(const struct kmst_zone_use *use,
			const struct page *page)
{
	/* NUMA_NO_NODE: the caller may run on any node, so that no page is certain */
	if (use->gfp & __GFP_THISNODE && use->nid != page_to_nid(page))
		return false;
	return page_zonenum(page) <= last_zone(use);
}
