/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KST_TABLE_H
#define KST_TABLE_H

#include "json.h"
#include "studio.h"

/* What a column holds, and so how it is shown. */
enum column_kind {
	COLUMN_TEXT,
	COLUMN_GROUP,		/* shown in the first of the rows that have the same in it */
	COLUMN_NUMBER,
	COLUMN_BYTES,		/* shown with a unit; in bytes in CSV and JSON */
	COLUMN_NS,		/* the same, in ns */
	COLUMN_PERCENT,		/* a bar of it is the part of 100 */
	COLUMN_BAR,		/* a bar as long as the column before it; not in CSV and JSON */
};

/**
 * struct column - a column of a table
 * @name:  its name with the unit: in CSV and JSON, and in the documented schema
 * @title: what people read above it
 * @kind:  what it holds
 * @rank:  0: people always see it; else the highest are left out where lines are short
 */
struct column {
	const char		*name;
	const char		*title;
	enum column_kind	kind;
	unsigned int		rank;
};

/**
 * struct table - rows of cells
 * @column: what they hold
 * @nr_columns: how many
 * @cell:   rows after each other, NULL for what is not known
 * @nr:     cells
 */
struct table {
	const struct column	*column;
	size_t			nr_columns;
	char			**cell;
	size_t			nr;
};

void table_init(struct table *t, const struct column *column, size_t nr_columns);
void table_cell(struct table *t, const char *value);
void table_u64(struct table *t, u64 value);
void table_end_row(struct table *t);
void table_free(struct table *t);
void table_text(struct studio *st, const struct table *t, struct text *out);
void table_csv(const struct table *t, struct text *out);
void table_read_csv(struct table *t, char *csv);
void table_json(const struct table *t, const char *key, struct json *j);
void table_html(const struct table *t, struct text *out);
int table_print(struct studio *st, const struct table *t, const char *command, const char *key);

#endif
