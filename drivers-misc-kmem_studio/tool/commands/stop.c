// SPDX-License-Identifier: GPL-2.0
/*
 * stop: verify and free arenas, give pressures back.
 */
#include <errno.h>
#include <string.h>

#include "../lib/driver.h"
#include "../lib/kinds.h"
#include "../lib/klog.h"
#include "commands.h"
#include "list.h"

static void tell(struct studio *st, const struct kind *kind, const char *name)
{
	struct text t = {};
	struct item item;
	u64 words, held;

	if (kind != ARENA || arena_read(st, name, &item)) {
		printf("%s is stopped\n", name);
		return;
	}
	words = item_number(&item, "words_verified");
	held = item_number(&item, "pages_held");
	text_printf(&t, "%s is stopped: %llu word%s verified in ", name, words, plural(words));
	text_ns(&t, item_number(&item, "verify_ns"));
	text_puts(&t, ", all right, freed in ");
	text_ns(&t, item_number(&item, "free_ns"));
	if (held)
		text_printf(&t,
			    "; %llu page%s not free yet: somebody has its device or a table open",
			    held, held == 1 ? " is" : "s are");
	puts(t.s);
	text_free(&t);
	item_free(&item);
}

static int stop_lab(struct studio *st, bool live)
{
	int mark = klog_mark(st);
	int err = file_write(st, STUDIO_MODULE "/parameters/nr_structs", "0");

	if (err)
		return driver_say_error(st, mark, LAB, "was stopped", err);
	klog_forget(mark);
	if (st->format == FORMAT_TEXT)
		puts(live ? "lab is stopped and was verified" : "lab was not live");
	return STATUS_OK;
}

/* An arena that was never live has nothing to verify. */
static int stop_one(struct studio *st, const struct kind *kind, const char *name)
{
	struct item before;
	bool live = true;
	int status;

	if (!kind->stop)
		return fail(STATUS_REFUSED, "%s is a bench: it ends by itself, rm ends it before",
			    name);
	if (kind == ARENA && !arena_read(st, name, &before)) {
		live = arena_is_live(&before);
		item_free(&before);
	}
	if (kind == ARENA && !strcmp(name, LAB))
		return stop_lab(st, live);
	status = item_set(st, kind, name, kind->stop, "0");
	if (status || st->format != FORMAT_TEXT)
		return status;
	if (live)
		tell(st, kind, name);
	else
		printf("%s was not live\n", name);
	return STATUS_OK;
}

static int do_stop(struct studio *st, int argc, char **argv)
{
	const struct kind *kind;
	int status, worst, i;
	const char *name;

	if (argc < 2)
		return usage(&command_stop, "stop takes names");
	worst = driver_need(st, NEED_CHANGE | NEED_DRIVER);
	if (worst)
		return worst;
	for (i = 1; i < argc && !interrupted(); i++) {
		status = find_item(st, argv[i], &kind, &name);
		if (!status)
			status = stop_one(st, kind, name);
		worst = worse(worst, status);
	}
	if (st->format != FORMAT_TEXT && has_results(worst))
		print_items(st, "stop", argv + 1, argc - 1);
	return worst;
}

const struct command command_stop = {
	.name = "stop",
	.args = "NAME ...",
	.about = "verify and free arenas, give pressures back",
	.more = "The name lab is the arena of the module's parameters.",
	.wrong = "memory was found wrong",
	.example = "kmem-studio stop a",
	.run = do_stop,
};
