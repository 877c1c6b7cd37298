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
#include <linux/sched.h>

#include "../cancel.h"
#include "../reserve.h"
#include "alone.h"
#include "demand.h"

/* A machine of a few pages, by test->priv. */
static void zones_of_case(const struct kmst_zone_use *use, struct kmst_zone_pages *pages)
{
	*pages = *(const struct kmst_zone_pages *)kunit_get_current_test()->priv;
}

/* Devices have most of a small area, and nothing of it is lent. */
static void area_in_use(struct kmst_area_pages *area)
{
	*area = (struct kmst_area_pages){ .managed = 400, .free = 100 };
}

/* Half of the real one has to be more than any case asks for: the shares are real. */
static const struct kmst_allocator *use_small_area(struct kunit *test)
{
	static struct kmst_zone_pages zones;
	const struct kmst_allocator *cma = supported_cma(test);

	needs_to_be_alone(test);
	if (kmst_zones_largest_area() < 400)
		kunit_skip(test, "the area for DMA is too small");
	zones = (struct kmst_zone_pages){ .managed = 6400, .available = 6400 };
	test->priv = &zones;
	kunit_activate_static_stub(test, kmst_zones_sum, zones_of_case);
	kunit_activate_static_stub(test, kmst_zones_area, area_in_use);
	return cma;
}

static void devices_are_left_their_share(struct kunit *test)
{
	struct kmst_demand demand = demand_of(use_small_area(test), 50 * PER_PAGE);
	struct kmst_refusal why;

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

static void unreserve(void *reservation)
{
	kmst_unreserve(reservation);
}

/* None as yet: the end of the test gives back what it is then. */
static struct kmst_reservation *new_reservation(struct kunit *test)
{
	struct kmst_reservation *reservation;

	reservation = kunit_kzalloc(test, sizeof(*reservation), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, reservation);
	INIT_LIST_HEAD(&reservation->list);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, unreserve, reservation), 0);
	return reservation;
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
	needs_to_be_alone(test);
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
	struct kmst_reservation *reservation = new_reservation(test);
	const unsigned long taken = 7;
	enum kmst_pool pool, other;
	struct kmst_refusal why;

	needs_an_empty_ledger(test);
	for (pool = 0; pool < KMST_NR_POOLS; pool++) {
		if (!has_pool(pool))
			continue;
		KUNIT_EXPECT_EQ(test, reserve_pages(pool, taken, reservation, NULL, &why), 0);
		KUNIT_EXPECT_EQ(test, reservation->pages[pool], taken);
		KUNIT_EXPECT_EQ(test, kmst_reserve_settle(&(struct kmst_demand){}, reservation,
							  reservation->pages, &why), 0);
		for (other = 0; other < KMST_NR_POOLS; other++) {
			/* the table of highmem is not highmem */
			unsigned long gone = reservation->pages[other];

			if (has_pool(other))
				expect_room(test, other, share_of(other) - gone, gone);
		}
		kmst_unreserve(reservation);
	}
	expect_room(test, KMST_POOL_LOW, share_of(KMST_POOL_LOW), 0);
}

static void a_reservation_that_is_refused_is_none(struct kunit *test)
{
	unsigned long share = share_of(KMST_POOL_LOW);
	struct kmst_reservation *reservation = new_reservation(test);
	struct kmst_reservation *more = new_reservation(test);
	struct kmst_refusal why;

	needs_an_empty_ledger(test);
	KUNIT_ASSERT_EQ(test, reserve_pages(KMST_POOL_LOW, share - 10, reservation, NULL, &why),
			0);
	KUNIT_ASSERT_EQ(test, settle_low(reservation, share - 10, &why), 0);
	KUNIT_EXPECT_EQ(test, reserve_pages(KMST_POOL_LOW, 11, more, NULL, &why), -E2BIG);
	KUNIT_EXPECT_EQ(test, why.taken, share - 10);
	KUNIT_EXPECT_EQ(test, reserve_pages(KMST_POOL_LOW, 10, more, NULL, &why), 0);
	/* there is no room to grow, and what was reserved stays */
	KUNIT_EXPECT_EQ(test, settle_low(more, 11, &why), -E2BIG);
	KUNIT_EXPECT_EQ(test, more->pages[KMST_POOL_LOW], 10UL);
	kmst_unreserve(more);
	kmst_unreserve(reservation);
	expect_room(test, KMST_POOL_LOW, share, 0);
}

/* Who asks for what another reservation is in the way of. */
struct asker {
	struct task_struct	*task;	/* until it was started */
	unsigned long		nr_pages;
	bool			looks;	/* it does not reserve anything */
	struct kmst_reservation	reservation;
	struct kmst_cancel	cancel;
	struct kmst_refusal	why;
	int			err;
	bool			answered;
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

static bool is_answered_soon(struct asker *asker)
{
	if (!asker->answered)
		asker->answered = wait_for_completion_timeout(&asker->done, HZ / 5);
	return asker->answered;
}

static void wait_for_answer(struct asker *asker)
{
	if (!asker->answered)
		wait_for_completion(&asker->done);
	asker->answered = true;
}

/* Its thread may end any time from here on. */
static void start(struct asker *asker)
{
	wake_up_process(asker->task);
	asker->task = NULL;
}

/* One that was not started is, so that its thread ends. */
static void end_asker(void *data)
{
	struct asker *asker = data;

	set_bit(KMST_CANCEL_CLOSED, &asker->cancel.reasons);
	if (asker->task)
		start(asker);
	wait_for_answer(asker);
	kmst_unreserve(&asker->reservation);
}

static struct asker *new_asker(struct kunit *test, unsigned long nr_pages)
{
	struct asker *asker = kunit_kzalloc(test, sizeof(*asker), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, asker);
	asker->nr_pages = nr_pages;
	init_completion(&asker->done);
	INIT_LIST_HEAD(&asker->reservation.list);
	asker->task = kthread_create(ask, asker, "kmst_asker");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, asker->task);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, end_asker, asker), 0);
	return asker;
}

/* A reservation of all but 10 pages that is not settled yet. */
static struct kmst_reservation *new_pending(struct kunit *test)
{
	struct kmst_reservation *pending = new_reservation(test);
	struct kmst_refusal why;

	needs_an_empty_ledger(test);
	KUNIT_ASSERT_EQ(test, reserve_pages(KMST_POOL_LOW, share_of(KMST_POOL_LOW) - 10, pending,
					    NULL, &why), 0);
	return pending;
}

/* Somebody asks for 20 pages, and does not take no for an answer yet. */
static struct asker *let_ask_as(struct kunit *test, bool looks)
{
	struct asker *asker = new_asker(test, 20);

	asker->looks = looks;
	start(asker);
	KUNIT_EXPECT_FALSE(test, is_answered_soon(asker));
	return asker;
}

static struct asker *let_ask(struct kunit *test)
{
	return let_ask_as(test, false);
}

static void expect_answer(struct kunit *test, struct kmst_reservation *first,
			  struct asker *asker, int err)
{
	wait_for_answer(asker);
	KUNIT_EXPECT_EQ(test, asker->err, err);
	kmst_unreserve(&asker->reservation);
	kmst_unreserve(first);
	expect_room(test, KMST_POOL_LOW, share_of(KMST_POOL_LOW), 0);
}

static void a_reservation_that_comes_to_nothing_refuses_nobody(struct kunit *test)
{
	struct kmst_reservation *first = new_pending(test);
	struct asker *asker = let_ask(test);

	kmst_unreserve(first);
	expect_answer(test, first, asker, 0);
}

static void a_reservation_that_was_too_large_refuses_nobody(struct kunit *test)
{
	struct kmst_reservation *first = new_pending(test);
	struct asker *asker = let_ask(test);
	struct kmst_refusal why;

	KUNIT_EXPECT_EQ(test, settle_low(first, 5, &why), 0);
	expect_answer(test, first, asker, 0);
}

static void a_reservation_that_was_right_refuses(struct kunit *test)
{
	struct kmst_reservation *first = new_pending(test);
	struct asker *asker = let_ask(test);
	struct kmst_refusal why;

	KUNIT_EXPECT_EQ(test, settle_low(first, first->pages[KMST_POOL_LOW], &why), 0);
	expect_answer(test, first, asker, -E2BIG);
}

static void whoever_waits_can_be_told_to_give_up(struct kunit *test)
{
	struct kmst_reservation *first = new_pending(test);
	struct asker *asker = let_ask(test);

	set_bit(KMST_CANCEL_CLOSED, &asker->cancel.reasons);
	expect_answer(test, first, asker, -EINTR);
}

/*
 * More than there is, whatever gets free: no reservation of others is waited for. Who
 * waited would be told to give up.
 */
static void what_can_never_be_had_is_not_waited_for(struct kunit *test)
{
	const struct kmst_cancel give_up = { BIT(KMST_CANCEL_CLOSED) };
	struct kmst_zone_pages zones = { .managed = 6400 };
	struct kmst_reservation *more = new_reservation(test);
	struct kmst_demand demand;
	struct kmst_refusal why;

	new_pending(test);
	KUNIT_EXPECT_EQ(test, reserve_pages(KMST_POOL_LOW, share_of(KMST_POOL_LOW) + 1, more,
					    &give_up, &why), -E2BIG);
	KUNIT_EXPECT_TRUE(test, why.never);

	test->priv = &zones;
	kunit_activate_static_stub(test, kmst_zones_sum, zones_of_case);
	/* half of a 32nd is left to others */
	demand = demand_of(kmst_allocator_find("chunk"), 6301 * PER_PAGE);
	demand.max_percent = UINT_MAX;
	KUNIT_EXPECT_EQ(test, kmst_reserve(&demand, more, &give_up, &why), -ENOMEM);
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_AVAILABLE);
	KUNIT_EXPECT_TRUE(test, why.never);
	/* also where its share is what stands in the way */
	demand.max_percent = PERCENT;
	kmst_plan_init(&demand.plan, 20 * PER_PAGE, PAGE_SHIFT);
	zones.managed = 19;
	KUNIT_EXPECT_EQ(test, kmst_reserve(&demand, more, &give_up, &why), -ENOMEM);
	KUNIT_EXPECT_TRUE(test, why.never);
	/* and this could be had, if the others came to nothing */
	zones.managed = 20;
	KUNIT_EXPECT_EQ(test, kmst_reserve(&demand, more, &give_up, &why), -EINTR);
	KUNIT_EXPECT_FALSE(test, why.never);
}

/* Between two looks others may take what there was, and nobody has to be about to. */
static void the_second_look_counts_again(struct kunit *test)
{
	struct kmst_zone_pages zones = { .managed = 6400, .available = 6400 };
	struct kmst_demand demand = demand_of(kmst_allocator_find("chunk"), 11 * PER_PAGE);
	struct kmst_reservation *reservation = new_reservation(test);
	struct kmst_refusal why;

	needs_an_empty_ledger(test);
	test->priv = &zones;
	kunit_activate_static_stub(test, kmst_zones_sum, zones_of_case);
	KUNIT_EXPECT_EQ(test, kmst_reserve_check(&demand, NULL, &(struct kmst_going){}, NULL,
						 &why), 0);
	zones.available = 110;
	KUNIT_EXPECT_EQ(test, kmst_reserve(&demand, reservation, NULL, &why), -ENOMEM);
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_AVAILABLE);
	KUNIT_EXPECT_EQ(test, why.allowed, 10UL);
	KUNIT_EXPECT_FALSE(test, why.never);
	zones.available = 111;
	KUNIT_EXPECT_EQ(test, kmst_reserve(&demand, reservation, NULL, &why), 0);
}

static void whoever_only_looks_can_be_told_to_give_up(struct kunit *test)
{
	struct kmst_reservation *first = new_pending(test);
	struct asker *asker = let_ask_as(test, true);

	set_bit(KMST_CANCEL_INTERRUPTED, &asker->cancel.reasons);
	expect_answer(test, first, asker, -EINTR);
}

/*
 * Somebody asks while the limits are looked at, and is given time to be refused. A lock is
 * held, which no test may end with.
 */
static void managed_while_another_asks(unsigned long *pages)
{
	struct kunit *test = kunit_get_current_test();
	struct asker *asker = test->priv;

	kunit_deactivate_static_stub(test, kmst_zones_managed);
	start(asker);
	is_answered_soon(asker);
	kmst_zones_managed(pages);
}

/* It would fit if the share were larger, or the rest smaller: nobody else sees it. */
static void what_does_not_fit_is_in_nobodys_way(struct kunit *test)
{
	unsigned long share = share_of(KMST_POOL_LOW);
	struct kmst_reservation *first = new_reservation(test);
	struct kmst_reservation *more = new_reservation(test);
	struct kmst_refusal why;

	needs_an_empty_ledger(test);
	KUNIT_ASSERT_EQ(test, reserve_pages(KMST_POOL_LOW, share * 3 / 5, first, NULL, &why), 0);
	KUNIT_ASSERT_EQ(test, settle_low(first, share * 3 / 5, &why), 0);
	test->priv = new_asker(test, share / 5);
	kunit_activate_static_stub(test, kmst_zones_managed, managed_while_another_asks);
	KUNIT_EXPECT_EQ(test, reserve_pages(KMST_POOL_LOW, share / 2, more, NULL, &why), -E2BIG);
	expect_answer(test, first, test->priv, 0);
}

static int check_area(const struct kmst_demand *demand, unsigned long pending,
		      struct kmst_refusal *why)
{
	const unsigned long pages[KMST_NR_POOLS] = { [KMST_POOL_CMA] = demand->plan.nr_pages };
	const unsigned long others[KMST_NR_POOLS] = { [KMST_POOL_CMA] = pending };

	kmst_refuse(why, KMST_LIMIT_NONE, 0, 0, 0);
	return kmst_limits_available(demand, pages, others, &(struct kmst_going){},
				     KMST_LOOK_FIRST, why);
}

/*
 * Of the 100 pages that are free, others are about to have 30, and devices are left 50. Who
 * wants more than the rest would have it, if the others came to nothing: that is no way
 * around the limit. What is more than the area has does not come from it.
 */
static void what_is_pending_of_the_area_refuses_for_now(struct kunit *test)
{
	static const struct {
		unsigned long	wanted;
		int		err;
	} cases[] = {
		{ 2, 0 }, { 20, 0 }, { 21, -ENOMEM }, { 70, -ENOMEM }, { 71, -ENOMEM },
		{ 80, -ENOMEM }, { 100, -ENOMEM }, { 101, 0 },
	};
	const struct kmst_allocator *cma = use_small_area(test);
	struct kmst_demand demand;
	struct kmst_refusal why;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		demand = demand_of(cma, cases[i].wanted * PER_PAGE);
		KUNIT_EXPECT_EQ_MSG(test, check_area(&demand, 30, &why), cases[i].err, "%lu pages",
				    cases[i].wanted);
		if (!cases[i].err)
			continue;
		KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_AREA);
		KUNIT_EXPECT_EQ(test, why.wanted, cases[i].wanted);
		KUNIT_EXPECT_EQ(test, why.allowed, 20UL);
		KUNIT_EXPECT_FALSE(test, why.never);
	}
}

/*
 * Many small runs, as a bench makes them: each fits what the area has, and all of them together
 * would leave nothing to devices. The DMA API takes no single page from it, however many.
 */
static void runs_of_the_area_are_counted_together(struct kunit *test)
{
	struct kmst_demand demand = demand_of(use_small_area(test), 50 * PER_PAGE);
	unsigned long managed[KMST_NR_POOLS], pages[KMST_NR_POOLS];
	struct kmst_refusal why;

	kmst_zones_managed(managed);
	demand.run = 10;
	KUNIT_EXPECT_EQ(test, check_area(&demand, 0, &why), 0);
	kmst_plan_init(&demand.plan, 101 * PER_PAGE, PAGE_SHIFT);
	KUNIT_EXPECT_EQ(test, check_area(&demand, 0, &why), -ENOMEM);
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_AREA);
	KUNIT_EXPECT_EQ(test, why.wanted, 101UL);

	demand.plan.nr_pages = kmst_zones_largest_area() + 1;
	kmst_limits_estimate(&demand, managed, pages);
	KUNIT_EXPECT_EQ(test, pages[KMST_POOL_CMA], demand.plan.nr_pages);
	demand.plan.nr_pages = 100;
	demand.run = 1;
	kmst_limits_estimate(&demand, managed, pages);
	KUNIT_EXPECT_EQ(test, pages[KMST_POOL_CMA], 0UL);
}

/* It is waited for, that is: whoever waited would be told to give up. */
static void what_is_pending_of_the_area_is_waited_for(struct kunit *test)
{
	struct kmst_demand demand = demand_of(use_small_area(test), 30 * PER_PAGE);
	const struct kmst_cancel give_up = { BIT(KMST_CANCEL_CLOSED) };
	struct kmst_reservation *pending = new_reservation(test);
	struct kmst_refusal why;

	KUNIT_ASSERT_EQ(test, kmst_reserve(&demand, pending, NULL, &why), 0);
	kmst_plan_init(&demand.plan, 80 * PER_PAGE, PAGE_SHIFT);
	KUNIT_EXPECT_EQ(test, kmst_reserve_check(&demand, NULL, &(struct kmst_going){}, &give_up,
						 &why), -EINTR);
	kmst_plan_init(&demand.plan, 50 * PER_PAGE, PAGE_SHIFT);
	KUNIT_EXPECT_EQ(test, kmst_reserve_check(&demand, NULL, &(struct kmst_going){}, &give_up,
						 &why), -EINTR);
	kmst_unreserve(pending);
	KUNIT_EXPECT_EQ(test, kmst_reserve_check(&demand, NULL, &(struct kmst_going){}, &give_up,
						 &why), 0);
}

static struct kunit_case reserve_cases[] = {
	KUNIT_CASE(devices_are_left_their_share),
	KUNIT_CASE(what_is_pending_of_the_area_refuses_for_now),
	KUNIT_CASE(what_is_pending_of_the_area_is_waited_for),
	KUNIT_CASE(runs_of_the_area_are_counted_together),
	KUNIT_CASE(each_kind_of_memory_is_counted_against_itself),
	KUNIT_CASE(a_reservation_that_is_refused_is_none),
	KUNIT_CASE(a_reservation_that_comes_to_nothing_refuses_nobody),
	KUNIT_CASE(a_reservation_that_was_too_large_refuses_nobody),
	KUNIT_CASE(a_reservation_that_was_right_refuses),
	KUNIT_CASE(whoever_waits_can_be_told_to_give_up),
	KUNIT_CASE(what_can_never_be_had_is_not_waited_for),
	KUNIT_CASE(the_second_look_counts_again),
	KUNIT_CASE(whoever_only_looks_can_be_told_to_give_up),
	KUNIT_CASE(what_does_not_fit_is_in_nobodys_way),
	{}
};

static struct kunit_suite reserve_suite = {
	.name = "kmem_studio_reserve",
	.test_cases = reserve_cases,
};

kunit_test_suite(reserve_suite);
