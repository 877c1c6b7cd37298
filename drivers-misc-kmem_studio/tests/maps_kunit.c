// SPDX-License-Identifier: GPL-2.0
/*
 * What is done to an arena's pages for a mapping, and what becomes of them when it goes.
 */
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <kunit/test-bug.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/page_ref.h>

#include "../allocators/maps.h"
#include "../arena.h"
#include "allocators.h"
#include "arenas.h"
#include "consistent.h"

KUNIT_ARRAY_PARAM(allocator, allocators, allocator_desc);

/* As the device does for a fault. */
static void split_pages(const struct kmst_arena *arena, unsigned long index,
			unsigned long nr_pages)
{
	const struct kmst_maps *maps = arena->allocator->maps;

	if (maps)
		maps->split(&arena->memory, index, nr_pages);
}

/* Pages that a fault may put into a mapping, whether of blocks or single ones. */
static void a_page_outlives_its_arena(struct kunit *test)
{
	const struct kmst_allocator *allocator = allocator_of_case(test);
	u64 owner = kmst_registry_new_owner();
	struct kmst_arena_config config;
	struct kmst_arena *arena;
	struct kmst_page_at at;

	if (!(allocator->promises & KMST_MAPPABLE))
		kunit_skip(test, "pages of %s are not mapped", allocator->name);
	if (allocator->maps && !allocator->maps->split)
		kunit_skip(test, "pages of %s are mapped as frames", allocator->name);
	skip_if_not_supported(test, allocator);

	config = config_of(allocator, 5 * PER_PAGE);
	config.owner = owner;
	arena = new_configured(test, &config);
	split_pages(arena, 2, 1);
	split_pages(arena, 1, 3);
	kmst_expect_consistent(test, &arena->memory);
	KUNIT_ASSERT_TRUE(test, kmst_memory_page(&arena->memory, 2, &at));
	KUNIT_EXPECT_EQ(test, page_count(at.page), 1);

	get_page(at.page);
	KUNIT_EXPECT_EQ(test, kmst_registry_held(owner), 0UL);
	kmst_registry_retire(&arena->entry);
	KUNIT_EXPECT_EQ(test, kmst_registry_held(owner), arena->memory.nr_pages);
	drop_arena(test, arena);
	KUNIT_EXPECT_EQ(test, kmst_registry_held(owner), 0UL);
	KUNIT_EXPECT_EQ(test, page_count(at.page), 1);
	KUNIT_EXPECT_FALSE(test, PageBuddy(at.page));
	put_page(at.page);
}

/* Blocks that were given back, by their order. */
static void count_block(struct page *page, unsigned int order)
{
	unsigned int *blocks = kunit_get_current_test()->priv;

	blocks[order]++;
	__free_pages(page, order);
}

/* Pages from @first on with so many references each. */
static unsigned long count_pages_with(struct kmst_arena *arena, unsigned long first,
				      unsigned long nr, int refs)
{
	unsigned long i, found = 0;
	struct kmst_page_at at;

	for (i = first; i < first + nr; i++) {
		if (kmst_memory_page(&arena->memory, i, &at))
			found += page_ref_count(at.page) == refs;
	}
	return found;
}

static void only_the_blocks_of_a_fault_are_split(struct kunit *test)
{
	struct kmst_arena *arena = new_arena(test, kmst_allocator_find("chunk"), 21 * PER_PAGE);
	unsigned int blocks[NR_PAGE_ORDERS] = {};

	if (kmst_memory_nr_blocks(&arena->memory, 4) != 1 ||
	    kmst_memory_nr_blocks(&arena->memory, 2) != 1)
		kunit_skip(test, "no blocks of order 4 and 2");
	split_pages(arena, 17, 1);
	KUNIT_EXPECT_EQ(test, count_pages_with(arena, 0, 1, 1), 1UL);
	KUNIT_EXPECT_EQ(test, count_pages_with(arena, 1, 15, 0), 15UL);
	KUNIT_EXPECT_EQ(test, count_pages_with(arena, 16, 5, 1), 5UL);

	test->priv = blocks;
	kunit_activate_static_stub(test, kmst_free_block, count_block);
	drop_arena(test, arena);
	kunit_deactivate_static_stub(test, kmst_free_block);
	KUNIT_EXPECT_EQ(test, blocks[4], 1U);
	KUNIT_EXPECT_EQ(test, blocks[2], 0U);
	KUNIT_EXPECT_EQ(test, blocks[0], 5U);
}

/* What is one page to the kernel has one reference, and its parts are not given away. */
static void compound_pages_are_no_pages_for_faults(struct kunit *test)
{
	struct vm_area_struct vma = {};
	struct kmst_arena *arena;

	/* an area without room: nothing is mapped */
	arena = new_arena(test, kmst_allocator_find("folio"), 4 * PER_PAGE);
	KUNIT_EXPECT_EQ(test, arena->allocator->maps->map(&arena->memory, &vma), 0);
	KUNIT_EXPECT_NULL(test, arena->allocator->maps->split);
	drop_arena(test, arena);
	arena = new_arena(test, kmst_allocator_find("chunk"), 4 * PER_PAGE);
	KUNIT_EXPECT_FALSE(test, arena->allocator->maps->maps_frames(&arena->memory));
	drop_arena(test, arena);
}

static struct kunit_case maps_cases[] = {
	KUNIT_CASE_PARAM(a_page_outlives_its_arena, allocator_gen_params),
	KUNIT_CASE(only_the_blocks_of_a_fault_are_split),
	KUNIT_CASE(compound_pages_are_no_pages_for_faults),
	{}
};

static struct kunit_suite maps_suite = {
	.name = "kmem_studio_maps",
	.test_cases = maps_cases,
};

kunit_test_suite(maps_suite);
