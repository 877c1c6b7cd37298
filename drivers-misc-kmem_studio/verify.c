// SPDX-License-Identifier: GPL-2.0
/*
 * Fill an arena and verify it, page by page, through the addresses that the
 * chain page -> PFN -> physical -> virtual gives for each page.
 */
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "arena.h"
#include "pattern.h"
#include "trace.h"
#include "verify.h"

/* Words of objects in a page; the rest of the page is guard. */
static size_t object_words(const struct kmst_arena *arena, unsigned long index)
{
	unsigned int per_page = kmst_arena_words_per_page(arena);
	u64 first = (u64)index * per_page;

	if (first >= arena->plan.nr_words)
		return 0;
	return min_t(u64, arena->plan.nr_words - first, per_page);
}

static int fill_page(const struct kmst_arena *arena, struct page *page,
		     unsigned long index, void *context)
{
	unsigned int per_page = kmst_arena_words_per_page(arena);
	size_t words = object_words(arena, index);
	struct kmst_translation t;

	kmst_translate_page(page, &t);
	kmst_pattern_fill(t.virt, words, (u64)index * per_page);
	kmst_pattern_guard_fill((unsigned int *)t.virt + words, per_page - words);
	return 0;
}

/**
 * kmst_verify_fill() - Write every word of an arena.
 * @arena:  the arena
 * @cancel: request to give up, or NULL
 *
 * Context: process context, may sleep. The caller holds a reference, and nobody
 * else writes to the arena.
 * Return: 0, or -EINTR when @cancel asked to give up.
 */
int kmst_verify_fill(const struct kmst_arena *arena,
		     const struct kmst_cancel *cancel)
{
	u64 all_words = (u64)arena->spans.nr_pages * kmst_arena_words_per_page(arena);
	int err;

	err = kmst_arena_walk(arena, fill_page, NULL, cancel);
	trace_fill(arena->plan.nr_words, all_words - arena->plan.nr_words, err);
	return err;
}

static void note_bad_word(struct kmst_report *report,
			  const struct kmst_translation *t, unsigned long index,
			  unsigned int per_page, size_t at, bool guard)
{
	const unsigned int *words = t->virt;
	u64 word = (u64)index * per_page + at;
	struct kmst_bad_word bad = {
		.word		= word,
		.page		= index,
		.phys		= t->phys + at * sizeof(*words),
		.expected	= guard ? KMST_GUARD_WORD : kmst_pattern_word(word),
		.got		= words[at],
		.guard		= guard,
	};

	report->mismatches++;
	trace_mismatch(bad.word, bad.phys, bad.expected, bad.got);
	if (report->nr_bad < ARRAY_SIZE(report->bad))
		report->bad[report->nr_bad++] = bad;
}

static void check_words(struct kmst_report *report,
			const struct kmst_translation *t, unsigned long index,
			unsigned int per_page, size_t nr_objects)
{
	const unsigned int *words = t->virt;
	u64 first = (u64)index * per_page;
	size_t at;

	for (at = 0; at < nr_objects; at++) {
		at += kmst_pattern_check(words + at, nr_objects - at, first + at);
		if (at < nr_objects)
			note_bad_word(report, t, index, per_page, at, false);
	}
	for (at = nr_objects; at < per_page; at++) {
		at += kmst_pattern_guard_check(words + at, per_page - at);
		if (at < per_page)
			note_bad_word(report, t, index, per_page, at, true);
	}
	report->words += nr_objects;
	report->guards += per_page - nr_objects;
}

/**
 * kmst_verify_page() - Check one page's address routes, then its words.
 * @arena:  the arena
 * @t:      the page's translation, with the ways back
 * @index:  place of the page in the arena
 * @report: what was found is added here
 *
 * Context: any, does not sleep. The caller holds a reference.
 */
void kmst_verify_page(const struct kmst_arena *arena,
		      const struct kmst_translation *t, unsigned long index,
		      struct kmst_report *report)
{
	unsigned int per_page = kmst_arena_words_per_page(arena);

	report->pages++;
	if (unlikely(kmst_translation_compare(t))) {
		if (!report->bad_translations++) {
			report->bad_route = *t;
			report->bad_route_page = index;
		}
		return;
	}
	check_words(report, t, index, per_page, object_words(arena, index));
}

static int check_page(const struct kmst_arena *arena, struct page *page,
		      unsigned long index, void *context)
{
	struct kmst_translation t;

	kmst_translate_page(page, &t);
	kmst_translate_back(&t);
	kmst_verify_page(arena, &t, index, context);
	return 0;
}

/**
 * kmst_verify_check() - Compare every word of an arena, and every page's addresses.
 * @arena:  the arena, filled by kmst_verify_fill()
 * @report: gets what was found
 * @cancel: request to give up, or NULL to see every page
 *
 * Context: process context, may sleep. The caller holds a reference.
 * Return: 0 if all is as written, -EILSEQ if a word or an address route differs,
 * -EINTR when @cancel asked to give up (@report then covers the pages until there).
 */
int kmst_verify_check(const struct kmst_arena *arena,
		      struct kmst_report *report,
		      const struct kmst_cancel *cancel)
{
	int err;

	memset(report, 0, sizeof(*report));
	err = kmst_arena_walk(arena, check_page, report, cancel);
	if (!err && (report->mismatches || report->bad_translations))
		err = -EILSEQ;
	trace_verify(report->words, report->guards, report->mismatches, err);
	return err;
}

/**
 * kmst_verify_corrupt() - Plant an error, so that it can be seen to be found.
 * @arena: the arena
 * @word:  number of the word; those beyond the objects are guard words
 * @mask:  bits to flip
 *
 * Context: process context. The caller holds a reference.
 * Return: 0, or -ERANGE if the arena has no such word.
 */
int kmst_verify_corrupt(const struct kmst_arena *arena, u64 word,
			unsigned int mask)
{
	unsigned int per_page = kmst_arena_words_per_page(arena);
	struct kmst_translation t;
	unsigned int *words;
	struct page *page;
	u64 index;
	u32 at;

	index = div_u64_rem(word, per_page, &at);
	if (index >= arena->spans.nr_pages)
		return -ERANGE;

	page = kmst_arena_page(arena, index);
	kmst_translate_page(page, &t);
	words = t.virt;
	words[at] ^= mask;
	return 0;
}
