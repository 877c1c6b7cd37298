// SPDX-License-Identifier: GPL-2.0
/*
 * Cycles and instructions, as perf counts them. Not every kernel has perf, not every CPU
 * counts, and an emulated one may not: what cannot be had is left empty, and no error.
 */
#include <linux/bits.h>
#include <linux/err.h>
#include <linux/perf_event.h>
#include <linux/sched.h>

#include "counters.h"

static struct perf_event *open_event(u64 config)
{
	struct perf_event_attr attr = {
		.type		= PERF_TYPE_HARDWARE,
		.size		= sizeof(attr),
		.config		= config,
		.pinned		= 1,
	};
	struct perf_event *event;

	event = perf_event_create_kernel_counter(&attr, -1, current, NULL, NULL);
	return IS_ERR(event) ? NULL : event;
}

/**
 * kmst_counters_open() - Count what the calling task does, from now on.
 * @counters: gets the counters, those that there are
 *
 * Context: process context, may sleep.
 */
void kmst_counters_open(struct kmst_counters *counters)
{
	counters->events[KMST_CYCLES] = open_event(PERF_COUNT_HW_CPU_CYCLES);
	counters->events[KMST_INSTRUCTIONS] = open_event(PERF_COUNT_HW_INSTRUCTIONS);
}

/**
 * kmst_counters_close() - Give the counters back.
 * @counters: the counters
 *
 * Context: process context, may sleep.
 */
void kmst_counters_close(struct kmst_counters *counters)
{
	unsigned int i;

	for (i = 0; i < KMST_NR_COUNTERS; i++) {
		if (counters->events[i])
			perf_event_release_kernel(counters->events[i]);
		counters->events[i] = NULL;
	}
}

/**
 * kmst_counters_read() - Read the counters.
 * @counters: the counters
 * @values:   gets one value for each enum kmst_counter
 *
 * A counter that somebody else had for a while has not seen all: it is not told.
 *
 * Context: process context, may sleep.
 * Return: a bit for each of @values that is right.
 */
unsigned long kmst_counters_read(const struct kmst_counters *counters, u64 *values)
{
	unsigned long known = 0;
	unsigned int i;

	for (i = 0; i < KMST_NR_COUNTERS; i++) {
		u64 enabled = 0, running = 0;

		values[i] = 0;
		if (!counters->events[i])
			continue;
		values[i] = perf_event_read_value(counters->events[i], &enabled, &running);
		/* a pinned event that lost its counter is in error; its times stand still */
		if (READ_ONCE(counters->events[i]->state) < PERF_EVENT_STATE_INACTIVE)
			continue;
		if (running && running == enabled)
			known |= BIT(i);
	}
	return known;
}
