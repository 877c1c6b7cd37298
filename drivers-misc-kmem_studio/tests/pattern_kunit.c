// SPDX-License-Identifier: GPL-2.0
/*
 * Every pattern on runs of words: every length, alignment and number at which a
 * fast path begins, ends or wraps. And each of them with a fault that is there for
 * one load.
 */
#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../pattern.h"
#include "pattern_traced.h"

#define MAX_WORDS	300
#define MARGIN		8
#define CANARY_BYTE	0x3c
#define SEED		2024

/* A physical address that differs from the number of the word, below and above 2^34 */
#define PHYS_OF(word)	((word) * 4 + 0x3fff00000ULL)

struct run {
	u64	first;
	size_t	offset;	/* in words, from an address that is aligned for u64 */
};

static const struct run runs[] = {
	{ 0, 0 },
	{ 0, 1 },
	{ 1, 0 },
	{ 1, 1 },
	{ 7, 1 },
	{ 1024, 0 },
	{ 0x3ffc0 - 100, 0 },
	{ U32_MAX - 1, 0 },
	{ U32_MAX, 0 },
	{ U32_MAX, 1 },
	{ U32_MAX - 63, 0 },
	{ U32_MAX - 64, 1 },
	{ U32_MAX - 100, 0 },
	{ (u64)U32_MAX + 1, 0 },
	{ (u64)U32_MAX * 8, 1 },
};

#define NR_PATTERNS	7

/*
 * A place in this array stands for a pattern with a run. As many as the table has: a case
 * sees to it.
 */
static const u8 params[NR_PATTERNS * ARRAY_SIZE(runs)];

static const struct run *run_at(const u8 *param)
{
	return &runs[(param - params) % ARRAY_SIZE(runs)];
}

static const struct kmst_pattern *pattern_at(const u8 *param)
{
	return kmst_pattern_at((param - params) / ARRAY_SIZE(runs));
}

static void param_desc(const u8 *param, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s first=%llu offset=%zu",
		 pattern_at(param)->name, run_at(param)->first, run_at(param)->offset);
}

KUNIT_ARRAY_PARAM(param, params, param_desc);

static const struct kmst_pattern *pattern_of(struct kunit *test)
{
	return pattern_at(test->param_value);
}

static const struct run *run_of(struct kunit *test)
{
	return run_at(test->param_value);
}

static void all_patterns_are_tested(struct kunit *test)
{
	KUNIT_EXPECT_NOT_NULL(test, kmst_pattern_at(NR_PATTERNS - 1));
	KUNIT_EXPECT_NULL(test, kmst_pattern_at(NR_PATTERNS));
}

static struct kmst_place place_of(u64 word)
{
	return (struct kmst_place){ word, PHYS_OF(word), SEED };
}

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

static unsigned int word(const struct kmst_pattern *pattern, u64 number)
{
	struct kmst_place place = place_of(number);

	return pattern->word(&place);
}

/*
 * The first word that differs, as the driver finds it: it is one of the group that
 * was seen.
 */
static size_t check(struct kunit *test, const unsigned int *words, size_t nr)
{
	struct kmst_place place = place_of(run_of(test)->first);
	struct kmst_seen seen;
	unsigned int i;
	size_t at;

	at = pattern_of(test)->check(words, nr, &place, &seen);
	if (at == nr)
		return nr;
	KUNIT_ASSERT_LE(test, seen.nr, (unsigned int)KMST_SEEN_WORDS);
	KUNIT_ASSERT_LE(test, at + seen.nr, nr);
	KUNIT_EXPECT_MEMEQ(test, seen.words, words + at, seen.nr * sizeof(*words));
	for (i = 0; i < seen.nr; i++) {
		if (seen.words[i] != word(pattern_of(test), place.word + at + i))
			return at + i;
	}
	KUNIT_FAIL(test, "nothing differs in the group at %zu", at);
	return nr;
}

static void fill(struct kunit *test, unsigned int *words, size_t nr)
{
	struct kmst_place place = place_of(run_of(test)->first);

	pattern_of(test)->fill(words, nr, &place);
}

static size_t plain_check(struct kunit *test, const unsigned int *words, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (words[i] != word(pattern_of(test), run_of(test)->first + i))
			break;
	}
	return i;
}

static void fill_writes_each_word_and_no_other(struct kunit *test)
{
	const struct run *run = run_of(test);
	size_t nr;

	for (nr = 0; nr <= MAX_WORDS; nr++) {
		unsigned int *words = new_run(test, run, nr);

		fill(test, words, nr);
		KUNIT_EXPECT_EQ(test, plain_check(test, words, nr), nr);
		expect_margins_untouched(test, words, nr);
		kunit_kfree(test, words - run->offset - MARGIN);
	}
}

static void check_accepts_what_is_right(struct kunit *test)
{
	const struct run *run = run_of(test);
	unsigned int *words = new_run(test, run, MAX_WORDS);
	size_t nr, i;

	for (i = 0; i < MAX_WORDS; i++)
		words[i] = word(pattern_of(test), run->first + i);
	for (nr = 0; nr <= MAX_WORDS; nr++)
		KUNIT_EXPECT_EQ(test, check(test, words, nr), nr);
}

static void check_finds_each_flipped_bit(struct kunit *test)
{
	unsigned int *words = new_run(test, run_of(test), MAX_WORDS);
	size_t i;

	fill(test, words, MAX_WORDS);
	for (i = 0; i < MAX_WORDS; i++) {
		unsigned int flipped = BIT(i % 32);

		words[i] ^= flipped;
		KUNIT_EXPECT_EQ(test, check(test, words, MAX_WORDS), i);
		words[i] ^= flipped;
	}
	KUNIT_EXPECT_EQ(test, check(test, words, MAX_WORDS), (size_t)MAX_WORDS);
}

/* Errors that cancel each other out in a sum are errors all the same. */
static void check_finds_swapped_words(struct kunit *test)
{
	unsigned int *words = new_run(test, run_of(test), MAX_WORDS);
	size_t i;

	fill(test, words, MAX_WORDS);
	for (i = 0; i + 8 < MAX_WORDS; i++) {
		if (words[i] == words[i + 8])
			continue;
		swap(words[i], words[i + 8]);
		KUNIT_EXPECT_EQ(test, check(test, words, MAX_WORDS), i);
		swap(words[i], words[i + 8]);
	}
}

/* A run that is right but for the pattern that it was written with. */
static void each_pattern_is_another(struct kunit *test)
{
	unsigned int *words = new_run(test, run_of(test), MAX_WORDS);
	const struct kmst_pattern *other;
	unsigned int i;

	for (i = 0; (other = kmst_pattern_at(i)); i++) {
		struct kmst_place place = place_of(run_of(test)->first);

		other->fill(words, MAX_WORDS, &place);
		KUNIT_EXPECT_EQ(test, check(test, words, MAX_WORDS) == MAX_WORDS,
				other == pattern_of(test));
	}
}

/* By the definitions, and random words worked out with other means. */
static void words_are_as_defined(struct kunit *test)
{
	struct kmst_place place = {};
	u64 number;

	for (number = 0; number < 100; number++) {
		place.word = U32_MAX - 50 + number;
		KUNIT_EXPECT_EQ(test, kmst_pattern_find("counter")->word(&place),
				(u32)(place.word & U32_MAX));
		KUNIT_EXPECT_EQ(test, kmst_pattern_find("zeros")->word(&place), 0U);
		KUNIT_EXPECT_EQ(test, kmst_pattern_find("ones")->word(&place), ~0U);
		KUNIT_EXPECT_EQ(test, kmst_pattern_find("walking")->word(&place),
				(u32)(1ULL << (place.word & 31)));
		KUNIT_EXPECT_EQ(test, kmst_pattern_find("checker")->word(&place),
				place.word & 1 ? 0xaaaaaaaaU : 0x55555555U);
	}
}

struct known {
	const char		*pattern;
	struct kmst_place	place;
	unsigned int		word;
};

static const struct known known[] = {
	{ "address", { .phys = 0 }, 0 },
	{ "address", { .phys = 0x1000 }, 0x400 },
	{ "address", { .phys = 0x3fffffffc }, 0xffffffff },
	{ "address", { .phys = 0x400000000 }, 0x9e3779b1 },
	{ "address", { .phys = 0x12345678ab0 }, 0x50f41c74 },
	{ "random", { .word = 0, .seed = 0 }, 0x14c48b00 },
	{ "random", { .word = 1, .seed = 0 }, 0x5851f42d },
	{ "random", { .word = 0, .seed = 1 }, 0xed35a100 },
	{ "random", { .word = 2, .seed = 5 }, 0x091ab624 },
	{ "random", { .word = 7, .seed = 5 }, 0xbf4742b3 },
	{ "random", { .word = 1000003, .seed = 2024 }, 0x4645777f },
	{ "random", { .word = U32_MAX, .seed = U64_MAX }, 0x698cfb09 },
	{ "random", { .word = (u64)U32_MAX * 8, .seed = 12345 }, 0xa0df959f },
};

static void words_worked_out_elsewhere(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		const struct kmst_pattern *pattern = kmst_pattern_find(known[i].pattern);

		KUNIT_EXPECT_EQ_MSG(test, pattern->word(&known[i].place), known[i].word,
				    "%s, number %u", known[i].pattern, i);
	}
}

static void names_are_found(struct kunit *test)
{
	const struct kmst_pattern *pattern;
	unsigned int i;

	for (i = 0; (pattern = kmst_pattern_at(i)); i++) {
		KUNIT_EXPECT_PTR_EQ(test, kmst_pattern_find(pattern->name), pattern);
		KUNIT_EXPECT_GT(test, strlen(pattern->description), 5UL);
	}
	KUNIT_EXPECT_EQ(test, i, 7U);
	KUNIT_EXPECT_STREQ(test, kmst_pattern_at(0)->name, "counter");
	KUNIT_EXPECT_NOT_NULL(test, kmst_pattern_find("walking\n"));
	KUNIT_EXPECT_NULL(test, kmst_pattern_find(""));
	KUNIT_EXPECT_NULL(test, kmst_pattern_find("count"));
	KUNIT_EXPECT_NULL(test, kmst_pattern_find("counter "));
}

/*
 * A well-known student version moves its pointer before it writes: the first
 * object of the run keeps what it held, and the last write lands behind the end.
 */
static void fill_that_starts_late_is_seen(struct kunit *test)
{
	const struct kmst_pattern *counter = kmst_pattern_at(0);
	struct kmst_place begin = {}, late = { .word = 8 };
	const struct run run = { 0, 0 };
	struct kmst_seen seen;
	unsigned int *words = new_run(test, &run, MAX_WORDS);

	counter->fill(words + 8, MAX_WORDS - 8, &late);
	KUNIT_EXPECT_EQ(test, counter->check(words, MAX_WORDS, &begin, &seen),
			(size_t)0);
}

static void guard_is_filled_and_checked(struct kunit *test)
{
	const struct run run = { 0, 1 };
	struct kmst_seen seen;
	size_t nr, i, at;

	KUNIT_EXPECT_EQ(test, KMST_GUARD_WORD, KMST_GUARD_BYTE * 0x01010101U);
	for (nr = 0; nr <= 70; nr++) {
		unsigned int *words = new_run(test, &run, nr);

		kmst_pattern_guard_fill(words, nr);
		expect_margins_untouched(test, words, nr);
		KUNIT_EXPECT_EQ(test, kmst_pattern_guard_check(words, nr, &seen), nr);
		for (i = 0; i < nr; i++) {
			KUNIT_EXPECT_EQ(test, words[i], KMST_GUARD_WORD);
			words[i] ^= BIT(i % 32);
			at = kmst_pattern_guard_check(words, nr, &seen);
			KUNIT_ASSERT_LE(test, at, i);
			KUNIT_ASSERT_GT(test, at + seen.nr, i);
			KUNIT_EXPECT_EQ(test, seen.words[i - at], words[i]);
			words[i] ^= BIT(i % 32);
		}
		kunit_kfree(test, words - run.offset - MARGIN);
	}
}

/*
 * The traced copy of the patterns loads each word through the test. What is in memory
 * is right all the time: a fault is there for the first load of its word only. The
 * groups behind it are looked at as the driver does.
 */
static void expect_one_look(struct kunit *test, const struct kmst_pattern *pattern,
			    const unsigned int *words, size_t nr, u64 first, size_t fault)
{
	unsigned int differ = 0, i;
	struct kmst_seen seen;
	size_t at;

	kmst_trace_loads(words, nr, fault, BIT(fault % 32));
	for (at = 0; at < nr; at += seen.nr) {
		struct kmst_place place = place_of(first + at);

		at += pattern ? pattern->check(words + at, nr - at, &place, &seen) :
				kmst_traced_guard_check(words + at, nr - at, &seen);
		if (at >= nr)
			break;
		for (i = 0; i < seen.nr; i++) {
			if (seen.words[i] == words[at + i])
				continue;
			differ++;
			KUNIT_EXPECT_EQ(test, at + i, fault);
			KUNIT_EXPECT_EQ(test, seen.words[i],
					(unsigned int)(words[at + i] ^ BIT(fault % 32)));
		}
	}
	KUNIT_EXPECT_EQ(test, differ, 1U);
	for (at = 0; at < nr; at++)
		KUNIT_ASSERT_EQ_MSG(test, kmst_traced_loads(at), 1U, "word %zu, fault in %zu",
				    at, fault);
}

static const struct kmst_pattern *traced(const struct kmst_pattern *pattern)
{
	return kmst_traced_pattern(pattern->name);
}

static void one_look_decides(struct kunit *test)
{
	unsigned int *words = new_run(test, run_of(test), MAX_WORDS);
	size_t fault;

	fill(test, words, MAX_WORDS);
	for (fault = 0; fault < MAX_WORDS; fault++)
		expect_one_look(test, traced(pattern_of(test)), words, MAX_WORDS,
				run_of(test)->first, fault);
}

static void one_look_decides_on_guards(struct kunit *test)
{
	const struct run run = { 0, 1 };
	unsigned int *words = new_run(test, &run, MAX_WORDS);
	size_t fault;

	kmst_pattern_guard_fill(words, MAX_WORDS);
	for (fault = 0; fault < MAX_WORDS; fault++)
		expect_one_look(test, NULL, words, MAX_WORDS, 0, fault);
}

/* Each bit is set in about half of the words, and no word comes soon again. */
static void random_words_look_random(struct kunit *test)
{
	const struct kmst_pattern *pattern = kmst_pattern_find("random");
	unsigned int nr = 4096, bit, i, set, equal = 0;
	const struct run run = { 0, 0 };
	unsigned int *words = new_run(test, &run, nr);
	struct kmst_place place = {};

	pattern->fill(words, nr, &place);
	for (bit = 0; bit < 32; bit++) {
		for (i = set = 0; i < nr; i++)
			set += words[i] >> bit & 1;
		/* five standard deviations: half the square root of 4096 is one */
		KUNIT_EXPECT_GT_MSG(test, set, nr / 2 - 160, "bit %u", bit);
		KUNIT_EXPECT_LT_MSG(test, set, nr / 2 + 160, "bit %u", bit);
	}
	for (i = 0; i + 64 < nr; i++) {
		for (bit = 1; bit <= 64; bit++)
			equal += words[i] == words[i + bit];
	}
	KUNIT_EXPECT_EQ(test, equal, 0U);
}

static struct kunit_case pattern_cases[] = {
	KUNIT_CASE(all_patterns_are_tested),
	KUNIT_CASE_PARAM(fill_writes_each_word_and_no_other, param_gen_params),
	KUNIT_CASE_PARAM(check_accepts_what_is_right, param_gen_params),
	KUNIT_CASE_PARAM(check_finds_each_flipped_bit, param_gen_params),
	KUNIT_CASE_PARAM(check_finds_swapped_words, param_gen_params),
	KUNIT_CASE_PARAM(each_pattern_is_another, param_gen_params),
	KUNIT_CASE(words_are_as_defined),
	KUNIT_CASE(words_worked_out_elsewhere),
	KUNIT_CASE(names_are_found),
	KUNIT_CASE(fill_that_starts_late_is_seen),
	KUNIT_CASE(guard_is_filled_and_checked),
	KUNIT_CASE_PARAM(one_look_decides, param_gen_params),
	KUNIT_CASE(one_look_decides_on_guards),
	KUNIT_CASE(random_words_look_random),
	{}
};

static struct kunit_suite pattern_suite = {
	.name = "kmem_studio_pattern",
	.test_cases = pattern_cases,
};

kunit_test_suite(pattern_suite);
