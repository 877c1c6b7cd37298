// SPDX-License-Identifier: GPL-2.0
/*
 * report --compare: two reports side by side, by the data within them. They may come from
 * anybody, so a library reads them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "findings.h"

#ifdef HAVE_JANSSON
#include <jansson.h>

/* A report may have anything in it: rows that are looked at, and the largest number. */
#define MOST_ROWS	1000
#define MOST_REAL	1e15

/* Of any path, not of the root. Return: to be freed, NULL when it has been told why not */
static json_t *load(const char *path)
{
	struct studio here = { .root = "" };
	struct text t = {};
	json_t *data = NULL;
	json_error_t error;
	char *begin, *end;
	int err;

	err = file_read(&here, path, &t);
	begin = err ? NULL : strstr(t.s, JSON_BEGIN);
	end = begin ? strstr(begin, JSON_END) : NULL;
	if (err) {
		say("cannot read %s: %s", path, strerror(-err));
	} else if (!end) {
		say("%s is no report of kmem-studio: it has no data in it", path);
	} else {
		begin += strlen(JSON_BEGIN);
		data = json_loadb(begin, end - begin, 0, &error);
		if (!data)
			say("%s: its data cannot be read: %s", path, error.text);
	}
	text_free(&t);
	if (data && json_integer_value(json_object_get(data, "version")) != SCHEMA_VERSION) {
		say("%s is of another version of kmem-studio", path);
		json_decref(data);
		data = NULL;
	}
	return data;
}

static char *value_text(json_t *value)
{
	double number = json_real_value(value);
	char *s;

	if (json_is_integer(value))
		return xasprintf("%lld", json_integer_value(value));
	if (json_is_real(value) && number >= 0 && number < MOST_REAL)
		return xasprintf("%.3f", number);
	if (!json_is_string(value))
		return NULL;
	s = xstrdup(json_string_value(value));
	make_printable(s);
	return s;
}

/* The row of @list that has what @like has under @key. */
static json_t *row_of(json_t *data, const char *list, const char *key, json_t *like)
{
	json_t *row, *rows = json_object_get(data, list);
	size_t i;

	json_array_foreach(rows, i, row) {
		if (i >= MOST_ROWS)
			break;
		if (json_equal(json_object_get(row, key), json_object_get(like, key)))
			return row;
	}
	return NULL;
}

static void cell(struct table *table, json_t *row, const char *key)
{
	char *text = value_text(json_object_get(row, key));

	table_cell(table, text);
	free(text);
}

static void change_cell(struct table *table, json_t *a, json_t *b, const char *key)
{
	double was = json_number_value(json_object_get(a, key));
	double is = json_number_value(json_object_get(b, key));
	char text[32];

	if (was <= 0 || is <= 0 || is / was > 1e6) {
		table_cell(table, NULL);
		return;
	}
	snprintf(text, sizeof(text), "%.0f", (is / was - 1) * 100);
	table_cell(table, text);
}

static const struct column machine_columns[] = {
	{ "what", "", COLUMN_TEXT },
	{ "a", "A", COLUMN_TEXT },
	{ "b", "B", COLUMN_TEXT },
};

static void machine_rows(struct table *table, json_t *a, json_t *b)
{
	static const struct {
		const char	*key;
		const char	*words;
	} rows[] = {
		{ "model", "Model" },
		{ "kernel", "Kernel" },
		{ "arch", "Architecture" },
		{ "page_size_bytes", "Page size, bytes" },
		{ "ram_kib", "RAM of the kernel, KB" },
		{ "cma_kib", "Area for DMA (CMA), KB" },
		{ "nodes", "Nodes" },
		{ "zones", "Zones" },
	};
	size_t i;

	table_init(table, machine_columns, ARRAY_SIZE(machine_columns));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		table_cell(table, rows[i].words);
		cell(table, json_object_get(a, "machine"), rows[i].key);
		cell(table, json_object_get(b, "machine"), rows[i].key);
	}
}

/* What is compared stands below each other: that fits any screen, and bars have one scale. */
static const struct column lab_columns[] = {
	{ "nr_structs", "STRUCTS", COLUMN_GROUP },
	{ "report", "", COLUMN_TEXT },
	{ "nr_pages", "PAGES", COLUMN_NUMBER },
	{ "order", "ORDER", COLUMN_NUMBER },
	{ "rounding_pages", "ROUNDING", COLUMN_NUMBER },
	{ "rounding_pages_bar", "", COLUMN_BAR },
	{ "verdict", "VERDICT", COLUMN_TEXT },
};

static const struct column compare_columns[] = {
	{ "allocator", "ALLOCATOR", COLUMN_GROUP },
	{ "report", "", COLUMN_TEXT },
	{ "bytes_allocated", "ALLOCATED", COLUMN_BYTES, 1 },
	{ "alloc_ns", "ALLOC", COLUMN_NS },
	{ "alloc_ns_bar", "", COLUMN_BAR },
	{ "alloc_change_percent", "CHANGE %", COLUMN_NUMBER },
	{ "verdict", "VERDICT", COLUMN_TEXT },
};

static void add_pair(struct table *table, json_t *a, json_t *b)
{
	const struct column *column = table->column;
	json_t * const rows[] = { a, b };
	size_t which, i;

	for (which = 0; which < 2; which++) {
		cell(table, a ? : b, column[0].name);
		table_cell(table, which ? "B" : "A");
		for (i = 2; i < table->nr_columns; i++) {
			if (column[i].kind == COLUMN_BAR)
				continue;
			if (strcmp(column[i].name, "alloc_change_percent"))
				cell(table, rows[which], column[i].name);
			else
				change_cell(table, a, which ? b : NULL, "alloc_ns");
		}
	}
}

/* Rows of A with those of B that belong to them, then those that only B has. */
static void pair_rows(struct table *table, json_t *a, json_t *b, const char *list)
{
	const char *key = table->column[0].name;
	json_t *row, *rows_a = json_object_get(a, list), *rows_b = json_object_get(b, list);
	size_t i;

	json_array_foreach(rows_a, i, row) {
		if (i >= MOST_ROWS)
			break;
		add_pair(table, row, row_of(b, list, key, row));
	}
	json_array_foreach(rows_b, i, row) {
		if (i >= MOST_ROWS)
			break;
		if (!row_of(a, list, key, row))
			add_pair(table, NULL, row);
	}
}

static const struct column bench_columns[] = {
	{ "report", "", COLUMN_TEXT },
	{ "allocator", "ALLOCATOR", COLUMN_TEXT },
	{ "order", "ORDER", COLUMN_NUMBER },
	{ "pattern", "PATTERN", COLUMN_TEXT },
	{ "cpus", "ON CPUS", COLUMN_TEXT },
	{ "alloc_mean_ns", "ALLOC", COLUMN_NS },
	{ "free_mean_ns", "FREE", COLUMN_NS },
};

static void bench_rows(struct table *table, json_t *data, const char *report)
{
	json_t *row, *rows = json_object_get(data, "bench");
	size_t i, k;

	json_array_foreach(rows, i, row) {
		if (i >= MOST_ROWS)
			break;
		table_cell(table, report);
		for (k = 1; k < ARRAY_SIZE(bench_columns); k++)
			cell(table, row, bench_columns[k].name);
	}
}

enum { MACHINE, LAB_ROWS, ALLOCATORS, BENCHES, NR_TABLES };

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void html(const struct table *tables, const char *a, const char *b, struct text *out)
{
	struct canvas narrow, wide;
	int of_free;

	html_begin(out, "Kernel memory: two reports");
	text_puts(out, "<h1>Kernel memory: two reports</h1>\n<p class=\"dim\">A is ");
	text_html(out, last_part(a));
	text_puts(out, ", B is ");
	text_html(out, last_part(b));
	text_puts(out, ".</p>\n<h2>The machines</h2>\n<div class=\"machine\">");
	table_html(&tables[MACHINE], out);
	text_puts(out, "</div>\n<h2>The lab</h2>\n");
	table_html(&tables[LAB_ROWS], out);
	text_puts(out,
		  "<h2>The allocators</h2>\n<p>Times are of one run each, and from an emulated machine they are not those of a real one.</p>\n");
	table_html(&tables[ALLOCATORS], out);
	if (tables[BENCHES].nr)
		text_puts(out, "<h2>What an allocation costs</h2>\n");
	for (of_free = 0; tables[BENCHES].nr && of_free < 2; of_free++) {
		bench_curves(&tables[BENCHES], of_free, NARROW, &narrow);
		bench_curves(&tables[BENCHES], of_free, WIDE, &wide);
		html_pair(out, &narrow, &wide);
	}
	html_end(out);
}

static void print_tables(struct studio *st, const struct table *tables, struct text *out)
{
	struct canvas canvas;
	int of_free;
	size_t i;

	for (i = 0; i < NR_TABLES; i++) {
		if (!tables[i].nr)
			continue;
		text_puts(out, i ? "\n" : "");
		if (st->format == FORMAT_CSV)
			table_csv(&tables[i], out);
		else if (i != BENCHES)
			table_text(st, &tables[i], out);
		for (of_free = 0; st->format == FORMAT_TEXT && i == BENCHES && of_free < 2;
		     of_free++) {
			text_puts(out, of_free ? "\n" : "");
			bench_curves(&tables[i], of_free, st->width, &canvas);
			canvas_terminal(st, &canvas, out);
			canvas_free(&canvas);
		}
	}
}

int report_compare(struct studio *st, const char *a, const char *b, const char *output)
{
	json_t *data_a = load(a), *data_b = load(b);
	static const char * const names[] = { "machine", "lab", "compare", "bench" };
	struct table tables[NR_TABLES];
	int status = STATUS_REFUSED;
	struct text out = {};
	struct json j;
	size_t i;

	if (!data_a || !data_b)
		goto out;
	machine_rows(&tables[MACHINE], data_a, data_b);
	table_init(&tables[LAB_ROWS], lab_columns, ARRAY_SIZE(lab_columns));
	pair_rows(&tables[LAB_ROWS], data_a, data_b, "lab");
	table_init(&tables[ALLOCATORS], compare_columns, ARRAY_SIZE(compare_columns));
	pair_rows(&tables[ALLOCATORS], data_a, data_b, "compare");
	table_init(&tables[BENCHES], bench_columns, ARRAY_SIZE(bench_columns));
	bench_rows(&tables[BENCHES], data_a, "A");
	bench_rows(&tables[BENCHES], data_b, "B");
	if (output) {
		html(tables, a, b, &out);
	} else if (st->format == FORMAT_JSON) {
		js_begin(&j, "report --compare");
		for (i = 0; i < NR_TABLES; i++)
			table_json(&tables[i], names[i], &j);
		js_close(&j, '}');
		text_printf(&out, "%s\n", j.t.s);
		text_free(&j.t);
	} else {
		print_tables(st, tables, &out);
	}
	status = output_write(output ? output : "-", out.s, out.len);
	for (i = 0; i < ARRAY_SIZE(tables); i++)
		table_free(&tables[i]);
	text_free(&out);
out:
	json_decref(data_a);
	json_decref(data_b);
	return status;
}

#else /* !HAVE_JANSSON */

int report_compare(struct studio *st, const char *a, const char *b, const char *output)
{
	(void)st;
	(void)a;
	(void)b;
	(void)output;
	return fail(STATUS_MISSING,
		    "this kmem-studio was built without jansson, and reads no reports");
}

#endif
