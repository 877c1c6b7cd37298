/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 4: memory that is held so that others do not get what they ask for.
 */
#ifndef KMEM_STUDIO_BENCH_PRESSURE_H
#define KMEM_STUDIO_BENCH_PRESSURE_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include "../allocator.h"
#include "../cancel.h"
#include "../giveway.h"
#include "../limits.h"
#include "../reserve.h"
#include "blocks_free.h"
#include "one.h"

struct task_struct;

/**
 * enum kmst_pressure_kind - what is done to memory
 * @KMST_FRAGMENT: leave no free block of an order, by one page of each
 * @KMST_FILL:     leave little of it free
 * @KMST_CMA:      leave no long run of the area set aside for DMA
 */
enum kmst_pressure_kind {
	KMST_FRAGMENT,
	KMST_FILL,
	KMST_CMA,
};

/**
 * enum kmst_pressure_end - why no more is taken
 * @KMST_PRESSURE_TAKING:      more is
 * @KMST_PRESSURE_NO_BLOCK:    there is no free block or run of the order any more
 * @KMST_PRESSURE_LEFT:        no more is free than was to be left
 * @KMST_PRESSURE_MIN_FREE:    more would go below the min watermark and min_free_bytes
 * @KMST_PRESSURE_MAX_PERCENT: more would be more than the allowed share
 * @KMST_PRESSURE_LOST:        it was given back, as memory ran out
 */
enum kmst_pressure_end {
	KMST_PRESSURE_TAKING,
	KMST_PRESSURE_NO_BLOCK,
	KMST_PRESSURE_LEFT,
	KMST_PRESSURE_MIN_FREE,
	KMST_PRESSURE_MAX_PERCENT,
	KMST_PRESSURE_LOST,
};

/**
 * struct kmst_pressure_config - what a pressure is told to do
 * @kind:           what is done
 * @order:          order of the blocks or runs that there are not to be
 * @nid:            the NUMA node, or NUMA_NO_NODE for all of them
 * @max_percent:    largest share of each kind of memory that it may hold, beside all others
 * @min_free_bytes: what is left above the min watermarks, in any case
 * @leave_bytes:    what is left free (@KMST_FILL)
 * @every:          one run of so many is held (@KMST_CMA)
 * @movable:        take what is meant for movable pages, too
 */
struct kmst_pressure_config {
	enum kmst_pressure_kind	kind;
	unsigned int		order;
	int			nid;
	unsigned int		max_percent;
	u64			min_free_bytes;
	u64			leave_bytes;
	unsigned int		every;
	bool			movable;
};

/**
 * struct kmst_pressure - a pressure
 * @lock:     the others
 * @config:   what it goes by; stays as it is while it is live
 * @live:     it was started and not stopped
 * @ended:    why no more is taken
 * @held:     what it holds: first pages, in a list
 * @pages:    how many pages that are
 * @before:   free blocks before it took anything
 * @after:    free blocks when it was done
 * @at:       the order that is taken now
 * @use:      where it may come from
 * @one:      how runs of the area are taken
 * @counted:  an allocator that takes what this holds
 * @demand:   what it asks for
 * @reservation: what it counts for
 * @reserved: pages of each kind that it counts for
 * @taken:    pages of each kind that it has
 * @cancel:   request to give up
 * @holder:   to give way
 * @taker:    who is taking memory now, NULL for nobody; read without the lock
 */
struct kmst_pressure {
	struct mutex			lock;	/* see above */
	struct kmst_pressure_config	config;
	bool				live;
	enum kmst_pressure_end		ended;
	struct list_head		held;
	unsigned long			pages;
	struct kmst_blocks_free		before;
	struct kmst_blocks_free		after;
	unsigned int			at;
	struct kmst_zone_use		use;
	struct kmst_one			one;
	struct kmst_allocator		counted;
	struct kmst_demand		demand;
	struct kmst_reservation		reservation;
	unsigned long			reserved[KMST_NR_POOLS];
	unsigned long			taken[KMST_NR_POOLS];
	struct kmst_cancel		cancel;
	struct kmst_holder		holder;
	struct task_struct		*taker;
};

void kmst_pressure_init(struct kmst_pressure *pressure);
int kmst_pressure_start(struct kmst_pressure *pressure, unsigned int max_percent,
			struct kmst_refusal *why);
int kmst_pressure_take(struct kmst_pressure *pressure, unsigned long until);
void kmst_pressure_stop(struct kmst_pressure *pressure);

#endif /* KMEM_STUDIO_BENCH_PRESSURE_H */
