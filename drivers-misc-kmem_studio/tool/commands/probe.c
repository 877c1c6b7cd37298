// SPDX-License-Identifier: GPL-2.0
/*
 * probe: how fragmented memory is, and what an allocation of each order costs now. The second
 * is the driver's: its table has names in its first line, and is shown as it is.
 */
#include <string.h>

#include "../lib/driver.h"
#include "../lib/files.h"
#include "../lib/fragmentation.h"
#include "../lib/pictures.h"
#include "../lib/table.h"
#include "commands.h"

#define PROBE		STUDIO_DEBUG "/probe"
#define MOST_COLUMNS	24

static enum column_kind kind_of(const char *name)
{
	size_t len = strlen(name);

	return len > 3 && !strcmp(name + len - 3, "_ns") ? COLUMN_NS : COLUMN_TEXT;
}

/* Return: is the text a table? @names keeps what its columns are called */
static bool read_table(char *text, struct table *table, struct column *column)
{
	char *line = next_line(&text), *field;
	size_t nr = 0, i;

	while (line && nr < MOST_COLUMNS && (field = next_field(&line, '\t')))
		column[nr++] = (struct column){ field, field, kind_of(field) };
	if (nr < 2)
		return false;
	table_init(table, column, nr);
	while ((line = next_line(&text))) {
		/* a line for machines follows the table */
		if (!strchr(line, '\t'))
			break;
		for (i = 0; i < nr; i++)
			table_cell(table, line ? next_field(&line, '\t') : NULL);
	}
	return true;
}

static void heading(struct studio *st, const char *title, struct text *out)
{
	text_putc(out, '\n');
	text_wrap(out, title, st->width);
	text_putc(out, '\n');
}

static void show_costs(struct studio *st, struct text *out, struct json *j)
{
	struct column column[MOST_COLUMNS];
	struct table table;
	struct text t = {};

	if (file_read(st, PROBE, &t)) {
		say("the driver that runs has no probe, or it is for root: no costs are shown");
		text_free(&t);
		return;
	}
	make_printable(t.s);
	if (!read_table(t.s, &table, column)) {
		text_free(&t);
		return;
	}
	if (j) {
		table_json(&table, "costs", j);
	} else {
		heading(st, "What an allocation of each order costs now", out);
		table_text(st, &table, out);
	}
	table_free(&table);
	text_free(&t);
}

static int do_probe(struct studio *st, int argc, char **argv)
{
	struct canvas canvas;
	struct table table;
	struct text out = {};
	struct machine m;
	struct json j;
	int status;

	(void)argv;
	if (argc > 1)
		return usage(&command_probe, "probe takes no argument");
	machine_read(st, &m);
	fragmentation_table(&table, &m, NULL);
	if (!table.nr) {
		status = fail(STATUS_MISSING, "%s/proc/buddyinfo tells of no zone", st->root);
	} else if (st->format == FORMAT_JSON) {
		js_begin(&j, "probe");
		table_json(&table, "fragmentation", &j);
		show_costs(st, NULL, &j);
		status = js_print(&j);
	} else if (st->format == FORMAT_CSV) {
		status = table_print(st, &table, "probe", "fragmentation");
	} else {
		picture_blocks(&canvas, st->width, &m);
		canvas_terminal(st, &canvas, &out);
		canvas_free(&canvas);
		heading(st,
			"Which part of free memory is of no use for an allocation of each order",
			&out);
		table_text(st, &table, &out);
		show_costs(st, &out, NULL);
		status = output_write("-", out.s, out.len);
	}
	text_free(&out);
	table_free(&table);
	machine_free(&m);
	return status;
}

const struct command command_probe = {
	.name = "probe",
	.args = "",
	.about = "how fragmented memory is, and what an allocation of each order costs now",
	.example = "kmem-studio probe",
	.run = do_probe,
};
