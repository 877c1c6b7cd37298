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
#include "../lib/pictures.h"
#include "commands.h"

static int print_json(const struct chain *chain)
{
	struct text flags = {};
	struct json j;
	size_t i;

	js_begin(&j, "page");
	js_string(&j, "arena", chain->name);
	js_u64(&j, "index", chain->index);
	js_open(&j, "table", '{');
	for (i = 0; i < chain->row.nr; i++)
		js_value(&j, chain->row.attr[i].name, chain->row.attr[i].value);
	js_close(&j, '}');
	js_open(&j, "answer", '{');
	for (i = 0; i < chain->answer.nr; i++)
		js_value(&j, chain->answer.attr[i].name, chain->answer.attr[i].value);
	js_close(&j, '}');
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
	js_string(&j, "verdict", chain_verdict(chain));
	return js_print(&j);
}

static int do_page(struct studio *st, int argc, char **argv)
{
	static const struct option options[] = {
		{ "svg", required_argument, NULL, 's' },
		{ "png", required_argument, NULL, 'p' },
		{}
	};
	const char *svg = NULL, *png = NULL, *name;
	const struct kind *kind;
	struct canvas canvas;
	struct chain chain;
	struct machine m;
	u64 index;
	int status, c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 's')
			svg = optarg;
		else if (c == 'p')
			png = optarg;
		else
			return usage(&command_page, "page: that option is not known");
	}
	if (argc - optind != 2 || !parse_u64(argv[optind + 1], &index))
		return usage(&command_page, "page takes an arena and the index of a page");
	status = driver_need(st, NEED_DRIVER | NEED_DEBUGFS);
	if (!status)
		status = find_item(st, argv[optind], &kind, &name);
	if (status)
		return status;
	if (kind != ARENA || !chain_read(st, name, index, &chain))
		return fail(STATUS_REFUSED, "%s has no page %llu, or is not live", argv[optind],
			    index);
	machine_read(st, &m);
	if (st->format == FORMAT_JSON) {
		status = print_json(&chain);
	} else {
		picture_chain(&canvas, svg || png ? 90 : st->width, &m, &chain);
		status = canvas_output(st, &canvas, 1, svg, png);
		canvas_free(&canvas);
	}
	if (!status && !strncmp(chain_verdict(&chain), "DIFFER", 6))
		status = STATUS_WRONG;
	machine_free(&m);
	chain_free(&chain);
	return status;
}

const struct command command_page = {
	"page", "NAME INDEX [--svg FILE] [--png FILE]",
	"one page of an arena by all its names, and whether they agree", do_page
};
