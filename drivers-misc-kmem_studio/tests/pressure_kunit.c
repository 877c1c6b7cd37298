// SPDX-License-Identifier: GPL-2.0
/*
 * Pressures, with blocks from a stub that has as many as a test wants, and the arithmetic of
 * fragmentation.
 */
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/bitops.h>
#include <linux/cleanup.h>
#include <linux/container_of.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/numa.h>
#include <linux/sched.h>
#include <linux/workqueue.h>

#include "../bench/pressure.h"
#include "../giveway.h"
#include "alone.h"
#include "nodes.h"

#define FOR_EVER	MAX_JIFFY_OFFSET

/* Pages more, or less, that come and go by themselves. */
#define NOISE		500

/**
 * struct source - where blocks come from, and what was asked for
 * @left:   blocks that there are
 * @pages:  pages of all blocks that were given
 * @may_reclaim: somebody asked for more than what is free
 * @gfp:    how the last block was asked for
 * @nid:    of which node
 * @ask_at: somebody runs out of memory when so many are left, 0 for nobody: @ask does, and
 *          without a @pressure whoever takes
 * @ask:    asks whether anything can be given
 * @given:  the answer
 * @slept:  how often whoever takes slept until it had that
 * @pressure: who is asked
 */
struct source {
	int		left;
	unsigned long	pages;
	bool		may_reclaim;
	gfp_t		gfp;
	int		nid;
	int		ask_at;
	struct work_struct ask;
	unsigned long	given;
	unsigned long	slept;
	struct kmst_pressure *pressure;
};

/* Somebody runs out of memory. */
static void ask(struct work_struct *work)
{
	struct source *source = container_of(work, struct source, ask);

	WRITE_ONCE(source->given, kmst_giveway_now());
}

/* Whoever takes does. To be preempted is not to sleep. */
static void ask_as_taker(struct source *source)
{
	unsigned long before = current->nvcsw;

	source->given = kmst_giveway_now();
	source->slept = current->nvcsw - before;
}

/*
 * Returns as soon as the pressure was told, and whoever asked waits for an answer; or when
 * that one is done and has told nobody.
 */
static void let_ask(struct source *source)
{
	schedule_work(&source->ask);
	while (!test_bit(KMST_CANCEL_LOST, &source->pressure->cancel.reasons) &&
	       work_busy(&source->ask))
		schedule_timeout_uninterruptible(1);
}

static struct page *source_alloc_block(gfp_t gfp, unsigned int order, int nid)
{
	struct source *source = kunit_get_current_test()->priv;
	struct page *page;

	if (gfp & __GFP_RECLAIM || !(gfp & __GFP_NOWARN))
		source->may_reclaim = true;
	source->gfp = gfp;
	source->nid = nid;
	if (source->left <= 0)
		return NULL;
	page = alloc_pages(gfp, order);
	if (!page)
		return NULL;
	source->left--;
	source->pages += 1UL << order;
	if (source->ask_at && source->left == source->ask_at) {
		if (source->pressure)
			let_ask(source);
		else
			ask_as_taker(source);
	}
	return page;
}

static int pressure_init(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct source), GFP_KERNEL);
	return test->priv ? 0 : -ENOMEM;
}

/* What others have would count for its share, and be asked for, too. */
static struct kmst_pressure *new_pressure(struct kunit *test, enum kmst_pressure_kind kind,
					  int blocks)
{
	struct kmst_pressure *pressure = kunit_kzalloc(test, sizeof(*pressure), GFP_KERNEL);
	struct source *source = test->priv;

	KUNIT_ASSERT_NOT_NULL(test, pressure);
	needs_to_be_alone(test);
	source->left = blocks;
	kunit_activate_static_stub(test, kmst_alloc_block, source_alloc_block);
	kmst_pressure_init(pressure);
	pressure->config = (struct kmst_pressure_config){
		.kind		= kind,
		.order		= 3,
		.nid		= NUMA_NO_NODE,
		.max_percent	= 100,
		.min_free_bytes	= 1 << 20,
		.every		= 2,
	};
	return pressure;
}

/*
 * To be left at once if it is not: its lock is held, which no test may end with, by an
 * assertion or as it is skipped. Other programs may have left too little memory for it.
 */
static bool is_started(struct kunit *test, struct kmst_pressure *pressure,
		       unsigned int max_percent)
{
	struct kmst_refusal why;
	int err = kmst_pressure_start(pressure, max_percent, &why);

	if (why.limit == KMST_LIMIT_AVAILABLE || why.limit == KMST_LIMIT_AREA)
		kunit_mark_skipped(test, "no memory for a pressure");
	else
		KUNIT_EXPECT_EQ(test, err, 0);
	return !err;
}

static bool takes_all(struct kunit *test, struct kmst_pressure *pressure)
{
	if (!is_started(test, pressure, 50))
		return false;
	KUNIT_EXPECT_EQ(test, kmst_pressure_take(pressure, jiffies + FOR_EVER), 0);
	return true;
}

/* What it has is what it counts for, not what was claimed at a time. */
static void expect_counted(struct kunit *test, const struct kmst_pressure *pressure)
{
	unsigned long pages = 0;
	unsigned int pool;

	for (pool = 0; pool < KMST_NR_POOLS; pool++)
		pages += pressure->reservation.pages[pool];
	KUNIT_EXPECT_EQ(test, pages, pressure->pages);
}

static void fragments_are_one_page_of_each(struct kunit *test)
{
	struct kmst_pressure *pressure = new_pressure(test, KMST_FRAGMENT, 50);
	struct source *source = test->priv;
	unsigned long seen = 0;
	struct page *page;

	guard(mutex)(&pressure->lock);

	if (!takes_all(test, pressure))
		return;
	KUNIT_EXPECT_EQ(test, pressure->ended, KMST_PRESSURE_NO_BLOCK);
	KUNIT_EXPECT_EQ(test, source->pages, 400UL);
	KUNIT_EXPECT_FALSE(test, source->may_reclaim);
	KUNIT_EXPECT_EQ(test, pressure->pages, 50UL);
	list_for_each_entry(page, &pressure->held, lru)
		seen += page_count(page) == 1 && !page_private(page);
	KUNIT_EXPECT_EQ(test, seen, 50UL);
	KUNIT_EXPECT_EQ(test, pressure->taken[KMST_POOL_LOW], 50UL);
	expect_counted(test, pressure);
	kmst_pressure_stop(pressure);
	KUNIT_EXPECT_EQ(test, pressure->pages, 0UL);
	KUNIT_EXPECT_TRUE(test, list_empty(&pressure->held));
}

/* It takes until so much is left, or, as here, until there is no block of one page. */
static void fill_takes_whole_blocks(struct kunit *test)
{
	struct kmst_pressure *pressure = new_pressure(test, KMST_FILL, 3);
	struct source *source = test->priv;

	guard(mutex)(&pressure->lock);

	if (!takes_all(test, pressure))
		return;
	KUNIT_EXPECT_EQ(test, pressure->ended, KMST_PRESSURE_NO_BLOCK);
	KUNIT_EXPECT_EQ(test, pressure->pages, source->pages);
	KUNIT_EXPECT_GT(test, pressure->pages, 3UL);
	kmst_pressure_stop(pressure);
}

static void fill_leaves_what_it_is_told_to(struct kunit *test)
{
	struct kmst_pressure *pressure = new_pressure(test, KMST_FILL, 1000000);

	guard(mutex)(&pressure->lock);

	/* more than there is */
	pressure->config.leave_bytes = U64_MAX;
	if (!takes_all(test, pressure))
		return;
	KUNIT_EXPECT_EQ(test, pressure->ended, KMST_PRESSURE_LEFT);
	KUNIT_EXPECT_EQ(test, pressure->pages, 0UL);
	kmst_pressure_stop(pressure);

	pressure->config.leave_bytes = 0;
	pressure->config.min_free_bytes = U64_MAX;
	if (!takes_all(test, pressure))
		return;
	KUNIT_EXPECT_EQ(test, pressure->ended, KMST_PRESSURE_MIN_FREE);
	KUNIT_EXPECT_EQ(test, pressure->pages, 0UL);
	kmst_pressure_stop(pressure);
}

/* The allocator itself: the node that memory would not come from anyway, if there are two. */
static void it_takes_from_its_node(struct kunit *test)
{
	struct kmst_pressure *pressure = new_pressure(test, KMST_FILL, 0);
	struct page *page;

	kunit_deactivate_static_stub(test, kmst_alloc_block);

	guard(mutex)(&pressure->lock);

	pressure->config.nid = last_node_with_memory();
	if (!is_started(test, pressure, 2))
		return;
	KUNIT_EXPECT_EQ(test, kmst_pressure_take(pressure, jiffies + FOR_EVER), 0);
	if (!pressure->pages && pressure->ended == KMST_PRESSURE_MIN_FREE)
		kunit_mark_skipped(test, "others have the memory of that node");
	else
		KUNIT_EXPECT_GT(test, pressure->pages, 0UL);
	list_for_each_entry(page, &pressure->held, lru)
		KUNIT_EXPECT_EQ(test, page_to_nid(page), pressure->config.nid);
	kmst_pressure_stop(pressure);
}

/* What is for movable pages is taken if it is to be, and not else. */
static void movable_memory_is_asked_for(struct kunit *test)
{
	struct kmst_pressure *pressure = new_pressure(test, KMST_FRAGMENT, 1);
	struct source *source = test->priv;

	guard(mutex)(&pressure->lock);

	pressure->config.movable = true;
	if (!takes_all(test, pressure))
		return;
	KUNIT_EXPECT_TRUE(test, source->gfp & __GFP_MOVABLE);
	KUNIT_EXPECT_TRUE(test, pressure->use.cma);
	KUNIT_EXPECT_EQ(test, source->nid, NUMA_NO_NODE);
	kmst_pressure_stop(pressure);

	source->left = 1;
	pressure->config.movable = false;
	if (!takes_all(test, pressure))
		return;
	KUNIT_EXPECT_FALSE(test, source->gfp & (__GFP_MOVABLE | __GFP_HIGHMEM));
	KUNIT_EXPECT_FALSE(test, pressure->use.cma);
	kmst_pressure_stop(pressure);
}

static void no_more_than_its_share_is_taken(struct kunit *test)
{
	struct kmst_pressure *pressure = new_pressure(test, KMST_FILL, 1000000);
	unsigned long managed[KMST_NR_POOLS];

	guard(mutex)(&pressure->lock);

	kmst_zones_managed(managed);
	if (!is_started(test, pressure, 2))
		return;
	KUNIT_EXPECT_EQ(test, kmst_pressure_take(pressure, jiffies + FOR_EVER), 0);
	KUNIT_EXPECT_EQ(test, pressure->ended, KMST_PRESSURE_MAX_PERCENT);
	KUNIT_EXPECT_LE(test, pressure->pages, managed[KMST_POOL_LOW] / 50);
	KUNIT_EXPECT_GT(test, pressure->pages, managed[KMST_POOL_LOW] / 100);
	kmst_pressure_stop(pressure);
}

static void it_is_told_to_stop(struct kunit *test)
{
	struct kmst_pressure *pressure = new_pressure(test, KMST_FRAGMENT, 1000000);

	guard(mutex)(&pressure->lock);

	if (!is_started(test, pressure, 50))
		return;
	KUNIT_EXPECT_EQ(test, kmst_pressure_take(pressure, jiffies - 1), -EAGAIN);
	KUNIT_EXPECT_EQ(test, pressure->pages, 0UL);
	set_bit(KMST_CANCEL_STOPPED, &pressure->cancel.reasons);
	KUNIT_EXPECT_EQ(test, kmst_pressure_take(pressure, jiffies + FOR_EVER), -EINTR);
	KUNIT_EXPECT_LE(test, pressure->pages, 1UL);
	kmst_pressure_stop(pressure);
	KUNIT_EXPECT_EQ(test, pressure->pages, 0UL);
}

static unsigned long answer(struct source *source)
{
	flush_work(&source->ask);
	return source->given;
}

static struct source *new_asker(struct kunit *test, struct kmst_pressure *pressure)
{
	struct source *source = test->priv;

	INIT_WORK(&source->ask, ask);
	source->pressure = pressure;
	return source;
}

static void it_gives_way(struct kunit *test)
{
	struct kmst_pressure *pressure = new_pressure(test, KMST_FRAGMENT, 20);
	struct source *source = new_asker(test, pressure);

	scoped_guard(mutex, &pressure->lock) {
		if (!takes_all(test, pressure))
			return;
		/* whoever looks at it is waited for */
		let_ask(source);
		KUNIT_EXPECT_EQ(test, pressure->pages, 20UL);
	}
	KUNIT_EXPECT_EQ(test, answer(source), 20UL);
	KUNIT_EXPECT_EQ(test, pressure->pages, 0UL);
	KUNIT_EXPECT_EQ(test, pressure->ended, KMST_PRESSURE_LOST);
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 0UL);
	scoped_guard(mutex, &pressure->lock)
		kmst_pressure_stop(pressure);
}

/* Whoever takes is told in the middle of it, frees all, and that is how long it is waited for. */
static void it_gives_way_while_it_takes(struct kunit *test)
{
	struct kmst_pressure *pressure = new_pressure(test, KMST_FRAGMENT, 1000);
	struct source *source = new_asker(test, pressure);

	guard(mutex)(&pressure->lock);

	source->ask_at = 980;
	if (!is_started(test, pressure, 50))
		return;
	KUNIT_EXPECT_EQ(test, kmst_pressure_take(pressure, jiffies + FOR_EVER), -ENOMEM);
	KUNIT_EXPECT_EQ(test, pressure->pages, 0UL);
	KUNIT_EXPECT_EQ(test, pressure->ended, KMST_PRESSURE_LOST);
	KUNIT_EXPECT_EQ(test, answer(source), 19UL);
	kmst_pressure_stop(pressure);
	KUNIT_EXPECT_GE(test, source->left, 979);
}

/* Who would wait for itself is told, and does so later. */
static void whoever_takes_does_not_wait_for_itself(struct kunit *test)
{
	struct kmst_pressure *pressure = new_pressure(test, KMST_FRAGMENT, 1000);
	struct source *source = test->priv;

	guard(mutex)(&pressure->lock);

	source->ask_at = 980;
	source->given = 1;
	source->slept = 1;
	if (!is_started(test, pressure, 50))
		return;
	KUNIT_EXPECT_EQ(test, kmst_pressure_take(pressure, jiffies + FOR_EVER), -ENOMEM);
	KUNIT_EXPECT_EQ(test, source->given, 0UL);
	KUNIT_EXPECT_EQ(test, source->slept, 0UL);
	KUNIT_EXPECT_EQ(test, pressure->pages, 0UL);
	kmst_pressure_stop(pressure);
}

/* One that is stopped at that moment does not hold up who asks, nor the other way round. */
static void a_stop_gives_way(struct kunit *test)
{
	struct kmst_pressure *pressure = new_pressure(test, KMST_FRAGMENT, 20);
	struct source *source = new_asker(test, pressure);

	scoped_guard(mutex, &pressure->lock) {
		if (!takes_all(test, pressure))
			return;
		let_ask(source);
		kmst_pressure_stop(pressure);
	}
	KUNIT_EXPECT_EQ(test, answer(source), 20UL);
}

/* Every second run of the area, and the area is whole again afterwards. */
static void every_second_run_is_held(struct kunit *test)
{
	const struct kmst_allocator *cma = kmst_allocator_find("cma");
	struct kmst_pressure *pressure = new_pressure(test, KMST_CMA, 0);
	enum kmst_pressure_end ended;
	struct page *page;

	if (!cma->supported())
		kunit_skip(test, "this kernel has no area for DMA");

	guard(mutex)(&pressure->lock);

	if (!takes_all(test, pressure))
		return;
	ended = pressure->ended;
	if (ended != KMST_PRESSURE_MAX_PERCENT)
		KUNIT_EXPECT_EQ(test, ended, KMST_PRESSURE_NO_BLOCK);
	KUNIT_EXPECT_GT(test, pressure->pages, 0UL);
	KUNIT_EXPECT_LE(test, pressure->pages, kmst_zones_largest_area() / 4 + 8);
	list_for_each_entry(page, &pressure->held, lru)
		KUNIT_EXPECT_EQ(test, page_count(page + 7), 1);
	expect_counted(test, pressure);
	kmst_pressure_stop(pressure);
	KUNIT_EXPECT_EQ(test, pressure->pages, 0UL);
}

/* A block of 8 pages, 4 of two, 8 of one: of 24 pages, 8 and 16 are too small. */
static void what_is_unusable(struct kunit *test)
{
	struct kmst_blocks_free free = { .blocks = { 8, 4, 0, 1 } };

	KUNIT_EXPECT_EQ(test, kmst_blocks_free_unusable(&free, 0), 0U);
	KUNIT_EXPECT_EQ(test, kmst_blocks_free_unusable(&free, 1), 33U);
	KUNIT_EXPECT_EQ(test, kmst_blocks_free_unusable(&free, 2), 66U);
	KUNIT_EXPECT_EQ(test, kmst_blocks_free_unusable(&free, 3), 66U);
	KUNIT_EXPECT_EQ(test, kmst_blocks_free_unusable(&free, 4), 100U);
	free = (struct kmst_blocks_free){};
	KUNIT_EXPECT_EQ(test, kmst_blocks_free_unusable(&free, 4), 0U);
}

static void free_memory_is_counted(struct kunit *test)
{
	const struct kmst_zone_use use = { .gfp = GFP_KERNEL, .nid = NUMA_NO_NODE };
	const struct kmst_zone_use cma = { .gfp = GFP_KERNEL, .nid = NUMA_NO_NODE, .cma = true };
	struct kmst_blocks_free free;

	kmst_blocks_free_count(&use, &free);
	KUNIT_EXPECT_LT(test, kmst_blocks_free_unusable(&free, 1), 100U);
	KUNIT_EXPECT_GT(test, kmst_pages_free(&use), 0UL);
	KUNIT_EXPECT_LT(test, kmst_pages_above_min(&use), (long)totalram_pages());
	/* others may have all of the area */
	if (global_zone_page_state(NR_FREE_CMA_PAGES) > 2 * NOISE)
		KUNIT_EXPECT_GT(test, kmst_pages_free(&cma), kmst_pages_free(&use));
}

static long min_of_all_zones(void)
{
	struct zone *zone;
	long pages = 0;
	int nid;

	for_each_online_node(nid) {
		for (zone = NODE_DATA(nid)->node_zones;
		     zone < NODE_DATA(nid)->node_zones + MAX_NR_ZONES; zone++)
			pages += populated_zone(zone) ? min_wmark_pages(zone) : 0;
	}
	return pages;
}

/* Others allocate meanwhile: some time or other they do not. */
static void what_zones_keep_is_not_counted(struct kunit *test)
{
	const struct kmst_zone_use use = {
		.gfp	= GFP_HIGHUSER_MOVABLE,
		.nid	= NUMA_NO_NODE,
		.cma	= true,
	};
	unsigned int tries = 1000;
	long between, keep;

	do {
		keep = min_of_all_zones();
		between = (long)kmst_pages_free(&use) - kmst_pages_above_min(&use);
	} while (between != keep && --tries);
	KUNIT_EXPECT_EQ(test, between, keep);
	KUNIT_EXPECT_GT(test, keep, 0L);
}

static struct kunit_case pressure_cases[] = {
	KUNIT_CASE(fragments_are_one_page_of_each),
	KUNIT_CASE(fill_takes_whole_blocks),
	KUNIT_CASE(fill_leaves_what_it_is_told_to),
	KUNIT_CASE(it_takes_from_its_node),
	KUNIT_CASE(movable_memory_is_asked_for),
	KUNIT_CASE(what_zones_keep_is_not_counted),
	KUNIT_CASE(no_more_than_its_share_is_taken),
	KUNIT_CASE(it_is_told_to_stop),
	KUNIT_CASE(it_gives_way),
	KUNIT_CASE(it_gives_way_while_it_takes),
	KUNIT_CASE(whoever_takes_does_not_wait_for_itself),
	KUNIT_CASE(a_stop_gives_way),
	KUNIT_CASE(every_second_run_is_held),
	KUNIT_CASE(what_is_unusable),
	KUNIT_CASE(free_memory_is_counted),
	{}
};

static struct kunit_suite pressure_suite = {
	.name		= "kmem_studio_pressure",
	.init		= pressure_init,
	.test_cases	= pressure_cases,
};

kunit_test_suite(pressure_suite);
