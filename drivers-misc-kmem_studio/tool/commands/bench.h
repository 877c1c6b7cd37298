/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KST_BENCH_H
#define KST_BENCH_H

#include "../lib/canvas.h"
#include "../lib/table.h"

/* What the report, and a saved copy, have of bench. */
void bench_table(struct table *table);
void histogram_table(struct table *table);
int bench_measure(struct studio *st, struct table *table, struct table *histogram);
void bench_curves(const struct table *table, bool of_free, int columns, struct canvas *canvas);

#endif
