// SPDX-License-Identifier: GPL-2.0
/*
 * Figures for people, with a unit.
 */
#include "text.h"

/* Bytes for people: at most four digits and a unit. */
void text_bytes(struct text *t, u64 bytes)
{
	static const char * const units[] = { "B", "KB", "MB", "GB", "TB", "PB", "EB" };
	double value = bytes;
	size_t u = 0;

	while (value >= 1024 && u < ARRAY_SIZE(units) - 1) {
		value /= 1024;
		u++;
	}
	if (value >= 100 || value == (u64)value)
		text_printf(t, "%.0f %s", value, units[u]);
	else
		text_printf(t, "%.1f %s", value, units[u]);
}

void text_ns(struct text *t, u64 ns)
{
	if (ns < 10000)
		text_printf(t, "%llu ns", ns);
	else if (ns < 10000000)
		text_printf(t, "%.1f us", ns / 1e3);
	else if (ns < 10000000000ULL)
		text_printf(t, "%.1f ms", ns / 1e6);
	else
		text_printf(t, "%.1f s", ns / 1e9);
}
