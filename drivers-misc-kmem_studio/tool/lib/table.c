// SPDX-License-Identifier: GPL-2.0
/*
 * Tables: described once, printed for people, as CSV, as JSON and as HTML.
 */
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "table.h"

#define BAR_LEAST	6
#define BAR_MOST	40
/* Of a file, which may be anybody's; a report has some hundred. */
#define MOST_ROWS	65536

void table_init(struct table *t, const struct column *column, size_t nr_columns)
{
	*t = (struct table){ .column = column, .nr_columns = nr_columns };
}

/* The next cell of the row, fit to be shown; those of bars are filled in by themselves. */
void table_cell(struct table *t, const char *value)
{
	t->cell = grow(t->cell, t->nr, sizeof(*t->cell));
	t->cell[t->nr] = value ? xstrdup(value) : NULL;
	if (value)
		make_printable(t->cell[t->nr]);
	t->nr++;
	while (t->nr % t->nr_columns &&
	       t->column[t->nr % t->nr_columns].kind == COLUMN_BAR) {
		t->cell = grow(t->cell, t->nr, sizeof(*t->cell));
		t->cell[t->nr++] = NULL;
	}
}

void table_u64(struct table *t, u64 value)
{
	char number[24];

	snprintf(number, sizeof(number), "%llu", value);
	table_cell(t, number);
}

/* What is not there is not known. */
void table_end_row(struct table *t)
{
	while (t->nr % t->nr_columns)
		table_cell(t, NULL);
}

void table_free(struct table *t)
{
	size_t i;

	for (i = 0; i < t->nr; i++)
		free(t->cell[i]);
	free(t->cell);
	*t = (struct table){};
}

static size_t rows_of(const struct table *t)
{
	return t->nr / t->nr_columns;
}

static const char *cell_at(const struct table *t, size_t row, size_t column)
{
	return t->cell[row * t->nr_columns + column];
}

/* What people read in a cell. */
static void show_cell(const struct table *t, size_t row, size_t column, struct text *out)
{
	const char *value = cell_at(t, row, column);
	u64 number;
	double decimal;

	text_put(out, "", 0);
	if (!value || !*value) {
		text_putc(out, '-');
	} else if (t->column[column].kind == COLUMN_BYTES && parse_u64(value, &number)) {
		text_bytes(out, number);
	} else if (t->column[column].kind == COLUMN_NS && parse_decimal(value, &decimal)) {
		if (decimal < 1000 && strchr(value, '.'))
			text_printf(out, "%.1f ns", decimal);
		else
			text_ns(out, decimal);
	} else {
		size_t at = out->len;

		text_puts(out, value);
		for (; out->s[at]; at++) {
			if (out->s[at] == '\n' || out->s[at] == '\t')
				out->s[at] = ' ';
		}
	}
}

/* The largest value of each column that has bars, to be freed. */
static double *largest_values(const struct table *t)
{
	double *most = xcalloc(t->nr_columns, sizeof(*most)), value;
	size_t row, column;

	for (column = 0; column + 1 < t->nr_columns; column++) {
		if (t->column[column + 1].kind != COLUMN_BAR)
			continue;
		for (row = 0; row < rows_of(t); row++) {
			const char *s = cell_at(t, row, column);

			if (s && parse_decimal(s, &value) && value > most[column])
				most[column] = value;
		}
		if (t->column[column].kind == COLUMN_PERCENT)
			most[column] = 100;
	}
	return most;
}

/* The part of the largest value of the column before it, 0 to 1; less than 0: none. */
static double share_at(const struct table *t, size_t row, size_t column, const double *most)
{
	const char *s = cell_at(t, row, column - 1);
	double value;

	if (!s || !parse_decimal(s, &value))
		return -1;
	return most[column - 1] > 0 ? value / most[column - 1] : 0;
}

static void show_bar(struct studio *st, double share, int width, struct text *out)
{
	static const char * const parts[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
	int eighths, i;

	if (share < 0)
		return;
	eighths = share * width * 8 + 0.5;
	/* what is something is seen */
	if (share > 0 && !eighths)
		eighths = 1;
	if (!st->utf8)
		eighths = (eighths + 7) / 8 * 8;
	for (i = 0; i < eighths / 8; i++)
		text_puts(out, st->utf8 ? "█" : "#");
	if (st->utf8)
		text_puts(out, parts[eighths % 8]);
}

static bool is_left(const struct table *t, size_t column)
{
	enum column_kind kind = t->column[column].kind;

	return kind == COLUMN_TEXT || kind == COLUMN_GROUP || kind == COLUMN_BAR;
}

/* Is it the cell of a group that the row above has, too? */
static bool repeats(const struct table *t, size_t row, size_t column)
{
	const char *above, *value;

	if (t->column[column].kind != COLUMN_GROUP || !row)
		return false;
	above = cell_at(t, row - 1, column);
	value = cell_at(t, row, column);
	return above && value && !strcmp(above, value);
}

static void pad(struct text *out, int n)
{
	while (n-- > 0)
		text_putc(out, ' ');
}

/* A row as "title: value" lines, where the terminal is too narrow for a table. */
static void show_records(const struct table *t, struct text *out)
{
	size_t row, column;

	for (row = 0; row < rows_of(t); row++) {
		if (row)
			text_putc(out, '\n');
		for (column = 0; column < t->nr_columns; column++) {
			if (t->column[column].kind == COLUMN_BAR)
				continue;
			if (*t->column[column].title)
				text_printf(out, "%s: ", t->column[column].title);
			show_cell(t, row, column, out);
			text_putc(out, '\n');
		}
	}
}

static void show_line(struct studio *st, const struct table *t, size_t row, const int *width,
		      const double *most, struct text *out)
{
	struct text cell = {};
	size_t column;
	int owed = 0;

	for (column = 0; column < t->nr_columns; column++) {
		int columns;

		if (!width[column])
			continue;
		text_clear(&cell);
		text_put(&cell, "", 0);
		if (row == SIZE_MAX)
			text_puts(&cell, t->column[column].title);
		else if (t->column[column].kind == COLUMN_BAR)
			show_bar(st, share_at(t, row, column, most), width[column], &cell);
		else if (!repeats(t, row, column))
			show_cell(t, row, column, &cell);
		columns = utf8_columns(cell.s);
		/* no blanks at the end of a line */
		if (!columns) {
			owed += width[column] + 2;
			continue;
		}
		pad(out, owed + (is_left(t, column) ? 0 : width[column] - columns));
		owed = (is_left(t, column) ? width[column] - columns : 0) + 2;
		text_puts(out, cell.s);
	}
	text_putc(out, '\n');
	text_free(&cell);
}

/* The column that is the first to go, SIZE_MAX if all have to stay. */
static size_t first_to_go(const struct table *t, const int *width)
{
	size_t column, found = SIZE_MAX;

	for (column = 0; column < t->nr_columns; column++) {
		if (!width[column] || !t->column[column].rank)
			continue;
		if (found == SIZE_MAX || t->column[column].rank >= t->column[found].rank)
			found = column;
	}
	return found;
}

static int text_width(const struct table *t, size_t column)
{
	int width = utf8_columns(t->column[column].title);
	struct text cell = {};
	size_t row;

	for (row = 0; row < rows_of(t); row++) {
		text_clear(&cell);
		show_cell(t, row, column, &cell);
		if (utf8_columns(cell.s) > width)
			width = utf8_columns(cell.s);
	}
	text_free(&cell);
	return width;
}

/* A bar says nothing without the column before it. */
static int leave_out(const struct table *t, size_t column, int *width)
{
	int freed = width[column] + 2;

	width[column] = 0;
	if (++column < t->nr_columns && t->column[column].kind == COLUMN_BAR && width[column])
		freed += leave_out(t, column, width);
	return freed;
}

/* The last bar, SIZE_MAX if there is none. */
static size_t last_bar(const struct table *t, const int *width)
{
	size_t column = t->nr_columns;

	while (column--) {
		if (t->column[column].kind == COLUMN_BAR && width[column])
			return column;
	}
	return SIZE_MAX;
}

static void widen_bars(const struct table *t, int room, int *width)
{
	size_t column, bars = 0;

	for (column = 0; column < t->nr_columns; column++)
		bars += t->column[column].kind == COLUMN_BAR && width[column];
	for (column = 0; bars && column < t->nr_columns; column++) {
		if (t->column[column].kind != COLUMN_BAR || !width[column])
			continue;
		width[column] += room / (int)bars;
		if (width[column] > BAR_MOST)
			width[column] = BAR_MOST;
	}
}

/*
 * Columns of the terminal that each column takes; 0 for one that has no room. Bars of columns
 * that people always see are the last to go, and take what is left. Return: do the others fit?
 */
static bool fit(struct studio *st, const struct table *t, int *width, bool *left_out)
{
	size_t column;
	int all = -2;

	*left_out = false;
	for (column = 0; column < t->nr_columns; column++) {
		width[column] = t->column[column].kind == COLUMN_BAR ? BAR_LEAST :
				text_width(t, column);
		all += width[column] + 2;
	}
	while (all > st->width && (column = first_to_go(t, width)) != SIZE_MAX) {
		all -= leave_out(t, column, width);
		*left_out |= t->column[column].kind != COLUMN_BAR;
	}
	while (all > st->width && (column = last_bar(t, width)) != SIZE_MAX)
		all -= leave_out(t, column, width);
	widen_bars(t, st->width - all, width);
	return all <= st->width;
}

void table_text(struct studio *st, const struct table *t, struct text *out)
{
	int *width = xcalloc(t->nr_columns, sizeof(*width));
	double *most = largest_values(t);
	bool left_out;
	size_t row;

	text_put(out, "", 0);
	if (fit(st, t, width, &left_out)) {
		show_line(st, t, SIZE_MAX, width, most, out);
		for (row = 0; row < rows_of(t); row++)
			show_line(st, t, row, width, most, out);
		if (left_out)
			text_puts(out, "(A wider terminal, --csv and --json have more columns.)\n");
	} else {
		show_records(t, out);
	}
	free(width);
	free(most);
}

static void csv_field(struct text *out, const char *s)
{
	if (!s)
		return;
	if (!s[strcspn(s, ",\"\n\r")]) {
		text_puts(out, s);
		return;
	}
	text_putc(out, '"');
	for (; *s; s++) {
		if (*s == '"')
			text_putc(out, '"');
		text_putc(out, *s);
	}
	text_putc(out, '"');
}

/* RFC 4180, but for the ends of lines. */
void table_csv(const struct table *t, struct text *out)
{
	size_t row, column;
	bool first;

	for (row = SIZE_MAX; row == SIZE_MAX || row < rows_of(t); row++) {
		first = true;
		for (column = 0; column < t->nr_columns; column++) {
			if (t->column[column].kind == COLUMN_BAR)
				continue;
			if (!first)
				text_putc(out, ',');
			first = false;
			csv_field(out, row == SIZE_MAX ? t->column[column].name :
							 cell_at(t, row, column));
		}
		text_putc(out, '\n');
	}
}

/* A field of CSV, its quotes taken off; NULL behind the last of the line. */
static char *csv_next(char **cursor)
{
	char *field = *cursor, *from, *to;

	if (!field)
		return NULL;
	if (*field != '"')
		return next_field(cursor, ',');
	field++;
	for (from = to = field; *from; *to++ = *from++) {
		if (*from == '"' && *++from != '"')
			break;
	}
	*cursor = *from == ',' ? from + 1 : NULL;
	*to = 0;
	return field;
}

/* What table_csv() wrote, or anything: columns are found by their names. */
void table_read_csv(struct table *t, char *csv)
{
	size_t column_of[32], nr = 0, rows = 0, i;
	char *line = next_line(&csv), *field;

	make_printable(csv ? csv : (char[]){ 0 });
	while (line && nr < ARRAY_SIZE(column_of) && (field = csv_next(&line))) {
		for (i = 0; i < t->nr_columns && strcmp(t->column[i].name, field); i++)
			;
		column_of[nr++] = i;
	}
	for (; (line = next_line(&csv)) && rows < MOST_ROWS; rows++) {
		char **row = xcalloc(t->nr_columns, sizeof(*row));

		for (i = 0; i < nr && (field = csv_next(&line)); i++) {
			if (column_of[i] < t->nr_columns && *field)
				row[column_of[i]] = field;
		}
		for (i = 0; i < t->nr_columns; i++) {
			if (t->column[i].kind != COLUMN_BAR)
				table_cell(t, row[i]);
		}
		free(row);
	}
	if (line)
		say("a table has more than %d rows: the others are left out", MOST_ROWS);
}

/* An array of objects. */
void table_json(const struct table *t, const char *key, struct json *j)
{
	size_t row, column;

	js_open(j, key, '[');
	for (row = 0; row < rows_of(t); row++) {
		js_open(j, NULL, '{');
		for (column = 0; column < t->nr_columns; column++) {
			const char *value = cell_at(t, row, column);

			if (t->column[column].kind == COLUMN_BAR)
				continue;
			if (!value)
				js_null(j, t->column[column].name);
			else if (t->column[column].kind == COLUMN_TEXT)
				js_string(j, t->column[column].name, value);
			else
				js_value(j, t->column[column].name, value);
		}
		js_close(j, '}');
	}
	js_close(j, ']');
}

/* What the cells of a column are: numbers; and what may be left out, which CSS tells. */
static void html_class(const struct table *t, size_t column, struct text *out)
{
	const struct column *c = &t->column[column];

	text_printf(out, " class=\"%s r%u\"",
		    c->kind == COLUMN_BAR ? "bar" : is_left(t, column) ? "t" : "n",
		    c->kind == COLUMN_BAR && column ? c[-1].rank : c->rank);
}

void table_html(const struct table *t, struct text *out)
{
	double *most = largest_values(t);
	struct text cell = {};
	size_t row, column;

	text_puts(out, "<div class=\"table\"><table>\n<thead><tr>");
	for (column = 0; column < t->nr_columns; column++) {
		text_puts(out, "<th");
		html_class(t, column, out);
		text_putc(out, '>');
		text_html(out, t->column[column].title);
		text_puts(out, "</th>");
	}
	text_puts(out, "</tr></thead>\n<tbody>\n");
	for (row = 0; row < rows_of(t); row++) {
		text_puts(out, t->column[0].kind == COLUMN_GROUP && !repeats(t, row, 0) ?
			       "<tr class=\"group\">" : "<tr>");
		for (column = 0; column < t->nr_columns; column++) {
			text_puts(out, "<td");
			html_class(t, column, out);
			text_putc(out, '>');
			if (t->column[column].kind == COLUMN_BAR) {
				double share = share_at(t, row, column, most);

				if (share > 0)
					text_printf(out, "<span style=\"width:%.1f%%\"></span>",
						    share * 100);
				text_puts(out, "</td>");
				continue;
			}
			text_clear(&cell);
			text_put(&cell, "", 0);
			if (!repeats(t, row, column))
				show_cell(t, row, column, &cell);
			text_html(out, cell.s);
			text_puts(out, "</td>");
		}
		text_puts(out, "</tr>\n");
	}
	text_puts(out, "</tbody></table></div>\n");
	text_free(&cell);
	free(most);
}

/* In the format that was asked for. Return: an enum status */
int table_print(struct studio *st, const struct table *t, const char *command, const char *key)
{
	struct text out = {};
	struct json j;
	int status;

	if (st->format == FORMAT_JSON) {
		js_begin(&j, command);
		table_json(t, key, &j);
		return js_print(&j);
	}
	if (st->format == FORMAT_CSV)
		table_csv(t, &out);
	else
		table_text(st, t, &out);
	status = output_write("-", out.s ? out.s : "", out.len);
	text_free(&out);
	return status;
}
