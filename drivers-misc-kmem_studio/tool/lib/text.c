// SPDX-License-Identifier: GPL-2.0
/*
 * Strings: that grow, are cut into lines and fields, become numbers, and are made fit to
 * be shown. What is read here may be anything: a saved copy comes from anywhere.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static void out_of_memory(void)
{
	fputs("kmem-studio: out of memory\n", stderr);
	exit(4);
}

void *xcalloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *xrealloc(void *p, size_t n, size_t size)
{
	if (size && n > SIZE_MAX / size)
		out_of_memory();
	size *= n;
	p = realloc(p, size ? size : 1);
	if (!p)
		out_of_memory();
	return p;
}

/* Room for one more in an array of @nr, which grows by doubling. */
void *grow(void *array, size_t nr, size_t size)
{
	if (nr & (nr - 1))
		return array;
	return xrealloc(array, nr ? nr * 2 : 1, size);
}

char *xstrdup(const char *s)
{
	size_t len = strlen(s) + 1;

	return memcpy(xcalloc(len, 1), s, len);
}

char *xasprintf(const char *fmt, ...)
{
	struct text t = {};
	va_list ap;

	va_start(ap, fmt);
	text_vprintf(&t, fmt, ap);
	va_end(ap);
	return t.s;
}

static void text_room(struct text *t, size_t more)
{
	size_t size = t->size ? t->size : 64;

	while (size <= t->len + more)
		size *= 2;
	if (size == t->size)
		return;
	t->s = xrealloc(t->s, size, 1);
	t->size = size;
}

void text_put(struct text *t, const char *s, size_t len)
{
	text_room(t, len);
	memcpy(t->s + t->len, s, len);
	t->len += len;
	t->s[t->len] = 0;
}

void text_puts(struct text *t, const char *s)
{
	text_put(t, s, strlen(s));
}

void text_putc(struct text *t, char c)
{
	text_put(t, &c, 1);
}

void text_vprintf(struct text *t, const char *fmt, va_list ap)
{
	va_list again;
	int len;

	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (len < 0)
		out_of_memory();
	text_room(t, len);
	vsnprintf(t->s + t->len, len + 1, fmt, ap);
	t->len += len;
}

void text_printf(struct text *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	text_vprintf(t, fmt, ap);
	va_end(ap);
}

/* For HTML and SVG, in text and in attributes. */
void text_html(struct text *t, const char *s)
{
	for (; *s; s++) {
		switch (*s) {
		case '&':
			text_puts(t, "&amp;");
			break;
		case '<':
			text_puts(t, "&lt;");
			break;
		case '>':
			text_puts(t, "&gt;");
			break;
		case '"':
			text_puts(t, "&quot;");
			break;
		case '\'':
			text_puts(t, "&#39;");
			break;
		default:
			text_putc(t, *s);
		}
	}
}

void text_clear(struct text *t)
{
	t->len = 0;
	if (t->s)
		t->s[0] = 0;
}

void text_free(struct text *t)
{
	free(t->s);
	*t = (struct text){};
}

/* The kernel takes a 0 in front of a number for octal, people do not. */
static int base_of(const char *s)
{
	return s[0] == '0' && (s[1] == 'x' || s[1] == 'X') ? 16 : 10;
}

/*
 * A decimal number without zeros in front, so that the kernel takes it for one; what is not
 * one stays as it is. Return: a part of @s
 */
const char *without_zeros(const char *s)
{
	size_t len = strspn(s, "0123456789");

	if (!len || s[len])
		return s;
	while (s[0] == '0' && s[1])
		s++;
	return s;
}

/* Decimal, or hexadecimal (0x). */
bool parse_u64(const char *s, u64 *value)
{
	char *end;

	if (!isdigit((unsigned char)*s))
		return false;
	errno = 0;
	*value = strtoull(s, &end, base_of(s));
	return !errno && end != s && !*end;
}

/* "64M" in bytes, as text; to be freed, NULL if it is no size. */
char *size_bytes(const char *s)
{
	static const char units[] = "KMG";
	char *number = xstrdup(s), *text = NULL;
	size_t len = strlen(number);
	const char *unit = len ? strchr(units, number[len - 1]) : NULL;
	unsigned int shift = 0;
	u64 bytes;

	if (unit && *unit) {
		shift = 10 * (unit - units + 1);
		number[len - 1] = 0;
	}
	if (parse_u64(number, &bytes) && bytes <= UINT64_MAX >> shift)
		text = xasprintf("%llu", bytes << shift);
	free(number);
	return text;
}

bool parse_within(const char *s, u64 least, u64 most, u64 *value)
{
	return parse_u64(s, value) && *value >= least && *value <= most;
}

bool parse_i64(const char *s, s64 *value)
{
	char *end;

	if (!isdigit((unsigned char)*s) && *s != '-')
		return false;
	errno = 0;
	*value = strtoll(s, &end, base_of(s + (*s == '-')));
	return !errno && end != s && !*end;
}

/* Digits, and a fraction where there is one. */
bool parse_decimal(const char *s, double *value)
{
	size_t whole = strspn(s, "0123456789");
	size_t rest = s[whole] == '.' ? strspn(s + whole + 1, "0123456789") : 0;

	if (!whole || whole > 20 || rest > 20 || (s[whole] == '.' && !rest))
		return false;
	*value = strtod(s, NULL);
	return !s[whole + (rest ? rest + 1 : 0)];
}

/* Cut the next line off; NULL at the end. */
char *next_line(char **cursor)
{
	char *line = *cursor, *end;

	if (!line || !*line)
		return NULL;
	end = strchr(line, '\n');
	if (end)
		*end++ = 0;
	*cursor = end;
	return line;
}

char *next_field(char **cursor, char separator)
{
	char *field = *cursor, *end;

	if (!field)
		return NULL;
	end = strchr(field, separator);
	if (end)
		*end++ = 0;
	*cursor = end;
	return field;
}

char *trim(char *s)
{
	char *end;

	while (isspace((unsigned char)*s))
		s++;
	for (end = s + strlen(s); end > s && isspace((unsigned char)end[-1]); end--)
		;
	*end = 0;
	return s;
}

/* Bytes of the character at @s if it is well-formed UTF-8, 0 if it is not. */
int utf8_bytes(const char *s)
{
	const unsigned char *u = (const unsigned char *)s;
	int n, i;

	if (*u < 0x80)
		return 1;
	if (*u >= 0xc2 && *u < 0xe0)
		n = 2;
	else if (*u >= 0xe0 && *u < 0xf0)
		n = 3;
	else if (*u >= 0xf0 && *u < 0xf5)
		n = 4;
	else
		return 0;
	for (i = 1; i < n; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 0;
	}
	if (*u == 0xe0 && u[1] < 0xa0)
		return 0;
	if (*u == 0xed && u[1] >= 0xa0)
		return 0;
	if ((*u == 0xf0 && u[1] < 0x90) || (*u == 0xf4 && u[1] >= 0x90))
		return 0;
	return n;
}

/* Control characters would move the cursor, or worse: they, and what is no UTF-8, go. */
void make_printable(char *s)
{
	unsigned char *u = (unsigned char *)s;

	while (*u) {
		int n = utf8_bytes((const char *)u);

		if (n == 1 && (*u < ' ' || *u == 0x7f) && *u != '\t' && *u != '\n') {
			*u++ = '?';
		} else if (!n || (n == 2 && *u == 0xc2 && u[1] < 0xa0) ||
			   (n == 3 && *u == 0xef && u[1] == 0xbf && u[2] >= 0xbe) ||
			   (n == 3 && *u == 0xe2 && (u[1] == 0x80 || u[1] == 0x81))) {
			/* not UTF-8, C1 controls, non-characters, marks of direction */
			int i;

			for (i = 0; i < (n ? n : 1); i++)
				*u++ = '?';
		} else {
			u += n;
		}
	}
}

int utf8_columns(const char *s)
{
	int n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

/* Break a text between words, and words that are longer than @columns. */
void text_wrap(struct text *t, const char *s, int columns)
{
	int used = 0;

	if (columns < 1)
		columns = 1;
	text_put(t, "", 0);
	while (*s) {
		size_t len;
		int n = 0;

		for (len = 0; s[len] && s[len] != ' '; len++) {
			bool begins = ((unsigned char)s[len] & 0xc0) != 0x80;

			if (begins && n == columns)
				break;
			n += begins;
		}
		if (used && used + 1 + n > columns) {
			text_putc(t, '\n');
			used = 0;
		}
		if (used) {
			text_putc(t, ' ');
			used++;
		}
		text_put(t, s, len);
		used += n;
		s += len;
		s += strspn(s, " ");
	}
}
