/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KST_TEXT_H
#define KST_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long s64;

/* What follows the word for a thing of which there are @n. */
static inline const char *plural(u64 n)
{
	return n == 1 ? "" : "s";
}

#define BIT_ULL(nr)	(1ULL << (nr))

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define PRINTF(f, a)	\
	__attribute__((format(printf, f, \
			      a)))

/**
 * struct text - a string that grows
 * @s:    the string, NUL-terminated; never NULL once something was added
 * @len:  its bytes
 * @size: bytes that @s has room for
 */
struct text {
	char	*s;
	size_t	len;
	size_t	size;
};

void text_put(struct text *t, const char *s, size_t len);
void text_puts(struct text *t, const char *s);
void text_printf(struct text *t, const char *fmt, ...) PRINTF(2, 3);
void text_vprintf(struct text *t, const char *fmt, va_list ap) PRINTF(2, 0);
void text_putc(struct text *t, char c);
void text_html(struct text *t, const char *s);
void text_wrap(struct text *t, const char *s, int columns);
void text_clear(struct text *t);
void text_free(struct text *t);

void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t n, size_t size);
char *xstrdup(const char *s);
char *xasprintf(const char *fmt, ...) PRINTF(1, 2);

void *grow(void *array, size_t nr, size_t size);

const char *without_zeros(const char *s);
bool parse_u64(const char *s, u64 *value);
char *size_bytes(const char *s);
bool parse_within(const char *s, u64 least, u64 most, u64 *value);
bool parse_decimal(const char *s, double *value);
bool parse_i64(const char *s, s64 *value);
char *next_line(char **cursor);
char *next_field(char **cursor, char separator);
char *trim(char *s);
void make_printable(char *s);
int utf8_columns(const char *s);
int utf8_bytes(const char *s);

void text_bytes(struct text *t, double bytes);
void text_ns(struct text *t, double ns);

#endif
