// SPDX-License-Identifier: GPL-2.0
/*
 * Limits, asked for an arena: refused before the allocator is, and counted with what other
 * arenas have, and with what is about to be free.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/highmem.h>
#include <linux/math.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/numa.h>

#include "../arena.h"
#include "arenas.h"
#include "counted.h"

static int arena_limits_init(struct kunit *test)
{
	kmst_counted_reset();
	return 0;
}

static unsigned long pages_of_pool(enum kmst_pool pool)
{
	unsigned long pages[KMST_NR_POOLS];

	kmst_zones_managed(pages);
	return pages[pool];
}

static void requests_that_cannot_be_served_are_refused(struct kunit *test)
{
	struct kmst_arena_config config;
	struct kmst_refusal why;

	config = config_of(kmst_allocator_find("exact"), 100);
	config.nid = 0;
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, NULL, NULL, &why), -EINVAL);
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_ANY_NODE);
	config.nid = NUMA_NO_NODE;
	config.gfp |= __GFP_COMP;
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, NULL, NULL, &why), -EINVAL);
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_GFP);
	KUNIT_EXPECT_EQ(test, why.wanted, (__force unsigned long)__GFP_COMP);

	config = config_of(kmst_allocator_find("vmalloc"), 100);
	config.gfp = GFP_ATOMIC;
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, NULL, NULL, &why), -EINVAL);
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_SLEEP);

	config = config_of(kmst_allocator_find("chunk"), 100);
	config.nid = MAX_NUMNODES;
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, NULL, NULL, &why), -EINVAL);
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_NODE);
	config.nid = -2;
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, NULL, NULL, &why), -EINVAL);
	config.nid = first_online_node;
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, NULL, NULL, &why), 0);
}

static void expect_refused(struct kunit *test,
			   const struct kmst_arena_config *config, int err,
			   enum kmst_limit limit)
{
	struct kmst_refusal why;

	KUNIT_EXPECT_EQ(test, kmst_arena_check(config, NULL, NULL, &why), err);
	KUNIT_EXPECT_EQ(test, why.limit, limit);
	if (limit != KMST_LIMIT_EMPTY)
		KUNIT_EXPECT_GT(test, why.wanted, why.allowed);
}

/* What no free memory could change is refused by a create as well. */
static void expect_not_created(struct kunit *test,
			       const struct kmst_arena_config *config, int err,
			       enum kmst_limit limit)
{
	struct kmst_refusal why;

	expect_refused(test, config, err, limit);
	expect_no_arena(test, config, NULL, err, &why);
	KUNIT_EXPECT_EQ(test, why.limit, limit);
	KUNIT_EXPECT_EQ(test, atomic_read(&kmst_counted.entered), 0);
}

static void limits_refuse_before_the_allocator_is_asked(struct kunit *test)
{
	unsigned int block = PER_PAGE << MAX_PAGE_ORDER;
	struct kmst_arena_config config;

	config = config_of(&kmst_counted_allocator, 0);
	expect_not_created(test, &config, -EINVAL, KMST_LIMIT_EMPTY);

	config = config_of(kmst_allocator_find("page"), block + 1);
	expect_not_created(test, &config, -E2BIG, KMST_LIMIT_ORDER);
	config.nr_structs = U32_MAX;
	expect_not_created(test, &config, -E2BIG, KMST_LIMIT_ORDER);
}

static void shares_of_ram_are_kept(struct kunit *test)
{
	unsigned long ram = totalram_pages();
	struct kmst_arena_config config;

	if (ram >= U32_MAX / PER_PAGE)
		kunit_skip(test, "so much RAM that no number of objects fills it");

	config = config_of(&kmst_counted_allocator, U32_MAX);
	expect_not_created(test, &config, -E2BIG, KMST_LIMIT_SHARE);
	config.nr_structs = ram / 2 * PER_PAGE + PER_PAGE + 1;
	expect_not_created(test, &config, -E2BIG, KMST_LIMIT_SHARE);
	/* a page of lowmem is not more than all of it, whatever the rest is */
	config.nr_structs = 1;
	config.max_percent = 100;
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, NULL, NULL, &(struct kmst_refusal){}), 0);
}

/* Two arenas that are each within the share, but not together. */
static void the_sum_of_arenas_is_kept_under_the_share(struct kunit *test)
{
	unsigned long lowmem = totalram_pages() - totalhigh_pages();
	unsigned long reserved = pages_reserved(test);
	struct kmst_arena_config config;
	struct kmst_arena *arena;
	struct kmst_refusal why;

	if (lowmem >= U32_MAX / PER_PAGE)
		kunit_skip(test, "so much RAM that no number of objects fills it");

	config = config_of(&kmst_counted_allocator, lowmem / 80 * PER_PAGE);
	config.max_percent = 2;
	arena = new_configured(test, &config);
	expect_no_arena(test, &config, NULL, -E2BIG, &why);
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_SHARE);
	KUNIT_EXPECT_EQ(test, why.taken, reserved + arena->memory.nr_pages);
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, NULL, NULL, &why), -E2BIG);
	/* but not if the first one goes before */
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, arena, NULL, &why), 0);

	drop_arena(test, arena);
	arena = new_configured(test, &config);
	drop_arena(test, arena);
	KUNIT_EXPECT_EQ(test, pages_reserved(test), reserved);
}

/* All of lowmem is within 100 percent, but never all available. */
static void memory_that_is_in_use_is_not_available(struct kunit *test)
{
	unsigned long lowmem = pages_of_pool(KMST_POOL_LOW);
	unsigned long pages = lowmem - pages_reserved(test);
	struct kmst_arena_config config = config_of(&kmst_counted_allocator,
						    pages * PER_PAGE);

	config.max_percent = 100;
	if (lowmem >= U32_MAX / PER_PAGE)
		kunit_skip(test, "so much RAM that no number of objects fills it");
	expect_refused(test, &config, -ENOMEM, KMST_LIMIT_AVAILABLE);
}

/* Pages that @config could have, if @old gave its own back. */
static unsigned long pages_allowed(struct kunit *test, struct kmst_arena_config config,
				   const struct kmst_arena *old)
{
	struct kmst_refusal why;

	/* more than there are, within a share of more than there is */
	config.nr_structs = U32_MAX;
	config.max_percent = UINT_MAX;
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, old, NULL, &why), -ENOMEM);
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_AVAILABLE);
	return why.allowed;
}

#define OLD_PAGES	2000UL

/* Pages more, or less, that come and go by themselves while memory is quiet. */
#define NOISE		500UL

struct allowed {
	unsigned long alone;	/* the pages of one question */
	unsigned long beside;	/* and those of the one that it is compared with */
};

/*
 * Pages that @config could have if @old gave its own back, and those that @other could.
 * Free pages are counted per CPU and summed up later: pages that somebody freed just before
 * make the second number larger than the first.  So the first question is asked again after
 * the second, until its answer is the same, or for five seconds.
 */
static struct allowed pages_allowed_to_both(struct kunit *test,
					    struct kmst_arena_config config,
					    const struct kmst_arena *old,
					    struct kmst_arena_config other)
{
	unsigned long before, after;
	struct allowed allowed;
	int tries = 50;

	do {
		before = pages_allowed(test, other, NULL);
		allowed.alone = pages_allowed(test, config, old);
		after = pages_allowed(test, other, NULL);
		allowed.beside = after;
		if (abs_diff(before, after) < NOISE / 4)
			return allowed;
		msleep(100);
	} while (--tries);
	return allowed;
}

/* What a live arena will give back counts, but only for who may have it. */
static void an_old_arena_counts_where_its_pages_can_be_had(struct kunit *test)
{
	struct kmst_arena_config here = config_of(&kmst_counted_allocator, 1);
	struct kmst_arena_config there = here;
	enum kmst_source source;
	struct allowed allowed;
	struct kmst_arena *old;
	struct kmst_page_at at;

	old = new_arena(test, &kmst_counted_allocator, OLD_PAGES * PER_PAGE);
	allowed = pages_allowed_to_both(test, here, old, here);
	KUNIT_EXPECT_GE(test, allowed.alone, allowed.beside + OLD_PAGES - NOISE);

	/* the same memory, if it were of the area for DMA: only cma can have it */
	source = old->memory.source;
	old->memory.source = KMST_SOURCE_CMA;
	allowed = pages_allowed_to_both(test, here, old, here);
	KUNIT_EXPECT_LE(test, allowed.alone, allowed.beside + NOISE);
	old->memory.source = source;

	KUNIT_ASSERT_TRUE(test, kmst_memory_page(&old->memory, 0, &at));
	there.gfp |= __GFP_THISNODE;
	there.nid = next_online_node(page_to_nid(at.page));
	if (there.nid < MAX_NUMNODES) {
		allowed = pages_allowed_to_both(test, there, old, there);
		KUNIT_EXPECT_LE(test, allowed.alone,
				allowed.beside + OLD_PAGES / 2 + NOISE);
	}
	drop_arena(test, old);
}

/* Pages of highmem are none that the lowmem has more of. */
static void highmem_does_not_count_for_lowmem(struct kunit *test)
{
	struct kmst_arena_config config = config_of(&kmst_counted_allocator, 1);
	struct allowed allowed;
	struct kmst_arena *old;
	struct kmst_page_at at;

	if (!totalhigh_pages())
		kunit_skip(test, "there is no highmem");
	old = new_arena(test, kmst_allocator_find("highmem"), OLD_PAGES * PER_PAGE);
	KUNIT_ASSERT_TRUE(test, kmst_memory_page(&old->memory, 0, &at));
	if (!PageHighMem(at.page))
		kunit_skip(test, "no highmem is free");
	allowed = pages_allowed_to_both(test, config, old, config);
	KUNIT_EXPECT_LE(test, allowed.alone, allowed.beside + NOISE);
	drop_arena(test, old);
}

/* No node helps another one out, and nobody waits for file cache to be written. */
static void flags_narrow_what_is_available(struct kunit *test)
{
	struct kmst_arena_config any = config_of(&kmst_counted_allocator, 1);
	struct kmst_arena_config some = any;
	struct allowed allowed;

	some.gfp = GFP_ATOMIC;
	allowed = pages_allowed_to_both(test, some, NULL, any);
	KUNIT_EXPECT_LE(test, allowed.alone, allowed.beside + NOISE);

	some.gfp = GFP_KERNEL | __GFP_THISNODE;
	some.nid = first_online_node;
	allowed = pages_allowed_to_both(test, some, NULL, any);
	KUNIT_EXPECT_LE(test, allowed.alone, allowed.beside + NOISE);
	if (num_online_nodes() == 1)
		return;
	KUNIT_EXPECT_LE(test, allowed.alone, allowed.beside * 3 / 4);
	some.nid = NUMA_NO_NODE;
	allowed = pages_allowed_to_both(test, some, NULL, any);
	KUNIT_EXPECT_LE(test, allowed.alone, allowed.beside * 3 / 4);
}

static struct kunit_case arena_limits_cases[] = {
	KUNIT_CASE(requests_that_cannot_be_served_are_refused),
	KUNIT_CASE(limits_refuse_before_the_allocator_is_asked),
	KUNIT_CASE(shares_of_ram_are_kept),
	KUNIT_CASE(the_sum_of_arenas_is_kept_under_the_share),
	KUNIT_CASE(memory_that_is_in_use_is_not_available),
	KUNIT_CASE(an_old_arena_counts_where_its_pages_can_be_had),
	KUNIT_CASE(highmem_does_not_count_for_lowmem),
	KUNIT_CASE(flags_narrow_what_is_available),
	{}
};

static struct kunit_suite arena_limits_suite = {
	.name = "kmem_studio_arena_limits",
	.init = arena_limits_init,
	.test_cases = arena_limits_cases,
};

kunit_test_suite(arena_limits_suite);
