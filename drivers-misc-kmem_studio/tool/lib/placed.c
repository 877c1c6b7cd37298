// SPDX-License-Identifier: GPL-2.0
/*
 * Arenas on the map: which frames are whose, and which of them have a wrong word.
 */
#include <stdlib.h>
#include <string.h>

#include "klog.h"
#include "frames.h"
#include "pictures.h"

/* How often all RAM may be an arena's. */
#define MOST_TURNS	16

/* For each of so many the whole log is read. */
#define MOST_CORRUPT	64

static int compare_frames(const void *a, const void *b)
{
	const u64 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static bool is_corrupt(const struct placed *placed)
{
	const char *state = item_value(&placed->arena, "state");

	return state && !strcmp(state, "corrupt");
}

static void read_bad(struct studio *st, const struct machine *m, struct placed *placed)
{
	char *report, *cursor, *line;
	u64 page, word, phys;

	report = klog_last_report(st, placed->arena.name);
	for (cursor = report; (line = next_line(&cursor));) {
		if (!klog_bad_word(line, placed->arena.name, &page, &word, &phys))
			continue;
		placed->bad = grow(placed->bad, placed->nr_bad, sizeof(*placed->bad));
		placed->bad[placed->nr_bad++] = phys / m->page_size;
	}
	free(report);
	if (placed->nr_bad)
		qsort(placed->bad, placed->nr_bad, sizeof(*placed->bad), compare_frames);
}

/* Those named, or all that are live. */
void placed_read(struct studio *st, const struct machine *m, char **names, size_t nr,
		 struct placed_list *list)
{
	struct names all = {};
	size_t i, corrupt = 0;

	*list = (struct placed_list){};
	if (!nr) {
		arena_names(st, &all);
		names = all.name;
		nr = all.nr;
	}
	for (i = 0; i < nr; i++) {
		struct placed placed = {};

		if (arena_read(st, names[i], &placed.arena))
			continue;
		arena_spans(st, names[i], &placed.spans);
		if (!placed.spans.nr) {
			item_free(&placed.arena);
			continue;
		}
		placed.letter = 'A' + list->nr % LETTERS;
		if (is_corrupt(&placed) && corrupt++ < MOST_CORRUPT)
			read_bad(st, m, &placed);
		list->placed = grow(list->placed, list->nr, sizeof(*list->placed));
		list->placed[list->nr++] = placed;
	}
	names_free(&all);
	if (corrupt > MOST_CORRUPT)
		say("wrong words are marked in %d of %zu corrupt arenas", MOST_CORRUPT, corrupt);
}

void placed_free(struct placed_list *list)
{
	size_t i;

	for (i = 0; i < list->nr; i++) {
		item_free(&list->placed[i].arena);
		spans_free(&list->placed[i].spans);
		free(list->placed[i].bad);
	}
	free(list->placed);
	*list = (struct placed_list){};
}

/* Pages of slabs are of several arenas, but spans of a copy that somebody made up have no end. */
void placed_mark(const struct placed_list *list, struct frames *frames)
{
	u64 most = machine_ram_pages(frames->m) * MOST_TURNS, marked = 0;
	size_t i, k;

	for (i = 0; i < list->nr; i++) {
		const struct placed *placed = &list->placed[i];

		for (k = 0; k < placed->spans.nr && marked < most; k++)
			marked += frames_mark(frames, placed->spans.span[k].pfn,
					      placed->spans.span[k].pages, FRAME_OURS + i % 26);
	}
	if (marked >= most && most)
		say("spans of arenas lie on each other: not all are in the picture");
	for (i = 0; i < list->nr; i++) {
		for (k = 0; k < list->placed[i].nr_bad; k++)
			frames_mark(frames, list->placed[i].bad[k], 1, FRAME_BAD);
	}
}
