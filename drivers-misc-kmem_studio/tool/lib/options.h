/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KST_OPTIONS_H
#define KST_OPTIONS_H

#include "studio.h"

/* Keys of choices that have no short name begin here. */
#define LONG_ONLY	256

extern const struct choice global_choices[];

int next_option(const struct command *command, int argc, char **argv);
int bad_value(const struct command *command, int key, const char *value);
const char *closest(const char *word, const char *so_far, const char *candidate);

#endif
