// SPDX-License-Identifier: GPL-2.0
/*
 * Log-linear buckets: small values have a bucket each, each power of two above has 32. What
 * is told of a value is wrong by a 64th of it at most, for 11 KB of memory however many
 * values there are.
 */
#include <linux/bitops.h>
#include <linux/limits.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "histogram.h"

#define PER_OCTAVE	BIT(KMST_HISTOGRAM_SHIFT)

/* What kmst_histogram_percentile() counts in. */
#define WHOLE		(100 * KMST_PERCENT)

static unsigned int bucket_of(u64 value)
{
	unsigned int octave;

	if (value < PER_OCTAVE)
		return value;
	if (value >> KMST_HISTOGRAM_BITS)
		return KMST_HISTOGRAM_BUCKETS - 1;
	octave = fls64(value) - 1 - KMST_HISTOGRAM_SHIFT;
	/* the highest bit of the value adds one octave */
	return (octave << KMST_HISTOGRAM_SHIFT) + (unsigned int)(value >> octave);
}

static unsigned int octave_of(unsigned int bucket)
{
	return bucket < PER_OCTAVE ? 0 : (bucket >> KMST_HISTOGRAM_SHIFT) - 1;
}

/**
 * kmst_histogram_low() - The smallest value of a bucket.
 * @bucket: its index; that of the last one and one more is where the last one ends
 *
 * Context: any, pure.
 * Return: the value.
 */
u64 kmst_histogram_low(unsigned int bucket)
{
	unsigned int octave = octave_of(bucket);

	return (u64)(bucket - (octave << KMST_HISTOGRAM_SHIFT)) << octave;
}

/**
 * kmst_histogram_init() - Begin with no value.
 * @histogram: the histogram
 *
 * Context: any.
 */
void kmst_histogram_init(struct kmst_histogram *histogram)
{
	memset(histogram, 0, sizeof(*histogram));
	histogram->min = U64_MAX;
}

/**
 * kmst_histogram_add() - Count a value.
 * @histogram: the histogram
 * @value:     the value
 * @weight:    how often it was seen, at least once
 *
 * Context: any. The caller owns @histogram alone.
 */
void kmst_histogram_add(struct kmst_histogram *histogram, u64 value, unsigned int weight)
{
	histogram->count += weight;
	histogram->sum += value * weight;
	histogram->min = min(histogram->min, value);
	histogram->max = max(histogram->max, value);
	histogram->buckets[bucket_of(value)] += weight;
}

/**
 * kmst_histogram_merge() - Add what another histogram has counted.
 * @into: gets it
 * @from: the other one
 *
 * Context: any. The caller owns @into alone, and @from does not change.
 */
void kmst_histogram_merge(struct kmst_histogram *into, const struct kmst_histogram *from)
{
	unsigned int i;

	into->count += from->count;
	into->sum += from->sum;
	into->min = min(into->min, from->min);
	into->max = max(into->max, from->max);
	for (i = 0; i < KMST_HISTOGRAM_BUCKETS; i++)
		into->buckets[i] += from->buckets[i];
}

/**
 * kmst_histogram_percentile() - The value that a part of all values do not exceed.
 * @histogram: the histogram
 * @part:      that part, in thousandths of a percent: 50 * KMST_PERCENT for the median, at
 *             most 100 * KMST_PERCENT
 *
 * Context: any, pure.
 * Return: the value, with an error of at most a 32nd of it; 0 if there are none.
 */
u64 kmst_histogram_percentile(const struct kmst_histogram *histogram, unsigned int part)
{
	u64 rank, seen = 0, middle;
	unsigned int i;

	if (!histogram->count)
		return 0;
	/* half of three values are two */
	rank = max(DIV_ROUND_UP_ULL(histogram->count * part, WHOLE), 1);
	if (rank >= histogram->count)
		return histogram->max;
	for (i = 0; i < KMST_HISTOGRAM_BUCKETS - 1; i++) {
		seen += histogram->buckets[i];
		if (seen >= rank)
			break;
	}
	middle = (kmst_histogram_low(i) + kmst_histogram_low(i + 1) - 1) / 2;
	return clamp(middle, histogram->min, histogram->max);
}
