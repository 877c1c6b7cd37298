/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 2: may it be had? What no free memory would change, what all arenas together may
 * have of each kind of memory, and what is available now.
 */
#ifndef KMEM_STUDIO_LIMITS_H
#define KMEM_STUDIO_LIMITS_H

#include <linux/list.h>
#include <linux/types.h>

#include "plan.h"
#include "zones.h"

struct kmst_allocator;
struct kmst_cancel;

/**
 * enum kmst_limit - what stood in the way of an arena
 * @KMST_LIMIT_NONE:      nothing
 * @KMST_LIMIT_EMPTY:     no objects were asked for
 * @KMST_LIMIT_ORDER:     the order is above the allocator's highest
 * @KMST_LIMIT_RUN:       the pages are more than the allocator ever puts in a row
 * @KMST_LIMIT_TABLE:     the allocator's table of pointers would be too large
 * @KMST_LIMIT_SHARE:     the pages are more than the allowed share of that kind of memory
 * @KMST_LIMIT_AVAILABLE: the pages are more than can be had now
 * @KMST_LIMIT_AREA:      too little of the area for DMA would be left to devices
 * @KMST_LIMIT_ALLOCATOR: the allocator gave some of the pages, then failed
 * @KMST_LIMIT_CMA_ONLY:  the memory is not of the area for DMA, and had to be
 * @KMST_LIMIT_NOT_CMA:   memory of that area was demanded from another allocator
 * @KMST_LIMIT_SUPPORT:   this kernel has no such memory
 * @KMST_LIMIT_GFP:       the allocator takes no such flags
 * @KMST_LIMIT_SLEEP:     the flags do not let the allocator sleep, and it has to
 * @KMST_LIMIT_NODE:      the node is not online
 * @KMST_LIMIT_ANY_NODE:  the allocator cannot be told a node
 * @KMST_LIMIT_APART:     the pages of its objects lie too far apart
 * @KMST_LIMIT_PUBLISH:   the memory was there, but could not be shown to users
 */
enum kmst_limit {
	KMST_LIMIT_NONE,
	KMST_LIMIT_EMPTY,
	KMST_LIMIT_ORDER,
	KMST_LIMIT_RUN,
	KMST_LIMIT_TABLE,
	KMST_LIMIT_SHARE,
	KMST_LIMIT_AVAILABLE,
	KMST_LIMIT_AREA,
	KMST_LIMIT_ALLOCATOR,
	KMST_LIMIT_CMA_ONLY,
	KMST_LIMIT_NOT_CMA,
	KMST_LIMIT_SUPPORT,
	KMST_LIMIT_GFP,
	KMST_LIMIT_SLEEP,
	KMST_LIMIT_NODE,
	KMST_LIMIT_ANY_NODE,
	KMST_LIMIT_APART,
	KMST_LIMIT_PUBLISH,
};

/**
 * struct kmst_refusal - why there is no arena, as numbers
 * @limit:   what stood in the way
 * @wanted:  what was wanted: an order (@KMST_LIMIT_ORDER), flags (@KMST_LIMIT_GFP),
 *           pointers (@KMST_LIMIT_TABLE), else pages
 * @allowed: what could be had, in the same unit
 * @taken:   pages of @allowed that other arenas hold (@KMST_LIMIT_SHARE)
 * @pool:    the kind of memory that is counted (@KMST_LIMIT_SHARE)
 */
struct kmst_refusal {
	enum kmst_limit	limit;
	unsigned long	wanted;
	unsigned long	allowed;
	unsigned long	taken;
	enum kmst_pool	pool;
};

/**
 * struct kmst_demand - what is asked for
 * @allocator:   where the memory is to come from
 * @plan:        how much
 * @max_percent: largest share of each kind of memory that all arenas together may take
 * @gfp:         flags of the allocation, without those that the allocator adds
 * @nid:         NUMA node, or NUMA_NO_NODE
 * @cma_only:    the memory has to be of the area for DMA
 */
struct kmst_demand {
	const struct kmst_allocator	*allocator;
	struct kmst_plan		plan;
	unsigned int			max_percent;
	gfp_t				gfp;
	int				nid;
	bool				cma_only;
};

/**
 * struct kmst_claim - what an arena counts for
 * @pages:  pages of each kind of memory
 * @ticket: number of the claim, while it is not settled
 * @list:   its place among those that are not settled; empty for others
 *
 * All but the owner's calls below is done under the lock of the ledger.
 */
struct kmst_claim {
	unsigned long		pages[KMST_NR_POOLS];
	u64			ticket;
	struct list_head	list;
};

/**
 * struct kmst_going - an arena that will be gone before another one is started
 * @claim: what it counts for, NULL for no such arena
 * @pages: pages of it that the other one may have then
 * @area:  pages of those that are of the area for DMA
 */
struct kmst_going {
	const struct kmst_claim	*claim;
	unsigned long		pages;
	unsigned long		area;
};

struct kmst_zone_use kmst_limits_zones(const struct kmst_demand *demand);
int kmst_limits_request(const struct kmst_demand *demand, struct kmst_refusal *why);
int kmst_limits_check(const struct kmst_demand *demand, const struct kmst_going *going,
		      struct kmst_refusal *why);
int kmst_limits_claim(const struct kmst_demand *demand, struct kmst_claim *claim,
		      const struct kmst_cancel *cancel, struct kmst_refusal *why);
int kmst_limits_settle(const struct kmst_demand *demand, struct kmst_claim *claim,
		       const unsigned long *pages, struct kmst_refusal *why);
void kmst_limits_release(struct kmst_claim *claim);
bool kmst_limits_spare_area(const struct kmst_area_pages *area, unsigned long wanted,
			    unsigned long keep);
int kmst_limits_refuse(struct kmst_refusal *why, enum kmst_limit limit,
		       unsigned long wanted, unsigned long allowed, int err);

#endif /* KMEM_STUDIO_LIMITS_H */
