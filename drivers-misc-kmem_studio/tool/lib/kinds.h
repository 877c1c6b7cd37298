/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KST_KINDS_H
#define KST_KINDS_H

#include "arena.h"

/**
 * struct kind - a folder of configfs in which mkdir makes things
 * @word:   what one of them is called
 * @many:   what several are called
 * @folder: where they are
 * @start:  the file that takes 1 to start one
 * @stop:   the file that takes 0 to stop one; NULL where it ends by itself
 */
struct kind {
	const char	*word;
	const char	*many;
	const char	*folder;
	const char	*start;
	const char	*stop;
};

extern const struct kind kinds[];
extern const size_t nr_kinds;

#define ARENA		(&kinds[0])
#define BENCH		(&kinds[1])
#define PRESSURE	(&kinds[2])

bool has_item(struct studio *st, const char *name, const struct kind **kind,
	      const char **bare);
int find_item(struct studio *st, const char *name, const struct kind **kind,
	      const char **bare);
int find_arena(struct studio *st, const char *name, const char **bare);
int need_live(struct studio *st, const char *name);
int no_such_index(const char *name, const char *what, u64 index, u64 nr);
const char *kind_file(const struct kind *kind, const char *file);
const char *kind_state(const struct kind *kind, const struct item *item);
bool kind_is_there(struct studio *st, const struct kind *kind);
int kind_names(struct studio *st, const struct kind *kind, struct names *names);
int kind_need(struct studio *st, const struct kind *kind, unsigned int needs);
int item_make(struct studio *st, const struct kind *kind, const char *name);
int item_make_free(struct studio *st, const struct kind *kind, const char *name, char *made,
		   size_t size);
int item_set(struct studio *st, const struct kind *kind, const char *name, const char *file,
	     const char *value);
int item_remove(struct studio *st, const struct kind *kind, const char *name);
void item_undo_later(struct studio *st, const struct kind *kind, const char *name);
void item_keep(struct studio *st, const struct kind *kind, const char *name);

#endif
