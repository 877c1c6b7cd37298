// SPDX-License-Identifier: GPL-2.0
/*
 * What the words of an arena hold, and how to write and compare many of them fast.
 *
 * Two words are handled as one u64, four of those (32 bytes, one object) as a
 * quad. No pattern costs a call, a division or a look at its name for each word:
 * what a quad must hold next is found from the quad before with some instructions
 * for each pair, none of which waits for another quad's.
 *
 * counting - (counter, address) an addition.
 * constant - (zeros, ones, checker, guards) nothing.
 * walking  - a shift, or none where four quads fit in registers.
 * random   - a multiplication or an addition, and a shift and two exclusive ors for
 *            two pairs.
 *
 * One look decides: a word is loaded once, the value loaded is compared, and where it
 * is wrong handed out. A second look could find it right again, and an error that
 * was seen would be told of nobody.
 */
#include <linux/align.h>
#include <linux/array_size.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
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

/* The loads of words that are judged. A test has its own. */
#ifndef load_pair
#define load_pair(from)	(*(from))
#define load_word(from)	(*(from))
#endif

/* Four neighbouring pairs, or what they are made of: to store, or to find, next. */
struct quad {
	u64 a, b, c, d;
};

/* Two neighbouring pairs. They are judged together. */
struct group {
	u64 a, b;
};

typedef unsigned int (*word_fn)(const struct kmst_place *place);

/*
 * Quads begin at words whose number is a multiple of @align, a power of two. There is
 * the first quad of a run; the way from a quad to the next, with a constant that is
 * better kept in a register than made again each time; and the way from what two pairs
 * of quad @nr are made of to the pairs.
 */
struct series {
	unsigned int	align;
	u64		step;
	void		(*first)(struct quad *quad, const struct kmst_place *place,
				 word_fn word);
	void		(*next)(struct quad *quad, u64 step);
	struct group	(*values)(u64 a, u64 b, size_t nr);
};

typedef void (*put_fn)(u64 *dst, size_t nr_quads, struct quad quad);
typedef size_t (*right_fn)(const u64 *src, size_t nr_quads, struct quad quad,
			   struct kmst_seen *seen);

/* Two words as a u64 load sees them. */
static __always_inline u64 pair_of(u32 first, u32 second)
{
#ifdef __BIG_ENDIAN
	return (u64)first << 32 | second;
#else
	return (u64)second << 32 | first;
#endif
}

static __always_inline unsigned int group_word(const struct group *group, unsigned int index)
{
	unsigned int words[2 * PAIR_WORDS];

	memcpy(words, group, sizeof(words));
	return words[index];
}

static __always_inline struct group same_values(u64 a, u64 b, size_t nr)
{
	return (struct group){ a, b };
}

static __always_inline struct kmst_place place_at(const struct kmst_place *place, size_t index)
{
	return (struct kmst_place){
		.word	= place->word + index,
		.phys	= place->phys + index * sizeof(unsigned int),
		.seed	= place->seed,
	};
}

/*
 * The values are hidden from the compiler at each step: it would otherwise
 * rewrite the chain of steps as the first quad and 31 constants, more than there
 * are registers.
 */
static __always_inline void hide_quad(struct quad *quad)
{
	OPTIMIZER_HIDE_VAR(quad->a);
	OPTIMIZER_HIDE_VAR(quad->b);
	OPTIMIZER_HIDE_VAR(quad->c);
	OPTIMIZER_HIDE_VAR(quad->d);
}

static __always_inline void put_quad(u64 *dst, struct quad *quad, size_t nr,
				     u64 step, const struct series series)
{
	struct group first = series.values(quad->a, quad->b, nr);
	struct group second = series.values(quad->c, quad->d, nr);

	dst[0] = first.a;
	dst[1] = first.b;
	dst[2] = second.a;
	dst[3] = second.b;
	/* keep the stores in order: few values are then live at a time */
	barrier();
	series.next(quad, step);
}

static __always_inline void put_four_quads(u64 *dst, struct quad *quad, u64 step,
					   const struct series series)
{
	put_quad(dst + 0 * QUAD_PAIRS, quad, 0, step, series);
	put_quad(dst + 1 * QUAD_PAIRS, quad, 1, step, series);
	put_quad(dst + 2 * QUAD_PAIRS, quad, 2, step, series);
	put_quad(dst + 3 * QUAD_PAIRS, quad, 3, step, series);
}

static __always_inline void put_quads(u64 *dst, size_t nr_quads, struct quad quad,
				      const struct series series)
{
	const u64 *end = dst + nr_quads / TURN_QUADS * TURN_PAIRS;
	u64 step = series.step;
	size_t nr;

	OPTIMIZER_HIDE_VAR(step);
	for (; dst != end; dst += TURN_PAIRS) {
		put_four_quads(dst, &quad, step, series);
		put_four_quads(dst + TURN_PAIRS / 2, &quad, step, series);
	}
	for (nr = 0; nr < nr_quads % TURN_QUADS; nr++, dst += QUAD_PAIRS)
		put_quad(dst, &quad, nr, step, series);
}

/* A group that was loaded, and where from. */
struct loaded {
	const u64	*from;
	struct group	got;
};

/*
 * Both pairs are loaded before either is compared, so that one branch serves two
 * comparisons where the machine can chain them (arm64: ccmp). They are hidden from
 * the compiler: it has no way to load them again.
 */
static __always_inline bool group_differs(const u64 *src, struct group right,
					  struct loaded *loaded)
{
	u64 a = load_pair(src);
	u64 b = load_pair(src + 1);

	OPTIMIZER_HIDE_VAR(a);
	OPTIMIZER_HIDE_VAR(b);
	if (likely(a == right.a && b == right.b))
		return false;
	*loaded = (struct loaded){ src, { a, b } };
	return true;
}

static __always_inline bool quad_differs(const u64 *src, struct quad *quad, size_t nr,
					 u64 step, struct loaded *loaded,
					 const struct series series)
{
	if (group_differs(src, series.values(quad->a, quad->b, nr), loaded))
		return true;
	if (group_differs(src + 2, series.values(quad->c, quad->d, nr), loaded))
		return true;
	series.next(quad, step);
	return false;
}

static __always_inline bool four_quads_differ(const u64 *src, struct quad *quad,
					      u64 step, struct loaded *loaded,
					      const struct series series)
{
	return quad_differs(src + 0 * QUAD_PAIRS, quad, 0, step, loaded, series) ||
	       quad_differs(src + 1 * QUAD_PAIRS, quad, 1, step, loaded, series) ||
	       quad_differs(src + 2 * QUAD_PAIRS, quad, 2, step, loaded, series) ||
	       quad_differs(src + 3 * QUAD_PAIRS, quad, 3, step, loaded, series);
}

/*
 * Look for a group that differs. gcc moves the quads about where a loop's condition
 * stands in front of it.
 */
static __always_inline bool quads_differ(const u64 *src, size_t nr_quads,
					 struct quad quad, struct loaded *loaded,
					 const struct series series)
{
	size_t nr, nr_turns = nr_quads / TURN_QUADS;
	u64 step = series.step;

	OPTIMIZER_HIDE_VAR(step);
	if (nr_turns) {
		const u64 *end = src + nr_turns * TURN_PAIRS;

		do {
			if (four_quads_differ(src, &quad, step, loaded, series) ||
			    four_quads_differ(src + TURN_PAIRS / 2, &quad, step, loaded, series))
				return true;
			src += TURN_PAIRS;
		} while (src != end);
	}
	for (nr = 0; nr < nr_quads % TURN_QUADS; nr++, src += QUAD_PAIRS) {
		if (quad_differs(src, &quad, nr, step, loaded, series))
			return true;
	}
	return false;
}

/* Number of words that are right; those of the group behind them are in @seen. */
static __always_inline size_t right_in_quads(const u64 *src, size_t nr_quads,
					     struct quad quad, struct kmst_seen *seen,
					     const struct series series)
{
	struct loaded loaded;

	if (likely(!quads_differ(src, nr_quads, quad, &loaded, series)))
		return nr_quads * QUAD_WORDS;

	static_assert(sizeof(seen->words) == sizeof(loaded.got));
	memcpy(seen->words, &loaded.got, sizeof(loaded.got));
	seen->nr = KMST_SEEN_WORDS;
	return (loaded.from - src) * PAIR_WORDS;
}

/*
 * The loops over quads of each series have a function of their own: beside other
 * code, gcc has too few registers left and moves the quads about.
 */
#define DEFINE_SERIES(name, _align, _step, _first, _values)			\
static const struct series name##_series = {					\
	.align	= _align,							\
	.step	= _step,							\
	.first	= _first,							\
	.next	= name##_next,							\
	.values	= _values,							\
};										\
										\
static noinline void name##_put(u64 *dst, size_t nr_quads, struct quad quad)	\
{										\
	put_quads(dst, nr_quads, quad, name##_series);				\
}										\
										\
static noinline size_t name##_right(const u64 *src, size_t nr_quads,		\
				    struct quad quad, struct kmst_seen *seen)	\
{										\
	return right_in_quads(src, nr_quads, quad, seen, name##_series);	\
}

static __always_inline u64 pair_at(const struct kmst_place *place, size_t index,
				   word_fn word)
{
	struct kmst_place first = place_at(place, index);
	struct kmst_place second = place_at(place, index + 1);

	return pair_of(word(&first), word(&second));
}

static __always_inline void first_quad(struct quad *quad, const struct kmst_place *place,
				       word_fn word)
{
	quad->a = pair_at(place, 0 * PAIR_WORDS, word);
	quad->b = pair_at(place, 1 * PAIR_WORDS, word);
	quad->c = pair_at(place, 2 * PAIR_WORDS, word);
	quad->d = pair_at(place, 3 * PAIR_WORDS, word);
}

/*
 * Words that have to be handled one by one until quads can be: up to one whose
 * number is a multiple of @align, or all of them if that is not aligned in memory.
 */
static size_t words_before_quads(const unsigned int *words, size_t nr, u64 word,
				 unsigned int align)
{
	size_t head = -word & (align - 1);

	if (align == 1)
		head = !IS_ALIGNED((unsigned long)words, sizeof(u64));
	if (!IS_ALIGNED((unsigned long)(words + head), sizeof(u64)))
		return nr;
	return min(head, nr);
}

static __always_inline void put_words(unsigned int *words, size_t nr,
				      const struct kmst_place *place, word_fn word)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		struct kmst_place at = place_at(place, i);

		words[i] = word(&at);
	}
}

static __always_inline size_t right_words(const unsigned int *words, size_t nr,
					  const struct kmst_place *place,
					  struct kmst_seen *seen, word_fn word)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		struct kmst_place at = place_at(place, i);
		unsigned int got = load_word(words + i);

		OPTIMIZER_HIDE_VAR(got);
		if (unlikely(got != word(&at))) {
			seen->nr = 1;
			seen->words[0] = got;
			break;
		}
	}
	return i;
}

static __always_inline void fill_run(unsigned int *words, size_t nr,
				     const struct kmst_place *place,
				     word_fn word, const struct series series,
				     put_fn put)
{
	size_t head = words_before_quads(words, nr, place->word, series.align);
	size_t quads = (nr - head) / QUAD_WORDS;
	size_t tail = head + quads * QUAD_WORDS;
	struct kmst_place at;
	struct quad quad;

	put_words(words, head, place, word);
	if (quads) {
		at = place_at(place, head);
		series.first(&quad, &at, word);
		put((u64 *)(words + head), quads, quad);
	}
	at = place_at(place, tail);
	put_words(words + tail, nr - tail, &at, word);
}

static __always_inline size_t check_run(const unsigned int *words, size_t nr,
					const struct kmst_place *place,
					struct kmst_seen *seen,
					word_fn word, const struct series series,
					right_fn right)
{
	size_t head = words_before_quads(words, nr, place->word, series.align);
	size_t quads = (nr - head) / QUAD_WORDS;
	size_t tail = head + quads * QUAD_WORDS;
	struct kmst_place at;
	struct quad quad;
	size_t done;

	done = right_words(words, head, place, seen, word);
	if (done < head)
		return done;
	if (quads) {
		at = place_at(place, head);
		series.first(&quad, &at, word);
		done += right((const u64 *)(words + head), quads, quad, seen);
	}
	if (done < tail)
		return done;
	at = place_at(place, tail);
	return done + right_words(words + tail, nr - tail, &at, seen, word);
}

#define DEFINE_FILL_AND_CHECK(name, series)					\
static void name##_fill(unsigned int *words, size_t nr,			\
			const struct kmst_place *place)				\
{										\
	fill_run(words, nr, place, name##_word, series##_series, series##_put);	\
}										\
										\
static size_t name##_check(const unsigned int *words, size_t nr,		\
			   const struct kmst_place *place,			\
			   struct kmst_seen *seen)				\
{										\
	return check_run(words, nr, place, seen, name##_word, series##_series,	\
			 series##_right);					\
}

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
