// SPDX-License-Identifier: GPL-2.0
/*
 * What the words of an arena hold, and how to write and compare many of them fast.
 *
 * Two words are handled as one u64, four of those (32 bytes, one object) as a
 * quad. No pattern costs a call, a division or a look at its name for each word:
 *
 * counting - (counter, address) eight quads a turn of the loop. What a quad must
 *            hold next is the quad before plus a constant, so a store costs one
 *            addition and a check one addition and one comparison, whatever the
 *            number of the word.
 * random   - one multiplication and addition for each pair of words, after a jump
 *            to the number of the first one.
 * repeated - (zeros, ones, checker, walking) memory that repeats itself equals
 *            itself one period further on, and memcmp() is good at that.
 */
#include <linux/align.h>
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

#define PAIR_WORDS	2
#define QUAD_PAIRS	4
#define QUAD_WORDS	(QUAD_PAIRS * PAIR_WORDS)
#define TURN_QUADS	8
#define TURN_PAIRS	(TURN_QUADS * QUAD_PAIRS)
#define TURN_WORDS	(TURN_QUADS * QUAD_WORDS)

/* Add @n to both words of a pair. The caller rules out a carry between them. */
#define PAIR_STEP(n)	((n) * (BIT_ULL(32) + 1))

/* Four neighbouring pairs: the values to store, or to find, next. */
struct quad {
	u64 a, b, c, d;
};

/* The pair that begins with word @first, as a u64 load would see it. */
static u64 first_pair(u32 first)
{
#ifdef __BIG_ENDIAN
	return (u64)first << 32 | (first + 1);
#else
	return (u64)(first + 1) << 32 | first;
#endif
}

static __always_inline void quad_init(struct quad *quad, u64 pair)
{
	quad->a = pair;
	quad->b = pair + PAIR_STEP(1 * PAIR_WORDS);
	quad->c = pair + PAIR_STEP(2 * PAIR_WORDS);
	quad->d = pair + PAIR_STEP(3 * PAIR_WORDS);
}

/*
 * The values are hidden from the compiler at each step: it would otherwise
 * rewrite the chain of additions as sums of the first quad and 31 constants,
 * more than there are registers.
 */
static __always_inline void quad_next(struct quad *quad)
{
	quad->a += PAIR_STEP(QUAD_WORDS);
	quad->b += PAIR_STEP(QUAD_WORDS);
	quad->c += PAIR_STEP(QUAD_WORDS);
	quad->d += PAIR_STEP(QUAD_WORDS);
	OPTIMIZER_HIDE_VAR(quad->a);
	OPTIMIZER_HIDE_VAR(quad->b);
	OPTIMIZER_HIDE_VAR(quad->c);
	OPTIMIZER_HIDE_VAR(quad->d);
}

static __always_inline void put_quad(u64 *dst, struct quad *quad)
{
	dst[0] = quad->a;
	dst[1] = quad->b;
	dst[2] = quad->c;
	dst[3] = quad->d;
	/* keep the stores in order: few values are then live at a time */
	barrier();
	quad_next(quad);
}

static __always_inline void put_four_quads(u64 *dst, struct quad *quad)
{
	put_quad(dst + 0 * QUAD_PAIRS, quad);
	put_quad(dst + 1 * QUAD_PAIRS, quad);
	put_quad(dst + 2 * QUAD_PAIRS, quad);
	put_quad(dst + 3 * QUAD_PAIRS, quad);
}

static void put_turns(u64 *dst, size_t nr_turns, u64 pair)
{
	const u64 *end = dst + nr_turns * TURN_PAIRS;
	struct quad quad;

	quad_init(&quad, pair);
	for (; dst != end; dst += TURN_PAIRS) {
		put_four_quads(dst, &quad);
		put_four_quads(dst + TURN_PAIRS / 2, &quad);
	}
}

/*
 * Both words of memory are loaded before either is compared, so that one branch
 * serves two comparisons where the machine can chain them (arm64: ccmp).
 */
static __always_inline bool two_pairs_differ(const u64 *src, u64 a, u64 b)
{
	u64 got_a = src[0];
	u64 got_b = src[1];

	OPTIMIZER_HIDE_VAR(got_a);
	OPTIMIZER_HIDE_VAR(got_b);
	return got_a != a || got_b != b;
}

static __always_inline bool quad_differs(const u64 *src, struct quad *quad)
{
	if (two_pairs_differ(src, quad->a, quad->b))
		return true;
	if (two_pairs_differ(src + 2, quad->c, quad->d))
		return true;
	quad_next(quad);
	return false;
}

static __always_inline bool four_quads_differ(const u64 *src, struct quad *quad)
{
	return quad_differs(src + 0 * QUAD_PAIRS, quad) ||
	       quad_differs(src + 1 * QUAD_PAIRS, quad) ||
	       quad_differs(src + 2 * QUAD_PAIRS, quad) ||
	       quad_differs(src + 3 * QUAD_PAIRS, quad);
}

/*
 * Number of whole turns that are right. Not inlined: between the loops of its
 * caller, gcc has too few registers left and moves the quads about. It does so,
 * too, where the loop's condition stands in front.
 */
static noinline size_t right_turns(const u64 *src, size_t nr_turns, u64 pair)
{
	struct quad quad;
	size_t turn = 0;

	if (!nr_turns)
		return 0;

	quad_init(&quad, pair);
	do {
		if (four_quads_differ(src, &quad) ||
		    four_quads_differ(src + TURN_PAIRS / 2, &quad))
			break;
		src += TURN_PAIRS;
	} while (++turn != nr_turns);
	return turn;
}

/* Words from one that holds @first on until one would hold 2^32, at most @nr. */
static size_t words_before_wrap(u32 first, size_t nr)
{
	return min_t(u64, nr, BIT_ULL(32) - first);
}

/* Words until the run can be read as pairs of words: 0 or 1, at most @nr. */
static size_t words_before_aligned(const unsigned int *words, size_t nr)
{
	return IS_ALIGNED((unsigned long)words, sizeof(u64)) ? 0 : min_t(size_t, nr, 1);
}

static void count_words(unsigned int *words, size_t nr, u32 first)
{
	size_t i;

	for (i = 0; i < nr; i++)
		words[i] = first + i;
}

static size_t check_words(const unsigned int *words, size_t nr, u32 first)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (words[i] != (u32)(first + i))
			break;
	}
	return i;
}

/* Fill a run whose numbers do not wrap. */
static void fill_segment(unsigned int *words, size_t nr, u32 first)
{
	size_t head = words_before_aligned(words, nr);
	size_t turns = (nr - head) / TURN_WORDS;
	size_t tail = head + turns * TURN_WORDS;

	count_words(words, head, first);
	put_turns((u64 *)(words + head), turns, first_pair(first + head));
	count_words(words + tail, nr - tail, first + tail);
}

/* Check a run whose numbers do not wrap: words that are right from its start. */
static size_t check_segment(const unsigned int *words, size_t nr, u32 first)
{
	size_t head = words_before_aligned(words, nr);
	size_t right;

	right = check_words(words, head, first);
	if (right < head)
		return right;

	right += right_turns((const u64 *)(words + head),
			     (nr - head) / TURN_WORDS,
			     first_pair(first + head)) * TURN_WORDS;
	return right + check_words(words + right, nr - right, first + right);
}

static void fill_counting(unsigned int *words, size_t nr, u32 first)
{
	while (nr) {
		size_t segment = words_before_wrap(first, nr);

		fill_segment(words, segment, first);
		words += segment;
		first += segment;
		nr -= segment;
	}
}

static size_t check_counting(const unsigned int *words, size_t nr, u32 first)
{
	size_t done = 0;

	while (done < nr) {
		u32 next = first + done;
		size_t segment = words_before_wrap(next, nr - done);
		size_t right = check_segment(words + done, segment, next);

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
			    const struct kmst_place *place)
{
	return check_counting(words, nr, counter_word(place));
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
			    const struct kmst_place *place)
{
	u64 number = address_number(place);
	size_t done = 0;

	while (done < nr) {
		size_t segment = words_before_wrap(lower_32_bits(number + done), nr - done);
		size_t right = check_counting(words + done, segment,
					      address_value(number + done));

		done += right;
		if (right < segment)
			break;
	}
	return done;
}

/*
 * random: a linear congruential generator modulo 2^64, with the multiplier and
 * increment of Knuth's MMIX. Its high half is mixed into the weaker low half. Each
 * step gives a pair of words. What n steps do is such a step, too, and found by
 * squaring: a run can begin anywhere.
 */

#define RANDOM_MULTIPLIER	6364136223846793005ULL
#define RANDOM_INCREMENT	1442695040888963407ULL

static __always_inline u64 random_next(u64 *state)
{
	*state = *state * RANDOM_MULTIPLIER + RANDOM_INCREMENT;
	return *state ^ *state >> 32;
}

/* The generator's state in front of the pair that @word is in. */
static u64 random_state(u64 seed, u64 word)
{
	u64 multiplier = RANDOM_MULTIPLIER;
	u64 increment = RANDOM_INCREMENT;
	u64 state = seed;
	u64 steps;

	for (steps = word / PAIR_WORDS; steps; steps >>= 1) {
		if (steps & 1)
			state = state * multiplier + increment;
		increment *= multiplier + 1;
		multiplier *= multiplier;
	}
	return state;
}

/* The half of a pair that is the word of this number. */
static unsigned int half_of_pair(u64 pair, u64 word)
{
	return word % PAIR_WORDS ? upper_32_bits(pair) : lower_32_bits(pair);
}

/* A pair as a u64 load sees it. */
static __always_inline u64 pair_in_memory(u64 pair)
{
#ifdef __BIG_ENDIAN
	return pair << 32 | pair >> 32;
#else
	return pair;
#endif
}

static unsigned int random_word(const struct kmst_place *place)
{
	u64 state = random_state(place->seed, place->word);

	return half_of_pair(random_next(&state), place->word);
}

/*
 * Words that have to be handled one by one until pairs can be: the second half of
 * a pair, or all of them if pairs are not aligned in memory.
 */
static size_t words_before_pair(const unsigned int *words, size_t nr, u64 word)
{
	size_t head = word % PAIR_WORDS;

	if (!IS_ALIGNED((unsigned long)(words + head), sizeof(u64)))
		return nr;
	return min(head, nr);
}

static unsigned int random_word_at(const struct kmst_place *place, size_t index)
{
	struct kmst_place at = { .word = place->word + index, .seed = place->seed };

	return random_word(&at);
}

static void put_random_quads(u64 *dst, size_t nr_quads, u64 state)
{
	const u64 *end = dst + nr_quads * QUAD_PAIRS;

	for (; dst != end; dst += QUAD_PAIRS) {
		dst[0] = pair_in_memory(random_next(&state));
		dst[1] = pair_in_memory(random_next(&state));
		dst[2] = pair_in_memory(random_next(&state));
		dst[3] = pair_in_memory(random_next(&state));
	}
}

static void random_fill(unsigned int *words, size_t nr,
			const struct kmst_place *place)
{
	size_t i, head = words_before_pair(words, nr, place->word);
	size_t quads = (nr - head) / QUAD_WORDS;

	for (i = 0; i < head; i++)
		words[i] = random_word_at(place, i);
	put_random_quads((u64 *)(words + i), quads,
			 random_state(place->seed, place->word + i));
	for (i += quads * QUAD_WORDS; i < nr; i++)
		words[i] = random_word_at(place, i);
}

static __always_inline bool random_quad_differs(const u64 *src, u64 *state)
{
	u64 a = pair_in_memory(random_next(state));
	u64 b = pair_in_memory(random_next(state));
	u64 c = pair_in_memory(random_next(state));
	u64 d = pair_in_memory(random_next(state));

	return two_pairs_differ(src, a, b) || two_pairs_differ(src + 2, c, d);
}

/* Number of whole quads that are right. */
static size_t right_random_quads(const u64 *src, size_t nr_quads, u64 state)
{
	const u64 *end = src + nr_quads * QUAD_PAIRS;
	const u64 *at;

	for (at = src; at != end; at += QUAD_PAIRS) {
		if (random_quad_differs(at, &state))
			break;
	}
	return (at - src) / QUAD_PAIRS;
}

static size_t random_check(const unsigned int *words, size_t nr,
			   const struct kmst_place *place)
{
	size_t i, head = words_before_pair(words, nr, place->word);

	for (i = 0; i < head; i++) {
		if (words[i] != random_word_at(place, i))
			return i;
	}
	i += right_random_quads((const u64 *)(words + i), (nr - i) / QUAD_WORDS,
				random_state(place->seed, place->word + i)) * QUAD_WORDS;
	for (; i < nr; i++) {
		if (words[i] != random_word_at(place, i))
			break;
	}
	return i;
}

/* repeated: a word depends on its number modulo PERIOD_WORDS alone */

#define PERIOD_WORDS	32

typedef unsigned int (*repeated_word_fn)(const struct kmst_place *place);

static __always_inline void repeated_words(unsigned int *words, size_t nr,
					   const struct kmst_place *place,
					   repeated_word_fn word)
{
	struct kmst_place at = *place;
	size_t i;

	for (i = 0; i < nr; i++, at.word++)
		words[i] = word(&at);
}

static __always_inline size_t right_repeated_words(const unsigned int *words,
						   size_t nr,
						   const struct kmst_place *place,
						   repeated_word_fn word)
{
	struct kmst_place at = *place;
	size_t i;

	for (i = 0; i < nr; i++, at.word++) {
		if (words[i] != word(&at))
			break;
	}
	return i;
}

static __always_inline void fill_repeated(unsigned int *words, size_t nr,
					  const struct kmst_place *place,
					  repeated_word_fn word)
{
	size_t done = min_t(size_t, nr, PERIOD_WORDS);

	repeated_words(words, done, place, word);
	while (done < nr) {
		size_t more = min(done, nr - done);

		memcpy(words + done, words, more * sizeof(*words));
		done += more;
	}
}

static __always_inline size_t check_repeated(const unsigned int *words, size_t nr,
					     const struct kmst_place *place,
					     repeated_word_fn word)
{
	size_t first = min_t(size_t, nr, PERIOD_WORDS);
	size_t right = right_repeated_words(words, first, place, word);

	if (right < first)
		return right;
	if (!memcmp(words + first, words, (nr - first) * sizeof(*words)))
		return nr;
	return right_repeated_words(words, nr, place, word);
}

#define DEFINE_REPEATED(name)							\
static void name##_fill(unsigned int *words, size_t nr,			\
			const struct kmst_place *place)				\
{										\
	fill_repeated(words, nr, place, name##_word);				\
}										\
static size_t name##_check(const unsigned int *words, size_t nr,		\
			   const struct kmst_place *place)			\
{										\
	return check_repeated(words, nr, place, name##_word);			\
}

static unsigned int zeros_word(const struct kmst_place *place)
{
	return 0;
}

DEFINE_REPEATED(zeros)

static unsigned int ones_word(const struct kmst_place *place)
{
	return U32_MAX;
}

DEFINE_REPEATED(ones)

/* Neighbours differ in every bit, in a word and from word to word. */
static unsigned int checker_word(const struct kmst_place *place)
{
	return place->word % 2 ? 0xaaaaaaaa : 0x55555555;
}

DEFINE_REPEATED(checker)

static unsigned int walking_word(const struct kmst_place *place)
{
	return 1U << place->word % 32;
}

DEFINE_REPEATED(walking)

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
	memset(words, KMST_GUARD_BYTE, nr * sizeof(*words));
}

/**
 * kmst_pattern_guard_check() - Look for a changed guard value.
 * @words: first word in memory
 * @nr:    words to compare
 *
 * Context: any, does not sleep.
 * Return: the index in the run of the first word that differs, @nr if none does.
 */
size_t kmst_pattern_guard_check(const unsigned int *words, size_t nr)
{
	const void *bad;

	bad = memchr_inv(words, KMST_GUARD_BYTE, nr * sizeof(*words));
	if (!bad)
		return nr;
	return (bad - (const void *)words) / sizeof(*words);
}
