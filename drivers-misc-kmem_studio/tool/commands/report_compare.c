// SPDX-License-Identifier: GPL-2.0
/*
 * report --compare: two reports side by side, by the data within them. They may come from
 * anybody, so a library reads them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "findings.h"

#ifdef HAVE_JANSSON
#include <jansson.h>

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
	char *s;

	if (json_is_integer(value))
		return xasprintf("%lld", json_integer_value(value));
	if (!json_is_string(value))
		return NULL;
	s = xstrdup(json_string_value(value));
	make_printable(s);
	return s;
}

static json_t *row_of(json_t *data, const char *table, const char *key, const char *value)
{
	json_t *row, *rows = json_object_get(data, table);
	size_t i;

	json_array_foreach(rows, i, row) {
		char *text = value_text(json_object_get(row, key));
		bool is = text && !strcmp(text, value);

		free(text);
		if (is)
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
	snprintf(text, sizeof(text), "%+.0f %%", (is / was - 1) * 100);
	table_cell(table, text);
}

static const struct column machine_columns[] = {
	{ "what", "", COLUMN_TEXT },
	{ "a", "A", COLUMN_TEXT },
	{ "b", "B", COLUMN_TEXT },
};

static void machine_rows(struct table *table, json_t *a, json_t *b)
{
	static const char * const names[] = {
		"model", "kernel", "arch",
		"page_size_bytes",
		"ram_kib", "cma_kib", "nodes", "zones",
	};
	size_t i;

	table_init(table, machine_columns, ARRAY_SIZE(machine_columns));
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		table_cell(table, names[i]);
		cell(table, json_object_get(a, "machine"), names[i]);
		cell(table, json_object_get(b, "machine"), names[i]);
	}
}

static const struct column lab_columns[] = {
	{ "nr_structs", "STRUCTS", COLUMN_NUMBER },
	{ "a_pages", "A PAGES", COLUMN_NUMBER },
	{ "b_pages", "B PAGES", COLUMN_NUMBER },
	{ "a_order", "A ORDER", COLUMN_NUMBER },
	{ "b_order", "B ORDER", COLUMN_NUMBER },
	{ "a_rounding", "A ROUNDING", COLUMN_NUMBER },
	{ "b_rounding", "B ROUNDING", COLUMN_NUMBER },
	{ "a_verdict", "A", COLUMN_TEXT },
	{ "b_verdict", "B", COLUMN_TEXT },
};

static void lab_rows(struct table *table, json_t *a, json_t *b)
{
	static const char * const keys[] = { "nr_pages", "order", "rounding_pages", "verdict" };
	json_t *row, *rows = json_object_get(a, "lab");
	size_t i, k;

	table_init(table, lab_columns, ARRAY_SIZE(lab_columns));
	json_array_foreach(rows, i, row) {
		char *name = value_text(json_object_get(row, "nr_structs"));
		json_t *other = name ? row_of(b, "lab", "nr_structs", name) : NULL;

		table_cell(table, name);
		for (k = 0; k < ARRAY_SIZE(keys); k++) {
			cell(table, row, keys[k]);
			cell(table, other, keys[k]);
		}
		free(name);
	}
}

static const struct column compare_columns[] = {
	{ "allocator", "ALLOCATOR", COLUMN_TEXT },
	{ "a_bytes", "A ALLOCATED", COLUMN_BYTES },
	{ "b_bytes", "B ALLOCATED", COLUMN_BYTES },
	{ "a_alloc_ns", "A ALLOC", COLUMN_NS },
	{ "a_bar", "", COLUMN_BAR },
	{ "b_alloc_ns", "B ALLOC", COLUMN_NS },
	{ "b_bar", "", COLUMN_BAR },
	{ "change", "CHANGE", COLUMN_NUMBER },
	{ "a_verdict", "A", COLUMN_TEXT, 2 },
	{ "b_verdict", "B", COLUMN_TEXT, 1 },
};

static void compare_rows(struct table *table, json_t *a, json_t *b)
{
	json_t *row, *rows = json_object_get(a, "compare");
	size_t i;

	table_init(table, compare_columns, ARRAY_SIZE(compare_columns));
	json_array_foreach(rows, i, row) {
		char *name = value_text(json_object_get(row, "allocator"));
		json_t *other = name ? row_of(b, "compare", "allocator", name) : NULL;

		table_cell(table, name);
		cell(table, row, "bytes_allocated");
		cell(table, other, "bytes_allocated");
		cell(table, row, "alloc_ns");
		cell(table, other, "alloc_ns");
		change_cell(table, row, other, "alloc_ns");
		cell(table, row, "verdict");
		cell(table, other, "verdict");
		free(name);
	}
}

static void html(const struct table *tables, const char *a, const char *b, struct text *out)
{
	html_begin(out, "Kernel memory: two reports");
	text_puts(out, "<h1>Kernel memory: two reports</h1>\n<p class=\"dim\">A is ");
	text_html(out, a);
	text_puts(out, ", B is ");
	text_html(out, b);
	text_puts(out, ".</p>\n<h2>The machines</h2>\n");
	table_html(&tables[0], out);
	text_puts(out, "<h2>The lab</h2>\n");
	table_html(&tables[1], out);
	text_puts(out,
		  "<h2>The allocators</h2>\n<p>Times are of one run each, and from an emulated machine they are not those of a real one.</p>\n");
	table_html(&tables[2], out);
	html_end(out);
}

int report_compare(struct studio *st, const char *a, const char *b, const char *output)
{
	json_t *data_a = load(a), *data_b = load(b);
	struct table tables[3];
	int status = STATUS_REFUSED;
	struct text out = {};
	struct json j;
	size_t i;

	if (!data_a || !data_b)
		goto out;
	machine_rows(&tables[0], data_a, data_b);
	lab_rows(&tables[1], data_a, data_b);
	compare_rows(&tables[2], data_a, data_b);
	if (output) {
		html(tables, a, b, &out);
	} else if (st->format == FORMAT_JSON) {
		js_begin(&j, "report --compare");
		table_json(&tables[0], "machine", &j);
		table_json(&tables[1], "lab", &j);
		table_json(&tables[2], "compare", &j);
		js_close(&j, '}');
		text_printf(&out, "%s\n", j.t.s);
		text_free(&j.t);
	} else {
		for (i = 0; i < ARRAY_SIZE(tables); i++) {
			text_puts(&out, i ? "\n" : "");
			if (st->format == FORMAT_CSV)
				table_csv(&tables[i], &out);
			else
				table_text(st, &tables[i], &out);
		}
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
