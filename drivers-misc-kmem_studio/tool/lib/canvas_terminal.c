// SPDX-License-Identifier: GPL-2.0
/*
 * A picture in a terminal: characters in cells, with colours where there are any.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "canvas.h"

/**
 * struct cell - a place of the terminal
 * @glyph: what stands there, UTF-8
 * @ink:   what is behind it
 * @text:  what it is written with
 * @bold:  is it bold?
 */
struct cell {
	char		glyph[8];
	enum ink	ink;
	enum ink	text;
	bool		bold;
};

struct screen {
	struct cell	*cell;
	int		columns;
	int		rows;
	bool		utf8;
};

/* Of the 256 colours of most terminals: background, and text that can be read on it. */
static const struct {
	int	back;
	int	text;
} colours[NR_INKS] = {
	[INK_FREE]	= { 254, 240 },
	[INK_KERNEL]	= { 247, 16 },
	[INK_CACHE]	= { 74, 16 },
	[INK_ANON]	= { 175, 16 },
	[INK_SLAB]	= { 36, 16 },
	[INK_TABLES]	= { 227, 16 },
	[INK_RESERVED]	= { 240, 231 },
	[INK_OURS]	= { 214, 16 },
	[INK_ROUNDING]	= { 223, 16 },
	[INK_BAD]	= { 166, 231 },
};

static struct cell *at(struct screen *s, int x, int y)
{
	if (x < 0 || y < 0 || x >= s->columns || y >= s->rows)
		return NULL;
	return &s->cell[(size_t)y * s->columns + x];
}

static void put(struct screen *s, int x, int y, const char *glyph, size_t len)
{
	struct cell *cell = at(s, x, y);

	if (!cell || len >= sizeof(cell->glyph))
		return;
	memcpy(cell->glyph, glyph, len);
	cell->glyph[len] = 0;
}

static void put_ascii(struct screen *s, int x, int y, const char *utf8, char ascii)
{
	if (s->utf8)
		put(s, x, y, utf8, strlen(utf8));
	else
		put(s, x, y, &ascii, 1);
}

static void draw_string(struct screen *s, int x, int y, const char *text, enum ink ink,
			bool bold)
{
	while (*text) {
		int n = utf8_bytes(text);
		struct cell *cell = at(s, x, y);

		n = n ? n : 1;
		if (n > 1 && !s->utf8)
			put(s, x, y, "?", 1);
		else
			put(s, x, y, text, n);
		if (cell) {
			cell->text = ink;
			cell->bold = bold;
		}
		text += n;
		x++;
	}
}

static void draw_text(struct screen *s, const struct mark *mark)
{
	int len = utf8_columns(mark->text);
	int x = lround(mark->x);

	if (mark->anchor == ANCHOR_RIGHT)
		x -= len;
	else if (mark->anchor == ANCHOR_MIDDLE)
		x -= len / 2;
	draw_string(s, x, lround(mark->y), mark->text, mark->ink, mark->bold);
}

static void draw_cells(struct screen *s, const struct mark *mark)
{
	int x = lround(mark->x), end = lround(mark->x + mark->w), y = lround(mark->y);

	/* what is something is seen */
	if (end == x)
		end++;
	for (; x < end; x++) {
		struct cell *cell = at(s, x, y);

		if (!cell)
			continue;
		put(s, x, y, &mark->letter, 1);
		cell->ink = mark->ink;
	}
}

static void draw_bar(struct screen *s, const struct mark *mark)
{
	static const char * const parts[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
	int eighths = lround(mark->w * 8), x = lround(mark->x), y = lround(mark->y), i;

	for (i = 0; i < eighths / 8; i++)
		put_ascii(s, x + i, y, "█", '#');
	if (eighths % 8 && (s->utf8 || eighths < 8))
		put_ascii(s, x + i, y, parts[eighths % 8], '#');
}

/* Characters, which may have several bytes. */
static void cut(char *s, int columns)
{
	while (*s && columns--)
		s += utf8_bytes(s) ? utf8_bytes(s) : 1;
	*s = 0;
}

static void draw_box(struct screen *s, const struct mark *mark)
{
	int x1 = lround(mark->x), y1 = lround(mark->y);
	int x2 = lround(mark->x + mark->w) - 1, y2 = lround(mark->y + mark->h) - 1;
	char *text = xstrdup(mark->text), *cursor = text, *line;
	int x, y;

	for (x = x1 + 1; x < x2; x++) {
		put_ascii(s, x, y1, "─", '-');
		put_ascii(s, x, y2, "─", '-');
	}
	for (y = y1 + 1; y < y2; y++) {
		put_ascii(s, x1, y, "│", '|');
		put_ascii(s, x2, y, "│", '|');
		for (x = x1 + 1; mark->ink != INK_NONE && x < x2; x++) {
			if (at(s, x, y))
				at(s, x, y)->ink = mark->ink;
		}
	}
	put_ascii(s, x1, y1, "┌", '+');
	put_ascii(s, x2, y1, "┐", '+');
	put_ascii(s, x1, y2, "└", '+');
	put_ascii(s, x2, y2, "┘", '+');
	for (y = y1 + 1; y < y2 && (line = next_line(&cursor)); y++) {
		int room = x2 - x1 - 3;

		if (room > 0)
			cut(line, room);
		draw_string(s, x1 + 2, y, line, INK_TEXT, false);
	}
	free(text);
}

static void draw_arrow(struct screen *s, const struct mark *mark)
{
	int x1 = lround(mark->x), y1 = lround(mark->y);
	int x2 = lround(mark->x + mark->w), y2 = lround(mark->y + mark->h);
	int step, i;

	if (y1 == y2) {
		step = x2 > x1 ? 1 : -1;
		for (i = x1; i != x2; i += step)
			put_ascii(s, i, y1, "─", '-');
		put_ascii(s, x2, y2, step > 0 ? "▶" : "◀", step > 0 ? '>' : '<');
	} else {
		step = y2 > y1 ? 1 : -1;
		for (i = y1; i != y2; i += step)
			put_ascii(s, x1, i, "│", '|');
		put_ascii(s, x1, y2, step > 0 ? "▼" : "▲", step > 0 ? 'v' : '^');
	}
}

static void draw_curve(struct screen *s, const struct mark *mark)
{
	size_t i;

	for (i = 0; i < mark->nr; i++) {
		struct cell *cell = at(s, lround(mark->point[i].x), lround(mark->point[i].y));

		if (!cell)
			continue;
		put(s, lround(mark->point[i].x), lround(mark->point[i].y), &mark->letter, 1);
		cell->ink = mark->ink;
	}
}

static bool is_dim(const struct cell *cell)
{
	return cell->text == INK_DIM;
}

static void print_cell(const struct cell *cell, bool colour, const struct cell *last,
		       struct text *out)
{
	bool plain = !cell->ink && !cell->bold && cell->text != INK_DIM;

	if (colour && (!last || last->ink != cell->ink || last->bold != cell->bold ||
		       is_dim(last) != is_dim(cell))) {
		text_puts(out, last || !plain ? "\033[0" : "");
		if (cell->bold)
			text_puts(out, ";1");
		if (cell->text == INK_DIM && !cell->ink)
			text_puts(out, ";2");
		if (cell->ink && colours[cell->ink].back)
			text_printf(out, ";48;5;%d;38;5;%d", colours[cell->ink].back,
				    colours[cell->ink].text);
		text_puts(out, last || !plain ? "m" : "");
	}
	text_puts(out, cell->glyph[0] ? cell->glyph : " ");
}

static void print_row(const struct screen *s, int y, bool colour, struct text *out)
{
	const struct cell *row = &s->cell[(size_t)y * s->columns];
	int x, end = s->columns;

	while (end && (!row[end - 1].glyph[0] || row[end - 1].glyph[0] == ' ') &&
	       !row[end - 1].ink)
		end--;
	for (x = 0; x < end; x++)
		print_cell(&row[x], colour, x ? &row[x - 1] : NULL, out);
	if (colour && end && (row[end - 1].ink || row[end - 1].bold ||
			      row[end - 1].text == INK_DIM))
		text_puts(out, "\033[0m");
	text_putc(out, '\n');
}

void canvas_terminal(struct studio *st, const struct canvas *c, struct text *out)
{
	static void (* const draw[])(struct screen *s, const struct mark *mark) = {
		[MARK_CELLS]	= draw_cells,
		[MARK_BOX]	= draw_box,
		[MARK_TEXT]	= draw_text,
		[MARK_ARROW]	= draw_arrow,
		[MARK_BAR]	= draw_bar,
		[MARK_CURVE]	= draw_curve,
	};
	struct screen s = { .columns = c->columns, .rows = c->rows, .utf8 = st->utf8 };
	size_t i;
	int y;

	text_wrap(out, c->title, c->columns);
	text_putc(out, '\n');
	s.cell = xcalloc((size_t)s.columns * s.rows, sizeof(*s.cell));
	for (i = 0; i < c->nr; i++)
		draw[c->mark[i].kind](&s, &c->mark[i]);
	for (y = 0; y < s.rows; y++)
		print_row(&s, y, st->colour, out);
	free(s.cell);
}
