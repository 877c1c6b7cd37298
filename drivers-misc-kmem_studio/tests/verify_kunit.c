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

#include "../arena.h"
#include "../cancel.h"
#include "../pattern.h"
#include "../verify.h"
#include "allocators.h"
#include "filled.h"
#include "words.h"

struct shape {
	const char	*allocator;
	unsigned int	nr_structs;
};

static const struct shape shapes[] = {
	{ "page", 1 }, { "page", 127 }, { "page", 128 }, { "page", 129 },
	{ "page", 200 }, { "page", 511 }, { "page", 512 }, { "page", 513 },
	{ "page", 1000 }, { "page", 2000 }, { "page", 4000 }, { "page", 10000 },
	{ "chunk", 1 }, { "chunk", 127 }, { "chunk", 128 }, { "chunk", 129 },
	{ "chunk", 200 }, { "chunk", 513 }, { "chunk", 1000 }, { "chunk", 10000 },
	{ "chunk", 50000 },
};

static void shape_desc(const struct shape *shape, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s %u", shape->allocator,
		 shape->nr_structs);
}

KUNIT_ARRAY_PARAM(shape, shapes, shape_desc);

/* Word by word, by the definition, without the code under test. */
static void a_filled_arena_holds_the_numbers(struct kunit *test)
{
	const struct shape *shape = test->param_value;
	struct kmst_arena *arena;
	u64 word;

	arena = new_filled(test, shape->allocator, shape->nr_structs);
	for (word = 0; word < all_words(arena); word++) {
		unsigned int expected = KMST_GUARD_WORD;

		if (word < 8ULL * shape->nr_structs)
			expected = word;
		KUNIT_ASSERT_EQ(test, *word_at(arena, word), expected);
	}
}

static void a_filled_arena_verifies(struct kunit *test)
{
	const struct shape *shape = test->param_value;
	struct kmst_report *report = new_report(test);
	struct kmst_arena *arena;

	arena = new_filled(test, shape->allocator, shape->nr_structs);
	KUNIT_EXPECT_EQ(test, kmst_verify_check(arena, report, NULL), 0);
	KUNIT_EXPECT_EQ(test, report->words, 8ULL * shape->nr_structs);
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
	const struct shape *shape = test->param_value;
	struct kmst_arena *arena;
	unsigned int bit = 0;
	u64 last, page;

	arena = new_filled(test, shape->allocator, shape->nr_structs);
	last = 8ULL * shape->nr_structs - 1;
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
	KUNIT_CASE_PARAM(a_filled_arena_holds_the_numbers, shape_gen_params),
	KUNIT_CASE_PARAM(a_filled_arena_verifies, shape_gen_params),
	KUNIT_CASE_PARAM(one_flipped_bit_is_found_and_located, shape_gen_params),
	KUNIT_CASE(every_pattern_is_filled_and_proved),
	KUNIT_CASE(a_report_locates_as_many_as_it_was_asked_for),
	KUNIT_CASE(all_errors_are_counted_and_eight_are_kept),
	KUNIT_CASE(neighbouring_errors_are_all_counted),
	KUNIT_CASE(a_fill_that_is_one_object_late_is_found),
	KUNIT_CASE(a_word_beyond_the_arena_is_refused),
	KUNIT_CASE(what_was_seen_is_told),
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
