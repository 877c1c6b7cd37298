// SPDX-License-Identifier: GPL-2.0
/*
 * A picture as PNG, drawn by cairo on light paper, twice as large as SVG so that it prints.
 */
#include <stdlib.h>
#include <string.h>

#include "canvas.h"
#include "files.h"

#ifdef HAVE_CAIRO
#include <cairo.h>

#define SCALE	2.0
#define MARGIN	8
#define X(cells)	((cells) * CELL_WIDTH)
#define Y(rows)		((rows) * CELL_HEIGHT)

static void choose(cairo_t *cr, enum ink ink)
{
	const char *colour = ink_colour(ink, false);
	unsigned int rgb = strtoul(colour + 1, NULL, 16);

	cairo_set_source_rgb(cr, (rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0,
			     (rgb & 255) / 255.0);
}

static void string(cairo_t *cr, double x, double y, enum anchor anchor, enum ink ink,
		   bool bold, const char *s)
{
	cairo_text_extents_t extents;

	cairo_select_font_face(cr, "monospace", CAIRO_FONT_SLANT_NORMAL,
			       bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
	cairo_set_font_size(cr, FONT_SIZE);
	cairo_text_extents(cr, s, &extents);
	choose(cr, ink);
	x = X(x);
	if (anchor == ANCHOR_RIGHT)
		x -= extents.x_advance;
	else if (anchor == ANCHOR_MIDDLE)
		x -= extents.x_advance / 2;
	cairo_move_to(cr, x, Y(y) + 13);
	cairo_show_text(cr, s);
	/* else what is drawn next begins where the text ends */
	cairo_new_path(cr);
}

static void cells(cairo_t *cr, const struct mark *mark)
{
	char letter[2] = { mark->letter, 0 };

	choose(cr, mark->ink);
	cairo_rectangle(cr, X(mark->x), Y(mark->y) + 1, X(mark->w < 0.25 ? 0.25 : mark->w),
			CELL_HEIGHT - 2);
	cairo_fill(cr);
	if (mark->letter == ' ' || mark->letter == '.' || mark->w < 1)
		return;
	string(cr, mark->x + 0.5, mark->y, ANCHOR_MIDDLE,
	       mark->ink == INK_RESERVED ? INK_FREE : INK_TEXT, false, letter);
}

static void box(cairo_t *cr, const struct mark *mark)
{
	char *text = xstrdup(mark->text), *cursor = text, *line;
	double y = mark->y + 0.9;

	cairo_rectangle(cr, X(mark->x) + 1, Y(mark->y) + 9, X(mark->w) - 2, Y(mark->h) - 18);
	if (mark->ink != INK_NONE) {
		choose(cr, mark->ink);
		cairo_fill_preserve(cr);
	}
	choose(cr, INK_TEXT);
	cairo_stroke(cr);
	for (; (line = next_line(&cursor)); y += 1)
		string(cr, mark->x + 1.5, y, ANCHOR_LEFT, INK_TEXT, false, line);
	free(text);
}

static void arrow(cairo_t *cr, const struct mark *mark)
{
	bool flat = mark->h == 0;
	double x1 = X(mark->x + 0.5), y1 = Y(mark->y) + 9;
	double x2 = x1 + X(mark->w), y2 = y1 + Y(mark->h);
	int dx = flat ? (mark->w > 0 ? 6 : -6) : 0, dy = flat ? 0 : (mark->h > 0 ? 6 : -6);

	choose(cr, INK_TEXT);
	cairo_move_to(cr, x1, y1);
	cairo_line_to(cr, x2, y2);
	cairo_stroke(cr);
	cairo_move_to(cr, x2 + dx, y2 + dy);
	cairo_line_to(cr, x2 - dy * 0.7, y2 - dx * 0.7);
	cairo_line_to(cr, x2 + dy * 0.7, y2 + dx * 0.7);
	cairo_fill(cr);
}

static void curve(cairo_t *cr, const struct mark *mark)
{
	char letter[2] = { mark->letter, 0 };
	size_t i;

	choose(cr, mark->ink);
	cairo_set_line_width(cr, 2);
	for (i = 0; i < mark->nr; i++)
		cairo_line_to(cr, X(mark->point[i].x + 0.5), Y(mark->point[i].y + 0.5));
	cairo_stroke(cr);
	cairo_set_line_width(cr, 1);
	for (i = 0; i < mark->nr; i++) {
		cairo_arc(cr, X(mark->point[i].x + 0.5), Y(mark->point[i].y + 0.5), 7, 0, 6.2832);
		choose(cr, mark->ink);
		cairo_fill(cr);
		string(cr, mark->point[i].x + 0.5, mark->point[i].y, ANCHOR_MIDDLE, INK_TEXT,
		       false, letter);
	}
}

static void draw(cairo_t *cr, const struct mark *mark)
{
	switch (mark->kind) {
	case MARK_CELLS:
		cells(cr, mark);
		break;
	case MARK_BOX:
		box(cr, mark);
		break;
	case MARK_TEXT:
		string(cr, mark->x, mark->y, mark->anchor, mark->ink, mark->bold, mark->text);
		break;
	case MARK_ARROW:
		arrow(cr, mark);
		break;
	case MARK_BAR:
		choose(cr, mark->ink);
		cairo_rectangle(cr, X(mark->x), Y(mark->y + 0.15), X(mark->w), Y(0.7));
		cairo_fill(cr);
		break;
	case MARK_CURVE:
		curve(cr, mark);
		break;
	}
}

static cairo_status_t take(void *png, const unsigned char *data, unsigned int len)
{
	text_put(png, (const char *)data, len);
	return CAIRO_STATUS_SUCCESS;
}

/* Return: an enum status */
int canvas_png(const struct canvas *c, const char *path)
{
	struct text title = {}, png = {};
	cairo_surface_t *surface;
	cairo_status_t status;
	char *cursor, *line;
	int top = 1, y = 0;
	cairo_t *cr;
	int result;
	size_t i;

	text_wrap(&title, c->title, c->columns);
	for (i = 0; i < title.len; i++)
		top += title.s[i] == '\n';
	top++;
	surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24,
					     SCALE * (X(c->columns) + 2 * MARGIN),
					     SCALE * (Y(c->rows + top) + 2 * MARGIN));
	cr = cairo_create(surface);
	cairo_set_source_rgb(cr, 1, 1, 1);
	cairo_paint(cr);
	cairo_scale(cr, SCALE, SCALE);
	cairo_translate(cr, MARGIN, MARGIN);
	cairo_set_line_width(cr, 1);
	for (cursor = title.s; (line = next_line(&cursor)); y++)
		string(cr, 0, y, ANCHOR_LEFT, INK_TEXT, true, line);
	text_free(&title);
	cairo_translate(cr, 0, Y(top));
	for (i = 0; i < c->nr; i++)
		draw(cr, &c->mark[i]);
	status = cairo_status(cr);
	if (!status)
		status = cairo_surface_write_to_png_stream(surface, take, &png);
	cairo_destroy(cr);
	cairo_surface_destroy(surface);
	if (status)
		result = fail(STATUS_REFUSED, "cannot write %s: %s", path,
			      cairo_status_to_string(status));
	else
		result = output_write(path, png.s, png.len);
	text_free(&png);
	return result;
}

#else /* !HAVE_CAIRO */

int canvas_png(const struct canvas *c, const char *path)
{
	(void)c;
	return fail(STATUS_MISSING,
		    "%s is not written: this kmem-studio was built without cairo, use --svg",
		    path);
}

#endif
