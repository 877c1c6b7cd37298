// SPDX-License-Identifier: GPL-2.0
/*
 * The patterns once more, from the same source, but for what loads a word that is
 * judged: here that counts, and can find one word wrong for one load. Real memory does
 * not do that when it is asked to.
 */
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/types.h>

#include "pattern_traced.h"

#define MAX_WORDS	512

/* The word @fault differs by @mask in its first load. */
static struct {
	const unsigned int	*words;
	size_t			nr;
	size_t			fault;
	unsigned int		mask;
	unsigned char		loads[MAX_WORDS];
} trace;

/**
 * kmst_trace_loads() - Watch the loads from a run of words.
 * @words: the first of them
 * @nr:    how many, 512 at most
 * @fault: index of the word that the first load finds wrong
 * @mask:  the bits that are wrong then
 *
 * Context: any. The caller is the only one.
 */
void kmst_trace_loads(const unsigned int *words, size_t nr, size_t fault,
		      unsigned int mask)
{
	memset(&trace, 0, sizeof(trace));
	trace.words = words;
	trace.nr = min_t(size_t, nr, MAX_WORDS);
	trace.fault = fault;
	trace.mask = mask;
}

/**
 * kmst_traced_loads() - How often was a word loaded?
 * @index: its index in the run
 *
 * Context: any.
 * Return: the number of loads since kmst_trace_loads().
 */
unsigned int kmst_traced_loads(size_t index)
{
	return trace.loads[index];
}

static unsigned int load_word(const unsigned int *from)
{
	size_t index = from - trace.words;

	if (index >= trace.nr)
		return *from;
	return ++trace.loads[index] == 1 && index == trace.fault ? *from ^ trace.mask : *from;
}

static u64 load_pair(const u64 *from)
{
	const unsigned int *words = (const unsigned int *)from;
	unsigned int loaded[] = { load_word(words), load_word(words + 1) };
	u64 pair;

	memcpy(&pair, loaded, sizeof(pair));
	return pair;
}

#define load_pair			load_pair
#define kmst_pattern_find		kmst_pattern_traced_find
#define kmst_pattern_at			kmst_pattern_traced_at
#define kmst_pattern_guard_fill		kmst_pattern_traced_guard_fill
#define kmst_pattern_guard_check	kmst_pattern_traced_guard_check

#include "../pattern.c"

/**
 * kmst_traced_pattern() - Look up a pattern whose loads are watched.
 * @name: its name
 *
 * Context: any.
 * Return: the pattern, or NULL if there is none of that name.
 */
const struct kmst_pattern *kmst_traced_pattern(const char *name)
{
	return kmst_pattern_find(name);
}

/**
 * kmst_traced_guard_check() - Look for a changed guard value, and be watched.
 * @words: first word in memory
 * @nr:    words to compare
 * @seen:  as for kmst_pattern_guard_check()
 *
 * Context: any.
 * Return: as kmst_pattern_guard_check().
 */
size_t kmst_traced_guard_check(const unsigned int *words, size_t nr,
			       struct kmst_seen *seen)
{
	return kmst_pattern_guard_check(words, nr, seen);
}
