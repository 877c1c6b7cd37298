// SPDX-License-Identifier: GPL-2.0
/*
 * translate: what is this address?
 */
#include <errno.h>
#include <getopt.h>

#include "../lib/chain.h"
#include "../lib/driver.h"
#include "../lib/files.h"
#include "../lib/json.h"
#include "../lib/klog.h"
#include "../lib/machine.h"
#include "../lib/options.h"
#include "../lib/pictures.h"
#include "commands.h"

static int print_json(const struct item *answer)
{
	struct json j;

	js_begin(&j, "translate");
	item_json(answer, "answer", &j);
	return js_print(&j);
}

static int print_csv(struct studio *st, const struct item *answer)
{
	struct table table;
	int status;

	names_table(&table);
	names_of_answer(answer, answer, &table);
	status = table_print(st, &table, "translate", "names");
	table_free(&table);
	return status;
}

/* What is no memory has no names that could be drawn. */
static int print_words(const struct item *answer)
{
	struct text t = {};
	int status;
	size_t i;

	for (i = 0; i < answer->nr; i++)
		text_printf(&t, "%-16s %s\n", answer->attr[i].name, answer->attr[i].value);
	status = output_write("-", t.s ? t.s : "", t.len);
	text_free(&t);
	return status;
}

/* A picture that goes to a file does so beside JSON and CSV, too. */
static int draw(struct studio *st, const char *question, const struct item *answer,
		const char *svg, const char *png)
{
	struct canvas canvas;
	struct machine m;
	int status;

	machine_read(st, &m);
	picture_answer(&canvas, svg || png ? 90 : st->width, &m, question, answer);
	status = canvas_output(st, &canvas, 1, svg, png);
	canvas_free(&canvas);
	machine_free(&m);
	return status;
}

static int print(struct studio *st, const char *question, const struct item *answer,
		 const char *svg, const char *png)
{
	bool has_picture = item_value(answer, "pfn");
	int status = STATUS_OK;

	if (!has_picture && (svg || png))
		return fail(STATUS_REFUSED, "nothing is to be drawn: it is %s",
			    item_value(answer, "answer") ? : "not known");
	if (st->format == FORMAT_JSON)
		status = print_json(answer);
	else if (st->format == FORMAT_CSV)
		status = print_csv(st, answer);
	else if (!has_picture)
		status = print_words(answer);
	if (status || !has_picture || (st->format != FORMAT_TEXT && !svg && !png))
		return status;
	return draw(st, question, answer, svg, png);
}

static int do_translate(struct studio *st, int argc, char **argv)
{
	const char *svg = NULL, *png = NULL, *routes;
	struct item answer;
	int status, err, mark;

	status = picture_options(&command_translate, st, argc, argv, &svg, &png);
	if (status)
		return status;
	if (argc - optind != 1)
		return usage(&command_translate,
			     "translate takes a kernel address, pfn:N or phys:N");
	if (is_saved(st))
		return fail(STATUS_MISSING, "%s is a saved copy: nobody is there to ask", st->root);
	status = driver_need(st, NEED_CHANGE | NEED_DRIVER | NEED_DEBUGFS);
	if (status)
		return status;
	mark = klog_mark(st);
	err = translate_ask(st, argv[optind], &answer);
	if (err == -EINVAL) {
		say("\"%s\" is no kernel address in hexadecimal, pfn:N or phys:N", argv[optind]);
		klog_explain(mark);
		return STATUS_USAGE;
	}
	if (err)
		return driver_say_error(st, mark, "translate", argv[optind], err);
	klog_forget(mark);
	status = print(st, argv[optind], &answer, svg, png);
	routes = item_value(&answer, "routes");
	if (!status && routes && says_differ(routes))
		status = STATUS_WRONG;
	item_free(&answer);
	return status;
}

const struct command command_translate = {
	.name = "translate",
	.args = "ADDRESS | pfn:N | phys:N",
	.about = "what an address is, by all routes",
	.more =
		"ADDRESS is one of the kernel, in hexadecimal; pfn:N is a page frame, phys:N a physical address. It translates pages: of an address the offset within its page is left out. Where a kernel hides its addresses there are hashes of them, or (____ptrval____): boot it with no_hash_pointers to see them.",
	.choices = picture_choices,
	.wrong = "the routes do not agree",
	.example = "kmem-studio translate pfn:0x1234",
	.run = do_translate,
};
