// SPDX-License-Identifier: GPL-2.0
/*
 * show: all that is known of an arena, a bench or a pressure, and where its memory lies.
 */
#include <string.h>

#include "../lib/driver.h"
#include "../lib/kinds.h"
#include "../lib/klog.h"
#include "../lib/machine.h"
#include "../lib/table.h"
#include "../lib/trial.h"
#include "commands.h"

#define SPANS_FOR_PEOPLE	16

static const struct column span_columns[] = {
	{ "index", "PAGE", COLUMN_NUMBER },
	{ "pfn", "PFN", COLUMN_TEXT },
	{ "pages", "PAGES", COLUMN_NUMBER },
	{ "pages_bar", "", COLUMN_BAR },
	{ "order", "ORDER", COLUMN_NUMBER },
	{ "node", "NODE", COLUMN_NUMBER },
	{ "zone", "ZONE", COLUMN_TEXT },
	{ "kind", "KIND", COLUMN_TEXT, 1 },
	{ "virt", "VIRTUAL", COLUMN_TEXT, 2 },
};

static void add_span(const struct span *span, struct table *table)
{
	char text[32];

	table_u64(table, span->index);
	snprintf(text, sizeof(text), "0x%llx", span->pfn);
	table_cell(table, text);
	table_u64(table, span->pages);
	table_u64(table, order_of(span->pages));
	snprintf(text, sizeof(text), "%lld", span->node);
	table_cell(table, text);
	table_cell(table, span->zone);
	table_cell(table, span->kind);
	table_cell(table, span->virt);
}

static void show_spans(struct studio *st, const struct spans *spans, struct text *out)
{
	u64 largest, runs = spans_runs(spans, &largest);
	struct machine m;
	struct table table;
	size_t i;

	table_init(&table, span_columns, ARRAY_SIZE(span_columns));
	for (i = 0; i < spans->nr && i < SPANS_FOR_PEOPLE; i++)
		add_span(&spans->span[i], &table);
	text_printf(out, "\n%llu page%s in %llu run%s of neighbours, the longest has %llu\n",
		    spans->pages, plural(spans->pages), runs, plural(runs), largest);
	table_text(st, &table, out);
	if (i < spans->nr)
		text_printf(out, "... and %zu more\n", spans->nr - i);
	table_free(&table);
	machine_read(st, &m);
	if (is_hidden(&m, spans->span[0].virt))
		text_wrap(out, HIDDEN_HINT "\n", st->width);
	machine_free(&m);
}

static void show_value(const struct attr *attr, struct text *out)
{
	size_t len = strlen(attr->name);
	const char *unit = len > 3 ? attr->name + len - 3 : "";
	double decimal;
	const char *s;

	text_printf(out, "%-18s ", attr->name);
	for (s = attr->value; *s; s++) {
		text_putc(out, *s);
		if (*s == '\n')
			text_printf(out, "%-18s ", "");
	}
	if (parse_decimal(attr->value, &decimal) && decimal >= 10000 &&
	    (!strcmp(unit, "_ns") || !strncmp(attr->name, "bytes_", 6))) {
		text_puts(out, " (");
		if (!strcmp(unit, "_ns"))
			text_ns(out, decimal);
		else
			text_bytes(out, decimal);
		text_putc(out, ')');
	}
	text_putc(out, '\n');
}

static int print_text(struct studio *st, const struct kind *kind, const struct item *item,
		      const struct spans *spans)
{
	struct text out = {}, report = {};
	const char *state = item_value(item, "state");
	int status;
	size_t i;

	text_printf(&out, "%s %s\n", kind->word, item->name);
	for (i = 0; i < item->nr; i++)
		show_value(&item->attr[i], &out);
	if (spans->nr)
		show_spans(st, spans, &out);
	if (state && !strcmp(state, "corrupt")) {
		report.s = klog_last_report(st, item->name);
		if (*report.s)
			text_printf(&out, "\nThe kernel's log:\n%s", report.s);
		text_free(&report);
	}
	status = output_write("-", out.s, out.len);
	text_free(&out);
	return status;
}

static int print_json(const struct kind *kind, const struct item *item,
		      const struct spans *spans)
{
	struct table table;
	struct json j;
	size_t i;

	table_init(&table, span_columns, ARRAY_SIZE(span_columns));
	for (i = 0; i < spans->nr; i++)
		add_span(&spans->span[i], &table);
	js_begin(&j, "show");
	js_string(&j, "kind", kind->word);
	js_string(&j, "name", item->name);
	item_json(item, "values", &j);
	table_json(&table, "spans", &j);
	table_free(&table);
	return js_print(&j);
}

static int print_csv(struct studio *st, const struct item *item)
{
	static const struct column columns[] = {
		{ "name", "NAME", COLUMN_TEXT },
		{ "value", "VALUE", COLUMN_TEXT },
	};
	struct table table;
	int status;
	size_t i;

	table_init(&table, columns, ARRAY_SIZE(columns));
	for (i = 0; i < item->nr; i++) {
		table_cell(&table, item->attr[i].name);
		table_cell(&table, item->attr[i].value);
	}
	status = table_print(st, &table, "show", "values");
	table_free(&table);
	return status;
}

static int do_show(struct studio *st, int argc, char **argv)
{
	const struct kind *kind;
	struct spans spans = {};
	const char *name;
	struct item item;
	int status, err;

	if (argc != 2)
		return usage(&command_show, "show takes one name");
	status = driver_need(st, NEED_DRIVER);
	if (!status)
		status = find_item(st, argv[1], &kind, &name);
	if (status)
		return status;
	err = kind == ARENA ? arena_read(st, name, &item) :
			      item_read(st, kind->folder, name, &item);
	if (err)
		return fail(STATUS_REFUSED, "%s: %s", name, strerror(-err));
	if (kind == ARENA && arena_spans(st, name, &spans) && st->format == FORMAT_TEXT &&
	    arena_is_live(&item))
		driver_need(st, NEED_DEBUGFS);
	if (st->format == FORMAT_JSON)
		status = print_json(kind, &item, &spans);
	else if (st->format == FORMAT_CSV)
		status = print_csv(st, &item);
	else
		status = print_text(st, kind, &item, &spans);
	spans_free(&spans);
	item_free(&item);
	return status;
}

const struct command command_show = {
	.name = "show",
	.args = "NAME",
	.about = "all that is known of one, and where its memory lies",
	.more =
		"Where an arena and a bench have the same name, benches/NAME is the bench. Of a corrupt arena the kernel's lines are shown, too. ORDER is that of the smallest block in which so many pages have room. Where a kernel hides its addresses there are hashes of them, or (____ptrval____): boot it with no_hash_pointers to see them.",
	.example = "kmem-studio show a",
	.run = do_show,
};
