// SPDX-License-Identifier: GPL-2.0
/*
 * What a thread of a bench does: find out what measuring costs, then rounds. A round is
 *
 *	allocate, all | touch | check and arrange | free, all
 *
 * with a gate at each bar, where the threads of all CPUs wait for each other, or, for "hot",
 * all of it for one allocation after the other.
 */
#include <linux/cpufreq.h>
#include <linux/errno.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "../cancel.h"
#include "clock.h"
#include "order.h"
#include "parts.h"
#include "worker.h"

/* Operations to look at before it is known how many to time together. */
#define PILOT_OPS	64U

/* Operations that are timed together at most. */
#define MAX_BATCH	1024U

/* Empty operations of a try, samples of it at least, and tries, of which the smallest counts. */
#define NOTHING_OPS	1024U
#define NOTHING_SAMPLES	128U
#define NOTHING_TRIES	8U

static int meet(struct kmst_worker *worker)
{
	return kmst_gate_pass(&worker->run->gate);
}

/* --- the CPU's counters --- */

static unsigned long count(struct kmst_worker *worker, u64 *values)
{
	return kmst_counters_read(&worker->counters, values);
}

/* Add what was seen since @begin, of @ops operations. */
static void add_events(struct kmst_worker *worker, struct kmst_counted_events *events,
		       const u64 *begin, unsigned long known, unsigned int ops)
{
	u64 now[KMST_NR_COUNTERS];
	unsigned int i;

	known &= count(worker, now);
	events->known = events->ops ? events->known & known : known;
	events->ops += ops;
	for (i = 0; i < KMST_NR_COUNTERS; i++)
		events->values[i] += now[i] - begin[i];
}

static struct kmst_counted_events *events_of(struct kmst_worker *worker,
					     const struct kmst_one *one, enum kmst_phase phase)
{
	if (one != &worker->run->one)
		return &worker->base[phase];
	return worker->record ? &worker->events[phase] : NULL;
}

/* --- rounds --- */

static void note_failure(struct kmst_worker *worker)
{
	if (!worker->record)
		return;
	spin_lock(&worker->run->lock);
	worker->run->results->failures++;
	worker->run->results->failed_order = worker->run->one.order;
	spin_unlock(&worker->run->lock);
}

/* One after the other: what was just freed is what is got next. */
static int hot_round(struct kmst_worker *worker, const struct kmst_one *one, unsigned int nr)
{
	bool touch = worker->run->config->touch;
	/* the counters cannot tell the touching from the rest */
	struct kmst_counted_events *events = touch ? NULL : events_of(worker, one, KMST_ALLOC);
	u64 begin[KMST_NR_COUNTERS];
	unsigned long known = count(worker, begin);
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < nr; i++) {
		worker->held[0] = NULL;
		worker->first = 0;
		worker->nr_held = 0;
		err = kmst_parts_get(worker, one, 1, 1);
		if (!worker->nr_held)
			break;
		if (touch)
			err = err ?: kmst_parts_touch(worker, one, 1);
		else
			err = err ?: kmst_parts_number(worker, one);
		/* after an error what is held is freed at the end of the run */
		err = err ?: kmst_parts_check(worker, one, worker);
		err = err ?: kmst_parts_put(worker, one, worker, 1);
	}
	if (!err && i < nr)
		note_failure(worker);
	if (events && i)
		add_events(worker, events, begin, known, i);
	return err;
}

/* A part of a round, with the CPU's counters around it. */
static int count_around(struct kmst_worker *worker, const struct kmst_one *one,
			enum kmst_phase phase, struct kmst_worker *owner, unsigned int nr,
			unsigned int batch)
{
	struct kmst_counted_events *events = events_of(worker, one, phase);
	u64 begin[KMST_NR_COUNTERS];
	unsigned long known = count(worker, begin);
	unsigned int ops = 0;
	int err = 0;

	switch (phase) {
	case KMST_ALLOC:
		err = kmst_parts_get(worker, one, nr, batch);
		ops = worker->nr_held;
		break;
	case KMST_TOUCH:
		err = kmst_parts_touch(worker, one, batch);
		ops = worker->nr_held;
		break;
	default:
		ops = owner->nr_held;
		err = kmst_parts_put(worker, one, owner, batch);
		break;
	}
	if (events && ops)
		add_events(worker, events, begin, known, ops);
	return err;
}

/* Whose allocations this one frees. */
static struct kmst_worker *owner_of(struct kmst_worker *worker)
{
	struct kmst_running *run = worker->run;

	if (!run->config->order->crosses)
		return worker;
	return &run->workers[(worker->index + run->nr - 1) % run->nr];
}

static int hold_round(struct kmst_worker *worker, unsigned int nr, u64 seed)
{
	struct kmst_worker *owner = owner_of(worker);
	struct kmst_running *run = worker->run;
	const struct kmst_one *one = &run->one;
	int err;

	memset(worker->held, 0, nr * sizeof(*worker->held));
	worker->first = 0;
	worker->nr_held = 0;
	err = meet(worker) ?: count_around(worker, one, KMST_ALLOC, worker, nr, run->batch);
	if (!err && worker->nr_held < nr)
		note_failure(worker);
	err = err ?: meet(worker);
	if (!err && run->config->touch)
		err = count_around(worker, one, KMST_TOUCH, worker, nr, run->batch);
	else if (!err)
		err = kmst_parts_number(worker, one);
	err = err ?: meet(worker);
	err = err ?: kmst_parts_check(worker, one, owner);
	if (err)
		return err;
	kmst_order_arrange(run->config->order, owner->held, owner->nr_held, seed);
	err = meet(worker);
	err = err ?: count_around(worker, one, KMST_FREE, owner, nr, run->batch);
	return err ?: meet(worker);
}

/* Who may not go as fast as it can is too hot, or was told so by its administrator. */
static bool is_throttled(unsigned int cpu)
{
	return cpufreq_quick_get_max(cpu) < cpufreq_get_hw_max_freq(cpu);
}

static void note_frequency(struct kmst_worker *worker, unsigned int round, bool after)
{
	struct kmst_bench_results *results = worker->run->results;
	unsigned int khz = cpufreq_quick_get(worker->cpu);
	bool throttled = is_throttled(worker->cpu);

	spin_lock(&worker->run->lock);
	kmst_bench_results_note_khz(results, round, after, khz, throttled);
	spin_unlock(&worker->run->lock);
}

/* Add this CPU's part of a round to that of all, without what measuring costs. */
static void add_round(struct kmst_worker *worker, unsigned int round)
{
	struct kmst_running *run = worker->run;
	unsigned int phase;
	u64 cost;

	spin_lock(&run->lock);
	for (phase = 0; phase < KMST_NR_PHASES; phase++) {
		const struct kmst_sum *sum = &worker->sums[phase], *own = &worker->cost[phase];
		struct kmst_sum *all = &run->sums[phase][round];

		cost = own->samples ? div64_u64(own->ps, own->samples) * sum->samples : 0;
		all->ps += sum->ps - min(sum->ps, cost);
		all->ops += sum->ops;
	}
	spin_unlock(&run->lock);
}

static void clear_sums(struct kmst_worker *worker)
{
	memset(worker->sums, 0, sizeof(worker->sums));
}

static int rounds(struct kmst_worker *worker)
{
	const struct kmst_bench_config *config = worker->run->config;
	unsigned int round;
	int err = 0;

	for (round = 0; !err && round < config->warmup + config->rounds; round++) {
		worker->record = round >= config->warmup;
		clear_sums(worker);
		/* all of them begin together */
		if (worker->record && !worker->index)
			worker->run->begun = round - config->warmup + 1;
		if (worker->record)
			note_frequency(worker, round - config->warmup, false);
		if (config->order->hot)
			err = meet(worker) ?: hot_round(worker, &worker->run->one, config->held);
		else
			err = hold_round(worker, config->held, config->seed + round);
		if (worker->record)
			note_frequency(worker, round - config->warmup, true);
		if (!err && worker->record)
			add_round(worker, round - config->warmup);
	}
	worker->record = false;
	return err;
}

/* --- before the rounds --- */

static u64 ps_per_op(const struct kmst_sum *sum)
{
	return sum->ops ? div64_u64(sum->ps, sum->ops) : 0;
}

/* As many operations as take long enough for the clock, as far as a few of them tell. */
static void choose_batch(struct kmst_running *run, struct kmst_worker *worker)
{
	u64 needed = run->results->resolution * KMST_CLOCK_TICKS;
	u64 each = min(ps_per_op(&worker->sums[KMST_ALLOC]), ps_per_op(&worker->sums[KMST_FREE]));

	while (run->batch < MAX_BATCH && 2 * run->batch <= run->config->held &&
	       each * run->batch < needed)
		run->batch *= 2;
}

/* The first ones find nothing in a cache: the second time tells. */
static int pilot(struct kmst_worker *worker)
{
	unsigned int nr = min(worker->run->config->held, PILOT_OPS);
	struct kmst_running *run = worker->run;
	int i, err = 0;

	for (i = 0; !err && i < 2; i++) {
		clear_sums(worker);
		memset(worker->held, 0, nr * sizeof(*worker->held));
		worker->first = 0;
		worker->nr_held = 0;
		err = kmst_parts_get(worker, &run->one, nr, 1) ?:
		      kmst_parts_put(worker, &run->one, worker, 1);
	}
	if (!err)
		choose_batch(run, worker);
	return err;
}

/* The same as a round, for nothing. */
static int nothing_round(struct kmst_worker *worker, unsigned int nr)
{
	const struct kmst_one *nothing = &worker->nothing;
	unsigned int batch = worker->run->batch;
	int err;

	worker->first = 0;
	worker->nr_held = 0;
	if (worker->run->config->order->hot)
		return hot_round(worker, nothing, nr);
	err = count_around(worker, nothing, KMST_ALLOC, worker, nr, batch);
	return err ?: count_around(worker, nothing, KMST_FREE, worker, nr, batch);
}

static bool is_less(const struct kmst_sum *sum, const struct kmst_sum *than)
{
	return !than->samples ||
	       div64_u64(sum->ps, sum->samples) < div64_u64(than->ps, than->samples);
}

/* Of tries with as many operations each, the smallest is the one without interruptions. */
static void keep_least(struct kmst_counted_events *least,
		       const struct kmst_counted_events *events, bool first)
{
	unsigned int i;

	if (first) {
		*least = *events;
		return;
	}
	least->known &= events->known;
	for (i = 0; i < KMST_NR_COUNTERS; i++)
		least->values[i] = min(least->values[i], events->values[i]);
}

/*
 * What the counters see of it: all that is done around an allocation in a measured round, the
 * entry in the histogram included.
 */
static int count_nothing(struct kmst_worker *worker, unsigned int nr)
{
	struct kmst_counted_events least[KMST_NR_PHASES];
	unsigned int try, phase;
	int err = 0;

	worker->record = true;
	for (try = 0; !err && try < NOTHING_TRIES; try++) {
		memset(worker->base, 0, sizeof(worker->base));
		clear_sums(worker);
		while (!err && worker->sums[KMST_ALLOC].samples < NOTHING_SAMPLES)
			err = nothing_round(worker, nr);
		for (phase = 0; phase < KMST_NR_PHASES; phase++)
			keep_least(&least[phase], &worker->base[phase], !try);
	}
	worker->record = false;
	memcpy(worker->base, least, sizeof(worker->base));
	worker->base[KMST_TOUCH] = worker->base[KMST_FREE];
	for (phase = 0; phase < KMST_NR_PHASES; phase++)
		kmst_histogram_init(&worker->results->phases[phase]);
	return err;
}

/*
 * The smallest of a few means: a mean evens out where in a tick each sample began, and the
 * smallest is the one without interruptions.
 */
static int measure_nothing(struct kmst_worker *worker)
{
	unsigned int nr = min(worker->run->config->held, NOTHING_OPS);
	struct kmst_sum best[KMST_NR_PHASES] = {};
	unsigned int try, phase;
	int err = 0;

	for (try = 0; !err && try < NOTHING_TRIES; try++) {
		clear_sums(worker);
		while (!err && worker->sums[KMST_ALLOC].samples < NOTHING_SAMPLES)
			err = nothing_round(worker, nr);
		if (err)
			break;
		/* to touch nothing is to read the clock, as it is to free nothing */
		worker->sums[KMST_TOUCH] = worker->sums[KMST_FREE];
		for (phase = 0; phase < KMST_NR_PHASES; phase++) {
			if (is_less(&worker->sums[phase], &best[phase]))
				best[phase] = worker->sums[phase];
		}
	}
	memcpy(worker->cost, best, sizeof(worker->cost));
	err = err ?: count_nothing(worker, nr);
	worker->first = 0;
	worker->nr_held = 0;
	return err;
}

static int prepare(struct kmst_worker *worker)
{
	int err;

	err = meet(worker);
	if (!err && !worker->index && !worker->run->config->order->hot)
		err = pilot(worker);
	err = err ?: meet(worker);
	return err ?: measure_nothing(worker);
}

/**
 * kmst_worker_run() - Do what a bench is for.
 * @data: a struct kmst_worker
 *
 * Context: the thread of it, bound to its CPU.
 * Return: 0; an error is the run's.
 */
int kmst_worker_run(void *data)
{
	struct kmst_worker *worker = data;
	struct kmst_running *run = worker->run;
	int err;

	kmst_counters_open(&worker->counters);
	err = prepare(worker) ?: rounds(worker);
	kmst_counters_close(&worker->counters);
	if (err)
		kmst_run_fail(run, err);
	if (atomic_dec_and_test(&run->alive))
		wake_up_all(&run->done);
	return 0;
}

/**
 * kmst_worker_release() - Free what a thread has left.
 * @worker: what belonged to it; no thread of its run is alive
 *
 * Context: process context, may sleep.
 */
void kmst_worker_release(struct kmst_worker *worker)
{
	const struct kmst_one *one = &worker->run->one;
	unsigned int i;

	for (i = worker->first; i < worker->nr_held; i++) {
		if (worker->held[i])
			one->ops->put(one, worker->held + i, 1);
		if (!((i + 1) % KMST_PAGES_PER_POINT))
			kmst_cancel_point(NULL);
	}
	worker->first = 0;
	worker->nr_held = 0;
}
