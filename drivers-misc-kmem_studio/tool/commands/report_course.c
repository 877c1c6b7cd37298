// SPDX-License-Identifier: GPL-2.0
/*
 * The questions of the course, each with what was measured, and room for what it means.
 */
#include <string.h>

#include "../lib/trial.h"
#include "findings.h"

static void ask(struct text *out, unsigned int *nr, const char *question)
{
	text_printf(out, "<h3>%u. %s</h3>\n<div class=\"answer\">", ++*nr, question);
}

/* What it means is asked above the room, where it stays when that is filled. */
static void room(struct text *out, const char *question)
{
	text_printf(out,
		    "</div>\n<p class=\"ask\">%s</p>\n<div class=\"write\" contenteditable=\"true\" role=\"textbox\" aria-label=\"Answer\"></div>\n",
		    question);
}

static void put(struct text *out, const char *s)
{
	text_html(out, s ? s : "not measured");
}

static void page_questions(const struct findings *f, struct text *out, unsigned int *nr)
{
	unsigned long long per_page = f->m.page_size / 32;
	unsigned int orders = f->m.nr_zones ? f->m.zone[0].nr_orders : 0;
	const char *rounding = finding(&f->lab, "10000", "rounding_pages");
	const char *pages = finding(&f->lab, "10000", "nr_pages");
	struct text why = {};

	ask(out, nr, "How large is a page, and how many structs are on one?");
	text_printf(out, "A page has %llu bytes, a struct 32: %llu a page.",
		    f->m.page_size, per_page);
	room(out, "What would change with pages of 4, 16 or 64 KB?");

	ask(out, nr, "How many pages do 10000 structs need, and which order?");
	if (rounding) {
		text_html(out, pages);
		text_puts(out, " pages, order ");
		put(out, finding(&f->lab, "10000", "order"));
		text_puts(out, ", a block of ");
		put(out, finding(&f->lab, "10000", "block_pages"));
		text_puts(out, " pages: ");
		text_html(out, rounding);
		text_puts(out, " of them are rounding.");
	} else {
		put(out, NULL);
	}
	/* how many they are depends on the size of a page */
	text_printf(&why, "Why does the page allocator not give %s%s pages? Which allocators do?",
		    rounding ? "just " : "just that many", rounding ? pages : "");
	room(out, why.s);
	text_free(&why);

	ask(out, nr, "What is the first word of each page, and why?");
	text_puts(out, "Of 10000 structs: ");
	put(out, finding(&f->lab, "10000", "first_words"));
	room(out, "How does the first word of page n follow from the size of a page?");

	ask(out, nr, "How many structs can one block hold at most?");
	if (orders)
		text_printf(out, "The largest block is of order %u, %llu page%s: %llu structs.",
			    orders - 1, 1ULL << (orders - 1), plural(1ULL << (orders - 1)),
			    per_page << (orders - 1));
	else
		put(out, NULL);
	room(out, "What happens with one struct more? What did the kernel's log say?");
}

static void place_questions(const struct findings *f, struct text *out, unsigned int *nr)
{
	u64 runs, largest;
	size_t i;

	ask(out, nr, "Which pages are neighbours in physical memory?");
	for (i = 0; i < f->list.nr; i++) {
		const struct placed *placed = &f->list.placed[i];

		runs = spans_runs(&placed->spans, &largest);
		text_puts(out, i ? "<br>" : "");
		put(out, item_value(&placed->arena, "allocator"));
		text_printf(out, ": %llu page%s in %llu run%s, the longest of %llu",
			    placed->spans.pages, plural(placed->spans.pages), runs,
			    plural(runs), largest);
	}
	if (!f->list.nr)
		put(out, NULL);
	room(out, "Why can vmalloc() do with any free pages, and what does that cost?");

	ask(out, nr, "How do the names of one page belong together?");
	if (f->has_chain) {
		text_puts(out, "PFN ");
		put(out, item_value(&f->chain.row, "pfn"));
		text_puts(out, ", physical address ");
		put(out, item_value(&f->chain.row, "phys"));
		text_puts(out, ", virtual address of the kernel ");
		put(out, item_value(&f->chain.row, "virt"));
		text_puts(out, ": ");
		put(out, f->chain.verdict);
		text_puts(out, ".");
	} else {
		put(out, NULL);
	}
	room(out,
	     "Work out the physical address from the PFN. For which pages is the virtual address a sum?");
}

static void cost_questions(const struct findings *f, struct text *out, unsigned int *nr)
{
	static const char * const names[] = { "page", "kmalloc", "slab", "vmalloc" };
	size_t i;

	ask(out, nr, "How do page, kmalloc, slab and vmalloc compare?");
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		const char *bytes = finding(&f->compare, names[i], "bytes_allocated");
		const char *slack = finding(&f->compare, names[i], "bytes_slack");
		const char *ns = finding(&f->compare, names[i], "alloc_ns");
		struct text t = {};
		u64 number;

		text_printf(out, "%s%s: ", i ? "<br>" : "", names[i]);
		if (bytes && parse_u64(bytes, &number))
			text_bytes(&t, number);
		if (t.len && slack && parse_u64(slack, &number)) {
			text_puts(&t, ", of which ");
			text_bytes(&t, number);
			text_puts(&t, " were not asked for,");
		}
		if (t.len)
			text_puts(&t, " allocated in ");
		if (ns && parse_u64(ns, &number))
			text_ns(&t, number);
		put(out, t.len ? t.s : NULL);
		text_free(&t);
	}
	room(out, "Which wastes most, which takes longest, and what follows for each use?");

	ask(out, nr, "How do you know that all of this is true?");
	text_puts(out,
		  "Every word was compared with what had been written, and every page with what leads to it: 10000 structs were ");
	put(out, finding(&f->lab, "10000", "verdict"));
	text_puts(out, ".");
	room(out, "Which mistakes would this find, and which would it not?");
}

void course_html(const struct findings *f, struct text *out)
{
	unsigned int nr = 0;

	text_puts(out, "<h2>Questions</h2>\n");
	page_questions(f, out, &nr);
	place_questions(f, out, &nr);
	cost_questions(f, out, &nr);
}
