// SPDX-License-Identifier: GPL-2.0
/*
 * What a bench has measured: a table for each CPU, and their sum.
 */
#include <linux/container_of.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../table.h"
#include "clock.h"
#include "bench_results.h"

/**
 * kmst_bench_results_new() - Get room for the results of a run.
 * @nr_cpus: CPUs that take part
 * @rounds:  measured rounds that there are to be
 *
 * Context: process context, may sleep.
 * Return: empty results with one reference, or NULL.
 */
struct kmst_bench_results *kmst_bench_results_new(unsigned int nr_cpus, unsigned int rounds)
{
	struct kmst_bench_results *results;
	unsigned int i, phase;
	size_t bytes, told;

	bytes = struct_size(results, cpus, nr_cpus);
	results = bytes <= kmst_table_max() ? kmst_grow_table(NULL, bytes) : NULL;
	if (!results)
		return NULL;
	memset(results, 0, bytes);
	kref_init(&results->ref);
	results->nr_cpus = nr_cpus;
	results->nr_told = min(rounds, KMST_ROUNDS_TOLD);
	told = results->nr_told * sizeof(*results->told);
	results->told = kmst_grow_table(NULL, told);
	if (!results->told) {
		kvfree(results);
		return NULL;
	}
	memset(results->told, 0, told);
	for (phase = 0; phase < KMST_NR_PHASES; phase++) {
		kmst_histogram_init(&results->all[phase]);
		for (i = 0; i < nr_cpus; i++)
			kmst_histogram_init(&results->cpus[i].phases[phase]);
	}
	return results;
}

static void results_release(struct kref *ref)
{
	struct kmst_bench_results *results = container_of(ref, struct kmst_bench_results, ref);

	kvfree(results->told);
	kvfree(results);
}

/**
 * kmst_bench_results_put() - Drop a reference; the last one frees the results.
 * @results: the results, or NULL
 *
 * Context: process context, may sleep.
 */
void kmst_bench_results_put(struct kmst_bench_results *results)
{
	if (results)
		kref_put(&results->ref, results_release);
}

/**
 * kmst_bench_results_note_khz() - Tell how fast a CPU was at one end of a round.
 * @results:   get it; rounds that they have no place for count for the run alone
 * @round:     the round, from 0 on
 * @after:     at its end, else before it
 * @khz:       the CPU's frequency, 0 if it is not known
 * @throttled: it was not allowed the highest that it has
 *
 * Context: any, does not sleep. The caller keeps others from it.
 */
void kmst_bench_results_note_khz(struct kmst_bench_results *results, unsigned int round,
				 bool after, unsigned int khz, bool throttled)
{
	struct kmst_round *told;

	if (!khz)
		return;
	results->freq_max = max(results->freq_max, khz);
	results->freq_min = min_not_zero(results->freq_min, khz);
	if (round >= results->nr_told)
		return;
	told = &results->told[round];
	told->khz[after] = min_not_zero(told->khz[after], khz);
	told->throttled |= throttled;
}

/**
 * kmst_bench_results_sum() - Add the CPUs up.
 * @results: the results, whose sums are empty
 *
 * Context: any.
 */
void kmst_bench_results_sum(struct kmst_bench_results *results)
{
	unsigned int i, phase;

	for (phase = 0; phase < KMST_NR_PHASES; phase++) {
		for (i = 0; i < results->nr_cpus; i++)
			kmst_histogram_merge(&results->all[phase],
					     &results->cpus[i].phases[phase]);
	}
	results->ops = results->all[KMST_ALLOC].count;
}

/**
 * kmst_bench_results_meaningful() - From where on a percentile tells of the allocator.
 * @results: the results
 *
 * Less time than this was not told from less by the clock. Means are not concerned: where
 * in a tick an operation begins is a matter of chance, which many of them even out.
 *
 * Context: any, pure.
 * Return: picoseconds of one operation.
 */
u64 kmst_bench_results_meaningful(const struct kmst_bench_results *results)
{
	if (!results->batch)
		return 0;
	return div_u64(results->resolution * KMST_CLOCK_TICKS, results->batch);
}
