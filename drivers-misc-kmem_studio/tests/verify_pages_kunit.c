// SPDX-License-Identifier: GPL-2.0
/*
 * What a verification makes of pages: those whose address routes differ, those that the
 * kernel has found broken, and those that a cache may stand in front of.
 */
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/math.h>
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/numa.h>
#include <linux/page-flags.h>
#include <linux/string.h>

#include "../arena.h"
#include "../device.h"
#include "../layout.h"
#include "../limits.h"
#include "../reserve.h"
#include "../verify.h"
#include "allocators.h"
#include "filled.h"

KUNIT_ARRAY_PARAM(allocator, allocators, allocator_desc);

/* --- address routes --- */

static void a_wrong_address_route_is_an_error(struct kunit *test)
{
	struct kmst_report *report = new_report(test);
	struct kmst_translation t;
	struct kmst_arena *arena;
	struct kmst_page_at at;

	arena = new_filled(test, "page", 2 * PER_PAGE);
	KUNIT_ASSERT_TRUE(test, kmst_memory_page(&arena->memory, 1, &at));
	kmst_translate_page(at.page, &t);
	kmst_translate_back(&t);
	KUNIT_EXPECT_TRUE(test, kmst_verify_route(report, &t));
	KUNIT_EXPECT_EQ(test, report->bad_translations, 0UL);

	t.back_phys += PAGE_SIZE;
	KUNIT_EXPECT_FALSE(test, kmst_verify_route(report, &t));
	KUNIT_EXPECT_FALSE(test, kmst_verify_route(report, &t));
	KUNIT_EXPECT_EQ(test, report->bad_translations, 2UL);
	KUNIT_EXPECT_PTR_EQ(test, report->bad_route.page, t.page);
	KUNIT_EXPECT_EQ(test, report->pages, 3UL);
}

static bool third_page_is_wrong(const struct kmst_arena *arena,
				const struct kmst_run *run,
				struct kmst_report *report)
{
	if (run->index != 2)
		return true;
	report->bad_translations++;
	report->bad_route_page = run->index;
	return false;
}

/* A run with a page whose address cannot be trusted is left out, others are not. */
static void a_run_with_a_wrong_route_is_not_read(struct kunit *test)
{
	struct kmst_report *report = new_report(test);
	struct kmst_arena *arena;

	/* runs of vmalloc are one page each */
	arena = new_filled(test, "vmalloc", 4 * PER_PAGE);
	kunit_activate_static_stub(test, kmst_verify_routes, third_page_is_wrong);
	kmst_verify_corrupt(arena, 2 * PAGE_WORDS + 5, 1);
	KUNIT_EXPECT_EQ(test, kmst_verify_check(arena, report, NULL), -EILSEQ);
	KUNIT_EXPECT_EQ(test, report->words, 3ULL * PAGE_WORDS);
	KUNIT_EXPECT_EQ(test, report->mismatches, 0ULL);
	KUNIT_EXPECT_EQ(test, report->bad_translations, 1UL);
	KUNIT_EXPECT_EQ(test, report->bad_route_page, 2UL);

	kmst_verify_corrupt(arena, PAGE_WORDS + 1, 1);
	KUNIT_EXPECT_EQ(test, kmst_verify_check(arena, report, NULL), -EILSEQ);
	KUNIT_EXPECT_EQ(test, report->mismatches, 1ULL);
	KUNIT_EXPECT_EQ(test, report->bad[0].word, PAGE_WORDS + 1ULL);
}

/* What was found for the page before is not taken for a page that the table has not. */
static void a_page_that_the_table_lost_is_a_failed_route(struct kunit *test)
{
	struct kmst_report *report = new_report(test);
	struct kmst_arena *arena;
	struct kmst_run run;

	arena = new_filled(test, "vmalloc", 2 * PER_PAGE);
	KUNIT_ASSERT_TRUE(test, kmst_memory_word(&arena->memory, PAGE_WORDS, &run));
	KUNIT_ASSERT_NULL(test, run.page);
	/* as if it went on in the page that is left out behind each area */
	run.nr_words = 2 * PAGE_WORDS;
	run.nr_guards = 0;
	KUNIT_EXPECT_FALSE(test, kmst_verify_routes(arena, &run, report));
	KUNIT_EXPECT_EQ(test, report->pages, 2UL);
	KUNIT_EXPECT_EQ(test, report->bad_translations, 1UL);
	KUNIT_EXPECT_NULL(test, report->bad_route.page);

	/* lost only after its routes were judged: it is not read */
	KUNIT_EXPECT_EQ(test, kmst_run_readable_bytes(&run, 0, PAGE_SIZE), PAGE_SIZE);
	run.virt += PAGE_SIZE;
	run.nr_words = PAGE_WORDS;
	kmst_verify_words(arena, &run, report);
	KUNIT_EXPECT_EQ(test, report->bad_translations, 2UL);
	KUNIT_EXPECT_EQ(test, report->words, 0ULL);
	KUNIT_EXPECT_EQ(test, report->mismatches, 0ULL);
	/* nor by a program, or the lab's log */
	KUNIT_EXPECT_EQ(test, kmst_run_readable_bytes(&run, 0, PAGE_SIZE), 0UL);
}

/* Nor is it asked for its zone, its node or its number, or mapped. */
static void a_page_that_the_table_lost_counts_for_nothing(struct kunit *test)
{
	struct kmst_demand demand = { .gfp = GFP_KERNEL, .nid = NUMA_NO_NODE };
	struct kmst_memory memory;
	unsigned long *nodes, sum = 0;
	struct kmst_arena *arena;
	struct kmst_refusal why;
	struct kmst_going going;
	struct page *pages[3];
	int nid;

	nodes = kunit_kcalloc(test, MAX_NUMNODES, sizeof(*nodes), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, nodes);
	arena = new_filled(test, "vmalloc", 2 * PER_PAGE);
	demand.allocator = arena->allocator;
	/* as if it had the page, too, that is left out behind each area */
	memory = arena->memory;
	memory.nr_pages++;
	memory.blocks.table[0].bytes += PAGE_SIZE;
	kmst_limits_going(&demand, &memory, &going);
	KUNIT_EXPECT_LE(test, going.pages, 2UL);
	kmst_memory_count_nodes(&memory, nodes);
	for_each_node(nid)
		sum += nodes[nid];
	KUNIT_EXPECT_EQ(test, sum, 2UL);
	KUNIT_EXPECT_FALSE(test, kmst_memory_has_pfn(&memory, 0));
	KUNIT_EXPECT_EQ(test, kmst_memory_pages(&memory, 0, ARRAY_SIZE(pages), pages), 2UL);
	KUNIT_EXPECT_EQ(test, kmst_memory_pages(&memory, 2, 1, pages), 0UL);
	/* by its pages where there is highmem: as much as before */
	KUNIT_EXPECT_EQ(test, kmst_reserve_memory(&demand, &arena->reservation, &memory, 0, &why),
			0);
	memory.blocks.table[0].bytes -= PAGE_SIZE;
}

/* --- broken pages, and caches --- */

/* What the kernel has found broken has a flag. */
static void make_sound(void *page)
{
	ClearPageHWPoison(page);
}

static struct page *poison_page(struct kunit *test, struct kmst_arena *arena,
				unsigned long index)
{
	struct kmst_page_at at;

	KUNIT_ASSERT_TRUE(test, kmst_memory_page(&arena->memory, index, &at));
	SetPageHWPoison(at.page);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, make_sound, at.page), 0);
	return at.page;
}

static unsigned int *map_word(struct page *page, unsigned int word)
{
	unsigned int *words = kmap_local_page(page);

	return words + word;
}

static void put_word(struct page *page, unsigned int word, unsigned int value)
{
	unsigned int *at = map_word(page, word);

	*at = value;
	kunmap_local(at);
}

static unsigned int get_word(struct page *page, unsigned int word)
{
	unsigned int *at = map_word(page, word);
	unsigned int value = *at;

	kunmap_local(at);
	return value;
}

static void a_broken_page_is_counted_and_not_touched(struct kunit *test)
{
	const struct kmst_allocator *allocator = allocator_of_case(test);
	/* on the pages of its objects are those of others, too */
	bool is_ours = strcmp(allocator->name, "kmalloc_object");
	struct kmst_report *report = new_report(test);
	struct kmst_arena *arena;
	struct page *page;
	u64 left;

	if (!IS_ENABLED(CONFIG_MEMORY_FAILURE))
		kunit_skip(test, "this kernel does not look for broken pages");
	skip_if_not_supported(test, allocator);
	arena = new_filled(test, allocator->name, 70 * PER_PAGE + 3);
	page = poison_page(test, arena, 2);
	if (is_ours)
		put_word(page, 9, 0x55555555);

	KUNIT_EXPECT_EQ(test, kmst_verify_check(arena, report, NULL), -EILSEQ);
	KUNIT_EXPECT_EQ(test, report->poisoned, 1UL);
	KUNIT_EXPECT_EQ(test, report->mismatches, 0ULL);
	KUNIT_EXPECT_EQ(test, report->bad_translations, 0UL);
	left = all_words(arena) - report->words - report->guards;
	if (allocator->promises & KMST_MAPPABLE)
		KUNIT_EXPECT_EQ(test, left, (u64)PAGE_WORDS);
	KUNIT_EXPECT_GT(test, left, 0ULL);
	KUNIT_EXPECT_LE(test, left, 2ULL * PAGE_WORDS);

	KUNIT_EXPECT_EQ(test, kmst_verify_fill(arena, NULL), 0);
	if (is_ours)
		KUNIT_EXPECT_EQ(test, get_word(page, 9), 0x55555555U);
	if (allocator->promises & KMST_MAPPABLE) {
		KUNIT_EXPECT_EQ(test, kmst_verify_corrupt(arena, 2ULL * PAGE_WORDS + 9, 1),
				-EHWPOISON);
		/* the pages beside it, by number: the parts of a run know their place */
		KUNIT_EXPECT_EQ(test, kmst_verify_corrupt(arena, 3ULL * PAGE_WORDS + 7, 1), 0);
		KUNIT_EXPECT_EQ(test, kmst_verify_check(arena, report, NULL), -EILSEQ);
		KUNIT_EXPECT_EQ(test, report->mismatches, 1ULL);
		KUNIT_EXPECT_EQ(test, report->bad[0].word, 3ULL * PAGE_WORDS + 7);
		KUNIT_EXPECT_EQ(test, report->bad[0].page, 3UL);
	}
}

/* Every second object first, then those between: each page comes up twice. */
static void scatter(struct kunit *test, struct kmst_objects *objects)
{
	void **table = kunit_kcalloc(test, objects->nr, sizeof(*table), GFP_KERNEL);
	unsigned int i, half = DIV_ROUND_UP(objects->nr, 2);

	KUNIT_ASSERT_NOT_NULL(test, table);
	for (i = 0; i < objects->nr; i++)
		table[i] = objects->table[i < half ? 2 * i : 2 * (i - half) + 1];
	memcpy(objects->table, table, objects->nr * sizeof(*table));
}

/* However its objects lie among those of other broken pages. */
static void a_broken_page_of_objects_counts_once(struct kunit *test)
{
	struct kmst_report *report = new_report(test);
	struct kmst_arena *arena;

	if (!IS_ENABLED(CONFIG_MEMORY_FAILURE))
		kunit_skip(test, "this kernel does not look for broken pages");
	arena = new_filled(test, "slab", 10 * PER_PAGE);
	scatter(test, &arena->memory.objects);
	KUNIT_ASSERT_EQ(test, kmst_verify_fill(arena, NULL), 0);
	KUNIT_EXPECT_EQ(test, kmst_verify_check(arena, report, NULL), 0);
	poison_page(test, arena, 0);
	poison_page(test, arena, 1);
	KUNIT_EXPECT_EQ(test, kmst_verify_check(arena, report, NULL), -EILSEQ);
	KUNIT_EXPECT_EQ(test, report->poisoned, 2UL);
	KUNIT_EXPECT_EQ(test, report->mismatches, 0ULL);
}

/* What a test of flushing saw, and does. */
static struct {
	unsigned long	pages;
	unsigned long	dma_pages;
	unsigned int	spoil;
} flushed;

/* Memory that the cache covered up is what there is to read from then on. */
static bool flush_for_test(struct page *first, unsigned long nr_pages, bool is_dma)
{
	flushed.pages += nr_pages;
	flushed.dma_pages += is_dma ? nr_pages : 0;
	if (flushed.spoil) {
		put_word(first, 0, get_word(first, 0) ^ 1);
		flushed.spoil--;
	}
	return true;
}

static void what_is_verified_comes_from_memory(struct kunit *test)
{
	const struct kmst_allocator *allocator = allocator_of_case(test);
	struct kmst_report *report = new_report(test);
	struct kmst_arena *arena;

	skip_if_not_supported(test, allocator);
	arena = new_filled(test, allocator->name, 70 * PER_PAGE + 3);
	memset(&flushed, 0, sizeof(flushed));
	kunit_activate_static_stub(test, kmst_device_flush, flush_for_test);
	KUNIT_EXPECT_EQ(test, kmst_verify_check(arena, report, NULL), 0);
	if (allocator->promises & KMST_PER_OBJECT) {
		/* at least the last page has room for somebody else's */
		KUNIT_EXPECT_LT(test, flushed.pages, arena->memory.nr_pages);
		KUNIT_EXPECT_TRUE(test, report->cached);
		return;
	}
	KUNIT_EXPECT_EQ(test, flushed.pages, arena->memory.nr_pages);
	KUNIT_EXPECT_EQ(test, flushed.dma_pages, allocator->is_dma ? arena->memory.nr_pages : 0UL);
	KUNIT_EXPECT_FALSE(test, report->cached);

	/* the second look does not take the word from where the first one has put it */
	flushed.spoil = 2;
	KUNIT_EXPECT_EQ(test, kmst_verify_check(arena, report, NULL), -EILSEQ);
	KUNIT_EXPECT_EQ(test, report->mismatches, 1ULL);
	KUNIT_EXPECT_EQ(test, report->bad[0].word, 0ULL);
	KUNIT_EXPECT_EQ(test, report->right_again, 1ULL);

	flushed.spoil = 1;
	KUNIT_EXPECT_EQ(test, kmst_verify_check(arena, report, NULL), -EILSEQ);
	KUNIT_EXPECT_EQ(test, report->mismatches, 1ULL);
	KUNIT_EXPECT_EQ(test, report->right_again, 0ULL);
}

static bool flush_nothing(struct page *first, unsigned long nr_pages, bool is_dma)
{
	return false;
}

/* A block whose end is somebody else's, and a machine that cannot: both are told. */
static void what_may_come_from_a_cache_is_told(struct kunit *test)
{
	struct kmst_report *report = new_report(test);
	struct kmst_arena *arena = new_filled(test, "kmalloc", 3);

	memset(&flushed, 0, sizeof(flushed));
	kunit_activate_static_stub(test, kmst_device_flush, flush_for_test);
	KUNIT_EXPECT_EQ(test, kmst_verify_check(arena, report, NULL), 0);
	KUNIT_EXPECT_EQ(test, flushed.pages, 0UL);
	KUNIT_EXPECT_TRUE(test, report->cached);
	kunit_deactivate_static_stub(test, kmst_device_flush);

	arena = new_filled(test, "chunk", 3 * PER_PAGE);
	kunit_activate_static_stub(test, kmst_device_flush, flush_nothing);
	KUNIT_EXPECT_EQ(test, kmst_verify_check(arena, report, NULL), 0);
	KUNIT_EXPECT_TRUE(test, report->cached);
	kunit_deactivate_static_stub(test, kmst_device_flush);
	KUNIT_EXPECT_EQ(test, kmst_verify_check(arena, report, NULL), 0);
	KUNIT_EXPECT_EQ(test, report->cached, !kmst_device_sees_memory());
}

static struct kunit_case verify_pages_cases[] = {
	KUNIT_CASE(a_wrong_address_route_is_an_error),
	KUNIT_CASE(a_run_with_a_wrong_route_is_not_read),
	KUNIT_CASE(a_page_that_the_table_lost_is_a_failed_route),
	KUNIT_CASE(a_page_that_the_table_lost_counts_for_nothing),
	KUNIT_CASE_PARAM(a_broken_page_is_counted_and_not_touched, allocator_gen_params),
	KUNIT_CASE(a_broken_page_of_objects_counts_once),
	KUNIT_CASE_PARAM(what_is_verified_comes_from_memory, allocator_gen_params),
	KUNIT_CASE(what_may_come_from_a_cache_is_told),
	{}
};

static struct kunit_suite verify_pages_suite = {
	.name = "kmem_studio_verify_pages",
	.test_cases = verify_pages_cases,
};

kunit_test_suite(verify_pages_suite);
