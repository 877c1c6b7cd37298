// SPDX-License-Identifier: GPL-2.0
/*
 * page: one page of an arena by all its names.
 */
#include <getopt.h>
#include <string.h>

#include "../lib/chain.h"
#include "../lib/driver.h"
#include "../lib/frames.h"
#include "../lib/json.h"
#include "../lib/kinds.h"
#include "../lib/machine.h"
#include "../lib/options.h"
#include "../lib/pictures.h"
#include "commands.h"

static int print_json(const struct chain *chain)
{
	struct text flags = {};
	struct json j;

	js_begin(&j, "page");
	js_string(&j, "arena", chain->name);
	js_u64(&j, "index", chain->index);
	item_json(&chain->row, "table", &j);
	item_json(&chain->answer, "answer", &j);
	if (chain->user_virt)
		js_u64(&j, "program_virt", chain->user_virt);
	else
		js_null(&j, "program_virt");
	if (chain->user_pfn)
		js_u64(&j, "program_pfn", chain->user_pfn);
	else
		js_null(&j, "program_pfn");
	if (chain->has_flags) {
		page_flags_words(&flags, chain->flags);
		js_string(&j, "kpageflags", flags.s);
		text_free(&flags);
	}
	if (chain->rounding)
		js_string(&j, "rounding", NO_OBJECT);
	js_string(&j, "verdict", chain->verdict);
	return js_print(&j);
}

static int print_csv(struct studio *st, const struct chain *chain)
{
	struct table table;
	int status;

	names_table(&table);
	names_of_chain(chain, &table);
	status = table_print(st, &table, "page", "names");
	table_free(&table);
	return status;
}

/* A picture that goes to a file does so beside JSON and CSV, too. */
static int print(struct studio *st, const struct machine *m, const struct chain *chain,
		 const char *svg, const char *png)
{
	struct canvas canvas;
	int status = STATUS_OK;

	if (st->format == FORMAT_JSON)
		status = print_json(chain);
	else if (st->format == FORMAT_CSV)
		status = print_csv(st, chain);
	if (status || (st->format != FORMAT_TEXT && !svg && !png))
		return status;
	picture_chain(&canvas, svg || png ? 90 : st->width, m, chain);
	status = canvas_output(st, &canvas, 1, svg, png);
	canvas_free(&canvas);
	return status;
}

/* Why there is none of that index. */
static int no_page(struct studio *st, const char *name, const struct chain *chain)
{
	int status = chain->nr_pages ? STATUS_OK : need_live(st, name);

	return status ? status : no_such_index(name, "page", chain->index, chain->nr_pages);
}

static int do_page(struct studio *st, int argc, char **argv)
{
	const char *svg = NULL, *png = NULL, *name;
	struct chain chain;
	struct machine m;
	u64 index;
	int status;

	status = picture_options(&command_page, st, argc, argv, &svg, &png);
	if (status)
		return status;
	if (argc - optind != 2)
		return usage(&command_page, "page takes an arena and the index of a page");
	if (!parse_u64(argv[optind + 1], &index))
		return usage(&command_page, "\"%s\" is not the index of a page: the first is 0",
			     argv[optind + 1]);
	status = driver_need(st, NEED_DRIVER | NEED_DEBUGFS);
	if (!status)
		status = find_arena(st, argv[optind], &name);
	if (status)
		return status;
	if (!chain_read(st, name, index, &chain))
		return no_page(st, name, &chain);
	machine_read(st, &m);
	status = print(st, &m, &chain, svg, png);
	if (!status && says_differ(chain.verdict))
		status = STATUS_WRONG;
	machine_free(&m);
	chain_free(&chain);
	return status;
}

const struct command command_page = {
	.name = "page",
	.args = "NAME INDEX",
	.about = "one page of an arena by all its names, and whether they agree",
	.more =
		"What a program's page table, the kernel's and the driver's own ways say of it. Pages are counted from 0.",
	.choices = picture_choices,
	.wrong = "they do not agree",
	.example = "kmem-studio page a 3",
	.run = do_page,
};
