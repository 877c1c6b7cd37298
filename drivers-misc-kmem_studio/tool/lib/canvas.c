// SPDX-License-Identifier: GPL-2.0
/*
 * A picture is described once, in cells of a terminal; canvas_terminal.c, canvas_svg.c and
 * canvas_png.c draw it.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "canvas.h"
#include "files.h"

/* For light and for dark paper. */
const char *ink_colour(enum ink ink, bool dark)
{
	static const char * const colours[NR_INKS][2] = {
		[INK_NONE]	= { "none", "none" },
		[INK_TEXT]	= { "#1b1b1b", "#ececec" },
		[INK_DIM]	= { "#595959", "#b0b0b0" },
		[INK_FREE]	= { "#f0f0f0", "#2e2e2e" },
		[INK_KERNEL]	= { "#a6a6a6", "#767676" },
		[INK_CACHE]	= { "#56b4e9", "#56b4e9" },
		[INK_ANON]	= { "#cc79a7", "#cc79a7" },
		[INK_SLAB]	= { "#009e73", "#009e73" },
		[INK_TABLES]	= { "#f0e442", "#f0e442" },
		[INK_RESERVED]	= { "#5b5b5b", "#4a4a4a" },
		[INK_OURS]	= { "#e69f00", "#e69f00" },
		[INK_ROUNDING]	= { "#ffdf9e", "#7d5c14" },
		[INK_BAD]	= { "#d55e00", "#ff6a13" },
	};

	return colours[ink][dark];
}

static struct mark *add(struct canvas *c, enum mark_kind kind, double x, double y, double w,
			double h, enum ink ink)
{
	int bottom = ceil(y + h);

	c->mark = grow(c->mark, c->nr, sizeof(*c->mark));
	c->mark[c->nr] = (struct mark){ .kind = kind, .x = x, .y = y, .w = w, .h = h, .ink = ink };
	if (bottom > c->rows)
		c->rows = bottom;
	return &c->mark[c->nr++];
}

void canvas_init(struct canvas *c, int columns, const char *fmt, ...)
{
	struct text t = {};
	va_list ap;

	va_start(ap, fmt);
	text_vprintf(&t, fmt, ap);
	va_end(ap);
	make_printable(t.s);
	*c = (struct canvas){ .columns = columns, .title = t.s };
}

void canvas_free(struct canvas *c)
{
	size_t i;

	for (i = 0; i < c->nr; i++) {
		free(c->mark[i].text);
		free(c->mark[i].point);
	}
	free(c->mark);
	free(c->title);
	*c = (struct canvas){};
}

/* @n cells in a row that are alike. */
void canvas_cells(struct canvas *c, double x, double y, double n, enum ink ink, char letter)
{
	struct mark *last = c->nr ? &c->mark[c->nr - 1] : NULL;

	if (last && last->kind == MARK_CELLS && last->ink == ink && last->letter == letter &&
	    last->y == y && last->x + last->w == x) {
		last->w += n;
		return;
	}
	add(c, MARK_CELLS, x, y, n, 1, ink)->letter = letter;
}

static char *vprint(const char *fmt, va_list ap)
{
	struct text t = {};

	text_vprintf(&t, fmt, ap);
	make_printable(t.s);
	return t.s;
}

void canvas_box(struct canvas *c, double x, double y, double w, double h, enum ink ink,
		const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(c, MARK_BOX, x, y, w, h, ink)->text = vprint(fmt, ap);
	va_end(ap);
}

/* What does not fit is not seen: say that there was more. */
static void cut(char *s, int columns)
{
	int n = utf8_columns(s);
	char *end;

	if (n <= columns || columns < 3)
		return;
	for (end = s, n = 0; n < columns - 2; end++) {
		if (((unsigned char)end[1] & 0xc0) != 0x80)
			n++;
	}
	memcpy(end, "..", 3);
}

void canvas_text(struct canvas *c, double x, double y, enum anchor anchor, enum ink ink,
		 const char *fmt, ...)
{
	struct mark *mark = add(c, MARK_TEXT, x, y, 0, 1, ink);
	va_list ap;

	va_start(ap, fmt);
	mark->text = vprint(fmt, ap);
	va_end(ap);
	if (anchor == ANCHOR_LEFT)
		cut(mark->text, c->columns - (int)x);
	mark->anchor = anchor;
}

void canvas_heading(struct canvas *c, double x, double y, const char *fmt, ...)
{
	struct mark *mark = add(c, MARK_TEXT, x, y, 0, 1, INK_TEXT);
	va_list ap;

	va_start(ap, fmt);
	mark->text = vprint(fmt, ap);
	va_end(ap);
	mark->bold = true;
}

/* Along a row or along a column. */
void canvas_arrow(struct canvas *c, double x1, double y1, double x2, double y2)
{
	int bottom = ceil(y1 > y2 ? y1 : y2) + 1;

	add(c, MARK_ARROW, x1, y1, x2 - x1, y2 - y1, INK_TEXT);
	if (bottom > c->rows)
		c->rows = bottom;
}

/* As long as a part of a cell; what is something is seen. */
void canvas_bar(struct canvas *c, double x, double y, double w, enum ink ink)
{
	add(c, MARK_BAR, x, y, w > 0 && w < 0.125 ? 0.125 : w, 1, ink);
}

void canvas_curve(struct canvas *c, enum ink colour, char letter, const struct point *point,
		  size_t nr)
{
	struct mark *mark = add(c, MARK_CURVE, 0, 0, 0, 0, colour);
	size_t i;

	mark->point = xcalloc(nr, sizeof(*point));
	mark->nr = nr;
	mark->letter = letter;
	for (i = 0; i < nr; i++) {
		mark->point[i] = point[i];
		if (ceil(point[i].y) + 1 > c->rows)
			c->rows = ceil(point[i].y) + 1;
	}
}

/* One below the other, moved into the first. */
static void append(struct canvas *to, const struct canvas *from)
{
	double down = to->rows ? to->rows + 1 : 0;
	struct text title = {};
	char *cursor, *line;
	size_t i, k;

	text_wrap(&title, from->title, from->columns);
	for (cursor = title.s; down && (line = next_line(&cursor)); down++)
		canvas_heading(to, 0, down, "%s", line);
	text_free(&title);
	for (i = 0; i < from->nr; i++) {
		struct mark *mark;

		to->mark = grow(to->mark, to->nr, sizeof(*to->mark));
		mark = &to->mark[to->nr++];
		*mark = from->mark[i];
		mark->y += down;
		mark->text = mark->text ? xstrdup(mark->text) : NULL;
		mark->point = NULL;
		if (mark->nr) {
			mark->point = xcalloc(mark->nr, sizeof(*mark->point));
			for (k = 0; k < mark->nr; k++)
				mark->point[k] = (struct point){ from->mark[i].point[k].x,
								 from->mark[i].point[k].y + down };
		}
	}
	to->rows = down + from->rows;
	if (from->columns > to->columns)
		to->columns = from->columns;
}

/* Pictures on the terminal, or in one file. Return: an enum status */
int canvas_output(struct studio *st, const struct canvas *c, size_t nr, const char *svg,
		  const char *png)
{
	struct canvas all = {};
	struct text out = {};
	int status = STATUS_OK;
	size_t i;

	if (!svg && !png) {
		for (i = 0; i < nr; i++) {
			text_puts(&out, i ? "\n" : "");
			canvas_terminal(st, &c[i], &out);
		}
		status = output_write("-", out.s ? out.s : "", out.len);
		text_free(&out);
		return status;
	}
	all.title = xstrdup(nr ? c[0].title : "");
	for (i = 0; i < nr; i++)
		append(&all, &c[i]);
	if (svg) {
		canvas_svg(&all, true, &out);
		status = output_write(svg, out.s, out.len);
	}
	if (png && !status)
		status = canvas_png(&all, png);
	text_free(&out);
	canvas_free(&all);
	return status;
}
