/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Do all ways through some memory agree?
 */
#ifndef KMEM_STUDIO_TESTS_CONSISTENT_H
#define KMEM_STUDIO_TESTS_CONSISTENT_H

#include <kunit/test.h>

struct kmst_memory;

void kmst_expect_consistent(struct kunit *test, const struct kmst_memory *memory);

#endif /* KMEM_STUDIO_TESTS_CONSISTENT_H */
