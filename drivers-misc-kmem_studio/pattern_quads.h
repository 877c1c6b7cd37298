/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 0: how many words are written and compared fast. For pattern.c alone, whose code
 * it becomes a part of.
 *
 * Two words are handled as one u64, four of those (32 bytes, one object) as a quad. No
 * pattern costs a call, a division or a look at its name for each word: a quad follows
 * from the quad before by some instructions for each pair, none of which waits for
 * another quad's.
 *
 * One look decides: a word is loaded once, the value loaded is compared, and where it is
 * wrong handed out. A second look could find it right again, and an error that was seen
 * would be told of nobody.
 */
#ifndef KMEM_STUDIO_PATTERN_QUADS_H
#define KMEM_STUDIO_PATTERN_QUADS_H

#include <linux/align.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/types.h>
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

/**
 * struct quad - four neighbouring pairs, or what they are made of
 * @a: the first pair
 * @b: the second
 * @c: the third
 * @d: the fourth
 */
struct quad {
	u64 a, b, c, d;
};

/**
 * struct group - two neighbouring pairs, which are judged together
 * @a: the first pair
 * @b: the second
 */
struct group {
	u64 a, b;
};

typedef unsigned int (*word_fn)(const struct kmst_place *place);

/**
 * struct series - how a quad follows from the quad before
 * @align:  quads begin at words whose number is a multiple of it, a power of two
 * @step:   a constant of @next, which is better kept in a register
 * @first:  the first quad of a run
 * @next:   from a quad to the next
 * @values: from what two pairs of quad @nr are made of to the pairs
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

/**
 * struct loaded - a group that was loaded
 * @from: where from
 * @got:  what was loaded
 */
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

#endif /* KMEM_STUDIO_PATTERN_QUADS_H */
