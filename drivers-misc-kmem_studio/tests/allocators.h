/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A KUnit parameter for each allocator of the driver's table: a place in an array stands
 * for the allocator of its index. For KUNIT_ARRAY_PARAM(allocator, allocators, allocator_desc).
 */
#ifndef KMEM_STUDIO_TESTS_ALLOCATORS_H
#define KMEM_STUDIO_TESTS_ALLOCATORS_H

#include <kunit/test.h>
#include <linux/string.h>

#include "../allocator.h"

/* As many as the table has: a case of the allocators sees to it. */
static const u8 allocators[12];

static inline const struct kmst_allocator *allocator_of_case(const struct kunit *test)
{
	return kmst_allocator_at((const u8 *)test->param_value - allocators);
}

static inline void allocator_desc(const u8 *place, char *desc)
{
	strscpy(desc, kmst_allocator_at(place - allocators)->name, KUNIT_PARAM_DESC_SIZE);
}

static inline void skip_if_not_supported(struct kunit *test,
					 const struct kmst_allocator *allocator)
{
	if (allocator->supported && !allocator->supported())
		kunit_skip(test, "this kernel has no memory for %s", allocator->name);
}

#endif /* KMEM_STUDIO_TESTS_ALLOCATORS_H */
