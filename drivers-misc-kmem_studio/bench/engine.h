/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 2: a run of a bench, from its reservation to its results.
 */
#ifndef KMEM_STUDIO_BENCH_ENGINE_H
#define KMEM_STUDIO_BENCH_ENGINE_H

#include <linux/types.h>

#include "../limits.h"
#include "running.h"

/* Most allocations that a CPU may hold, and rounds that are made. */
#define KMST_BENCH_MAX_HELD	BIT(24)
#define KMST_BENCH_MAX_ROUNDS	KMST_STATS_MAX_VALUES

/**
 * enum kmst_bench_why - what stood in the way of a bench, beside what stands in an arena's
 * @KMST_WHY_LIMIT:   one of enum kmst_limit, or only the errno is known
 * @KMST_WHY_SINGLE:  the allocator makes no single allocations
 * @KMST_WHY_BYTES:   one allocation is larger than the allocator makes them
 * @KMST_WHY_OFFLINE: one of the CPUs is offline
 * @KMST_WHY_ALONE:   what one CPU frees after another takes two of them
 * @KMST_WHY_LEFT:    one of the CPUs went offline meanwhile
 * @KMST_WHY_SHORT:   others need the memory that is left
 * @KMST_WHY_NONE:    no allocation succeeded
 * @KMST_WHY_CORRUPT: an allocation did not keep its number
 */
enum kmst_bench_why {
	KMST_WHY_LIMIT,
	KMST_WHY_SINGLE,
	KMST_WHY_BYTES,
	KMST_WHY_OFFLINE,
	KMST_WHY_ALONE,
	KMST_WHY_LEFT,
	KMST_WHY_SHORT,
	KMST_WHY_NONE,
	KMST_WHY_CORRUPT,
};

/**
 * struct kmst_bench_end - how a run ended, if not well
 * @why:     what stood in the way
 * @refusal: which limit (@KMST_WHY_LIMIT)
 * @number:  the CPU (@KMST_WHY_OFFLINE), the most bytes (@KMST_WHY_BYTES), the allocations
 *           that were not freed (@KMST_WHY_CORRUPT)
 */
struct kmst_bench_end {
	enum kmst_bench_why	why;
	struct kmst_refusal	refusal;
	u64			number;
};

/**
 * struct kmst_bench_watch - who waits for a run
 * @wanted: is the run still wanted? NULL for yes. Asked a few times a second
 * @data:   for @wanted
 */
struct kmst_bench_watch {
	bool	(*wanted)(void *data);
	void	*data;
};

int kmst_bench_run(const struct kmst_bench_config *config, struct kmst_cancel *cancel,
		   const struct kmst_bench_watch *watch, struct kmst_bench_results **results,
		   struct kmst_bench_end *end);

#endif /* KMEM_STUDIO_BENCH_ENGINE_H */
