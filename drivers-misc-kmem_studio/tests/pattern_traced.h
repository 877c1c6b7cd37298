/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A copy of the patterns whose loads a test watches, and spoils.
 */
#ifndef KMEM_STUDIO_PATTERN_TRACED_H
#define KMEM_STUDIO_PATTERN_TRACED_H

#include <linux/types.h>

struct kmst_pattern;
struct kmst_seen;

void kmst_trace_loads(const unsigned int *words, size_t nr, size_t fault,
		      unsigned int mask);
unsigned int kmst_traced_loads(size_t index);
const struct kmst_pattern *kmst_traced_pattern(const char *name);
size_t kmst_traced_guard_check(const unsigned int *words, size_t nr,
			       struct kmst_seen *seen);

#endif /* KMEM_STUDIO_PATTERN_TRACED_H */
