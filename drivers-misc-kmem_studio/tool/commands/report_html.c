// SPDX-License-Identifier: GPL-2.0
/*
 * The page that report writes: one file, no script, nothing from elsewhere. Each picture is
 * there twice, for narrow and for wide screens, so that its text never shrinks.
 */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "findings.h"

/* Arenas that are drawn page by page. */
#define MOST_DRAWN	12

static const char style[] =
":root{color-scheme:light dark;--back:#fff;--text:#1b1b1b;--dim:#595959;--line:#d0d0d0;--bar:#56b4e9;--box:#f6f6f6}\n"
"@media screen and (prefers-color-scheme:dark){:root{--back:#141414;--text:#ececec;--dim:#b0b0b0;--line:#3c3c3c;--box:#1f1f1f}}\n"
"*{box-sizing:border-box}\n"
"body{margin:0;background:var(--back);color:var(--text);font:16px/1.5 system-ui,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}\n"
"main{max-width:1180px;margin:0 auto;padding:16px}\n"
"h1{font-size:26px;line-height:1.2;margin:16px 0 4px}h2{font-size:20px;margin:36px 0 8px;border-bottom:1px solid var(--line)}\n"
"h3{font-size:16px;margin:20px 0 4px}\n"
"p{margin:8px 0;max-width:70ch}.dim,figcaption{color:var(--dim);font-size:14px}\n"
"figure{margin:12px 0 24px}figcaption{max-width:90ch;margin-bottom:6px}svg{display:block;max-width:none}\n"
".r1,.r2,.r3,.r4,.r5,.r6,.r7,.r8{display:none}\n"
"@media (min-width:600px){.r1,.r2,.r3{display:table-cell}}@media (min-width:1000px){.r4,.r5{display:table-cell}}\n"
"@media (min-width:1200px){.r6,.r7,.r8{display:table-cell}}\n"
"@media screen and (max-width:599px){.table .bar{display:none}.table th,.table td{padding-right:8px}}\n"
"@media screen and (max-width:430px){.table table{font-size:13px}.table th,.table td{padding-right:6px}}\n"
".wide{display:none}.narrow{display:block}\n"
"@media (min-width:704px){.wide{display:block}.narrow{display:none}}\n"
".table{max-width:100%}table{border-collapse:collapse;font-size:14px;margin:8px 0}\n"
"th,td{text-align:left;padding:3px 12px 3px 0;vertical-align:top;white-space:nowrap}th:last-child,td:last-child{padding-right:0!important}\n"
"th{color:var(--dim);font-weight:600;font-size:12px;border-bottom:1px solid var(--line)}\n"
"td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}\n"
"td.bar{min-width:70px}td.bar span{display:block;height:12px;margin-top:4px;background:var(--bar);min-width:1px;-webkit-print-color-adjust:exact;print-color-adjust:exact}\n"
"tr.group td{border-top:1px solid var(--line)}.machine td,.machine th{white-space:normal;overflow-wrap:anywhere}\n"
"table.facts td{white-space:normal;overflow-wrap:anywhere}table.facts td:first-child{color:var(--dim);white-space:nowrap}\n"
"pre{font:12px/1.5 ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;background:var(--box);padding:8px;white-space:pre-wrap;overflow-wrap:anywhere;tab-size:8}\n"
".answer{background:var(--box);border-left:4px solid #e69f00;padding:6px 12px;margin:8px 0}\n"
".ask{margin:8px 0 4px}.write{border:1px solid var(--line);min-height:5em;padding:8px;margin:8px 0;border-radius:4px}\n"
".write.line{min-height:2.4em}.write:empty::before{content:attr(data-hint);color:var(--dim);font-size:14px}\n"
".bad{color:#b34700;font-weight:600}\n"
"@media screen and (prefers-color-scheme:dark){.bad{color:#ff8a47}}\n"
"@media print{@page{margin:14mm}main{max-width:none;padding:0}.wide{display:block!important}.narrow{display:none!important}\n"
"h2,h3,.answer,.ask{break-after:avoid}figure,tr,.answer,.write{break-inside:avoid}\n"
".screen{display:none}details::details-content{display:block;content-visibility:visible;block-size:auto}\n"
".r1,.r2,.r3{display:table-cell}.r4,.r5,.r6,.r7,.r8{display:none}\n"
"table{font-size:12px}th,td{padding-right:8px}td.bar{min-width:40px}.write{min-height:7em}}\n";

void html_begin(struct text *out, const char *title)
{
	text_puts(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		       "<link rel=\"icon\" href=\"data:,\">\n<title>");
	text_html(out, title);
	text_puts(out, "</title>\n<style>\n");
	text_puts(out, style);
	canvas_svg_style(out);
	text_puts(out, "</style>\n</head>\n<body>\n<main>\n");
}

void html_end(struct text *out)
{
	text_puts(out, "</main>\n</body>\n</html>\n");
}

/* One picture in both widths. */
void html_pair(struct text *out, struct canvas *narrow, struct canvas *wide)
{
	text_puts(out, "<figure><figcaption>");
	text_html(out, wide->title);
	text_puts(out, "</figcaption>\n<div class=\"narrow\">");
	canvas_svg(narrow, false, out);
	text_puts(out, "</div><div class=\"wide\">");
	canvas_svg(wide, false, out);
	text_puts(out, "</div></figure>\n");
	canvas_free(narrow);
	canvas_free(wide);
}

static void fact(struct text *out, const char *name, const char *fmt, ...) PRINTF(3, 4);

static void fact(struct text *out, const char *name, const char *fmt, ...)
{
	struct text t = {};
	va_list ap;

	va_start(ap, fmt);
	text_vprintf(&t, fmt, ap);
	va_end(ap);
	text_printf(out, "<tr><td>%s</td><td>", name);
	text_html(out, t.s);
	text_puts(out, "</td></tr>\n");
	text_free(&t);
}

static void machine_html(const struct findings *f, struct text *out)
{
	const struct machine *m = &f->m;
	struct text t = {};
	size_t i;

	text_puts(out, "<h2>The machine</h2>\n<table class=\"facts\">\n");
	fact(out, "Model", "%s", m->model);
	fact(out, "Kernel", "%s (%s)", m->kernel, m->arch);
	fact(out, "Page size", "%llu bytes, %llu structs of 32 bytes a page",
	     m->page_size, m->page_size / 32);
	text_bytes(&t, m->total_kb * 1024);
	fact(out, "RAM of the kernel", "%s", t.s);
	for (i = 0; i < m->nr_zones; i++) {
		const struct zone *zone = &m->zone[i];

		text_clear(&t);
		text_bytes(&t, zone->managed * m->page_size);
		text_puts(&t, ", of which ");
		text_bytes(&t, zone->free * m->page_size);
		text_puts(&t, " free");
		fact(out, "Zone", "%s of node %lld: %s", zone->name, zone->node, t.s);
	}
	text_clear(&t);
	text_bytes(&t, m->cma_kb * 1024);
	fact(out, "Area for DMA (CMA)", "%s", m->cma_kb ? t.s : "none");
	fact(out, "Measured", "%s", f->when);
	text_puts(out, "</table>\n");
	text_free(&t);
}

static void lab_html(const struct findings *f, struct text *out)
{
	char *log = xstrdup(f->log.s ? f->log.s : ""), *cursor = log, *line;

	text_puts(out,
		  "<h2>The lab</h2>\n<p>Objects of 32 bytes on one block of pages: how many pages, which order, and how many pages of the block are rounding.</p>\n");
	table_html(&f->lab, out);
	if (*log) {
		text_puts(out, "<details><summary>The kernel's lines</summary>\n<pre>");
		while ((line = next_line(&cursor))) {
			text_html(out, line);
			text_putc(out, '\n');
		}
		text_puts(out, "</pre></details>\n");
	}
	free(log);
}

static void map_html(const struct findings *f, struct text *out)
{
	struct canvas narrow, wide;
	size_t i;

	text_puts(out, "<h2>Where it lies</h2>\n");
	if (f->frames.of) {
		picture_ram(&narrow, NARROW, &f->m, &f->frames, &f->list);
		picture_ram(&wide, WIDE, &f->m, &f->frames, &f->list);
	} else {
		picture_zones(&narrow, NARROW, &f->m);
		picture_zones(&wide, WIDE, &f->m);
	}
	html_pair(out, &narrow, &wide);
	for (i = 0; i < f->list.nr && i < MOST_DRAWN; i++) {
		picture_arena(&narrow, NARROW, &f->m, &f->list.placed[i]);
		picture_arena(&wide, WIDE, &f->m, &f->list.placed[i]);
		html_pair(out, &narrow, &wide);
	}
	if (i < f->list.nr)
		text_printf(out, "<p>%zu more arena%s not drawn page by page.</p>\n",
			    f->list.nr - i, f->list.nr - i == 1 ? " is" : "s are");
}

static void split_html(const struct findings *f, struct text *out)
{
	u64 pages = (10000 * 32 + f->m.page_size - 1) / f->m.page_size;
	struct canvas narrow, wide;

	if (!(pages & (pages - 1)))
		return;
	picture_split(&narrow, 45, pages);
	picture_split(&wide, WIDE, pages);
	html_pair(out, &narrow, &wide);
}

static void chain_html(const struct findings *f, struct text *out)
{
	struct canvas narrow, wide;

	if (!f->has_chain)
		return;
	text_puts(out,
		  "<h2>One page by all its names</h2>\n<p>A page frame has one number. Any number of page tables lead to it: here one of a program, and the kernel's.</p>\n");
	picture_chain(&narrow, NARROW, &f->m, &f->chain);
	picture_chain(&wide, WIDE, &f->m, &f->chain);
	html_pair(out, &narrow, &wide);
}

static void compare_html(const struct findings *f, struct text *out)
{
	if (!f->compare.nr)
		return;
	text_printf(out,
		    "<h2>The allocators</h2>\n<p>%s structs of 32 bytes, %llu bytes, from each: what was taken for them, how much of that was not asked for (SLACK), and how long it took. A bar is the part of the largest of its column. Times are of one run each. <span class=\"screen\">A wider window has more columns.</span></p>\n",
		    REPORT_STRUCTS, strtoull(REPORT_STRUCTS, NULL, 10) * 32);
	table_html(&f->compare, out);
}

static void bench_html(const struct findings *f, struct text *out)
{
	struct canvas narrow, wide;
	int of_free;

	if (!f->bench.nr)
		return;
	text_puts(out,
		  "<h2>What an allocation costs</h2>\n<p>By order, the mean of a few rounds. On an emulated machine these are not the times of a real one.</p>\n");
	for (of_free = 0; of_free < 2; of_free++) {
		bench_curves(&f->bench, of_free, NARROW, &narrow);
		bench_curves(&f->bench, of_free, WIDE, &wide);
		html_pair(out, &narrow, &wide);
	}
	for (of_free = 0; of_free < 2; of_free++) {
		const char *what = of_free ? "Frees of one page" : "Allocations of one page";

		if (picture_histogram(&narrow, NARROW, what, &f->histogram, of_free)) {
			canvas_free(&narrow);
			continue;
		}
		picture_histogram(&wide, WIDE, what, &f->histogram, of_free);
		html_pair(out, &narrow, &wide);
	}
}

static void blocks_html(const struct findings *f, struct text *out)
{
	struct canvas narrow, wide;

	if (!f->m.nr_zones || !f->m.zone[0].nr_orders)
		return;
	text_puts(out,
		  "<h2>Free memory</h2>\n<p>A block of an order can be had only where free memory lies in blocks of that order or above.</p>\n");
	picture_blocks(&narrow, NARROW, &f->m);
	picture_blocks(&wide, WIDE, &f->m);
	html_pair(out, &narrow, &wide);
}

static void failed_html(const struct findings *f, struct text *out)
{
	char *text = xstrdup(f->failed.s ? f->failed.s : ""), *cursor = text, *line;

	text_puts(out, "<h2>What failed, or is missing</h2>\n");
	if (!*text)
		text_puts(out, "<p>Nothing: all that was measured was verified.</p>\n");
	while ((line = next_line(&cursor))) {
		text_puts(out, "<p class=\"bad\">");
		text_html(out, line);
		text_puts(out, "</p>\n");
	}
	free(text);
}

void findings_html(const struct findings *f, bool course, struct text *out)
{
	struct json j;

	html_begin(out, course ? "Kernel memory: report of the lab" : "Kernel memory: a report");
	text_printf(out, "<h1>Kernel memory: %s</h1>\n<p class=\"dim\">",
		    course ? "report of the lab" : "a report");
	text_html(out, f->m.model);
	text_puts(out, ", ");
	text_html(out, f->m.kernel);
	text_puts(out, ". Made by kmem-studio.</p>\n");
	if (course)
		text_puts(out,
			  "<div class=\"write line\" contenteditable=\"true\" role=\"textbox\" aria-label=\"Name\" data-hint=\"Your name, your course, the date\"></div>\n"
			       "<p class=\"dim screen\">The boxes can be typed into. To hand it in, print the page (to PDF, too), or save it as a complete page: as HTML only, browsers save it without what was typed.</p>\n");
	machine_html(f, out);
	lab_html(f, out);
	map_html(f, out);
	split_html(f, out);
	chain_html(f, out);
	compare_html(f, out);
	bench_html(f, out);
	blocks_html(f, out);
	if (course)
		course_html(f, out);
	failed_html(f, out);
	findings_json(f, "report", &j);
	while (j.depth)
		js_close(&j, '}');
	text_printf(out, "%s\n%s\n%s\n", JSON_BEGIN, j.t.s, JSON_END);
	text_free(&j.t);
	html_end(out);
}
