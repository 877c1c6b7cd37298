// SPDX-License-Identifier: GPL-2.0
/*
 * compare: the same number of objects from each allocator.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/driver.h"
#include "../lib/table.h"
#include "../lib/trial.h"
#include "commands.h"
#include "compare.h"

static const struct column columns[] = {
	{ "allocator", "ALLOCATOR", COLUMN_TEXT },
	{ "bytes_requested", "REQUESTED", COLUMN_BYTES, 4 },
	{ "bytes_allocated", "ALLOCATED", COLUMN_BYTES },
	{ "bytes_allocated_bar", "", COLUMN_BAR },
	{ "bytes_slack", "SLACK", COLUMN_BYTES, 1 },
	{ "bytes_bookkeeping", "BOOKKEEPING", COLUMN_BYTES, 5 },
	{ "nr_pages", "PAGES", COLUMN_NUMBER, 2 },
	{ "runs", "RUNS", COLUMN_NUMBER },
	{ "alloc_ns", "ALLOC", COLUMN_NS },
	{ "alloc_ns_bar", "", COLUMN_BAR },
	{ "fill_ns", "FILL", COLUMN_NS, 6 },
	{ "verify_ns", "VERIFY", COLUMN_NS, 7 },
	{ "free_ns", "FREE", COLUMN_NS, 3 },
	{ "verdict", "VERDICT", COLUMN_TEXT },
};

void compare_table(struct table *table)
{
	table_init(table, columns, ARRAY_SIZE(columns));
}

void compare_row(struct table *table, const struct trial *trial, const char *verdict)
{
	u64 largest, runs = spans_runs(&trial->spans, &largest), number;
	const struct item *values = trial_values(trial);
	bool known, at_end;
	size_t i;

	table_cell(table, trial->allocator);
	for (i = 1; i < ARRAY_SIZE(columns) - 1; i++) {
		if (columns[i].kind == COLUMN_BAR)
			continue;
		/* these are known at the end only */
		at_end = !strcmp(columns[i].name, "verify_ns") ||
			 !strcmp(columns[i].name, "free_ns");
		known = item_u64(at_end ? &trial->after : values, columns[i].name, &number);
		if (!strcmp(columns[i].name, "runs")) {
			number = runs;
			known = runs;
		}
		if (trial->started && known)
			table_u64(table, number);
		else
			table_cell(table, NULL);
	}
	table_cell(table, verdict);
}

static const char *verdict_of(const struct trial *trial, int status)
{
	if (!trial->started)
		return trial->err == -EINTR ? "given up" :
		       trial->err == -ENOMEM ? "no memory" : "refused";
	return status == STATUS_OK ? "verified" :
	       status == STATUS_WRONG ? "WRONG" : "not verified";
}

static void read_allocators(struct studio *st, struct names *names)
{
	struct text t = {};
	char *cursor, *line;

	*names = (struct names){};
	file_read(st, STUDIO_CONFIG "/allocators", &t);
	for (cursor = t.s; (line = next_line(&cursor));) {
		make_printable(line);
		names_add(names, xstrdup(next_field(&line, '\t')));
	}
	text_free(&t);
}

/*
 * A row for each of the allocators, all of them if none is named. What one refuses is told
 * in a line. Return: an enum status; a refusal is none if they were not named.
 */
int compare_measure(struct studio *st, const char *number, char **allocators, size_t nr,
		    struct table *table)
{
	struct names all = {};
	bool named = nr;
	int worst = 0;
	size_t i;

	compare_table(table);
	if (!named) {
		read_allocators(st, &all);
		allocators = all.name;
		nr = all.nr;
	}
	for (i = 0; i < nr && !interrupted(); i++) {
		struct trial trial = {
			.allocator = allocators[i],
			.nr_structs = number,
			.quiet = true,
		};
		int status = trial_start(st, &trial);

		if (status && !trial.err) {
			/* a value was not taken, which has been told */
			trial_remove(st, &trial);
			worst = worse(worst, status);
			trial_free(&trial);
			if (named)
				continue;
			break;
		}
		if (!status)
			status = trial_end(st, &trial);
		else
			trial_end(st, &trial);
		compare_row(table, &trial, verdict_of(&trial, status));
		if (!trial.started)
			say("%s: %s", trial.allocator,
			    trial.why ? trial.why : errno_words(trial.err));
		if (named || trial.started)
			worst = worse(worst, status);
		trial_free(&trial);
	}
	names_free(&all);
	return worst;
}

static int do_compare(struct studio *st, int argc, char **argv)
{
	struct table table;
	u64 number;
	int status, err;

	if (argc < 2)
		return usage(&command_compare, "compare takes a number of structs");
	if (!parse_u64(argv[1], &number) || !number)
		return usage(&command_compare, "\"%s\" is not a number of structs", argv[1]);
	status = driver_need(st, NEED_CHANGE | NEED_LOAD | NEED_CONFIGFS);
	if (status)
		return status;
	status = compare_measure(st, argv[1], argv + 2, argc - 2, &table);
	if (table.nr) {
		if (st->format == FORMAT_TEXT)
			printf("%llu struct%s each; a bar is the part of the largest\n", number,
			       plural(number));
		err = table_print(st, &table, "compare", "rows");
		status = worse(status, err);
	}
	table_free(&table);
	return status;
}

const struct command command_compare = {
	.name = "compare",
	.args = "N [ALLOCATOR ...]",
	.about = "N structs from each allocator, side by side",
	.more =
		"Default: all allocators that the driver has. Times are of one run. RUNS are those of pages that are physical neighbours; - where debugfs is not to be read. SLACK are bytes beyond what was asked for.",
	.wrong = "memory was found wrong",
	.example = "kmem-studio compare 10000 page slab vmalloc",
	.run = do_compare,
};
