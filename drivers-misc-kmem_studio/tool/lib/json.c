// SPDX-License-Identifier: GPL-2.0
/*
 * JSON is written by hand: it takes no library, and each build of the program can do it. It
 * is read by one, see compare.c.
 */
#include <string.h>

#include "files.h"
#include "json.h"

static void put_string(struct json *j, const char *s)
{
	struct text *t = &j->t;

	text_putc(t, '"');
	while (*s) {
		int n = utf8_bytes(s);

		if (!n) {
			text_puts(t, "\\ufffd");
			s++;
			continue;
		}
		/* < and & are spelled out: the text may stand in a page of HTML */
		if (n == 1 && ((unsigned char)*s < ' ' || strchr("\"\\<>&\177", *s)))
			text_printf(t, "\\u%04x", *s);
		else
			text_put(t, s, n);
		s += n;
	}
	text_putc(t, '"');
}

static void begin_value(struct json *j, const char *key)
{
	unsigned int i;

	if (j->any[j->depth])
		text_putc(&j->t, ',');
	if (j->depth) {
		text_putc(&j->t, '\n');
		for (i = 0; i < j->depth; i++)
			text_puts(&j->t, "  ");
	}
	j->any[j->depth] = true;
	if (!key)
		return;
	put_string(j, key);
	text_puts(&j->t, ": ");
}

void js_open(struct json *j, const char *key, char bracket)
{
	begin_value(j, key);
	text_putc(&j->t, bracket);
	if (j->depth < ARRAY_SIZE(j->any) - 1)
		j->depth++;
	j->any[j->depth] = false;
}

void js_close(struct json *j, char bracket)
{
	bool any = j->any[j->depth];
	unsigned int i;

	if (j->depth)
		j->depth--;
	if (any) {
		text_putc(&j->t, '\n');
		for (i = 0; i < j->depth; i++)
			text_puts(&j->t, "  ");
	}
	text_putc(&j->t, bracket);
}

/* Every text begins with what it is. */
void js_begin(struct json *j, const char *command)
{
	*j = (struct json){};
	js_open(j, NULL, '{');
	js_string(j, "schema", "kmem-studio");
	js_u64(j, "version", SCHEMA_VERSION);
	js_string(j, "command", command);
}

void js_string(struct json *j, const char *key, const char *value)
{
	begin_value(j, key);
	put_string(j, value);
}

void js_u64(struct json *j, const char *key, u64 value)
{
	begin_value(j, key);
	text_printf(&j->t, "%llu", value);
}

void js_null(struct json *j, const char *key)
{
	begin_value(j, key);
	text_puts(&j->t, "null");
}

/* A number as one, anything else as a string, nothing as null. */
void js_value(struct json *j, const char *key, const char *value)
{
	double decimal;
	u64 u;
	s64 i;

	/* "010" is no number of JSON */
	if (value[0] == '0' && value[1] && value[1] != '.') {
		js_string(j, key, value);
	} else if (parse_u64(value, &u)) {
		js_u64(j, key, u);
	} else if (parse_i64(value, &i) && i < 0 && value[1] != '0') {
		begin_value(j, key);
		text_printf(&j->t, "%lld", i);
	} else if (parse_decimal(value, &decimal)) {
		begin_value(j, key);
		text_puts(&j->t, value);
	} else if (!*value) {
		js_null(j, key);
	} else {
		js_string(j, key, value);
	}
}

/* The end of what js_begin() began. Return: an enum status */
int js_print(struct json *j)
{
	int status;

	while (j->depth)
		js_close(j, '}');
	text_putc(&j->t, '\n');
	status = output_write("-", j->t.s, j->t.len);
	text_free(&j->t);
	return status;
}
