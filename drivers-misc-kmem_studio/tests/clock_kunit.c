// SPDX-License-Identifier: GPL-2.0
/*
 * What the clock is worth, and the CPU's counters where there are any.
 */
#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/compiler.h>

#include "../bench/clock.h"
#include "../bench/counters.h"

/* Clocks that tick as no real one does. */
static unsigned int fake_time;

/* One nanosecond at each read, seen in steps of 52, as 19.2 MHz are. */
static u64 coarse_clock(void)
{
	fake_time++;
	return fake_time - fake_time % 52;
}

static u64 fine_clock(void)
{
	return fake_time += 7;
}

/* Mostly far apart, once in a while near each other. */
static u64 uneven_clock(void)
{
	fake_time++;
	return fake_time * 1000UL - (fake_time % 8 ? 0 : 981);
}

static u64 clock_that_stands(void)
{
	return 5;
}

static void steps_are_seen(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, kmst_clock_resolution_of(coarse_clock), 52000ULL);
	KUNIT_EXPECT_EQ(test, kmst_clock_resolution_of(fine_clock), 7000ULL);
	KUNIT_EXPECT_EQ(test, kmst_clock_resolution_of(uneven_clock), 19000ULL);
	KUNIT_EXPECT_EQ(test, kmst_clock_resolution_of(clock_that_stands), 0ULL);
}

static void the_clock_goes_on(struct kunit *test)
{
	u64 last = kmst_clock_read(), first = last;
	unsigned int i;

	for (i = 0; i < 100000; i++) {
		u64 now = kmst_clock_read();

		KUNIT_ASSERT_GE(test, now, last);
		last = now;
	}
	KUNIT_EXPECT_GT(test, last, first);
	KUNIT_EXPECT_GT(test, kmst_clock_resolution(), 0ULL);
}

/* A loop of so many rounds, none of which can be left out. */
static void work(unsigned int rounds)
{
	unsigned int i;

	for (i = 0; i < rounds; i++)
		barrier();
}

/* Work is counted. How many cycles it takes is a matter of time: who knows what else ran. */
static void counters_count(struct kunit *test)
{
	u64 values[4][KMST_NR_COUNTERS];
	struct kmst_counters counters;
	unsigned long known;
	unsigned int i;

	kmst_counters_open(&counters);
	known = kmst_counters_read(&counters, values[0]);
	work(1000);
	kmst_counters_read(&counters, values[1]);
	work(1000000);
	known &= kmst_counters_read(&counters, values[2]);
	kmst_counters_close(&counters);
	if (!known)
		kunit_skip(test, "no counter of the CPU can be had here");
	for (i = 0; i < KMST_NR_COUNTERS; i++) {
		if (known & BIT(i))
			KUNIT_EXPECT_GT(test, values[2][i], values[1][i]);
	}
	if (!(known & BIT(KMST_INSTRUCTIONS)))
		return;
	KUNIT_EXPECT_GT(test, values[2][KMST_INSTRUCTIONS] - values[1][KMST_INSTRUCTIONS],
			1000000ULL);
	KUNIT_EXPECT_LT(test, values[1][KMST_INSTRUCTIONS] - values[0][KMST_INSTRUCTIONS],
			1000000ULL);
}

/* What is closed counts nothing, and tells nothing. */
static void closed_counters_tell_nothing(struct kunit *test)
{
	u64 values[KMST_NR_COUNTERS] = {};
	struct kmst_counters counters;

	kmst_counters_open(&counters);
	kmst_counters_close(&counters);
	KUNIT_EXPECT_EQ(test, kmst_counters_read(&counters, values), 0UL);
	kmst_counters_close(&counters);
}

static struct kunit_case clock_cases[] = {
	KUNIT_CASE(steps_are_seen),
	KUNIT_CASE(the_clock_goes_on),
	KUNIT_CASE(counters_count),
	KUNIT_CASE(closed_counters_tell_nothing),
	{}
};

static struct kunit_suite clock_suite = {
	.name		= "kmem_studio_clock",
	.test_cases	= clock_cases,
};

kunit_test_suite(clock_suite);
