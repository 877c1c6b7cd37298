// SPDX-License-Identifier: GPL-2.0
/*
 * Figures for people, with a unit.
 */
#include <math.h>

#include "text.h"

/* Bytes for people: at most four digits and a unit. What is read may be beyond 64 bits. */
void text_bytes(struct text *t, double bytes)
{
	static const char * const units[] = { "B", "KB", "MB", "GB", "TB", "PB", "EB" };
	size_t u = 0;

	while (bytes >= 1024 && u < ARRAY_SIZE(units) - 1) {
		bytes /= 1024;
		u++;
	}
	if (bytes >= 100 || bytes == floor(bytes))
		text_printf(t, "%.0f %s", bytes, units[u]);
	else
		text_printf(t, "%.1f %s", bytes, units[u]);
}

void text_ns(struct text *t, double ns)
{
	if (ns < 1e4)
		text_printf(t, "%.0f ns", floor(ns));
	else if (ns < 1e7)
		text_printf(t, "%.1f us", ns / 1e3);
	else if (ns < 1e10)
		text_printf(t, "%.1f ms", ns / 1e6);
	else
		text_printf(t, "%.1f s", ns / 1e9);
}
