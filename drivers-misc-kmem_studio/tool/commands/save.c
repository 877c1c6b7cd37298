// SPDX-License-Identifier: GPL-2.0
/*
 * save: a copy of the files that this program reads, for --root on another machine. It has
 * what is about memory, and nothing that memory holds.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../lib/driver.h"
#include "../lib/klog.h"
#include "../lib/options.h"
#include "../lib/tar.h"
#include "findings.h"

#define MOST_DEPTH	6

enum { OPT_NO_RUN = LONG_ONLY };

static const struct choice choices[] = {
	{ "no-run", NULL, OPT_NO_RUN,
	  "measure nothing, copy only" },
	{ "output", "FILE.tar", 'o',
	  "where the copy goes, - is standard output" },
	{}
};

static const char * const files[] = {
	"/proc/buddyinfo", "/proc/device-tree/model", "/proc/iomem", "/proc/meminfo",
	"/proc/pagetypeinfo", "/proc/sys/kernel/osrelease", "/proc/version", "/proc/vmstat",
	"/proc/zoneinfo", "/sys/devices/virtual/dmi/id/product_name",
};

static const char * const folders[] = {
	STUDIO_CONFIG, STUDIO_DEBUG, STUDIO_MODULE "/parameters", DEBUGFS "/cma",
};

static void add(struct text *tar, const char *path, const char *data, size_t len)
{
	char *full = xasprintf(SAVED_FOLDER "%s", path);

	if (!tar_add(tar, full, data, len))
		say("%s is left out: its name is too long", path);
	free(full);
}

static void add_text(struct text *tar, const char *path, struct text *t)
{
	add(tar, path, t->s ? t->s : "", t->len);
	text_free(t);
}

/* What cannot be read is left out: that of a user who is not root is smaller. */
static void add_file(struct studio *st, const char *path, struct text *tar)
{
	struct text t = {};

	if (!file_read(st, path, &t))
		add(tar, path, t.s, t.len);
	text_free(&t);
}

/* Asking is not for copies, and bitmaps of CMA are long; the probe is a measurement. */
static bool left_out(const char *path)
{
	const char *name = strrchr(path, '/');

	if (!strncmp(path, DEBUGFS "/cma/", strlen(DEBUGFS "/cma/")))
		return !strcmp(name, "/bitmap");
	/* an arena may have each of these names */
	return !strcmp(path, STUDIO_DEBUG "/translate") || !strcmp(path, STUDIO_DEBUG "/probe");
}

static void add_folder(struct studio *st, const char *path, struct text *tar, int depth)
{
	struct names names;
	struct stat stat;
	size_t i;

	if (depth > MOST_DEPTH || folder_list(st, path, &names))
		return;
	for (i = 0; i < names.nr; i++) {
		char *file = xasprintf("%s/%s", path, names.name[i]);

		if (!left_out(file) && !lstat(file, &stat)) {
			if (S_ISDIR(stat.st_mode))
				add_folder(st, file, tar, depth + 1);
			else
				add_file(st, file, tar);
		}
		free(file);
	}
	names_free(&names);
}

static void add_log(struct studio *st, struct text *tar)
{
	static const char * const filters[] = { "CMA memory pool", "cma: Reserved", KLOG_OURS };
	struct text t = {};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(filters); i++)
		klog_read(st, filters[i], &t);
	add_text(tar, "/kernel.log", &t);
}

static void add_results(const struct findings *f, struct text *tar)
{
	struct text t = {};

	if (f->lab.nr) {
		table_csv(&f->lab, &t);
		add_text(tar, "/results/lab.csv", &t);
	}
	if (f->compare.nr) {
		table_csv(&f->compare, &t);
		add_text(tar, "/results/compare.csv", &t);
	}
	if (f->bench.nr) {
		table_csv(&f->bench, &t);
		add_text(tar, "/results/bench.csv", &t);
	}
	if (f->histogram.nr) {
		table_csv(&f->histogram, &t);
		add_text(tar, "/results/histogram.csv", &t);
	}
	add(tar, "/results/lab.log", f->log.s, f->log.len);
	add(tar, "/results/failed", f->failed.s, f->failed.len);
	add(tar, "/results/when", f->when, strlen(f->when));
}

static void add_answer(const struct findings *f, struct text *tar)
{
	struct text t = {};
	char *path;

	if (!f->has_chain)
		return;
	chain_save(&f->chain, &t);
	path = xasprintf("/answers/%s.%llu", f->chain.name, f->chain.index);
	add_text(tar, path, &t);
	free(path);
}

static void add_all(struct studio *st, struct findings *f, bool measured, struct text *tar)
{
	struct text t = {};
	size_t i;

	text_printf(&t, "page_size: %ld\narch: %s\n", sysconf(_SC_PAGESIZE),
		    f->m.arch);
	add_text(tar, "/machine", &t);
	for (i = 0; i < ARRAY_SIZE(files); i++)
		add_file(st, files[i], tar);
	for (i = 0; i < ARRAY_SIZE(folders); i++)
		add_folder(st, folders[i], tar, 0);
	frames_save(st, &f->m, &t);
	if (t.len)
		add_text(tar, "/proc/kpageflags.runs", &t);
	if (measured)
		add_file(st, STUDIO_DEBUG "/probe", tar);
	add_log(st, tar);
	add_answer(f, tar);
	add_results(f, tar);
	tar_end(tar);
}

static int write_copy(struct studio *st, const struct findings *f, const char *output,
		      const struct text *tar)
{
	int status = output_write(output, tar->s, tar->len);
	struct json j;

	if (status)
		return status;
	if (st->format == FORMAT_JSON) {
		findings_json(f, "save", &j);
		js_string(&j, "file", output);
		return js_print(&j);
	}
	if (strcmp(output, "-") && st->format == FORMAT_TEXT)
		printf("%s is written: kmem-studio --root %s COMMAND reads it\n", output, output);
	return STATUS_OK;
}

static int do_save(struct studio *st, int argc, char **argv)
{
	const char *output = NULL;
	struct text tar = {};
	struct findings f;
	unsigned int measure = MEASURE_ALL;
	int status, c;

	while ((c = next_option(&command_save, argc, argv)) != -1) {
		if (c == 'o')
			output = optarg;
		else if (c == OPT_NO_RUN)
			measure = 0;
		else
			return STATUS_USAGE;
	}
	if (!output || argc != optind)
		return usage(&command_save, "save takes -o FILE.tar");
	if (st->format == FORMAT_JSON && !strcmp(output, "-"))
		return usage(&command_save, "the copy and JSON cannot both go to standard output");
	if (is_saved(st))
		return fail(STATUS_MISSING, "%s is a saved copy already", st->root);
	if (geteuid())
		say("you are not root: what only root may see is left out");
	findings_measure(st, &f, measure);
	findings_look(st, &f);
	add_all(st, &f, measure, &tar);
	/* a copy of before is better than half of one */
	status = interrupted() ? STATUS_OK : write_copy(st, &f, output, &tar);
	status = worse(status, f.status);
	text_free(&tar);
	findings_free(&f);
	return status;
}

const struct command command_save = {
	.name = "save",
	.args = "-o FILE.tar",
	.about = "a copy of the files that this program reads, for --root",
	.more =
		"With the results of a report and of probe. It has nothing in it that memory holds. Exit statuses, and what Ctrl-C does, are those of report.",
	.choices = choices,
	.wrong = "memory was found wrong, or not all was verified",
	.example = "kmem-studio save -o copy.tar",
	.run = do_save,
};
