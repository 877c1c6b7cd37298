// SPDX-License-Identifier: GPL-2.0
/*
 * Limits that no free memory would change: told with their numbers before anything is
 * allocated.
 */
#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmzone.h>

#include "../table.h"
#include "demand.h"

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
	/* and that room is the area's: what is lent is no way around the limit */
	KUNIT_EXPECT_FALSE(test, kmst_limits_spare_area(&area, 601, 125));
	KUNIT_EXPECT_FALSE(test, kmst_limits_spare_area(&area, 700, 125));
	KUNIT_EXPECT_TRUE(test, kmst_limits_spare_area(&area, 701, 125));
}

/* What devices have is all that is neither free nor lent: 0 to all of it. */
static void more_of_the_area_lets_more_in(struct kunit *test)
{
	static const struct {
		unsigned long	movable;
		unsigned long	free;
		unsigned long	most;
	} cases[] = {
		{ 0, 0, 0 }, { 0, 8, 0 }, { 0, 9, 1 }, { 0, 64, 56 },
		{ 4, 0, 0 }, { 4, 5, 1 }, { 4, 60, 56 }, { 4, 64, 56 },
		{ 20, 0, 12 }, { 20, 1, 13 }, { 20, 44, 56 }, { 99, 0, 56 }, { 99, 64, 56 },
	};
	const unsigned long managed = 64, keep = 8;
	struct kmst_area_pages area;
	unsigned long wanted;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		area = (struct kmst_area_pages){
			.managed	= managed,
			.free		= cases[i].free,
			.lent		= min(managed - cases[i].free, cases[i].movable),
		};
		for (wanted = 1; wanted <= area.free + area.lent; wanted++)
			KUNIT_EXPECT_EQ_MSG(test, kmst_limits_spare_area(&area, wanted, keep),
					    wanted <= cases[i].most, "%lu free, %lu lent: %lu",
					    area.free, area.lent, wanted);
	}
}

/* What a refusal tells whoever would wait for others to give something back. */
static void what_is_refused_for_good_is_told(struct kunit *test)
{
	const unsigned long managed[KMST_NR_POOLS] = { [KMST_POOL_LOW] = 1000 };
	const unsigned long pages[KMST_NR_POOLS] = { [KMST_POOL_LOW] = 501 };
	const unsigned long most[KMST_NR_POOLS] = { [KMST_POOL_LOW] = 500 };
	const unsigned long taken[KMST_NR_POOLS] = { [KMST_POOL_LOW] = 1 };
	struct kmst_demand demand = demand_of(kmst_allocator_find("page"), 0);
	struct kmst_refusal why;

	KUNIT_EXPECT_EQ(test, kmst_limits_request(&demand, &why), -EINVAL);
	KUNIT_EXPECT_TRUE(test, why.never);
	kmst_plan_init(&demand.plan, 1, PAGE_SHIFT);
	KUNIT_EXPECT_EQ(test, kmst_limits_request(&demand, &why), 0);
	KUNIT_EXPECT_FALSE(test, why.never);
	KUNIT_EXPECT_EQ(test, kmst_limits_share(&demand, managed, pages, taken, &why), -E2BIG);
	KUNIT_EXPECT_TRUE(test, why.never);
	KUNIT_EXPECT_EQ(test, kmst_limits_share(&demand, managed, most, taken, &why), -E2BIG);
	KUNIT_EXPECT_FALSE(test, why.never);
}

static struct kunit_case limits_cases[] = {
	KUNIT_CASE(kvmalloc_ends_at_int_max),
	KUNIT_CASE(vmalloc_ends_with_its_addresses),
	KUNIT_CASE(tables_of_pointers_end_at_int_max),
	KUNIT_CASE(chunk_has_no_end),
	KUNIT_CASE(cma_ends_with_its_area),
	KUNIT_CASE(only_cma_is_of_the_area),
	KUNIT_CASE(the_area_is_not_emptied),
	KUNIT_CASE(more_of_the_area_lets_more_in),
	KUNIT_CASE(what_is_refused_for_good_is_told),
	{}
};

static struct kunit_suite limits_suite = {
	.name = "kmem_studio_limits",
	.test_cases = limits_cases,
};

kunit_test_suite(limits_suite);
