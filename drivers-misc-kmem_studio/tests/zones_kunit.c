// SPDX-License-Identifier: GPL-2.0
/*
 * What a request may use: less with each flag that narrows it, and seen by the kernel's
 * own counters.
 */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/numa.h>
#include <linux/vmstat.h>

#include "../zones.h"

/* Pages more, or less, that come and go by themselves. */
#define NOISE	500L

static struct kmst_zone_pages count(gfp_t gfp, int nid, bool cma)
{
	const struct kmst_zone_use use = { gfp, nid, cma };
	struct kmst_zone_pages pages;

	kmst_zones_count(&use, &pages);
	return pages;
}

/* Pages that are kept for what can be moved, in zones of their own. */
static unsigned long movable_pages(void)
{
	unsigned long pages = 0;
	int nid;

	for_each_online_node(nid)
		pages += zone_managed_pages(&NODE_DATA(nid)->node_zones[ZONE_MOVABLE]);
	return pages;
}

static void all_of_lowmem_is_counted(struct kunit *test)
{
	struct kmst_zone_pages pages = count(GFP_KERNEL, NUMA_NO_NODE, false);

	if (movable_pages())
		kunit_skip(test, "the kernel keeps memory for what can be moved");
	KUNIT_EXPECT_EQ(test, pages.managed, totalram_pages() - totalhigh_pages());
	KUNIT_EXPECT_LE(test, pages.available, si_mem_available() + NOISE);
	KUNIT_EXPECT_GT(test, kmst_zones_keep(&pages), 0UL);
	KUNIT_EXPECT_LT(test, kmst_zones_keep(&pages), pages.managed / 16);
}

/* Each page is of one kind, and no kind has what is another's. */
static void kinds_of_memory_add_up(struct kunit *test)
{
	unsigned long pages[KMST_NR_POOLS];
	struct kmst_area_pages area;

	kmst_zones_managed(pages);
	KUNIT_EXPECT_EQ(test, pages[KMST_POOL_LOW] + pages[KMST_POOL_HIGH] +
			      pages[KMST_POOL_CMA] + movable_pages(), totalram_pages());
	KUNIT_EXPECT_LE(test, pages[KMST_POOL_HIGH], totalhigh_pages());
	KUNIT_EXPECT_LE(test, kmst_zones_largest_area(), pages[KMST_POOL_CMA]);
	KUNIT_EXPECT_EQ(test, !kmst_zones_largest_area(), !pages[KMST_POOL_CMA]);

	kmst_zones_area(&area);
	KUNIT_EXPECT_EQ(test, area.managed, pages[KMST_POOL_CMA]);
	KUNIT_EXPECT_LE(test, area.free + area.lent, area.managed);
	KUNIT_EXPECT_LE(test, abs_diff((long)area.free,
				       (long)global_zone_page_state(NR_FREE_CMA_PAGES)), NOISE);
}

static void highmem_is_for_those_who_ask(struct kunit *test)
{
	struct kmst_zone_pages low = count(GFP_KERNEL, NUMA_NO_NODE, false);
	struct kmst_zone_pages high = count(GFP_HIGHUSER_MOVABLE, NUMA_NO_NODE, false);

	KUNIT_EXPECT_EQ(test, high.managed, low.managed + totalhigh_pages());
}

/* Whatever is in the page cache: it is the difference, unless another limit is lower. */
static void file_cache_is_for_those_who_wait(struct kunit *test)
{
	long cached = global_node_page_state(NR_INACTIVE_FILE) +
		      global_node_page_state(NR_ACTIVE_FILE);
	struct kmst_zone_pages waits = count(GFP_KERNEL, NUMA_NO_NODE, false);
	struct kmst_zone_pages does_not = count(GFP_ATOMIC, NUMA_NO_NODE, false);

	KUNIT_EXPECT_EQ(test, waits.managed, does_not.managed);
	/* pages that somebody freed just before may have been counted in between */
	waits.available = max(waits.available,
			      count(GFP_KERNEL, NUMA_NO_NODE, false).available);
	KUNIT_EXPECT_LE(test, does_not.available, waits.available + NOISE);
	if (cached > 4 * NOISE && waits.available < si_mem_available() - cached)
		KUNIT_EXPECT_LT(test, does_not.available, waits.available - cached / 2);
}

static void the_area_for_dma_is_for_those_who_may(struct kunit *test)
{
	long free_cma = global_zone_page_state(NR_FREE_CMA_PAGES);
	struct kmst_zone_pages without = count(GFP_ATOMIC, NUMA_NO_NODE, false);
	struct kmst_zone_pages with = count(GFP_ATOMIC, NUMA_NO_NODE, true);

	if (free_cma < 2 * NOISE)
		kunit_skip(test, "there is no such area, or it is in use");
	KUNIT_EXPECT_GT(test, with.available, without.available + free_cma / 2);
}

/* No node helps another one out. */
static void a_node_alone_has_what_it_has(struct kunit *test)
{
	gfp_t alone = GFP_KERNEL | __GFP_THISNODE;
	unsigned long sum = 0, largest = 0;
	int nid;

	for_each_online_node(nid) {
		struct kmst_zone_pages node = count(alone, nid, false);

		sum += node.managed;
		largest = max(largest, node.managed);
	}
	KUNIT_EXPECT_EQ(test, sum, count(GFP_KERNEL, NUMA_NO_NODE, false).managed);
	KUNIT_EXPECT_EQ(test, largest, count(alone, NUMA_NO_NODE, false).managed);
	KUNIT_EXPECT_EQ(test, sum, count(GFP_KERNEL, first_online_node, false).managed);
}

static void free_page_of_test(void *page)
{
	__free_page(page);
}

static struct page *new_page(struct kunit *test, gfp_t gfp)
{
	struct page *page = alloc_page(gfp);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_page_of_test, page), 0);
	return page;
}

static void a_page_counts_where_it_may_be_used(struct kunit *test)
{
	struct kmst_zone_use use = { GFP_KERNEL, NUMA_NO_NODE };
	struct page *page = new_page(test, GFP_KERNEL);
	int other;

	other = next_online_node(page_to_nid(page));
	KUNIT_EXPECT_TRUE(test, kmst_zones_include(&use, page));
	use.gfp |= __GFP_THISNODE;
	KUNIT_EXPECT_FALSE(test, kmst_zones_include(&use, page));
	use.nid = page_to_nid(page);
	KUNIT_EXPECT_TRUE(test, kmst_zones_include(&use, page));
	use.nid = other;
	if (other < MAX_NUMNODES)
		KUNIT_EXPECT_FALSE(test, kmst_zones_include(&use, page));

	page = new_page(test, GFP_HIGHUSER);
	use = (struct kmst_zone_use){ GFP_KERNEL, NUMA_NO_NODE };
	KUNIT_EXPECT_EQ(test, kmst_zones_include(&use, page), !PageHighMem(page));
}

static struct kunit_case zones_cases[] = {
	KUNIT_CASE(all_of_lowmem_is_counted),
	KUNIT_CASE(kinds_of_memory_add_up),
	KUNIT_CASE(highmem_is_for_those_who_ask),
	KUNIT_CASE(file_cache_is_for_those_who_wait),
	KUNIT_CASE(the_area_for_dma_is_for_those_who_may),
	KUNIT_CASE(a_node_alone_has_what_it_has),
	KUNIT_CASE(a_page_counts_where_it_may_be_used),
	{}
};

static struct kunit_suite zones_suite = {
	.name = "kmem_studio_zones",
	.test_cases = zones_cases,
};

kunit_test_suite(zones_suite);
