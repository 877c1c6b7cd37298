/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KST_COMPARE_H
#define KST_COMPARE_H

#include "../lib/table.h"
#include "../lib/trial.h"

/* What run, the report, and a saved copy have of compare. */
void compare_table(struct table *table);
void compare_row(struct table *table, const struct trial *trial, const char *verdict);
int compare_measure(struct studio *st, const char *number, char **allocators, size_t nr,
		    struct table *table);

#endif
