/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 1: the clock that times are taken by, and what it is worth.
 */
#ifndef KMEM_STUDIO_BENCH_CLOCK_H
#define KMEM_STUDIO_BENCH_CLOCK_H

#include <linux/ktime.h>
#include <linux/timekeeping.h>
#include <linux/types.h>

/* All times of a bench are kept in picoseconds: operations may be shorter than a tick. */
#define KMST_PS_PER_NS	1000U

/* From so many ticks on, what is measured is more than where in a tick it began. */
#define KMST_CLOCK_TICKS	8U

/**
 * kmst_clock_read() - Read the clock.
 *
 * The time of the machine's counter: nobody sets it, and no lock is taken.
 *
 * Context: any.
 * Return: nanoseconds since some time.
 */
static inline u64 kmst_clock_read(void)
{
	return ktime_get_raw_fast_ns();
}

u64 kmst_clock_resolution(void);
u64 kmst_clock_resolution_of(u64 (*read)(void));

#endif /* KMEM_STUDIO_BENCH_CLOCK_H */
