// SPDX-License-Identifier: GPL-2.0
/*
 * Fill an arena and verify it through the addresses that the chain page -> PFN ->
 * physical -> virtual gives for its pages.
 */
#include <linux/bitmap.h>
#include <linux/find.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "arena.h"
#include "cancel.h"
#include "pattern.h"
#include "trace.h"
#include "verify.h"

/**
 * kmst_report_alloc() - Get an empty report.
 * @max_bad: bad words that it can locate; all are counted
 *
 * Context: process context, may sleep.
 * Return: the report, or NULL without memory for it.
 */
struct kmst_report *kmst_report_alloc(unsigned int max_bad)
{
	struct kmst_report *report;

	report = kvzalloc(struct_size(report, bad, max_bad), GFP_KERNEL);
	if (report)
		report->max_bad = max_bad;
	return report;
}

/**
 * kmst_report_free() - Let go of a report.
 * @report: the report, or NULL
 *
 * Context: process context, may sleep.
 */
void kmst_report_free(struct kmst_report *report)
{
	kvfree(report);
}

static void empty_report(struct kmst_report *report)
{
	memset(report, 0, offsetof(struct kmst_report, max_bad));
	report->nr_bad = 0;
}

static struct kmst_place place_of(const struct kmst_arena *arena, u64 word,
				  phys_addr_t phys)
{
	return (struct kmst_place){ word, phys, arena->seed };
}

/* Words of @nr that belong to objects, from word @first on; the rest is guard. */
static size_t object_words(const struct kmst_arena *arena, u64 first, size_t nr)
{
	if (first >= arena->plan.nr_words)
		return 0;
	return min_t(u64, arena->plan.nr_words - first, nr);
}

static int fill_run(const struct kmst_arena *arena, struct page *page,
		    unsigned long nr_pages, unsigned long index, void *context)
{
	unsigned int per_page = kmst_arena_words_per_page(arena);
	struct kmst_translation t;
	unsigned long i;

	for (i = 0; i < nr_pages; i++) {
		u64 first = (u64)(index + i) * per_page;
		size_t words = object_words(arena, first, per_page);
		struct kmst_place place;

		kmst_translate_page(page + i, &t);
		place = place_of(arena, first, t.phys);
		arena->pattern->fill(t.virt, words, &place);
		kmst_pattern_guard_fill((unsigned int *)t.virt + words,
					per_page - words);
	}
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

	err = kmst_arena_walk(arena, fill_run, NULL, cancel);
	trace_fill(arena->name, arena->plan.nr_words, all_words - arena->plan.nr_words, err);
	return err;
}

static void note_bad_word(struct kmst_report *report,
			  const struct kmst_arena *arena, u64 word,
			  phys_addr_t phys, unsigned int got)
{
	struct kmst_place place = place_of(arena, word, phys);
	bool guard = word >= arena->plan.nr_words;
	struct kmst_bad_word bad = {
		.word		= word,
		.page		= div_u64(word, kmst_arena_words_per_page(arena)),
		.phys		= phys,
		.expected	= guard ? KMST_GUARD_WORD : arena->pattern->word(&place),
		.got		= got,
		.guard		= guard,
	};

	report->mismatches++;
	trace_mismatch(arena->name, bad.word, bad.phys, bad.expected, bad.got);
	if (report->nr_bad < report->max_bad)
		report->bad[report->nr_bad++] = bad;
}

/* Compare the words of neighbouring pages whose addresses were found right. */
static void check_words(const struct kmst_arena *arena, struct page *page,
			unsigned long nr_pages, unsigned long index,
			struct kmst_report *report)
{
	unsigned int per_page = kmst_arena_words_per_page(arena);
	size_t nr = (size_t)nr_pages * per_page;
	u64 first = (u64)index * per_page;
	size_t objects = object_words(arena, first, nr);
	struct kmst_translation t;
	const unsigned int *words;
	size_t at;

	kmst_translate_page(page, &t);
	words = t.virt;
	for (at = 0; at < objects; at++) {
		struct kmst_place place = place_of(arena, first + at,
						   t.phys + at * sizeof(*words));

		at += arena->pattern->check(words + at, objects - at, &place);
		if (at < objects)
			note_bad_word(report, arena, first + at,
				      t.phys + at * sizeof(*words), words[at]);
	}
	for (at = objects; at < nr; at++) {
		at += kmst_pattern_guard_check(words + at, nr - at);
		if (at < nr)
			note_bad_word(report, arena, first + at,
				      t.phys + at * sizeof(*words), words[at]);
	}
	report->words += objects;
	report->guards += nr - objects;
}

/**
 * kmst_verify_route() - Judge the address routes of one page.
 * @report: a disagreement is noted here
 * @t:      the page's translation, with the ways back
 * @index:  place of the page in the arena
 *
 * Context: any, does not sleep.
 * Return: true if all routes agree, so that the page may be read through them.
 */
bool kmst_verify_route(struct kmst_report *report,
		       const struct kmst_translation *t, unsigned long index)
{
	report->pages++;
	if (likely(!kmst_translation_compare(t)))
		return true;

	if (!report->bad_translations++) {
		report->bad_route = *t;
		report->bad_route_page = index;
	}
	return false;
}

/**
 * kmst_verify_words() - Compare the words of those pages of a run that may be read.
 * @arena:    the arena
 * @page:     first page of the run, as for kmst_run_fn
 * @nr_pages: pages in the run
 * @index:    place of @page in the arena
 * @readable: a bit for each page whose addresses were found right
 * @report:   what was found is added here
 *
 * Context: any, does not sleep. The caller holds a reference.
 */
void kmst_verify_words(const struct kmst_arena *arena, struct page *page,
		       unsigned long nr_pages, unsigned long index,
		       const unsigned long *readable, struct kmst_report *report)
{
	unsigned int begin, end;

	for_each_set_bitrange(begin, end, readable, nr_pages)
		check_words(arena, page + begin, end - begin, index + begin, report);
}

static int check_run(const struct kmst_arena *arena, struct page *page,
		     unsigned long nr_pages, unsigned long index, void *context)
{
	DECLARE_BITMAP(readable, KMST_PAGES_PER_POINT) = {};
	struct kmst_report *report = context;
	struct kmst_translation t;
	unsigned long i;

	for (i = 0; i < nr_pages; i++) {
		kmst_translate_page(page + i, &t);
		kmst_translate_back(&t);
		if (kmst_verify_route(report, &t, index + i))
			__set_bit(i, readable);
	}
	kmst_verify_words(arena, page, nr_pages, index, readable, report);
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

	empty_report(report);
	err = kmst_arena_walk(arena, check_run, report, cancel);
	if (!err && (report->mismatches || report->bad_translations))
		err = -EILSEQ;
	trace_verify(arena->name, report->words, report->guards, report->mismatches, err);
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
	trace_corrupt(arena->name, word, t.phys + at * sizeof(*words), mask);
	return 0;
}
