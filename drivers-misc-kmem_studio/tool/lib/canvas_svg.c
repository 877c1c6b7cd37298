// SPDX-License-Identifier: GPL-2.0
/*
 * A picture as SVG: alone in a file, or within a page of HTML that has the style.
 */
#include <stdlib.h>
#include <string.h>

#include "canvas.h"

#define X(cells)	((cells) * CELL_WIDTH)
#define Y(rows)		((rows) * CELL_HEIGHT)

static const char * const classes[NR_INKS] = {
	[INK_NONE]	= "k0",
	[INK_TEXT]	= "kt",
	[INK_DIM]	= "kd",
	[INK_FREE]	= "kf",
	[INK_KERNEL]	= "kk",
	[INK_CACHE]	= "kc",
	[INK_ANON]	= "ka",
	[INK_SLAB]	= "ks",
	[INK_TABLES]	= "kp",
	[INK_RESERVED]	= "kr",
	[INK_OURS]	= "ko",
	[INK_ROUNDING]	= "kg",
	[INK_BAD]	= "kx",
};

static void colours(bool dark, struct text *out)
{
	enum ink ink;

	for (ink = INK_TEXT; ink < NR_INKS; ink++)
		text_printf(out, ".%s{fill:%s}.q%s{stroke:%s;fill:none}", classes[ink],
			    ink_colour(ink, dark), classes[ink], ink_colour(ink, dark));
	text_printf(out, ".kl{stroke:%s;fill:none}", ink_colour(INK_TEXT, dark));
	text_printf(out, ".ki{fill:%s}", dark ? "#ececec" : "#1b1b1b");
	/* letters on what is dark or light in both */
	text_puts(out, ".kj{fill:#111}.kw{fill:#fff}");
	text_printf(out, ".k0{fill:none}.kb{fill:%s}\n", dark ? "#141414" : "#ffffff");
}

/* What the classes of all pictures look like. */
void canvas_svg_style(struct text *out)
{
	text_printf(out,
		    "svg.k text{font:%dpx ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;white-space:pre}",
		    FONT_SIZE);
	text_puts(out, "svg.k .b{font-weight:700}\n");
	colours(false, out);
	text_puts(out, "@media screen and (prefers-color-scheme:dark){");
	colours(true, out);
	text_puts(out, "}\n");
}

static const char *letter_class(enum ink ink)
{
	switch (ink) {
	case INK_FREE:
		return "kd";
	case INK_ROUNDING:
		return "ki";
	case INK_RESERVED:
		return "kw";
	default:
		return "kj";
	}
}

static void svg_string(struct text *out, double x, double y, enum anchor anchor,
		       const char *class, bool bold, const char *s)
{
	static const char * const anchors[] = {
		"", " text-anchor=\"end\"", " text-anchor=\"middle\""
	};

	text_printf(out, "<text x=\"%g\" y=\"%g\" class=\"%s%s\"%s>", X(x), Y(y) + 13, class,
		    bold ? " b" : "", anchors[anchor]);
	text_html(out, s);
	text_puts(out, "</text>\n");
}

static void svg_rect(struct text *out, double x, double y, double w, double h,
		     const char *class)
{
	text_printf(out, "<rect x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\" class=\"%s\"/>\n",
		    X(x), Y(y), X(w), Y(h), class);
}

/* A letter at the beginning of each run says what its colour does. */
static void svg_cells(struct text *out, const struct mark *mark)
{
	char letter[2] = { mark->letter, 0 };
	double w = mark->w < 0.25 ? 0.25 : mark->w;

	text_printf(out, "<rect x=\"%g\" y=\"%g\" width=\"%g\" height=\"%d\" class=\"%s\"/>\n",
		    X(mark->x), Y(mark->y) + 1, X(w), CELL_HEIGHT - 2, classes[mark->ink]);
	if (mark->letter != ' ' && mark->letter != '.' && mark->w >= 1)
		svg_string(out, mark->x + 0.5, mark->y, ANCHOR_MIDDLE, letter_class(mark->ink),
			   false, letter);
}

static void svg_box(struct text *out, const struct mark *mark)
{
	char *text = xstrdup(mark->text), *cursor = text, *line;
	double y = mark->y + 0.9;
	const char *class = mark->ink == INK_NONE ? "ki" : letter_class(mark->ink);

	text_printf(out,
		    "<rect x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\" rx=\"4\" class=\"%s\"/>\n",
		    X(mark->x) + 1, Y(mark->y) + 9, X(mark->w) - 2, Y(mark->h) - 18,
		    classes[mark->ink]);
	text_printf(out,
		    "<rect x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\" rx=\"4\" class=\"kl\"/>\n",
		    X(mark->x) + 1, Y(mark->y) + 9, X(mark->w) - 2, Y(mark->h) - 18);
	for (; (line = next_line(&cursor)); y += 1)
		svg_string(out, mark->x + 1.5, y, ANCHOR_LEFT, class, false, line);
	free(text);
}

static void svg_arrow(struct text *out, const struct mark *mark)
{
	bool flat = mark->h == 0;
	double x1 = X(mark->x + 0.5), y1 = Y(mark->y) + 9;
	double x2 = x1 + X(mark->w), y2 = y1 + Y(mark->h);
	int dx = flat ? (mark->w > 0 ? 6 : -6) : 0, dy = flat ? 0 : (mark->h > 0 ? 6 : -6);

	text_printf(out, "<path d=\"M%g %gL%g %g\" class=\"kl\"/>\n", x1, y1, x2, y2);
	text_printf(out, "<path d=\"M%g %gL%g %gL%g %gz\" class=\"kt\"/>\n", x2 + dx, y2 + dy,
		    x2 - dy * 0.7, y2 - dx * 0.7, x2 + dy * 0.7, y2 + dx * 0.7);
}

static void svg_curve(struct text *out, const struct mark *mark)
{
	char letter[2] = { mark->letter, 0 };
	size_t i;

	if (!mark->nr)
		return;
	text_puts(out, "<path stroke-width=\"2\" d=\"");
	for (i = 0; i < mark->nr; i++)
		text_printf(out, "%c%.1f %.1f", i ? 'L' : 'M', X(mark->point[i].x + 0.5),
			    Y(mark->point[i].y + 0.5));
	text_printf(out, "\" class=\"q%s\"/>\n", classes[mark->ink]);
	for (i = 0; i < mark->nr; i++) {
		text_printf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"7\" class=\"%s\"/>\n",
			    X(mark->point[i].x + 0.5), Y(mark->point[i].y + 0.5),
			    classes[mark->ink]);
		svg_string(out, mark->point[i].x + 0.5, mark->point[i].y, ANCHOR_MIDDLE,
			   letter_class(mark->ink), false, letter);
	}
}

/* @alone: with all that a file of its own needs, and with its title. */
void canvas_svg(const struct canvas *c, bool alone, struct text *out)
{
	struct text title = {};
	char *cursor, *line;
	int top = 0, y;
	size_t i;

	text_wrap(&title, c->title, c->columns);
	for (cursor = title.s; alone && cursor; cursor = strchr(cursor, '\n'), top++)
		cursor += *cursor == '\n';
	top += alone;
	if (alone)
		text_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	text_printf(out,
		    "<svg class=\"k\"%s width=\"%d\" height=\"%d\" viewBox=\"%d %d %d %d\">\n<title>",
		    alone ? " xmlns=\"http://www.w3.org/2000/svg\"" : " role=\"img\"",
		    X(c->columns) + (alone ? 16 : 0), Y(c->rows + top) + (alone ? 16 : 2),
		    alone ? -8 : 0, -Y(top) - (alone ? 8 : 0), X(c->columns) + (alone ? 16 : 0),
		    Y(c->rows + top) + (alone ? 16 : 2));
	text_html(out, c->title);
	text_puts(out, "</title>\n");
	if (alone) {
		text_puts(out, "<style type=\"text/css\">");
		canvas_svg_style(out);
		text_puts(out, "</style>\n");
		text_printf(out,
			    "<rect x=\"-8\" y=\"%d\" width=\"%d\" height=\"%d\" class=\"kb\"/>\n",
			    -Y(top) - 8, X(c->columns) + 16, Y(c->rows + top) + 16);
		cursor = title.s;
		for (y = -top; (line = next_line(&cursor)); y++)
			svg_string(out, 0, y, ANCHOR_LEFT, "kt", true, line);
	}
	text_free(&title);
	for (i = 0; i < c->nr; i++) {
		const struct mark *mark = &c->mark[i];

		switch (mark->kind) {
		case MARK_CELLS:
			svg_cells(out, mark);
			break;
		case MARK_BOX:
			svg_box(out, mark);
			break;
		case MARK_TEXT:
			svg_string(out, mark->x, mark->y, mark->anchor, classes[mark->ink],
				   mark->bold, mark->text);
			break;
		case MARK_ARROW:
			svg_arrow(out, mark);
			break;
		case MARK_BAR:
			svg_rect(out, mark->x, mark->y + 0.15, mark->w, 0.7,
				 classes[mark->ink]);
			break;
		case MARK_CURVE:
			svg_curve(out, mark);
			break;
		}
	}
	text_puts(out, "</svg>\n");
}
