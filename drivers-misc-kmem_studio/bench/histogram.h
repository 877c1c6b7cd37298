/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 0: how often which value was seen, in buckets that grow with the value.
 */
#ifndef KMEM_STUDIO_BENCH_HISTOGRAM_H
#define KMEM_STUDIO_BENCH_HISTOGRAM_H

#include <linux/bits.h>
#include <linux/types.h>

/* Buckets of each power of two, as a shift: 32, each of a 32nd of the value. */
#define KMST_HISTOGRAM_SHIFT	5

/* Values from 2^48 on, which are minutes in picoseconds, share the last bucket. */
#define KMST_HISTOGRAM_BITS	48

#define KMST_HISTOGRAM_BUCKETS \
	((KMST_HISTOGRAM_BITS - KMST_HISTOGRAM_SHIFT + 1) << KMST_HISTOGRAM_SHIFT)

/* Percentiles are given as so many of a hundred thousand. */
#define KMST_PERCENT		1000U

/**
 * struct kmst_histogram - how often which value was seen
 * @count:   values, each with its weight
 * @sum:     of all values
 * @min:     the smallest one, U64_MAX for none
 * @max:     the largest one
 * @buckets: values in each bucket
 */
struct kmst_histogram {
	u64	count;
	u64	sum;
	u64	min;
	u64	max;
	u64	buckets[KMST_HISTOGRAM_BUCKETS];
};

void kmst_histogram_init(struct kmst_histogram *histogram);
void kmst_histogram_add(struct kmst_histogram *histogram, u64 value, unsigned int weight);
void kmst_histogram_merge(struct kmst_histogram *into, const struct kmst_histogram *from);
u64 kmst_histogram_percentile(const struct kmst_histogram *histogram, unsigned int part);
u64 kmst_histogram_low(unsigned int bucket);

#endif /* KMEM_STUDIO_BENCH_HISTOGRAM_H */
