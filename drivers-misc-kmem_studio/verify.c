// SPDX-License-Identifier: GPL-2.0
/*
 * Fill an arena and verify it, through the addresses that the chain page -> PFN -> physical
 * -> virtual gives for its pages.
 */
#include <kunit/static_stub.h>
#include <linux/align.h>
#include <linux/compiler.h>
#include <linux/highmem.h>
#include <linux/kasan.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/pfn.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "arena.h"
#include "cancel.h"
#include "device.h"
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

/* A walk over all runs: a fill, or a verification with a report. */
struct pass {
	const struct kmst_arena	*arena;
	struct kmst_report	*report;
};

static struct kmst_place place_of(const struct kmst_arena *arena, u64 word,
				  phys_addr_t phys)
{
	return (struct kmst_place){ word, phys, arena->seed };
}

/* How the words of a run are reached, and their physical address. */
struct reach {
	unsigned int	*words;
	phys_addr_t	phys;
	bool		mapped;
};

/*
 * Reach a run through the chain, so that it is the chain that is proved; vmalloc's through
 * their own address, highmem's through a temporary mapping. A page that vmalloc's page
 * table has lost is -EFAULT.
 */
static int reach_run(const struct kmst_run *run, struct reach *reach)
{
	struct kmst_translation t;

	*reach = (struct reach){};
	if (!run->page) {
		int err = kmst_translate_vmalloc(run->virt, &t);

		if (err)
			return err;
		reach->words = run->virt;
	} else {
		kmst_translate_page(run->page, &t);
		reach->mapped = !t.virt;
		if (reach->mapped)
			t.virt = kmap_local_page(run->page);
		reach->words = t.virt + run->offset;
	}
	reach->phys = t.phys + run->offset;
	return 0;
}

static void leave_run(const struct reach *reach)
{
	if (reach->mapped)
		kunmap_local(reach->words);
}

static size_t bytes_of(const struct kmst_run *run)
{
	return (run->nr_words + run->nr_guards) * sizeof(unsigned int);
}

/* The bytes of a run from @at on, as a run. */
static struct kmst_run part_of(const struct kmst_run *run, size_t at, size_t bytes)
{
	size_t first = at / sizeof(unsigned int), nr = bytes / sizeof(unsigned int);
	size_t words = min(first, run->nr_words);
	struct kmst_run part = *run;

	part.offset = offset_in_page(run->offset + at);
	part.index += PFN_DOWN(run->offset + at);
	if (run->page)
		part.page += PFN_DOWN(run->offset + at);
	if (run->virt)
		part.virt += at;
	part.word += words;
	part.nr_words = min(nr, run->nr_words - words);
	part.guard += first - words;
	part.nr_guards = nr - part.nr_words;
	return part;
}

static bool is_sound(const struct kmst_run *run)
{
	size_t bytes = bytes_of(run);

	if (!IS_ENABLED(CONFIG_MEMORY_FAILURE))
		return true;
	return kmst_run_sound_bytes(run, 0, bytes) == bytes;
}

/* What to do to a run, or to a part of one. Returns 0 to go on, or an errno. */
typedef int (*part_fn)(const struct kmst_arena *arena, const struct kmst_run *run,
		       struct kmst_report *report);

/* Skip hwpoisoned pages, and note them in @report if given. */
static int each_sound_part(const struct kmst_arena *arena, const struct kmst_run *run,
			   part_fn fn, struct kmst_report *report)
{
	size_t at = 0, bytes = bytes_of(run);
	struct kmst_run part;
	size_t sound;
	int err;

	if (likely(is_sound(run)))
		return fn(arena, run, report);

	for (; at < bytes; at += sound) {
		sound = kmst_run_sound_bytes(run, at, bytes);
		if (sound) {
			part = part_of(run, at, sound);
			err = fn(arena, &part, report);
			if (err)
				return err;
			continue;
		}
		sound = min(bytes - at, PAGE_SIZE - offset_in_page(run->offset + at));
		/* parts of pages, until count_poisoned() */
		if (report)
			report->poisoned++;
	}
	return 0;
}

static int fill_part(const struct kmst_arena *arena, const struct kmst_run *run,
		     struct kmst_report *report)
{
	struct kmst_place place;
	struct reach reach;
	int err;

	err = reach_run(run, &reach);
	if (err)
		return err;
	place = place_of(arena, run->word, reach.phys);
	arena->pattern->fill(reach.words, run->nr_words, &place);
	kmst_pattern_guard_fill(reach.words + run->nr_words, run->nr_guards);
	leave_run(&reach);
	return 0;
}

static int fill_run(const struct kmst_run *run, void *context)
{
	const struct pass *pass = context;

	return each_sound_part(pass->arena, run, fill_part, NULL);
}

/**
 * kmst_verify_fill() - Write every word of an arena.
 * @arena:  the arena
 * @cancel: request to give up, or NULL
 *
 * Context: process context, may sleep. The caller holds a reference, and nobody
 * else writes to the arena.
 * Return: 0, -EINTR when @cancel asked to give up, or -EFAULT if the page table has no
 * page where the arena has one.
 */
int kmst_verify_fill(const struct kmst_arena *arena,
		     const struct kmst_cancel *cancel)
{
	struct pass pass = { .arena = arena };
	int err;

	err = kmst_memory_walk(&arena->memory, fill_run, &pass, cancel);
	trace_kmst_fill(arena->name, arena->plan.nr_words, arena->memory.nr_guards, err);
	return err;
}

/**
 * kmst_verify_read_again() - Take a second look at a word that was seen wrong.
 * @word: the word
 *
 * A function, so that a test can let the word be right again before.
 *
 * Context: any, does not sleep.
 * Return: what the word holds now.
 */
unsigned int kmst_verify_read_again(const unsigned int *word)
{
	KUNIT_STATIC_STUB_REDIRECT(kmst_verify_read_again, word);

	return READ_ONCE(*word);
}

/* What word @at of a run must hold, and where it is. */
static struct kmst_bad_word word_of_run(const struct kmst_arena *arena,
					const struct kmst_run *run,
					const struct reach *reach, size_t at)
{
	bool guard = at >= run->nr_words;
	u64 word = guard ? run->guard + (at - run->nr_words) : run->word + at;
	phys_addr_t phys = reach->phys + at * sizeof(*reach->words);
	struct kmst_place place = place_of(arena, word, phys);

	return (struct kmst_bad_word){
		.word		= word,
		.phys		= phys,
		.expected	= guard ? KMST_GUARD_WORD : arena->pattern->word(&place),
		.guard		= guard,
	};
}

static void note_bad_word(struct kmst_report *report,
			  const struct kmst_arena *arena,
			  const struct kmst_run *run, size_t at,
			  struct kmst_bad_word *bad)
{
	report->mismatches++;
	report->right_again += bad->again == bad->expected;
	trace_kmst_mismatch(arena->name, bad->word, bad->phys, bad->expected, bad->got,
			    bad->again);
	if (report->nr_bad == report->max_bad)
		return;
	/* slow for objects, so for the words that are located only */
	bad->page = kmst_memory_page_index(&arena->memory, run, at * sizeof(bad->got));
	report->bad[report->nr_bad++] = *bad;
}

/*
 * Clean and invalidate the caches, so that the words come from memory. Only for whole
 * pages: other pages have lines of somebody else's objects. On aliasing caches, vmalloc's
 * addresses have lines of their own.
 */
static bool flush_run(const struct kmst_arena *arena, const struct kmst_run *run)
{
	size_t bytes = bytes_of(run);
	struct page *first;
	bool flushed;

	if (run->offset || bytes % PAGE_SIZE)
		return false;
	first = kmst_run_page(run);
	/* lost from the page table, which is told when it is to be read */
	if (!first)
		return false;
	if (!run->page)
		flush_kernel_vmap_range(run->virt, bytes);
	flushed = kmst_device_flush(first, bytes >> PAGE_SHIFT, arena->allocator->is_dma);
	if (!run->page)
		invalidate_kernel_vmap_range(run->virt, bytes);
	return flushed;
}

/* The first look left the line in a cache: the second one must not find it there. */
static void flush_page_of(const struct kmst_arena *arena, const struct kmst_run *run,
			  size_t at)
{
	size_t byte = ALIGN_DOWN(at * sizeof(unsigned int), PAGE_SIZE);
	struct kmst_run page;

	if (run->offset || byte + PAGE_SIZE > bytes_of(run))
		return;
	page = part_of(run, byte, PAGE_SIZE);
	flush_run(arena, &page);
}

/*
 * Judge the words from @at on as the comparison loaded them. The second read only tells
 * whether the fault is still there.
 */
static void note_seen(struct kmst_report *report, const struct kmst_arena *arena,
		      const struct kmst_run *run, const struct reach *reach,
		      size_t at, const struct kmst_seen *seen)
{
	unsigned int i;

	flush_page_of(arena, run, at);
	for (i = 0; i < seen->nr; i++, at++) {
		struct kmst_bad_word bad = word_of_run(arena, run, reach, at);

		bad.got = seen->words[i];
		if (bad.got == bad.expected)
			continue;
		bad.again = kmst_verify_read_again(reach->words + at);
		note_bad_word(report, arena, run, at, &bad);
	}
}

/* The page table lost the page since its routes were judged. */
static void note_lost_run(const struct kmst_arena *arena, const struct kmst_run *run,
			  struct kmst_report *report)
{
	if (report->bad_translations++)
		return;
	report->bad_route = (struct kmst_translation){
		.kind = KMST_KIND_VMALLOC,
		.virt = run->virt,
	};
	report->bad_route_page = kmst_memory_page_index(&arena->memory, run, 0);
}

/**
 * kmst_verify_words() - Compare the words of a run whose addresses were found right.
 * @arena:  the arena
 * @run:    the run
 * @report: what was found is added here
 *
 * Context: any, does not sleep. The caller holds a reference.
 */
void kmst_verify_words(const struct kmst_arena *arena, const struct kmst_run *run,
		       struct kmst_report *report)
{
	size_t nr = run->nr_words + run->nr_guards;
	const unsigned int *words;
	struct kmst_seen seen;
	struct reach reach;
	size_t at;

	if (reach_run(run, &reach)) {
		note_lost_run(arena, run, report);
		return;
	}
	words = reach.words;
	for (at = 0; at < run->nr_words; at += seen.nr) {
		struct kmst_place place = place_of(arena, run->word + at,
						   reach.phys + at * sizeof(*words));

		at += arena->pattern->check(words + at, run->nr_words - at, &place, &seen);
		if (at == run->nr_words)
			break;
		note_seen(report, arena, run, &reach, at, &seen);
	}
	for (at = run->nr_words; at < nr; at += seen.nr) {
		at += kmst_pattern_guard_check(words + at, nr - at, &seen);
		if (at == nr)
			break;
		note_seen(report, arena, run, &reach, at, &seen);
	}
	leave_run(&reach);
	report->words += run->nr_words;
	report->guards += run->nr_guards;
}

/**
 * kmst_verify_route() - Judge the address routes of one page.
 * @report: a disagreement is noted here
 * @t:      the page's translation, with the ways back
 *
 * Context: any, does not sleep.
 * Return: true if all routes agree, so that the page may be read through them.
 */
bool kmst_verify_route(struct kmst_report *report,
		       const struct kmst_translation *t)
{
	report->pages++;
	if (likely(!kmst_translation_compare(t)))
		return true;

	if (!report->bad_translations++)
		report->bad_route = *t;
	return false;
}

/* Translate page @i of a run. */
static void translate_run_page(const struct kmst_run *run, unsigned long i,
			       unsigned long virt, struct kmst_translation *t)
{
	if (!run->page) {
		/* without a page, kmst_translation_compare() fails */
		kmst_translate_vmalloc(run->virt + (i << PAGE_SHIFT), t);
	} else {
		kmst_translate_page(run->page + i, t);
		/* the chain has to lead to the address that the arena uses */
		if (virt && (unsigned long)t->virt != virt + (i << PAGE_SHIFT))
			t->virt = NULL;
	}
	kmst_translate_back(t);
}

/**
 * kmst_verify_routes() - Judge the address routes of all pages of a run.
 * @arena:  the arena
 * @run:    the run
 * @report: disagreements are noted here
 *
 * The one place where this is done, so that a test can find a run wrong.
 *
 * Context: any, does not sleep. The caller holds a reference.
 * Return: true if all routes of all pages agree, so that the run may be read.
 */
bool kmst_verify_routes(const struct kmst_arena *arena, const struct kmst_run *run,
			struct kmst_report *report)
{
	unsigned long virt = (unsigned long)kasan_reset_tag(run->virt) & PAGE_MASK;
	unsigned long i = 0, nr_pages = PFN_UP(run->offset + bytes_of(run));
	struct kmst_translation t;
	bool right = true;

	KUNIT_STATIC_STUB_REDIRECT(kmst_verify_routes, arena, run, report);

	/* judged with the run before, which ended on the same page */
	if (run->page && run->page == report->last_right)
		i = 1;
	for (; i < nr_pages; i++) {
		translate_run_page(run, i, virt, &t);
		if (likely(kmst_verify_route(report, &t)))
			continue;
		right = false;
		if (report->bad_translations == 1)
			report->bad_route_page = kmst_memory_page_index(&arena->memory, run,
									i << PAGE_SHIFT);
	}
	report->last_right = right && run->page ? run->page + nr_pages - 1 : NULL;
	return right;
}

static int check_part(const struct kmst_arena *arena, const struct kmst_run *run,
		      struct kmst_report *report)
{
	if (!flush_run(arena, run))
		report->cached = true;
	kmst_verify_words(arena, run, report);
	return 0;
}

static int check_run(const struct kmst_run *run, void *context)
{
	const struct pass *pass = context;

	if (!kmst_verify_routes(pass->arena, run, pass->report))
		return 0;
	return each_sound_part(pass->arena, run, check_part, pass->report);
}

/*
 * Count the pages that parts of runs were skipped on: objects of one page may lie anywhere
 * among those of others. A page that was found broken since is not one of them.
 */
static unsigned long count_poisoned(const struct kmst_memory *memory, unsigned long parts)
{
	unsigned long nr = 0;
	struct kmst_page_at at;
	bool more;

	if (parts <= 1)
		return parts;
	for (more = kmst_memory_page(memory, 0, &at); more;
	     more = kmst_memory_next_page(memory, &at)) {
		nr += at.page && PageHWPoison(at.page);
		if (!(at.index % KMST_PAGES_PER_POINT))
			cond_resched();
	}
	return clamp(nr, 1UL, parts);
}

/**
 * kmst_verify_check() - Compare every word of an arena, and every page's addresses.
 * @arena:  the arena, filled by kmst_verify_fill()
 * @report: gets what was found
 * @cancel: request to give up, or NULL to see every page
 *
 * Context: process context, may sleep. The caller holds a reference.
 * Return: 0 if all is as written, -EILSEQ if a word or an address route differs or a
 * page is poisoned, -EINTR when @cancel asked to give up (@report then covers the pages
 * until there).
 */
int kmst_verify_check(const struct kmst_arena *arena,
		      struct kmst_report *report,
		      const struct kmst_cancel *cancel)
{
	struct pass pass = { arena, report };
	int err;

	empty_report(report);
	err = kmst_memory_walk(&arena->memory, check_run, &pass, cancel);
	report->poisoned = count_poisoned(&arena->memory, report->poisoned);
	if (!err && (report->mismatches || report->bad_translations || report->poisoned))
		err = -EILSEQ;
	trace_kmst_verify(arena->name, report->words, report->guards, report->mismatches, err);
	return err;
}

/**
 * kmst_verify_corrupt() - Plant an error, so that it can be seen to be found.
 * @arena: the arena
 * @word:  number of the word; those beyond the objects are guard words
 * @mask:  bits to flip
 *
 * Context: process context. The caller holds a reference.
 * Return: 0, -ERANGE if the arena has no such word, -EHWPOISON if its page is not to be
 * touched, or -EFAULT if the page table has no page for it.
 */
int kmst_verify_corrupt(const struct kmst_arena *arena, u64 word,
			unsigned int mask)
{
	struct kmst_run run;
	struct reach reach;
	int err;

	if (!kmst_memory_word(&arena->memory, word, &run))
		return -ERANGE;
	if (!is_sound(&run))
		return -EHWPOISON;

	err = reach_run(&run, &reach);
	if (err)
		return err;
	/* a read() of the device sees the word before or after: it is to be a surprise */
	data_race(*reach.words ^= mask);
	leave_run(&reach);
	trace_kmst_corrupt(arena->name, word, reach.phys, mask);
	return 0;
}
