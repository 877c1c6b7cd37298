// SPDX-License-Identifier: GPL-2.0
/*
 * pressure: make memory fragmented or scarce, and show it before and after. It is given back
 * at the end.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/driver.h"
#include "../lib/fragmentation.h"
#include "../lib/kinds.h"
#include "../lib/table.h"
#include "commands.h"

enum { OPT_LEAVE = 256, OPT_HOLD, OPT_KEEP, OPT_SET };

/* The last ones are files of a pressure, by their names. */
static const struct option options[] = {
	{ "order", required_argument, NULL, OPT_SET },
	{ "node", required_argument, NULL, OPT_SET + 1 },
	{ "max-percent", required_argument, NULL, OPT_SET + 2 },
	{ "min-free", required_argument, NULL, OPT_SET + 3 },
	{ "movable", required_argument, NULL, OPT_SET + 4 },
	{ "leave", required_argument, NULL, OPT_LEAVE },
	{ "hold", required_argument, NULL, OPT_HOLD },
	{ "keep", no_argument, NULL, OPT_KEEP },
	{}
};

static const char * const files[] = {
	"order", "node", "max_percent", "min_free_bytes", "movable", "leave_bytes",
};

#define FILE_LEAVE	5
#define FILE_MIN_FREE	3

/* "64M" in bytes, as text; to be freed, NULL if it is no size. */
static char *size_text(const char *s)
{
	static const char units[] = "KMG";
	char *number = xstrdup(s), *text = NULL;
	size_t len = strlen(number);
	const char *unit = len ? strchr(units, number[len - 1]) : NULL;
	unsigned int shift = 0;
	u64 bytes;

	if (unit && *unit) {
		shift = 10 * (unit - units + 1);
		number[len - 1] = 0;
	}
	if (parse_u64(number, &bytes) && bytes <= UINT64_MAX >> shift)
		text = xasprintf("%llu", bytes << shift);
	free(number);
	return text;
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
	*value = size_text(s);
	return *value;
}

static int print(struct studio *st, const char *name, const char *kind,
		 const struct machine *before, const struct machine *after)
{
	struct text out = {};
	struct table table;
	struct item item;
	struct json j;
	int status;
	size_t i;

	fragmentation_table(&table, before, after);
	if (item_read(st, PRESSURE->folder, name, &item))
		item = (struct item){};
	if (st->format == FORMAT_JSON) {
		js_begin(&j, "pressure");
		js_open(&j, "values", '{');
		for (i = 0; i < item.nr; i++)
			js_value(&j, item.attr[i].name, item.attr[i].value);
		js_close(&j, '}');
		table_json(&table, "fragmentation", &j);
		status = js_print(&j);
	} else if (st->format == FORMAT_CSV) {
		status = table_print(st, &table, "pressure", "fragmentation");
	} else {
		text_printf(&out, "pressure %s: %llu pages held. Free memory before and after:\n",
			    kind, item_number(&item, "pages_held"));
		table_text(st, &table, &out);
		status = output_write("-", out.s, out.len);
		text_free(&out);
	}
	item_free(&item);
	table_free(&table);
	return status;
}

static int apply(struct studio *st, const char *kind, char **value, u64 seconds, bool stays)
{
	struct machine before, after;
	char name[32];
	int status, err;
	size_t i;

	snprintf(name, sizeof(name), "tool-%d", getpid());
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
		say("%s stays: kmem-studio rm %s gives it back", name, name);
	}
	machine_free(&before);
	machine_free(&after);
	return status ? status : err;
}

static int do_pressure(struct studio *st, int argc, char **argv)
{
	char *value[ARRAY_SIZE(files)] = {};
	u64 seconds = 0;
	bool stays = false, ok = true;
	int status, c;
	size_t i;

	while (ok && (c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == OPT_HOLD)
			ok = parse_u64(optarg, &seconds);
		else if (c == OPT_KEEP)
			stays = true;
		else if (c == OPT_LEAVE)
			ok = take_size(&value[FILE_LEAVE], optarg);
		else if (c == OPT_SET + FILE_MIN_FREE)
			ok = take_size(&value[FILE_MIN_FREE], optarg);
		else if (c >= OPT_SET)
			ok = take_text(&value[c - OPT_SET], optarg);
		else
			ok = false;
	}
	if (!ok || argc - optind != 1)
		status = usage(&command_pressure,
			       "pressure takes fragment, fill or cma, and options");
	else
		status = kind_need(st, PRESSURE, NEED_CHANGE | NEED_LOAD);
	if (!status)
		status = apply(st, argv[optind], value, seconds, stays);
	for (i = 0; i < ARRAY_SIZE(value); i++)
		free(value[i]);
	return status;
}

const struct command command_pressure = {
	"pressure",
	"fragment|fill|cma [--order N] [--leave BYTES] [--node N] [--max-percent N]\n"
	"       [--min-free BYTES] [--movable 1] [--hold SECONDS] [--keep]",
	"make memory fragmented or scarce; shown before and after", do_pressure
};
