// SPDX-License-Identifier: GPL-2.0
/*
 * corrupt: flip a bit of a word, so that a verification can be seen to fail.
 */
#include <string.h>

#include "../lib/driver.h"
#include "../lib/kinds.h"
#include "commands.h"
#include "list.h"

#define WORDS	8	/* of a struct */

/* What is behind the last struct belongs to the arena as well, and is verified. */
static void tell(struct studio *st, const char *name, u64 word)
{
	struct item arena;
	u64 structs;

	if (arena_read(st, name, &arena))
		return;
	structs = item_number(&arena, "nr_structs");
	item_free(&arena);
	if (word / WORDS < structs)
		printf("%s: a bit of word %llu (struct %llu, index %llu) is flipped\n", name, word,
		       word / WORDS, word % WORDS);
	else
		printf("%s: a bit of word %llu (behind the last struct) is flipped\n", name, word);
}

static int do_corrupt(struct studio *st, int argc, char **argv)
{
	const char *name;
	u64 word;
	int status;

	if (argc != 3)
		return usage(&command_corrupt, "corrupt takes an arena and the number of a word");
	if (!parse_u64(argv[2], &word))
		return usage(&command_corrupt, "\"%s\" is not the number of a word: the first is 0",
			     argv[2]);
	status = driver_need(st, NEED_CHANGE | NEED_DRIVER | NEED_CONFIGFS);
	if (!status)
		status = find_arena(st, argv[1], &name);
	if (!status && !strcmp(name, LAB))
		status = fail(STATUS_REFUSED,
			      "lab is the arena of the module's parameters: nothing can be corrupted in it");
	if (!status)
		status = need_live(st, name);
	if (!status)
		status = item_set(st, ARENA, name, "corrupt", argv[2]);
	if (status)
		return status;
	if (st->format != FORMAT_TEXT)
		return print_items(st, "corrupt", argv + 1, 1);
	tell(st, name, word);
	return STATUS_OK;
}

const struct command command_corrupt = {
	.name = "corrupt",
	.args = "NAME WORD",
	.about = "flip the lowest bit of a word of a live arena; once more flips it back",
	.more =
		"Words are counted from 0; a struct has 8 of them. Those behind the last struct, which the allocator gave beyond what was asked for, come last.",
	.example = "kmem-studio corrupt a 4443",
	.run = do_corrupt,
};
