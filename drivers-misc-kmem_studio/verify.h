/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 3: write every word of an arena, and prove every word of it.
 */
#ifndef KMEM_STUDIO_VERIFY_H
#define KMEM_STUDIO_VERIFY_H

#include <linux/types.h>

#include "translate.h"

struct kmst_arena;
struct kmst_cancel;
struct kmst_run;
struct page;

/* Bad words that a report locates by default; it counts all. */
#define KMST_REPORT_BAD_WORDS	8

/**
 * struct kmst_bad_word - a word that did not hold what was written to it
 * @word:     its number, counted over the whole arena
 * @page:     index of its page in the arena
 * @phys:     its physical address
 * @expected: what was written
 * @got:      what was found
 * @again:    what a second read found: @expected if the fault was transient
 * @guard:    it is a guard word, behind the last object
 */
struct kmst_bad_word {
	u64		word;
	unsigned long	page;
	phys_addr_t	phys;
	unsigned int	expected;
	unsigned int	got;
	unsigned int	again;
	bool		guard;
};

/**
 * struct kmst_report - what a verification found
 * @words:            words of objects that were compared
 * @guards:           guard words that were compared
 * @mismatches:       words of either kind that differed
 * @right_again:      mismatches that a second read did not find again
 * @pages:            pages that were visited
 * @bad_translations: pages whose address routes disagree. None of their run is read: its
 *                    addresses may lead to other memory
 * @bad_route:        the first such page
 * @bad_route_page:   index of that page in the arena
 * @poisoned:         hwpoisoned pages, which were not read; each counts once
 * @cached:           not all pages could be flushed first: words may have come from a cache
 * @last_right:       the page whose routes agreed last, or NULL: the next run may be on it
 * @max_bad:          room for entries in @bad
 * @nr_bad:           entries of @bad
 * @bad:              the first words that differed
 */
struct kmst_report {
	u64			words;
	u64			guards;
	u64			mismatches;
	u64			right_again;
	unsigned long		pages;
	unsigned long		bad_translations;
	struct kmst_translation	bad_route;
	unsigned long		bad_route_page;
	unsigned long		poisoned;
	bool			cached;
	struct page		*last_right;
	unsigned int		max_bad;
	unsigned int		nr_bad;
	struct kmst_bad_word	bad[] __counted_by(max_bad);
};

struct kmst_report *kmst_report_alloc(unsigned int max_bad);
void kmst_report_free(struct kmst_report *report);
int kmst_verify_fill(const struct kmst_arena *arena,
		     const struct kmst_cancel *cancel);
bool kmst_verify_route(struct kmst_report *report,
		       const struct kmst_translation *t);
bool kmst_verify_routes(const struct kmst_arena *arena, const struct kmst_run *run,
			struct kmst_report *report);
unsigned int kmst_verify_read_again(const unsigned int *word);
void kmst_verify_words(const struct kmst_arena *arena, const struct kmst_run *run,
		       struct kmst_report *report);
int kmst_verify_check(const struct kmst_arena *arena,
		      struct kmst_report *report,
		      const struct kmst_cancel *cancel);
int kmst_verify_corrupt(const struct kmst_arena *arena, u64 word,
			unsigned int mask);

#endif /* KMEM_STUDIO_VERIFY_H */
