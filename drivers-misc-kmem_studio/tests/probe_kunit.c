// SPDX-License-Identifier: GPL-2.0
/*
 * What can be had now.
 */
#include <kunit/test-bug.h>
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/string.h>

#include "../bench/one.h"
#include "../bench/probe.h"
#include "orders.h"

KUNIT_ARRAY_PARAM(order, orders, order_desc);

/* Single pages can always be had; how many large blocks there are nobody knows. */
static void blocks_are_had(struct kunit *test)
{
	unsigned int order = order_of_case(test);
	struct kmst_probe probe;

	KUNIT_ASSERT_EQ(test, kmst_probe_blocks(order, &probe), 0);
	KUNIT_EXPECT_EQ(test, probe.order, order);
	KUNIT_EXPECT_LE(test, probe.successes, KMST_PROBE_ATTEMPTS);
	if (!order)
		KUNIT_EXPECT_EQ(test, probe.successes, KMST_PROBE_ATTEMPTS);
	KUNIT_EXPECT_EQ(test, !probe.zone, !probe.successes);
	if (probe.successes)
		KUNIT_EXPECT_TRUE(test, node_online(probe.nid));
	KUNIT_EXPECT_LE(test, probe.mean, probe.worst);
}

static void runs_come_from_the_area(struct kunit *test)
{
	struct kmst_probe probe;

	if (kmst_probe_cma_orders() < 2)
		kunit_skip(test, "this kernel has no area for DMA");
	KUNIT_ASSERT_EQ(test, kmst_probe_cma(1, &probe), 0);
	KUNIT_EXPECT_EQ(test, probe.successes, KMST_PROBE_ATTEMPTS);
	/* longer than the area is wide */
	KUNIT_ASSERT_EQ(test, kmst_probe_cma(kmst_probe_cma_orders() - 1, &probe), 0);
}

static unsigned int page_gets(const struct kmst_one *one, void **held, unsigned int nr)
{
	held[0] = alloc_page(GFP_KERNEL);
	return held[0] ? 1 : 0;
}

static void page_puts(const struct kmst_one *one, void **held, unsigned int nr)
{
	__free_page(held[0]);
}

static struct page *page_of(void *held, unsigned long index, struct kmst_one_at *at)
{
	return held;
}

/* As an area would have it that is used up after half of the attempts. */
static bool fell_back_later(const struct kmst_one *one, const void *held)
{
	unsigned int *asked = kunit_get_current_test()->priv;

	return ++*asked > KMST_PROBE_ATTEMPTS / 2;
}

/* The DMA API gives a block of the page allocator where its area has no run. */
static void what_is_from_elsewhere_was_not_had(struct kunit *test)
{
	const struct kmst_one_ops ops = {
		.get		= page_gets,
		.put		= page_puts,
		.page		= page_of,
		.fell_back	= fell_back_later,
	};
	const struct kmst_one one = { .ops = &ops, .nr_pages = 1 };
	struct kmst_probe probe = {};
	unsigned int asked = 0;

	test->priv = &asked;
	KUNIT_ASSERT_EQ(test, kmst_probe_ask(&one, &probe), 0);
	KUNIT_EXPECT_EQ(test, asked, KMST_PROBE_ATTEMPTS);
	KUNIT_EXPECT_EQ(test, probe.successes, KMST_PROBE_ATTEMPTS / 2);
	KUNIT_EXPECT_NOT_NULL(test, probe.zone);
	/* nothing more is of the area */
	probe = (struct kmst_probe){};
	KUNIT_ASSERT_EQ(test, kmst_probe_ask(&one, &probe), 0);
	KUNIT_EXPECT_EQ(test, probe.successes, 0U);
	KUNIT_EXPECT_NULL(test, probe.zone);
}

/* What no allocator has cannot be had. */
static void too_large_a_block_is_refused(struct kunit *test)
{
	struct kmst_probe probe;

	KUNIT_EXPECT_EQ(test, kmst_probe_blocks(MAX_PAGE_ORDER + 1, &probe), -E2BIG);
	KUNIT_EXPECT_EQ(test, probe.successes, 0U);
	KUNIT_EXPECT_NULL(test, probe.zone);
}

/* Reclaim is counted for each zone, compaction once; what was before the probe is not its. */
static void reclaim_and_compaction_are_told(struct kunit *test)
{
	unsigned long *before = kunit_kcalloc(test, 2 * KMST_PROBE_EVENTS, sizeof(*before),
					      GFP_KERNEL);
	unsigned long *after = before + KMST_PROBE_EVENTS;
	struct kmst_probe probe = {};

	KUNIT_ASSERT_NOT_NULL(test, before);
	before[ALLOCSTALL_NORMAL] = 100;
	before[KMST_COMPACTIONS] = 7;
	memcpy(after, before, KMST_PROBE_EVENTS * sizeof(*after));
	kmst_probe_note_events(&probe, before, after);
	KUNIT_EXPECT_EQ(test, probe.reclaims, 0UL);
	KUNIT_EXPECT_EQ(test, probe.compacted, 0UL);
	after[ALLOCSTALL_NORMAL] += 3;
	after[ALLOCSTALL_MOVABLE] += 2;
	after[KMST_COMPACTIONS] += 4;
	kmst_probe_note_events(&probe, before, after);
	KUNIT_EXPECT_EQ(test, probe.reclaims, 5UL);
	KUNIT_EXPECT_EQ(test, probe.compacted, 4UL);
}

static struct kunit_case probe_cases[] = {
	KUNIT_CASE_PARAM(blocks_are_had, order_gen_params),
	KUNIT_CASE(runs_come_from_the_area),
	KUNIT_CASE(what_is_from_elsewhere_was_not_had),
	KUNIT_CASE(reclaim_and_compaction_are_told),
	KUNIT_CASE(too_large_a_block_is_refused),
	{}
};

static struct kunit_suite probe_suite = {
	.name		= "kmem_studio_probe",
	.test_cases	= probe_cases,
};

kunit_test_suite(probe_suite);
