/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What tests of the limits ask for.
 */
#ifndef KMEM_STUDIO_TESTS_DEMAND_H
#define KMEM_STUDIO_TESTS_DEMAND_H

#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/numa.h>

#include "../allocator.h"
#include "../limits.h"
#include "per_page.h"

static inline struct kmst_demand demand_of(const struct kmst_allocator *allocator,
					   unsigned int nr_structs)
{
	struct kmst_demand demand = {
		.allocator	= allocator,
		.max_percent	= 50,
		.gfp		= GFP_KERNEL,
		.nid		= NUMA_NO_NODE,
	};

	kmst_plan_init(&demand.plan, nr_structs, PAGE_SHIFT);
	return demand;
}

static inline const struct kmst_allocator *supported_cma(struct kunit *test)
{
	const struct kmst_allocator *cma = kmst_allocator_find("cma");

	if (!cma->supported())
		kunit_skip(test, "nothing is set aside for DMA");
	return cma;
}

#endif /* KMEM_STUDIO_TESTS_DEMAND_H */
