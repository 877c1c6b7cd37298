/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A KUnit parameter for each allocator of the driver's table.
 */
#ifndef KMEM_STUDIO_TESTS_ALLOCATORS_H
#define KMEM_STUDIO_TESTS_ALLOCATORS_H

#include <kunit/test.h>
#include <linux/string.h>

#include "../allocator.h"

static inline const void *allocator_gen_params(const void *previous, char *desc)
{
	const struct kmst_allocator *allocator;
	unsigned int i;

	for (i = 0; (allocator = kmst_allocator_at(i)); i++) {
		if (previous == allocator)
			previous = NULL;
		else if (!previous)
			break;
	}
	if (allocator)
		strscpy(desc, allocator->name, KUNIT_PARAM_DESC_SIZE);
	return allocator;
}

static inline void skip_if_not_supported(struct kunit *test,
					 const struct kmst_allocator *allocator)
{
	if (allocator->supported && !allocator->supported())
		kunit_skip(test, "this kernel has no memory for %s", allocator->name);
}

#endif /* KMEM_STUDIO_TESTS_ALLOCATORS_H */
