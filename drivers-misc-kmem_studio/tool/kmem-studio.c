// SPDX-License-Identifier: GPL-2.0
/*
 * kmem-studio - allocate, locate, fill, prove and measure kernel memory
 *
 * The driver kmem_studio does the work, this program is what people type. A command is a
 * file of commands/; what they share is in lib/.
 */
#include <errno.h>
#include <getopt.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands/commands.h"
#include "lib/archive.h"
#include "lib/files.h"
#include "lib/help.h"
#include "lib/options.h"

#ifndef VERSION
#define VERSION	"1.0"
#endif

static const struct group groups[] = {
	{ "The lab", {
		&command_lab,
		&command_run,
		&command_compare,
	} },
	{ "Arenas, benches and pressures by name", {
		&command_new,
		&command_list,
		&command_show,
		&command_start,
		&command_stop,
		&command_verify,
		&command_corrupt,
		&command_rm,
	} },
	{ "Where it lies", {
		&command_map,
		&command_page,
		&command_translate,
	} },
	{ "What it costs", {
		&command_bench,
		&command_pressure,
		&command_probe,
	} },
	{ "To see and to keep", {
		&command_watch,
		&command_report,
		&command_save,
	} },
	{}
};

static void print_version(void)
{
	printf("kmem-studio %s\n", VERSION);
#ifdef HAVE_NCURSES
	printf("watch: ncurses\n");
#else
	printf("watch: not in this build (no ncursesw when it was built)\n");
#endif
#ifdef HAVE_CAIRO
	printf("--png: cairo\n");
#else
	printf("--png: not in this build (no cairo when it was built)\n");
#endif
#ifdef HAVE_JANSSON
	printf("report --compare: jansson\n");
#else
	printf("report --compare: not in this build (no jansson when it was built)\n");
#endif
}

static int terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	u64 n;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		return size.ws_col;
	if (columns && parse_u64(columns, &n) && n && n < 10000)
		return n;
	return 80;
}

/* See no-color.org. */
static bool terminal_has_colours(void)
{
	const char *no_color = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && !terminal_is_dumb() && !(no_color && *no_color);
}

/* Value of an option that is "--name VALUE" or "--name=VALUE"; moves on over it. */
static const char *value_of(char **argv, int *i, const char *name)
{
	size_t len = strlen(name);

	if (strncmp(argv[*i], name, len))
		return NULL;
	if (argv[*i][len] == '=')
		return argv[*i] + len + 1;
	if (argv[*i][len] || !argv[*i + 1])
		return NULL;
	return argv[++*i];
}

static int bad_line(const char *fmt, ...) PRINTF(1, 2);

static int bad_line(const char *fmt, ...)
{
	struct text t = {};
	va_list ap;

	va_start(ap, fmt);
	text_vprintf(&t, fmt, ap);
	va_end(ap);
	say("%s: kmem-studio --help tells what may be typed", t.s);
	text_free(&t);
	return STATUS_USAGE;
}

static struct archive archive;

static int no_root(void)
{
	return bad_line("--root takes what save wrote, a tar or a folder");
}

static int take_tar(struct studio *st, const char *path)
{
	struct studio here = { .root = "" };
	int err;

	archive_free(&archive);
	st->archive = &archive;
	err = bytes_read(&here, path, &archive.t);
	if (!err)
		err = archive_open(&archive);
	if (err == -ENODATA)
		return fail(STATUS_REFUSED,
			    "%s is damaged or cut off: it does not end as a tar does", path);
	if (err == -EINVAL)
		return no_root();
	if (err)
		return fail(STATUS_REFUSED, "--root %s: %s", path, strerror(-err));
	if (archive.left_out)
		say("%s: what is no plain file is left out (%zu)", path, archive.left_out);
	return STATUS_OK;
}

/* What save wrote has a file machine in it. Return: an enum status */
static int check_copy(struct studio *st)
{
	if (file_exists(st, "/machine"))
		return STATUS_OK;
	/* the folder in which a tar was unpacked */
	if (file_exists(st, "/" SAVED_FOLDER))
		return bad_line("%s holds a copy: give --root %s/" SAVED_FOLDER, st->root,
				st->root);
	return bad_line("%s is no copy that save wrote", st->root);
}

/* A tar, or a folder. Return: an enum status */
static int take_root(struct studio *st, const char *root)
{
	struct stat stat_of;
	int status;

	st->root = root;
	st->archive = NULL;
	if (!*root)
		return no_root();
	if (stat(root, &stat_of))
		return fail(STATUS_REFUSED, "--root %s: %s", root, strerror(errno));
	if (!S_ISDIR(stat_of.st_mode))
		status = take_tar(st, root);
	else
		status = access(root, X_OK) ? no_root() : STATUS_OK;
	return status ? status : check_copy(st);
}

/* Is it an option of all commands that lacks its value, because the line ends? */
static bool lacks_value(char **argv, int i)
{
	const struct choice *choice;

	for (choice = global_choices; choice->name; choice++) {
		if (choice->value && !strncmp(argv[i], "--", 2) && !argv[i + 1] &&
		    !strcmp(argv[i] + 2, choice->name))
			return true;
	}
	return false;
}

static int take_value(struct studio *st, char **argv, int *i, bool *taken)
{
	const char *root = value_of(argv, i, "--root");
	const char *columns = value_of(argv, i, "--width");
	const char *colour = value_of(argv, i, "--color");
	int status;
	u64 width;

	*taken = root || columns || colour;
	if (!*taken && lacks_value(argv, *i))
		return bad_line("%s takes a value", argv[*i]);
	status = root ? take_root(st, root) : STATUS_OK;
	if (status)
		return status;
	if (columns) {
		if (!parse_within(columns, 1, 1000, &width))
			return bad_line("--width takes a number of columns, 1 to 1000");
		st->width = width;
	}
	if (!colour)
		return STATUS_OK;
	if (strcmp(colour, "always") && strcmp(colour, "never") && strcmp(colour, "auto"))
		return bad_line("--color takes auto, always or never");
	if (strcmp(colour, "auto"))
		st->colour = !strcmp(colour, "always");
	return STATUS_OK;
}

static int take_option(struct studio *st, char **argv, int *i, bool *taken)
{
	*taken = true;
	if (!strcmp(argv[*i], "--json"))
		st->format = FORMAT_JSON;
	else if (!strcmp(argv[*i], "--csv"))
		st->format = FORMAT_CSV;
	else if (!strcmp(argv[*i], "--ascii"))
		st->utf8 = false;
	else if (!strcmp(argv[*i], "-v") || !strcmp(argv[*i], "--verbose"))
		st->verbose = true;
	else if (!strcmp(argv[*i], "-h") || !strcmp(argv[*i], "--help"))
		st->ask = ASK_HELP;
	else if (!strcmp(argv[*i], "--version"))
		st->ask = ASK_VERSION;
	else
		return take_value(st, argv, i, taken);
	return STATUS_OK;
}

/* Options for all commands may stand anywhere; what is left is the command's. */
static int take_options(struct studio *st, int *argc, char **argv)
{
	int i, kept = 1, status;
	bool taken;

	for (i = 1; i < *argc; i++) {
		if (!strcmp(argv[i], "--")) {
			while (i < *argc)
				argv[kept++] = argv[i++];
			break;
		}
		status = take_option(st, argv, &i, &taken);
		if (status)
			return status;
		if (!taken)
			argv[kept++] = argv[i];
	}
	argv[kept] = NULL;
	*argc = kept;
	return STATUS_OK;
}

/* The next of all commands behind @at; the first for NULL. */
static const struct command *next_command(const struct command *at)
{
	const struct group *group;
	size_t i;

	for (group = groups; group->title; group++) {
		for (i = 0; group->commands[i]; i++) {
			if (!at)
				return group->commands[i];
			if (group->commands[i] == at)
				at = NULL;
		}
	}
	return NULL;
}

static const struct command *find(const char *name)
{
	const struct command *command = next_command(NULL);

	while (command && strcmp(command->name, name))
		command = next_command(command);
	return command;
}

static int no_such_command(const char *name)
{
	const struct command *command;
	const char *close = NULL;

	if (*name == '-')
		return bad_line("there is no option %s", name);
	for (command = next_command(NULL); command; command = next_command(command))
		close = closest(name, close, command->name);
	if (close)
		return bad_line("there is no command \"%s\" (is %s meant?)", name, close);
	return bad_line("there is no command \"%s\"", name);
}

/* Standard output may be full, or its reader gone, which is no news to anybody. */
static int close_output(int status)
{
	errno = 0;
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	if (errno && errno != EPIPE)
		say("cannot write standard output: %s", strerror(errno));
	return status ? status : STATUS_REFUSED;
}

static int print_help(const struct studio *st, const struct command *command)
{
	struct text out = {};
	int status;

	if (command)
		help_command(st, command, &out);
	else
		help_program(st, groups, &out);
	status = output_write("-", out.s, out.len);
	text_free(&out);
	return status;
}

/* For "make manual": the part of the manual page that is made from the texts of the commands. */
static int print_manual(void)
{
	struct text out = {};
	int status;

	help_manual(groups, &out);
	status = output_write("-", out.s, out.len);
	text_free(&out);
	return status;
}

static int run(struct studio *st, const struct command *command, int argc, char **argv)
{
	int status = STATUS_USAGE;

	catch_signals();
	/* one without options has to see that there are none */
	if (command->choices || next_option(command, argc, argv) == -1) {
		int names = command->choices ? 0 : optind - 1;

		argv[names] = argv[0];
		status = command->run(st, argc - names, argv + names);
	}
	undo_all(st);
	return status;
}

static struct studio studio = { .root = "", .driver_lock = -1 };

/* Who runs out of memory ends the program from wherever that is. */
static void at_end(void)
{
	undo_all(&studio);
}

int main(int argc, char **argv)
{
	const struct command *command = NULL;
	struct studio *st = &studio;
	int status;

	st->width = terminal_width();
	atexit(at_end);
	setlocale(LC_CTYPE, "");
	st->utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	st->colour = terminal_has_colours();
	status = take_options(st, &argc, argv);
	if (!status && argc > 1 && !strcmp(argv[1], "help")) {
		st->ask = ASK_HELP;
		argv++;
		argc--;
	}
	if (!status && st->ask == ASK_VERSION) {
		print_version();
		return close_output(STATUS_OK);
	}
	if (!status && argc > 1 && !strcmp(argv[1], "--manual"))
		return close_output(print_manual());
	if (!status && argc > 1)
		command = find(argv[1]);
	if (!status && argc > 1 && !command)
		status = no_such_command(argv[1]);
	else if (!status && st->ask == ASK_HELP)
		status = print_help(st, command);
	else if (!status && !command)
		status = bad_line("say which command");
	else if (!status)
		status = run(st, command, argc - 1, argv + 1);
	archive_free(&archive);
	status = close_output(status);
	/* what was found wrong until then counts for more */
	return interrupted() && status != STATUS_WRONG ? 130 : status;
}
