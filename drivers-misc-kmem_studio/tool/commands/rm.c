// SPDX-License-Identifier: GPL-2.0
/*
 * rm: remove arenas, benches and pressures. What is live is verified first, so that what is
 * wrong is seen here and not in the log alone.
 */
#include <string.h>

#include "../lib/driver.h"
#include "../lib/kinds.h"
#include "../lib/table.h"
#include "commands.h"

/* There is no more to tell of what is gone. */
static const struct column columns[] = {
	{ "kind", "KIND", COLUMN_TEXT },
	{ "name", "NAME", COLUMN_TEXT },
};

static int remove_one(struct studio *st, const char *argument, struct table *removed)
{
	const struct kind *kind;
	const char *name;
	int status, err;

	status = find_item(st, argument, &kind, &name);
	if (status)
		return status;
	if (kind == ARENA && !strcmp(name, LAB))
		return fail(STATUS_REFUSED,
			    "lab is the arena of the module's parameters: type kmem-studio stop lab");
	if (kind == ARENA)
		status = item_set(st, kind, name, "live", "0");
	err = item_remove(st, kind, name);
	if (err)
		return worse(status, driver_say_error(st, -1, name, "is not removed", err));
	table_cell(removed, kind->word);
	table_cell(removed, name);
	if (st->format == FORMAT_TEXT)
		printf("%s is removed\n", name);
	return status;
}

static int do_rm(struct studio *st, int argc, char **argv)
{
	struct table removed;
	int status, worst, i;

	if (argc < 2)
		return usage(&command_rm, "rm takes names");
	worst = driver_need(st, NEED_CHANGE | NEED_DRIVER | NEED_CONFIGFS);
	if (worst)
		return worst;
	table_init(&removed, columns, ARRAY_SIZE(columns));
	for (i = 1; i < argc && !interrupted(); i++) {
		status = remove_one(st, argv[i], &removed);
		worst = worse(worst, status);
	}
	if (st->format != FORMAT_TEXT)
		worst = worse(worst, table_print(st, &removed, "rm", "items"));
	table_free(&removed);
	return worst;
}

const struct command command_rm = {
	.name = "rm",
	.args = "NAME ...",
	.about = "stop and remove arenas, benches and pressures",
	.more = "What is live is verified first.",
	.wrong = "memory was found wrong",
	.example = "kmem-studio rm a",
	.run = do_rm,
};
