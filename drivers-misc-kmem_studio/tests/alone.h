/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests that memory of others would be counted with, or that would take it from them.
 */
#ifndef KMEM_STUDIO_TESTS_ALONE_H
#define KMEM_STUDIO_TESTS_ALONE_H

#include <kunit/test.h>
#include <linux/array_size.h>

#include "../reserve.h"
#include "demand.h"

/*
 * Arenas, benches and pressures all have their pages in the ledger. A share of nothing is
 * always exceeded, and tells of them. What lies in highmem has a table in low memory.
 */
static inline void needs_to_be_alone(struct kunit *test)
{
	static const char * const names[] = { "chunk", "cma" };
	struct kmst_demand demand;
	struct kmst_refusal why;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		demand = demand_of(kmst_allocator_find(names[i]), 2 * PER_PAGE);
		demand.max_percent = 0;
		kmst_reserve_check(&demand, NULL, &(struct kmst_going){}, NULL, &why);
		if (why.limit == KMST_LIMIT_SHARE && why.taken)
			kunit_skip(test, "somebody has arenas, benches or pressures");
	}
}

#endif /* KMEM_STUDIO_TESTS_ALONE_H */
