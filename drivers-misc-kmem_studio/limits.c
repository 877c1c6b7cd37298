// SPDX-License-Identifier: GPL-2.0
/*
 * The limits of arenas, from those that are known for good to those of the moment.
 */
#include <linux/gfp.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/numa.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "allocator.h"
#include "cancel.h"
#include "layout.h"
#include "limits.h"
#include "table.h"

/*
 * Share of the area for DMA, as a shift, that is left to devices: of the common 64 MB, a
 * 1920 x 1080 framebuffer.
 */
#define KEEP_AREA_SHIFT		3

/**
 * kmst_limits_zones() - Where the pages of what is asked for may come from.
 * @demand: what is asked for
 *
 * Context: any, pure.
 * Return: the zones, as kmst_zones_count() takes them.
 */
struct kmst_zone_use kmst_limits_zones(const struct kmst_demand *demand)
{
	const struct kmst_allocator *allocator = demand->allocator;
	gfp_t gfp = demand->gfp | allocator->gfp_added;

	if (allocator->uses_high && !(gfp & (__GFP_DMA | __GFP_DMA32)))
		gfp |= __GFP_HIGHMEM;
	return (struct kmst_zone_use){
		.gfp	= gfp,
		.nid	= demand->nid,
		.cma	= allocator->uses_cma,
	};
}

/* --- what no free memory would change --- */

static int check_flags(const struct kmst_demand *demand, struct kmst_refusal *why)
{
	const struct kmst_allocator *allocator = demand->allocator;
	gfp_t refused = demand->gfp & allocator->gfp_refused;
	bool any_node = demand->nid == NUMA_NO_NODE;

	if (allocator->supported && !allocator->supported())
		return kmst_refuse(why, KMST_LIMIT_SUPPORT, 0, 0, -EOPNOTSUPP);
	if (refused)
		return kmst_refuse(why, KMST_LIMIT_GFP,
					  (__force unsigned long)refused, 0, -EINVAL);
	if (allocator->sleeps && !gfpflags_allow_blocking(demand->gfp))
		return kmst_refuse(why, KMST_LIMIT_SLEEP, 0, 0, -EINVAL);
	if (!any_node && (demand->nid < 0 || demand->nid >= MAX_NUMNODES ||
			  !node_online(demand->nid)))
		return kmst_refuse(why, KMST_LIMIT_NODE, 0, 0, -EINVAL);
	if (!any_node && !allocator->takes_node)
		return kmst_refuse(why, KMST_LIMIT_ANY_NODE, 0, 0, -EINVAL);
	if (demand->cma_only && !allocator->uses_cma)
		return kmst_refuse(why, KMST_LIMIT_NOT_CMA, 0, 0, -EINVAL);
	return 0;
}

/* The longest run of pages that the allocator ever gives. */
static unsigned long longest_run(const struct kmst_demand *demand)
{
	if (demand->cma_only)
		return kmst_zones_largest_area();
	return demand->allocator->max_run ? demand->allocator->max_run() : ULONG_MAX;
}

static int check_size(const struct kmst_demand *demand, struct kmst_refusal *why)
{
	const struct kmst_allocator *allocator = demand->allocator;
	const struct kmst_plan *plan = &demand->plan;
	unsigned long wanted, most;

	if (allocator->max_order >= 0 && plan->order > allocator->max_order)
		return kmst_refuse(why, KMST_LIMIT_ORDER, plan->order,
					  allocator->max_order, -E2BIG);
	most = longest_run(demand);
	if (plan->nr_pages > most)
		return kmst_refuse(why, KMST_LIMIT_RUN, plan->nr_pages, most,
					  -E2BIG);
	wanted = allocator->nr_pointers ? allocator->nr_pointers(plan) : 0;
	most = kmst_table_max() / sizeof(void *);
	if (wanted > most)
		return kmst_refuse(why, KMST_LIMIT_TABLE, wanted, most, -E2BIG);
	return 0;
}

/**
 * kmst_limits_request() - See whether this can be had at all.
 * @demand: what is asked for
 * @why:    gets the limit in the way, KMST_LIMIT_NONE if there is none
 *
 * Context: process context, does not sleep.
 * Return: 0, -EINVAL for no objects, or for flags or a node that the allocator does not
 * take, -EOPNOTSUPP for memory that this kernel does not have, -E2BIG for more than the
 * allocator can give however much is free.
 */
int kmst_limits_request(const struct kmst_demand *demand, struct kmst_refusal *why)
{
	int err;

	kmst_refuse(why, KMST_LIMIT_NONE, 0, 0, 0);
	if (!demand->plan.nr_structs)
		err = kmst_refuse(why, KMST_LIMIT_EMPTY, 0, 0, -EINVAL);
	else
		err = check_flags(demand, why) ?: check_size(demand, why);
	why->never = err;
	return err;
}

/* --- what all arenas may have together --- */

/* Pages that the allocator is asked for at a time: a bench asks many times. */
static unsigned long pages_of_run(const struct kmst_demand *demand)
{
	return demand->run ?: demand->plan.nr_pages;
}

/**
 * kmst_limits_estimate() - Estimate the pages that an arena will take.
 * @demand:  what is asked for
 * @managed: pages that there are of each kind of memory
 * @pages:   gets pages of each kind of memory
 *
 * Where high memory may be used it comes first; tables never lie there. The DMA API takes
 * no single page from the area, and nothing that the area is too small for.
 *
 * Context: process context, does not sleep.
 */
void kmst_limits_estimate(const struct kmst_demand *demand, const unsigned long *managed,
			  unsigned long *pages)
{
	unsigned long all = demand->allocator->nr_pages(&demand->plan);
	const struct kmst_zone_use use = kmst_limits_zones(demand);
	unsigned long nr = demand->plan.nr_pages, run = pages_of_run(demand);

	memset(pages, 0, KMST_NR_POOLS * sizeof(*pages));
	if (use.cma && run > 1 && run <= kmst_zones_largest_area()) {
		pages[KMST_POOL_CMA] = nr;
	} else if (use.gfp & __GFP_HIGHMEM && managed[KMST_POOL_HIGH]) {
		pages[KMST_POOL_HIGH] = nr;
		pages[KMST_POOL_LOW] = all - nr;
	} else {
		pages[KMST_POOL_LOW] = all;
	}
}

static unsigned long share_of(unsigned long managed, unsigned int percent)
{
	return min_t(u64, div_u64((u64)managed * percent, 100), ULONG_MAX);
}

/**
 * kmst_limits_share() - See whether pages are within the share that arenas may have.
 * @demand:  what is asked for
 * @managed: pages that there are of each kind of memory
 * @pages:   pages that are wanted of each
 * @taken:   pages that others have of each
 * @why:     gets the limit in the way
 *
 * Context: any, pure.
 * Return: 0 or -E2BIG.
 */
int kmst_limits_share(const struct kmst_demand *demand, const unsigned long *managed,
		      const unsigned long *pages, const unsigned long *taken,
		      struct kmst_refusal *why)
{
	enum kmst_pool pool;

	for (pool = 0; pool < KMST_NR_POOLS; pool++) {
		unsigned long allowed = share_of(managed[pool], demand->max_percent);
		unsigned long wanted = pages[pool];

		if (!wanted || (wanted <= allowed && taken[pool] <= allowed - wanted))
			continue;
		kmst_refuse(why, KMST_LIMIT_SHARE, wanted, allowed, 0);
		why->taken = taken[pool];
		why->pool = pool;
		why->never = wanted > allowed;
		return -E2BIG;
	}
	return 0;
}

/* --- what is there now --- */

/**
 * kmst_limits_spare_area() - See whether enough of the area for DMA is left to devices.
 * @area:   what is known of it
 * @wanted: pages that are to be taken, in one run
 * @keep:   pages that are to be left
 *
 * How many lent pages can be migrated is not known: all are taken to. What is more than the
 * area has, the DMA API takes from the page allocator, and the area stays as it is.
 *
 * Context: any, pure.
 * Return: false if less than @keep would be left for certain.
 */
bool kmst_limits_spare_area(const struct kmst_area_pages *area, unsigned long wanted,
			    unsigned long keep)
{
	unsigned long has = area->free + area->lent;

	return wanted > has || has - wanted >= keep;
}

static unsigned long less(unsigned long from, unsigned long pages)
{
	return from - min(from, pages);
}

static int check_area(unsigned long wanted, unsigned long run, unsigned long pending,
		      const struct kmst_going *going, enum kmst_look look,
		      struct kmst_refusal *why)
{
	struct kmst_area_pages area;
	unsigned long has, keep;
	int err;

	kmst_zones_area(&area);
	keep = area.managed >> (KEEP_AREA_SHIFT + look);
	/* pages of the arena that goes were counted as lent */
	area.free = min(area.free + going->area, area.managed);
	area.lent = min(area.lent, area.managed - area.free);
	/* pages that pending requests are about to take still count as the area's */
	has = area.free + area.lent;
	if (run > has)
		return 0;
	/* none free: the DMA API takes a block, or migrates pages of programs */
	if (!area.free && wanted <= area.managed >> KEEP_AREA_SHIFT)
		return 0;
	area.lent = less(area.lent, less(pending, area.free));
	area.free = less(area.free, pending);
	if (wanted <= area.free + area.lent && kmst_limits_spare_area(&area, wanted, keep))
		return 0;
	err = kmst_refuse(why, KMST_LIMIT_AREA, wanted, less(area.free + area.lent, keep),
			  -ENOMEM);
	why->never = wanted > area.managed - keep;
	return err;
}

/* What is available, less a share that is left for others. */
static unsigned long pages_available(const struct kmst_zone_use *use,
				     const struct kmst_zone_pages *pages,
				     const unsigned long *pending,
				     const struct kmst_going *going, unsigned long keep)
{
	long available = pages->available - (long)keep;

	available += going->pages;
	available -= pending[KMST_POOL_LOW];
	if (use->gfp & __GFP_HIGHMEM)
		available -= pending[KMST_POOL_HIGH];
	if (use->cma)
		available -= pending[KMST_POOL_CMA];
	return max(available, 0L);
}

/**
 * kmst_limits_available() - See whether pages can be had now.
 * @demand:  what is asked for
 * @pages:   pages that are wanted of each kind of memory
 * @pending: pages of each that are reserved, and may still be free
 * @going:   what will be free before
 * @look:    which look it is
 * @why:     gets the limit in the way
 *
 * Context: process context, does not sleep.
 * Return: 0 or -ENOMEM.
 */
int kmst_limits_available(const struct kmst_demand *demand, const unsigned long *pages,
			  const unsigned long *pending, const struct kmst_going *going,
			  enum kmst_look look, struct kmst_refusal *why)
{
	unsigned long wanted = demand->allocator->nr_pages(&demand->plan);
	const struct kmst_zone_use use = kmst_limits_zones(demand);
	unsigned long allowed, keep;
	struct kmst_zone_pages zones;
	int err;

	if (look == KMST_LOOK_FIRST)
		kmst_zones_count(&use, &zones);
	else
		kmst_zones_sum(&use, &zones);
	keep = kmst_zones_keep(&zones) >> look;
	allowed = pages_available(&use, &zones, pending, going, keep);
	if (wanted > allowed) {
		err = kmst_refuse(why, KMST_LIMIT_AVAILABLE, wanted, allowed, -ENOMEM);
		why->never = wanted > zones.managed - keep;
		return err;
	}
	if (pages[KMST_POOL_CMA])
		return check_area(pages[KMST_POOL_CMA], pages_of_run(demand),
				  pending[KMST_POOL_CMA], going, look, why);
	return 0;
}

/**
 * kmst_limits_going() - Count what of the memory of an arena a demand may have.
 * @demand: what is asked for
 * @memory: memory that is to be freed before
 * @going:  gets the pages
 *
 * Context: process context, may sleep. The caller holds a reference to the arena.
 */
void kmst_limits_going(const struct kmst_demand *demand, const struct kmst_memory *memory,
		       struct kmst_going *going)
{
	const struct kmst_zone_use use = kmst_limits_zones(demand);
	bool from_cma = memory->source == KMST_SOURCE_CMA;
	struct kmst_page_at at;
	bool more;

	*going = (struct kmst_going){};
	if (from_cma && !use.cma)
		return;
	for (more = kmst_memory_page(memory, 0, &at); more;
	     more = kmst_memory_next_page(memory, &at)) {
		/* one that the page table lost is found by the verification that follows */
		going->pages += at.page && kmst_zones_include(&use, at.page);
		if (!(at.index % KMST_PAGES_PER_POINT))
			cond_resched();
	}
	if (from_cma)
		going->area = going->pages;
}
