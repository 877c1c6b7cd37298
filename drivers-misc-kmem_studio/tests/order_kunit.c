// SPDX-License-Identifier: GPL-2.0
/*
 * The orders in which allocations are freed.
 */
#include <kunit/test.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../bench/order.h"

#define NR	1000U

/* Pointers that are their own places, arranged. */
static void **arranged(struct kunit *test, const char *name, unsigned int nr, u64 seed)
{
	void **held = kunit_kcalloc(test, nr + 1, sizeof(*held), GFP_KERNEL);
	const struct kmst_order *order = kmst_order_find(name);
	unsigned long i;

	KUNIT_ASSERT_NOT_NULL(test, order);
	KUNIT_ASSERT_NOT_NULL(test, held);
	for (i = 0; i < nr; i++)
		held[i] = (void *)i;
	kmst_order_arrange(order, held, nr, seed);
	return held;
}

/* Is each place there, and no other? */
static bool is_permutation(struct kunit *test, void **held, unsigned int nr)
{
	bool *seen = kunit_kcalloc(test, nr, sizeof(*seen), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, seen);
	for (i = 0; i < nr; i++) {
		unsigned long place = (unsigned long)held[i];

		if (place >= nr || seen[place])
			return false;
		seen[place] = true;
	}
	return true;
}

static void first_come_first_freed(struct kunit *test)
{
	static const char * const names[] = { "hot", "fifo", "cross" };
	unsigned int i;
	unsigned long at;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		void **held = arranged(test, names[i], NR, 1);

		for (at = 0; at < NR; at++)
			KUNIT_ASSERT_PTR_EQ(test, held[at], (void *)at);
	}
}

static void last_come_first_freed(struct kunit *test)
{
	unsigned int nr;
	unsigned long at;

	for (nr = 0; nr < 6; nr++) {
		void **held = arranged(test, "lifo", nr, 1);

		for (at = 0; at < nr; at++)
			KUNIT_ASSERT_PTR_EQ(test, held[at], (void *)(nr - 1 - at));
	}
}

static void random_is_a_permutation(struct kunit *test)
{
	unsigned int nr;

	for (nr = 0; nr < 40; nr++)
		KUNIT_EXPECT_TRUE(test, is_permutation(test, arranged(test, "random", nr, nr),
						       nr));
	KUNIT_EXPECT_TRUE(test, is_permutation(test, arranged(test, "random", NR, 99), NR));
}

static void the_seed_says_which(struct kunit *test)
{
	void **one = arranged(test, "random", NR, 1), **same = arranged(test, "random", NR, 1);
	void **other = arranged(test, "random", NR, 2);
	unsigned int i, moved = 0, differ = 0;

	KUNIT_EXPECT_MEMEQ(test, one, same, NR * sizeof(*one));
	for (i = 0; i < NR; i++) {
		moved += one[i] != (void *)(unsigned long)i;
		differ += one[i] != other[i];
	}
	KUNIT_EXPECT_GT(test, moved, NR * 9 / 10);
	KUNIT_EXPECT_GT(test, differ, NR * 9 / 10);
}

/* Each of the six orders of three comes about as often as any other. */
static void no_order_is_preferred(struct kunit *test)
{
	unsigned int seen[27] = {};
	unsigned int seed, i;

	for (seed = 0; seed < 3000; seed++) {
		void *held[3] = { (void *)0, (void *)1, (void *)2 };

		kmst_order_arrange(kmst_order_find("random"), held, 3, seed);
		seen[(unsigned long)held[0] * 9 + (unsigned long)held[1] * 3 +
		     (unsigned long)held[2]]++;
	}
	for (i = 0; i < 27; i++)
		KUNIT_EXPECT_TRUE(test, !seen[i] || (seen[i] > 400 && seen[i] < 600));
}

/* What the cases above would miss if they could not fail. */
static void a_pointer_that_is_twice_there_is_found(struct kunit *test)
{
	void **held = arranged(test, "random", NR, 3);

	held[7] = held[8];
	KUNIT_EXPECT_FALSE(test, is_permutation(test, held, NR));
}

static void the_table_is_walked(struct kunit *test)
{
	const struct kmst_order *order;
	unsigned int i;

	for (i = 0; (order = kmst_order_at(i)); i++) {
		KUNIT_EXPECT_PTR_EQ(test, kmst_order_find(order->name), order);
		KUNIT_EXPECT_GT(test, strlen(order->description), 0UL);
	}
	KUNIT_EXPECT_EQ(test, i, 5U);
	KUNIT_EXPECT_STREQ(test, kmst_order_at(0)->name, "hot");
	KUNIT_EXPECT_TRUE(test, kmst_order_find("hot")->hot);
	KUNIT_EXPECT_TRUE(test, kmst_order_find("cross\n")->crosses);
	KUNIT_EXPECT_NULL(test, kmst_order_find("filo"));
	KUNIT_EXPECT_NULL(test, kmst_order_find(""));
}

static struct kunit_case order_cases[] = {
	KUNIT_CASE(first_come_first_freed),
	KUNIT_CASE(last_come_first_freed),
	KUNIT_CASE(random_is_a_permutation),
	KUNIT_CASE(the_seed_says_which),
	KUNIT_CASE(no_order_is_preferred),
	KUNIT_CASE(a_pointer_that_is_twice_there_is_found),
	KUNIT_CASE(the_table_is_walked),
	{}
};

static struct kunit_suite order_suite = {
	.name		= "kmem_studio_order",
	.test_cases	= order_cases,
};

kunit_test_suite(order_suite);
