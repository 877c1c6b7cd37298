/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KST_PICTURES_H
#define KST_PICTURES_H

#include "arena.h"
#include "canvas.h"

struct chain;
struct frames;
struct machine;
struct table;

/* Of the arenas on a map, from A on. */
#define LETTERS	26

/**
 * struct placed - an arena on the map
 * @arena:  its values
 * @spans:  where it lies
 * @letter: what its cells have in them
 * @bad:    frames in which a word was found wrong, in order
 * @nr_bad: how many
 */
struct placed {
	struct item	arena;
	struct spans	spans;
	char		letter;
	u64	*bad;
	size_t		nr_bad;
};

struct placed_list {
	struct placed	*placed;
	size_t		nr;
};

/**
 * struct series - points of a curve
 * @name: what they are of
 * @x:    orders
 * @y:    times in ns, above 0
 * @nr:   how many
 */
struct series {
	char		*name;
	double		*x;
	double		*y;
	size_t		nr;
};

void placed_read(struct studio *st, const struct machine *m, char **names, size_t nr,
		 struct placed_list *list);
void placed_free(struct placed_list *list);
void placed_mark(const struct placed_list *list, struct frames *frames);

void picture_ram(struct canvas *c, int columns, const struct machine *m,
		 const struct frames *frames, const struct placed_list *list);
void picture_zones(struct canvas *c, int columns, const struct machine *m);
void picture_arena(struct canvas *c, int columns, const struct machine *m,
		   const struct placed *placed);
void picture_split(struct canvas *c, int columns, u64 pages);
void picture_chain(struct canvas *c, int columns, const struct machine *m,
		   const struct chain *chain);
void picture_answer(struct canvas *c, int columns, const struct machine *m,
		    const char *question, const struct item *answer);
void picture_curves(struct canvas *c, int columns, const char *what,
		    const struct series *series, size_t nr);
int picture_histogram(struct canvas *c, int columns, const char *what,
		      const struct table *table, bool of_free);
void picture_blocks(struct canvas *c, int columns, const struct machine *m);

#endif
