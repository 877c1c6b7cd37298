// SPDX-License-Identifier: GPL-2.0
/*
 * What a report is about: measured here, or read from a saved copy.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../lib/driver.h"
#include "../lib/kinds.h"
#include "../lib/trial.h"
#include "bench.h"
#include "compare.h"
#include "findings.h"
#include "lab.h"

/* What such a line begins with. */
#define NO_BENCH	"What an allocation costs: "

static void failed(struct findings *f, const char *fmt, ...) PRINTF(2, 3);

/* Each is told once: a copy has what was told when it was made. */
static void failed(struct findings *f, const char *fmt, ...)
{
	struct text line = {};
	va_list ap;

	va_start(ap, fmt);
	text_vprintf(&line, fmt, ap);
	va_end(ap);
	text_putc(&line, '\n');
	if (!f->failed.s || !strstr(f->failed.s, line.s))
		text_puts(&f->failed, line.s);
	text_free(&line);
}

static char *now(void)
{
	char text[40] = "";
	time_t t = time(NULL);
	struct tm tm;

	/* a Pi without a network has no idea of it */
	if (t < 1577836800)
		return xstrdup("unknown (the clock is not set)");
	if (gmtime_r(&t, &tm))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &tm);
	return xstrdup(text);
}

/*
 * Two arenas of the same size for the map, which go when the program ends. A report that runs
 * beside this one, or a user, may have taken their names.
 */
static void make_arenas(struct studio *st, struct findings *f)
{
	static const char * const allocators[] = { "page", "vmalloc" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(allocators); i++) {
		char *first = xasprintf("report-%s", allocators[i]);
		struct trial trial = {
			.allocator = allocators[i],
			.nr_structs = REPORT_STRUCTS,
			.first = first,
			.quiet = true,
		};

		if (trial_start(st, &trial)) {
			failed(f, "An arena of %s for the map: %s", allocators[i],
			       trial.why ? trial.why :
			       trial.err ? errno_words(trial.err) : "it was not made");
			trial_remove(st, &trial);
		}
		trial_free(&trial);
		free(first);
	}
}

static void findings_init(struct findings *f)
{
	*f = (struct findings){};
	text_put(&f->failed, "", 0);
	text_put(&f->log, "", 0);
	lab_table(&f->lab);
	compare_table(&f->compare);
	bench_table(&f->bench);
	histogram_table(&f->histogram);
}

static void note_status(struct findings *f, int status)
{
	f->status = worse(f->status, status);
}

/* That of the course, whatever the module's parameter is; an older driver has no other. */
static void measure_lab(struct studio *st, struct findings *f)
{
	const char *page = file_exists(st, STUDIO_MODULE "/parameters/allocator") ? "page" : NULL;
	int status = lab_measure(st, page, (char **)lab_numbers, nr_lab_numbers, &f->lab, &f->log);

	if (status)
		failed(f, "The lab: not all of its arenas were verified");
	note_status(f, status);
}

static void measure_benches(struct studio *st, struct findings *f)
{
	int status;

	if (!kind_is_there(st, BENCH)) {
		failed(f, NO_BENCH "the driver that runs is older and has none");
		return;
	}
	status = bench_measure(st, &f->bench, &f->histogram);
	if (status)
		failed(f, "The benches: not all of them were run");
	else if (!f->histogram.nr && !interrupted())
		failed(f, "How single times are spread: no histogram in debugfs can be read");
	/* the largest orders may be refused anywhere */
	if (status == STATUS_WRONG)
		note_status(f, status);
}

static void measure_allocators(struct studio *st, struct findings *f, unsigned int measure)
{
	int status = driver_need(st, NEED_CONFIGFS);

	if (!status) {
		status = compare_measure(st, REPORT_STRUCTS, NULL, 0, &f->compare);
		if (!(measure & MEASURE_BENCH))
			failed(f, NO_BENCH "not measured, as was asked for");
		else if (!interrupted())
			measure_benches(st, f);
		if (!interrupted())
			make_arenas(st, f);
	}
	if (status)
		failed(f, "The allocators: not all of them were verified");
	note_status(f, status);
}

/*
 * The lab and all allocators, then two arenas that stay until the program ends. Where it is
 * interrupted the rest is missing: nobody may take @f for all of it.
 */
void findings_measure(struct studio *st, struct findings *f, unsigned int measure)
{
	int status;

	findings_init(f);
	f->when = now();
	if (!measure) {
		failed(f, "Nothing was measured, as was asked for");
		return;
	}
	status = driver_need(st, NEED_CHANGE | NEED_LOAD);
	note_status(f, status);
	if (status) {
		failed(f, "Nothing was measured: it takes root and the driver");
		return;
	}
	measure_lab(st, f);
	if (!interrupted())
		measure_allocators(st, f, measure);
	if (!interrupted())
		note_status(f, driver_need(st, NEED_DEBUGFS));
}

/*
 * Arenas in which memory was found wrong, whoever made them. A copy tells what was found where
 * it was made: that is in the report, but nothing that this one came to.
 */
static void find_corrupt(struct studio *st, struct findings *f)
{
	struct names names;
	struct item arena;
	const char *state;
	char *line;
	size_t i;

	if (arena_names(st, &names))
		return;
	for (i = 0; i < names.nr; i++) {
		if (arena_read(st, names.name[i], &arena))
			continue;
		state = item_value(&arena, "state");
		line = xasprintf("Arena %s: memory was found wrong: kmem-studio show %s",
				 names.name[i], names.name[i]);
		if (state && !strcmp(state, "corrupt")) {
			failed(f, "%s", line);
			if (!is_saved(st))
				note_status(f, STATUS_WRONG);
		}
		free(line);
		item_free(&arena);
	}
	names_free(&names);
}

/* What is there now: the map, the arenas, one page. */
void findings_look(struct studio *st, struct findings *f)
{
	const char *name = NULL;
	size_t i;

	machine_read(st, &f->m);
	placed_read(st, &f->m, NULL, 0, &f->list);
	frames_read(st, &f->m, &f->frames);
	if (f->frames.of)
		placed_mark(&f->list, &f->frames);
	else
		failed(f, "The map: addresses of RAM are for root");
	if (f->frames.of && !f->frames.flags)
		failed(f,
		       "The map: this kernel has no /proc/kpageflags (CONFIG_PROC_PAGE_MONITOR)");
	for (i = 0; i < f->list.nr; i++) {
		const char *kind = f->list.placed[i].spans.span[0].kind;

		/* the more there is to learn of it, the better */
		if (!name || !strcmp(kind, "vmalloc"))
			name = f->list.placed[i].arena.name;
	}
	find_corrupt(st, f);
	f->has_chain = name && chain_read(st, name, 0, &f->chain);
	if (!f->has_chain)
		failed(f,
		       "One page by all its names: no arena is live, or its table is not to be read");
}

/* A saved copy has the results of when it was made. */
void findings_read(struct studio *st, struct findings *f)
{
	struct text t = {};

	findings_init(f);
	note_status(f, driver_need(st, NEED_DRIVER));
	if (!file_read(st, "/results/lab.csv", &t))
		table_read_csv(&f->lab, t.s);
	if (!file_read(st, "/results/compare.csv", &t))
		table_read_csv(&f->compare, t.s);
	if (!file_read(st, "/results/bench.csv", &t))
		table_read_csv(&f->bench, t.s);
	if (!file_read(st, "/results/histogram.csv", &t))
		table_read_csv(&f->histogram, t.s);
	if (file_value(st, "/results/when", &t))
		f->when = xstrdup(t.s);
	else
		f->when = xstrdup("unknown");
	file_read(st, "/results/lab.log", &f->log);
	make_printable(f->log.s);
	if (file_value(st, "/results/failed", &t))
		text_printf(&f->failed, "%s%s", t.s, *t.s ? "\n" : "");
	text_free(&t);
	if (!f->lab.nr)
		failed(f, "The lab: not in this copy");
	if (!f->compare.nr)
		failed(f, "The allocators: not in this copy");
	if (!f->bench.nr && !strstr(f->failed.s, NO_BENCH))
		failed(f, NO_BENCH "not in this copy");
	findings_look(st, f);
}

void findings_free(struct findings *f)
{
	frames_free(&f->frames);
	placed_free(&f->list);
	if (f->has_chain)
		chain_free(&f->chain);
	machine_free(&f->m);
	table_free(&f->lab);
	table_free(&f->compare);
	table_free(&f->bench);
	table_free(&f->histogram);
	text_free(&f->log);
	text_free(&f->failed);
	free(f->when);
}

/* The cell of the row whose first cell is @key; NULL if there is none. */
const char *finding(const struct table *table, const char *key, const char *column)
{
	size_t row, i;

	for (i = 0; i < table->nr_columns && strcmp(table->column[i].name, column); i++)
		;
	if (i == table->nr_columns)
		return NULL;
	for (row = 0; row < table->nr; row += table->nr_columns) {
		if (table->cell[row] && !strcmp(table->cell[row], key))
			return table->cell[row + i];
	}
	return NULL;
}

static void arenas_json(const struct findings *f, struct json *j)
{
	u64 runs, largest;
	size_t i;

	js_open(j, "arenas", '[');
	for (i = 0; i < f->list.nr; i++) {
		const struct placed *placed = &f->list.placed[i];

		runs = spans_runs(&placed->spans, &largest);
		js_open(j, NULL, '{');
		js_string(j, "name", placed->arena.name);
		js_value(j, "allocator", item_value(&placed->arena, "allocator") ? : "");
		js_u64(j, "nr_pages", placed->spans.pages);
		js_u64(j, "runs", runs);
		js_u64(j, "largest_run_pages", largest);
		js_close(j, '}');
	}
	js_close(j, ']');
}

void findings_json(const struct findings *f, const char *command, struct json *j)
{
	js_begin(j, command);
	js_string(j, "when", f->when);
	js_open(j, "machine", '{');
	js_string(j, "model", f->m.model);
	js_string(j, "kernel", f->m.kernel);
	js_string(j, "arch", f->m.arch);
	js_u64(j, "page_size_bytes", f->m.page_size);
	js_u64(j, "ram_kib", f->m.total_kb);
	js_u64(j, "cma_kib", f->m.cma_kb);
	js_u64(j, "nodes", machine_nodes(&f->m));
	js_u64(j, "zones", f->m.nr_zones);
	js_close(j, '}');
	table_json(&f->lab, "lab", j);
	table_json(&f->compare, "compare", j);
	table_json(&f->bench, "bench", j);
	table_json(&f->histogram, "histogram", j);
	arenas_json(f, j);
	js_string(j, "failed", f->failed.s);
}
