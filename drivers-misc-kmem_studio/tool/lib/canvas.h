/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KST_CANVAS_H
#define KST_CANVAS_H

#include "studio.h"

/*
 * What a mark is drawn with. Colours that colour-blind people can tell apart (Okabe and Ito),
 * each of another lightness; where it matters, a letter says the same.
 */
enum ink {
	INK_NONE,
	INK_TEXT,
	INK_DIM,
	INK_FREE,
	INK_KERNEL,
	INK_CACHE,
	INK_ANON,
	INK_SLAB,
	INK_TABLES,
	INK_RESERVED,
	INK_OURS,
	INK_ROUNDING,
	INK_BAD,
	NR_INKS,
};

enum mark_kind {
	MARK_CELLS,
	MARK_BOX,
	MARK_TEXT,
	MARK_ARROW,
	MARK_BAR,
	MARK_CURVE,
};

enum anchor { ANCHOR_LEFT, ANCHOR_RIGHT, ANCHOR_MIDDLE };

struct point {
	double	x, y;
};

/**
 * struct mark - one thing that is drawn
 * @kind:   what it is
 * @x: @y:  its left upper corner, or where it begins; in cells of a terminal
 * @w: @h:  its size, or how far it goes
 * @ink:    what it is drawn with
 * @letter: of cells: what says the same as the colour
 * @anchor: of a text: which of its ends is at @x
 * @bold:   of a text
 * @text:   a text, or what a box has in it, one line or more
 * @point:  of a curve
 * @nr:     points
 */
struct mark {
	enum mark_kind	kind;
	double		x, y, w, h;
	enum ink	ink;
	char		letter;
	enum anchor	anchor;
	bool		bold;
	char		*text;
	struct point	*point;
	size_t		nr;
};

/**
 * struct canvas - a picture, for the terminal, SVG and PNG alike
 * @columns: its width in cells
 * @rows:    its height, grows with what is drawn
 * @title:   what it shows, in a line
 * @mark:    what was drawn
 * @nr:      how many
 */
struct canvas {
	int		columns;
	int		rows;
	char		*title;
	struct mark	*mark;
	size_t		nr;
};

/* Pixels of a cell, and of the letters in it. */
#define CELL_WIDTH	8
#define CELL_HEIGHT	18
#define FONT_SIZE	13

void canvas_init(struct canvas *c, int columns, const char *fmt, ...) PRINTF(3, 4);
void canvas_free(struct canvas *c);
void canvas_cells(struct canvas *c, double x, double y, double n, enum ink ink, char letter);
void canvas_box(struct canvas *c, double x, double y, double w, double h, enum ink ink,
		const char *fmt, ...) PRINTF(7, 8);
void canvas_text(struct canvas *c, double x, double y, enum anchor anchor, enum ink ink,
		 const char *fmt, ...) PRINTF(6, 7);
void canvas_heading(struct canvas *c, double x, double y, const char *fmt, ...) PRINTF(4, 5);
void canvas_arrow(struct canvas *c, double x1, double y1, double x2, double y2);
void canvas_bar(struct canvas *c, double x, double y, double w, enum ink ink);
void canvas_curve(struct canvas *c, enum ink colour, char letter, const struct point *point,
		  size_t nr);

void canvas_terminal(struct studio *st, const struct canvas *c, struct text *out);
void canvas_svg(const struct canvas *c, bool alone, struct text *out);
void canvas_svg_style(struct text *out);
int canvas_png(const struct canvas *c, const char *path);
const char *ink_colour(enum ink ink, bool dark);
int canvas_output(struct studio *st, const struct canvas *c, size_t nr, const char *svg,
		  const char *png);

#endif
