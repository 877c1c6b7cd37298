// SPDX-License-Identifier: GPL-2.0
/*
 * Reservations: each kind of memory is counted against itself, and nobody is refused because
 * of a reservation that comes to nothing.
 */
#include <kunit/static_stub.h>
#include <kunit/test-bug.h>
#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/mm.h>

#include "../cancel.h"
#include "../reserve.h"
#include "demand.h"

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
	KUNIT_EXPECT_EQ(test, kmst_reserve_check(&demand, NULL, &(struct kmst_going){}, NULL,
						 &why), 0);
	kmst_plan_init(&demand.plan, 51 * PER_PAGE, PAGE_SHIFT);
	KUNIT_EXPECT_EQ(test, kmst_reserve_check(&demand, NULL, &(struct kmst_going){}, NULL, &why),
			-ENOMEM);
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_AREA);
	KUNIT_EXPECT_EQ(test, why.wanted, 51UL);
	KUNIT_EXPECT_EQ(test, why.allowed, 50UL);
	/* what an arena gives back before is there then */
	KUNIT_EXPECT_EQ(test, kmst_reserve_check(&demand, NULL, &(struct kmst_going){ .area = 1 },
						 NULL, &why), 0);
}

/* --- no memory is taken for these --- */

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

static int reserve_pages(enum kmst_pool pool, unsigned long nr_pages,
			 struct kmst_reservation *reservation,
			 const struct kmst_cancel *cancel, struct kmst_refusal *why)
{
	struct kmst_demand demand = demand_of_pool(pool, nr_pages);

	return kmst_reserve(&demand, reservation, cancel, why);
}

static int settle_low(struct kmst_reservation *reservation, unsigned long nr_pages,
		      struct kmst_refusal *why)
{
	const unsigned long pages[KMST_NR_POOLS] = { [KMST_POOL_LOW] = nr_pages };
	struct kmst_demand demand = demand_of_pool(KMST_POOL_LOW, nr_pages);

	return kmst_reserve_settle(&demand, reservation, pages, why);
}

/* Arenas of the lab, or of a user, would be counted with those of the test. */
static void needs_an_empty_ledger(struct kunit *test)
{
	struct kmst_demand demand;
	struct kmst_refusal why;

	demand = demand_of(kmst_allocator_find("chunk"), 1);
	demand.max_percent = 0;
	KUNIT_ASSERT_EQ(test, kmst_reserve_check(&demand, NULL, &(struct kmst_going){}, NULL, &why),
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

	KUNIT_EXPECT_EQ(test, kmst_reserve_check(&demand, NULL, &(struct kmst_going){}, NULL,
						 &why), 0);
	demand = demand_of_pool(pool, nr_pages + 1);
	KUNIT_EXPECT_EQ(test, kmst_reserve_check(&demand, NULL, &(struct kmst_going){}, NULL, &why),
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
	struct kmst_reservation reservation;
	struct kmst_refusal why;

	needs_an_empty_ledger(test);
	for (pool = 0; pool < KMST_NR_POOLS; pool++) {
		if (!has_pool(pool))
			continue;
		KUNIT_EXPECT_EQ(test, reserve_pages(pool, taken, &reservation, NULL, &why), 0);
		KUNIT_EXPECT_EQ(test, reservation.pages[pool], taken);
		KUNIT_EXPECT_EQ(test, kmst_reserve_settle(&(struct kmst_demand){}, &reservation,
							  reservation.pages, &why), 0);
		for (other = 0; other < KMST_NR_POOLS; other++) {
			/* the table of highmem is not highmem */
			unsigned long gone = reservation.pages[other];

			if (has_pool(other))
				expect_room(test, other, share_of(other) - gone, gone);
		}
		kmst_unreserve(&reservation);
	}
	expect_room(test, KMST_POOL_LOW, share_of(KMST_POOL_LOW), 0);
}

static void a_reservation_that_is_refused_is_none(struct kunit *test)
{
	unsigned long share = share_of(KMST_POOL_LOW);
	struct kmst_reservation reservation, more;
	struct kmst_refusal why;

	needs_an_empty_ledger(test);
	KUNIT_ASSERT_EQ(test, reserve_pages(KMST_POOL_LOW, share - 10, &reservation, NULL, &why),
			0);
	KUNIT_ASSERT_EQ(test, settle_low(&reservation, share - 10, &why), 0);
	KUNIT_EXPECT_EQ(test, reserve_pages(KMST_POOL_LOW, 11, &more, NULL, &why), -E2BIG);
	KUNIT_EXPECT_EQ(test, why.taken, share - 10);
	KUNIT_EXPECT_EQ(test, reserve_pages(KMST_POOL_LOW, 10, &more, NULL, &why), 0);
	/* there is no room to grow, and what was reserved stays */
	KUNIT_EXPECT_EQ(test, settle_low(&more, 11, &why), -E2BIG);
	KUNIT_EXPECT_EQ(test, more.pages[KMST_POOL_LOW], 10UL);
	kmst_unreserve(&more);
	kmst_unreserve(&reservation);
	expect_room(test, KMST_POOL_LOW, share, 0);
}

/* Who asks for what another reservation is in the way of. */
struct asker {
	unsigned long		nr_pages;
	bool			looks;	/* it does not reserve anything */
	struct kmst_reservation	reservation;
	struct kmst_cancel	cancel;
	struct kmst_refusal	why;
	int			err;
	struct completion	done;
};

static int ask(void *data)
{
	struct asker *asker = data;
	struct kmst_demand demand = demand_of_pool(KMST_POOL_LOW, asker->nr_pages);

	if (asker->looks)
		asker->err = kmst_reserve_check(&demand, NULL, &(struct kmst_going){},
						&asker->cancel, &asker->why);
	else
		asker->err = kmst_reserve(&demand, &asker->reservation, &asker->cancel,
					  &asker->why);
	kthread_complete_and_exit(&asker->done, 0);
}

static void start(struct kunit *test, struct asker *asker)
{
	init_completion(&asker->done);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, kthread_run(ask, asker, "kmst_asker"));
}

/* A reservation of all but 10 pages that is not settled yet, and one for 20 pages. */
static void let_ask_as(struct kunit *test, struct kmst_reservation *first, struct asker *asker,
		       bool looks)
{
	struct kmst_refusal why;

	needs_an_empty_ledger(test);
	KUNIT_ASSERT_EQ(test, reserve_pages(KMST_POOL_LOW, share_of(KMST_POOL_LOW) - 10, first,
					    NULL, &why), 0);
	*asker = (struct asker){ .nr_pages = 20, .looks = looks };
	start(test, asker);
	/* it does not take no for an answer yet */
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&asker->done, HZ / 5), 0UL);
}

static void let_ask(struct kunit *test, struct kmst_reservation *first, struct asker *asker)
{
	let_ask_as(test, first, asker, false);
}

static void expect_answer(struct kunit *test, struct kmst_reservation *first, struct asker *asker,
			  int err)
{
	KUNIT_ASSERT_GT(test, wait_for_completion_timeout(&asker->done, 10 * HZ), 0UL);
	KUNIT_EXPECT_EQ(test, asker->err, err);
	if (!asker->err)
		kmst_unreserve(&asker->reservation);
	kmst_unreserve(first);
	expect_room(test, KMST_POOL_LOW, share_of(KMST_POOL_LOW), 0);
}

static void a_reservation_that_comes_to_nothing_refuses_nobody(struct kunit *test)
{
	struct kmst_reservation first;
	struct asker asker;

	let_ask(test, &first, &asker);
	kmst_unreserve(&first);
	expect_answer(test, &first, &asker, 0);
}

static void a_reservation_that_was_too_large_refuses_nobody(struct kunit *test)
{
	struct kmst_refusal why;
	struct kmst_reservation first;
	struct asker asker;

	let_ask(test, &first, &asker);
	KUNIT_EXPECT_EQ(test, settle_low(&first, 5, &why), 0);
	expect_answer(test, &first, &asker, 0);
}

static void a_reservation_that_was_right_refuses(struct kunit *test)
{
	struct kmst_refusal why;
	struct kmst_reservation first;
	struct asker asker;

	let_ask(test, &first, &asker);
	KUNIT_EXPECT_EQ(test, settle_low(&first, first.pages[KMST_POOL_LOW], &why), 0);
	expect_answer(test, &first, &asker, -E2BIG);
}

static void whoever_waits_can_be_told_to_give_up(struct kunit *test)
{
	struct kmst_reservation first;
	struct asker asker;

	let_ask(test, &first, &asker);
	set_bit(KMST_CANCEL_CLOSED, &asker.cancel.reasons);
	expect_answer(test, &first, &asker, -EINTR);
}

static void whoever_only_looks_can_be_told_to_give_up(struct kunit *test)
{
	struct kmst_reservation first;
	struct asker asker;

	let_ask_as(test, &first, &asker, true);
	set_bit(KMST_CANCEL_INTERRUPTED, &asker.cancel.reasons);
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
	struct kmst_reservation first, more;
	struct kmst_refusal why;

	needs_an_empty_ledger(test);
	KUNIT_ASSERT_EQ(test, reserve_pages(KMST_POOL_LOW, share * 3 / 5, &first, NULL, &why), 0);
	KUNIT_ASSERT_EQ(test, settle_low(&first, share * 3 / 5, &why), 0);
	test->priv = &asker;
	kunit_activate_static_stub(test, kmst_zones_managed, managed_while_another_asks);
	KUNIT_EXPECT_EQ(test, reserve_pages(KMST_POOL_LOW, share / 2, &more, NULL, &why), -E2BIG);
	expect_answer(test, &first, &asker, 0);
}

static struct kunit_case reserve_cases[] = {
	KUNIT_CASE(devices_are_left_their_share),
	KUNIT_CASE(each_kind_of_memory_is_counted_against_itself),
	KUNIT_CASE(a_reservation_that_is_refused_is_none),
	KUNIT_CASE(a_reservation_that_comes_to_nothing_refuses_nobody),
	KUNIT_CASE(a_reservation_that_was_too_large_refuses_nobody),
	KUNIT_CASE(a_reservation_that_was_right_refuses),
	KUNIT_CASE(whoever_waits_can_be_told_to_give_up),
	KUNIT_CASE(whoever_only_looks_can_be_told_to_give_up),
	KUNIT_CASE(what_does_not_fit_is_in_nobodys_way),
	{}
};

static struct kunit_suite reserve_suite = {
	.name = "kmem_studio_reserve",
	.test_cases = reserve_cases,
};

kunit_test_suite(reserve_suite);
