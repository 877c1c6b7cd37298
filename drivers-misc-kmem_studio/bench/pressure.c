// SPDX-License-Identifier: GPL-2.0
/*
 * Pressures. They take what is free, and nothing that would have to be reclaimed: nobody's
 * memory goes but what they leave. From a run of the area for DMA, the DMA API moves movable
 * pages away, to what is free elsewhere. What they hold is in a list that runs through the
 * pages themselves, so that they need no memory of their own.
 *
 * Taking is done a step at a time, for as long as its caller wants.
 */
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/numa.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "pressure.h"

/* Pages that are asked for in the ledger at a time. */
#define CLAIM_PAGES	1024UL

static unsigned long pages_of_plan(const struct kmst_plan *plan)
{
	return plan->nr_pages;
}

static bool is_cma(const struct kmst_pressure *pressure)
{
	return pressure->config.kind == KMST_CMA;
}

/* Nothing is reclaimed or compacted, nobody is woken to do so, and no reserve is used. */
static gfp_t flags(const struct kmst_pressure_config *config)
{
	gfp_t gfp = config->movable ? GFP_HIGHUSER_MOVABLE : GFP_KERNEL;

	gfp = (gfp & ~__GFP_RECLAIM) | __GFP_NOWARN | __GFP_NOMEMALLOC;
	return config->nid == NUMA_NO_NODE ? gfp : gfp | __GFP_THISNODE;
}

/* --- what it holds --- */

static unsigned int order_of(const struct kmst_pressure *pressure, struct page *page)
{
	return is_cma(pressure) ? pressure->config.order : page_private(page);
}

static enum kmst_pool pool_of(const struct kmst_pressure *pressure, const struct page *page)
{
	return is_cma(pressure) ? KMST_POOL_CMA : kmst_zones_pool(page);
}

static void free_held(struct kmst_pressure *pressure, struct page *page)
{
	unsigned int order = order_of(pressure, page);
	void *held = page;

	pressure->taken[pool_of(pressure, page)] -= 1UL << order;
	WRITE_ONCE(pressure->pages, pressure->pages - (1UL << order));
	list_del(&page->lru);
	if (is_cma(pressure)) {
		pressure->one.ops->put(&pressure->one, &held, 1);
		return;
	}
	set_page_private(page, 0);
	__free_pages(page, order);
}

static void free_all(struct kmst_pressure *pressure)
{
	unsigned long nr = 0;

	while (!list_empty(&pressure->held)) {
		free_held(pressure, list_first_entry(&pressure->held, struct page, lru));
		if (!(++nr % KMST_PAGES_PER_POINT))
			kmst_cancel_point(NULL);
	}
}

/* Enter more in the ledger, if more is taken than is there already. */
static int count_for(struct kmst_pressure *pressure, enum kmst_pool pool, unsigned long nr)
{
	unsigned long pages[KMST_NR_POOLS];
	struct kmst_refusal why;
	int err;

	if (pressure->taken[pool] + nr <= pressure->reserved[pool])
		return 0;
	memcpy(pages, pressure->reserved, sizeof(pages));
	pages[pool] = pressure->taken[pool] + max(nr, CLAIM_PAGES);
	err = kmst_reserve_settle(&pressure->demand, &pressure->reservation, pages, &why);
	if (err) {
		/* close to the limit every page counts */
		pages[pool] = pressure->taken[pool] + nr;
		err = kmst_reserve_settle(&pressure->demand, &pressure->reservation, pages, &why);
	}
	if (!err)
		memcpy(pressure->reserved, pages, sizeof(pages));
	return err;
}

/* Returns -E2BIG, with the block still the caller's, if it would be too much. */
static int hold(struct kmst_pressure *pressure, struct page *page, unsigned int order)
{
	enum kmst_pool pool = pool_of(pressure, page);
	unsigned long nr = 1UL << order;
	int err;

	err = count_for(pressure, pool, nr);
	if (err)
		return err;
	if (!is_cma(pressure))
		set_page_private(page, order);
	pressure->taken[pool] += nr;
	WRITE_ONCE(pressure->pages, pressure->pages + nr);
	list_add_tail(&page->lru, &pressure->held);
	return 0;
}

/* What was claimed at a time, and what was given back, counts no longer. */
static void count_what_is_held(struct kmst_pressure *pressure)
{
	struct kmst_refusal why;

	memcpy(pressure->reserved, pressure->taken, sizeof(pressure->reserved));
	/* less than before is never refused */
	kmst_reserve_settle(&pressure->demand, &pressure->reservation, pressure->reserved, &why);
}

/* The memory is needed by others, now. */
static void lose(struct kmst_pressure *pressure)
{
	free_all(pressure);
	count_what_is_held(pressure);
	WRITE_ONCE(pressure->ended, KMST_PRESSURE_LOST);
}

/* --- steps: each takes one block, and returns why there is no other --- */

/* May so many pages be taken? */
static bool above_floor(const struct kmst_pressure *pressure, unsigned long nr)
{
	u64 keep = pressure->config.min_free_bytes >> PAGE_SHIFT;
	long above = kmst_pages_above_min(&pressure->use);

	return above > 0 && (u64)above >= keep + nr;
}

static struct page *take_block(const struct kmst_pressure *pressure, unsigned int order)
{
	return kmst_alloc_block(pressure->use.gfp, order, pressure->config.nid);
}

/* One page of the block is held, in the middle of what could be merged again. */
static enum kmst_pressure_end fragment_step(struct kmst_pressure *pressure)
{
	unsigned int order = pressure->config.order;
	unsigned long i, nr = 1UL << order;
	struct page *page;
	int err;

	if (!above_floor(pressure, nr))
		return KMST_PRESSURE_MIN_FREE;
	page = take_block(pressure, order);
	if (!page)
		return KMST_PRESSURE_NO_BLOCK;
	split_page(page, order);
	err = hold(pressure, page, 0);
	for (i = err ? 0 : 1; i < nr; i++)
		__free_page(page + i);
	return err ? KMST_PRESSURE_MAX_PERCENT : KMST_PRESSURE_TAKING;
}

/* Large blocks first, for the time it takes, and ever smaller ones. */
static enum kmst_pressure_end fill_step(struct kmst_pressure *pressure)
{
	u64 leave = pressure->config.leave_bytes >> PAGE_SHIFT;
	unsigned long nr = 1UL << pressure->at;
	struct page *page = NULL;
	bool enough, floor;

	enough = kmst_pages_free(&pressure->use) < leave + nr;
	floor = !above_floor(pressure, nr);
	if (!enough && !floor)
		page = take_block(pressure, pressure->at);
	if (page) {
		if (!hold(pressure, page, pressure->at))
			return KMST_PRESSURE_TAKING;
		__free_pages(page, pressure->at);
		if (!pressure->at)
			return KMST_PRESSURE_MAX_PERCENT;
	}
	if (pressure->at) {
		pressure->at--;
		return KMST_PRESSURE_TAKING;
	}
	if (enough)
		return KMST_PRESSURE_LEFT;
	return floor ? KMST_PRESSURE_MIN_FREE : KMST_PRESSURE_NO_BLOCK;
}

/* What is held as one run is held page by page: a block of the page allocator is not. */
static bool is_of_area(const struct page *page)
{
	return page_count(page + 1);
}

/*
 * Room that a run may take outside of the area: for what programs have of it, which is moved
 * away, or for a block instead of a run, up to the largest that there is.
 */
static unsigned long pages_elsewhere(unsigned int order)
{
	struct kmst_area_pages area;

	if (order <= MAX_PAGE_ORDER)
		return 1UL << order;
	kmst_zones_area(&area);
	return min(1UL << order, area.managed - min(area.managed, area.free));
}

static enum kmst_pressure_end cma_step(struct kmst_pressure *pressure)
{
	const struct kmst_one *one = &pressure->one;
	void *held = NULL;

	if (!above_floor(pressure, pages_elsewhere(pressure->config.order)))
		return KMST_PRESSURE_MIN_FREE;
	if (!one->ops->get(one, &held, 1))
		return KMST_PRESSURE_NO_BLOCK;
	if (!is_of_area(held)) {
		one->ops->put(one, &held, 1);
		return KMST_PRESSURE_NO_BLOCK;
	}
	if (!hold(pressure, held, pressure->config.order))
		return KMST_PRESSURE_TAKING;
	one->ops->put(one, &held, 1);
	return KMST_PRESSURE_MAX_PERCENT;
}

/* What is left of the area lies between what is held. */
static void thin_out(struct kmst_pressure *pressure)
{
	struct page *page, *next;
	unsigned int nr = 0;

	list_for_each_entry_safe(page, next, &pressure->held, lru) {
		if (nr++ % pressure->config.every)
			free_held(pressure, page);
		if (!(nr % KMST_PAGES_PER_POINT))
			kmst_cancel_point(NULL);
	}
}

static enum kmst_pressure_end step(struct kmst_pressure *pressure)
{
	switch (pressure->config.kind) {
	case KMST_FRAGMENT:
		return fragment_step(pressure);
	case KMST_FILL:
		return fill_step(pressure);
	default:
		return cma_step(pressure);
	}
}

/* --- start, take, stop --- */

static unsigned long pages_to_give(struct kmst_holder *holder)
{
	return READ_ONCE(container_of(holder, struct kmst_pressure, holder)->pages);
}

/*
 * Who is taking memory sees that it is to go, and frees it. Others have the lock for a moment,
 * and need no memory meanwhile; but who gives all back may be about to call
 * kmst_giveway_remove(), and has the lock until this returns.
 */
static unsigned long give(struct kmst_holder *holder)
{
	struct kmst_pressure *pressure = container_of(holder, struct kmst_pressure, holder);
	unsigned long until = jiffies + KMST_GIVE_WAY_JIFFIES;
	unsigned long pages = pages_to_give(holder);

	set_bit(KMST_CANCEL_LOST, &pressure->cancel.reasons);
	while (!mutex_trylock(&pressure->lock)) {
		if (!READ_ONCE(pressure->pages))
			return pages;
		/* its own allocations do not end here, but those of the DMA API may one day */
		if (READ_ONCE(pressure->taker) == current)
			return 0;
		if (time_after(jiffies, until)) {
			/* whoever takes gives later; others do not know of it */
			holder->again = !READ_ONCE(pressure->taker);
			return 0;
		}
		schedule_timeout_uninterruptible(1);
	}
	lose(pressure);
	mutex_unlock(&pressure->lock);
	return pages;
}

static const struct kmst_holder_ops holder_ops = {
	.pages	= pages_to_give,
	.give	= give,
};

/**
 * kmst_pressure_init() - Make a pressure that holds nothing.
 * @pressure: the pressure; its configuration is the caller's to fill in
 *
 * Context: any.
 */
void kmst_pressure_init(struct kmst_pressure *pressure)
{
	*pressure = (struct kmst_pressure){};
	mutex_init(&pressure->lock);
	INIT_LIST_HEAD(&pressure->held);
	INIT_LIST_HEAD(&pressure->reservation.list);
	kmst_giveway_holder(&pressure->holder, &holder_ops);
}

/* The smallest pressure that there is: a block of the order. */
static int reserve(struct kmst_pressure *pressure, unsigned int max_percent,
		   struct kmst_refusal *why)
{
	const struct kmst_pressure_config *config = &pressure->config;
	const struct kmst_going nothing = {};
	int err;

	pressure->counted = *kmst_allocator_find(is_cma(pressure) ? "cma" : "highmem");
	pressure->counted.nr_pages = pages_of_plan;
	pressure->counted.nr_pointers = NULL;
	if (!config->movable)
		pressure->counted.gfp_added &= ~__GFP_HIGHMEM;
	pressure->demand = (struct kmst_demand){
		.allocator	= &pressure->counted,
		.plan		= { .nr_structs = 1, .nr_pages = 1UL << config->order,
				    .page_shift = PAGE_SHIFT },
		.max_percent	= min(max_percent, config->max_percent),
		.gfp		= GFP_KERNEL,
		.nid		= config->nid,
	};
	err = kmst_limits_request(&pressure->demand, why);
	err = err ?: kmst_reserve_check(&pressure->demand, NULL, &nothing, &pressure->cancel, why);
	err = err ?: kmst_reserve(&pressure->demand, &pressure->reservation, &pressure->cancel,
				  why);
	if (err)
		return err;
	memcpy(pressure->reserved, pressure->reservation.pages, sizeof(pressure->reserved));
	kmst_reserve_settle(&pressure->demand, &pressure->reservation, pressure->reserved, why);
	return 0;
}

static int ready_runs(struct kmst_pressure *pressure)
{
	const struct kmst_allocator *cma = kmst_allocator_find("cma");

	if (!is_cma(pressure))
		return 0;
	return kmst_one_init(&pressure->one, cma->one, (u64)PAGE_SIZE << pressure->config.order,
			     GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, NUMA_NO_NODE);
}

/**
 * kmst_pressure_start() - Get ready to take memory.
 * @pressure:    the pressure, not live; its lock is held
 * @max_percent: largest share of each kind of memory that all arenas, benches and pressures
 *               together may take
 * @why:         gets the limit in the way, KMST_LIMIT_NONE if there is none
 *
 * Context: process context, sleeps while arenas are allocated that may be in the way.
 * Return: 0, or as kmst_limits_request(), kmst_reserve() and kmst_one_init(): nothing
 * is held then.
 */
int kmst_pressure_start(struct kmst_pressure *pressure, unsigned int max_percent,
			struct kmst_refusal *why)
{
	const struct kmst_pressure_config *config = &pressure->config;
	int err;

	lockdep_assert_held(&pressure->lock);

	kmst_refuse(why, KMST_LIMIT_NONE, 0, 0, 0);
	pressure->cancel.reasons = 0;
	err = ready_runs(pressure);
	err = err ?: reserve(pressure, max_percent, why);
	if (err)
		return err;
	pressure->use = (struct kmst_zone_use){
		.gfp	= flags(config),
		.nid	= config->nid,
		.cma	= config->movable,
	};
	pressure->at = config->kind == KMST_FILL ? MAX_PAGE_ORDER : config->order;
	WRITE_ONCE(pressure->ended, KMST_PRESSURE_TAKING);
	kmst_blocks_free_count(&pressure->use, &pressure->before);
	pressure->after = pressure->before;
	WRITE_ONCE(pressure->live, true);
	kmst_giveway_add(&pressure->holder);
	return 0;
}

/* Returns -EAGAIN when the time is over, -EINTR or -ERESTARTNOINTR when it is to end. */
static int take_steps(struct kmst_pressure *pressure, unsigned long until)
{
	int err = 0;

	while (!err && pressure->ended == KMST_PRESSURE_TAKING) {
		if (time_after(jiffies, until))
			return -EAGAIN;
		WRITE_ONCE(pressure->ended, step(pressure));
		err = kmst_cancel_point(&pressure->cancel);
	}
	return err;
}

/**
 * kmst_pressure_take() - Take memory, for a while.
 * @pressure: a live pressure; its lock is held
 * @until:    for how long, in jiffies
 *
 * Context: process context, may sleep.
 * Return: 0 if no more is to be taken, -EAGAIN if more is, -ENOMEM if it was given back as
 * memory ran out, -EINTR when it was told to stop or the caller was killed.
 */
int kmst_pressure_take(struct kmst_pressure *pressure, unsigned long until)
{
	int err;

	lockdep_assert_held(&pressure->lock);

	WRITE_ONCE(pressure->taker, current);
	err = take_steps(pressure, until);
	WRITE_ONCE(pressure->taker, NULL);
	if (err == -EAGAIN)
		return err;
	if (test_bit(KMST_CANCEL_LOST, &pressure->cancel.reasons))
		lose(pressure);
	if (pressure->ended == KMST_PRESSURE_LOST)
		return -ENOMEM;
	/* the same call comes again */
	if (err == -ERESTARTNOINTR)
		return -EAGAIN;
	if (err)
		return err;
	if (is_cma(pressure))
		thin_out(pressure);
	count_what_is_held(pressure);
	kmst_blocks_free_count(&pressure->use, &pressure->after);
	return 0;
}

/**
 * kmst_pressure_stop() - Give everything back.
 * @pressure: a live pressure; its lock is held
 *
 * Context: process context, may sleep.
 */
void kmst_pressure_stop(struct kmst_pressure *pressure)
{
	lockdep_assert_held(&pressure->lock);

	/* in this order: who is asked to give way at this moment has nothing any more */
	free_all(pressure);
	kmst_giveway_remove(&pressure->holder);
	kmst_unreserve(&pressure->reservation);
	memset(pressure->taken, 0, sizeof(pressure->taken));
	if (is_cma(pressure))
		kmst_one_exit(&pressure->one);
	WRITE_ONCE(pressure->live, false);
}
