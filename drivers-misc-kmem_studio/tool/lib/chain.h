/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KST_CHAIN_H
#define KST_CHAIN_H

#include "arena.h"
#include "machine.h"
#include "table.h"

/* What is said of a page of rounding. */
#define NO_OBJECT	"no object lies on it: the block is larger than what was asked for"

/**
 * struct chain - one page of an arena by all its names
 * @name:    the arena; NULL for a frame that somebody asked for by an address
 * @index:   which page of it
 * @row:     its line of the table pages
 * @answer:  what the driver's file translate says of its frame, empty if nothing
 * @flags:   of /proc/kpageflags
 * @has_flags: were they to be had?
 * @user_virt: where a mapping of the device has it, 0 if it could not be mapped
 * @user_pfn: what /proc/self/pagemap says of that, 0 if nothing
 * @user_why: why one of these is 0
 * @verdict: do all that know the frame say the same, and which were not asked?
 * @rounding: does no object lie on it, as the block is larger than what was asked for?
 * @nr_pages: if there is no such page, how many there are, 0 where that is not known
 */
struct chain {
	const char	*name;
	u64		index;
	struct item	row;
	struct item	answer;
	u64		flags;
	bool		has_flags;
	u64		user_virt;
	u64		user_pfn;
	char		*user_why;
	char		*verdict;
	bool		rounding;
	u64		nr_pages;
};

int translate_ask(struct studio *st, const char *question, struct item *answer);
bool chain_read(struct studio *st, const char *name, u64 index, struct chain *chain);
void chain_save(const struct chain *chain, struct text *t);
void chain_free(struct chain *chain);
bool hides_addresses(const struct machine *m, const struct item *item);
bool says_differ(const char *verdict);
void names_table(struct table *table);
void names_of_answer(const struct item *answer, const struct item *expected,
		     struct table *table);
void names_of_chain(const struct chain *chain, struct table *table);

#endif
