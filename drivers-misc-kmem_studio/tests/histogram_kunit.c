// SPDX-License-Identifier: GPL-2.0
/*
 * The histogram against the sorted values themselves, for values of every size.
 */
#include <kunit/test.h>
#include <linux/bitops.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "../bench/histogram.h"

#define NR_VALUES	5000U

/* Thousandths of a percent that are looked at. */
static const unsigned int parts[] = { 1, 50000, 90000, 99000, 99900, 99990, 100000 };

/**
 * struct raw - values as they came, beside their histogram
 * @histogram: of @values
 * @values:    all of them
 * @nr:        how many
 */
struct raw {
	struct kmst_histogram	histogram;
	u64			values[NR_VALUES];
	unsigned int		nr;
};

static int raw_init(struct kunit *test)
{
	struct raw *raw = kunit_kzalloc(test, sizeof(*raw), GFP_KERNEL);

	if (!raw)
		return -ENOMEM;
	kmst_histogram_init(&raw->histogram);
	test->priv = raw;
	return 0;
}

static void add(struct raw *raw, u64 value)
{
	kmst_histogram_add(&raw->histogram, value, 1);
	raw->values[raw->nr++] = value;
}

static int compare(const void *a, const void *b)
{
	u64 left = *(const u64 *)a, right = *(const u64 *)b;

	return left < right ? -1 : left > right;
}

/* The value of that rank, from the sorted values: no bucket has a part in it. */
static u64 exact(struct raw *raw, unsigned int part)
{
	unsigned int rank = DIV_ROUND_UP_ULL((u64)raw->nr * part, 100 * KMST_PERCENT);

	sort(raw->values, raw->nr, sizeof(raw->values[0]), compare, NULL);
	return raw->values[max(rank, 1U) - 1];
}

static bool is_close(u64 value, u64 wanted)
{
	return abs_diff(value, wanted) <= wanted / 32;
}

static void expect_all_close(struct kunit *test, struct raw *raw)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		u64 wanted = exact(raw, parts[i]);
		u64 value = kmst_histogram_percentile(&raw->histogram, parts[i]);

		KUNIT_EXPECT_TRUE_MSG(test, is_close(value, wanted), "part %u: %llu, not %llu",
				      parts[i], value, wanted);
	}
}

static void percentiles_of_random_values(struct kunit *test)
{
	struct raw *raw = test->priv;
	struct rnd_state state;
	unsigned int bits;

	prandom_seed_state(&state, 13);
	for (bits = 1; bits <= KMST_HISTOGRAM_BITS; bits++) {
		kmst_histogram_init(&raw->histogram);
		raw->nr = 0;
		while (raw->nr < 500) {
			u64 value = (u64)prandom_u32_state(&state) << 32 |
				    prandom_u32_state(&state);

			add(raw, value >> (64 - bits));
		}
		expect_all_close(test, raw);
	}
}

/* As times are: most of them near each other, a few far away. */
static void percentiles_of_a_long_tail(struct kunit *test)
{
	struct raw *raw = test->priv;
	struct rnd_state state;

	prandom_seed_state(&state, 7);
	while (raw->nr < NR_VALUES) {
		unsigned int scale = prandom_u32_state(&state) % 1000 ? 3 : 18;

		add(raw, 300 + ((prandom_u32_state(&state) & 0x3ff) << scale));
	}
	expect_all_close(test, raw);
}

static void few_values(struct kunit *test)
{
	struct raw *raw = test->priv;

	KUNIT_EXPECT_EQ(test, kmst_histogram_percentile(&raw->histogram, 50000), 0ULL);
	add(raw, 1000003);
	expect_all_close(test, raw);
	KUNIT_EXPECT_EQ(test, kmst_histogram_percentile(&raw->histogram, 1), 1000003ULL);
	add(raw, 1);
	add(raw, 0);
	expect_all_close(test, raw);
	KUNIT_EXPECT_EQ(test, raw->histogram.min, 0ULL);
	KUNIT_EXPECT_EQ(test, raw->histogram.max, 1000003ULL);
	KUNIT_EXPECT_EQ(test, raw->histogram.sum, 1000004ULL);
}

/* One of a hundred is late: that is seen from the 99th percentile on, not before. */
static void a_planted_delay_is_in_its_percentile(struct kunit *test)
{
	struct raw *raw = test->priv;
	unsigned int i;

	for (i = 0; i < 5000; i++)
		add(raw, i % 80 ? 1000 : 50000);
	KUNIT_EXPECT_TRUE(test,
			  is_close(kmst_histogram_percentile(&raw->histogram, 50000), 1000));
	KUNIT_EXPECT_TRUE(test,
			  is_close(kmst_histogram_percentile(&raw->histogram, 90000), 1000));
	KUNIT_EXPECT_TRUE(test,
			  is_close(kmst_histogram_percentile(&raw->histogram, 99000), 50000));
	KUNIT_EXPECT_TRUE(test,
			  is_close(kmst_histogram_percentile(&raw->histogram, 99900), 50000));
}

/* Buckets that forget a value, and one that is a bucket too far, are found by the above. */
static void a_wrong_histogram_is_found(struct kunit *test)
{
	struct raw *raw = test->priv;
	unsigned int i;

	for (i = 0; i < 100; i++)
		add(raw, 64 + 640 * i);
	expect_all_close(test, raw);
	for (i = KMST_HISTOGRAM_BUCKETS - 1; i >= 2; i--)
		raw->histogram.buckets[i] = raw->histogram.buckets[i - 2];
	KUNIT_EXPECT_FALSE(test, is_close(kmst_histogram_percentile(&raw->histogram, 50000),
					  exact(raw, 50000)));
}

static void buckets_follow_each_other(struct kunit *test)
{
	struct raw *raw = test->priv;
	unsigned int i;

	KUNIT_EXPECT_EQ(test, kmst_histogram_low(0), 0ULL);
	KUNIT_EXPECT_EQ(test, kmst_histogram_low(KMST_HISTOGRAM_BUCKETS),
			BIT_ULL(KMST_HISTOGRAM_BITS));
	for (i = 0; i < KMST_HISTOGRAM_BUCKETS; i++) {
		u64 low = kmst_histogram_low(i), end = kmst_histogram_low(i + 1);

		KUNIT_ASSERT_LT(test, low, end);
		/* as wide as a 32nd of what is in it, at most */
		KUNIT_ASSERT_LE(test, end - low, max(low / 32, 1));
		kmst_histogram_add(&raw->histogram, low, 1);
		kmst_histogram_add(&raw->histogram, end - 1, 1);
		KUNIT_ASSERT_EQ(test, raw->histogram.buckets[i], 2ULL);
	}
	kmst_histogram_add(&raw->histogram, U64_MAX, 1);
	KUNIT_EXPECT_EQ(test, raw->histogram.buckets[KMST_HISTOGRAM_BUCKETS - 1], 3ULL);
	KUNIT_EXPECT_EQ(test, raw->histogram.max, U64_MAX);
}

static void weights_count(struct kunit *test)
{
	struct kmst_histogram *histogram = &((struct raw *)test->priv)->histogram;

	kmst_histogram_add(histogram, 10, 3);
	kmst_histogram_add(histogram, 20, 1);
	KUNIT_EXPECT_EQ(test, histogram->count, 4ULL);
	KUNIT_EXPECT_EQ(test, histogram->sum, 50ULL);
	KUNIT_EXPECT_EQ(test, kmst_histogram_percentile(histogram, 75000), 10ULL);
	KUNIT_EXPECT_EQ(test, kmst_histogram_percentile(histogram, 75001), 20ULL);
}

static void the_sum_of_two_is_that_of_all_values(struct kunit *test)
{
	struct raw *raw = test->priv;
	struct kmst_histogram *part, *sum;
	unsigned int i;

	part = kunit_kzalloc(test, sizeof(*part), GFP_KERNEL);
	sum = kunit_kzalloc(test, sizeof(*sum), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, part);
	KUNIT_ASSERT_NOT_NULL(test, sum);
	kmst_histogram_init(part);
	kmst_histogram_init(sum);
	for (i = 0; i < 1000; i++) {
		add(raw, i * i);
		kmst_histogram_add(i % 3 ? part : sum, i * i, 1);
	}
	kmst_histogram_merge(sum, part);
	KUNIT_EXPECT_MEMEQ(test, sum, &raw->histogram, sizeof(*sum));
}

static struct kunit_case histogram_cases[] = {
	KUNIT_CASE(percentiles_of_random_values),
	KUNIT_CASE(percentiles_of_a_long_tail),
	KUNIT_CASE(few_values),
	KUNIT_CASE(a_planted_delay_is_in_its_percentile),
	KUNIT_CASE(a_wrong_histogram_is_found),
	KUNIT_CASE(buckets_follow_each_other),
	KUNIT_CASE(weights_count),
	KUNIT_CASE(the_sum_of_two_is_that_of_all_values),
	{}
};

static struct kunit_suite histogram_suite = {
	.name		= "kmem_studio_histogram",
	.init		= raw_init,
	.test_cases	= histogram_cases,
};

kunit_test_suite(histogram_suite);
