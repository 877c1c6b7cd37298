/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 2: what a bench has measured.
 */
#ifndef KMEM_STUDIO_BENCH_BENCH_RESULTS_H
#define KMEM_STUDIO_BENCH_BENCH_RESULTS_H

#include <linux/kref.h>
#include <linux/types.h>

#include "counters.h"
#include "histogram.h"
#include "stats.h"

/**
 * enum kmst_phase - what is measured apart
 * @KMST_ALLOC:     to allocate
 * @KMST_FREE:      to free
 * @KMST_TOUCH:     to write a word of each page
 * @KMST_NR_PHASES: how many there are
 */
enum kmst_phase {
	KMST_ALLOC,
	KMST_FREE,
	KMST_TOUCH,
	KMST_NR_PHASES,
};

/**
 * struct kmst_counted_events - what the CPU's counters have seen
 * @values: events, one for each enum kmst_counter
 * @known:  a bit for each of @values that is right
 * @ops:    operations that they were counted over
 */
struct kmst_counted_events {
	u64		values[KMST_NR_COUNTERS];
	unsigned long	known;
	u64		ops;
};

/**
 * struct kmst_cpu_results - what one CPU has measured
 * @cpu:    its number
 * @phases: picoseconds of operations
 */
struct kmst_cpu_results {
	unsigned int		cpu;
	struct kmst_histogram	phases[KMST_NR_PHASES];
};

/* Rounds that are told one by one; there may be ten times as many, in each of many benches. */
#define KMST_ROUNDS_TOLD	1000U

/**
 * struct kmst_round - one measured round, on all CPUs
 * @ops:       allocations
 * @ps:        picoseconds of one, and of a free, on average
 * @khz:       frequency before it and after it, the lowest of the CPUs, 0 if not known
 * @throttled: a CPU was not allowed the highest frequency that it has
 */
struct kmst_round {
	u64		ops;
	u64		ps[2];
	unsigned int	khz[2];
	bool		throttled;
};

/**
 * struct kmst_bench_results - what a run has measured
 * @ref:        users; once the run is over it does not change, and is read without a lock
 * @ops:        allocations of all measured rounds
 * @failures:   rounds that ended early, for want of memory, on one CPU
 * @failed_order: order of the allocations that failed, if there are @failures
 * @fallbacks:  allocations that came from where the allocator turns to in the second place
 * @rounds:     measured rounds
 * @batch:      operations that were timed together
 * @resolution: of the clock, in picoseconds
 * @cost:       picoseconds that a measurement itself takes, which were subtracted
 * @freq_min:   lowest frequency of the CPUs before or after a round in kHz, 0 if not known
 * @freq_max:   the highest one
 * @nr_told:    rounds in @told
 * @told:       the first of all rounds, KMST_ROUNDS_TOLD at most
 * @stats:      picoseconds of an operation, over the rounds
 * @all:        of all CPUs
 * @events:     what was counted; of what allocates and frees in turn, both are counted as
 *              one, in that of KMST_ALLOC
 * @paired:     they were
 * @nr_cpus:    CPUs in @cpus
 * @cpus:       each CPU
 */
struct kmst_bench_results {
	struct kref			ref;
	u64				ops;
	u64				failures;
	unsigned int			failed_order;
	u64				fallbacks;
	unsigned int			rounds;
	unsigned int			batch;
	u64				resolution;
	u64				cost;
	unsigned int			freq_min;
	unsigned int			freq_max;
	unsigned int			nr_told;
	struct kmst_round		*told;
	struct kmst_stats		stats[KMST_NR_PHASES];
	struct kmst_histogram		all[KMST_NR_PHASES];
	struct kmst_counted_events	events[KMST_NR_PHASES];
	bool				paired;
	unsigned int			nr_cpus;
	struct kmst_cpu_results		cpus[];
};

struct kmst_bench_results *kmst_bench_results_new(unsigned int nr_cpus, unsigned int rounds);
void kmst_bench_results_put(struct kmst_bench_results *results);
void kmst_bench_results_note_khz(struct kmst_bench_results *results, unsigned int round,
				 bool after, unsigned int khz, bool throttled);
void kmst_bench_results_sum(struct kmst_bench_results *results);
u64 kmst_bench_results_meaningful(const struct kmst_bench_results *results);

#endif /* KMEM_STUDIO_BENCH_BENCH_RESULTS_H */
