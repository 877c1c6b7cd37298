// SPDX-License-Identifier: GPL-2.0
/*
 * What a bench has measured: one value a file. What is not known is an empty line.
 */
#include <linux/cleanup.h>
#include <linux/configfs.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sysfs.h>

#include "bench_item.h"
#include "bench_text.h"

static ssize_t emit(char *page, bool known, u64 thousandths)
{
	char text[KMST_BENCH_TEXT] = "";

	if (known)
		kmst_bench_print_thousandths(thousandths, text);
	return sysfs_emit(page, "%s\n", text);
}

static ssize_t show_figure(struct config_item *item, char *page, enum kmst_phase phase,
			   enum kmst_figure figure)
{
	struct kmst_job *job = &kmst_bench_of(item)->job;
	bool known = false;
	u64 value = 0;

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &job->turn.lock)
		known = job->results &&
			kmst_bench_figure(job->results, phase, figure, &value);
	return emit(page, known, value);
}

#define FIGURE(_name, _phase, _figure)						\
static ssize_t bench_##_name##_show(struct config_item *item, char *page)	\
{										\
	return show_figure(item, page, _phase, _figure);			\
}										\
CONFIGFS_ATTR_RO(bench_, _name)

FIGURE(alloc_mean_ns, KMST_ALLOC, KMST_FIGURE_MEAN);
FIGURE(alloc_ci95_ns, KMST_ALLOC, KMST_FIGURE_CI95);
FIGURE(alloc_min_ns, KMST_ALLOC, KMST_FIGURE_MIN);
FIGURE(alloc_p50_ns, KMST_ALLOC, KMST_FIGURE_P50);
FIGURE(alloc_p90_ns, KMST_ALLOC, KMST_FIGURE_P90);
FIGURE(alloc_p99_ns, KMST_ALLOC, KMST_FIGURE_P99);
FIGURE(alloc_p999_ns, KMST_ALLOC, KMST_FIGURE_P999);
FIGURE(alloc_max_ns, KMST_ALLOC, KMST_FIGURE_MAX);
FIGURE(alloc_cycles, KMST_ALLOC, KMST_FIGURE_CYCLES);
FIGURE(alloc_instructions, KMST_ALLOC, KMST_FIGURE_INSTRUCTIONS);

FIGURE(free_mean_ns, KMST_FREE, KMST_FIGURE_MEAN);
FIGURE(free_ci95_ns, KMST_FREE, KMST_FIGURE_CI95);
FIGURE(free_min_ns, KMST_FREE, KMST_FIGURE_MIN);
FIGURE(free_p50_ns, KMST_FREE, KMST_FIGURE_P50);
FIGURE(free_p90_ns, KMST_FREE, KMST_FIGURE_P90);
FIGURE(free_p99_ns, KMST_FREE, KMST_FIGURE_P99);
FIGURE(free_p999_ns, KMST_FREE, KMST_FIGURE_P999);
FIGURE(free_max_ns, KMST_FREE, KMST_FIGURE_MAX);
FIGURE(free_cycles, KMST_FREE, KMST_FIGURE_CYCLES);
FIGURE(free_instructions, KMST_FREE, KMST_FIGURE_INSTRUCTIONS);

FIGURE(touch_mean_ns, KMST_TOUCH, KMST_FIGURE_MEAN);
FIGURE(touch_ci95_ns, KMST_TOUCH, KMST_FIGURE_CI95);
FIGURE(touch_min_ns, KMST_TOUCH, KMST_FIGURE_MIN);
FIGURE(touch_p50_ns, KMST_TOUCH, KMST_FIGURE_P50);
FIGURE(touch_p90_ns, KMST_TOUCH, KMST_FIGURE_P90);
FIGURE(touch_p99_ns, KMST_TOUCH, KMST_FIGURE_P99);
FIGURE(touch_p999_ns, KMST_TOUCH, KMST_FIGURE_P999);
FIGURE(touch_max_ns, KMST_TOUCH, KMST_FIGURE_MAX);
FIGURE(touch_cycles, KMST_TOUCH, KMST_FIGURE_CYCLES);
FIGURE(touch_instructions, KMST_TOUCH, KMST_FIGURE_INSTRUCTIONS);

#define PHASE_ATTRS(_name)							\
	&bench_attr_##_name##_mean_ns,						\
	&bench_attr_##_name##_ci95_ns,						\
	&bench_attr_##_name##_min_ns,						\
	&bench_attr_##_name##_p50_ns,						\
	&bench_attr_##_name##_p90_ns,						\
	&bench_attr_##_name##_p99_ns,						\
	&bench_attr_##_name##_p999_ns,						\
	&bench_attr_##_name##_max_ns,						\
	&bench_attr_##_name##_cycles,						\
	&bench_attr_##_name##_instructions

/* Of what allocates and frees in turn, both are counted as one. */
static ssize_t show_pair(struct config_item *item, char *page, enum kmst_counter counter)
{
	struct kmst_job *job = &kmst_bench_of(item)->job;
	bool known = false;
	u64 value = 0;

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &job->turn.lock)
		known = job->results && job->results->paired &&
			kmst_bench_events(job->results, KMST_ALLOC, counter, &value);
	return emit(page, known, value);
}

static ssize_t bench_pair_cycles_show(struct config_item *item, char *page)
{
	return show_pair(item, page, KMST_CYCLES);
}
CONFIGFS_ATTR_RO(bench_, pair_cycles);

static ssize_t bench_pair_instructions_show(struct config_item *item, char *page)
{
	return show_pair(item, page, KMST_INSTRUCTIONS);
}
CONFIGFS_ATTR_RO(bench_, pair_instructions);

/* What a run has as a whole, 0 before the first one: @_text prints "value". */
#define OF_RUN(_name, _value, _text)						\
static ssize_t bench_##_name##_show(struct config_item *item, char *page)	\
{										\
	struct kmst_job *job = &kmst_bench_of(item)->job;			\
	const struct kmst_bench_results *results;				\
	u64 value = 0;								\
										\
	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &job->turn.lock) {	\
		results = job->results;						\
		value = results ? _value : 0;					\
	}									\
	return _text;								\
}										\
CONFIGFS_ATTR_RO(bench_, _name)

#define TIME(_name, _value)	OF_RUN(_name, _value, emit(page, value, value))
#define NUMBER(_name, _value)	OF_RUN(_name, _value, sysfs_emit(page, "%llu\n", value))

/* One more than the order, so that 0 is none. */
static int emit_order(char *page, u64 order_and_one)
{
	if (!order_and_one)
		return sysfs_emit(page, "\n");
	return sysfs_emit(page, "%llu\n", order_and_one - 1);
}

TIME(clock_resolution_ns, results->resolution);
TIME(clock_cost_ns, results->cost);
TIME(meaningful_ns, kmst_bench_results_meaningful(results));
NUMBER(ops, results->ops);
NUMBER(failures, results->failures);
OF_RUN(failed_order, results->failures ? results->failed_order + 1 : 0, emit_order(page, value));
NUMBER(fallbacks, results->fallbacks);
NUMBER(batch, results->batch);

static ssize_t bench_state_show(struct config_item *item, char *page)
{
	struct kmst_job *job = &kmst_bench_of(item)->job;

	return sysfs_emit(page, "%s\n", kmst_job_state_name(READ_ONCE(job->turn.state)));
}
CONFIGFS_ATTR_RO(bench_, state);

static ssize_t bench_error_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%d\n", READ_ONCE(kmst_bench_of(item)->job.error));
}
CONFIGFS_ATTR_RO(bench_, error);

struct configfs_attribute *kmst_bench_figures[] = {
	&bench_attr_state,
	&bench_attr_error,
	&bench_attr_ops,
	&bench_attr_failures,
	&bench_attr_failed_order,
	&bench_attr_fallbacks,
	&bench_attr_batch,
	&bench_attr_clock_resolution_ns,
	&bench_attr_clock_cost_ns,
	&bench_attr_meaningful_ns,
	&bench_attr_pair_cycles,
	&bench_attr_pair_instructions,
	PHASE_ATTRS(alloc),
	PHASE_ATTRS(free),
	PHASE_ATTRS(touch),
	NULL,
};
