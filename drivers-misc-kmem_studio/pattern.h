/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 0: what the words of an arena hold. Pure functions on a run of words.
 */
#ifndef KMEM_STUDIO_PATTERN_H
#define KMEM_STUDIO_PATTERN_H

#include <linux/types.h>

/* Every byte beyond the last object: not a small number, not all ones. */
#define KMST_GUARD_BYTE		0xd7
#define KMST_GUARD_WORD		0xd7d7d7d7U

/**
 * kmst_pattern_word() - Value of one word of the arena.
 * @word: number of the word, counted over the whole arena
 *
 * Context: any.
 * Return: the number modulo 2^32.
 */
static inline unsigned int kmst_pattern_word(u64 word)
{
	return (unsigned int)word;
}

void kmst_pattern_fill(unsigned int *words, size_t nr, u64 first);
size_t kmst_pattern_check(const unsigned int *words, size_t nr, u64 first);
void kmst_pattern_guard_fill(unsigned int *words, size_t nr);
size_t kmst_pattern_guard_check(const unsigned int *words, size_t nr);

#endif /* KMEM_STUDIO_PATTERN_H */
