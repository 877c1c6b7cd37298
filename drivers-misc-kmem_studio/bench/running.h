/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 2: the thread of a bench that is bound to one CPU.
 */
#ifndef KMEM_STUDIO_BENCH_RUNNING_H
#define KMEM_STUDIO_BENCH_RUNNING_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/cpumask.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "../zones.h"
#include "gate.h"
#include "one.h"
#include "bench_results.h"

struct kmst_allocator;
struct kmst_cancel;
struct kmst_order;
struct task_struct;

/**
 * struct kmst_bench_config - what a bench is told to do
 * @allocator:   where the memory is to come from
 * @order:       in which order it is freed
 * @bytes:       size of one allocation
 * @seed:        what a random order derives from
 * @gfp:         flags, without those that the allocator adds
 * @nid:         NUMA node, or NUMA_NO_NODE
 * @held:        allocations that each CPU holds at once, or makes in turn
 * @rounds:      measured rounds
 * @warmup:      rounds before them
 * @touch:       write a word of each page, too
 * @max_percent: largest share of each kind of memory that all arenas, benches and pressures
 *               together may take
 * @cpus:        the CPUs that do this at the same time
 */
struct kmst_bench_config {
	const struct kmst_allocator	*allocator;
	const struct kmst_order		*order;
	u64				bytes;
	u64				seed;
	gfp_t				gfp;
	int				nid;
	unsigned int			held;
	unsigned int			rounds;
	unsigned int			warmup;
	bool				touch;
	unsigned int			max_percent;
	struct cpumask			cpus;
};

/**
 * struct kmst_sum - times that were taken, as they are
 * @ps:      picoseconds
 * @samples: measurements
 * @ops:     operations in them
 */
struct kmst_sum {
	u64	ps;
	u64	samples;
	u64	ops;
};

/**
 * struct kmst_running - a bench while it runs
 * @config:  what it goes by
 * @one:     what it allocates
 * @zones:   where the memory may come from
 * @cancel:  request to give up
 * @gate:    where its threads wait for each other
 * @workers: its threads
 * @nr:      how many
 * @alive:   how many are not done
 * @done:    who waits for @alive to be 0
 * @begun:   measured rounds that have begun
 * @batch:   operations that are timed together
 * @error:   the first that a thread met with
 * @lost:    allocations whose number was overwritten, and which are not freed
 * @lock:    protects the next two
 * @sums:    for each phase a table of all rounds, without what measuring costs
 * @results: what was measured
 */
struct kmst_running {
	const struct kmst_bench_config	*config;
	struct kmst_one			one;
	struct kmst_zone_use		zones;
	struct kmst_cancel		*cancel;
	struct kmst_gate		gate;
	struct kmst_worker		*workers;
	unsigned int			nr;
	atomic_t			alive;
	wait_queue_head_t		done;
	unsigned int			begun;
	unsigned int			batch;
	int				error;
	atomic_t			lost;
	spinlock_t			lock;	/* see above */
	struct kmst_sum			*sums[KMST_NR_PHASES];
	struct kmst_bench_results	*results;
};

/**
 * struct kmst_worker - one thread of a bench, which shares no line of a cache with the others
 * @run:     what it belongs to
 * @nothing: what it allocates to see what measuring costs
 * @task:    the thread
 * @index:   its number in the bench
 * @cpu:     the CPU that it is bound to
 * @held:    what it allocated; what is freed, or lost, is NULL or before @first
 * @nr_held: how many
 * @first:   the first one that is not freed
 * @since:   pages that were taken since it was seen how many are left
 * @record:  this round is measured
 * @fallbacks: allocations of such rounds that were not from where they were to be from
 * @cost:    what measuring costs in each phase
 * @sums:    of this round
 * @events:  what the CPU's counters have seen in measured rounds
 * @base:    what they see of measuring itself
 * @counters: those counters
 * @results: histograms of measured rounds
 */
struct kmst_worker {
	struct kmst_running		*run;
	struct kmst_one			nothing;
	struct task_struct		*task;
	unsigned int			index;
	unsigned int			cpu;
	void				**held;
	unsigned int			nr_held;
	unsigned int			first;
	unsigned long			since;
	bool				record;
	u64				fallbacks;
	struct kmst_sum			cost[KMST_NR_PHASES];
	struct kmst_sum			sums[KMST_NR_PHASES];
	struct kmst_counted_events	events[KMST_NR_PHASES];
	struct kmst_counted_events	base[KMST_NR_PHASES];
	struct kmst_counters		counters;
	struct kmst_cpu_results		*results;
} ____cacheline_aligned_in_smp;

#endif /* KMEM_STUDIO_BENCH_RUNNING_H */
