/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Arenas that are filled, and reports, for tests of the verification.
 */
#ifndef KMEM_STUDIO_TESTS_FILLED_H
#define KMEM_STUDIO_TESTS_FILLED_H

#include <kunit/test.h>

#include "../arena.h"
#include "../pattern.h"
#include "../verify.h"
#include "arenas.h"
#include "per_page.h"
#include "words.h"

#define PAGE_WORDS	(PER_PAGE * KMST_STRUCT_WORDS)
#define SEED		5

static inline struct kmst_arena *new_pattern(struct kunit *test, const char *allocator,
					     unsigned int nr_structs,
					     const struct kmst_pattern *pattern)
{
	struct kmst_arena_config config = config_of(kmst_allocator_find(allocator), nr_structs);
	struct kmst_arena *arena;

	config.pattern = pattern;
	config.seed = SEED;
	arena = new_configured(test, &config);
	KUNIT_ASSERT_EQ(test, kmst_verify_fill(arena, NULL), 0);
	return arena;
}

static inline struct kmst_arena *new_filled(struct kunit *test, const char *allocator,
					    unsigned int nr_structs)
{
	return new_pattern(test, allocator, nr_structs, NULL);
}

static inline void free_report(void *report)
{
	kmst_report_free(report);
}

static inline struct kmst_report *new_report(struct kunit *test)
{
	struct kmst_report *report = kmst_report_alloc(KMST_REPORT_BAD_WORDS);

	KUNIT_ASSERT_NOT_NULL(test, report);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_report, report), 0);
	return report;
}

/* Only for memory that has an address. */
static inline unsigned int *word_at(const struct kmst_arena *arena, u64 word)
{
	return kmst_test_word(&arena->memory, word).virt;
}

static inline u64 all_words(const struct kmst_arena *arena)
{
	return arena->plan.nr_words + arena->memory.nr_guards;
}

#endif /* KMEM_STUDIO_TESTS_FILLED_H */
