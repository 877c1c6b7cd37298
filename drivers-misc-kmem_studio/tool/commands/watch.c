// SPDX-License-Identifier: GPL-2.0
/*
 * watch: arenas, what scrubs find, and free blocks, as they change. What a key starts is done
 * by a process of its own: a verification may take long, and the screen goes on.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/driver.h"
#include "../lib/kinds.h"
#include "../lib/klog.h"
#include "../lib/machine.h"
#include "../lib/options.h"
#include "commands.h"

enum { OPT_INTERVAL = LONG_ONLY };

static const struct choice choices[] = {
	{ "interval", "MS", OPT_INTERVAL,
	  "milliseconds from one look to the next, 100 to 60000 (default: 1000)" },
	{}
};

#ifdef HAVE_NCURSES
#include <ncurses.h>

#define MOST_ITEMS	1024

/**
 * struct line - an arena, a bench or a pressure on the screen
 * @kind: which it is
 * @item: its values
 */
struct line {
	const struct kind	*kind;
	struct item		item;
};

/**
 * struct view - what is on the screen
 * @line:     what there is
 * @nr:       how many
 * @selected: the one that keys are about
 * @top:      the first that is shown
 * @machine:  free blocks
 * @report:   what the kernel logged of the selected one
 * @child:    does what a key asked for, 0 for none
 * @doing:    its file, where that is to be taken back if it is killed, else NULL
 * @message:  what came of it
 */
struct view {
	struct line	*line;
	size_t		nr;
	size_t		selected;
	size_t		top;
	struct machine	machine;
	char		*report;
	pid_t		child;
	char		*doing;
	char		message[128];
};

static void forget(struct view *v)
{
	size_t i;

	for (i = 0; i < v->nr; i++)
		item_free(&v->line[i].item);
	free(v->line);
	v->line = NULL;
	v->nr = 0;
	free(v->report);
	v->report = NULL;
	machine_free(&v->machine);
}

static void look(struct studio *st, struct view *v)
{
	struct names names;
	size_t k, i;

	forget(v);
	machine_read(st, &v->machine);
	for (k = 0; k < nr_kinds; k++) {
		bool arenas = &kinds[k] == ARENA;

		if (kind_names(st, &kinds[k], &names))
			continue;
		for (i = 0; i < names.nr && v->nr < MOST_ITEMS; i++) {
			struct line line = { .kind = &kinds[k] };

			if (arenas ? arena_read(st, names.name[i], &line.item) :
				     item_read(st, kinds[k].folder, names.name[i], &line.item))
				continue;
			v->line = grow(v->line, v->nr, sizeof(*v->line));
			v->line[v->nr++] = line;
		}
		names_free(&names);
	}
	if (v->selected >= v->nr)
		v->selected = v->nr ? v->nr - 1 : 0;
	if (v->nr && v->line[v->selected].kind == ARENA)
		v->report = klog_last_report(st, v->line[v->selected].item.name);
}

static const char *value(const struct item *item, const char *name)
{
	const char *s = item_value(item, name);

	return s && *s ? s : "-";
}

/* A number that is cut off is another one: a column is there, or not. */
static int columns_that_fit(void)
{
	static const int ends[] = { 80, 67, 58, 49 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		if (ends[i] <= COLS)
			return ends[i];
	}
	return COLS < 41 ? COLS : 41;
}

static void draw_list(struct view *v, int top, int rows)
{
	int row, columns = columns_that_fit();

	if (v->selected < v->top)
		v->top = v->selected;
	if (v->selected >= v->top + rows)
		v->top = v->selected - rows + 1;
	attron(A_BOLD);
	mvaddnstr(top, 0,
		  "NAME             STATE     ALLOCATOR        PAGES   SCRUBS    WRONG     VERIFIED",
		  columns);
	attroff(A_BOLD);
	for (row = 0; row < rows && v->top + row < v->nr; row++) {
		const struct line *line = &v->line[v->top + row];
		const char *state = kind_state(line->kind, &line->item);
		char text[256];

		state = state && *state ? state : "-";
		snprintf(text, sizeof(text), "%-16.16s %-9.9s %-14.14s %7.7s %8.8s %8.8s %12.12s",
			 line->item.name, state,
			 line->kind == ARENA ? value(&line->item, "allocator") : line->kind->word,
			 value(&line->item, kind_file(line->kind, "nr_pages")),
			 value(&line->item, "scrubs"),
			 value(&line->item, "mismatches"), value(&line->item, "words_verified"));
		if (v->top + row == v->selected)
			attron(A_REVERSE);
		if (!strcmp(state, "corrupt"))
			attron(A_BOLD | COLOR_PAIR(1));
		mvaddnstr(top + 1 + row, 0, text, columns);
		attrset(A_NORMAL);
	}
	if (!v->nr)
		mvaddnstr(top + 1, 0, "There is nothing yet: kmem-studio new NAME 1000 page", COLS);
}

/* What is behind the name of the arena, in lines that are no longer than the screen is wide. */
static void wrap_report(char *report, struct text *wrapped)
{
	char *line;

	text_put(wrapped, "", 0);
	while ((line = next_line(&report))) {
		char *at = strstr(line, KLOG_OURS), *s;
		struct text one = {};

		at = at ? at + strlen(KLOG_OURS) : line;
		if (!strncmp(at, "arenas/", 7) && strstr(at, ": "))
			at = strstr(at, ": ") + 2;
		for (s = at; *s; s++) {
			if (*s == '\t')
				*s = ' ';
		}
		text_wrap(&one, at, COLS);
		text_puts(wrapped, one.s);
		text_putc(wrapped, '\n');
		text_free(&one);
	}
}

/* The last lines of the log about the selected arena. */
static int draw_report(const struct view *v, int top, int rows)
{
	struct text wrapped = {};
	char *copy, *cursor, *line;
	int row = 0, nr = 0;

	if (!v->report || !*v->report || !v->nr ||
	    strcmp(value(&v->line[v->selected].item, "state"), "corrupt"))
		return 0;
	copy = xstrdup(v->report);
	wrap_report(copy, &wrapped);
	free(copy);
	for (cursor = wrapped.s; *cursor; cursor++)
		nr += *cursor == '\n';
	attron(A_BOLD | COLOR_PAIR(1));
	mvaddnstr(top, 0, "What is wrong", COLS);
	attrset(A_NORMAL);
	for (cursor = wrapped.s; row + 1 < rows && (line = next_line(&cursor)); nr--) {
		if (nr < rows)
			mvaddnstr(top + 1 + row++, 0, line, COLS);
	}
	text_free(&wrapped);
	return row + 1;
}

static void draw_blocks(const struct view *v, int top, int rows)
{
	size_t i;
	int y = top;

	attron(A_BOLD);
	mvaddnstr(y++, 0, "Free blocks by order", COLS);
	attroff(A_BOLD);
	for (i = 0; i < v->machine.nr_zones && y < top + rows; i++) {
		const struct zone *zone = &v->machine.zone[i];
		struct text t = {};
		unsigned int order;

		text_printf(&t, "%lld %-8s", zone->node, zone->name);
		for (order = 0; order < zone->nr_orders; order++)
			text_printf(&t, " %u:%llu", order, zone->blocks[order]);
		text_puts(&t, "  free ");
		text_bytes(&t, zone->free * v->machine.page_size);
		mvaddnstr(y++, 0, t.s, COLS);
		text_free(&t);
	}
}

static void draw(struct view *v)
{
	static const char keys[] = "up/down choose  s start  x stop  v verify  q quit";
	int zones = v->machine.nr_zones > 4 ? 4 : v->machine.nr_zones;
	int blocks = zones + 1, report = LINES > 20 ? 6 : 3, list;

	erase();
	list = LINES - 4 - blocks - report;
	if (list < 1)
		list = 1;
	mvprintw(0, 0, "kmem-studio watch  %.*s", COLS > 24 ? COLS - 24 : 0, v->machine.kernel);
	draw_list(v, 1, list);
	draw_report(v, 2 + list, report);
	if (LINES > 10)
		draw_blocks(v, 2 + list + report, blocks);
	attron(A_REVERSE);
	mvaddnstr(LINES - 1, 0, v->message[0] ? v->message : keys, COLS);
	attroff(A_REVERSE);
	refresh();
}

/* What the child's exit status says is an errno. */
static void reap(struct view *v)
{
	int status;

	if (!v->child || waitpid(v->child, &status, WNOHANG) != v->child)
		return;
	v->child = 0;
	free(v->doing);
	v->doing = NULL;
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		snprintf(v->message, sizeof(v->message), "Done.");
	else
		snprintf(v->message, sizeof(v->message), "%.120s",
			 errno_words(-(WIFEXITED(status) ? WEXITSTATUS(status) : EINTR)));
}

static void act(struct studio *st, struct view *v, int key)
{
	const struct line *line;
	const char *file, *text;
	pid_t self = getpid();
	char *path;

	if (!v->nr)
		return;
	line = &v->line[v->selected];
	if (v->child) {
		snprintf(v->message, sizeof(v->message), "Still busy with the last one.");
		return;
	}
	if (is_saved(st)) {
		snprintf(v->message, sizeof(v->message),
			 "This is a saved copy: nothing in it can be %s.",
			 key == 's' ? "started" : key == 'x' ? "stopped" : "verified");
		return;
	}
	if (geteuid() || !strcmp(line->item.name, LAB)) {
		snprintf(v->message, sizeof(v->message), "%s",
			 geteuid() ? "Only root may do this." :
				     "The lab's arena: use kmem-studio lab, or stop lab.");
		return;
	}
	file = key == 'v' ? "verify" : key == 's' ? line->kind->start : line->kind->stop;
	text = key == 'x' ? "0" : "1";
	if (!file || (key == 'v' && line->kind != ARENA))
		return;
	path = xasprintf("%s/%s/%s", line->kind->folder, line->item.name, file);
	v->child = fork();
	if (!v->child) {
		/* it does not stay when this program is killed */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(getppid() == self ? -file_write(st, path, text) : EINTR);
	}
	snprintf(v->message, sizeof(v->message), "%s of %s ...",
		 key == 'v' ? "Verification" : key == 's' ? "Start" : "Stop", line->item.name);
	if (v->child < 0) {
		v->child = 0;
		snprintf(v->message, sizeof(v->message), "%s", strerror(errno));
	}
	if (v->child && key == 's' && line->kind->stop)
		v->doing = path;
	else
		free(path);
}

/* A bench may run for hours: the driver gives up what is killed. */
static void end_child(struct studio *st, struct view *v)
{
	int status = 0;

	if (v->child <= 0)
		return;
	kill(v->child, SIGKILL);
	waitpid(v->child, &status, 0);
	/* it may have been live when its writer was killed; else it was done, or refused */
	if (v->doing && WIFSIGNALED(status))
		file_write(st, v->doing, "0");
	free(v->doing);
}

static bool handle(struct studio *st, struct view *v, int key)
{
	switch (key) {
	case 'q':
	case 27:
		return false;
	case KEY_DOWN:
	case 'j':
		v->selected += v->selected + 1 < v->nr;
		v->message[0] = 0;
		break;
	case KEY_UP:
	case 'k':
		v->selected -= v->selected > 0;
		v->message[0] = 0;
		break;
	case 's':
	case 'x':
	case 'v':
		act(st, v, key);
		break;
	}
	return true;
}

static int do_watch(struct studio *st, int argc, char **argv)
{
	u64 interval_ms = 1000;
	struct view v = {};
	SCREEN *screen;
	int status, c;

	while ((c = next_option(&command_watch, argc, argv)) != -1) {
		if (c != OPT_INTERVAL)
			return STATUS_USAGE;
		if (!parse_within(optarg, 100, 60000, &interval_ms))
			return usage(&command_watch, "--interval takes milliseconds, 100 to 60000");
	}
	if (argc != optind)
		return usage(&command_watch, "watch takes no argument");
	status = driver_need(st, NEED_DRIVER);
	if (status)
		return status;
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return fail(STATUS_MISSING, "watch needs a terminal; list prints the same once");
	if (terminal_is_dumb())
		return fail(STATUS_MISSING,
			    "watch needs a terminal whose cursor can be moved (TERM); list prints the same once");
	screen = newterm(NULL, stdout, stdin);
	if (!screen)
		return fail(STATUS_MISSING, "watch does not know this terminal (TERM)");
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	curs_set(0);
	if (st->colour && start_color() == OK) {
		use_default_colors();
		init_pair(1, COLOR_RED, -1);
	}
	timeout(interval_ms);
	do {
		reap(&v);
		look(st, &v);
		draw(&v);
	} while (!interrupted() && handle(st, &v, getch()));
	endwin();
	delscreen(screen);
	end_child(st, &v);
	forget(&v);
	return STATUS_OK;
}

#else /* !HAVE_NCURSES */

static int do_watch(struct studio *st, int argc, char **argv)
{
	(void)st;
	(void)argc;
	(void)argv;
	return fail(STATUS_MISSING,
		    "this kmem-studio was built without ncurses and has no watch; list prints the same once");
}

#endif

const struct command command_watch = {
	.name = "watch",
	.args = "",
	.about = "what changes, on the screen, with keys to start and stop",
	.more =
		"Arenas, scrubs, wrong words with their physical addresses, free blocks by order. Keys: up and down choose, s starts, x stops, v verifies, q ends, also what a key is still doing; what was started by then stays live, as with start.",
	.choices = choices,
	.example = "kmem-studio watch --interval 500",
	.run = do_watch,
};
