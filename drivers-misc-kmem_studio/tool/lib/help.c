// SPDX-License-Identifier: GPL-2.0
/*
 * Help: for the terminal, and the same texts as the middle of the manual page, which
 * "make manual" puts there.
 */
#include <stdlib.h>
#include <string.h>

#include "help.h"
#include "options.h"

#define OPTION_COLUMN	26
/* Keeps what is within brackets on one line. */
#define GLUE		'\1'
#define USAGE		"usage: "
#define USAGE_INDENT	19

static const struct {
	const char	*status;
	const char	*meaning;
} statuses[] = {
	{ "0", "done, and nothing wrong was found" },
	{ "1", "memory was found wrong, or not all was verified, whatever else failed" },
	{ "2", "the command line is not understood" },
	{ "3",
	  "what was asked for needs a part of the system that is missing, or is not for this user; a line says what to type. What can be shown without it is shown; map, probe and show then end with 0"
	},
	{ "4",
	  "there is nothing of that name, or no page or word of that number; the kernel refused; or a file could not be read or written; a line says why"
	},
	{ "130", "ended by a signal; what it started is taken down" },
};

static int columns_of(const struct studio *st)
{
	return st->width < 60 ? 60 : st->width > 100 ? 100 : st->width;
}

/* @s from column @indent on, where the first line is there already. */
static void put_wrapped(struct text *out, const char *s, int columns, int indent)
{
	struct text t = {};
	char *c;

	text_wrap(&t, s, columns - indent);
	for (c = t.s; *c; c++) {
		text_putc(out, *c == GLUE ? ' ' : *c);
		if (*c == '\n')
			text_printf(out, "%*s", indent, "");
	}
	text_putc(out, '\n');
	text_free(&t);
}

static void put_entry(struct text *out, const char *name, const char *s, int columns)
{
	text_printf(out, "  %-*s", OPTION_COLUMN - 2, name);
	if (utf8_columns(name) > OPTION_COLUMN - 4)
		text_printf(out, "\n%*s", OPTION_COLUMN, "");
	put_wrapped(out, s, columns, OPTION_COLUMN);
}

/* "-o, --output FILE" */
static void put_names(struct text *t, const struct choice *choice)
{
	if (choice->key && choice->key < LONG_ONLY)
		text_printf(t, "-%c, ", choice->key);
	text_printf(t, "--%s%s%s", choice->name, choice->value ? " " : "",
		    choice->value ? choice->value : "");
}

static void put_choices(struct text *out, const struct choice *choices, int columns)
{
	struct text names = {};

	for (; choices && choices->name; choices++) {
		text_clear(&names);
		put_names(&names, choices);
		put_entry(out, names.s, choices->help, columns);
	}
	text_free(&names);
}

/* Is the option in what follows the command already, because it has to be given? */
static bool is_in_args(const struct command *command, const struct choice *choice)
{
	char letter[] = { '-', choice->key < LONG_ONLY ? (char)choice->key : '-', ' ', 0 };
	char *name = xasprintf("--%s", choice->name);
	bool is = strstr(command->args, name) || (letter[1] != '-' &&
						  strstr(command->args, letter));

	free(name);
	return is;
}

/* What a command line may look like; lines but the first begin at @indent. */
void synopsis(const struct command *command, int columns, int indent, struct text *out)
{
	const struct choice *choice;
	struct text t = {};
	char *begin, *end;

	text_printf(&t, "kmem-studio%c%s", GLUE, command->name);
	for (choice = command->choices; choice && choice->name; choice++) {
		if (is_in_args(command, choice))
			continue;
		if (choice->key < LONG_ONLY)
			text_printf(&t, " [-%c%s%s]", choice->key, choice->value ? " " : "",
				    choice->value ? choice->value : "");
		else
			text_printf(&t, " [--%s%s%s]", choice->name, choice->value ? " " : "",
				    choice->value ? choice->value : "");
	}
	text_printf(&t, "%s%s", *command->args ? " " : "", command->args);
	for (begin = strchr(t.s, '['); begin; begin = strchr(end, '[')) {
		end = begin + strcspn(begin, "]");
		for (; begin < end; begin++) {
			if (*begin == ' ')
				*begin = GLUE;
		}
	}
	put_wrapped(out, t.s, columns, indent);
	text_free(&t);
}

/* Tell what is wrong with the command line, and what it may be. Return: STATUS_USAGE */
int usage(const struct command *command, const char *fmt, ...)
{
	struct text t = {}, line = {};
	va_list ap;

	va_start(ap, fmt);
	text_vprintf(&t, fmt, ap);
	va_end(ap);
	say("%s", t.s);
	synopsis(command, 80, USAGE_INDENT, &line);
	fprintf(stderr, USAGE "%s", line.s);
	text_free(&line);
	text_free(&t);
	return STATUS_USAGE;
}

/* What 1 says, of this command. */
static const char *meaning(const struct command *command, size_t i)
{
	return i == 1 && command->wrong ? command->wrong : statuses[i].meaning;
}

void help_command(const struct studio *st, const struct command *command, struct text *out)
{
	int columns = columns_of(st);
	size_t i;

	text_puts(out, USAGE);
	synopsis(command, columns, USAGE_INDENT, out);
	text_putc(out, '\n');
	put_wrapped(out, command->about, columns, 0);
	if (command->more) {
		text_putc(out, '\n');
		put_wrapped(out, command->more, columns, 0);
	}
	if (command->choices)
		text_puts(out, "\nOptions:\n");
	put_choices(out, command->choices, columns);
	text_printf(out, "\nExample:\n  %s\n\nExit status:\n", command->example);
	for (i = 0; i < ARRAY_SIZE(statuses); i++) {
		if (i == 1 && !command->wrong)
			continue;
		text_printf(out, "  %-5s", statuses[i].status);
		put_wrapped(out, meaning(command, i), columns, 7);
	}
	text_puts(out, "\nOptions of all commands: kmem-studio --help\n");
}

void help_program(const struct studio *st, const struct group *groups, struct text *out)
{
	int columns = columns_of(st);
	size_t i;

	text_puts(out, "kmem-studio: allocate, locate, fill, prove and measure kernel memory\n\n"
		       "usage: kmem-studio [OPTION ...] COMMAND [ARGUMENT ...]\n");
	for (; groups->title; groups++) {
		if (groups->commands[0])
			text_printf(out, "\n%s:\n", groups->title);
		for (i = 0; groups->commands[i]; i++) {
			text_printf(out, "  %-10s ", groups->commands[i]->name);
			put_wrapped(out, groups->commands[i]->about, columns, 13);
		}
	}
	text_puts(out, "\nOptions of all commands:\n");
	put_choices(out, global_choices, columns);
	text_puts(out, "\nNumbers may be hexadecimal, with 0x in front.\n");
	text_puts(out,
		  "\nkmem-studio COMMAND --help tells what may follow a command; kmem-studio(8) tells all.\n");
}

/* --- the manual page --- */

static void roff(struct text *out, const char *s)
{
	if (*s == '.' || *s == '\'')
		text_puts(out, "\\&");
	for (; *s; s++) {
		if (*s == '-')
			text_puts(out, "\\-");
		else if (*s == '\\')
			text_puts(out, "\\e");
		else
			text_putc(out, *s);
	}
}

/* A macro with all of @s as its text. */
static void roff_line(struct text *out, const char *macro, const char *s)
{
	text_printf(out, "%s", macro);
	roff(out, s);
	text_putc(out, '\n');
}

/* A sentence of its own: help has them without a capital letter and a dot. */
static void roff_sentence(struct text *out, const char *s)
{
	struct text t = {};
	size_t len;

	text_puts(&t, s);
	if (*t.s >= 'a' && *t.s <= 'z' && strncmp(t.s, "auto", 4))
		*t.s -= 'a' - 'A';
	len = strlen(s);
	if (len && s[len - 1] != '.')
		text_putc(&t, '.');
	roff_line(out, "", t.s);
	text_free(&t);
}

static void roff_choices(struct text *out, const struct choice *choices)
{
	struct text names = {};

	for (; choices && choices->name; choices++) {
		text_clear(&names);
		put_names(&names, choices);
		text_puts(out, ".TP\n");
		roff_line(out, ".B ", names.s);
		roff_sentence(out, choices->help);
	}
	text_free(&names);
}

static void roff_command(struct text *out, const struct command *command)
{
	struct text t = {};

	/* without a line's end, and without the program's name */
	synopsis(command, 10000, 0, &t);
	t.s[--t.len] = 0;
	text_puts(out, ".TP\n");
	roff_line(out, ".B ", t.s + strlen("kmem-studio "));
	text_free(&t);
	roff_sentence(out, command->about);
	if (command->more)
		roff_sentence(out, command->more);
	text_puts(out, ".RS\n");
	roff_choices(out, command->choices);
	text_puts(out, ".PP\nExample:\n");
	roff_line(out, ".B ", command->example);
	if (command->wrong) {
		text_puts(out, ".br\nExit status 1:\n");
		roff_line(out, "", command->wrong);
	}
	text_puts(out, ".RE\n");
}

void help_manual(const struct group *groups, struct text *out)
{
	size_t i;

	text_puts(out, ".SH COMMANDS\n");
	for (; groups->title; groups++) {
		roff_line(out, ".SS ", groups->title);
		for (i = 0; groups->commands[i]; i++)
			roff_command(out, groups->commands[i]);
	}
	text_puts(out, ".SH OPTIONS\nThey may stand anywhere in the line.\n");
	roff_choices(out, global_choices);
	text_puts(out, ".SH EXIT STATUS\n");
	for (i = 0; i < ARRAY_SIZE(statuses); i++) {
		text_puts(out, ".TP\n");
		roff_line(out, "", statuses[i].status);
		roff_sentence(out, statuses[i].meaning);
	}
}
