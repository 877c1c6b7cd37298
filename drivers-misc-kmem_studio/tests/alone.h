/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests that ask whoever holds memory to give it back.
 */
#ifndef KMEM_STUDIO_TESTS_ALONE_H
#define KMEM_STUDIO_TESTS_ALONE_H

#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/gfp.h>
#include <linux/numa.h>

#include "../arena.h"
#include "per_page.h"

/*
 * What users of the machine have would be lost: arenas, benches and pressures all have their
 * pages in the ledger. A share of nothing is always exceeded, and tells of them.
 */
static inline void needs_to_be_alone(struct kunit *test)
{
	static const char * const names[] = { "chunk", "cma" };
	struct kmst_arena_config config = {
		.nr_structs	= 2 * PER_PAGE,
		.max_percent	= 0,
		.gfp		= GFP_KERNEL,
		.nid		= NUMA_NO_NODE,
	};
	struct kmst_refusal why;
	unsigned int i;

	/* chunk counts for low memory, as the tables of what lies in high memory do */
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		config.allocator = kmst_allocator_find(names[i]);
		kmst_arena_check(&config, NULL, &why);
		if (why.limit == KMST_LIMIT_SHARE && why.taken)
			kunit_skip(test, "somebody has memory that would be lost");
	}
}

#endif /* KMEM_STUDIO_TESTS_ALONE_H */
