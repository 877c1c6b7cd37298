/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KST_STUDIO_H
#define KST_STUDIO_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "text.h"

/* What the program returns. */
enum status {
	STATUS_OK	= 0,	/* done, and nothing wrong was found */
	STATUS_WRONG	= 1,	/* memory was found wrong, or not all was verified */
	STATUS_USAGE	= 2,	/* the command line is not understood */
	STATUS_MISSING	= 3,	/* a part of the system is not there, or not for this user */
	STATUS_REFUSED	= 4,	/* nothing has that name, or the kernel or a file refused */
};

struct archive;
struct studio;

enum format {
	FORMAT_TEXT,
	FORMAT_JSON,
	FORMAT_CSV,
};

enum ask {
	ASK_NOTHING,
	ASK_HELP,
	ASK_VERSION,
};

/**
 * struct cleanup - something to undo at the end
 * @undo: does it
 * @what: its argument, freed afterwards
 */
struct cleanup {
	void	(*undo)(struct studio *st, const char *what);
	char	*what;
};

/**
 * struct studio - one run of the program
 * @root:     where the files of the system are: "" is the running one, else a saved copy
 * @archive:  the saved copy where that is one file, else NULL
 * @format:   how results are printed
 * @width:    columns that a line may have
 * @colour:   may the terminal be told colours?
 * @utf8:     may it be told more than ASCII?
 * @verbose:  show the kernel's own lines, too
 * @ask:      what is asked for instead of a command's work
 * @cleanups: what to undo, the last first
 * @nr_cleanups: how many
 * @driver_lock: who changes something shares it with others, -1 for nothing
 */
struct studio {
	const char	*root;
	const struct archive	*archive;
	enum format	format;
	int		width;
	bool		colour;
	bool		utf8;
	bool		verbose;
	enum ask	ask;
	struct cleanup	*cleanups;
	size_t		nr_cleanups;
	int		driver_lock;
};

/**
 * struct choice - an option of a command
 * @name:  its long name
 * @value: what follows it, NULL for nothing
 * @key:   what next_option() returns for it; a letter is its short name, too
 * @help:  what it does, with its unit and its default
 */
struct choice {
	const char	*name;
	const char	*value;
	int		key;
	const char	*help;
};

/**
 * struct command - a word of the command line, with all that its help and the manual say
 * @name:    the word
 * @args:    what may follow it, but for options that may be left out
 * @about:   what it does, in a line
 * @more:    what else there is to know, or NULL
 * @choices: its options, NULL for none
 * @wrong:   what its exit status 1 says, NULL if it has none
 * @example: a command line
 * @run:     does it; @argv[0] is the word. Return: an enum status
 */
struct command {
	const char		*name;
	const char		*args;
	const char		*about;
	const char		*more;
	const struct choice	*choices;
	const char		*wrong;
	const char		*example;
	int			(*run)(struct studio *st, int argc, char **argv);
};

static inline bool is_saved(const struct studio *st)
{
	return *st->root;
}

/* Was it tried? Then what came of it is printed, also where some of it was refused. */
static inline bool has_results(int status)
{
	return status != STATUS_USAGE && status != STATUS_MISSING;
}

void say(const char *fmt, ...) PRINTF(1, 2);
int worse(int a, int b);
int fail(int status, const char *fmt, ...) PRINTF(2, 3);
int usage(const struct command *command, const char *fmt, ...) PRINTF(2, 3);

bool terminal_is_dumb(void);

void own_name(char *name, size_t size);
bool is_own_name(const char *name);

void catch_signals(void);
bool interrupted(void);
void undo_later(struct studio *st, void (*undo)(struct studio *st, const char *what),
		const char *what);
void undo_never(struct studio *st, const char *what);
void undo_all(struct studio *st);
void pause_ms(unsigned int ms);

#endif
