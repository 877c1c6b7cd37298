/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A KUnit parameter for each order that the page allocator serves, 0 to
 * MAX_PAGE_ORDER: a place in an array stands for the order of its index. For
 * KUNIT_ARRAY_PARAM(order, orders, order_desc).
 */
#ifndef KMEM_STUDIO_TESTS_ORDERS_H
#define KMEM_STUDIO_TESTS_ORDERS_H

#include <kunit/test.h>
#include <linux/mmzone.h>

static const u8 orders[NR_PAGE_ORDERS];

static inline unsigned int order_of_case(const struct kunit *test)
{
	return (const u8 *)test->param_value - orders;
}

static inline void order_desc(const u8 *order, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "order %td", order - orders);
}

#endif /* KMEM_STUDIO_TESTS_ORDERS_H */
