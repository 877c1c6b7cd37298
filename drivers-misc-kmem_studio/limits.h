/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 2: may it be had? What no free memory would change, what all arenas together may
 * have of each kind of memory, and what is available now.
 *
 * Nothing is remembered here: who has reserved how much is told by reserve.c.
 */
#ifndef KMEM_STUDIO_LIMITS_H
#define KMEM_STUDIO_LIMITS_H

#include <linux/types.h>

#include "plan.h"
#include "refusal.h"
#include "zones.h"

struct kmst_allocator;
struct kmst_memory;

/**
 * struct kmst_demand - what is asked for
 * @allocator:   where the memory is to come from
 * @plan:        how much
 * @run:         pages that are asked for at a time, 0 for all of them
 * @max_percent: largest share of each kind of memory that all arenas together may take
 * @gfp:         flags of the allocation, without those that the allocator adds
 * @nid:         NUMA node, or NUMA_NO_NODE
 * @cma_only:    the memory has to be of the area for DMA
 */
struct kmst_demand {
	const struct kmst_allocator	*allocator;
	struct kmst_plan		plan;
	unsigned long			run;
	unsigned int			max_percent;
	gfp_t				gfp;
	int				nid;
	bool				cma_only;
};

/**
 * struct kmst_going - memory that will be free before the demand is served
 * @pages: pages of it that the demand may have then
 * @area:  pages of those that are of the area for DMA
 */
struct kmst_going {
	unsigned long	pages;
	unsigned long	area;
};

/**
 * enum kmst_look - which look at the free memory it is
 * @KMST_LOOK_FIRST:  before an old arena goes to make room
 * @KMST_LOOK_SECOND: after that, when there is nothing left to spare: it asks for half of
 *                    what is to be left, and leaves out the kernel's own estimate, which
 *                    takes longer and differs by less than the other half
 */
enum kmst_look {
	KMST_LOOK_FIRST,
	KMST_LOOK_SECOND,
};

struct kmst_zone_use kmst_limits_zones(const struct kmst_demand *demand);
int kmst_limits_request(const struct kmst_demand *demand, struct kmst_refusal *why);
void kmst_limits_estimate(const struct kmst_demand *demand, const unsigned long *managed,
			  unsigned long *pages);
int kmst_limits_share(const struct kmst_demand *demand, const unsigned long *managed,
		      const unsigned long *pages, const unsigned long *taken,
		      struct kmst_refusal *why);
int kmst_limits_available(const struct kmst_demand *demand, const unsigned long *pages,
			  const unsigned long *pending, const struct kmst_going *going,
			  enum kmst_look look, struct kmst_refusal *why);
void kmst_limits_going(const struct kmst_demand *demand, const struct kmst_memory *memory,
		       struct kmst_going *going);
bool kmst_limits_spare_area(const struct kmst_area_pages *area, unsigned long wanted,
			    unsigned long keep);

#endif /* KMEM_STUDIO_LIMITS_H */
