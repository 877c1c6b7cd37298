// SPDX-License-Identifier: GPL-2.0
/*
 * What can be had now.
 */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/string.h>

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
	KUNIT_EXPECT_FALSE(test, probe.area);
	KUNIT_EXPECT_LE(test, probe.mean, probe.worst);
}

static void runs_come_from_the_area(struct kunit *test)
{
	struct kmst_probe probe;

	if (kmst_probe_cma_orders() < 2)
		kunit_skip(test, "this kernel has no area for DMA");
	KUNIT_ASSERT_EQ(test, kmst_probe_cma(1, &probe), 0);
	KUNIT_EXPECT_EQ(test, probe.successes, KMST_PROBE_ATTEMPTS);
	KUNIT_EXPECT_TRUE(test, probe.area);
	/* longer than the area is wide */
	KUNIT_ASSERT_EQ(test, kmst_probe_cma(kmst_probe_cma_orders() - 1, &probe), 0);
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
	KUNIT_CASE(reclaim_and_compaction_are_told),
	KUNIT_CASE(too_large_a_block_is_refused),
	{}
};

static struct kunit_suite probe_suite = {
	.name		= "kmem_studio_probe",
	.test_cases	= probe_cases,
};

kunit_test_suite(probe_suite);
