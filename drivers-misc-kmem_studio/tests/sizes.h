/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A KUnit parameter for each size of an arena where something may be one off. For
 * KUNIT_ARRAY_PARAM(size, sizes, size_desc).
 */
#ifndef KMEM_STUDIO_TESTS_SIZES_H
#define KMEM_STUDIO_TESTS_SIZES_H

#include <kunit/test.h>

#include "per_page.h"

/**
 * struct size - a number of objects, written as pages and a few more or less
 * @nr_pages: pages full of objects
 * @more:     objects more, or less
 */
struct size {
	unsigned int	nr_pages;
	int		more;
};

static const struct size sizes[] = {
	{ 0, 1 }, { 1, -1 }, { 1, 0 }, { 1, 1 }, { 2, -1 }, { 2, 0 }, { 2, 1 },
	{ 8, -1 }, { 8, 0 }, { 8, 1 }, { 79, -112 }, { 391, -48 },
};

static inline void size_desc(const struct size *size, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u pages %+d", size->nr_pages, size->more);
}

static inline unsigned int structs_of(const struct size *size)
{
	return size->nr_pages * PER_PAGE + size->more;
}

#endif /* KMEM_STUDIO_TESTS_SIZES_H */
