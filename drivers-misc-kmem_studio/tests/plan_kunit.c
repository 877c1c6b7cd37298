// SPDX-License-Identifier: GPL-2.0
/*
 * The arithmetic of an arena.
 */
#include <kunit/test.h>
#include <linux/bitops.h>
#include <linux/kthread.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>

#include "../plan.h"

#define PER_PAGE	((unsigned int)(PAGE_SIZE / 32))

struct plan_row {
	unsigned int	page_shift;
	unsigned int	nr_structs;
	unsigned int	structs_per_page;
	unsigned long	nr_pages;
	unsigned int	order;
};

/* The figures of the lab, worked out by hand, for both page sizes of a Pi. */
static const struct plan_row plan_rows[] = {
	{ 12,          0, 128,        0,  0 },
	{ 12,          1, 128,        1,  0 },
	{ 12,        127, 128,        1,  0 },
	{ 12,        128, 128,        1,  0 },
	{ 12,        129, 128,        2,  1 },
	{ 12,        200, 128,        2,  1 },
	{ 12,       1000, 128,        8,  3 },
	{ 12,       2000, 128,       16,  4 },
	{ 12,       4000, 128,       32,  5 },
	{ 12,      10000, 128,       79,  7 },
	{ 12,      50000, 128,      391,  9 },
	{ 12,     131072, 128,     1024, 10 },
	{ 12,     131073, 128,     1025, 11 },
	{ 12, 1U << 27,   128,  1U << 20, 20 },
	{ 12, 4294967295, 128, 33554432, 25 },
	{ 14,        200, 512,        1,  0 },
	{ 14,        511, 512,        1,  0 },
	{ 14,        512, 512,        1,  0 },
	{ 14,        513, 512,        2,  1 },
	{ 14,       1000, 512,        2,  1 },
	{ 14,       2000, 512,        4,  2 },
	{ 14,      50000, 512,       98,  7 },
	{ 14,    1048576, 512,     2048, 11 },
	{ 14,    1048577, 512,     2049, 12 },
	{ 14, 4294967295, 512,  8388608, 23 },
	{ 16, 4294967295, 2048, 2097152, 21 },
};

static void plan_row_desc(const struct plan_row *row, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "page_shift=%u nr_structs=%u",
		 row->page_shift, row->nr_structs);
}

KUNIT_ARRAY_PARAM(plan_row, plan_rows, plan_row_desc);

static void plan_has_the_figures_of_the_lab(struct kunit *test)
{
	const struct plan_row *row = test->param_value;
	struct kmst_plan plan;

	kmst_plan_init(&plan, row->nr_structs, row->page_shift);
	KUNIT_EXPECT_EQ(test, plan.nr_structs, row->nr_structs);
	KUNIT_EXPECT_EQ(test, plan.page_shift, row->page_shift);
	KUNIT_EXPECT_EQ(test, plan.structs_per_page, row->structs_per_page);
	KUNIT_EXPECT_EQ(test, plan.nr_pages, row->nr_pages);
	KUNIT_EXPECT_EQ(test, plan.order, row->order);
}

static void expect_enough_and_not_too_much(struct kunit *test,
					   unsigned int nr_structs,
					   unsigned int page_shift)
{
	struct kmst_plan plan;
	u64 room;

	kmst_plan_init(&plan, nr_structs, page_shift);
	room = (u64)plan.nr_pages << page_shift;
	KUNIT_EXPECT_EQ(test, plan.nr_words, 8ULL * nr_structs);
	KUNIT_EXPECT_EQ(test, plan.bytes, 32ULL * nr_structs);
	KUNIT_EXPECT_GE(test, room, plan.bytes);
	KUNIT_EXPECT_LT(test, room - plan.bytes, BIT_ULL(page_shift));
	KUNIT_EXPECT_GE(test, BIT_ULL(plan.order), (u64)plan.nr_pages);
	if (plan.order)
		KUNIT_EXPECT_LT(test, BIT_ULL(plan.order - 1), (u64)plan.nr_pages);
}

/* N * 32 and N * 8 leave 32 bits behind at 2^27 and 2^29 objects. */
static void plan_holds_around_every_power_of_two(struct kunit *test)
{
	unsigned int page_shift, bit;

	for (page_shift = 12; page_shift <= 16; page_shift += 2) {
		for (bit = 0; bit < 32; bit++) {
			expect_enough_and_not_too_much(test, BIT(bit) - 1, page_shift);
			expect_enough_and_not_too_much(test, BIT(bit), page_shift);
			expect_enough_and_not_too_much(test, BIT(bit) + 1, page_shift);
		}
		expect_enough_and_not_too_much(test, U32_MAX, page_shift);
	}
}

static void order_of_every_power_of_two(struct kunit *test)
{
	unsigned int bit;

	KUNIT_EXPECT_EQ(test, kmst_plan_order(0), 0U);
	for (bit = 0; bit < BITS_PER_LONG; bit++)
		KUNIT_EXPECT_EQ(test, kmst_plan_order(1UL << bit), bit);
	for (bit = 1; bit < BITS_PER_LONG; bit++) {
		KUNIT_EXPECT_EQ(test, kmst_plan_order((1UL << bit) - 1),
				bit == 1 ? 0 : bit);
		if (bit < BITS_PER_LONG - 1)
			KUNIT_EXPECT_EQ(test, kmst_plan_order((1UL << bit) + 1), bit + 1);
	}
}

/* As student versions have it: the rest of the division is dropped. */
static unsigned int order_that_drops_the_rest(unsigned int nr_structs)
{
	unsigned long nr_pages = nr_structs / PER_PAGE;

	return nr_pages > 1 ? ilog2(nr_pages) : 0;
}

/* The product has as many bits as its factors. */
static unsigned int order_of_few_bytes(unsigned int nr_structs)
{
	u32 bytes = nr_structs * 32;

	return order_base_2(bytes / PAGE_SIZE + !!(bytes % PAGE_SIZE));
}

static unsigned int order_of_the_plan(unsigned int nr_structs)
{
	struct kmst_plan plan;

	kmst_plan_init(&plan, nr_structs, PAGE_SHIFT);
	return plan.order;
}

/* Right but for the largest order of all. */
static unsigned int order_of_large_arenas(unsigned int nr_structs)
{
	return min(order_of_the_plan(nr_structs), order_of_the_plan(BIT(31)));
}

/* get_order() takes unsigned long bytes: with 32 bits, up to 2^27 - 1 objects. */
static bool order_is_the_kernels(unsigned int nr_structs, unsigned int order)
{
	u64 bytes = (u64)nr_structs * 32;

	if (order != order_base_2((bytes + PAGE_SIZE - 1) >> PAGE_SHIFT))
		return false;
	return bytes > ULONG_MAX || !bytes || order == get_order(bytes);
}

/* KUnit ends a case that takes too long by stopping its thread. */
static bool has_to_stop(u64 turn)
{
	if (turn & (BIT(16) - 1))
		return false;
	cond_resched();
	return kthread_should_stop();
}

/* First number of objects below @end whose order is wrong, @end if none is. */
static __always_inline u64 first_wrong_order(unsigned int (*order)(unsigned int), u64 end)
{
	u64 nr_structs;

	for (nr_structs = 0; nr_structs < end; nr_structs++) {
		if (!order_is_the_kernels(nr_structs, order(nr_structs)))
			break;
		if (has_to_stop(nr_structs))
			break;
	}
	return nr_structs;
}

/* The last number of objects that fits @page pages, or the next one, if its order is wrong. */
static __always_inline u64 wrong_end(unsigned int (*order)(unsigned int), u64 page)
{
	u64 nr_structs = page * PER_PAGE;

	if (!order_is_the_kernels(nr_structs, order(nr_structs)))
		return nr_structs;
	nr_structs++;
	return order_is_the_kernels(nr_structs, order(nr_structs)) ? 0 : nr_structs;
}

/* First number of objects at an end of a page whose order is wrong, 0 if none is. */
static __always_inline u64 first_wrong_end(unsigned int (*order)(unsigned int))
{
	const u64 nr_pages = BIT_ULL(32) / PER_PAGE;
	u64 page, wrong;

	for (page = 1; page < nr_pages; page *= 2) {
		wrong = wrong_end(order, page);
		if (wrong)
			return wrong;
	}
	for (page = 1; page < nr_pages; page += page < BIT(20) ? 1 : 61) {
		wrong = wrong_end(order, page);
		if (wrong || has_to_stop(page))
			return wrong ? : page;
	}
	return order_is_the_kernels(U32_MAX, order(U32_MAX)) ? 0 : U32_MAX;
}

static void order_is_the_kernels_for_small_arenas(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, first_wrong_order(order_of_the_plan, BIT(20)), BIT(20));
}

/*
 * As strong as to count all 2^32 numbers: the order only grows with them, as it is the number
 * of bits of a shifted product. What is right for the first and for the last number that has
 * an order is right for all between the two, and those are the ends of 1, 2, 4, 8... pages.
 * That it only grows is seen at both ends of each of the first 2^20 pages, and of every 61st
 * of the others.
 */
static void order_is_the_kernels_for_all_arenas(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, first_wrong_end(order_of_the_plan), 0ULL);
}

static void wrong_order_is_seen(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, first_wrong_order(order_that_drops_the_rest, BIT(20)),
			PER_PAGE + 1);
	KUNIT_EXPECT_EQ(test, first_wrong_end(order_that_drops_the_rest), PER_PAGE + 1);
	/* 2^27 objects are the first whose bytes 32 bits do not hold */
	KUNIT_EXPECT_EQ(test, first_wrong_end(order_of_few_bytes), BIT_ULL(27));
	KUNIT_EXPECT_EQ(test, first_wrong_end(order_of_large_arenas), BIT_ULL(31) + 1);
}

static void expect_exact_blocks(struct kunit *test, unsigned long nr_pages,
				unsigned int max_order)
{
	unsigned long left = nr_pages;
	unsigned int last = max_order;
	unsigned int blocks = 0;

	while (left) {
		unsigned int order = kmst_plan_block_order(left, max_order);

		KUNIT_ASSERT_LE(test, order, last);
		KUNIT_ASSERT_LE(test, 1UL << order, left);
		left -= 1UL << order;
		last = order;
		blocks++;
	}
	/* as many as there are bits set, those above max_order in its units */
	KUNIT_EXPECT_EQ(test, blocks, (nr_pages >> max_order) +
			hweight_long(nr_pages & ((1UL << max_order) - 1)));
}

static void blocks_add_up_to_the_pages(struct kunit *test)
{
	static const unsigned long more_pages[] = { 65535, 65536, 65537, 1000003 };
	unsigned long nr_pages;
	unsigned int max_order;
	unsigned int i;

	for (max_order = 0; max_order <= 11; max_order++) {
		for (nr_pages = 0; nr_pages <= 4100; nr_pages++)
			expect_exact_blocks(test, nr_pages, max_order);
		for (i = 0; i < ARRAY_SIZE(more_pages); i++)
			expect_exact_blocks(test, more_pages[i], max_order);
	}
}

static struct kunit_case plan_cases[] = {
	KUNIT_CASE_PARAM(plan_has_the_figures_of_the_lab, plan_row_gen_params),
	KUNIT_CASE(plan_holds_around_every_power_of_two),
	KUNIT_CASE(order_of_every_power_of_two),
	KUNIT_CASE(order_is_the_kernels_for_small_arenas),
	KUNIT_CASE(order_is_the_kernels_for_all_arenas),
	KUNIT_CASE(wrong_order_is_seen),
	KUNIT_CASE(blocks_add_up_to_the_pages),
	{}
};

static struct kunit_suite plan_suite = {
	.name = "kmem_studio_plan",
	.test_cases = plan_cases,
};

kunit_test_suite(plan_suite);
