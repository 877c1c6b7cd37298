// SPDX-License-Identifier: GPL-2.0
/*
 * bench: what an allocation costs, at one point or over a sweep. A bench of the driver is one
 * point; sweeps are made here.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../lib/driver.h"
#include "../lib/kinds.h"
#include "../lib/klog.h"
#include "../lib/machine.h"
#include "../lib/options.h"
#include "../lib/pictures.h"
#include "../lib/table.h"
#include "bench.h"
#include "commands.h"

#define MOST_POINTS	4096
#define MOST_WORDS	64
#define MOST_CPUS	4096

/**
 * struct sweep - what the command line asks for
 * @allocators: these,
 * @patterns:   with these,
 * @cpus:       on so many CPUs at the same time,
 * @orders:     of these orders;
 * @bytes:      of so many bytes instead, NULL for orders
 * @held_bytes: file of that name, or NULL
 * @set:        other files and what they get
 * @name:       what the bench is called, and stays by; NULL for one that goes at the end
 * @svg:        file for the curves, or NULL
 * @png:        the same
 * @histogram:  show how single times are spread
 */
struct sweep {
	struct names	allocators;
	struct names	patterns;
	struct names	cpus;
	struct names	orders;
	char		*bytes;
	char		*held_bytes;
	const char	*set[8][2];
	const char	*name;
	const char	*svg;
	const char	*png;
	bool		histogram;
};

static const struct column columns[] = {
	{ "allocator", "ALLOCATOR", COLUMN_TEXT },
	{ "order", "ORDER", COLUMN_NUMBER },
	{ "bytes", "BYTES", COLUMN_BYTES, 4 },
	{ "pattern", "PATTERN", COLUMN_TEXT, 2 },
	{ "cpus", "ON CPUS", COLUMN_TEXT, 3 },
	{ "alloc_mean_ns", "ALLOC", COLUMN_NS },
	{ "alloc_mean_ns_bar", "", COLUMN_BAR },
	{ "alloc_ci95_ns", "+-", COLUMN_NS, 5 },
	{ "alloc_p99_ns", "99%", COLUMN_NS, 6 },
	{ "free_mean_ns", "FREE", COLUMN_NS },
	{ "free_mean_ns_bar", "", COLUMN_BAR },
	{ "free_ci95_ns", "+-", COLUMN_NS, 7 },
	{ "free_p99_ns", "99%", COLUMN_NS, 8 },
	{ "touch_mean_ns", "TOUCH", COLUMN_NS, 11 },
	{ "ops", "OPERATIONS", COLUMN_NUMBER, 10 },
	{ "failures", "FAILURES", COLUMN_NUMBER, 9 },
	{ "failed_order", "FAILED ORDER", COLUMN_NUMBER, 9 },
	{ "fallbacks", "FALLBACKS", COLUMN_NUMBER, 10 },
	{ "alloc_cycles", "CYCLES", COLUMN_NUMBER, 14 },
	{ "alloc_instructions", "INSTRUCTIONS", COLUMN_NUMBER, 15 },
	{ "pair_cycles", "CYCLES OF BOTH", COLUMN_NUMBER, 12 },
	{ "pair_instructions", "INSTRUCTIONS OF BOTH", COLUMN_NUMBER, 13 },
	{ "batch", "BATCH", COLUMN_NUMBER, 16 },
	{ "meaningful_ns", "MEANINGFUL", COLUMN_NS, 17 },
};

static bool add_words(struct names *names, const char *list)
{
	char *copy = xstrdup(list), *cursor = copy, *word;

	while ((word = next_field(&cursor, ',')) && names->nr < MOST_WORDS) {
		if (*word)
			names_add(names, xstrdup(word));
	}
	free(copy);
	return names->nr;
}

/* "0-3,9": numbers, and ranges of them. */
static bool add_numbers(struct names *names, const char *list, u64 least, u64 most)
{
	char *copy = xstrdup(list), *cursor = copy, *last;
	u64 from, to;
	bool ok = true;

	while (ok && (last = next_field(&cursor, ','))) {
		char *first = next_field(&last, '-');

		ok = parse_u64(first, &from);
		to = from;
		if (ok && last)
			ok = parse_u64(last, &to);
		ok = ok && least <= from && from <= to && to <= most;
		for (; ok && from <= to; from++) {
			char number[24];

			snprintf(number, sizeof(number), "%llu", from);
			names_add(names, xstrdup(number));
		}
	}
	free(copy);
	return ok && names->nr;
}

/* The first @nr CPUs, as a list that the driver takes. */
static char *cpu_list(const char *nr)
{
	u64 count = strtoull(nr, NULL, 10);

	return count <= 1 ? xstrdup("0") : xasprintf("0-%llu", count - 1);
}

static int configure(struct studio *st, const char *name, const struct sweep *sweep,
		     const char *allocator, const char *pattern, const char *cpus)
{
	char *list = cpu_list(cpus);
	int status;
	size_t i;

	status = item_set(st, BENCH, name, "allocator", allocator);
	if (!status)
		status = item_set(st, BENCH, name, "pattern", pattern);
	if (!status)
		status = item_set(st, BENCH, name, "cpus", list);
	for (i = 0; !status && i < ARRAY_SIZE(sweep->set); i++) {
		if (sweep->set[i][0])
			status = item_set(st, BENCH, name, sweep->set[i][0], sweep->set[i][1]);
	}
	free(list);
	return status;
}

void bench_table(struct table *table)
{
	table_init(table, columns, ARRAY_SIZE(columns));
}

static void add_row(struct table *table, const struct item *item)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(columns); i++) {
		const char *value = item_value(item, columns[i].name);

		if (columns[i].kind != COLUMN_BAR)
			table_cell(table, value && *value ? value : NULL);
	}
}

/* One line that is written over, where people look; spaces do it on any terminal. */
static void put_progress(const char *text)
{
	if (isatty(STDERR_FILENO) && !terminal_is_dumb())
		fprintf(stderr, "\r%-60s\r%s", "", text);
}

static void tell_progress(size_t done, size_t all, time_t began)
{
	time_t spent = time(NULL) - began;
	char text[64];

	if (done && spent > 1)
		snprintf(text, sizeof(text), "point %zu of %zu, about %ld s left ", done + 1, all,
			 (long)(spent * (all - done) / done));
	else
		snprintf(text, sizeof(text), "point %zu of %zu ", done + 1, all);
	put_progress(text);
}

/*
 * Return: an enum status; a point that is refused is told as @what, and is a row without times.
 * One that was interrupted is none.
 */
static int one_point(struct studio *st, const char *name, const char *what, struct table *table)
{
	char *path = xasprintf("%s/%s/run", BENCH->folder, name);
	int mark = klog_mark(st), status = STATUS_OK, err;
	struct item item;

	err = driver_write_or_kill(st, path, "1");
	free(path);
	if (err == -EINTR && interrupted()) {
		klog_forget(mark);
		return STATUS_OK;
	}
	if (err) {
		put_progress("");
		status = driver_say_error(st, mark, name, what, err);
	} else {
		klog_forget(mark);
	}
	if (!item_read(st, BENCH->folder, name, &item)) {
		add_row(table, &item);
		item_free(&item);
	}
	return status;
}

/* The kernel says that an order is too large, but not which one is the largest. */
static int check_order(struct studio *st, const char *order)
{
	unsigned int largest = 0;
	struct machine m;
	size_t i;
	u64 wanted;

	machine_read(st, &m);
	for (i = 0; i < m.nr_zones; i++) {
		if (m.zone[i].nr_orders > largest + 1)
			largest = m.zone[i].nr_orders - 1;
	}
	machine_free(&m);
	if (!largest || !parse_u64(order, &wanted) || wanted <= largest)
		return STATUS_OK;
	return fail(STATUS_REFUSED, "order %s: the largest block of this kernel is of order %u",
		    order, largest);
}

static size_t nr_points(const struct sweep *sweep)
{
	return sweep->allocators.nr * sweep->patterns.nr * sweep->cpus.nr *
	       (sweep->bytes ? 1 : sweep->orders.nr);
}

static int all_points(struct studio *st, const char *name, const struct sweep *sweep,
		      struct table *table)
{
	size_t all = nr_points(sweep), orders = sweep->bytes ? 1 : sweep->orders.nr, i;
	const char *size = sweep->bytes ? "bytes" : "order";
	time_t began = time(NULL);
	int worst = 0;

	if (all > MOST_POINTS)
		return fail(STATUS_USAGE, "these are %zu points, more than %d", all, MOST_POINTS);
	for (i = 0; i < all && !interrupted(); i++) {
		size_t rest = i / orders;
		const char *allocator = sweep->allocators.name[rest % sweep->allocators.nr];
		const char *of_size = sweep->bytes ? sweep->bytes : sweep->orders.name[i % orders];
		const char *cpus, *pattern;
		char *what;
		int status;

		rest /= sweep->allocators.nr;
		cpus = sweep->cpus.name[rest % sweep->cpus.nr];
		pattern = sweep->patterns.name[rest / sweep->cpus.nr];
		/* what is refused is told on a line of its own */
		put_progress("");
		status = configure(st, name, sweep, allocator, pattern, cpus);
		if (status)
			return worse(worst, status);
		/* what is too large for one allocator is not for the next */
		status = sweep->bytes ? STATUS_OK : check_order(st, of_size);
		if (!status)
			status = item_set(st, BENCH, name, size, of_size);
		what = xasprintf("%s, %s %s", allocator, size, of_size);
		if (!status) {
			tell_progress(i, all, began);
			status = one_point(st, name, what, table);
		}
		free(what);
		worst = worse(worst, status);
	}
	put_progress("");
	return worst;
}

static const char *row_value(const struct table *table, size_t row, const char *column)
{
	size_t i;

	for (i = 0; i < table->nr_columns; i++) {
		if (!strcmp(table->column[i].name, column))
			return table->cell[row + i] ? table->cell[row + i] : "";
	}
	return "";
}

/* A curve for each allocator, pattern and number of CPUs. */
static size_t make_series(const struct table *table, const char *column,
			  struct series **series)
{
	struct series *made = NULL;
	size_t row, nr = 0;

	for (row = 0; row < table->nr; row += table->nr_columns) {
		const char *report = row_value(table, row, "report");
		char *name = xasprintf("%s%s%s, %s, on CPUs %s", report, *report ? ": " : "",
				       row_value(table, row, "allocator"),
				       row_value(table, row, "pattern"),
				       row_value(table, row, "cpus"));
		struct series *s;
		double x, y;

		if (!nr || strcmp(made[nr - 1].name, name)) {
			made = grow(made, nr, sizeof(*made));
			made[nr++] = (struct series){ .name = xstrdup(name) };
		}
		free(name);
		s = &made[nr - 1];
		if (!parse_decimal(row_value(table, row, "order"), &x) ||
		    !parse_decimal(row_value(table, row, column), &y) || y <= 0)
			continue;
		s->x = xrealloc(s->x, s->nr + 1, sizeof(*s->x));
		s->y = xrealloc(s->y, s->nr + 1, sizeof(*s->y));
		s->x[s->nr] = x;
		s->y[s->nr++] = y;
	}
	*series = made;
	return nr;
}

/* How an allocation, or giving it back, takes longer with the order. */
void bench_curves(const struct table *table, bool of_free, int columns, struct canvas *canvas)
{
	struct series *series;
	size_t nr, k;

	nr = make_series(table, of_free ? "free_mean_ns" : "alloc_mean_ns", &series);
	picture_curves(canvas, columns, of_free ? "Giving it back" : "An allocation", series, nr);
	for (k = 0; k < nr; k++) {
		free(series[k].name);
		free(series[k].x);
		free(series[k].y);
	}
	free(series);
}

static int draw_curves(struct studio *st, const struct table *table, const struct sweep *sweep)
{
	int columns = sweep->svg || sweep->png ? 100 : st->width, status;
	struct canvas canvas[2];

	bench_curves(table, false, columns, &canvas[0]);
	bench_curves(table, true, columns, &canvas[1]);
	status = canvas_output(st, canvas, 2, sweep->svg, sweep->png);
	canvas_free(&canvas[0]);
	canvas_free(&canvas[1]);
	return status;
}

/* The driver's names. Those of the report begin behind the CPU. */
static const struct column histogram_columns[] = {
	{ "cpu", "CPU", COLUMN_TEXT },
	{ "from_ns", "FROM", COLUMN_NS },
	{ "to_ns", "TO", COLUMN_NS },
	{ "alloc", "ALLOC", COLUMN_NUMBER },
	{ "free", "FREE", COLUMN_NUMBER },
};

void histogram_table(struct table *table)
{
	table_init(table, histogram_columns + 1, ARRAY_SIZE(histogram_columns) - 1);
}

/* How single times of a bench are spread, on all CPUs together. Return: can it be read? */
static bool read_histogram(struct studio *st, const char *name, struct table *table)
{
	char *path = xasprintf(STUDIO_DEBUG "/benches/%s/histogram", name), *s;
	struct text t = {};
	struct table all;
	size_t row, i;
	int err;

	histogram_table(table);
	err = file_read(st, path, &t);
	free(path);
	table_init(&all, histogram_columns, ARRAY_SIZE(histogram_columns));
	for (s = t.s; !err && *s; s++) {
		if (*s == '\t')
			*s = ',';
	}
	if (!err)
		table_read_csv(&all, t.s);
	for (row = 0; row < all.nr; row += all.nr_columns) {
		if (!all.cell[row] || strcmp(all.cell[row], "all"))
			continue;
		for (i = 1; i < all.nr_columns; i++)
			table_cell(table, all.cell[row + i]);
	}
	table_free(&all);
	text_free(&t);
	return !err;
}

static int draw_histograms(struct studio *st, const struct table *histogram)
{
	int status = STATUS_OK, of_free;
	struct canvas canvas;

	for (of_free = 0; !status && of_free < 2; of_free++) {
		if (!picture_histogram(&canvas, st->width, of_free ? "Frees" : "Allocations",
				       histogram, of_free)) {
			putchar('\n');
			status = canvas_output(st, &canvas, 1, NULL, NULL);
		}
		canvas_free(&canvas);
	}
	return status;
}

/* @histogram: NULL where there is none */
static int print_json(const struct table *table, const struct table *histogram)
{
	struct json j;

	js_begin(&j, "bench");
	table_json(table, "rows", &j);
	if (histogram)
		table_json(histogram, "histogram", &j);
	return js_print(&j);
}

static int print_all(struct studio *st, const struct sweep *sweep, const struct table *table,
		     const struct table *histogram)
{
	bool curves = sweep->orders.nr > 1 && !sweep->bytes;
	bool files = sweep->svg || sweep->png;
	int status;

	if (st->format == FORMAT_JSON)
		status = print_json(table, histogram);
	else
		status = table_print(st, table, "bench", "rows");
	if (!status && files)
		status = draw_curves(st, table, sweep);
	if (status || st->format != FORMAT_TEXT)
		return status;
	if (curves && !files) {
		putchar('\n');
		status = draw_curves(st, table, sweep);
	}
	return !status && histogram ? draw_histograms(st, histogram) : status;
}

static int print(struct studio *st, const char *name, const struct sweep *sweep,
		 const struct table *table)
{
	struct table histogram;
	int status;
	bool has;

	/* of the last point; where it is the only one it is seen at once */
	if (st->format == FORMAT_CSV || (!sweep->histogram && table->nr != table->nr_columns))
		return print_all(st, sweep, table, NULL);
	has = read_histogram(st, name, &histogram);
	if (!has)
		say("the histogram is in debugfs, which is not to be read");
	status = print_all(st, sweep, table, has ? &histogram : NULL);
	table_free(&histogram);
	return status;
}

enum {
	OPT_ALLOCATORS = LONG_ONLY,
	OPT_ORDERS,
	OPT_PATTERNS,
	OPT_CPUS,
	OPT_BYTES,
	OPT_SVG,
	OPT_PNG,
	OPT_HISTOGRAM,
	OPT_NAME,
	OPT_SET,
	OPT_HELD_BYTES = OPT_SET + 1,
};

/* Those with OPT_SET are files of a bench, by their names. */
static const struct choice choices[] = {
	{ "held", "N", OPT_SET,
	  "allocations that each CPU holds at once, or makes in turn, 1 to 16777216 (default: 1000)"
	},
	{ "held-bytes", "BYTES", OPT_HELD_BYTES,
	  "the same in bytes, instead; BYTES may end in K, M or G" },
	{ "rounds", "N", OPT_SET + 2,
	  "measured rounds, 1 to 10000 (default: 30)" },
	{ "warmup", "N", OPT_SET + 3,
	  "rounds before them, 0 to 10000 (default: 3)" },
	{ "touch", "0|1", OPT_SET + 4,
	  "1 to write a word of each page, measured apart (default: 0)" },
	{ "node", "N", OPT_SET + 5, HELP_NODE },
	{ "gfp", "FLAGS", OPT_SET + 6, HELP_GFP },
	{ "seed", "N", OPT_SET + 7, HELP_SEED },
	{ "allocators", "A,B", OPT_ALLOCATORS,
	  "names of the file allocators (default: page)" },
	{ "orders", "N-M,...", OPT_ORDERS,
	  "orders, 2^N pages each, 0 to 31 (default: 0-9)" },
	{ "patterns", "P,...", OPT_PATTERNS,
	  "when what is freed: hot, fifo, lifo, random, cross (default: hot)" },
	{ "cpus", "N,M,...", OPT_CPUS,
	  "on how many CPUs at the same time, CPU 0 and up: 1 or more, not which (default: 1)"
	},
	{ "bytes", "BYTES", OPT_BYTES,
	  "allocations of so many bytes, instead of orders" },
	{ "histogram", NULL, OPT_HISTOGRAM,
	  "show how the times of the last point are spread, not as CSV; with one point alone this is shown without being asked for"
	},
	{ "name", "NAME", OPT_NAME,
	  "one point, by a bench of that name; once it was run it stays, and kmem-studio start runs it again (default of --orders: 0)"
	},
	{ "svg", "FILE", OPT_SVG,
	  "write the curves to this file, as SVG, instead of showing them" },
	{ "png", "FILE", OPT_PNG,
	  "the same as PNG, where it was built with cairo" },
	{}
};

/* What these options take, by the driver's limits; both 0 for what is looked at elsewhere. */
static const struct {
	u64	least;
	u64	most;
} limits[] = {
	{ 1, 16777216 },	/* held */
	{},			/* held-bytes */
	{ 1, 10000 },		/* rounds */
	{ 0, 10000 },		/* warmup */
	{ 0, 1 },		/* touch */
	{},			/* node */
	{},			/* gfp */
	{ 0, UINT64_MAX },	/* seed */
};

static bool is_within_limits(size_t i, const char *value)
{
	u64 number;

	if (!strcmp(choices[i].name, "node"))
		return is_node(value);
	return !limits[i].most || parse_within(value, limits[i].least, limits[i].most, &number);
}

static bool take_size(char **value, const char *s)
{
	free(*value);
	*value = size_bytes(s);
	return *value && strcmp(*value, "0");
}

static bool take_option(struct sweep *sweep, int c)
{
	bool ok;

	switch (c) {
	case OPT_ALLOCATORS:
		return add_words(&sweep->allocators, optarg);
	case OPT_PATTERNS:
		return add_words(&sweep->patterns, optarg);
	case OPT_ORDERS:
		return add_numbers(&sweep->orders, optarg, 0, 31);
	case OPT_CPUS:
		return add_numbers(&sweep->cpus, optarg, 1, MOST_CPUS);
	case OPT_BYTES:
		return take_size(&sweep->bytes, optarg);
	case OPT_HELD_BYTES:
		sweep->set[OPT_HELD_BYTES - OPT_SET][0] = "held_bytes";
		ok = take_size(&sweep->held_bytes, optarg);
		sweep->set[OPT_HELD_BYTES - OPT_SET][1] = sweep->held_bytes;
		return ok;
	case OPT_SVG:
		sweep->svg = optarg;
		return true;
	case OPT_PNG:
		sweep->png = optarg;
		return true;
	case OPT_HISTOGRAM:
		sweep->histogram = true;
		return true;
	case OPT_NAME:
		sweep->name = optarg;
		return name_is_allowed(optarg);
	}
	if (c < OPT_SET)
		return false;
	sweep->set[c - OPT_SET][0] = choices[c - OPT_SET].name;
	sweep->set[c - OPT_SET][1] = optarg;
	return is_within_limits(c - OPT_SET, optarg);
}

static void sweep_free(struct sweep *sweep)
{
	names_free(&sweep->allocators);
	names_free(&sweep->patterns);
	names_free(&sweep->cpus);
	names_free(&sweep->orders);
	free(sweep->bytes);
	free(sweep->held_bytes);
}

static int sweep_points(struct studio *st, const char *name, const char *allocators,
			const char *orders, const char *rounds, struct table *table)
{
	/* few: where the kernel zeroes what it gives, the largest take a millisecond each */
	struct sweep sweep = { .set = { { "rounds", rounds }, { "held", "100" } } };
	int status;

	add_words(&sweep.allocators, allocators);
	add_words(&sweep.patterns, "hot");
	add_words(&sweep.cpus, "1");
	add_numbers(&sweep.orders, orders, 0, 31);
	status = all_points(st, name, &sweep, table);
	sweep_free(&sweep);
	return status;
}

/*
 * A short sweep for the report, and how the times of single pages are spread; @table has to
 * be one of bench_table(), @histogram of histogram_table(). Return: an enum status
 */
int bench_measure(struct studio *st, struct table *table, struct table *histogram)
{
	struct table single;
	char name[32];
	int status;

	own_name(name, sizeof(name));
	status = item_make(st, BENCH, name);
	if (status)
		return status;
	item_undo_later(st, BENCH, name);
	status = sweep_points(st, name, "page,kmalloc,vmalloc", "0-9", "5", table);
	bench_table(&single);
	if (!status && !interrupted())
		status = sweep_points(st, name, "page", "0", "20", &single);
	if (!status && !interrupted())
		read_histogram(st, name, histogram);
	table_free(&single);
	item_remove(st, BENCH, name);
	item_keep(st, BENCH, name);
	return status;
}

static void let_stay(struct studio *st, const char *name)
{
	item_keep(st, BENCH, name);
	undo_never(st, "module");
	fflush(stdout);
	/* an arena may have the same name */
	say("%s stays: kmem-studio start %s/%s runs it again, kmem-studio rm %s/%s removes it",
	    name, BENCH->many, name, BENCH->many, name);
}

static int do_bench(struct studio *st, int argc, char **argv)
{
	struct sweep sweep = {};
	const char *name;
	struct table table;
	int status, c, err;
	char own[32];

	while ((c = next_option(&command_bench, argc, argv)) != -1) {
		if (c != '?' && take_option(&sweep, c))
			continue;
		sweep_free(&sweep);
		return c == '?' ? STATUS_USAGE : bad_value(&command_bench, c, optarg);
	}
	status = argc != optind ? usage(&command_bench, "bench takes options only") :
		 refuse_mixed(&command_bench, st, sweep.svg, sweep.png);
	if (status) {
		sweep_free(&sweep);
		return status;
	}
	if (!sweep.allocators.nr)
		names_add(&sweep.allocators, xstrdup("page"));
	if (!sweep.patterns.nr)
		names_add(&sweep.patterns, xstrdup("hot"));
	if (!sweep.cpus.nr)
		names_add(&sweep.cpus, xstrdup("1"));
	if (!sweep.orders.nr)
		add_numbers(&sweep.orders, sweep.name ? "0" : "0-9", 0, 31);
	if (sweep.name && nr_points(&sweep) != 1) {
		sweep_free(&sweep);
		return usage(&command_bench, "a bench with a name is one point");
	}
	status = kind_need(st, BENCH, NEED_CHANGE | NEED_LOAD);
	own_name(own, sizeof(own));
	name = sweep.name ? sweep.name : own;
	if (!status)
		status = item_make(st, BENCH, name);
	if (!status) {
		item_undo_later(st, BENCH, name);
		bench_table(&table);
		status = all_points(st, name, &sweep, &table);
		if (table.nr) {
			err = print(st, name, &sweep, &table);
			status = worse(status, err);
		}
		if (!status && sweep.name && !interrupted())
			let_stay(st, name);
		table_free(&table);
	}
	sweep_free(&sweep);
	return status;
}

const struct command command_bench = {
	.name = "bench",
	.args = "",
	.about = "what an allocation costs, at one point or over a sweep",
	.more =
		"Each allocator with each pattern, on so many CPUs at once, at each order: a table with bars, and curves if there is more than one order. ALLOC and FREE are means of one allocation and of giving it back; +- is half of the mean's 95% confidence interval, 99% what 99 of 100 times do not exceed. Ctrl-C ends it at once, with the points until then.",
	.choices = choices,
	.wrong = "an allocation was overwritten, or given to two",
	.example = "kmem-studio bench --allocators page,slab --orders 0-3 --cpus 1,2",
	.run = do_bench,
};
