/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KST_HELP_H
#define KST_HELP_H

#include "studio.h"

/* One more than the largest group has: NULL ends it. */
#define MOST_IN_GROUP	10

/**
 * struct group - commands that belong together
 * @title:    what they are for
 * @commands: they, NULL behind the last
 */
struct group {
	const char		*title;
	const struct command	*commands[MOST_IN_GROUP];
};

void help_program(const struct studio *st, const struct group *groups, struct text *out);
void help_command(const struct studio *st, const struct command *command, struct text *out);
void help_manual(const struct group *groups, struct text *out);
void synopsis(const struct command *command, int columns, int indent, struct text *out);

#endif
