// SPDX-License-Identifier: GPL-2.0
/*
 * Filling and verifying: what is right passes, and each kind of error is found,
 * counted and located.
 */
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/compiler.h>
#include <linux/highmem.h>
#include <linux/io.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/numa.h>
#include <linux/vmalloc.h>

#include "../arena.h"
#include "../cancel.h"
#include "../device.h"
#include "../pattern.h"
#include "../verify.h"
#include "allocators.h"
#include "per_page.h"
#include "words.h"

#define PAGE_WORDS	(PER_PAGE * KMST_STRUCT_WORDS)
#define SEED		5

struct layout {
	const char	*allocator;
	unsigned int	nr_structs;
};

static const struct layout layouts[] = {
	{ "page", 1 }, { "page", 127 }, { "page", 128 }, { "page", 129 },
	{ "page", 200 }, { "page", 511 }, { "page", 512 }, { "page", 513 },
	{ "page", 1000 }, { "page", 2000 }, { "page", 4000 }, { "page", 10000 },
	{ "chunk", 1 }, { "chunk", 127 }, { "chunk", 128 }, { "chunk", 129 },
	{ "chunk", 200 }, { "chunk", 513 }, { "chunk", 1000 }, { "chunk", 10000 },
	{ "chunk", 50000 },
};

static void layout_desc(const struct layout *layout, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s %u", layout->allocator,
		 layout->nr_structs);
}

KUNIT_ARRAY_PARAM(layout, layouts, layout_desc);

static void put_arena(void *arena)
{
	kmst_arena_put(arena);
}

static struct kmst_arena *new_pattern(struct kunit *test, const char *allocator,
				      unsigned int nr_structs,
				      const struct kmst_pattern *pattern)
{
	struct kmst_arena_config config = {
		.allocator	= kmst_allocator_find(allocator),
		.nr_structs	= nr_structs,
		.max_percent	= 50,
		.pattern	= pattern,
		.seed		= SEED,
		.gfp		= GFP_KERNEL,
		.nid		= NUMA_NO_NODE,
		.name		= "test",
	};
	struct kmst_refusal why;
	struct kmst_arena *arena;

	arena = kmst_arena_create(&config, NULL, &why);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, arena);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, put_arena, arena), 0);
	KUNIT_ASSERT_EQ(test, kmst_verify_fill(arena, NULL), 0);
	return arena;
}

static struct kmst_arena *new_filled(struct kunit *test, const char *allocator,
				     unsigned int nr_structs)
{
	return new_pattern(test, allocator, nr_structs, NULL);
}

static void free_report(void *report)
{
	kmst_report_free(report);
}

static struct kmst_report *new_report(struct kunit *test)
{
	struct kmst_report *report = kmst_report_alloc(KMST_REPORT_BAD_WORDS);

	KUNIT_ASSERT_NOT_NULL(test, report);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_report, report), 0);
	return report;
}

/* Only for memory that has an address. */
static unsigned int *word_at(const struct kmst_arena *arena, u64 word)
{
	return kmst_test_word(&arena->memory, word).virt;
}

static u64 all_words(const struct kmst_arena *arena)
{
	return arena->plan.nr_words + arena->memory.nr_guards;
}

/* A word of an object of any arena, found without the code under test. */
static unsigned int read_word(const struct kmst_arena *arena, u64 word,
			      phys_addr_t *phys)
{
	struct kmst_test_word at = kmst_test_word(&arena->memory, word);
	unsigned int value;
	void *page;

	*phys = page_to_phys(at.page) + at.offset;
	if (at.virt)
		return *at.virt;
	page = kmap_local_page(at.page);
	value = *(unsigned int *)(page + at.offset);
	kunmap_local(page);
	return value;
}

/* Word by word, by the definition, without the code under test. */
static void a_filled_arena_holds_the_numbers(struct kunit *test)
{
	const struct layout *layout = test->param_value;
	struct kmst_arena *arena;
	u64 word;

	arena = new_filled(test, layout->allocator, layout->nr_structs);
	for (word = 0; word < all_words(arena); word++) {
		unsigned int expected = KMST_GUARD_WORD;

		if (word < 8ULL * layout->nr_structs)
			expected = word;
		KUNIT_ASSERT_EQ(test, *word_at(arena, word), expected);
	}
}

static void a_filled_arena_verifies(struct kunit *test)
{
	const struct layout *layout = test->param_value;
	struct kmst_report *report = new_report(test);
	struct kmst_arena *arena;

	arena = new_filled(test, layout->allocator, layout->nr_structs);
	KUNIT_EXPECT_EQ(test, kmst_verify_check(arena, report, NULL), 0);
	KUNIT_EXPECT_EQ(test, report->words, 8ULL * layout->nr_structs);
	KUNIT_EXPECT_EQ(test, report->words + report->guards, all_words(arena));
	KUNIT_EXPECT_EQ(test, report->pages, arena->memory.nr_pages);
	KUNIT_EXPECT_EQ(test, report->mismatches, 0ULL);
	KUNIT_EXPECT_EQ(test, report->bad_translations, 0UL);
	KUNIT_EXPECT_EQ(test, report->nr_bad, 0U);
}

static void expect_found(struct kunit *test, struct kmst_arena *arena, u64 word,
			 unsigned int mask)
{
	struct kmst_report *report = new_report(test);
	bool guard = word >= arena->plan.nr_words;
	unsigned int right = *word_at(arena, word);
	struct kmst_bad_word *bad = &report->bad[0];

	KUNIT_ASSERT_EQ(test, kmst_verify_corrupt(arena, word, mask), 0);
	KUNIT_EXPECT_EQ(test, kmst_verify_check(arena, report, NULL), -EILSEQ);
	KUNIT_EXPECT_EQ(test, report->mismatches, 1ULL);
	KUNIT_EXPECT_EQ(test, report->nr_bad, 1U);
	KUNIT_EXPECT_EQ(test, bad->word, word);
	KUNIT_EXPECT_EQ(test, bad->page, (unsigned long)(word / PAGE_WORDS));
	KUNIT_EXPECT_EQ(test, bad->phys, virt_to_phys(word_at(arena, word)));
	KUNIT_EXPECT_EQ(test, bad->expected, right);
	KUNIT_EXPECT_EQ(test, bad->got, right ^ mask);
	KUNIT_EXPECT_EQ(test, bad->again, right ^ mask);
	KUNIT_EXPECT_EQ(test, report->right_again, 0ULL);
	KUNIT_EXPECT_EQ(test, bad->guard, guard);
	KUNIT_EXPECT_EQ(test, report->words + report->guards, all_words(arena));

	KUNIT_ASSERT_EQ(test, kmst_verify_corrupt(arena, word, mask), 0);
	KUNIT_EXPECT_EQ(test, kmst_verify_check(arena, report, NULL), 0);
}

/* The first and the last word of the objects, of each page, and of the guard. */
static void one_flipped_bit_is_found_and_located(struct kunit *test)
{
	const struct layout *layout = test->param_value;
	struct kmst_arena *arena;
	unsigned int bit = 0;
	u64 last, page;

	arena = new_filled(test, layout->allocator, layout->nr_structs);
	last = 8ULL * layout->nr_structs - 1;
	expect_found(test, arena, 0, 1);
	expect_found(test, arena, last, BIT(31));
	if (last + 1 < all_words(arena))
		expect_found(test, arena, last + 1, 1);
	expect_found(test, arena, all_words(arena) - 1, BIT(31));

	for (page = 0; page < min(arena->memory.nr_pages, 20UL); page++) {
		expect_found(test, arena, page * PAGE_WORDS, BIT(bit++ % 32));
		expect_found(test, arena, (page + 1) * PAGE_WORDS - 1, BIT(bit++ % 32));
	}
}

/* Every word by the pattern's definition, and one flipped bit of each page found. */
static void every_pattern_is_filled_and_proved(struct kunit *test)
{
	const struct kmst_pattern *pattern = kmst_pattern_at(0);
	struct kmst_report *report = new_report(test);
	unsigned int i;
	u64 word;

	for (i = 0; pattern; pattern = kmst_pattern_at(++i)) {
		struct kmst_arena *arena;

		arena = new_pattern(test, "chunk", 5 * PER_PAGE + 3, pattern);
		for (word = 0; word < arena->plan.nr_words; word++) {
			struct kmst_place place = {
				word, virt_to_phys(word_at(arena, word)), SEED
			};

			KUNIT_ASSERT_EQ_MSG(test, *word_at(arena, word),
					    pattern->word(&place), "%s, word %llu",
					    pattern->name, word);
		}
		KUNIT_EXPECT_EQ_MSG(test, kmst_verify_check(arena, report, NULL), 0,
				    "%s", pattern->name);
		for (word = 77; word < all_words(arena); word += PAGE_WORDS)
			expect_found(test, arena, word, BIT(word % 32));
	}
}

static void a_report_locates_as_many_as_it_was_asked_for(struct kunit *test)
{
	struct kmst_report *none = kmst_report_alloc(0);
	struct kmst_report *many = kmst_report_alloc(100);
	struct kmst_arena *arena;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, none);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_report, none), 0);
	KUNIT_ASSERT_NOT_NULL(test, many);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_report, many), 0);

	arena = new_filled(test, "chunk", PER_PAGE);
	for (i = 0; i < 50; i++)
		kmst_verify_corrupt(arena, i, 1);
	KUNIT_EXPECT_EQ(test, kmst_verify_check(arena, none, NULL), -EILSEQ);
	KUNIT_EXPECT_EQ(test, none->mismatches, 50ULL);
	KUNIT_EXPECT_EQ(test, none->nr_bad, 0U);
	KUNIT_EXPECT_EQ(test, kmst_verify_check(arena, many, NULL), -EILSEQ);
	KUNIT_EXPECT_EQ(test, many->nr_bad, 50U);
	for (i = 0; i < 50; i++)
		KUNIT_EXPECT_EQ(test, many->bad[i].word, (u64)i);
}

static void all_errors_are_counted_and_eight_are_kept(struct kunit *test)
{
	struct kmst_report *report = new_report(test);
	struct kmst_arena *arena;
	unsigned int i;

	arena = new_filled(test, "chunk", 3 * PER_PAGE);
	for (i = 0; i < 20; i++)
		kmst_verify_corrupt(arena, 7 + i * 100, BIT(i));
	KUNIT_EXPECT_EQ(test, kmst_verify_check(arena, report, NULL), -EILSEQ);
	KUNIT_EXPECT_EQ(test, report->mismatches, 20ULL);
	KUNIT_EXPECT_EQ(test, report->nr_bad, (unsigned int)KMST_REPORT_BAD_WORDS);
	for (i = 0; i < KMST_REPORT_BAD_WORDS; i++)
		KUNIT_EXPECT_EQ(test, report->bad[i].word, 7ULL + i * 100);
}

static void neighbouring_errors_are_all_counted(struct kunit *test)
{
	struct kmst_report *report = new_report(test);
	struct kmst_arena *arena;

	arena = new_filled(test, "page", PER_PAGE + 1);
	memset(word_at(arena, 0), 0xff, PAGE_SIZE);
	memset(word_at(arena, PAGE_WORDS), 0, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, kmst_verify_check(arena, report, NULL), -EILSEQ);
	KUNIT_EXPECT_EQ(test, report->mismatches, 2ULL * PAGE_WORDS);
	KUNIT_EXPECT_EQ(test, report->words + report->guards, 2ULL * PAGE_WORDS);
}

/*
 * A well-known student version moves its pointer before it writes, so that every
 * object is one too far, and the last lands in the memory behind.
 */
static void a_fill_that_is_one_object_late_is_found(struct kunit *test)
{
	struct kmst_report *report = new_report(test);
	struct kmst_place late = { .word = 8 };
	struct kmst_arena *arena;

	arena = new_filled(test, "page", PER_PAGE - 1);
	memset(word_at(arena, 0), 0, sizeof(struct kmst_struct));
	arena->pattern->fill(word_at(arena, 8), 8 * (PER_PAGE - 1), &late);

	KUNIT_EXPECT_EQ(test, kmst_verify_check(arena, report, NULL), -EILSEQ);
	/* seven words of object 0 (its word 0 is 0), eight of the guard behind */
	KUNIT_EXPECT_EQ(test, report->mismatches, 15ULL);
	KUNIT_EXPECT_EQ(test, report->bad[0].word, 1ULL);
	KUNIT_EXPECT_TRUE(test, report->bad[7].guard);
}

static void a_word_beyond_the_arena_is_refused(struct kunit *test)
{
	struct kmst_arena *arena = new_filled(test, "page", 1);

	KUNIT_EXPECT_EQ(test, kmst_verify_corrupt(arena, all_words(arena), 1), -ERANGE);
	KUNIT_EXPECT_EQ(test, kmst_verify_corrupt(arena, U64_MAX, 1), -ERANGE);
}

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

/* What the words of the arena under test are xored with before a second look. */
static unsigned int healing_mask;

/* The test's arenas are not const: somebody else writes to them here. */
static unsigned int heal_and_read(const unsigned int *word)
{
	*(unsigned int *)word ^= healing_mask;
	return READ_ONCE(*word);
}

/*
 * Memory that changes between the comparison and the second look: what was seen
 * first is what counts, and what is told.
 */
static void expect_seen(struct kunit *test, struct kmst_arena *arena, u64 word,
			unsigned int heal)
{
	struct kmst_report *report = new_report(test);
	unsigned int right = *word_at(arena, word);
	unsigned int wrong = right ^ BIT(word % 32);
	struct kmst_bad_word *bad = &report->bad[0];

	healing_mask = heal ? heal : BIT(word % 32);
	KUNIT_ASSERT_EQ(test, kmst_verify_corrupt(arena, word, BIT(word % 32)), 0);
	KUNIT_EXPECT_EQ(test, kmst_verify_check(arena, report, NULL), -EILSEQ);
	KUNIT_EXPECT_EQ(test, report->mismatches, 1ULL);
	KUNIT_EXPECT_EQ(test, report->right_again, heal ? 0ULL : 1ULL);
	KUNIT_EXPECT_EQ(test, bad->word, word);
	KUNIT_EXPECT_EQ(test, bad->expected, right);
	KUNIT_EXPECT_EQ(test, bad->got, wrong);
	KUNIT_EXPECT_EQ(test, bad->again, wrong ^ healing_mask);
	*word_at(arena, word) = right;
	KUNIT_EXPECT_EQ(test, kmst_verify_check(arena, report, NULL), 0);
}

static void what_was_seen_is_told(struct kunit *test)
{
	const struct kmst_pattern *pattern = kmst_pattern_at(0);
	unsigned int i;
	u64 word;

	kunit_activate_static_stub(test, kmst_verify_read_again, heal_and_read);
	for (i = 0; pattern; pattern = kmst_pattern_at(++i)) {
		struct kmst_arena *arena;

		arena = new_pattern(test, "page", PER_PAGE + 3, pattern);
		for (word = 0; word < all_words(arena); word += 61) {
			expect_seen(test, arena, word, 0);
			/* and now it is wrong in another way */
			expect_seen(test, arena, word, BIT((word + 1) % 32));
		}
	}
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
	run.virt += PAGE_SIZE;
	run.nr_words = PAGE_WORDS;
	kmst_verify_words(arena, &run, report);
	KUNIT_EXPECT_EQ(test, report->bad_translations, 2UL);
	KUNIT_EXPECT_EQ(test, report->words, 0ULL);
	KUNIT_EXPECT_EQ(test, report->mismatches, 0ULL);
}

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
	struct kmst_report *report = new_report(test);
	struct kmst_arena *arena;
	struct page *page;
	u64 left;

	if (!IS_ENABLED(CONFIG_MEMORY_FAILURE))
		kunit_skip(test, "this kernel does not look for broken pages");
	skip_if_not_supported(test, allocator);
	arena = new_filled(test, allocator->name, 70 * PER_PAGE + 3);
	page = poison_page(test, arena, 2);
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

/* As many as the table has: a case below sees to it. */
#define NR_PATTERNS	7

/* Each allocator with each pattern: a place stands for the pair of its index. */
static const u8 pairs[ARRAY_SIZE(allocators) * NR_PATTERNS];

static const struct kmst_allocator *allocator_of_pair(const u8 *pair)
{
	return kmst_allocator_at((pair - pairs) / NR_PATTERNS);
}

static const struct kmst_pattern *pattern_of_pair(const u8 *pair)
{
	return kmst_pattern_at((pair - pairs) % NR_PATTERNS);
}

static void pair_desc(const u8 *pair, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s, %s", allocator_of_pair(pair)->name,
		 pattern_of_pair(pair)->name);
}

KUNIT_ARRAY_PARAM(allocator, allocators, allocator_desc);
KUNIT_ARRAY_PARAM(pair, pairs, pair_desc);

static void every_pattern_is_a_parameter(struct kunit *test)
{
	KUNIT_EXPECT_NOT_NULL(test, kmst_pattern_at(NR_PATTERNS - 1));
	KUNIT_EXPECT_NULL(test, kmst_pattern_at(NR_PATTERNS));
}

static const unsigned int size_classes[] = {
	1, PER_PAGE - 1, PER_PAGE, PER_PAGE + 1, 10 * PER_PAGE + 3, 70 * PER_PAGE,
};

static void prove_size(struct kunit *test, const char *allocator,
		       const struct kmst_pattern *pattern, unsigned int nr_structs)
{
	struct kmst_report *report = new_report(test);
	struct kmst_arena *arena;
	unsigned int got;
	phys_addr_t phys;
	u64 word;

	arena = new_pattern(test, allocator, nr_structs, pattern);
	for (word = 0; word < arena->plan.nr_words; word += 1 + word / 100) {
		struct kmst_place place = { .word = word, .seed = SEED };

		got = read_word(arena, word, &phys);
		place.phys = phys;
		KUNIT_ASSERT_EQ(test, got, pattern->word(&place));
	}
	KUNIT_EXPECT_EQ(test, kmst_verify_check(arena, report, NULL), 0);
	KUNIT_EXPECT_EQ(test, report->words, arena->plan.nr_words);
	KUNIT_EXPECT_EQ(test, report->guards, arena->memory.nr_guards);
	KUNIT_EXPECT_GE(test, report->pages, arena->memory.nr_pages);

	/* the middle word, where its page really is, and the last guard word */
	word = arena->plan.nr_words / 2;
	read_word(arena, word, &phys);
	KUNIT_EXPECT_EQ(test, kmst_verify_corrupt(arena, word, BIT(5)), 0);
	KUNIT_EXPECT_EQ(test, kmst_verify_corrupt(arena, all_words(arena) - 1, BIT(31)), 0);
	KUNIT_EXPECT_EQ(test, kmst_verify_corrupt(arena, all_words(arena), 1), -ERANGE);
	KUNIT_EXPECT_EQ(test, kmst_verify_check(arena, report, NULL), -EILSEQ);
	KUNIT_EXPECT_EQ(test, report->mismatches, 2ULL);
	KUNIT_EXPECT_EQ(test, min(report->bad[0].word, report->bad[1].word), word);
	KUNIT_EXPECT_EQ(test, max(report->bad[0].word, report->bad[1].word),
			all_words(arena) - 1);
	KUNIT_EXPECT_TRUE(test, report->bad[0].phys == phys || report->bad[1].phys == phys);
}

static void every_allocator_holds_every_pattern(struct kunit *test)
{
	const struct kmst_allocator *allocator = allocator_of_pair(test->param_value);
	unsigned int i;

	skip_if_not_supported(test, allocator);
	for (i = 0; i < ARRAY_SIZE(size_classes); i++)
		prove_size(test, allocator->name, pattern_of_pair(test->param_value),
			   size_classes[i]);
}

static void filling_and_checking_give_up_when_asked(struct kunit *test)
{
	struct kmst_cancel cancel = { BIT(KMST_CANCEL_INTERRUPTED) };
	struct kmst_report *report = new_report(test);
	struct kmst_arena *arena;

	arena = new_filled(test, "chunk", 200 * PER_PAGE);
	KUNIT_EXPECT_EQ(test, kmst_verify_fill(arena, &cancel), -EINTR);
	KUNIT_EXPECT_EQ(test, kmst_verify_check(arena, report, &cancel), -EINTR);
	KUNIT_EXPECT_EQ(test, report->pages, 0UL);
}

static struct kunit_case verify_cases[] = {
	KUNIT_CASE_PARAM(a_filled_arena_holds_the_numbers, layout_gen_params),
	KUNIT_CASE_PARAM(a_filled_arena_verifies, layout_gen_params),
	KUNIT_CASE_PARAM(one_flipped_bit_is_found_and_located, layout_gen_params),
	KUNIT_CASE(every_pattern_is_filled_and_proved),
	KUNIT_CASE(a_report_locates_as_many_as_it_was_asked_for),
	KUNIT_CASE(all_errors_are_counted_and_eight_are_kept),
	KUNIT_CASE(neighbouring_errors_are_all_counted),
	KUNIT_CASE(a_fill_that_is_one_object_late_is_found),
	KUNIT_CASE(a_word_beyond_the_arena_is_refused),
	KUNIT_CASE(a_wrong_address_route_is_an_error),
	KUNIT_CASE(a_run_with_a_wrong_route_is_not_read),
	KUNIT_CASE(what_was_seen_is_told),
	KUNIT_CASE(a_page_that_the_table_lost_is_a_failed_route),
	KUNIT_CASE_PARAM(a_broken_page_is_counted_and_not_touched, allocator_gen_params),
	KUNIT_CASE_PARAM(what_is_verified_comes_from_memory, allocator_gen_params),
	KUNIT_CASE(what_may_come_from_a_cache_is_told),
	KUNIT_CASE(every_pattern_is_a_parameter),
	KUNIT_CASE_PARAM(every_allocator_holds_every_pattern, pair_gen_params),
	KUNIT_CASE(filling_and_checking_give_up_when_asked),
	{}
};

static struct kunit_suite verify_suite = {
	.name = "kmem_studio_verify",
	.test_cases = verify_cases,
};

kunit_test_suite(verify_suite);
