/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 0: what the words of an arena hold. Pure functions on runs of words.
 */
#ifndef KMEM_STUDIO_PATTERN_H
#define KMEM_STUDIO_PATTERN_H

#include <linux/types.h>

/* Every byte beyond the last object: not a small number, not all ones. */
#define KMST_GUARD_BYTE		0xd7
#define KMST_GUARD_WORD		0xd7d7d7d7U

/**
 * struct kmst_place - where a run of words begins
 * @word:        number of its first word, counted over the whole arena
 * @phys: physical address of its first word, in bytes
 * @seed: what the arena's random words derive from
 */
struct kmst_place {
	u64	word;
	u64	phys;
	u64	seed;
};

/* Words that are judged together, at most. */
#define KMST_SEEN_WORDS	4

/**
 * struct kmst_seen - neighbouring words as a comparison loaded them
 * @nr:    how many there are
 * @words: their values; not all of them need be wrong
 */
struct kmst_seen {
	unsigned int	nr;
	unsigned int	words[KMST_SEEN_WORDS];
};

/**
 * struct kmst_pattern - one way to tell the words of an arena apart
 * @name:        what the user calls it
 * @description: what a word holds and what that is good for, one line
 * @word:        value of the first word of a run
 * @fill:        write a run of words, contiguous in physical addresses too
 * @check:       compare such a run. Returns @nr if no word differs; else the index
 *               of the first word of the first group that one differs in. @seen
 *               then is that group, and the words behind it are still to be
 *               compared. Each word is loaded once
 *
 * All of them may be called in any context, and do not sleep.
 */
struct kmst_pattern {
	const char	*name;
	const char	*description;
	unsigned int	(*word)(const struct kmst_place *place);
	void		(*fill)(unsigned int *words, size_t nr,
				const struct kmst_place *place);
	size_t		(*check)(const unsigned int *words, size_t nr,
				 const struct kmst_place *place,
				 struct kmst_seen *seen);
};

const struct kmst_pattern *kmst_pattern_find(const char *name);
const struct kmst_pattern *kmst_pattern_at(unsigned int index);
void kmst_pattern_guard_fill(unsigned int *words, size_t nr);
size_t kmst_pattern_guard_check(const unsigned int *words, size_t nr,
				struct kmst_seen *seen);

#endif /* KMEM_STUDIO_PATTERN_H */
