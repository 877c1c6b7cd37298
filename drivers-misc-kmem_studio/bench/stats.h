/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 0: the mean of rounds, and how far it may be off.
 */
#ifndef KMEM_STUDIO_BENCH_STATS_H
#define KMEM_STUDIO_BENCH_STATS_H

#include <linux/bits.h>
#include <linux/types.h>

/* Highest value, and most values, that kmst_stats_of() takes. */
#define KMST_STATS_MAX_VALUE	(BIT_ULL(48) - 1)
#define KMST_STATS_MAX_VALUES	10000U

/**
 * struct kmst_stats - what values say of the quantity behind them
 * @nr:   values
 * @mean: their mean
 * @ci95: half the width of the interval around @mean that holds the quantity with a
 *        probability of 95 %, if the values are independent of each other; 0 for less than
 *        two values, where nobody knows
 */
struct kmst_stats {
	unsigned int	nr;
	u64		mean;
	u64		ci95;
};

void kmst_stats_of(const u64 *values, unsigned int nr, struct kmst_stats *stats);
unsigned int kmst_student_t(unsigned int degrees);

#endif /* KMEM_STUDIO_BENCH_STATS_H */
