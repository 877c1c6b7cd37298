// SPDX-License-Identifier: GPL-2.0
/*
 * corrupt: flip a bit of a word, so that a verification can be seen to fail.
 */
#include <string.h>

#include "../lib/driver.h"
#include "../lib/kinds.h"
#include "commands.h"

static int do_corrupt(struct studio *st, int argc, char **argv)
{
	const struct kind *kind;
	const char *name;
	u64 word;
	int status;

	if (argc != 3 || !parse_u64(argv[2], &word))
		return usage(&command_corrupt, "corrupt takes an arena and the number of a word");
	status = driver_need(st, NEED_CHANGE | NEED_DRIVER | NEED_CONFIGFS);
	if (!status)
		status = find_item(st, argv[1], &kind, &name);
	if (!status && (kind != ARENA || !strcmp(name, LAB)))
		status = fail(STATUS_REFUSED, "%s has no words that can be written to", argv[1]);
	if (!status)
		status = item_set(st, ARENA, name, "corrupt", argv[2]);
	if (!status && st->format == FORMAT_TEXT)
		printf("%s: a bit of word %llu (struct %llu, index %llu) is flipped\n", name,
		       word, word / 8, word % 8);
	return status;
}

const struct command command_corrupt = {
	"corrupt", "NAME WORD", "flip a bit of a word of a live arena", do_corrupt
};
