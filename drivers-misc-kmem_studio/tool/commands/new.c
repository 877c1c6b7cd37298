// SPDX-License-Identifier: GPL-2.0
/*
 * new: make an arena and start it. It stays.
 */
#include <getopt.h>
#include <string.h>

#include "../lib/driver.h"
#include "../lib/kinds.h"
#include "../lib/options.h"
#include "../lib/trial_options.h"
#include "commands.h"
#include "list.h"

/* The driver's limit. */
#define MOST_SCRUB_MS	86400000

enum { OPT_SCRUB = LONG_ONLY, OPT_IDLE };

static const struct choice choices[] = {
	CHOICE_NODE,
	CHOICE_GFP,
	CHOICE_SEED,
	{ "scrub", "MS", OPT_SCRUB,
	  "verify it again and again, so many milliseconds apart, up to 86400000 (default: 0, never)"
	},
	CHOICE_MISMATCHES,
	CHOICE_GIVE_WAY,
	CHOICE_CMA_ONLY,
	{ "idle", NULL, OPT_IDLE,
	  "make it only: kmem-studio start starts it" },
	{}
};

static void tell(const struct trial *trial)
{
	u64 largest, runs = spans_runs(&trial->spans, &largest);
	u64 structs = 0, pages = item_number(&trial->live, "nr_pages");
	struct text t = {};

	parse_u64(trial->nr_structs, &structs);
	text_printf(&t, "%s is live: %llu struct%s of %s on %llu page%s", trial->name, structs,
		    plural(structs), trial->allocator, pages, plural(pages));
	if (runs)
		text_printf(&t, " in %llu run%s", runs, plural(runs));
	text_puts(&t, ", got in ");
	text_ns(&t, item_number(&trial->live, "alloc_ns"));
	text_puts(&t, ", filled in ");
	text_ns(&t, item_number(&trial->live, "fill_ns"));
	puts(t.s);
	text_free(&t);
}

/* What is made is to stay, and so is the driver for it. */
static void let_stay(struct studio *st, const char *name)
{
	item_keep(st, ARENA, name);
	undo_never(st, "module");
}

static int make_idle(struct studio *st, const struct trial *trial)
{
	int status = item_make(st, ARENA, trial->name);

	if (status)
		return status;
	item_undo_later(st, ARENA, trial->name);
	status = trial_configure(st, trial);
	if (status)
		return status;
	let_stay(st, trial->name);
	if (st->format != FORMAT_TEXT)
		return print_items(st, "new", (char **)&trial->name, 1);
	printf("%s is made: kmem-studio start %s starts it\n", trial->name, trial->name);
	return STATUS_OK;
}

static int do_new(struct studio *st, int argc, char **argv)
{
	struct trial trial = {};
	bool idle = false;
	u64 number;
	int status, c;

	while ((c = next_option(&command_new, argc, argv)) != -1) {
		switch (c) {
		case OPT_SCRUB:
			trial.scrub_ms = optarg;
			if (!parse_within(optarg, 0, MOST_SCRUB_MS, &number))
				return bad_value(&command_new, c, optarg);
			break;
		case OPT_IDLE:
			idle = true;
			break;
		default:
			status = trial_option(&command_new, &trial, c);
			if (status)
				return status;
		}
	}
	if (argc - optind < 3 || argc - optind > 4)
		return usage(&command_new,
			     "new takes a name, a number of structs and an allocator");
	if (!name_is_allowed(argv[optind]))
		return usage(&command_new,
			     "\"%s\" is no name: it takes at most 31 letters, digits, _, - and .",
			     argv[optind]);
	if (!parse_u64(argv[optind + 1], &number) || !number)
		return usage(&command_new, "\"%s\" is not a number of structs", argv[optind + 1]);
	trial.name = argv[optind];
	trial.nr_structs = argv[optind + 1];
	trial.allocator = argv[optind + 2];
	trial.pattern = argv[optind + 3];
	status = driver_need(st, NEED_CHANGE | NEED_LOAD | NEED_CONFIGFS);
	if (status)
		return status;
	if (idle)
		return make_idle(st, &trial);
	status = trial_start(st, &trial);
	if (!status && interrupted()) {
		status = trial_end(st, &trial);
		trial_free(&trial);
		return status;
	}
	if (!status)
		let_stay(st, trial.name);
	if (!status && st->format == FORMAT_TEXT)
		tell(&trial);
	else if (!status)
		status = print_items(st, "new", (char **)&trial.name, 1);
	trial_free(&trial);
	return status;
}

const struct command command_new = {
	.name = "new",
	.args = "NAME N ALLOCATOR [PATTERN]",
	.about = "make an arena of N structs and start it; it stays",
	.more =
		"A name has at most 31 letters, digits, _, - and . in it. PATTERN is a name of the file patterns (default: counter).",
	.choices = choices,
	.example = "kmem-studio new a 10000 vmalloc random",
	.run = do_new,
};
