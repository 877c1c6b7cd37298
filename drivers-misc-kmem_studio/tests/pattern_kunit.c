// SPDX-License-Identifier: GPL-2.0
/*
 * Runs of words: every length, alignment and number at which the fast path
 * begins, ends or wraps.
 */
#include <kunit/test.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../pattern.h"

#define MAX_WORDS	300
#define MARGIN		8
#define CANARY_BYTE	0x3c

struct run {
	u64	first;
	size_t	offset;	/* in words, from an address that is aligned for u64 */
};

static const struct run runs[] = {
	{ 0, 0 },
	{ 0, 1 },
	{ 1, 0 },
	{ 7, 1 },
	{ 1024, 0 },
	{ U32_MAX - 1, 0 },
	{ U32_MAX, 0 },
	{ U32_MAX, 1 },
	{ U32_MAX - 63, 0 },
	{ U32_MAX - 64, 1 },
	{ U32_MAX - 100, 0 },
	{ (u64)U32_MAX + 1, 0 },
	{ (u64)U32_MAX * 8, 1 },
};

static void run_desc(const struct run *run, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "first=%llu offset=%zu",
		 run->first, run->offset);
}

KUNIT_ARRAY_PARAM(run, runs, run_desc);

/* A run of @nr words with a margin on both sides that nobody may touch. */
static unsigned int *new_run(struct kunit *test, const struct run *run, size_t nr)
{
	size_t bytes = (MARGIN + run->offset + nr + MARGIN) * sizeof(unsigned int);
	unsigned int *buffer = kunit_kmalloc(test, bytes, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buffer);
	memset(buffer, CANARY_BYTE, bytes);
	return buffer + MARGIN + run->offset;
}

static void expect_margins_untouched(struct kunit *test, unsigned int *words,
				     size_t nr)
{
	size_t bytes = MARGIN * sizeof(*words);

	KUNIT_EXPECT_NULL(test, memchr_inv(words - MARGIN, CANARY_BYTE, bytes));
	KUNIT_EXPECT_NULL(test, memchr_inv(words + nr, CANARY_BYTE, bytes));
}

/* The definition: word w holds w modulo 2^32. */
static size_t plain_check(const unsigned int *words, size_t nr, u64 first)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (words[i] != (u32)((first + i) & U32_MAX))
			break;
	}
	return i;
}

static void fill_writes_each_word_and_no_other(struct kunit *test)
{
	const struct run *run = test->param_value;
	size_t nr;

	for (nr = 0; nr <= MAX_WORDS; nr++) {
		unsigned int *words = new_run(test, run, nr);

		kmst_pattern_fill(words, nr, run->first);
		KUNIT_EXPECT_EQ(test, plain_check(words, nr, run->first), nr);
		expect_margins_untouched(test, words, nr);
		kunit_kfree(test, words - run->offset - MARGIN);
	}
}

static void check_accepts_what_is_right(struct kunit *test)
{
	const struct run *run = test->param_value;
	unsigned int *words = new_run(test, run, MAX_WORDS);
	size_t nr, i;

	for (i = 0; i < MAX_WORDS; i++)
		words[i] = (u32)(run->first + i);
	for (nr = 0; nr <= MAX_WORDS; nr++)
		KUNIT_EXPECT_EQ(test, kmst_pattern_check(words, nr, run->first), nr);
}

static void check_finds_each_flipped_bit(struct kunit *test)
{
	const struct run *run = test->param_value;
	unsigned int *words = new_run(test, run, MAX_WORDS);
	size_t i;

	kmst_pattern_fill(words, MAX_WORDS, run->first);
	for (i = 0; i < MAX_WORDS; i++) {
		unsigned int flipped = BIT(i % 32);

		words[i] ^= flipped;
		KUNIT_EXPECT_EQ(test, kmst_pattern_check(words, MAX_WORDS, run->first), i);
		words[i] ^= flipped;
	}
	KUNIT_EXPECT_EQ(test, kmst_pattern_check(words, MAX_WORDS, run->first),
			(size_t)MAX_WORDS);
}

/* Errors that cancel each other out in a sum are errors all the same. */
static void check_finds_swapped_words(struct kunit *test)
{
	const struct run *run = test->param_value;
	unsigned int *words = new_run(test, run, MAX_WORDS);
	size_t i;

	kmst_pattern_fill(words, MAX_WORDS, run->first);
	for (i = 0; i + 8 < MAX_WORDS; i++) {
		swap(words[i], words[i + 8]);
		KUNIT_EXPECT_EQ(test, kmst_pattern_check(words, MAX_WORDS, run->first), i);
		swap(words[i], words[i + 8]);
	}
}

/*
 * A well-known student version moves its pointer before it writes: the first
 * object of the run keeps what it held, and the last write lands behind the end.
 */
static void fill_that_starts_late_is_seen(struct kunit *test)
{
	const struct run run = { 0, 0 };
	unsigned int *words = new_run(test, &run, MAX_WORDS);

	kmst_pattern_fill(words + 8, MAX_WORDS - 8, 8);
	KUNIT_EXPECT_EQ(test, kmst_pattern_check(words, MAX_WORDS, 0), (size_t)0);
}

static void guard_is_filled_and_checked(struct kunit *test)
{
	const struct run run = { 0, 1 };
	size_t nr, i;

	KUNIT_EXPECT_EQ(test, KMST_GUARD_WORD, KMST_GUARD_BYTE * 0x01010101U);
	for (nr = 0; nr <= 70; nr++) {
		unsigned int *words = new_run(test, &run, nr);

		kmst_pattern_guard_fill(words, nr);
		expect_margins_untouched(test, words, nr);
		KUNIT_EXPECT_EQ(test, kmst_pattern_guard_check(words, nr), nr);
		for (i = 0; i < nr; i++) {
			KUNIT_EXPECT_EQ(test, words[i], KMST_GUARD_WORD);
			words[i] ^= BIT(i % 32);
			KUNIT_EXPECT_EQ(test, kmst_pattern_guard_check(words, nr), i);
			words[i] ^= BIT(i % 32);
		}
		kunit_kfree(test, words - run.offset - MARGIN);
	}
}

static struct kunit_case pattern_cases[] = {
	KUNIT_CASE_PARAM(fill_writes_each_word_and_no_other, run_gen_params),
	KUNIT_CASE_PARAM(check_accepts_what_is_right, run_gen_params),
	KUNIT_CASE_PARAM(check_finds_each_flipped_bit, run_gen_params),
	KUNIT_CASE_PARAM(check_finds_swapped_words, run_gen_params),
	KUNIT_CASE(fill_that_starts_late_is_seen),
	KUNIT_CASE(guard_is_filled_and_checked),
	{}
};

static struct kunit_suite pattern_suite = {
	.name = "kmem_studio_pattern",
	.test_cases = pattern_cases,
};

kunit_test_suite(pattern_suite);
