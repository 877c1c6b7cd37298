// SPDX-License-Identifier: GPL-2.0
/*
 * start: start an arena or a pressure, or run a bench.
 */
#include <string.h>

#include "../lib/driver.h"
#include "../lib/kinds.h"
#include "commands.h"
#include "list.h"

static void tell(struct studio *st, const struct kind *kind, const char *name)
{
	struct text t = {};
	u64 structs, pages;
	struct item item;

	if (kind != ARENA || arena_read(st, name, &item)) {
		printf("%s is %s\n", name, kind->stop ? "live" : "done");
		return;
	}
	structs = item_number(&item, "nr_structs");
	pages = item_number(&item, "nr_pages");
	text_printf(&t, "%s is live: %llu struct%s on %llu page%s, got in ", name, structs,
		    plural(structs), pages, plural(pages));
	text_ns(&t, item_number(&item, "alloc_ns"));
	text_puts(&t, ", filled in ");
	text_ns(&t, item_number(&item, "fill_ns"));
	puts(t.s);
	text_free(&t);
	item_free(&item);
}

static int do_start(struct studio *st, int argc, char **argv)
{
	const struct kind *kind;
	const char *name;
	int status, i;

	if (argc < 2)
		return usage(&command_start, "start takes names");
	status = driver_need(st, NEED_CHANGE | NEED_DRIVER | NEED_CONFIGFS);
	for (i = 1; !status && i < argc && !interrupted(); i++) {
		status = find_item(st, argv[i], &kind, &name);
		if (!status && kind == ARENA && !strcmp(name, LAB))
			status = fail(STATUS_REFUSED,
				      "lab is the arena of the module's parameters: type kmem-studio lab N");
		if (!status)
			status = item_set(st, kind, name, kind->start, "1");
		if (!status && st->format == FORMAT_TEXT)
			tell(st, kind, name);
	}
	if (st->format != FORMAT_TEXT && has_results(status))
		print_items(st, "start", argv + 1, argc - 1);
	return status;
}

const struct command command_start = {
	.name = "start",
	.args = "NAME ...",
	.about = "start arenas and pressures, run benches",
	.wrong = "memory was found wrong: a bench was given a page twice",
	.example = "kmem-studio start a",
	.run = do_start,
};
