/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 1: the CPU's own counters of cycles and instructions.
 */
#ifndef KMEM_STUDIO_BENCH_COUNTERS_H
#define KMEM_STUDIO_BENCH_COUNTERS_H

#include <linux/types.h>

struct perf_event;

/**
 * enum kmst_counter - what is counted
 * @KMST_CYCLES:       cycles of the CPU, whatever its frequency is
 * @KMST_INSTRUCTIONS: instructions that it retired
 * @KMST_NR_COUNTERS:  how many there are
 */
enum kmst_counter {
	KMST_CYCLES,
	KMST_INSTRUCTIONS,
	KMST_NR_COUNTERS,
};

/**
 * struct kmst_counters - the counters of a task
 * @events: one for each enum kmst_counter, NULL where there is none
 */
struct kmst_counters {
	struct perf_event *events[KMST_NR_COUNTERS];
};

#ifdef CONFIG_PERF_EVENTS
void kmst_counters_open(struct kmst_counters *counters);
void kmst_counters_close(struct kmst_counters *counters);
unsigned long kmst_counters_read(const struct kmst_counters *counters, u64 *values);
#else
static inline void kmst_counters_open(struct kmst_counters *counters)
{
	*counters = (struct kmst_counters){};
}

static inline void kmst_counters_close(struct kmst_counters *counters)
{
}

static inline unsigned long kmst_counters_read(const struct kmst_counters *counters,
					       u64 *values)
{
	return 0;
}
#endif

#endif /* KMEM_STUDIO_BENCH_COUNTERS_H */
