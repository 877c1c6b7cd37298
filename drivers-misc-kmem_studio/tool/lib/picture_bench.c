// SPDX-License-Identifier: GPL-2.0
/*
 * Pictures of benches: how time grows with the order, and how single times are spread.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"
#include "pictures.h"
#include "table.h"

#define ROWS		16
#define LEFT		11
#define MOST_BUCKETS	2048
#define BARS		24

static const enum ink inks[] = {
	INK_OURS, INK_CACHE, INK_SLAB, INK_ANON, INK_KERNEL, INK_TABLES, INK_BAD,
};

static void bounds(const struct series *series, size_t nr, double *most_x, double *low,
		   double *high)
{
	size_t i, k;

	*most_x = 1;
	*low = 1e18;
	*high = 1;
	for (i = 0; i < nr; i++) {
		for (k = 0; k < series[i].nr; k++) {
			*most_x = fmax(*most_x, series[i].x[k]);
			*low = fmin(*low, series[i].y[k]);
			*high = fmax(*high, series[i].y[k]);
		}
	}
	/* whole decades */
	*low = floor(log10(fmin(fmax(*low, 0.1), *high)));
	*most_x = fmin(*most_x, 63);
	*high = ceil(log10(*high * 1.0001));
	if (*high <= *low)
		*high = *low + 1;
}

/* A power of ten in nanoseconds: 1, 10 or 100 of a unit. */
static void decade_text(struct text *t, int decade)
{
	static const char * const units[] = { "ns", "us", "ms", "s" };
	int unit = decade / 3;

	if (unit > (int)ARRAY_SIZE(units) - 1)
		unit = ARRAY_SIZE(units) - 1;
	text_printf(t, "%g %s", pow(10, decade - 3 * unit), units[unit]);
}

/* A curve each, with a letter; time on a scale of powers of ten. */
void picture_curves(struct canvas *c, int columns, const char *what,
		    const struct series *series, size_t nr)
{
	double most_x, low, high, decade;
	int width = columns - LEFT - 3, x = 0, y;
	struct text t = {};
	size_t i, k;

	if (width < 16)
		width = 16;
	canvas_init(c, columns, "%s by order; time on a scale of powers of ten", what);
	bounds(series, nr, &most_x, &low, &high);
	for (decade = low; decade <= high; decade++) {
		text_clear(&t);
		decade_text(&t, decade);
		canvas_text(c, LEFT - 1, lround((high - decade) / (high - low) * ROWS),
			    ANCHOR_RIGHT, INK_DIM, "%s", t.s);
	}
	for (k = 0; k <= most_x; k++)
		canvas_text(c, LEFT + 1 + k / most_x * (width - 2), ROWS + 1, ANCHOR_LEFT,
			    INK_DIM, "%zu", k);
	y = ROWS + 3;
	for (i = 0; i < nr; i++) {
		struct point point[64];
		char letter = 'a' + i % 26;
		enum ink ink = inks[i % ARRAY_SIZE(inks)];

		for (k = 0; k < series[i].nr && k < ARRAY_SIZE(point); k++) {
			point[k].x = LEFT + 1 + fmin(series[i].x[k], most_x) / most_x * (width - 2);
			decade = log10(fmax(series[i].y[k], 0.1));
			point[k].y = (high - decade) / (high - low) * ROWS;
			point[k].y = fmin(fmax(point[k].y, 0), ROWS);
		}
		canvas_curve(c, ink, letter, point, k);
		if (x && x + 4 + utf8_columns(series[i].name) > columns) {
			x = 0;
			y++;
		}
		canvas_cells(c, x, y, 1, ink, letter);
		canvas_text(c, x + 2, y, ANCHOR_LEFT, INK_TEXT, "%s", series[i].name);
		x += 4 + utf8_columns(series[i].name);
	}
	text_free(&t);
}

struct bucket {
	double		from, to;
	double		count;
};

/* Rows "from_ns to_ns alloc free": those in which something is. */
static size_t read_buckets(const struct table *table, bool of_free, struct bucket *bucket)
{
	size_t nr = 0, i;

	for (i = 0; i + 4 <= table->nr && nr < MOST_BUCKETS; i += 4) {
		const char *count = table->cell[i + 2 + of_free];
		struct bucket b;

		if (table->cell[i] && table->cell[i + 1] && count &&
		    parse_decimal(table->cell[i], &b.from) &&
		    parse_decimal(table->cell[i + 1], &b.to) &&
		    parse_decimal(count, &b.count) && b.count > 0)
			bucket[nr++] = b;
	}
	return nr;
}

/* Return: 0, or -ENODATA if the table has nothing of it. */
int picture_histogram(struct canvas *c, int columns, const char *what,
		      const struct table *table, bool of_free)
{
	struct bucket *bucket = xcalloc(MOST_BUCKETS, sizeof(*bucket));
	size_t nr = read_buckets(table, of_free, bucket), per_bar, i, k;
	double most = 1, width = columns - 34 > 8 ? columns - 34 : 8;
	int y = 0;

	per_bar = (nr + BARS - 1) / BARS;
	for (i = 0; i < nr; i += per_bar) {
		double count = 0;

		for (k = i; k < nr && k < i + per_bar; k++)
			count += bucket[k].count;
		most = fmax(most, count);
	}
	canvas_init(c, columns, "%s: how many took how long", what);
	for (i = 0; i < nr; i += per_bar, y++) {
		struct text from = {}, to = {};
		double count = 0;

		for (k = i; k < nr && k < i + per_bar; k++)
			count += bucket[k].count;
		text_ns(&from, bucket[i].from);
		text_ns(&to, bucket[k - 1].to);
		canvas_text(c, 9, y, ANCHOR_RIGHT, INK_TEXT, "%s", from.s);
		canvas_text(c, 10, y, ANCHOR_LEFT, INK_DIM, "to");
		canvas_text(c, 22, y, ANCHOR_RIGHT, INK_TEXT, "%s", to.s);
		canvas_text(c, 32, y, ANCHOR_RIGHT, INK_TEXT, "%.0f", count);
		canvas_bar(c, 34, y, count / most * width, INK_CACHE);
		text_free(&from);
		text_free(&to);
	}
	free(bucket);
	return nr ? 0 : -ENODATA;
}
