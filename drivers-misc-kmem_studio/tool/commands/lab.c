// SPDX-License-Identifier: GPL-2.0
/*
 * lab: the lab of the course, by the parameters of the module. It needs neither configfs nor
 * debugfs: what the table says is from the kernel's lines and from the device.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/driver.h"
#include "../lib/files.h"
#include "../lib/klog.h"
#include "../lib/options.h"
#include "../lib/table.h"
#include "commands.h"
#include "lab.h"

#define PARAMETERS	STUDIO_MODULE "/parameters"
#define FIRST_WORDS	4

const char * const lab_numbers[] = { "200", "1000", "2000", "4000", "10000", "50000" };
const size_t nr_lab_numbers = ARRAY_SIZE(lab_numbers);

enum { OPT_ALLOCATOR = LONG_ONLY };

static const struct choice choices[] = {
	{ "allocator", "A", OPT_ALLOCATOR,
	  "where the memory comes from, a name of the file allocators (default: that of the module's parameter, page)"
	},
	{}
};

static const struct column columns[] = {
	{ "nr_structs", "STRUCTS", COLUMN_NUMBER },
	{ "structs_per_page", "PER PAGE", COLUMN_NUMBER, 3 },
	{ "nr_pages", "PAGES", COLUMN_NUMBER },
	{ "order", "ORDER", COLUMN_NUMBER },
	{ "block_pages", "BLOCK", COLUMN_NUMBER, 2 },
	{ "rounding_pages", "ROUNDING", COLUMN_NUMBER },
	{ "rounding_pages_bar", "", COLUMN_BAR, 4 },
	{ "first_words", "FIRST WORDS", COLUMN_TEXT, 1 },
	{ "verdict", "VERDICT", COLUMN_TEXT },
};

void lab_table(struct table *table)
{
	table_init(table, columns, ARRAY_SIZE(columns));
}

/* What the pages begin with, read through the device: "0, 1024, 2048, ..." */
static void first_words(struct studio *st, u64 pages, u64 page_size, struct text *t)
{
	char *path = path_of(st, "/dev/kmem_studio/lab");
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	u64 i;

	free(path);
	for (i = 0; fd >= 0 && i < pages && i < FIRST_WORDS; i++) {
		u32 word;

		if (pread(fd, &word, sizeof(word), i * page_size) != sizeof(word))
			break;
		text_printf(t, "%s%u", i ? ", " : "", word);
	}
	if (t->len && i < pages)
		text_puts(t, ", ...");
	if (fd >= 0)
		close(fd);
}

static bool number_of(const char *log, const char *label, u64 *value)
{
	const char *at = strstr(log, label);
	char word[24];
	size_t len;

	if (!at)
		return false;
	at += strlen(label);
	len = strspn(at, "0123456789");
	if (!len || len >= sizeof(word))
		return false;
	memcpy(word, at, len);
	word[len] = 0;
	return parse_u64(word, value);
}

/*
 * Is the memory one block of the order that the kernel tells, and is all of it kept? The order
 * is that of the plan, and most allocators take something else; exact gives back what is
 * rounding. A driver without the parameter has page alone.
 */
static void what_is_taken(struct studio *st, bool *one_block, bool *whole)
{
	struct text t = {};
	const char *name = file_value(st, PARAMETERS "/allocator", &t) ? t.s : "page";

	*whole = !strcmp(name, "page") || !strcmp(name, "kmalloc");
	*one_block = *whole || !strcmp(name, "exact");
	text_free(&t);
}

static void add_number(struct table *table, bool known, u64 value)
{
	if (known)
		table_u64(table, value);
	else
		table_cell(table, NULL);
}

static void stop(struct studio *st, const char *what)
{
	(void)what;
	file_write(st, PARAMETERS "/nr_structs", "0");
}

/* A start and a stop. Return: an enum status */
static int one_round(struct studio *st, u64 structs, struct table *table, struct text *log)
{
	u64 page_size = sysconf(_SC_PAGESIZE), per_page, pages, order;
	bool has_pages, has_order, has_per_page, started, one_block, whole;
	struct text words = {}, lines = {};
	const char *verdict;
	char number[24];
	int mark, err;

	snprintf(number, sizeof(number), "%llu", structs);
	mark = klog_mark(st);
	err = driver_write_or_kill(st, PARAMETERS "/nr_structs", number);
	/* it may have been there when its writer was killed */
	if (err == -EINTR)
		stop(st, NULL);
	started = !err;
	if (started) {
		undo_later(st, stop, "lab");
		klog_since(mark, KLOG_OURS, &lines);
		mark = -1;
	}
	text_put(&words, "", 0);
	text_put(&lines, "", 0);
	what_is_taken(st, &one_block, &whole);
	has_per_page = number_of(lines.s, "structs per page: ", &per_page);
	has_pages = number_of(lines.s, "Number of pages: ", &pages);
	has_order = number_of(lines.s, "The order is: ", &order) && order < 64 &&
		    one_block;
	if (started) {
		first_words(st, has_pages ? pages : 0, page_size, &words);
		mark = klog_mark(st);
		err = file_write(st, PARAMETERS "/nr_structs", "0");
		undo_never(st, "lab");
	}
	klog_since(mark, KLOG_OURS, &lines);
	if (!started)
		verdict = err == -EINTR ? "given up" : "refused";
	else if (err == -EILSEQ)
		verdict = "WRONG";
	else
		verdict = err ? "not verified" : "verified";

	table_cell(table, number);
	add_number(table, has_per_page, per_page);
	add_number(table, has_pages, pages);
	add_number(table, has_order, order);
	add_number(table, has_order && whole, 1ULL << (has_order ? order : 0));
	add_number(table, has_order && whole && has_pages,
		   (1ULL << (has_order ? order : 0)) - (has_pages ? pages : 0));
	table_cell(table, words.len ? words.s : NULL);
	table_cell(table, verdict);
	if (!started)
		say("%s: %s", number, errno_words(err));
	text_puts(log, lines.s);
	text_free(&lines);
	text_free(&words);
	return !err ? STATUS_OK : started && err != -EINTR ? STATUS_WRONG : STATUS_REFUSED;
}

static void restore_allocator(struct studio *st, const char *value)
{
	file_write(st, PARAMETERS "/allocator", value);
}

/*
 * A row for each number of structs, and what the kernel logged of them all. Return: an enum
 * status, STATUS_OK if all were verified.
 */
int lab_measure(struct studio *st, const char *allocator, char **numbers, size_t nr,
		struct table *table, struct text *log)
{
	int worst = STATUS_OK, mark, err;
	struct text before = {};
	u64 live = 0;
	size_t i;

	lab_table(table);
	text_put(log, "", 0);
	file_u64(st, PARAMETERS "/nr_structs", &live);
	if (live)
		return fail(STATUS_REFUSED,
			    "an arena of %llu struct%s is live in the lab: type kmem-studio stop lab",
			    live, plural(live));
	if (allocator && !file_value(st, PARAMETERS "/allocator", &before)) {
		text_free(&before);
		return fail(STATUS_MISSING,
			    "the driver that runs is older: its lab has no allocator but page");
	}
	if (allocator) {
		mark = klog_mark(st);
		err = file_write(st, PARAMETERS "/allocator", allocator);
		if (err) {
			text_free(&before);
			return driver_say_error(st, mark, "lab", allocator, err);
		}
		klog_forget(mark);
		undo_later(st, restore_allocator, before.s);
	}
	for (i = 0; i < nr && !interrupted(); i++) {
		u64 structs = 0;
		int status;

		parse_u64(numbers[i], &structs);
		status = one_round(st, structs, table, log);
		worst = worse(worst, status);
	}
	if (before.len) {
		restore_allocator(st, before.s);
		undo_never(st, before.s);
	}
	text_free(&before);
	return worst;
}

static int do_lab(struct studio *st, int argc, char **argv)
{
	char **numbers = (char **)lab_numbers;
	const char *allocator = NULL;
	size_t nr = nr_lab_numbers;
	struct text log = {};
	struct table table;
	int status, err, c;

	while ((c = next_option(&command_lab, argc, argv)) != -1) {
		if (c != OPT_ALLOCATOR)
			return STATUS_USAGE;
		allocator = optarg;
	}
	if (argc > optind) {
		numbers = argv + optind;
		nr = argc - optind;
	}
	for (c = 0; c < (int)nr; c++) {
		u64 number;

		if (!parse_u64(numbers[c], &number) || !number)
			return usage(&command_lab, "\"%s\" is not a number of structs", numbers[c]);
	}
	status = driver_need(st, NEED_CHANGE | NEED_LOAD);
	if (status)
		return status;
	status = lab_measure(st, allocator, numbers, nr, &table, &log);
	if (table.nr && st->verbose && st->format == FORMAT_TEXT)
		printf("%s\n", log.s);
	if (table.nr) {
		err = table_print(st, &table, "lab", "rows");
		status = worse(status, err);
	}
	text_free(&log);
	table_free(&table);
	return status;
}

const struct command command_lab = {
	.name = "lab",
	.args = "[N ...]",
	.about = "the lab of the course, for N structs each",
	.more =
		"Default: 200 1000 2000 4000 10000 50000 structs of 32 bytes. The table has the pages, of one block (page, kmalloc) its order, its pages and those that are rounding, the first words of the pages, and the verdict. It needs neither configfs nor debugfs. The driver is loaded if it is not, and then unloaded at the end.",
	.choices = choices,
	.wrong = "memory was found wrong, or not all was verified",
	.example = "kmem-studio lab 200 10000",
	.run = do_lab,
};
