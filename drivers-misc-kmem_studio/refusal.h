/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 0: why there is no arena, as numbers.
 */
#ifndef KMEM_STUDIO_REFUSAL_H
#define KMEM_STUDIO_REFUSAL_H

#include "zones.h"

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
 * @never:   it is more than there is at all: whatever gets free does not change it
 */
struct kmst_refusal {
	enum kmst_limit	limit;
	unsigned long	wanted;
	unsigned long	allowed;
	unsigned long	taken;
	enum kmst_pool	pool;
	bool		never;
};

/**
 * kmst_refuse() - Note why something is refused.
 * @why:     gets it
 * @limit:   what stood in the way
 * @wanted:  what was wanted
 * @allowed: what could be had
 * @err:     the errno of it
 *
 * Context: any, pure.
 * Return: @err.
 */
static inline int kmst_refuse(struct kmst_refusal *why, enum kmst_limit limit,
			      unsigned long wanted, unsigned long allowed, int err)
{
	*why = (struct kmst_refusal){
		.limit		= limit,
		.wanted		= wanted,
		.allowed	= allowed,
	};
	return err;
}

#endif /* KMEM_STUDIO_REFUSAL_H */
