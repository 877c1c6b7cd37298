/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KST_TRIAL_H
#define KST_TRIAL_H

#include "arena.h"

/**
 * struct trial - one arena from its start to its end
 * @allocator: which one gives the memory
 * @nr_structs: how many objects
 * @pattern:   what the words hold, NULL for the driver's default; so are the next six
 * @node:      where it is to come from
 * @gfp:       how it may be got
 * @seed:      what the pattern random derives from
 * @max_mismatches: how many wrong words a verification logs
 * @give_way:  is it given back when memory runs out?
 * @scrub_ms:  time between two verifications by itself, NULL for none
 * @name:      what the arena is called, NULL for a name of its own
 * @first:     what its own name is, or begins with if there is one of that; NULL for tool-PID
 * @own:       its own name
 * @cma_only:  take no other memory than that set aside for DMA
 * @quiet:     say nothing of a refusal
 * @live:      its values while it was live
 * @after:     its values when it had been stopped
 * @spans:     where it lay, empty without debugfs
 * @err:       0, or why it did not start, or what its end found
 * @made:      is there an arena that this trial made?
 * @started:   was it live?
 * @why:       the driver's line about a refusal
 */
struct trial {
	const char	*allocator;
	const char	*nr_structs;
	const char	*pattern;
	const char	*node;
	const char	*gfp;
	const char	*seed;
	const char	*max_mismatches;
	const char	*give_way;
	const char	*scrub_ms;
	const char	*name;
	const char	*first;
	char		own[32];
	bool		cma_only;
	bool		quiet;
	struct item	live;
	struct item	after;
	struct spans	spans;
	int		err;
	bool		made;
	bool		started;
	char		*why;
};

int trial_configure(struct studio *st, const struct trial *trial);
int trial_start(struct studio *st, struct trial *trial);
void trial_remove(struct studio *st, struct trial *trial);
int trial_end(struct studio *st, struct trial *trial);
void trial_free(struct trial *trial);
const struct item *trial_values(const struct trial *trial);
u64 spans_runs(const struct spans *spans, u64 *largest);

#endif
