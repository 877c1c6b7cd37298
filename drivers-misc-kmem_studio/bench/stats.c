// SPDX-License-Identifier: GPL-2.0
/*
 * Student's interval in integers. Deviations are scaled before they are squared, so that
 * neither large ones overflow nor small ones vanish.
 */
#include <linux/array_size.h>
#include <linux/bitops.h>
#include <linux/math.h>
#include <linux/math64.h>
#include <linux/minmax.h>

#include "stats.h"

/* Bits of the largest deviation: the sum of KMST_STATS_MAX_VALUES squares fits 64. */
#define DEVIATION_BITS	25

/* What kmst_student_t() counts in. */
#define T_UNIT		1000U

/**
 * kmst_student_t() - The factor of a 95 % interval, for so many degrees of freedom.
 * @degrees: values less one, at least 1
 *
 * Between the degrees of the table the factor of the lower one is taken, which is a little
 * too large: the interval promises no more than it holds.
 *
 * Context: any, pure.
 * Return: thousandths.
 */
unsigned int kmst_student_t(unsigned int degrees)
{
	static const unsigned short up_to_30[] = {
		12706, 4303, 3182, 2776, 2571, 2447, 2365, 2306, 2262, 2228,
		2201, 2179, 2160, 2145, 2131, 2120, 2110, 2101, 2093, 2086,
		2080, 2074, 2069, 2064, 2060, 2056, 2052, 2048, 2045, 2042,
	};

	if (degrees <= ARRAY_SIZE(up_to_30))
		return up_to_30[degrees - 1];
	if (degrees < 40)
		return up_to_30[ARRAY_SIZE(up_to_30) - 1];
	if (degrees < 60)
		return 2021;
	return degrees < 120 ? 2000 : 1980;
}

static u64 scaled(u64 deviation, int shift)
{
	return shift < 0 ? deviation << -shift : deviation >> shift;
}

/**
 * kmst_stats_of() - Work out the mean and its interval.
 * @values: the values, each at most KMST_STATS_MAX_VALUE
 * @nr:     how many, at most KMST_STATS_MAX_VALUES
 * @stats:  gets the answer, zeros for no values
 *
 * Context: any, pure.
 */
void kmst_stats_of(const u64 *values, unsigned int nr, struct kmst_stats *stats)
{
	u64 sum = 0, most = 0, squares = 0;
	unsigned int i;
	int shift;

	*stats = (struct kmst_stats){ .nr = nr };
	if (!nr)
		return;
	for (i = 0; i < nr; i++)
		sum += values[i];
	stats->mean = div_u64(sum + nr / 2, nr);
	for (i = 0; i < nr; i++)
		most = max(most, abs_diff(values[i], stats->mean));
	if (nr < 2 || !most)
		return;

	shift = fls64(most) - DEVIATION_BITS;
	for (i = 0; i < nr; i++) {
		u64 deviation = scaled(abs_diff(values[i], stats->mean), shift);

		squares += deviation * deviation;
	}
	/* t * sqrt(squares / (nr - 1) / nr) */
	stats->ci95 = int_sqrt64(div_u64(div_u64(squares, nr - 1), nr));
	stats->ci95 = div_u64(stats->ci95 * kmst_student_t(nr - 1), T_UNIT);
	stats->ci95 = scaled(stats->ci95, -shift);
}
