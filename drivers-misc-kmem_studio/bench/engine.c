// SPDX-License-Identifier: GPL-2.0
/*
 * A run: see whether it may be, enter what it holds in the ledger, make the threads, have
 * them begin, wait for all of them, give everything back, and work out what was measured.
 */
#include <linux/array_size.h>
#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/cache.h>
#include <linux/cpu.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/limits.h>
#include <linux/math.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/numa.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/topology.h>

#include "../allocator.h"
#include "../cancel.h"
#include "../giveway.h"
#include "../reserve.h"
#include "../table.h"
#include "clock.h"
#include "engine.h"
#include "order.h"
#include "parts.h"
#include "worker.h"

/* What a CPU writes to all the time is in no line of a cache with that of another one. */
#define HELD_AT_A_TIME	((unsigned int)(SMP_CACHE_BYTES / sizeof(void *)))

/* Time between two looks at whether the run is still wanted. */
#define LOOK_JIFFIES	(HZ / 5 ?: 1)

/**
 * struct bench - a run, with what the ledger and the OOM killer know of it
 * @run:     the run
 * @demand:  what it asks for
 * @counted: its allocator, which takes as many pages as all of it holds
 * @reservation: what it counts for
 * @holder:  to give way
 * @end:     how it ended
 * @pages:   that it may hold
 * @given:   nothing is held any more
 */
struct bench {
	struct kmst_running	run;
	struct kmst_demand	demand;
	struct kmst_allocator	counted;
	struct kmst_reservation	reservation;
	struct kmst_holder	holder;
	struct kmst_bench_end	*end;
	unsigned long		pages;
	bool			given;
};

static int refuse(struct bench *bench, enum kmst_bench_why why, u64 number, int err)
{
	bench->end->why = why;
	bench->end->number = number;
	return err;
}

/* --- what it may hold --- */

/* What a CPU holds at once. */
static unsigned int at_once(const struct kmst_bench_config *config)
{
	return config->order->hot ? 1 : config->held;
}

static unsigned long pages_of_plan(const struct kmst_plan *plan)
{
	return plan->nr_pages + kmst_table_pages(plan->nr_structs);
}

static int check_cpus(struct bench *bench)
{
	const struct kmst_bench_config *config = bench->run.config;
	unsigned int cpu;

	for_each_cpu(cpu, &config->cpus) {
		if (!cpu_online(cpu))
			return refuse(bench, KMST_WHY_OFFLINE, cpu, -ENXIO);
	}
	if (config->order->crosses && bench->run.nr < 2)
		return refuse(bench, KMST_WHY_ALONE, 0, -EINVAL);
	return 0;
}

/* What one allocation is refused for, as an arena is. */
static int check_one(struct bench *bench)
{
	const struct kmst_bench_config *config = bench->run.config;
	u64 most;

	if (!config->allocator->one)
		return refuse(bench, KMST_WHY_SINGLE, 0, -EOPNOTSUPP);
	most = config->allocator->one->max_bytes();
	if (config->bytes > most)
		return refuse(bench, KMST_WHY_BYTES, most, -E2BIG);
	bench->demand = (struct kmst_demand){
		.allocator	= config->allocator,
		.plan		= {
			.nr_structs	= 1,
			.bytes		= config->bytes,
			.nr_pages	= DIV_ROUND_UP_ULL(config->bytes, PAGE_SIZE),
			.order		= get_order(config->bytes),
			.page_shift	= PAGE_SHIFT,
		},
		.max_percent	= config->max_percent,
		.gfp		= config->gfp,
		.nid		= config->nid,
	};
	return kmst_limits_request(&bench->demand, &bench->end->refusal);
}

/* All that is held at once, by all CPUs: it counts as one arena's would. */
static int reserve(struct bench *bench)
{
	const struct kmst_bench_config *config = bench->run.config;
	const struct kmst_going nothing = {};
	struct kmst_running *run = &bench->run;
	unsigned long pages[KMST_NR_POOLS];
	u64 nr, all;
	int err;

	nr = (u64)at_once(config) * run->nr;
	all = kmst_one_pages(&run->one, nr);
	bench->counted = *config->allocator;
	bench->counted.nr_pages = pages_of_plan;
	bench->demand.allocator = &bench->counted;
	bench->demand.run = run->one.nr_pages;
	bench->demand.plan.nr_structs = min_t(u64, nr, UINT_MAX);
	bench->demand.plan.nr_pages = min_t(u64, all, ULONG_MAX / 2);
	bench->pages = bench->demand.plan.nr_pages;
	run->zones = kmst_limits_zones(&bench->demand);

	err = kmst_reserve_check(&bench->demand, NULL, &nothing, run->cancel,
				 &bench->end->refusal);
	if (!err)
		err = kmst_reserve(&bench->demand, &bench->reservation, run->cancel,
				   &bench->end->refusal);
	if (err)
		return err;
	/* its memory comes and goes: nobody is to wait until it is all there */
	memcpy(pages, bench->reservation.pages, sizeof(pages));
	kmst_reserve_settle(&bench->demand, &bench->reservation, pages, &bench->end->refusal);
	return 0;
}

/* --- its tables --- */

static void *new_table(size_t nr, size_t bytes)
{
	size_t all = array_size(nr, bytes);
	void *table = all <= kmst_table_max() ? kmst_grow_table(NULL, all) : NULL;

	if (table)
		memset(table, 0, all);
	return table;
}

static void free_tables(struct kmst_running *run)
{
	unsigned int i;

	for (i = 0; run->workers && i < run->nr; i++) {
		kvfree(run->workers[i].held);
		if (run->workers[i].nothing.ops)
			kmst_one_exit(&run->workers[i].nothing);
	}
	kvfree(run->workers);
	for (i = 0; i < KMST_NR_PHASES; i++)
		kvfree(run->sums[i]);
}

static int new_worker(struct kmst_running *run, unsigned int i, unsigned int cpu)
{
	const struct kmst_one_ops *nothing = run->one.ops->page ? &kmst_one_no_page :
								  &kmst_one_nothing;
	struct kmst_worker *worker = &run->workers[i];

	worker->run = run;
	worker->index = i;
	worker->cpu = cpu;
	worker->results = &run->results->cpus[i];
	worker->results->cpu = cpu;
	worker->held = new_table(round_up(at_once(run->config), HELD_AT_A_TIME),
				 sizeof(*worker->held));
	if (!worker->held)
		return -ENOMEM;
	/* high memory is mapped for each access, where there is any */
	return kmst_one_init(&worker->nothing, nothing, sizeof(u32),
			     GFP_KERNEL | (run->one.gfp & __GFP_HIGHMEM), NUMA_NO_NODE);
}

static int new_tables(struct kmst_running *run)
{
	unsigned int i, cpu, at = 0;
	int err = 0;

	run->results = kmst_bench_results_new(run->nr, run->config->rounds);
	run->workers = new_table(run->nr, sizeof(*run->workers));
	if (!run->results || !run->workers)
		return -ENOMEM;
	for (i = 0; i < KMST_NR_PHASES; i++) {
		run->sums[i] = new_table(run->config->rounds, sizeof(*run->sums[i]));
		if (!run->sums[i])
			return -ENOMEM;
	}
	for_each_cpu(cpu, &run->config->cpus) {
		err = err ?: new_worker(run, at, cpu);
		at++;
	}
	return err;
}

/* --- its threads --- */

static int new_thread(struct kmst_worker *worker)
{
	struct task_struct *task;

	if (kmst_fail_allocation())
		return -ENOMEM;
	task = kthread_create_on_node(kmst_worker_run, worker, cpu_to_node(worker->cpu),
				      "kmst_bench/%u", worker->cpu);
	if (IS_ERR(task))
		return PTR_ERR(task);
	kthread_bind(task, worker->cpu);
	worker->task = get_task_struct(task);
	return 0;
}

static void end_threads(struct kmst_running *run)
{
	unsigned int i;

	for (i = 0; i < run->nr && run->workers[i].task; i++)
		kthread_stop_put(run->workers[i].task);
}

/* One that is made but not woken never runs. */
static int new_threads(struct kmst_running *run)
{
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < run->nr; i++)
		err = new_thread(&run->workers[i]);
	if (err)
		end_threads(run);
	return err;
}

static void run_threads(struct kmst_running *run, const struct kmst_bench_watch *watch)
{
	unsigned int i;

	atomic_set(&run->alive, run->nr);
	for (i = 0; i < run->nr; i++)
		wake_up_process(run->workers[i].task);
	while (!wait_event_idle_timeout(run->done, !atomic_read(&run->alive), LOOK_JIFFIES)) {
		if (watch->wanted && !watch->wanted(watch->data))
			kmst_run_fail(run, -EINTR);
		if (READ_ONCE(run->cancel->reasons))
			kmst_run_fail(run, -EINTR);
	}
	end_threads(run);
}

/* --- to give way --- */

/* A thread of the run that asks for memory cannot wait for its end. */
static bool is_own_thread(const struct kmst_running *run)
{
	unsigned int i;

	for (i = 0; i < run->nr; i++) {
		if (run->workers[i].task == current)
			return true;
	}
	return false;
}

static unsigned long pages_to_give(struct kmst_holder *holder)
{
	const struct bench *bench = container_of(holder, struct bench, holder);

	return READ_ONCE(bench->given) ? 0 : bench->pages;
}

/* Its threads allocate most of the time, and cannot fail there before the asker is done. */
static unsigned long give(struct kmst_holder *holder)
{
	struct bench *bench = container_of(holder, struct bench, holder);
	struct kmst_running *run = &bench->run;
	unsigned long pages = pages_to_give(holder);

	if (!pages)
		return 0;
	kmst_run_fail(run, -ENOMEM);
	set_bit(KMST_CANCEL_LOST, &run->cancel->reasons);
	return is_own_thread(run) ? 0 : pages;
}

static const struct kmst_holder_ops holder_ops = {
	.pages	= pages_to_give,
	.give	= give,
};

static void release(struct bench *bench)
{
	struct kmst_running *run = &bench->run;
	unsigned int i;

	for (i = 0; i < run->nr; i++)
		kmst_worker_release(&run->workers[i]);
	WRITE_ONCE(bench->given, true);
}

/* --- its results --- */

/* The means take the places of sums that were read. */
static void sum_rounds(struct kmst_running *run, unsigned int phase)
{
	u64 *means = (u64 *)run->sums[phase];
	unsigned int i, nr = 0;

	for (i = 0; i < run->config->rounds; i++) {
		const struct kmst_sum sum = run->sums[phase][i];

		if (sum.ops)
			means[nr++] = min(div64_u64(sum.ps, sum.ops), KMST_STATS_MAX_VALUE);
	}
	kmst_stats_of(means, nr, &run->results->stats[phase]);
}

/* Before the means take the places of the sums. */
static void tell_rounds(struct kmst_running *run)
{
	unsigned int i, phase;

	run->results->nr_told = min(run->results->nr_told, run->begun);
	for (i = 0; i < run->results->nr_told; i++) {
		struct kmst_round *told = &run->results->told[i];

		told->ops = run->sums[KMST_ALLOC][i].ops;
		for (phase = 0; phase < ARRAY_SIZE(told->ps); phase++) {
			const struct kmst_sum *sum = &run->sums[phase][i];

			told->ps[phase] = sum->ops ? div64_u64(sum->ps, sum->ops) : 0;
		}
	}
}

static void add_events(struct kmst_counted_events *all, const struct kmst_counted_events *events,
		       const struct kmst_counted_events *base)
{
	unsigned int i;
	u64 cost;

	if (!events->ops || !base->ops)
		return;
	all->known = all->ops ? all->known & events->known & base->known :
				events->known & base->known;
	all->ops += events->ops;
	for (i = 0; i < KMST_NR_COUNTERS; i++) {
		cost = mul_u64_u64_div_u64(base->values[i], events->ops, base->ops);
		all->values[i] += events->values[i] - min(events->values[i], cost);
	}
}

static void sum_results(struct kmst_running *run)
{
	struct kmst_bench_results *results = run->results;
	const struct kmst_sum *cost = &run->workers[0].cost[KMST_ALLOC];
	unsigned int i, phase;

	kmst_bench_results_sum(results);
	results->paired = run->config->order->hot;
	results->batch = run->batch;
	results->cost = cost->samples ? div64_u64(cost->ps, cost->samples) : 0;
	for (i = 0; i < run->config->rounds; i++)
		results->rounds += run->sums[KMST_ALLOC][i].ops > 0;
	tell_rounds(run);
	for (i = 0; i < run->nr; i++)
		results->fallbacks += run->workers[i].fallbacks;
	for (phase = 0; phase < KMST_NR_PHASES; phase++) {
		sum_rounds(run, phase);
		for (i = 0; i < run->nr; i++)
			add_events(&results->events[phase], &run->workers[i].events[phase],
				   &run->workers[i].base[phase]);
	}
}

/* What the log is to say of an error of the threads. */
static int end_of(struct bench *bench)
{
	struct kmst_running *run = &bench->run;
	int err = run->error;

	if (err == -EILSEQ)
		return refuse(bench, KMST_WHY_CORRUPT, atomic_read(&run->lost), err);
	if (err == -ENXIO)
		return refuse(bench, KMST_WHY_LEFT, 0, err);
	if (err == -ENOMEM)
		return refuse(bench, KMST_WHY_SHORT, 0, err);
	if (!err && !run->results->ops)
		return refuse(bench, KMST_WHY_NONE, 0, -ENOMEM);
	return err;
}

static int measure(struct bench *bench, const struct kmst_bench_watch *watch)
{
	struct kmst_running *run = &bench->run;
	int err;

	err = new_tables(run) ?: new_threads(run);
	if (err) {
		/* of rounds that never began there is nothing to tell */
		kmst_bench_results_put(run->results);
		run->results = NULL;
		return err;
	}
	run->results->resolution = kmst_clock_resolution();
	kmst_giveway_add(&bench->holder);
	run_threads(run, watch);
	release(bench);
	kmst_giveway_remove(&bench->holder);
	sum_results(run);
	return end_of(bench);
}

static int reserve_and_measure(struct bench *bench, const struct kmst_bench_watch *watch)
{
	int err;

	err = reserve(bench);
	if (err)
		return err;
	err = measure(bench, watch);
	kmst_unreserve(&bench->reservation);
	return err;
}

static int get_ready(struct bench *bench)
{
	struct kmst_running *run = &bench->run;
	const struct kmst_bench_config *config = run->config;
	int err;

	err = check_cpus(bench) ?: check_one(bench);
	if (err)
		return err;
	return kmst_one_init(&run->one, config->allocator->one, config->bytes,
			     config->gfp | config->allocator->gfp_added, config->nid);
}

/**
 * kmst_bench_run() - Run a bench.
 * @config:  what it is to do; stays as it is
 * @cancel:  request to give up
 * @watch:   who waits for it
 * @results: gets the results, for kmst_bench_results_put(); after an error those of the rounds
 *           until then, or NULL
 * @end:     gets what an error comes from
 *
 * Context: process context, sleeps as long as the run takes.
 * Return: 0, -EINVAL, -EOPNOTSUPP or -E2BIG as for an arena, -EINVAL if one CPU is too few,
 * -ENXIO if a CPU is offline, or goes, -ENOMEM if not one allocation succeeded, there is
 * not enough memory left, or it ran out, -EILSEQ if an allocation was overwritten, -EINTR
 * if @cancel or @watch ended it, -ERESTARTNOINTR if the machine is to be suspended before
 * it began.
 */
int kmst_bench_run(const struct kmst_bench_config *config, struct kmst_cancel *cancel,
		   const struct kmst_bench_watch *watch, struct kmst_bench_results **results,
		   struct kmst_bench_end *end)
{
	struct bench *bench;
	int err;

	*results = NULL;
	*end = (struct kmst_bench_end){};
	bench = kmst_fail_allocation() ? NULL : kzalloc_obj(*bench);
	if (!bench)
		return -ENOMEM;
	bench->end = end;
	kmst_giveway_holder(&bench->holder, &holder_ops);
	bench->run.config = config;
	bench->run.cancel = cancel;
	bench->run.nr = cpumask_weight(&config->cpus);
	bench->run.batch = 1;
	init_waitqueue_head(&bench->run.done);
	spin_lock_init(&bench->run.lock);
	kmst_gate_init(&bench->run.gate, bench->run.nr);

	err = get_ready(bench);
	if (err)
		goto out_free;
	err = reserve_and_measure(bench, watch);
	*results = bench->run.results;
	/* what was overwritten is not freed: the cache that it is of stays, too */
	if (!atomic_read(&bench->run.lost))
		kmst_one_exit(&bench->run.one);
	free_tables(&bench->run);
out_free:
	kfree(bench);
	return err;
}
