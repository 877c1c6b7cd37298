// SPDX-License-Identifier: GPL-2.0
/*
 * probe: how fragmented memory is, and what an allocation of each order costs now. The second
 * is the driver's: of what it prints, the line for programs is read.
 */
#include <errno.h>
#include <string.h>

#include "../lib/driver.h"
#include "../lib/files.h"
#include "../lib/fragmentation.h"
#include "../lib/pictures.h"
#include "../lib/table.h"
#include "commands.h"

#define PROBE		STUDIO_DEBUG "/probe"
#define PROBE_LINE	"probe:"
/* Rows of a table: there are some twenty orders. */
#define MOST_COSTS	256

static const struct column cost_columns[] = {
	{ "kind", "KIND", COLUMN_TEXT },
	{ "order", "ORDER", COLUMN_NUMBER },
	{ "got", "GOT", COLUMN_NUMBER },
	{ "asked", "OF", COLUMN_NUMBER },
	{ "mean_ns", "MEAN", COLUMN_NS },
	{ "worst_ns", "WORST", COLUMN_NS },
	{ "reclaims", "RECLAIMS", COLUMN_NUMBER, 2 },
	{ "compacted", "COMPACTED", COLUMN_NUMBER, 2 },
	{ "zone", "ZONE", COLUMN_TEXT, 1 },
	{ "node", "NODE", COLUMN_NUMBER, 1 },
};

enum cost { KIND, ORDER, GOT, ASKED, MEAN, WORST, RECLAIMS, COMPACTED, ZONE, NODE, NR_COSTS };

/* Both tables in one: a row is of a zone, or has a kind and is a cost. */
static const struct column all_columns[] = {
	{ "node", "NODE", COLUMN_NUMBER },
	{ "zone", "ZONE", COLUMN_TEXT },
	{ "order", "ORDER", COLUMN_NUMBER },
	{ "free_blocks", "FREE BLOCKS", COLUMN_NUMBER },
	{ "unusable_percent", "UNUSABLE %", COLUMN_NUMBER },
	{ "kind", "KIND", COLUMN_TEXT },
	{ "got", "GOT", COLUMN_NUMBER },
	{ "asked", "OF", COLUMN_NUMBER },
	{ "mean_ns", "MEAN", COLUMN_NS },
	{ "worst_ns", "WORST", COLUMN_NS },
	{ "reclaims", "RECLAIMS", COLUMN_NUMBER },
	{ "compacted", "COMPACTED", COLUMN_NUMBER },
};

#define COLUMNS_OF_ZONES	5

/* "page3=8/8,1234.567,2345.678,0,0,DMA,0", cut into its fields. Return: is it one? */
static bool parse_cost(char *word, char **field)
{
	char *rest = word;
	size_t digits, i;
	double number;

	field[KIND] = next_field(&rest, '=');
	digits = strcspn(word, "0123456789");
	field[GOT] = next_field(&rest, '/');
	for (i = ASKED; i < NR_COSTS; i++)
		field[i] = next_field(&rest, ',');
	if (!field[NODE] || rest || !digits)
		return false;
	for (i = GOT; i <= COMPACTED; i++) {
		if (!parse_decimal(field[i], &number))
			return false;
	}
	field[ORDER] = word + digits;
	return parse_decimal(field[ORDER], &number);
}

static void add_cost(char **field, struct table *table)
{
	bool none = !strcmp(field[ZONE], "-");
	size_t i;

	table_cell(table, strncmp(field[KIND], "cma", 3) ? "page" : "cma");
	for (i = ORDER; i < ZONE; i++)
		table_cell(table, field[i]);
	table_cell(table, none ? NULL : field[ZONE]);
	table_cell(table, none ? NULL : field[NODE]);
}

/* What the driver printed. */
static void parse_costs(char *text, struct table *table)
{
	char *field[NR_COSTS], *line, *word;
	size_t nr = 0;

	make_printable(text);
	while ((line = next_line(&text)) && strncmp(line, PROBE_LINE, strlen(PROBE_LINE)))
		;
	if (!line)
		return;
	line += strlen(PROBE_LINE);
	while (nr < MOST_COSTS && (word = next_field(&line, ' '))) {
		if (!parse_cost(word, field))
			continue;
		add_cost(field, table);
		nr++;
	}
}

/* Where there are none it is told why. */
static void read_costs(struct studio *st, struct table *table)
{
	struct text t = {};
	int err;

	table_init(table, cost_columns, ARRAY_SIZE(cost_columns));
	err = file_read(st, PROBE, &t);
	if (!err)
		parse_costs(t.s, table);
	if (err == -EPERM || err == -EACCES)
		say("only root may ask the driver what allocations cost: use sudo");
	else if (err && is_saved(st))
		say("the copy does not have what allocations cost");
	else if (err && !driver_need(st, NEED_DRIVER | NEED_DEBUGFS))
		say("no costs are shown: the driver that runs is older and has no " PROBE);
	else if (!err && !table->nr)
		say("no costs are shown: " PROBE " has none that are understood");
	text_free(&t);
}

static void heading(struct studio *st, const char *title, struct text *out)
{
	text_putc(out, '\n');
	text_wrap(out, title, st->width);
	text_putc(out, '\n');
}

static int print_text(struct studio *st, const struct machine *m, const struct table *zones,
		      const struct table *costs)
{
	struct canvas canvas;
	struct text out = {};
	int status;

	picture_blocks(&canvas, st->width, m);
	canvas_terminal(st, &canvas, &out);
	canvas_free(&canvas);
	heading(st, "Which part of free memory is of no use for an allocation of each order", &out);
	table_text(st, zones, &out);
	if (costs->nr) {
		heading(st, "What an allocation of each order costs now", &out);
		table_text(st, costs, &out);
	}
	status = output_write("-", out.s, out.len);
	text_free(&out);
	return status;
}

static int print_json(const struct table *zones, const struct table *costs)
{
	struct json j;

	js_begin(&j, "probe");
	table_json(zones, "fragmentation", &j);
	if (costs->nr)
		table_json(costs, "costs", &j);
	return js_print(&j);
}

static int print_csv(struct studio *st, const struct table *zones, const struct table *costs)
{
	struct table all;
	size_t at, i;
	int status;

	table_init(&all, all_columns, ARRAY_SIZE(all_columns));
	for (at = 0; at < zones->nr; at += zones->nr_columns) {
		for (i = 0; i < COLUMNS_OF_ZONES; i++)
			table_cell(&all, zones->cell[at + i]);
		table_end_row(&all);
	}
	for (at = 0; at < costs->nr; at += costs->nr_columns) {
		char **cost = costs->cell + at;

		table_cell(&all, cost[NODE]);
		table_cell(&all, cost[ZONE]);
		table_cell(&all, cost[ORDER]);
		table_cell(&all, NULL);
		table_cell(&all, NULL);
		table_cell(&all, cost[KIND]);
		for (i = GOT; i <= COMPACTED; i++)
			table_cell(&all, cost[i]);
	}
	status = table_print(st, &all, "probe", "all");
	table_free(&all);
	return status;
}

static int do_probe(struct studio *st, int argc, char **argv)
{
	struct table zones, costs;
	struct machine m;
	int status;

	(void)argv;
	if (argc > 1)
		return usage(&command_probe, "probe takes no argument");
	machine_read(st, &m);
	fragmentation_table(&zones, &m, NULL);
	if (!zones.nr) {
		status = fail(STATUS_MISSING, "%s/proc/buddyinfo tells of no zone", st->root);
	} else {
		read_costs(st, &costs);
		if (st->format == FORMAT_JSON)
			status = print_json(&zones, &costs);
		else if (st->format == FORMAT_CSV)
			status = print_csv(st, &zones, &costs);
		else
			status = print_text(st, &m, &zones, &costs);
		table_free(&costs);
	}
	table_free(&zones);
	machine_free(&m);
	return status;
}

const struct command command_probe = {
	.name = "probe",
	.args = "",
	.about = "how fragmented memory is, and what an allocation of each order costs now",
	.more =
		"The costs are for root: the driver asks eight times for each order, and tells how many it got, the mean and the longest time, and how often memory was reclaimed and compacted. As CSV both are one table: what is a cost has a kind, page or cma (of the area for DMA).",
	.example = "kmem-studio probe",
	.run = do_probe,
};
