// SPDX-License-Identifier: GPL-2.0
/*
 * pressure: make memory fragmented or scarce, and show it before and after. It is given back
 * at the end.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/driver.h"
#include "../lib/fragmentation.h"
#include "../lib/kinds.h"
#include "../lib/options.h"
#include "../lib/table.h"
#include "commands.h"

/* The driver's limit. */
#define MOST_EVERY	1024

enum { OPT_LEAVE = LONG_ONLY, OPT_HOLD, OPT_KEEP, OPT_NAME, OPT_SET };

/* Those with OPT_SET are files of a pressure, in this order. */
static const struct choice choices[] = {
	{ "order", "N", OPT_SET,
	  "order of the blocks or runs that are taken, 2^N pages each; at least 1 but for fill, which takes all (default: 9)"
	},
	{ "node", "N", OPT_SET + 1,
	  "NUMA node (default: -1, all)" },
	{ "max-percent", "N", OPT_SET + 2,
	  "largest share of each kind of memory, 1 to 100 (default: 100; the module's parameter max_percent holds, too)"
	},
	{ "min-free", "BYTES", OPT_SET + 3,
	  "what is left free beyond the min watermarks in any case (default: 16M)" },
	{ "movable", "0|1", OPT_SET + 4,
	  "1 to take what is meant for movable pages, too (default: 0)" },
	{ "every", "N", OPT_SET + 5,
	  "one run of so many is kept by cma, 1 to 1024 (default: 2)" },
	{ "leave", "BYTES", OPT_LEAVE,
	  "what fill leaves free (default: 64M)" },
	{ "hold", "SECONDS", OPT_HOLD,
	  "how long it holds the memory (default: 0)" },
	{ "keep", NULL, OPT_KEEP,
	  "let it stay: kmem-studio rm gives it back" },
	{ "name", "NAME", OPT_NAME,
	  "let it stay by this name" },
	{}
};

static const char * const files[] = {
	"order", "node", "max_percent", "min_free_bytes", "movable", "every", "leave_bytes",
};

#define FILE_ORDER	0
#define FILE_NODE	1
#define FILE_PERCENT	2
#define FILE_MIN_FREE	3
#define FILE_MOVABLE	4
#define FILE_EVERY	5
#define FILE_LEAVE	6

/* A value of the file @i, by the driver's limits. */
static bool is_allowed(size_t i, const char *value)
{
	u64 number;

	switch (i) {
	case FILE_ORDER:
		return parse_within(value, 0, 31, &number);
	case FILE_NODE:
		return is_node(value);
	case FILE_PERCENT:
		return parse_within(value, 1, 100, &number);
	case FILE_MOVABLE:
		return parse_within(value, 0, 1, &number);
	case FILE_EVERY:
		return parse_within(value, 1, MOST_EVERY, &number);
	default:
		return true;
	}
}

static bool is_kind(const char *word)
{
	return !strcmp(word, "fragment") || !strcmp(word, "fill") || !strcmp(word, "cma");
}

static bool take_text(char **value, const char *s)
{
	free(*value);
	*value = xstrdup(s);
	return true;
}

static bool take_size(char **value, const char *s)
{
	free(*value);
	*value = size_bytes(s);
	return *value;
}

static bool take_name(const char **name, const char *s)
{
	*name = s;
	return name_is_allowed(s);
}

/* Why it took no more, as its file ended has it, and what makes it take more. */
static void tell_end(const struct item *item, struct text *out)
{
	static const struct {
		const char	*ended;
		const char	*before;
		const char	*file;
		const char	*after;
	} ends[] = {
		{ "max_percent", "no more than ", "max_percent",
		  " percent of each kind of memory may be taken, or less where the module's parameter max_percent says so: --max-percent and that parameter raise it"
		},
		{ "min_free_bytes", "", "min_free_bytes",
		  " bytes beyond the min watermarks stay free: --min-free makes that less" },
		{ "leave_bytes", "no more than the ", "leave_bytes",
		  " bytes that it leaves were free: --leave makes that less" },
		{ "no block", "no block or run of order ", "order",
		  " was left: smaller ones may be, see --order" },
		{ "lost", "memory ran out, and all was given back", NULL,
		  ": --leave and --min-free keep more free" },
	};
	const char *ended = item_value(item, "ended"), *value;
	size_t i;

	for (i = 0; ended && i < ARRAY_SIZE(ends); i++) {
		if (strcmp(ends[i].ended, ended))
			continue;
		value = ends[i].file ? item_value(item, ends[i].file) : "";
		text_printf(out, "It ended by %s: %s%s%s.\n", ended, ends[i].before,
			    value ? value : "?", ends[i].after);
		return;
	}
	if (ended && *ended)
		text_printf(out, "It ended by %s.\n", ended);
}

static int print(struct studio *st, const char *name, const char *kind,
		 const struct machine *before, const struct machine *after)
{
	struct text out = {};
	struct table table;
	struct item item;
	struct json j;
	int status;
	u64 held;

	fragmentation_table(&table, before, after);
	if (item_read(st, PRESSURE->folder, name, &item))
		item = (struct item){};
	held = item_number(&item, "pages_held");
	if (st->format == FORMAT_JSON) {
		js_begin(&j, "pressure");
		item_json(&item, "values", &j);
		table_json(&table, "fragmentation", &j);
		status = js_print(&j);
	} else if (st->format == FORMAT_CSV) {
		status = table_print(st, &table, "pressure", "fragmentation");
	} else {
		text_printf(&out, "pressure %s: %llu page%s held.\n", kind, held, plural(held));
		tell_end(&item, &out);
		text_puts(&out, "Free memory before and after:\n");
		table_text(st, &table, &out);
		status = output_write("-", out.s, out.len);
		text_free(&out);
	}
	item_free(&item);
	table_free(&table);
	return status;
}

static int apply(struct studio *st, const char *name, const char *kind, char **value,
		 u64 seconds, bool stays)
{
	struct machine before, after;
	int status, err;
	size_t i;

	status = item_make(st, PRESSURE, name);
	if (status)
		return status;
	item_undo_later(st, PRESSURE, name);
	status = item_set(st, PRESSURE, name, "kind", kind);
	for (i = 0; !status && i < ARRAY_SIZE(files); i++) {
		if (value[i])
			status = item_set(st, PRESSURE, name, files[i], value[i]);
	}
	if (status)
		return status;
	machine_read(st, &before);
	status = item_set(st, PRESSURE, name, "live", "1");
	machine_read(st, &after);
	err = status ? STATUS_OK : print(st, name, kind, &before, &after);
	fflush(stdout);
	while (!status && !stays && seconds-- && !interrupted())
		pause_ms(1000);
	if (!status && stays && !interrupted()) {
		item_keep(st, PRESSURE, name);
		undo_never(st, "module");
		say("%s stays: kmem-studio rm %s/%s gives it back", name, PRESSURE->many, name);
	}
	machine_free(&before);
	machine_free(&after);
	return status ? status : err;
}

static int do_pressure(struct studio *st, int argc, char **argv)
{
	char *value[ARRAY_SIZE(files)] = {}, own[32];
	const char *name = own;
	bool stays = false, holds = false, ok = true;
	u64 seconds = 0;
	int status = STATUS_OK, c;
	size_t i;

	own_name(own, sizeof(own));
	while (ok && (c = next_option(&command_pressure, argc, argv)) != -1) {
		holds |= c == OPT_HOLD;
		stays |= c == OPT_KEEP || c == OPT_NAME;
		if (c == OPT_HOLD)
			ok = parse_u64(optarg, &seconds);
		else if (c == OPT_NAME)
			ok = take_name(&name, optarg);
		else if (c == OPT_LEAVE)
			ok = take_size(&value[FILE_LEAVE], optarg);
		else if (c == OPT_SET + FILE_MIN_FREE)
			ok = take_size(&value[FILE_MIN_FREE], optarg);
		else if (c >= OPT_SET)
			ok = is_allowed(c - OPT_SET, optarg) &&
			     take_text(&value[c - OPT_SET], optarg);
		else
			ok = c == OPT_KEEP;
	}
	if (!ok)
		status = c == '?' ? STATUS_USAGE : bad_value(&command_pressure, c, optarg);
	else if (argc - optind != 1)
		status = usage(&command_pressure, "pressure takes fragment, fill or cma");
	else if (!is_kind(argv[optind]))
		status = usage(&command_pressure,
			       "pressure takes fragment, fill or cma, not \"%s\"", argv[optind]);
	else if (holds && stays)
		status = usage(&command_pressure, "what stays is held for no number of seconds");
	else
		status = kind_need(st, PRESSURE, NEED_CHANGE | NEED_LOAD);
	if (!status)
		status = apply(st, name, argv[optind], value, seconds, stays);
	for (i = 0; i < ARRAY_SIZE(value); i++)
		free(value[i]);
	return status;
}

const struct command command_pressure = {
	.name = "pressure",
	.args = "fragment|fill|cma",
	.about = "make memory fragmented or scarce; shown before and after",
	.more =
		"Memory is taken by kind: fragment takes blocks and keeps a page of each, fill takes blocks until so much is left, cma takes runs of the area set aside for DMA. BYTES may end in K, M or G.",
	.choices = choices,
	.example = "kmem-studio pressure fragment --order 4 --hold 60",
	.run = do_pressure,
};
