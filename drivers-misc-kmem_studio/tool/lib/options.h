/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KST_OPTIONS_H
#define KST_OPTIONS_H

#include "studio.h"

/* Keys of choices that have no short name begin here. */
#define LONG_ONLY	256

/* What several commands take in the same way. */
#define HELP_NODE	"NUMA node to take the memory from (default: -1, any)"
#define HELP_GFP	"how the memory may be got: KERNEL, ATOMIC, NOWAIT or HIGHUSER_MOVABLE, and |ZERO, |NORETRY and others behind it (default: KERNEL)"
#define HELP_SEED	"what the pattern random derives from, 0 to 2^64 - 1 (default: 0)"

/* Is it a NUMA node, or -1 for any? */
static inline bool is_node(const char *s)
{
	s64 node;

	return parse_i64(s, &node) && node >= -1 && node <= INT32_MAX;
}

extern const struct choice global_choices[];

int next_option(const struct command *command, int argc, char **argv);
int bad_value(const struct command *command, int key, const char *value);
extern const struct choice picture_choices[];
int picture_options(const struct command *command, const struct studio *st, int argc,
		    char **argv, const char **svg, const char **png);
int refuse_mixed(const struct command *command, const struct studio *st, const char *svg,
		 const char *png);
const char *closest(const char *word, const char *so_far, const char *candidate);

#endif
