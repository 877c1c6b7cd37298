// SPDX-License-Identifier: GPL-2.0
/*
 * Pictures of one arena: a cell a page; and of the blocks that the page allocator makes of a
 * larger one for so many pages.
 */
#include <string.h>

#include "machine.h"
#include "pictures.h"
#include "split.h"

#define MOST_PAGES	4096
#define MOST_SPANS	8
#define SPLIT_LABEL	26

/* Those that are bad are in order. */
static bool is_bad(const struct placed *placed, u64 first, u64 nr)
{
	size_t low = 0, high = placed->nr_bad;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (placed->bad[middle] < first)
			low = middle + 1;
		else
			high = middle;
	}
	return low < placed->nr_bad && placed->bad[low] - first < nr;
}

/* Cells of pages @index to @index + @nr of a span. */
static void draw_pages(struct canvas *c, int columns, const struct placed *placed,
		       const struct span *span, u64 used, u64 pages_per_cell)
{
	int x = 0, y = c->rows;
	u64 at;

	for (at = 0; at < span->pages; at += pages_per_cell) {
		u64 nr = span->pages - at < pages_per_cell ? span->pages - at : pages_per_cell;

		if (x == columns) {
			x = 0;
			y++;
		}
		if (is_bad(placed, span->pfn + at, nr))
			canvas_cells(c, x, y, 1, INK_BAD, 'X');
		else if (span->index + at < used)
			canvas_cells(c, x, y, 1, INK_OURS, placed->letter);
		else
			canvas_cells(c, x, y, 1, INK_ROUNDING, '+');
		x++;
	}
}

static void draw_span(struct canvas *c, int columns, const struct machine *m,
		      const struct span *span)
{
	unsigned long long first = span->pfn * m->page_size;
	unsigned long long last = (span->pfn + span->pages) * m->page_size - 1;
	int y = c->rows;

	if (columns >= 60)
		canvas_text(c, 0, y, ANCHOR_LEFT, INK_DIM,
			    "page %llu: 0x%llx-0x%llx, %llu page%s, zone %s, node %lld",
			    span->index, first, last,
			    span->pages, plural(span->pages),
			    span->zone, span->node);
	else
		canvas_text(c, 0, y, ANCHOR_LEFT, INK_DIM, "%llu: 0x%llx, %llu page%s",
			    span->index, first, span->pages, plural(span->pages));
}

/* Spans that are single pages share their rows: one cell each, in the order of the words. */
static void draw_scattered(struct canvas *c, int columns, const struct placed *placed,
			   u64 used, u64 pages_per_cell)
{
	u64 at = 0;
	int x = 0, y = c->rows;
	size_t i;

	for (i = 0; i < placed->spans.nr; i++) {
		const struct span *span = &placed->spans.span[i];
		u64 k, nr;

		for (k = 0; k < span->pages; k += nr) {
			u64 before = (at + k) % pages_per_cell;
			bool bad;

			nr = pages_per_cell - before;
			if (nr > span->pages - k)
				nr = span->pages - k;
			bad = is_bad(placed, span->pfn + k, nr);
			/* the cell began with pages of the span before */
			if (before) {
				if (bad)
					canvas_cells(c, x - 1, y, 1, INK_BAD, 'X');
				continue;
			}
			if (x == columns) {
				x = 0;
				y++;
			}
			if (bad)
				canvas_cells(c, x, y, 1, INK_BAD, 'X');
			else if (at + k < used)
				/* a new run of neighbours begins with a capital letter */
				canvas_cells(c, x, y, 1, INK_OURS,
					     k ? placed->letter + ('a' - 'A') : placed->letter);
			else
				canvas_cells(c, x, y, 1, INK_ROUNDING, '+');
			x++;
		}
		at += span->pages;
	}
}

void picture_arena(struct canvas *c, int columns, const struct machine *m,
		   const struct placed *placed)
{
	const char *allocator = item_value(&placed->arena, "allocator");
	u64 requested = item_number(&placed->arena, "bytes_requested");
	u64 used = (requested + m->page_size - 1) / m->page_size;
	u64 pages = placed->spans.pages, per_cell = 1, rounding;
	int y;
	size_t i;

	/* objects lie on their pages in no order that is known here */
	if (!strcmp(placed->spans.nr ? placed->spans.span[0].kind : "", "slab") || used > pages)
		used = pages;
	rounding = pages - used;
	while (pages / per_cell > MOST_PAGES)
		per_cell *= 2;
	canvas_init(c, columns,
		    "Arena %s: %s, %llu page%s in %zu run%s, %llu of them rounding, a cell is %llu page%s",
		    placed->arena.name, allocator ? allocator : "?", pages,
		    plural(pages), placed->spans.nr, plural(placed->spans.nr), rounding,
		    per_cell, plural(per_cell));
	if (placed->spans.nr <= MOST_SPANS) {
		for (i = 0; i < placed->spans.nr; i++) {
			draw_span(c, columns, m, &placed->spans.span[i]);
			draw_pages(c, columns, placed, &placed->spans.span[i], used, per_cell);
		}
	} else {
		canvas_text(c, 0, 0, ANCHOR_LEFT, INK_DIM, columns >= 62 ?
			    "in the order of its pages; a run of neighbours begins with %c" :
			    "in page order; a run begins with %c", placed->letter);
		draw_scattered(c, columns, placed, used, per_cell);
	}
	y = c->rows + 1;
	canvas_cells(c, 0, y, 1, INK_OURS, placed->letter);
	canvas_text(c, 2, y, ANCHOR_LEFT, INK_TEXT, "objects");
	canvas_cells(c, 12, y, 1, INK_ROUNDING, '+');
	canvas_text(c, 14, y, ANCHOR_LEFT, INK_TEXT, "rounding");
	canvas_cells(c, 25, y, 1, INK_BAD, 'X');
	canvas_text(c, 27, y, ANCHOR_LEFT, INK_TEXT, "wrong word");
}

/* One row: a block is split, its halves stand below. */
static void split_row(struct canvas *c, int y, double left, double w,
		      const struct split_step *step, int columns)
{
	canvas_cells(c, left + w, y, w, step->split ? INK_KERNEL : INK_FREE,
		     step->split ? '/' : '.');
	canvas_cells(c, left, y, w, step->taken ? INK_OURS : INK_KERNEL, step->taken ? '#' : '/');
	canvas_text(c, columns - SPLIT_LABEL, y, ANCHOR_LEFT, INK_TEXT, "%llu %s + %llu %s",
		    step->half, step->taken ? "taken" : "split",
		    step->half, step->split ? "split" : "free");
}

/* How a block is split for so many pages, a row for each step. */
void picture_split(struct canvas *c, int columns, u64 pages)
{
	double left = 0, width;
	struct split split;
	int x = 0, y;
	size_t i;

	split_block(pages, &split);
	if (columns < 44)
		columns = 44;
	width = columns - SPLIT_LABEL - 2;
	canvas_init(c, columns,
		    "A block of %llu page%s (order %u) for %llu: page keeps all and rounds by %llu, exact and chunk take only what is needed",
		    split.block, plural(split.block), split.order, pages, split.block - pages);
	canvas_cells(c, 0, 0, width, INK_KERNEL, split.nr ? '/' : '#');
	canvas_text(c, columns - SPLIT_LABEL, 0, ANCHOR_LEFT, INK_TEXT, "%llu", split.block);
	for (i = 0; i < split.nr; i++) {
		width /= 2;
		split_row(c, 1 + i, left, width, &split.step[i], columns);
		if (split.step[i].taken)
			left += width;
	}
	y = c->rows + 1;
	canvas_cells(c, x, y, 1, INK_OURS, '#');
	canvas_text(c, x + 2, y, ANCHOR_LEFT, INK_TEXT, "taken");
	canvas_cells(c, x + 9, y, 1, INK_KERNEL, '/');
	canvas_text(c, x + 11, y, ANCHOR_LEFT, INK_TEXT, "split");
	canvas_cells(c, x + 18, y, 1, INK_FREE, '.');
	canvas_text(c, x + 20, y, ANCHOR_LEFT, INK_TEXT, "free again");
}
