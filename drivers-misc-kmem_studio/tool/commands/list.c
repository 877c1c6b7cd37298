// SPDX-License-Identifier: GPL-2.0
/*
 * list: the arenas, benches and pressures that there are.
 */
#include <errno.h>
#include <string.h>

#include "../lib/driver.h"
#include "../lib/kinds.h"
#include "../lib/table.h"
#include "commands.h"
#include "list.h"

static const struct column columns[] = {
	{ "kind", "KIND", COLUMN_TEXT },
	{ "name", "NAME", COLUMN_TEXT },
	{ "state", "STATE", COLUMN_TEXT },
	{ "allocator", "ALLOCATOR", COLUMN_TEXT },
	{ "nr_structs", "STRUCTS", COLUMN_NUMBER },
	{ "nr_pages", "PAGES", COLUMN_NUMBER },
	{ "bytes_allocated", "ALLOCATED", COLUMN_BYTES, 1 },
	{ "mismatches", "MISMATCHES", COLUMN_NUMBER, 2 },
};

static void add(struct studio *st, const struct kind *kind, const char *name,
		struct table *table)
{
	struct item item;
	u64 number;
	size_t i;
	int err;

	err = kind == ARENA ? arena_read(st, name, &item) :
			      item_read(st, kind->folder, name, &item);
	/* removed meanwhile */
	if (err)
		return;
	table_cell(table, kind->word);
	table_cell(table, name);
	for (i = 2; i < ARRAY_SIZE(columns); i++) {
		const char *file = kind_file(kind, columns[i].name);

		if (!strcmp(file, "state"))
			table_cell(table, kind_state(kind, &item));
		else if (columns[i].kind == COLUMN_TEXT)
			table_cell(table, item_value(&item, file));
		else if (item_u64(&item, file, &number))
			table_u64(table, number);
		else
			table_cell(table, NULL);
	}
	item_free(&item);
}

/*
 * What came of a command that did something to these: all their values as JSON, or the lines
 * of list as CSV; nothing if none of them is there. Return: an enum status
 */
int print_items(struct studio *st, const char *command, char **names, int nr)
{
	struct table table;
	struct json j;
	int status, n;

	table_init(&table, columns, ARRAY_SIZE(columns));
	js_begin(&j, command);
	js_open(&j, "items", '[');
	for (n = 0; n < nr; n++) {
		const struct kind *kind;
		const char *name;
		struct item item;

		/* of those that are not there it has been told */
		if (!has_item(st, names[n], &kind, &name))
			continue;
		if (kind == ARENA ? arena_read(st, name, &item) :
				    item_read(st, kind->folder, name, &item))
			continue;
		add(st, kind, name, &table);
		js_open(&j, NULL, '{');
		js_string(&j, "kind", kind->word);
		js_string(&j, "name", name);
		item_json(&item, "values", &j);
		js_close(&j, '}');
		item_free(&item);
	}
	js_close(&j, ']');
	if (!table.nr) {
		text_free(&j.t);
		status = STATUS_REFUSED;
	} else if (st->format == FORMAT_CSV) {
		text_free(&j.t);
		status = table_print(st, &table, command, "items");
	} else {
		status = js_print(&j);
	}
	table_free(&table);
	return status;
}

static int do_list(struct studio *st, int argc, char **argv)
{
	struct table table;
	struct names names;
	int status, missing;
	size_t i, k;

	(void)argv;
	if (argc > 1)
		return usage(&command_list, "list takes no argument");
	status = driver_need(st, NEED_DRIVER);
	if (status)
		return status;
	/* the lab's arena is seen without */
	missing = driver_need(st, NEED_CONFIGFS);
	table_init(&table, columns, ARRAY_SIZE(columns));
	for (k = 0; k < nr_kinds; k++) {
		int err = kind_names(st, &kinds[k], &names);

		/* a copy has no empty folders */
		if (err && !missing && &kinds[k] == ARENA && !(is_saved(st) && err == -ENOENT))
			say("the arenas are not to be seen (%s): %s", kinds[k].folder,
			    strerror(-err));
		for (i = 0; !err && i < names.nr; i++)
			add(st, &kinds[k], names.name[i], &table);
		names_free(&names);
	}
	if (missing && !table.nr)
		status = missing;
	else if (!table.nr && st->format == FORMAT_TEXT)
		say("%s", is_saved(st) ? "there is none in this copy" :
			  "there is nothing yet: kmem-studio new NAME 1000 page makes an arena");
	else
		status = table_print(st, &table, "list", "items");
	table_free(&table);
	return worse(status, missing);
}

const struct command command_list = {
	.name = "list",
	.args = "",
	.about = "the arenas, benches and pressures that there are",
	.example = "kmem-studio list --json",
	.run = do_list,
};
