/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 5: the results of benches as text, and why there are none.
 */
#ifndef KMEM_STUDIO_BENCH_TEXT_H
#define KMEM_STUDIO_BENCH_TEXT_H

#include <linux/types.h>

#include "job.h"

/* Longest text of kmst_bench_print_thousandths(), with its terminating zero. */
#define KMST_BENCH_TEXT	32

/**
 * enum kmst_figure - what is told of a phase
 * @KMST_FIGURE_MEAN:         the mean over rounds
 * @KMST_FIGURE_CI95:         half the width of its 95 % interval
 * @KMST_FIGURE_MIN:          the least
 * @KMST_FIGURE_P50:          the median
 * @KMST_FIGURE_P90:          what 90 % do not exceed
 * @KMST_FIGURE_P99:          what 99 % do not exceed
 * @KMST_FIGURE_P999:         what 99.9 % do not exceed
 * @KMST_FIGURE_MAX:          the most
 * @KMST_FIGURE_CYCLES:       cycles of the CPU
 * @KMST_FIGURE_INSTRUCTIONS: instructions of it
 */
enum kmst_figure {
	KMST_FIGURE_MEAN,
	KMST_FIGURE_CI95,
	KMST_FIGURE_MIN,
	KMST_FIGURE_P50,
	KMST_FIGURE_P90,
	KMST_FIGURE_P99,
	KMST_FIGURE_P999,
	KMST_FIGURE_MAX,
	KMST_FIGURE_CYCLES,
	KMST_FIGURE_INSTRUCTIONS,
};

const char *kmst_job_state_name(enum kmst_turn_state state);
const char *kmst_bench_print_thousandths(u64 value, char *text);
bool kmst_bench_figure(const struct kmst_bench_results *results, enum kmst_phase phase,
		       enum kmst_figure figure, u64 *thousandths);
bool kmst_bench_events(const struct kmst_bench_results *results, enum kmst_phase phase,
		       enum kmst_counter counter, u64 *thousandths);
void kmst_bench_log_end(const char *who, const struct kmst_bench_config *config,
			const struct kmst_bench_end *end, int err);

#endif /* KMEM_STUDIO_BENCH_TEXT_H */
