/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KST_ARENA_H
#define KST_ARENA_H

#include "files.h"
#include "json.h"

#define ARENAS_CONFIG	STUDIO_CONFIG "/arenas"
#define ARENAS_DEBUG	STUDIO_DEBUG "/arenas"
#define LAB		"lab"

/**
 * struct attr - a file of a folder
 * @name:  its name
 * @value: what is in it; a table of several lines keeps them
 */
struct attr {
	char	*name;
	char	*value;
};

/**
 * struct item - an arena, a bench or a pressure: a folder of values
 * @name:  the folder
 * @attr:  its files
 * @nr:    how many
 */
struct item {
	char		*name;
	struct attr	*attr;
	size_t		nr;
};

/**
 * struct span - a run of pages that are neighbours, a line of the table spans
 * @index: which page of the arena is its first
 * @pfn:   its frame
 * @pages: how many
 * @node:  NUMA node
 * @zone:  name of the zone
 * @kind:  where the kernel sees it
 * @virt:  its address there, hashed or not
 */
struct span {
	u64		index;
	u64		pfn;
	u64		pages;
	s64		node;
	char		zone[16];
	char		kind[16];
	char		virt[24];
};

/**
 * struct spans - where an arena lies
 * @span:  its runs, by the index of their first pages
 * @nr:    how many
 * @pages: of all of them
 */
struct spans {
	struct span	*span;
	size_t		nr;
	u64		pages;
};

int item_read(struct studio *st, const char *folder, const char *name, struct item *item);
int item_names(struct studio *st, const char *folder, struct names *names);
void item_free(struct item *item);
const char *item_value(const struct item *item, const char *name);
bool item_u64(const struct item *item, const char *name, u64 *value);
u64 item_number(const struct item *item, const char *name);
void item_json(const struct item *item, const char *key, struct json *j);

int arena_read(struct studio *st, const char *name, struct item *arena);
int arena_names(struct studio *st, struct names *names);
int arena_spans(struct studio *st, const char *name, struct spans *spans);
bool arena_page_row(struct studio *st, const char *name, u64 index, struct item *row,
		    u64 *nr);
bool arena_is_live(const struct item *arena);
void spans_free(struct spans *spans);
char *arena_path(const char *name, const char *file);
int arena_set(struct studio *st, const char *name, const char *file, const char *value);
bool name_is_allowed(const char *name);

#endif
