// SPDX-License-Identifier: GPL-2.0
/*
 * Limits: told with their numbers before anything is allocated, each kind of memory counted
 * against itself, and nobody refused because of a claim that comes to nothing.
 */
#include <kunit/static_stub.h>
#include <kunit/test-bug.h>
#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/completion.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/numa.h>

#include "../allocator.h"
#include "../cancel.h"
#include "../limits.h"

#define PER_PAGE	(PAGE_SIZE / sizeof(struct kmst_struct))

static struct kmst_demand demand_of(const struct kmst_allocator *allocator,
				    unsigned int nr_structs)
{
	struct kmst_demand demand = {
		.allocator	= allocator,
		.max_percent	= 50,
		.gfp		= GFP_KERNEL,
		.nid		= NUMA_NO_NODE,
	};

	kmst_plan_init(&demand.plan, nr_structs, PAGE_SHIFT);
	return demand;
}

/* The largest request passes, one object more does not; neither is looked at for memory. */
static void expect_end(struct kunit *test, struct kmst_demand demand, enum kmst_limit limit,
		       u64 most_structs, unsigned long most)
{
	struct kmst_refusal why;

	if (most_structs >= U32_MAX)
		kunit_skip(test, "no number of objects is too large");
	kmst_plan_init(&demand.plan, most_structs, PAGE_SHIFT);
	KUNIT_EXPECT_EQ(test, kmst_limits_request(&demand, &why), 0);
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_NONE);
	kmst_plan_init(&demand.plan, most_structs + 1, PAGE_SHIFT);
	KUNIT_EXPECT_EQ(test, kmst_limits_request(&demand, &why), -E2BIG);
	KUNIT_EXPECT_EQ(test, why.limit, limit);
	KUNIT_EXPECT_EQ(test, why.allowed, most);
	KUNIT_EXPECT_EQ(test, why.wanted, most + 1);
}

/* kvmalloc() says so with a warning, or with nothing. */
static void kvmalloc_ends_at_int_max(struct kunit *test)
{
	unsigned long most = min_t(unsigned long, INT_MAX / PAGE_SIZE,
				   kmst_vmalloc_max_pages());

	expect_end(test, demand_of(kmst_allocator_find("kvmalloc"), 1), KMST_LIMIT_RUN,
		   (u64)most * PER_PAGE, most);
}

static void vmalloc_ends_with_its_addresses(struct kunit *test)
{
	unsigned long most = kmst_vmalloc_max_pages();

	KUNIT_EXPECT_GT(test, most, 0UL);
	expect_end(test, demand_of(kmst_allocator_find("vmalloc"), 1), KMST_LIMIT_RUN,
		   (u64)most * PER_PAGE, most);
}

static void tables_of_pointers_end_at_int_max(struct kunit *test)
{
	static const char * const names[] = { "slab", "kmalloc_object" };
	unsigned long most = kmst_table_max() / sizeof(void *);
	unsigned int i;

	KUNIT_EXPECT_LE(test, kmst_table_max(), (size_t)INT_MAX);
	for (i = 0; i < ARRAY_SIZE(names); i++)
		expect_end(test, demand_of(kmst_allocator_find(names[i]), 1),
			   KMST_LIMIT_TABLE, most, most);
}

/* Pages of the other tables are never that many. */
static void chunk_has_no_end(struct kunit *test)
{
	static const char * const names[] = { "chunk", "folio", "bulk", "highmem" };
	struct kmst_demand demand;
	struct kmst_refusal why;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		demand = demand_of(kmst_allocator_find(names[i]), U32_MAX);
		KUNIT_EXPECT_EQ(test, kmst_limits_request(&demand, &why), 0);
	}
}

static const struct kmst_allocator *supported_cma(struct kunit *test)
{
	const struct kmst_allocator *cma = kmst_allocator_find("cma");

	if (!cma->supported())
		kunit_skip(test, "nothing is set aside for DMA");
	return cma;
}

static void cma_ends_with_its_area(struct kunit *test)
{
	unsigned long area = kmst_zones_largest_area();
	struct kmst_demand demand = demand_of(supported_cma(test), 1);
	unsigned long most = max(area, 1UL << MAX_PAGE_ORDER);

	expect_end(test, demand, KMST_LIMIT_RUN, (u64)most * PER_PAGE, most);
	demand.cma_only = true;
	expect_end(test, demand, KMST_LIMIT_RUN, (u64)area * PER_PAGE, area);
}

static void only_cma_is_of_the_area(struct kunit *test)
{
	struct kmst_demand demand = demand_of(kmst_allocator_find("page"), 1);
	struct kmst_refusal why;

	demand.cma_only = true;
	KUNIT_EXPECT_EQ(test, kmst_limits_request(&demand, &why), -EINVAL);
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_NOT_CMA);
}

static void the_area_is_not_emptied(struct kunit *test)
{
	struct kmst_area_pages area = { .managed = 1000, .free = 600 };

	/* 400 are in use by devices, as nothing is lent */
	KUNIT_EXPECT_TRUE(test, kmst_limits_spare_area(&area, 1, 125));
	KUNIT_EXPECT_TRUE(test, kmst_limits_spare_area(&area, 475, 125));
	KUNIT_EXPECT_FALSE(test, kmst_limits_spare_area(&area, 476, 125));
	KUNIT_EXPECT_FALSE(test, kmst_limits_spare_area(&area, 600, 125));
	/* that is not to be had from what is free */
	KUNIT_EXPECT_TRUE(test, kmst_limits_spare_area(&area, 601, 125));
	/* programs make room for devices */
	area.lent = 100;
	KUNIT_EXPECT_TRUE(test, kmst_limits_spare_area(&area, 575, 125));
	KUNIT_EXPECT_FALSE(test, kmst_limits_spare_area(&area, 576, 125));
}

/* Devices have most of a small area, and nothing of it is lent. */
static void area_in_use(struct kmst_area_pages *area)
{
	*area = (struct kmst_area_pages){ .managed = 400, .free = 100 };
}

static void devices_are_left_their_share(struct kunit *test)
{
	struct kmst_demand demand = demand_of(supported_cma(test), 50 * PER_PAGE);
	struct kmst_refusal why;

	kunit_activate_static_stub(test, kmst_zones_area, area_in_use);
	KUNIT_EXPECT_EQ(test, kmst_limits_check(&demand, &(struct kmst_going){}, &why), 0);
	kmst_plan_init(&demand.plan, 51 * PER_PAGE, PAGE_SHIFT);
	KUNIT_EXPECT_EQ(test, kmst_limits_check(&demand, &(struct kmst_going){}, &why), -ENOMEM);
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_AREA);
	KUNIT_EXPECT_EQ(test, why.wanted, 51UL);
	KUNIT_EXPECT_EQ(test, why.allowed, 50UL);
	/* what an arena gives back before is there then */
	KUNIT_EXPECT_EQ(test, kmst_limits_check(&demand, &(struct kmst_going){ .area = 1 },
						&why), 0);
}

/* --- claims: no memory is taken for them --- */

/* Tests share as little as this, so that it can be had on any machine. */
#define PERCENT		2

static const char * const pool_allocators[KMST_NR_POOLS] = {
	[KMST_POOL_LOW]		= "chunk",
	[KMST_POOL_HIGH]	= "highmem",
	[KMST_POOL_CMA]		= "cma",
};

static unsigned long share_of(enum kmst_pool pool)
{
	unsigned long managed[KMST_NR_POOLS];

	kmst_zones_managed(managed);
	return managed[pool] * PERCENT / 100;
}

static struct kmst_demand demand_of_pool(enum kmst_pool pool, unsigned long nr_pages)
{
	struct kmst_demand demand;

	demand = demand_of(kmst_allocator_find(pool_allocators[pool]), nr_pages * PER_PAGE);
	demand.max_percent = PERCENT;
	return demand;
}

static int claim_pages(enum kmst_pool pool, unsigned long nr_pages, struct kmst_claim *claim,
		       const struct kmst_cancel *cancel, struct kmst_refusal *why)
{
	struct kmst_demand demand = demand_of_pool(pool, nr_pages);

	return kmst_limits_claim(&demand, claim, cancel, why);
}

static int settle_low(struct kmst_claim *claim, unsigned long nr_pages,
		      struct kmst_refusal *why)
{
	const unsigned long pages[KMST_NR_POOLS] = { [KMST_POOL_LOW] = nr_pages };
	struct kmst_demand demand = demand_of_pool(KMST_POOL_LOW, nr_pages);

	return kmst_limits_settle(&demand, claim, pages, why);
}

/* Arenas of the lab, or of a user, would be counted with those of the test. */
static void needs_an_empty_ledger(struct kunit *test)
{
	struct kmst_demand demand;
	struct kmst_refusal why;

	demand = demand_of(kmst_allocator_find("chunk"), 1);
	demand.max_percent = 0;
	KUNIT_ASSERT_EQ(test, kmst_limits_check(&demand, &(struct kmst_going){}, &why),
			-E2BIG);
	if (why.taken)
		kunit_skip(test, "there are arenas");
	if (share_of(KMST_POOL_LOW) < 100 || share_of(KMST_POOL_LOW) > U32_MAX / PER_PAGE)
		kunit_skip(test, "no memory for this");
}

static void expect_room(struct kunit *test, enum kmst_pool pool, unsigned long nr_pages,
			unsigned long taken)
{
	struct kmst_demand demand = demand_of_pool(pool, nr_pages);
	struct kmst_refusal why;

	KUNIT_EXPECT_EQ(test, kmst_limits_check(&demand, &(struct kmst_going){}, &why), 0);
	demand = demand_of_pool(pool, nr_pages + 1);
	KUNIT_EXPECT_EQ(test, kmst_limits_check(&demand, &(struct kmst_going){}, &why),
			-E2BIG);
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_SHARE);
	KUNIT_EXPECT_EQ(test, why.pool, pool);
	KUNIT_EXPECT_EQ(test, why.wanted, nr_pages + 1);
	KUNIT_EXPECT_EQ(test, why.allowed, nr_pages + taken);
	KUNIT_EXPECT_EQ(test, why.taken, taken);
}

static bool has_pool(enum kmst_pool pool)
{
	const struct kmst_allocator *cma = kmst_allocator_find("cma");

	if (pool == KMST_POOL_CMA && !cma->supported())
		return false;
	return share_of(pool) > 20;
}

/* What one kind of memory has is neither more nor less for what is taken of another. */
static void each_kind_of_memory_is_counted_against_itself(struct kunit *test)
{
	const unsigned long taken = 7;
	enum kmst_pool pool, other;
	struct kmst_claim claim;
	struct kmst_refusal why;

	needs_an_empty_ledger(test);
	for (pool = 0; pool < KMST_NR_POOLS; pool++) {
		if (!has_pool(pool))
			continue;
		KUNIT_EXPECT_EQ(test, claim_pages(pool, taken, &claim, NULL, &why), 0);
		KUNIT_EXPECT_EQ(test, claim.pages[pool], taken);
		KUNIT_EXPECT_EQ(test, kmst_limits_settle(&(struct kmst_demand){}, &claim,
							 claim.pages, &why), 0);
		for (other = 0; other < KMST_NR_POOLS; other++) {
			/* the table of highmem is not highmem */
			unsigned long gone = claim.pages[other];

			if (has_pool(other))
				expect_room(test, other, share_of(other) - gone, gone);
		}
		kmst_limits_release(&claim);
	}
	expect_room(test, KMST_POOL_LOW, share_of(KMST_POOL_LOW), 0);
}

static void a_claim_that_is_refused_is_none(struct kunit *test)
{
	unsigned long share = share_of(KMST_POOL_LOW);
	struct kmst_claim claim, more;
	struct kmst_refusal why;

	needs_an_empty_ledger(test);
	KUNIT_ASSERT_EQ(test, claim_pages(KMST_POOL_LOW, share - 10, &claim, NULL, &why), 0);
	KUNIT_ASSERT_EQ(test, settle_low(&claim, share - 10, &why), 0);
	KUNIT_EXPECT_EQ(test, claim_pages(KMST_POOL_LOW, 11, &more, NULL, &why), -E2BIG);
	KUNIT_EXPECT_EQ(test, why.taken, share - 10);
	KUNIT_EXPECT_EQ(test, claim_pages(KMST_POOL_LOW, 10, &more, NULL, &why), 0);
	/* there is no room to grow, and what was claimed stays */
	KUNIT_EXPECT_EQ(test, settle_low(&more, 11, &why), -E2BIG);
	KUNIT_EXPECT_EQ(test, more.pages[KMST_POOL_LOW], 10UL);
	kmst_limits_release(&more);
	kmst_limits_release(&claim);
	expect_room(test, KMST_POOL_LOW, share, 0);
}

/* Who asks for what another claim is in the way of. */
struct asker {
	unsigned long		nr_pages;
	struct kmst_claim	claim;
	struct kmst_cancel	cancel;
	struct kmst_refusal	why;
	int			err;
	struct completion	done;
};

static int ask(void *data)
{
	struct asker *asker = data;

	asker->err = claim_pages(KMST_POOL_LOW, asker->nr_pages, &asker->claim,
				 &asker->cancel, &asker->why);
	kthread_complete_and_exit(&asker->done, 0);
}

static void start(struct kunit *test, struct asker *asker)
{
	init_completion(&asker->done);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, kthread_run(ask, asker, "kmst_asker"));
}

/* A claim of all but 10 pages that is not settled yet, and one for 20 pages. */
static void let_ask(struct kunit *test, struct kmst_claim *first, struct asker *asker)
{
	struct kmst_refusal why;

	needs_an_empty_ledger(test);
	KUNIT_ASSERT_EQ(test, claim_pages(KMST_POOL_LOW, share_of(KMST_POOL_LOW) - 10, first,
					  NULL, &why), 0);
	*asker = (struct asker){ .nr_pages = 20 };
	start(test, asker);
	/* it does not take no for an answer yet */
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&asker->done, HZ / 5), 0UL);
}

static void expect_answer(struct kunit *test, struct kmst_claim *first, struct asker *asker,
			  int err)
{
	KUNIT_ASSERT_GT(test, wait_for_completion_timeout(&asker->done, 10 * HZ), 0UL);
	KUNIT_EXPECT_EQ(test, asker->err, err);
	if (!asker->err)
		kmst_limits_release(&asker->claim);
	kmst_limits_release(first);
	expect_room(test, KMST_POOL_LOW, share_of(KMST_POOL_LOW), 0);
}

static void a_claim_that_comes_to_nothing_refuses_nobody(struct kunit *test)
{
	struct kmst_claim first;
	struct asker asker;

	let_ask(test, &first, &asker);
	kmst_limits_release(&first);
	expect_answer(test, &first, &asker, 0);
}

static void a_claim_that_was_too_large_refuses_nobody(struct kunit *test)
{
	struct kmst_refusal why;
	struct kmst_claim first;
	struct asker asker;

	let_ask(test, &first, &asker);
	KUNIT_EXPECT_EQ(test, settle_low(&first, 5, &why), 0);
	expect_answer(test, &first, &asker, 0);
}

static void a_claim_that_was_right_refuses(struct kunit *test)
{
	struct kmst_refusal why;
	struct kmst_claim first;
	struct asker asker;

	let_ask(test, &first, &asker);
	KUNIT_EXPECT_EQ(test, settle_low(&first, first.pages[KMST_POOL_LOW], &why), 0);
	expect_answer(test, &first, &asker, -E2BIG);
}

static void whoever_waits_can_be_told_to_give_up(struct kunit *test)
{
	struct kmst_claim first;
	struct asker asker;

	let_ask(test, &first, &asker);
	set_bit(KMST_CANCEL_CLOSED, &asker.cancel.reasons);
	expect_answer(test, &first, &asker, -EINTR);
}

/* Somebody asks while the limits are looked at, and is given time to be refused. */
static void managed_while_another_asks(unsigned long *pages)
{
	struct kunit *test = kunit_get_current_test();
	struct asker *asker = test->priv;

	kunit_deactivate_static_stub(test, kmst_zones_managed);
	start(test, asker);
	wait_for_completion_timeout(&asker->done, HZ / 5);
	kmst_zones_managed(pages);
}

/* It would fit if the share were larger, or the rest smaller: nobody else sees it. */
static void what_does_not_fit_is_in_nobodys_way(struct kunit *test)
{
	unsigned long share = share_of(KMST_POOL_LOW);
	struct asker asker = { .nr_pages = share / 5 };
	struct kmst_claim first, more;
	struct kmst_refusal why;

	needs_an_empty_ledger(test);
	KUNIT_ASSERT_EQ(test, claim_pages(KMST_POOL_LOW, share * 3 / 5, &first, NULL, &why), 0);
	KUNIT_ASSERT_EQ(test, settle_low(&first, share * 3 / 5, &why), 0);
	test->priv = &asker;
	kunit_activate_static_stub(test, kmst_zones_managed, managed_while_another_asks);
	KUNIT_EXPECT_EQ(test, claim_pages(KMST_POOL_LOW, share / 2, &more, NULL, &why), -E2BIG);
	expect_answer(test, &first, &asker, 0);
}

static struct kunit_case limits_cases[] = {
	KUNIT_CASE(kvmalloc_ends_at_int_max),
	KUNIT_CASE(vmalloc_ends_with_its_addresses),
	KUNIT_CASE(tables_of_pointers_end_at_int_max),
	KUNIT_CASE(chunk_has_no_end),
	KUNIT_CASE(cma_ends_with_its_area),
	KUNIT_CASE(only_cma_is_of_the_area),
	KUNIT_CASE(the_area_is_not_emptied),
	KUNIT_CASE(devices_are_left_their_share),
	KUNIT_CASE(each_kind_of_memory_is_counted_against_itself),
	KUNIT_CASE(a_claim_that_is_refused_is_none),
	KUNIT_CASE(a_claim_that_comes_to_nothing_refuses_nobody),
	KUNIT_CASE(a_claim_that_was_too_large_refuses_nobody),
	KUNIT_CASE(a_claim_that_was_right_refuses),
	KUNIT_CASE(whoever_waits_can_be_told_to_give_up),
	KUNIT_CASE(what_does_not_fit_is_in_nobodys_way),
	{}
};

static struct kunit_suite limits_suite = {
	.name = "kmem_studio_limits",
	.test_cases = limits_cases,
};

kunit_test_suite(limits_suite);
