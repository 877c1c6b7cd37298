// SPDX-License-Identifier: GPL-2.0
/*
 * The mean of rounds and its interval, against figures that were worked out by hand.
 */
#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/bitops.h>
#include <linux/math64.h>
#include <linux/slab.h>

#include "../bench/stats.h"

/* The interval of @values, each as a multiple of @unit and above @base. */
static struct kmst_stats stats_of(struct kunit *test, const unsigned int *values,
				  unsigned int nr, u64 base, u64 unit)
{
	u64 *scaled = kunit_kcalloc(test, nr, sizeof(*scaled), GFP_KERNEL);
	struct kmst_stats stats;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, scaled);
	for (i = 0; i < nr; i++)
		scaled[i] = base + values[i] * unit;
	kmst_stats_of(scaled, nr, &stats);
	return stats;
}

static void expect_near(struct kunit *test, u64 value, u64 wanted)
{
	KUNIT_EXPECT_LE_MSG(test, abs_diff(value, wanted), div_u64(wanted, 1000) + 1,
			    "%llu, not %llu", value, wanted);
}

/*
 * 2 4 4 4 5 5 7 9: mean 5, squares 32, deviation sqrt(32 / 7) = 2.13809, of the mean
 * 0.755929, with 7 degrees 2.365: 1.78777.
 */
static void known_values(struct kunit *test)
{
	static const unsigned int values[] = { 2, 4, 4, 4, 5, 5, 7, 9 };
	struct kmst_stats stats;
	unsigned int bits;
	u64 unit;

	for (bits = 10; bits < 44; bits++) {
		unit = BIT_ULL(bits);
		stats = stats_of(test, values, ARRAY_SIZE(values), 0, unit);
		KUNIT_EXPECT_EQ(test, stats.nr, 8U);
		KUNIT_EXPECT_EQ(test, stats.mean, 5 * unit);
		expect_near(test, stats.ci95, div_u64(unit * 178777, 100000));
	}
	/* where they are does not matter */
	unit = 1000;
	stats = stats_of(test, values, ARRAY_SIZE(values), BIT_ULL(47), unit);
	KUNIT_EXPECT_EQ(test, stats.mean, BIT_ULL(47) + 5 * unit);
	expect_near(test, stats.ci95, 1788);
}

static void two_values(struct kunit *test)
{
	static const unsigned int values[] = { 10, 20 };
	struct kmst_stats stats = stats_of(test, values, 2, 0, 1000);

	/* half of their distance, times 12.706 */
	KUNIT_EXPECT_EQ(test, stats.mean, 15000ULL);
	expect_near(test, stats.ci95, 63530);
}

static void nothing_is_known_of_less(struct kunit *test)
{
	static const unsigned int values[] = { 10, 10, 10 };
	struct kmst_stats stats;

	stats = stats_of(test, values, 0, 0, 1);
	KUNIT_EXPECT_EQ(test, stats.mean, 0ULL);
	KUNIT_EXPECT_EQ(test, stats.ci95, 0ULL);
	stats = stats_of(test, values, 1, 0, 1);
	KUNIT_EXPECT_EQ(test, stats.mean, 10ULL);
	KUNIT_EXPECT_EQ(test, stats.ci95, 0ULL);
	stats = stats_of(test, values, 3, 0, 1);
	KUNIT_EXPECT_EQ(test, stats.mean, 10ULL);
	KUNIT_EXPECT_EQ(test, stats.ci95, 0ULL);
}

/* As many values as there may be, as far apart as they may be: nothing overflows. */
static void the_largest_values(struct kunit *test)
{
	u64 *values = kunit_kcalloc(test, KMST_STATS_MAX_VALUES, sizeof(*values), GFP_KERNEL);
	struct kmst_stats stats;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, values);
	for (i = 0; i < KMST_STATS_MAX_VALUES; i++)
		values[i] = i & 1 ? KMST_STATS_MAX_VALUE : 0;
	kmst_stats_of(values, KMST_STATS_MAX_VALUES, &stats);
	expect_near(test, stats.mean, BIT_ULL(47));
	/* 2^47 / sqrt(9999) * 1.980 */
	expect_near(test, stats.ci95, BIT_ULL(47) / 100 * 198 / 100);
}

/* More rounds that say the same make the interval smaller; one that differs, larger. */
static void an_outlier_is_seen(struct kunit *test)
{
	static const unsigned int calm[] = { 10, 11, 10, 11, 10, 11, 10, 11 };
	static const unsigned int upset[] = { 10, 11, 10, 11, 10, 11, 10, 90 };
	u64 few = stats_of(test, calm, 4, 0, 1000).ci95;
	u64 more = stats_of(test, calm, 8, 0, 1000).ci95;
	u64 worse = stats_of(test, upset, 8, 0, 1000).ci95;

	KUNIT_EXPECT_LT(test, more, few);
	KUNIT_EXPECT_GT(test, worse, 10 * more);
}

static void the_factor_falls(struct kunit *test)
{
	unsigned int i;

	KUNIT_EXPECT_EQ(test, kmst_student_t(1), 12706U);
	KUNIT_EXPECT_EQ(test, kmst_student_t(30), 2042U);
	for (i = 2; i < 200; i++)
		KUNIT_ASSERT_LE(test, kmst_student_t(i), kmst_student_t(i - 1));
	KUNIT_EXPECT_GE(test, kmst_student_t(10000), 1960U);
}

static struct kunit_case stats_cases[] = {
	KUNIT_CASE(known_values),
	KUNIT_CASE(two_values),
	KUNIT_CASE(nothing_is_known_of_less),
	KUNIT_CASE(the_largest_values),
	KUNIT_CASE(an_outlier_is_seen),
	KUNIT_CASE(the_factor_falls),
	{}
};

static struct kunit_suite stats_suite = {
	.name		= "kmem_studio_stats",
	.test_cases	= stats_cases,
};

kunit_test_suite(stats_suite);
