/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KST_LAB_H
#define KST_LAB_H

#include "../lib/table.h"

/* What the report, and a saved copy, have of the lab. */
void lab_table(struct table *table);
int lab_measure(struct studio *st, const char *allocator, char **numbers, size_t nr,
		struct table *table, struct text *log);
extern const char * const lab_numbers[];
extern const size_t nr_lab_numbers;

#endif
