// SPDX-License-Identifier: GPL-2.0
/*
 * The picture of free memory: how much of it lies in blocks of each order.
 */
#include <math.h>

#include "machine.h"
#include "pictures.h"

/* More than any machine has, less than what a u64 holds. */
#define MOST_BYTES	1e18

/* Free memory by the order of its blocks: how fragmented it is. */
void picture_blocks(struct canvas *c, int columns, const struct machine *m)
{
	size_t i;

	canvas_init(c, columns,
		    "Free memory by the size of its blocks: what lies in blocks of each order");
	for (i = 0; i < m->nr_zones; i++) {
		const struct zone *zone = &m->zone[i];
		double most = 1, room = columns - 32 > 8 ? columns - 32 : 8;
		unsigned int order;
		struct text size = {};
		int y = c->rows;

		if (!zone->nr_orders)
			continue;
		canvas_heading(c, 0, y++, "node %lld, zone %s", zone->node, zone->name);
		for (order = 0; order < zone->nr_orders; order++) {
			double pages = (double)zone->blocks[order] * (1ULL << order);

			most = pages > most ? pages : most;
		}
		for (order = 0; order < zone->nr_orders; order++, y++) {
			double pages = (double)zone->blocks[order] * (1ULL << order);

			text_clear(&size);
			text_bytes(&size, fmin(pages * m->page_size, MOST_BYTES));
			canvas_text(c, 0, y, ANCHOR_LEFT, INK_TEXT, "order %-2u %6llu x", order,
				    zone->blocks[order]);
			canvas_text(c, 27, y, ANCHOR_RIGHT, INK_TEXT, "%s", size.s);
			if (pages > 0)
				canvas_bar(c, 29, y, pages / most * room, INK_CACHE);
		}
		text_free(&size);
	}
}
