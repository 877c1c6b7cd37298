// SPDX-License-Identifier: GPL-2.0
/*
 * The picture of one page: a program's page table and the kernel's lead to one frame.
 */
#include <string.h>

#include "chain.h"
#include "frames.h"
#include "pictures.h"

#define BOX	24
#define SIDE	80
#define MOST	110

static const char *or_dash(const char *s)
{
	return s && *s ? s : "-";
}

static void boxes(const struct machine *m, const struct chain *chain, struct text *program,
		  struct text *frame, struct text *kernel)
{
	unsigned long long pfn = item_number(&chain->row, "pfn");

	text_puts(program, "program's page table\n");
	if (chain->user_virt)
		text_printf(program, "0x%llx\n", chain->user_virt);
	else
		text_puts(program, chain->name ? "not mapped\n" : "not looked at\n");
	if (chain->user_pfn)
		text_printf(program, "PFN 0x%llx", chain->user_pfn);
	else
		text_puts(program, "no PFN");
	text_printf(frame, "page frame 0x%llx\nat 0x%llx\nnode %s, zone %s", pfn,
		    pfn * m->page_size,
		    or_dash(item_value(&chain->row, "node")),
		    or_dash(item_value(&chain->row, "zone")));
	text_printf(kernel, "kernel's page table\n%s\n%s",
		    or_dash(item_value(&chain->row, "virt")),
		    or_dash(item_value(&chain->row, "kind")));
}

static void line(struct canvas *c, int *y, const char *name, const char *value)
{
	int room = c->columns - 18;
	struct text t = {};
	char *cursor, *part;

	canvas_text(c, 0, *y, ANCHOR_LEFT, INK_DIM, "%s", name);
	/* what is too long goes on below */
	text_wrap(&t, value, room > 8 ? room : 8);
	for (cursor = t.s; (part = next_line(&cursor));)
		canvas_text(c, 17, (*y)++, ANCHOR_LEFT, INK_TEXT, "%s", part);
	text_free(&t);
}

static void line_if_any(struct canvas *c, int *y, const char *name, const char *value)
{
	if (value)
		line(c, y, name, value);
}

static void answers(struct canvas *c, int *y, const struct chain *chain)
{
	static const char * const names[] = {
		"phys_to_pfn", "virt_to_phys", "virt_to_page", "vmalloc_to_phys",
		"vmalloc_to_page", "page_table", "hardware", "routes", "note", "arena",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		line_if_any(c, y, names[i], item_value(&chain->answer, names[i]));
}

/* Boxes that belong together are not far from each other. */
static int most_columns(int columns)
{
	return columns > MOST ? MOST : columns;
}

static void draw(struct canvas *c, const struct machine *m, const struct chain *chain)
{
	struct text program = {}, frame = {}, kernel = {}, flags = {};
	int y, right, middle;

	boxes(m, chain, &program, &frame, &kernel);
	if (c->columns >= SIDE) {
		right = c->columns - BOX;
		middle = right / 2;
		canvas_box(c, 0, 0, BOX, 5, INK_NONE, "%s", program.s);
		canvas_box(c, middle, 0, BOX, 5, INK_OURS, "%s", frame.s);
		canvas_box(c, right, 0, BOX, 5, INK_NONE, "%s", kernel.s);
		if (chain->user_pfn)
			canvas_arrow(c, BOX - 0.4, 2, middle - 2, 2);
		canvas_arrow(c, right - 1, 2, middle + BOX + 0.5, 2);
		y = 6;
	} else {
		canvas_box(c, 0, 0, BOX + 2, 5, INK_NONE, "%s", program.s);
		if (chain->user_pfn)
			canvas_arrow(c, 4, 5, 4, 6);
		canvas_box(c, 0, 7, BOX + 2, 5, INK_OURS, "%s", frame.s);
		canvas_arrow(c, 4, 13, 4, 12);
		canvas_box(c, 0, 14, BOX + 2, 5, INK_NONE, "%s", kernel.s);
		y = 20;
	}
	if (chain->rounding)
		line(c, &y, "rounding", NO_OBJECT);
	if (chain->user_why)
		line(c, &y, "program", chain->user_why);
	line_if_any(c, &y, "answer", item_value(&chain->answer, "answer"));
	line(c, &y, "struct page", or_dash(item_value(&chain->row, "page")));
	line_if_any(c, &y, "references", item_value(&chain->row, "refs"));
	line_if_any(c, &y, "flags", item_value(&chain->row, "flags"));
	if (chain->has_flags) {
		page_flags_words(&flags, chain->flags);
		line(c, &y, "kpageflags", flags.s);
	}
	answers(c, &y, chain);
	if (hides_addresses(m, &chain->row) || hides_addresses(m, &chain->answer))
		line(c, &y, "to do", HIDDEN_HINT);
	text_free(&program);
	text_free(&frame);
	text_free(&kernel);
	text_free(&flags);
}

void picture_chain(struct canvas *c, int columns, const struct machine *m,
		   const struct chain *chain)
{
	canvas_init(c, most_columns(columns), "Page %llu of arena %s%s by all its names: %s",
		    chain->index, chain->name, chain->rounding ? ", a page of rounding," : "",
		    chain->verdict);
	draw(c, m, chain);
}

/* Of a frame that no program was asked about. @answer: what the driver says to @question */
void picture_answer(struct canvas *c, int columns, const struct machine *m,
		    const char *question, const struct item *answer)
{
	const struct chain chain = { .row = *answer, .answer = *answer };

	canvas_init(c, most_columns(columns), "%s by all its names: the kernel's ways %s",
		    question, or_dash(item_value(answer, "routes")));
	draw(c, m, &chain);
}
