// SPDX-License-Identifier: GPL-2.0
/*
 * The picture of physical memory: all RAM as a strip that is folded to the width of the
 * terminal; zones, nodes, the area for DMA and holes are named where they begin.
 */
#include <stdlib.h>
#include <string.h>

#include "frames.h"
#include "pictures.h"

#define MOST_ROWS	24
#define MOST_PARTS	64
#define LABEL		13

/* What a cell of each kind looks like. */
static const struct {
	enum ink	ink;
	char		letter;
} looks[] = {
	[FRAME_UNKNOWN]	 = { INK_FREE, '?' },
	[FRAME_FREE]	 = { INK_FREE, '.' },
	[FRAME_KERNEL]	 = { INK_KERNEL, 'k' },
	[FRAME_CACHE]	 = { INK_CACHE, 'c' },
	[FRAME_ANON]	 = { INK_ANON, 'p' },
	[FRAME_SLAB]	 = { INK_SLAB, 's' },
	[FRAME_TABLES]	 = { INK_TABLES, 't' },
	[FRAME_RESERVED] = { INK_RESERVED, 'r' },
	[FRAME_BAD]	 = { INK_BAD, 'X' },
};

/**
 * struct part - RAM without a border in it
 * @range: its frames
 * @of:    what each is used for
 * @name:  node, zone, area for DMA
 * @gap:   frames of no RAM before it
 */
struct part {
	struct range	range;
	const u8	*of;
	char		name[96];
	u64		gap;
};

static bool in(const struct range *range, u64 pfn)
{
	return pfn - range->first < range->nr;
}

/* Where the next border is behind @pfn. */
static u64 border(const struct machine *m, u64 pfn, u64 end)
{
	const u64 at[] = { m->cma.first, m->cma.first + m->cma.nr };
	size_t i;

	for (i = 0; m->cma.nr && i < ARRAY_SIZE(at); i++) {
		if (at[i] > pfn && at[i] < end)
			end = at[i];
	}
	for (i = 0; i < m->nr_zones; i++) {
		u64 first = m->zone[i].span.first;
		u64 last = first + m->zone[i].span.nr;

		if (first > pfn && first < end)
			end = first;
		if (last > pfn && last < end)
			end = last;
	}
	return end;
}

static void name_part(const struct machine *m, bool narrow, struct part *part)
{
	const struct zone *zone = machine_zone(m, part->range.first);
	const char *cma = !in(&m->cma, part->range.first) ? "" :
			  narrow ? ", CMA" : ", area for DMA (CMA)";

	if (zone)
		snprintf(part->name, sizeof(part->name), "node %lld, zone %s%s",
			 zone->node, zone->name, cma);
	else
		snprintf(part->name, sizeof(part->name), "RAM of no zone");
}

static size_t cut(const struct machine *m, const struct frames *frames, bool narrow,
		  struct part *part)
{
	u64 last = 0;
	size_t i, nr = 0;

	for (i = 0; i < m->nr_ram; i++) {
		u64 pfn = m->ram[i].first, end = pfn + m->ram[i].nr;

		while (pfn < end && nr <= MOST_PARTS) {
			u64 next = border(m, pfn, end);

			part[nr] = (struct part){
				.range = { pfn, next - pfn },
				.of = frames->of[i] + (pfn - m->ram[i].first),
				.gap = nr ? pfn - last : 0,
			};
			name_part(m, narrow, &part[nr]);
			nr++;
			last = next;
			pfn = next;
		}
	}
	return nr;
}

/* The smallest power of two of pages a cell that lets all parts fit. */
static u64 cell_pages(const struct part *part, size_t nr, int cells)
{
	u64 pages;
	size_t i;

	for (pages = 1; pages < 1ULL << 40; pages *= 2) {
		u64 rows = 0, row = pages * cells;

		for (i = 0; i < nr; i++)
			rows += (part[i].range.nr + row - 1) / row;
		if (rows <= MOST_ROWS || rows <= nr)
			break;
	}
	return pages;
}

/* A broken page is seen, then one of ours, then what there is most of. */
static enum frame cell_of(const u8 *of, u64 nr)
{
	u64 count[FRAME_OURS + LETTERS] = {};
	enum frame what, most = FRAME_UNKNOWN, ours = 0;
	u64 i;

	for (i = 0; i < nr; i++)
		count[of[i] < ARRAY_SIZE(count) ? of[i] : FRAME_UNKNOWN]++;
	if (count[FRAME_BAD])
		return FRAME_BAD;
	for (what = 0; what < ARRAY_SIZE(count); what++) {
		if (what >= FRAME_OURS && count[what] && (!ours || count[what] > count[ours]))
			ours = what;
		if (count[what] > count[most])
			most = what;
	}
	return ours ? ours : most;
}

static void draw_cell(struct canvas *c, double x, double y, enum frame what)
{
	if (what >= FRAME_OURS)
		canvas_cells(c, x, y, 1, INK_OURS, 'A' + (what - FRAME_OURS) % LETTERS);
	else
		canvas_cells(c, x, y, 1, looks[what].ink, looks[what].letter);
}

static void size_text(struct text *t, const struct machine *m, u64 pages)
{
	text_clear(t);
	text_bytes(t, pages * m->page_size);
}

static void draw_part(struct canvas *c, int columns, const struct machine *m,
		      const struct part *part, u64 pages)
{
	int label = columns >= 48 ? LABEL : 0, cells = columns - label;
	struct text size = {};
	u64 at = 0;
	int y = c->rows;

	if (part->gap) {
		size_text(&size, m, part->gap);
		canvas_text(c, label, y++, ANCHOR_LEFT, INK_DIM, "(hole: %s of no RAM)", size.s);
	}
	size_text(&size, m, part->range.nr);
	canvas_heading(c, label, y++, "%s, %s", part->name, size.s);
	text_free(&size);
	while (at < part->range.nr) {
		int x;

		if (label)
			canvas_text(c, label - 1, y, ANCHOR_RIGHT, INK_DIM, "0x%09llx",
				    ((part->range.first + at) * m->page_size));
		for (x = 0; x < cells && at < part->range.nr; x++, at += pages) {
			u64 nr = part->range.nr - at < pages ? part->range.nr - at : pages;

			draw_cell(c, label + x, y, cell_of(part->of + at, nr));
		}
		y++;
	}
}

/* One word after the other, as many as a line has room for. */
static void legend_entry(struct canvas *c, int columns, int *x, int *y, enum ink ink,
			 char letter, const char *word)
{
	int width = utf8_columns(word) + 4;

	if (*x && *x + width > columns) {
		*x = 0;
		++*y;
	}
	canvas_cells(c, *x, *y, 1, ink, letter);
	canvas_text(c, *x + 2, *y, ANCHOR_LEFT, INK_TEXT, "%s", word);
	*x += width;
}

static void draw_legend(struct canvas *c, int columns, const struct machine *m,
			const struct frames *frames, const struct placed_list *list)
{
	int x = 0, y = c->rows + 1;
	struct text word = {};
	enum frame what;
	size_t i;

	for (what = frames->flags ? FRAME_FREE : FRAME_UNKNOWN; what <= FRAME_BAD; what++) {
		if (!frames->flags && what != FRAME_UNKNOWN)
			break;
		legend_entry(c, columns, &x, &y, looks[what].ink, looks[what].letter,
			     what == FRAME_BAD ? "wrong or broken" : frame_word(what));
	}
	for (i = 0; i < list->nr && i < LETTERS; i++) {
		const struct placed *placed = &list->placed[i];
		const char *allocator = item_value(&placed->arena, "allocator");

		text_clear(&word);
		text_printf(&word, "%s (%s, ", placed->arena.name, allocator ? allocator : "?");
		text_bytes(&word, placed->spans.pages * m->page_size);
		text_putc(&word, ')');
		legend_entry(c, columns, &x, &y, INK_OURS, placed->letter, word.s);
	}
	/* letters come again after the last one */
	if (i < list->nr) {
		text_clear(&word);
		text_printf(&word, "%zu more, with the same letters again", list->nr - i);
		legend_entry(c, columns, &x, &y, INK_OURS, '+', word.s);
	}
	text_free(&word);
}

void picture_ram(struct canvas *c, int columns, const struct machine *m,
		 const struct frames *frames, const struct placed_list *list)
{
	struct part *part = xcalloc(MOST_PARTS + 1, sizeof(*part));
	struct text all = {}, cell = {};
	size_t nr, i;
	u64 pages;
	bool more;

	if (columns < 16)
		columns = 16;
	nr = cut(m, frames, columns < 60, part);
	more = nr > MOST_PARTS;
	if (more)
		nr = MOST_PARTS;
	pages = cell_pages(part, nr, columns - (columns >= 48 ? LABEL : 0));
	size_text(&all, m, machine_ram_pages(m));
	size_text(&cell, m, pages);
	canvas_init(c, columns,
		    "Physical memory: %s in pages of %llu bytes; a cell is %s, with the letter of an arena that has pages of it, of one of them where several have",
		    all.s, m->page_size, cell.s);
	for (i = 0; i < nr; i++)
		draw_part(c, columns, m, &part[i], pages);
	if (more)
		canvas_text(c, 0, c->rows, ANCHOR_LEFT, INK_DIM, columns >= 40 ?
			    "RAM in more than %d parts: the rest is not drawn" :
			    "the first %d parts", MOST_PARTS);
	draw_legend(c, columns, m, frames, list);
	text_free(&all);
	text_free(&cell);
	free(part);
}

/* What everybody may see: how much of each zone is free. */
void picture_zones(struct canvas *c, int columns, const struct machine *m)
{
	int cells = columns > 24 ? columns - 2 : columns;
	struct text size = {}, free_size = {};
	size_t i;

	canvas_init(c, columns, "Physical memory by zones: what is free, and what is not");
	for (i = 0; i < m->nr_zones; i++) {
		const struct zone *zone = &m->zone[i];
		double used = zone->managed && zone->free <= zone->managed ?
			      1 - (double)zone->free / zone->managed : 0;
		int n = used * cells + 0.5, y = c->rows;

		size_text(&size, m, zone->managed);
		size_text(&free_size, m, zone->free);
		canvas_heading(c, 0, y, "node %lld, zone %s: %s, %s free",
			       zone->node, zone->name, size.s, free_size.s);
		if (n)
			canvas_cells(c, 0, y + 1, n, INK_KERNEL, 'k');
		if (n < cells)
			canvas_cells(c, n, y + 1, cells - n, INK_FREE, '.');
	}
	text_free(&size);
	text_free(&free_size);
}
