// SPDX-License-Identifier: GPL-2.0
/*
 * What the clock is worth is measured, not looked up: its counter ticks at 19.2 MHz or 54
 * MHz on one board, at 1 GHz on the next.
 */
#include <linux/limits.h>
#include <linux/minmax.h>

#include "clock.h"

/* Changes of the clock to look at, and how often to read it for that at most. */
#define CHANGES	64
#define READS	100000

/**
 * kmst_clock_resolution_of() - The smallest step that a clock is seen to make.
 * @read: reads the clock, in nanoseconds
 *
 * A clock that ticks faster than it can be read has the step that its reader sees.
 *
 * Context: any; takes as long as 64 ticks.
 * Return: picoseconds; 0 for a clock that stands still.
 */
u64 kmst_clock_resolution_of(u64 (*read)(void))
{
	unsigned int changes = 0, reads;
	u64 last = read(), step = U64_MAX;

	for (reads = 0; reads < READS && changes < CHANGES; reads++) {
		u64 now = read();

		if (now == last)
			continue;
		step = min(step, now - last);
		last = now;
		changes++;
	}
	return changes ? step * KMST_PS_PER_NS : 0;
}

static u64 read_clock(void)
{
	return kmst_clock_read();
}

/**
 * kmst_clock_resolution() - The smallest step of the clock that times are taken by.
 *
 * Context: any; takes as long as 64 ticks.
 * Return: picoseconds; 0 for a clock that stands still.
 */
u64 kmst_clock_resolution(void)
{
	return kmst_clock_resolution_of(read_clock);
}
