/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Arenas that the end of a test puts, however it ends.
 */
#ifndef KMEM_STUDIO_TESTS_KEPT_H
#define KMEM_STUDIO_TESTS_KEPT_H

#include <kunit/test.h>
#include <linux/err.h>

#include "../arena.h"

static inline void put_arena(void *arena)
{
	kmst_arena_put(arena);
}

/* Takes the reference over, for the end of the test or drop_arena(). */
static inline struct kmst_arena *keep_arena(struct kunit *test, struct kmst_arena *arena)
{
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, arena);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, put_arena, arena), 0);
	return arena;
}

/* Puts a reference that was kept. */
static inline void drop_arena(struct kunit *test, struct kmst_arena *arena)
{
	kunit_release_action(test, put_arena, arena);
}

#endif /* KMEM_STUDIO_TESTS_KEPT_H */
