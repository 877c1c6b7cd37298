// SPDX-License-Identifier: GPL-2.0
/*
 * verify: compare every word and every address of live arenas.
 */
#include <errno.h>
#include <string.h>

#include "../lib/driver.h"
#include "../lib/kinds.h"
#include "commands.h"
#include "list.h"

static void tell(struct studio *st, const char *name)
{
	const char *from;
	struct text t = {};
	struct item item;
	u64 words, pages;

	if (arena_read(st, name, &item))
		return;
	words = item_number(&item, "words_verified");
	pages = item_number(&item, "nr_pages");
	from = item_value(&item, "verified_in");
	text_printf(&t,
		    "%s is all right: %llu word%s and the addresses of %llu page%s verified in ",
		    name, words, plural(words), pages, plural(pages));
	text_ns(&t, item_number(&item, "verify_ns"));
	if (from && *from)
		text_printf(&t, ", from %s", from);
	puts(t.s);
	text_free(&t);
	item_free(&item);
}

static int do_verify(struct studio *st, int argc, char **argv)
{
	int status, worst, i;

	if (argc < 2)
		return usage(&command_verify, "verify takes names of arenas");
	worst = driver_need(st, NEED_CHANGE | NEED_DRIVER | NEED_CONFIGFS);
	if (worst)
		return worst;
	for (i = 1; i < argc && !interrupted(); i++) {
		const char *name;

		status = find_arena(st, argv[i], &name);
		if (!status && !strcmp(name, LAB))
			status = fail(STATUS_REFUSED,
				      "lab is the arena of the module's parameters: kmem-studio stop lab verifies it");
		if (!status)
			status = item_set(st, ARENA, name, "verify", "1");
		if (!status && st->format == FORMAT_TEXT)
			tell(st, name);
		worst = worse(worst, status);
	}
	if (st->format != FORMAT_TEXT && has_results(worst))
		print_items(st, "verify", argv + 1, argc - 1);
	return worst;
}

const struct command command_verify = {
	.name = "verify",
	.args = "NAME ...",
	.about = "compare every word and every address of live arenas",
	.wrong = "memory was found wrong",
	.example = "kmem-studio verify a",
	.run = do_verify,
};
