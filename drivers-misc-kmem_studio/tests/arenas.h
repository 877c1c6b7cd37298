/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Arenas for tests.
 */
#ifndef KMEM_STUDIO_TESTS_ARENAS_H
#define KMEM_STUDIO_TESTS_ARENAS_H

#include <kunit/test.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/numa.h>

#include "../arena.h"
#include "counted.h"
#include "per_page.h"

static inline void put_arena(void *arena)
{
	kmst_arena_put(arena);
}

/* The end of the test drops the reference, however it ends, or drop_arena() before. */
static inline struct kmst_arena *keep_arena(struct kunit *test, struct kmst_arena *arena)
{
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, arena);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, put_arena, arena), 0);
	return arena;
}

static inline void drop_arena(struct kunit *test, struct kmst_arena *arena)
{
	kunit_release_action(test, put_arena, arena);
}

static inline struct kmst_arena_config config_of(const struct kmst_allocator *allocator,
						 unsigned int nr_structs)
{
	return (struct kmst_arena_config){
		.allocator	= allocator,
		.nr_structs	= nr_structs,
		.max_percent	= 50,
		.gfp		= GFP_KERNEL,
		.nid		= NUMA_NO_NODE,
		.name		= "test",
	};
}

static inline struct kmst_arena *new_configured(struct kunit *test,
						const struct kmst_arena_config *config)
{
	struct kmst_refusal why;
	struct kmst_arena *arena;

	arena = keep_arena(test, kmst_arena_create(config, NULL, &why));
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_NONE);
	return arena;
}

static inline struct kmst_arena *new_arena(struct kunit *test,
					   const struct kmst_allocator *allocator,
					   unsigned int nr_structs)
{
	struct kmst_arena_config config = config_of(allocator, nr_structs);

	return new_configured(test, &config);
}

/* One that there is all the same is put at the end of the test. */
static inline void expect_no_arena(struct kunit *test, const struct kmst_arena_config *config,
				   const struct kmst_cancel *cancel, int err,
				   struct kmst_refusal *why)
{
	struct kmst_arena *arena = kmst_arena_create(config, cancel, why);

	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(arena), err);
	if (!IS_ERR(arena))
		keep_arena(test, arena);
}

/* Pages that count for the share of RAM now: a share of nothing is always exceeded. */
static inline unsigned long pages_reserved(struct kunit *test)
{
	struct kmst_arena_config config = config_of(&kmst_counted_allocator, 1);
	struct kmst_refusal why;

	config.max_percent = 0;
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, NULL, NULL, &why), -E2BIG);
	return why.taken;
}

#endif /* KMEM_STUDIO_TESTS_ARENAS_H */
