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

#ifndef VERSION
#define VERSION	"1.0"
#endif

static const struct command * const commands[] = {
	&command_lab,
	&command_run,
	&command_compare,
	&command_new,
	&command_list,
	&command_show,
	&command_start,
	&command_stop,
	&command_verify,
	&command_corrupt,
	&command_rm,
	&command_map,
	&command_page,
	&command_translate,
	&command_bench,
	&command_pressure,
	&command_probe,
	&command_watch,
	&command_report,
	&command_save,
	NULL
};

static void print_help(void)
{
	size_t i;

	printf("kmem-studio: allocate, locate, fill, prove and measure kernel memory\n\n"
	       "usage: kmem-studio [OPTION ...] COMMAND [ARGUMENT ...]\n\n");
	for (i = 0; commands[i]; i++)
		printf("  %-10s %s\n", commands[i]->name, commands[i]->about);
	printf("\n"
	       "  --root COPY   a saved copy (a tar, or a folder) instead of the running system\n"
	       "  --json        the results as JSON\n"
	       "  --csv         the results as CSV, where they are a table\n"
	       "  --width N     columns of a line\n"
	       "  --color WHEN  auto, always or never\n"
	       "  --ascii       no characters beyond ASCII\n"
	       "  -v            the kernel's own lines, too\n"
	       "  --version     what this is, and what it was built with\n\n"
	       "kmem-studio COMMAND --help tells what may follow a command; kmem-studio(8) tells all.\n");
}

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

static bool terminal_has_colours(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !getenv("NO_COLOR") && term && strcmp(term, "dumb");
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

static int bad_option(const char *what)
{
	say("%s", what);
	fprintf(stderr, "Try kmem-studio --help\n");
	return STATUS_USAGE;
}

static struct archive archive;

/* A tar, or a folder. Return: is it one? */
static bool take_root(struct studio *st, const char *root)
{
	struct studio here = { .root = "" };
	struct stat stat_of;

	st->root = root;
	st->archive = NULL;
	if (!*root || stat(root, &stat_of))
		return false;
	if (S_ISDIR(stat_of.st_mode))
		return !access(root, X_OK);
	archive_free(&archive);
	st->archive = &archive;
	return !bytes_read(&here, root, &archive.t) && archive_open(&archive);
}

static int take_value(struct studio *st, char **argv, int *i, bool *taken)
{
	const char *root = value_of(argv, i, "--root");
	const char *columns = value_of(argv, i, "--width");
	const char *colour = value_of(argv, i, "--color");
	u64 width;

	*taken = root || columns || colour;
	if (root && !take_root(st, root))
		return bad_option("--root takes what save wrote, a tar or a folder");
	if (columns) {
		if (!parse_u64(columns, &width) || width < 1 || width > 1000)
			return bad_option("--width takes a number of columns, 1 to 1000");
		st->width = width;
	}
	if (!colour)
		return STATUS_OK;
	if (strcmp(colour, "always") && strcmp(colour, "never") && strcmp(colour, "auto"))
		return bad_option("--color takes auto, always or never");
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

static const struct command *find(const char *name)
{
	size_t i;

	for (i = 0; commands[i] && strcmp(commands[i]->name, name); i++)
		;
	return commands[i];
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

int main(int argc, char **argv)
{
	struct studio st = { .root = "", .width = terminal_width() };
	const struct command *command;
	int status;

	setlocale(LC_CTYPE, "");
	st.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	st.colour = terminal_has_colours();
	status = take_options(&st, &argc, argv);
	if (status)
		return status;
	if (argc < 2)
		return bad_option("say which command");
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		print_help();
		return close_output(STATUS_OK);
	}
	if (!strcmp(argv[1], "--version")) {
		print_version();
		return close_output(STATUS_OK);
	}
	command = find(argv[1]);
	if (!command) {
		say("there is no command \"%s\"", argv[1]);
		fprintf(stderr, "Try kmem-studio --help\n");
		return STATUS_USAGE;
	}
	if (argc > 2 && (!strcmp(argv[2], "--help") || !strcmp(argv[2], "-h"))) {
		printf("usage: kmem-studio %s%s%s\n%s\n", command->name, *command->args ? " " : "",
		       command->args, command->about);
		return close_output(STATUS_OK);
	}
	catch_signals();
	opterr = 0;
	status = command->run(&st, argc - 1, argv + 1);
	undo_all(&st);
	archive_free(&archive);
	status = close_output(status);
	return interrupted() && !status ? 130 : status;
}
