// SPDX-License-Identifier: GPL-2.0
/*
 * Figures as text, and lines of the kernel log for runs that were refused or ended early.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/printk.h>

#include "../allocator.h"
#include "../log.h"
#include "bench_text.h"

/**
 * kmst_job_state_name() - The word for a state.
 * @state: the state
 *
 * Context: any, pure.
 * Return: the word.
 */
const char *kmst_job_state_name(enum kmst_turn_state state)
{
	static const char * const names[] = {
		[KMST_TURN_IDLE]	= "idle",
		[KMST_TURN_RUNNING]	= "running",
		[KMST_TURN_DONE]		= "done",
	};

	return names[state];
}

/**
 * kmst_bench_print_thousandths() - Write a number with three places.
 * @value: thousandths of it
 * @text:  gets it, KMST_BENCH_TEXT bytes
 *
 * Context: any.
 * Return: @text.
 */
const char *kmst_bench_print_thousandths(u64 value, char *text)
{
	u32 rest;
	u64 whole = div_u64_rem(value, 1000, &rest);

	snprintf(text, KMST_BENCH_TEXT, "%llu.%03u", whole, rest);
	return text;
}

/**
 * kmst_bench_events() - What the CPU counted for each operation.
 * @results:     of a run
 * @phase:       the phase
 * @counter:     what was counted
 * @thousandths: gets thousandths of it
 *
 * Context: any.
 * Return: false if it is not known.
 */
bool kmst_bench_events(const struct kmst_bench_results *results, enum kmst_phase phase,
		       enum kmst_counter counter, u64 *thousandths)
{
	const struct kmst_counted_events *events = &results->events[phase];

	if (!events->ops || !(events->known & BIT(counter)))
		return false;
	*thousandths = mul_u64_u64_div_u64(events->values[counter], 1000, events->ops);
	return true;
}

/**
 * kmst_bench_figure() - One of the figures that are told of a phase.
 * @results:     of a run
 * @phase:       the phase
 * @figure:      which one
 * @thousandths: gets thousandths of it: of a time, picoseconds
 *
 * Context: any.
 * Return: false if it is not known.
 */
bool kmst_bench_figure(const struct kmst_bench_results *results, enum kmst_phase phase,
		       enum kmst_figure figure, u64 *thousandths)
{
	static const unsigned int parts[] = {
		[KMST_FIGURE_P50]	= 50 * KMST_PERCENT,
		[KMST_FIGURE_P90]	= 90 * KMST_PERCENT,
		[KMST_FIGURE_P99]	= 99 * KMST_PERCENT,
		[KMST_FIGURE_P999]	= 999 * KMST_PERCENT / 10,
		[KMST_FIGURE_MAX]	= 100 * KMST_PERCENT,
	};
	const struct kmst_histogram *all = &results->all[phase];
	const struct kmst_stats *stats = &results->stats[phase];

	if (!all->count)
		return false;
	switch (figure) {
	case KMST_FIGURE_MEAN:
		*thousandths = stats->mean;
		return stats->nr;
	case KMST_FIGURE_CI95:
		*thousandths = stats->ci95;
		/* one round says nothing of the next one */
		return stats->nr > 1;
	case KMST_FIGURE_MIN:
		*thousandths = all->min;
		return true;
	case KMST_FIGURE_CYCLES:
		return !results->paired &&
		       kmst_bench_events(results, phase, KMST_CYCLES, thousandths);
	case KMST_FIGURE_INSTRUCTIONS:
		return !results->paired &&
		       kmst_bench_events(results, phase, KMST_INSTRUCTIONS, thousandths);
	default:
		*thousandths = kmst_histogram_percentile(all, parts[figure]);
		return true;
	}
}

static void log_limit(const char *who, const struct kmst_bench_config *config,
		      const struct kmst_refusal *why, int err)
{
	const char *name = config->allocator->name;

	if (kmst_log_request(who, "run", config->allocator, config->nid, why))
		return;
	switch (why->limit) {
	case KMST_LIMIT_ORDER:
		pr_err("%sbytes=%llu needs a block of order %lu, allocator %s ends at order %lu: ask for fewer bytes\n",
		       who, config->bytes, why->wanted, name, why->allowed);
		return;
	case KMST_LIMIT_RUN:
		pr_err("%sbytes=%llu needs %lu pages in a row, allocator %s ends at %lu: ask for fewer bytes\n",
		       who, config->bytes, why->wanted, name, why->allowed);
		return;
	case KMST_LIMIT_SHARE:
		pr_err("%sheld=%u needs %lu pages on %u CPUs, max_percent=%u is %lu pages, of which %lu are taken: hold fewer, use fewer CPUs, or raise max_percent\n",
		       who, config->held, why->wanted, cpumask_weight(&config->cpus),
		       config->max_percent, why->allowed, why->taken);
		return;
	case KMST_LIMIT_AVAILABLE:
	case KMST_LIMIT_AREA:
		pr_err("%sheld=%u needs %lu pages on %u CPUs, %lu are available: hold fewer, use fewer CPUs, or end a program\n",
		       who, config->held, why->wanted, cpumask_weight(&config->cpus),
		       why->allowed);
		return;
	default:
		pr_err("%snot run, error %d: nothing is held, try again when more memory is free\n",
		       who, err);
	}
}

/**
 * kmst_bench_log_end() - One line for a run that was refused, or ended early.
 * @who:    what the line begins with
 * @config: what was asked for
 * @end:    how it ended
 * @err:    what the run returned
 *
 * Context: process context, may sleep.
 */
void kmst_bench_log_end(const char *who, const struct kmst_bench_config *config,
			const struct kmst_bench_end *end, int err)
{
	if (!err || err == -ERESTARTNOINTR)
		return;
	if (err == -EINTR) {
		pr_err("%sthe run was ended before it was done, as its writer was killed or the bench removed\n",
		       who);
		return;
	}
	switch (end->why) {
	case KMST_WHY_LIMIT:
		log_limit(who, config, &end->refusal, err);
		return;
	case KMST_WHY_SINGLE:
		pr_err("%sallocator=%s is not run: it makes no single allocations: use another allocator\n",
		       who, config->allocator->name);
		return;
	case KMST_WHY_BYTES:
		pr_err("%sbytes=%llu is refused: allocator %s gives %llu bytes at most\n", who,
		       config->bytes, config->allocator->name, end->number);
		return;
	case KMST_WHY_OFFLINE:
		pr_err("%snot run: CPU %llu of cpus is offline: use CPUs of /sys/devices/system/cpu/online\n",
		       who, end->number);
		return;
	case KMST_WHY_ALONE:
		pr_err("%spattern=cross is refused: one CPU frees what another one allocated: name two CPUs or more in cpus\n",
		       who);
		return;
	case KMST_WHY_LEFT:
		pr_err("%sthe run was ended: one of its CPUs went offline, what was measured until then is of no use\n",
		       who);
		return;
	case KMST_WHY_SHORT:
		pr_err("%sthe run was ended, and holds nothing: others need the memory that is left: hold fewer, or end a program\n",
		       who);
		return;
	case KMST_WHY_NONE:
		pr_err("%snot one allocation of %llu bytes (order %d) succeeded: memory is fragmented, or there is too little: ask for fewer bytes\n",
		       who, config->bytes, get_order(config->bytes));
		return;
	case KMST_WHY_CORRUPT:
		pr_err("%s%llu allocations of %s were overwritten while they were held, or given to two: they are not freed; the kernel's memory is not to be trusted any more\n",
		       who, end->number, config->allocator->name);
		return;
	}
}
