// SPDX-License-Identifier: GPL-2.0
/*
 * What the words of an arena hold.
 *
 * counting - (counter, address) an addition for two words.
 * constant - (zeros, ones, checker, guards) nothing.
 * walking  - a shift, or none where four quads fit in registers.
 * random   - a multiplication or an addition, and a shift and two exclusive ors for
 *            two pairs.
 */
#include <linux/array_size.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/wordpart.h>
#include <asm/byteorder.h>

#include "pattern.h"
#include "pattern_quads.h"

/* counting: a word is the word before and 1 */

/* Add @n to both words of a pair. The caller rules out a carry between them. */
#define PAIR_STEP(n)	((n) * (BIT_ULL(32) + 1))

static __always_inline void counting_next(struct quad *quad, u64 step)
{
	quad->a += step;
	quad->b += step;
	quad->c += step;
	quad->d += step;
	hide_quad(quad);
}

static unsigned int counting_word(const struct kmst_place *place)
{
	return lower_32_bits(place->word);
}

DEFINE_SERIES(counting, 1, PAIR_STEP(QUAD_WORDS), first_quad, same_values)
DEFINE_FILL_AND_CHECK(counting, counting)

/* Words from one that holds @first on until one would hold 2^32, at most @nr. */
static size_t words_before_wrap(u32 first, size_t nr)
{
	return min_t(u64, nr, BIT_ULL(32) - first);
}

static void fill_counting(unsigned int *words, size_t nr, u32 first)
{
	while (nr) {
		struct kmst_place place = { .word = first };
		size_t segment = words_before_wrap(first, nr);

		counting_fill(words, segment, &place);
		words += segment;
		first += segment;
		nr -= segment;
	}
}

static size_t check_counting(const unsigned int *words, size_t nr, u32 first,
			     struct kmst_seen *seen)
{
	size_t done = 0;

	while (done < nr) {
		struct kmst_place place = { .word = lower_32_bits(first + done) };
		size_t segment = words_before_wrap(first + done, nr - done);
		size_t right = counting_check(words + done, segment, &place, seen);

		done += right;
		if (right < segment)
			break;
	}
	return done;
}

/* counter: word w holds w modulo 2^32 */

static unsigned int counter_word(const struct kmst_place *place)
{
	return lower_32_bits(place->word);
}

static void counter_fill(unsigned int *words, size_t nr,
			 const struct kmst_place *place)
{
	fill_counting(words, nr, counter_word(place));
}

static size_t counter_check(const unsigned int *words, size_t nr,
			    const struct kmst_place *place, struct kmst_seen *seen)
{
	return check_counting(words, nr, counter_word(place), seen);
}

/*
 * address: each word holds its physical address, in words. Where those have more
 * than 32 bits, what is beyond is spread over all of them, so that the same words
 * do not come back 16 GiB further on.
 */

#define ADDRESS_SPREAD	0x9e3779b1U	/* 2^32 divided by the golden ratio */

static u64 address_number(const struct kmst_place *place)
{
	return place->phys / sizeof(unsigned int);
}

static u32 address_value(u64 number)
{
	return lower_32_bits(number) + upper_32_bits(number) * ADDRESS_SPREAD;
}

static unsigned int address_word(const struct kmst_place *place)
{
	return address_value(address_number(place));
}

static void address_fill(unsigned int *words, size_t nr,
			 const struct kmst_place *place)
{
	u64 number = address_number(place);

	while (nr) {
		size_t segment = words_before_wrap(lower_32_bits(number), nr);

		fill_counting(words, segment, address_value(number));
		words += segment;
		number += segment;
		nr -= segment;
	}
}

static size_t address_check(const unsigned int *words, size_t nr,
			    const struct kmst_place *place, struct kmst_seen *seen)
{
	u64 number = address_number(place);
	size_t done = 0;

	while (done < nr) {
		size_t segment = words_before_wrap(lower_32_bits(number + done), nr - done);
		size_t right = check_counting(words + done, segment,
					      address_value(number + done), seen);

		done += right;
		if (right < segment)
			break;
	}
	return done;
}

/*
 * random: four streams modulo 2^64, one for each pair of an object. Two are
 * multiplicative congruential generators, with the multiplier of Knuth's MMIX. To
 * each belongs the sum of all that it gave, which is a linear congruential generator
 * of the same multiplier, without a multiplication. What q steps do is found by
 * squaring: a run can begin anywhere. The last bits of a stream change little, and
 * get mixed with the first ones of its group.
 */

#define RANDOM_MULTIPLIER	6364136223846793005ULL
#define RANDOM_APART		0x9e3779b97f4a7c15ULL	/* 2^64 divided by the golden ratio */

static __always_inline void random_next(struct quad *quad, u64 step)
{
	quad->a *= step;
	quad->b += quad->a;
	quad->c *= step;
	quad->d += quad->c;
	hide_quad(quad);
}

/* A pair whose first word is in the low half, as a u64 load sees it. */
static __always_inline u64 pair_in_memory(u64 pair)
{
	return pair_of(lower_32_bits(pair), upper_32_bits(pair));
}

static __always_inline struct group random_values(u64 a, u64 b, size_t nr)
{
	u64 mixed_in = a >> 32;

	return (struct group){ pair_in_memory(a ^ mixed_in), pair_in_memory(b ^ mixed_in) };
}

/*
 * The streams at the quad that the place is in. @power is the multiplier to the power
 * of 2^i, and @sum that of all its powers from 1 to 2^i.
 */
static void random_quad(struct quad *quad, const struct kmst_place *place)
{
	u64 power = RANDOM_MULTIPLIER, sum = RANDOM_MULTIPLIER;
	u64 steps = place->word / QUAD_WORDS + 1;

	quad->a = place->seed * 2 + 1;
	quad->b = quad->a * RANDOM_APART;
	quad->c = quad->b * RANDOM_APART;
	quad->d = quad->c * RANDOM_APART;
	for (; steps; steps >>= 1) {
		if (steps & 1) {
			quad->b += quad->a * sum;
			quad->a *= power;
			quad->d += quad->c * sum;
			quad->c *= power;
		}
		sum += sum * power;
		power *= power;
	}
}

static unsigned int random_word(const struct kmst_place *place)
{
	unsigned int index = place->word % QUAD_WORDS;
	struct group group;
	struct quad quad;

	random_quad(&quad, place);
	group = index < QUAD_WORDS / 2 ? random_values(quad.a, quad.b, 0) :
		random_values(quad.c, quad.d, 0);
	return group_word(&group, index % (QUAD_WORDS / 2));
}

static __always_inline void random_first(struct quad *quad, const struct kmst_place *place,
					 word_fn word)
{
	random_quad(quad, place);
}

DEFINE_SERIES(random, QUAD_WORDS, RANDOM_MULTIPLIER, random_first, random_values)
DEFINE_FILL_AND_CHECK(random, random)

/* walking: one bit, a place higher in each word. It comes back after 32 words. */

#define WALKING_QUADS	(32 / QUAD_WORDS)

static unsigned int walking_word(const struct kmst_place *place)
{
	return 1U << place->word % 32;
}

static __always_inline void walking_next(struct quad *quad, u64 step)
{
}

/* No bit crosses from one word of a pair into the other. */
static __always_inline struct group walking_values(u64 a, u64 b, size_t nr)
{
	unsigned int places = nr % WALKING_QUADS * QUAD_WORDS;

	return (struct group){ a << places, b << places };
}

/* A run of quads begins where the lowest bit is. */
DEFINE_SERIES(walking, WALKING_QUADS * QUAD_WORDS, 0, first_quad, walking_values)
DEFINE_FILL_AND_CHECK(walking, walking)

/* constant: all pairs are the same */

static __always_inline void constant_next(struct quad *quad, u64 step)
{
}

DEFINE_SERIES(constant, 1, 0, first_quad, same_values)

static unsigned int zeros_word(const struct kmst_place *place)
{
	return 0;
}

DEFINE_FILL_AND_CHECK(zeros, constant)

static unsigned int ones_word(const struct kmst_place *place)
{
	return U32_MAX;
}

DEFINE_FILL_AND_CHECK(ones, constant)

/* Neighbours differ in every bit, in a word and from word to word. */
static unsigned int checker_word(const struct kmst_place *place)
{
	return place->word % 2 ? 0xaaaaaaaa : 0x55555555;
}

DEFINE_FILL_AND_CHECK(checker, constant)

static unsigned int guard_word(const struct kmst_place *place)
{
	return KMST_GUARD_WORD;
}

DEFINE_FILL_AND_CHECK(guard, constant)

#define PATTERN(_name, _description) {						\
	.name		= #_name,						\
	.description	= _description,						\
	.word		= _name##_word,						\
	.fill		= _name##_fill,						\
	.check		= _name##_check,					\
}

static const struct kmst_pattern patterns[] = {
	PATTERN(counter, "each word holds its number in the arena"),
	{
		.name		= "address",
		.description	= "its own physical address / 4: finds two addresses of one place",
		.word		= address_word,
		.fill		= address_fill,
		.check		= address_check,
	},
	PATTERN(random, "pseudo-random words, the same for the same seed"),
	PATTERN(zeros, "all bits 0"),
	PATTERN(ones, "all bits 1"),
	PATTERN(checker, "0x55555555 and 0xaaaaaaaa in turn: no two neighbours are equal"),
	PATTERN(walking, "one bit, a place higher in each word"),
};

/**
 * kmst_pattern_find() - Look a pattern up by its name.
 * @name: the name; a trailing newline is ignored
 *
 * Context: any.
 * Return: the pattern, or NULL if there is none of that name.
 */
const struct kmst_pattern *kmst_pattern_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(patterns); i++) {
		if (sysfs_streq(name, patterns[i].name))
			return &patterns[i];
	}
	return NULL;
}

/**
 * kmst_pattern_at() - Walk the table of patterns.
 * @index: 0 for the default one, and up
 *
 * Context: any.
 * Return: the pattern, or NULL past the last one.
 */
const struct kmst_pattern *kmst_pattern_at(unsigned int index)
{
	return index < ARRAY_SIZE(patterns) ? &patterns[index] : NULL;
}

/**
 * kmst_pattern_guard_fill() - Write guard values into memory beyond the objects.
 * @words: first word in memory
 * @nr:    words to write
 *
 * Context: any, does not sleep.
 */
void kmst_pattern_guard_fill(unsigned int *words, size_t nr)
{
	struct kmst_place place = {};

	/* most runs have none */
	if (nr)
		guard_fill(words, nr, &place);
}

/**
 * kmst_pattern_guard_check() - Look for a changed guard value.
 * @words: first word in memory
 * @nr:    words to compare
 * @seen:  gets the first group of words with one that differs, as it was loaded
 *
 * Context: any, does not sleep.
 * Return: the index in the run of the first word of that group, @nr if none differs.
 */
size_t kmst_pattern_guard_check(const unsigned int *words, size_t nr,
				struct kmst_seen *seen)
{
	struct kmst_place place = {};

	return guard_check(words, nr, &place, seen);
}
