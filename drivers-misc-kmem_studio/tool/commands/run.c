// SPDX-License-Identifier: GPL-2.0
/*
 * run: one arena from its start to its end.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/driver.h"
#include "../lib/kinds.h"
#include "../lib/options.h"
#include "../lib/table.h"
#include "../lib/trial_options.h"
#include "commands.h"
#include "compare.h"

enum { OPT_PATTERN = LONG_ONLY, OPT_HOLD, OPT_KEEP };

static const struct choice choices[] = {
	{ "pattern", "P", OPT_PATTERN,
	  "what is written, a name of the file patterns (default: counter)" },
	CHOICE_NODE,
	CHOICE_GFP,
	CHOICE_SEED,
	CHOICE_MISMATCHES,
	CHOICE_GIVE_WAY,
	{ "hold", "SECONDS", OPT_HOLD,
	  "how long it stays live before it is verified (default: 0)" },
	CHOICE_CMA_ONLY,
	{ "keep", NULL, OPT_KEEP,
	  "verify it, and let it stay" },
	{}
};

static void line_bytes(struct text *t, const struct item *item, const char *name,
		       const char *title)
{
	u64 bytes;

	if (!item_u64(item, name, &bytes)) {
		text_printf(t, "%-14s %12s\n", title, "-");
		return;
	}
	text_printf(t, "%-14s %12llu byte%s", title, bytes, plural(bytes));
	if (bytes >= 1024) {
		text_puts(t, "  ");
		text_bytes(t, bytes);
	}
	text_putc(t, '\n');
}

static void line_ns(struct text *t, const struct item *item, const char *name,
		    const char *title)
{
	u64 ns;

	text_printf(t, "%-14s ", title);
	if (item_u64(item, name, &ns))
		text_ns(t, ns);
	else
		text_putc(t, '-');
	text_putc(t, '\n');
}

static void nodes_line(struct text *t, const struct item *item)
{
	const char *nodes = item_value(item, "nodes");
	char *copy, *cursor, *line;
	u64 nr;

	if (!nodes)
		return;
	copy = xstrdup(nodes);
	text_puts(t, "nodes          ");
	for (cursor = copy; (line = next_line(&cursor));) {
		char *pages = line;
		char *node = next_field(&pages, ' ');

		if (pages && parse_u64(pages, &nr))
			text_printf(t, "%s%s: %llu page%s", node == copy ? "" : ", ", node, nr,
				    plural(nr));
	}
	text_putc(t, '\n');
	free(copy);
}

static int print_text(const struct trial *trial, const char *verdict)
{
	const struct item *item = trial_values(trial);
	const char *order = item_value(item, "order");
	u64 largest, runs = spans_runs(&trial->spans, &largest);
	struct text t = {};
	u64 structs = 0;
	int status;

	parse_u64(trial->nr_structs, &structs);
	text_printf(&t, "%llu struct%s of %s\n", structs, plural(structs), trial->allocator);
	line_bytes(&t, item, "bytes_requested", "requested");
	line_bytes(&t, item, "bytes_allocated", "allocated");
	line_bytes(&t, item, "bytes_slack", "slack");
	line_bytes(&t, item, "bytes_bookkeeping", "bookkeeping");
	text_printf(&t, "pages          %llu",
		    item_number(item, "nr_pages"));
	if (order && *order)
		text_printf(&t, ", one block of order %s", order);
	text_printf(&t, "\npieces         %llu\n",
		    item_number(item, "nr_spans"));
	if (runs)
		text_printf(&t, "runs           %llu, the longest of %llu page%s\n",
			    runs, largest, plural(largest));
	nodes_line(&t, item);
	line_ns(&t, item, "alloc_ns", "allocation");
	line_ns(&t, item, "fill_ns", "fill");
	line_ns(&t, &trial->after, "verify_ns", "verification");
	line_ns(&t, &trial->after, "free_ns", "free");
	text_printf(&t, "verdict        %s\n", verdict);
	status = output_write("-", t.s, t.len);
	text_free(&t);
	return status;
}

static int print_json(const struct trial *trial, const char *verdict)
{
	u64 largest, runs = spans_runs(&trial->spans, &largest);
	const struct item *values = trial_values(trial);
	struct json j;
	size_t i;

	js_begin(&j, "run");
	js_open(&j, "values", '{');
	js_string(&j, "allocator", trial->allocator);
	for (i = 0; i < values->nr; i++) {
		const char *name = values->attr[i].name;
		/* these are known at the end only */
		bool late = !strcmp(name, "state") || !strcmp(name, "verify_ns") ||
			    !strcmp(name, "free_ns");

		if (strcmp(name, "allocator") && !(late && values == &trial->live))
			js_value(&j, name, values->attr[i].value);
	}
	js_close(&j, '}');
	if (runs) {
		js_u64(&j, "runs", runs);
		js_u64(&j, "largest_run_pages", largest);
	}
	js_string(&j, "verdict", verdict);
	return js_print(&j);
}

static int print_csv(struct studio *st, const struct trial *trial, const char *verdict)
{
	struct table table;
	int status;

	compare_table(&table);
	compare_row(&table, trial, verdict);
	status = table_print(st, &table, "run", "rows");
	table_free(&table);
	return status;
}

static void hold(u64 seconds)
{
	while (seconds-- && !interrupted())
		pause_ms(1000);
}

/* It was told to stay: it is verified, and goes on. */
static int keep(struct studio *st, struct trial *trial)
{
	int status = item_set(st, ARENA, trial->name, "verify", "1");

	if (interrupted())
		return worse(status, trial_end(st, trial));
	arena_read(st, trial->name, &trial->after);
	item_keep(st, ARENA, trial->name);
	undo_never(st, "module");
	say("%s stays: kmem-studio rm %s removes it", trial->name, trial->name);
	return status;
}

static int do_run(struct studio *st, int argc, char **argv)
{
	struct trial trial = {};
	u64 seconds = 0, number;
	const char *verdict;
	bool stays = false;
	int status, c, err;

	while ((c = next_option(&command_run, argc, argv)) != -1) {
		switch (c) {
		case OPT_PATTERN:
			trial.pattern = optarg;
			break;
		case OPT_KEEP:
			stays = true;
			break;
		case OPT_HOLD:
			if (!parse_u64(optarg, &seconds))
				return usage(&command_run, "--hold takes seconds, not \"%s\"",
					     optarg);
			break;
		default:
			status = trial_option(&command_run, &trial, c);
			if (status)
				return status;
		}
	}
	if (argc - optind != 2)
		return usage(&command_run, "run takes an allocator and a number of structs");
	if (!parse_u64(argv[optind + 1], &number) || !number)
		return usage(&command_run, "\"%s\" is not a number of structs", argv[optind + 1]);
	trial.allocator = argv[optind];
	trial.nr_structs = argv[optind + 1];
	status = driver_need(st, NEED_CHANGE | NEED_LOAD | NEED_CONFIGFS);
	if (!status)
		status = trial_start(st, &trial);
	if (status) {
		trial_free(&trial);
		return status;
	}
	hold(seconds);
	status = stays && !interrupted() ? keep(st, &trial) : trial_end(st, &trial);
	verdict = status == STATUS_OK ? "verified" :
		  status == STATUS_WRONG ? "WRONG" : "not verified";
	if (st->format == FORMAT_JSON)
		err = print_json(&trial, verdict);
	else if (st->format == FORMAT_CSV)
		err = print_csv(st, &trial, verdict);
	else
		err = print_text(&trial, verdict);
	trial_free(&trial);
	return status ? status : err;
}

const struct command command_run = {
	.name = "run",
	.args = "ALLOCATOR N",
	.about = "one arena of N structs from its start to its end",
	.more =
		"What was asked for, what was got, slack, pieces, runs of neighbours (a piece is what the allocator gave as one; pieces that happen to be neighbours are one run), nodes, times, verdict. Ctrl-C ends it and takes the arena down.",
	.choices = choices,
	.wrong = "memory was found wrong",
	.example = "kmem-studio run vmalloc 10000 --pattern random",
	.run = do_run,
};
