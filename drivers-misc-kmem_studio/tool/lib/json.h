/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KST_JSON_H
#define KST_JSON_H

#include "text.h"

/* The version of what is written; it grows when a name changes its meaning or goes. */
#define SCHEMA_VERSION	1

/**
 * struct json - a text of JSON that is being written
 * @t:     the text
 * @depth: open objects and arrays
 * @any:   for each of them: has it something already?
 */
struct json {
	struct text	t;
	unsigned int	depth;
	bool		any[32];
};

void js_begin(struct json *j, const char *command);
void js_open(struct json *j, const char *key, char bracket);
void js_close(struct json *j, char bracket);
void js_string(struct json *j, const char *key, const char *value);
void js_u64(struct json *j, const char *key, u64 value);
void js_null(struct json *j, const char *key);
void js_value(struct json *j, const char *key, const char *value);
int js_print(struct json *j);

#endif
