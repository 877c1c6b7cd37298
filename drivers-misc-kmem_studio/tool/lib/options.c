// SPDX-License-Identifier: GPL-2.0
/*
 * Options of a command, from the table that its help is made from, too; and what is said of
 * one that it does not have.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

#define MOST_OPTIONS	24
#define MOST_LETTERS	32
/* Typing mistakes in a word that is still taken for another one. */
#define MOST_EDITS	2

/* They may stand anywhere in the line. */
const struct choice global_choices[] = {
	{ "root", "COPY", 0,
	  "read what save wrote, a tar or a folder with what is in it, instead of the running system"
	},
	{ "json", NULL, 0, "results as JSON" },
	{ "csv", NULL, 0,
	  "results as CSV, where they are a table; the first line names the columns"
	},
	{ "width", "COLUMNS", 0,
	  "characters that a line may have, 1 to 1000 (default: those of the terminal, or 80)"
	},
	{ "color", "WHEN", 0,
	  "auto, always or never (default: auto, which is never where the output is no terminal, where TERM is dumb, and where NO_COLOR is set)"
	},
	{ "ascii", NULL, 0, "no characters beyond ASCII (default: the locale tells)" },
	{ "verbose", NULL, 'v',
	  "show the kernel's own lines, too; of the command lab, where it prints text"
	},
	{ "help", NULL, 'h', "tell of the program, or of the command" },
	{ "version", NULL, 0, "what this is, and what it was built with" },
	{}
};

/* Letters to change, add or leave out, until @a is @b. */
static unsigned int edits(const char *a, const char *b)
{
	unsigned int row[MOST_LETTERS + 1], corner, i, k;
	size_t len = strlen(b);

	if (len > MOST_LETTERS)
		return MOST_LETTERS;
	for (k = 0; k <= len; k++)
		row[k] = k;
	for (i = 1; a[i - 1]; i++) {
		corner = row[0];
		row[0] = i;
		for (k = 1; k <= len; k++) {
			unsigned int change = corner + (a[i - 1] != b[k - 1]);

			corner = row[k];
			row[k] = (row[k] < row[k - 1] ? row[k] : row[k - 1]) + 1;
			if (change < row[k])
				row[k] = change;
		}
	}
	return row[len];
}

static unsigned int distance(const char *word, const char *candidate)
{
	size_t len = strlen(word);

	if (len > 1 && !strncmp(word, candidate, len))
		return 0;
	/* of two letters everything is close to everything */
	return len > MOST_EDITS ? edits(word, candidate) : MOST_LETTERS;
}

/* The one of two that may have been meant by @word: @so_far or @candidate, or NULL. */
const char *closest(const char *word, const char *so_far, const char *candidate)
{
	unsigned int now = distance(word, candidate);

	if (now > MOST_EDITS || (so_far && distance(word, so_far) <= now))
		return so_far;
	return candidate;
}

static const char *closest_choice(const char *word, const struct choice *choices,
				  const char *so_far)
{
	for (; choices && choices->name; choices++)
		so_far = closest(word, so_far, choices->name);
	return so_far;
}

static void say_unknown(const struct command *command, const char *word)
{
	const char *close = NULL;
	char *name;

	if (!strncmp(word, "--", 2)) {
		name = xstrdup(word + 2);
		name[strcspn(name, "=")] = 0;
		close = closest_choice(name, command->choices, NULL);
		close = closest_choice(name, global_choices, close);
		free(name);
	}
	if (close)
		say("%s has no option %s: is --%s meant? kmem-studio %s --help tells which it has",
		    command->name, word, close,
		    command->name);
	else
		say("%s has no option %s: kmem-studio %s --help tells which it has",
		    command->name, word, command->name);
}

/* @word is what getopt_long() has just looked at, optopt what it made of it. */
static void say_wrong(const struct command *command, int c, const char *word)
{
	const struct choice *choice = command->choices;
	char letter[] = { '-', (char)optopt, 0 };

	for (; choice && choice->name && choice->key != optopt; choice++)
		;
	if (!optopt || !choice || !choice->name)
		say_unknown(command, optopt && optopt < LONG_ONLY ? letter : word);
	else if (c == ':')
		say("%s: --%s takes a value: %s", command->name, choice->name, choice->value);
	else
		say("%s: --%s takes no value", command->name, choice->name);
}

/*
 * The next option of the command line, which is sorted so that others come last; what is
 * wrong with one is told. Return: its key, -1 behind the last, '?' for a wrong one
 */
int next_option(const struct command *command, int argc, char **argv)
{
	struct option options[MOST_OPTIONS + 1] = {};
	char letters[2 * MOST_OPTIONS + 2] = ":";
	const struct choice *choice;
	size_t nr = 0, len = 1;
	int c;

	for (choice = command->choices; choice && choice->name && nr < MOST_OPTIONS; choice++) {
		options[nr++] = (struct option){
			.name = choice->name,
			.has_arg = choice->value ? required_argument : no_argument,
			.val = choice->key,
		};
		if (choice->key >= LONG_ONLY)
			continue;
		letters[len++] = choice->key;
		if (choice->value)
			letters[len++] = ':';
	}
	opterr = 0;
	c = getopt_long(argc, argv, letters, options, NULL);
	if (c != '?' && c != ':')
		return c;
	say_wrong(command, c, argv[optind - 1]);
	return '?';
}

/* Tell that an option, by what next_option() returned, does not take this. Return: STATUS_USAGE */
int bad_value(const struct command *command, int key, const char *value)
{
	const struct choice *choice = command->choices;

	while (choice->name && choice->key != key)
		choice++;
	return usage(command, "%s: --%s takes %s, not \"%s\": %s", command->name, choice->name,
		     choice->value, value, choice->help);
}

static bool is_stdout(const char *path)
{
	return path && !strcmp(path, "-");
}

/* Two files on one standard output are none. Return: an enum status */
int refuse_mixed(const struct command *command, const struct studio *st, const char *svg,
		 const char *png)
{
	int pictures = is_stdout(svg) + is_stdout(png);

	if (!pictures || (pictures == 1 && st->format == FORMAT_TEXT))
		return STATUS_OK;
	return usage(command, "one thing alone can go to standard output");
}

enum { OPT_SVG = LONG_ONLY, OPT_PNG };

/* Of a command that draws one picture. */
const struct choice picture_choices[] = {
	{ "svg", "FILE", OPT_SVG,
	  "write the picture to this file, as SVG, instead of showing it" },
	{ "png", "FILE", OPT_PNG,
	  "the same as PNG, where it was built with cairo" },
	{}
};

/* All options of such a command. Return: an enum status */
int picture_options(const struct command *command, const struct studio *st, int argc,
		    char **argv, const char **svg, const char **png)
{
	int c;

	while ((c = next_option(command, argc, argv)) != -1) {
		if (c == OPT_SVG)
			*svg = optarg;
		else if (c == OPT_PNG)
			*png = optarg;
		else
			return STATUS_USAGE;
	}
	return refuse_mixed(command, st, *svg, *png);
}
