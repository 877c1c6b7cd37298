// SPDX-License-Identifier: GPL-2.0
/*
 * Fill and check a run of words that count up.
 *
 * Two words are handled as one u64, four of those (32 bytes, one object) as a
 * quad, and eight quads a turn of the loop. What a quad must hold next is the
 * quad before plus a constant, so a store costs one addition and a check one
 * addition and one comparison, whatever the number of the word.
 */
#include <linux/align.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/string.h>
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

/* Words from @first on whose numbers do not wrap at 2^32, at most @nr. */
static size_t words_before_wrap(u64 first, size_t nr)
{
	return min_t(u64, nr, BIT_ULL(32) - lower_32_bits(first));
}

/* Words until the run can be read as pairs of words: 0 or 1, at most @nr. */
static size_t words_before_aligned(const unsigned int *words, size_t nr)
{
	return IS_ALIGNED((unsigned long)words, sizeof(u64)) ? 0 : min_t(size_t, nr, 1);
}

static void fill_words(unsigned int *words, size_t nr, u64 first)
{
	size_t i;

	for (i = 0; i < nr; i++)
		words[i] = kmst_pattern_word(first + i);
}

static size_t check_words(const unsigned int *words, size_t nr, u64 first)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (words[i] != kmst_pattern_word(first + i))
			break;
	}
	return i;
}

/* Fill a run whose numbers do not wrap. */
static void fill_segment(unsigned int *words, size_t nr, u64 first)
{
	size_t head = words_before_aligned(words, nr);
	size_t turns = (nr - head) / TURN_WORDS;
	size_t tail = head + turns * TURN_WORDS;

	fill_words(words, head, first);
	put_turns((u64 *)(words + head), turns, first_pair(first + head));
	fill_words(words + tail, nr - tail, first + tail);
}

/* Check a run whose numbers do not wrap: words that are right from its start. */
static size_t check_segment(const unsigned int *words, size_t nr, u64 first)
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

/**
 * kmst_pattern_fill() - Write a run of words.
 * @words: first word in memory
 * @nr:    words to write
 * @first: number of the first word in the arena
 *
 * Context: any, does not sleep.
 */
void kmst_pattern_fill(unsigned int *words, size_t nr, u64 first)
{
	while (nr) {
		size_t segment = words_before_wrap(first, nr);

		fill_segment(words, segment, first);
		words += segment;
		first += segment;
		nr -= segment;
	}
}

/**
 * kmst_pattern_check() - Compare a run of words with what they must hold.
 * @words: first word in memory
 * @nr:    words to compare
 * @first: number of the first word in the arena
 *
 * Context: any, does not sleep.
 * Return: the index in the run of the first word that differs, @nr if none does.
 */
size_t kmst_pattern_check(const unsigned int *words, size_t nr, u64 first)
{
	size_t done = 0;

	while (done < nr) {
		size_t segment = words_before_wrap(first + done, nr - done);
		size_t right = check_segment(words + done, segment, first + done);

		done += right;
		if (right < segment)
			break;
	}
	return done;
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
