// SPDX-License-Identifier: GPL-2.0
/*
 * map: the picture of physical memory, and of arenas in it.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/driver.h"
#include "../lib/frames.h"
#include "../lib/kinds.h"
#include "../lib/options.h"
#include "../lib/pictures.h"
#include "../lib/split.h"
#include "../lib/table.h"
#include "commands.h"

#define MOST_SPLIT	1073741824

enum { OPT_SPLIT = LONG_ONLY, OPT_SVG, OPT_PNG };

static const struct choice choices[] = {
	{ "split", "PAGES", OPT_SPLIT,
	  "how the page allocator splits a block for so many pages, 1 to 1073741824, instead" },
	{ "svg", "FILE", OPT_SVG,
	  "write the picture to this file, as SVG, instead of showing it" },
	{ "png", "FILE", OPT_PNG,
	  "the same as PNG, where it was built with cairo" },
	{}
};

static int print_json(const struct machine *m, const struct frames *frames,
		      const struct placed_list *list)
{
	struct json j;
	size_t i, k;

	js_begin(&j, "map");
	js_u64(&j, "page_size_bytes", m->page_size);
	js_open(&j, "ram", '[');
	for (i = 0; i < m->nr_ram; i++) {
		u64 count[FRAME_OURS + 1] = {};
		u64 at;

		js_open(&j, NULL, '{');
		js_u64(&j, "first_pfn", m->ram[i].first);
		js_u64(&j, "nr_pages", m->ram[i].nr);
		for (at = 0; frames->of && at < m->ram[i].nr; at++)
			count[frames->of[i][at] < FRAME_OURS ? frames->of[i][at] : FRAME_OURS]++;
		js_open(&j, "pages", '{');
		for (k = 0; frames->of && k <= FRAME_OURS; k++)
			js_u64(&j, frame_word(k), count[k]);
		js_close(&j, '}');
		js_close(&j, '}');
	}
	js_close(&j, ']');
	js_open(&j, "zones", '[');
	for (i = 0; i < m->nr_zones; i++) {
		js_open(&j, NULL, '{');
		js_u64(&j, "node", m->zone[i].node);
		js_string(&j, "zone", m->zone[i].name);
		js_u64(&j, "first_pfn", m->zone[i].span.first);
		js_u64(&j, "spanned_pages", m->zone[i].span.nr);
		js_u64(&j, "managed_pages", m->zone[i].managed);
		js_u64(&j, "free_pages", m->zone[i].free);
		js_open(&j, "free_blocks", '[');
		for (k = 0; k < m->zone[i].nr_orders; k++)
			js_u64(&j, NULL, m->zone[i].blocks[k]);
		js_close(&j, ']');
		js_close(&j, '}');
	}
	js_close(&j, ']');
	if (m->cma.nr) {
		js_open(&j, "cma", '{');
		js_u64(&j, "first_pfn", m->cma.first);
		js_u64(&j, "nr_pages", m->cma.nr);
		js_close(&j, '}');
	}
	js_open(&j, "arenas", '[');
	for (i = 0; i < list->nr; i++) {
		const struct placed *placed = &list->placed[i];

		js_open(&j, NULL, '{');
		js_string(&j, "name", placed->arena.name);
		js_u64(&j, "nr_pages", placed->spans.pages);
		js_open(&j, "wrong_pfns", '[');
		for (k = 0; k < placed->nr_bad; k++)
			js_u64(&j, NULL, placed->bad[k]);
		js_close(&j, ']');
		js_open(&j, "spans", '[');
		for (k = 0; k < placed->spans.nr; k++) {
			js_open(&j, NULL, '{');
			js_u64(&j, "index", placed->spans.span[k].index);
			js_u64(&j, "pfn", placed->spans.span[k].pfn);
			js_u64(&j, "pages", placed->spans.span[k].pages);
			js_close(&j, '}');
		}
		js_close(&j, ']');
		js_close(&j, '}');
	}
	js_close(&j, ']');
	return js_print(&j);
}

static int print_csv(struct studio *st, const struct placed_list *list)
{
	static const struct column columns[] = {
		{ "arena", "ARENA", COLUMN_TEXT },
		{ "index", "INDEX", COLUMN_NUMBER },
		{ "pfn", "PFN", COLUMN_NUMBER },
		{ "pages", "PAGES", COLUMN_NUMBER },
		{ "node", "NODE", COLUMN_NUMBER },
		{ "zone", "ZONE", COLUMN_TEXT },
	};
	struct table table;
	int status;
	size_t i, k;

	table_init(&table, columns, ARRAY_SIZE(columns));
	for (i = 0; i < list->nr; i++) {
		for (k = 0; k < list->placed[i].spans.nr; k++) {
			const struct span *span = &list->placed[i].spans.span[k];

			table_cell(&table, list->placed[i].arena.name);
			table_u64(&table, span->index);
			table_u64(&table, span->pfn);
			table_u64(&table, span->pages);
			table_u64(&table, span->node);
			table_cell(&table, span->zone);
		}
	}
	status = table_print(st, &table, "map", "spans");
	table_free(&table);
	return status;
}

/**
 * struct wanted - what the command line asks for
 * @svg:   file for SVG, or NULL
 * @png:   file for PNG, or NULL
 * @split: draw how a block is split for so many pages, 0 for none
 * @names: arenas to look at
 * @nr:    how many
 */
struct wanted {
	const char	*svg;
	const char	*png;
	u64		split;
	char		**names;
	size_t		nr;
};

/* Allocators that take one block for all; that of exact is split. */
static bool splits(const struct item *arena)
{
	static const char * const names[] = { "page", "exact" };
	const char *allocator = item_value(arena, "allocator");
	size_t i;

	for (i = 0; allocator && i < ARRAY_SIZE(names); i++) {
		if (!strcmp(allocator, names[i]))
			return true;
	}
	return false;
}

static int draw(struct studio *st, const struct machine *m, const struct frames *frames,
		const struct placed_list *list, const struct wanted *wanted)
{
	struct canvas *canvas = xcalloc(1 + 2 * list->nr, sizeof(*canvas));
	size_t nr = 0, i;
	int width = st->width, status;

	/* a file is as wide as it reads well, whatever the terminal is */
	if (wanted->svg || wanted->png)
		width = st->width > 100 ? st->width : 100;
	if (!wanted->nr && frames->of)
		picture_ram(&canvas[nr++], width, m, frames, list);
	else if (!wanted->nr)
		picture_zones(&canvas[nr++], width, m);
	for (i = 0; wanted->nr && i < list->nr; i++) {
		const struct item *arena = &list->placed[i].arena;
		u64 pages = (item_number(arena, "bytes_requested") + m->page_size - 1) /
				 m->page_size;

		picture_arena(&canvas[nr++], width, m, &list->placed[i]);
		if (splits(arena) && pages && pages & (pages - 1))
			picture_split(&canvas[nr++], width, pages);
	}
	status = canvas_output(st, canvas, nr, wanted->svg, wanted->png);
	for (i = 0; i < nr; i++)
		canvas_free(&canvas[i]);
	free(canvas);
	return status;
}

static const struct column split_columns[] = {
	{ "first_page", "FIRST PAGE", COLUMN_NUMBER },
	{ "half_pages", "HALF", COLUMN_NUMBER },
	{ "first_half", "FIRST HALF", COLUMN_TEXT },
	{ "second_half", "SECOND HALF", COLUMN_TEXT },
};

static void split_table(const struct split *split, struct table *table)
{
	size_t i;

	table_init(table, split_columns, ARRAY_SIZE(split_columns));
	for (i = 0; i < split->nr; i++) {
		table_u64(table, split->step[i].first);
		table_u64(table, split->step[i].half);
		table_cell(table, split->step[i].taken ? "taken" : "split");
		table_cell(table, split->step[i].split ? "split" : "free");
	}
}

static int print_split_json(const struct split *split, const struct table *steps)
{
	struct json j;

	js_begin(&j, "map --split");
	js_open(&j, "split", '{');
	js_u64(&j, "wanted_pages", split->pages);
	js_u64(&j, "order", split->order);
	js_u64(&j, "block_pages", split->block);
	js_u64(&j, "rounding_pages", split->block - split->pages);
	table_json(steps, "steps", &j);
	js_close(&j, '}');
	return js_print(&j);
}

/* What is drawn, for programs. */
static int print_split(struct studio *st, u64 pages)
{
	struct table steps;
	struct split split;
	int status;

	split_block(pages, &split);
	split_table(&split, &steps);
	if (st->format == FORMAT_JSON)
		status = print_split_json(&split, &steps);
	else
		status = table_print(st, &steps, "map", "steps");
	table_free(&steps);
	return status;
}

static int draw_split(struct studio *st, const struct wanted *wanted)
{
	struct canvas canvas;
	int status;

	if (st->format != FORMAT_TEXT) {
		status = print_split(st, wanted->split);
		if (status || (!wanted->svg && !wanted->png))
			return status;
	}
	picture_split(&canvas, wanted->svg || wanted->png ? 100 : st->width, wanted->split);
	status = canvas_output(st, &canvas, 1, wanted->svg, wanted->png);
	canvas_free(&canvas);
	return status;
}

/* A picture that goes to a file does so beside JSON and CSV, too. */
static int print(struct studio *st, const struct machine *m, const struct frames *frames,
		 const struct placed_list *list, const struct wanted *wanted)
{
	int status = STATUS_OK;

	if (st->format == FORMAT_JSON)
		status = print_json(m, frames, list);
	else if (st->format == FORMAT_CSV)
		status = print_csv(st, list);
	if (status || (st->format != FORMAT_TEXT && !wanted->svg && !wanted->png))
		return status;
	return draw(st, m, frames, list, wanted);
}

/* What cannot be seen is told; what can be is drawn. An arena is, without RAM's addresses. */
static void tell_missing(struct studio *st, const struct machine *m,
			 const struct frames *frames, int err, bool named)
{
	if (m->hidden && !named)
		say("addresses of RAM are for root: only the zones are shown; use sudo");
	else if (!m->nr_ram && !m->hidden)
		say("%s/proc/iomem names no RAM", st->root);
	else if (err == -EFBIG)
		say("there is more RAM than this program looks at page by page");
	else if (!frames->flags && !m->hidden)
		say("who has a page is not known: no /proc/kpageflags (CONFIG_PROC_PAGE_MONITOR)");
	if (!file_exists(st, STUDIO_DEBUG))
		driver_need(st, NEED_DRIVER | NEED_DEBUGFS);
}

static bool is_among(const char *name, char **names, size_t nr)
{
	size_t i;

	for (i = 0; i < nr && strcmp(names[i], name); i++)
		;
	return i < nr;
}

/* Those named are there; one that is named twice is drawn once. */
static int find_all(struct studio *st, struct wanted *wanted)
{
	int status = wanted->nr ? driver_need(st, NEED_DRIVER) : STATUS_OK;
	size_t i, nr = 0;
	const char *name;

	for (i = 0; !status && i < wanted->nr; i++) {
		status = find_arena(st, wanted->names[i], &name);
		if (!status && !is_among(name, wanted->names, nr))
			wanted->names[nr++] = (char *)name;
	}
	wanted->nr = nr;
	return status;
}

/* Not all of those named have pages: which of them, and why. */
static int tell_not_placed(struct studio *st, const struct wanted *wanted,
			   const struct placed_list *list)
{
	int status = STATUS_OK;
	size_t i, k;

	for (i = 0; !status && i < wanted->nr; i++) {
		for (k = 0; k < list->nr && strcmp(list->placed[k].arena.name, wanted->names[i]);
		     k++)
			;
		if (k == list->nr)
			status = need_live(st, wanted->names[i]);
	}
	if (status)
		return status;
	/* that has been told */
	if (!file_exists(st, STUDIO_DEBUG))
		return STATUS_MISSING;
	return fail(STATUS_REFUSED, "the table of an arena cannot be read");
}

static int do_map(struct studio *st, int argc, char **argv)
{
	struct wanted wanted = {};
	struct placed_list list;
	struct frames frames;
	struct machine m;
	int status, c, err;

	while ((c = next_option(&command_map, argc, argv)) != -1) {
		if (c == OPT_SVG)
			wanted.svg = optarg;
		else if (c == OPT_PNG)
			wanted.png = optarg;
		else if (c != OPT_SPLIT)
			return STATUS_USAGE;
		else if (!parse_within(optarg, 1, MOST_SPLIT, &wanted.split))
			return usage(&command_map, "--split takes a number of pages, 1 to %d",
				     MOST_SPLIT);
	}
	status = refuse_mixed(&command_map, st, wanted.svg, wanted.png);
	if (status)
		return status;
	wanted.names = argv + optind;
	wanted.nr = argc - optind;
	if (wanted.split && wanted.nr)
		return usage(&command_map, "--split is of no arena: it takes no name");
	if (wanted.split)
		return draw_split(st, &wanted);
	status = find_all(st, &wanted);
	if (status)
		return status;
	machine_read(st, &m);
	placed_read(st, &m, wanted.names, wanted.nr, &list);
	err = frames_read(st, &m, &frames);
	if (frames.of)
		placed_mark(&list, &frames);
	tell_missing(st, &m, &frames, err, wanted.nr);
	if (wanted.nr && list.nr < wanted.nr)
		status = tell_not_placed(st, &wanted, &list);
	else
		status = print(st, &m, &frames, &list, &wanted);
	frames_free(&frames);
	placed_free(&list);
	machine_free(&m);
	return status;
}

const struct command command_map = {
	.name = "map",
	.args = "[NAME ...]",
	.about = "the picture of physical memory, or of arenas page by page",
	.more =
		"A page with a wrong word is marked with X as soon as a verification, or a scrub, has found it. Who is not root sees the zones only, and no arena.",
	.choices = choices,
	.example = "kmem-studio map a --svg a.svg",
	.run = do_map,
};
