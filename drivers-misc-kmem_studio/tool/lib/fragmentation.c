// SPDX-License-Identifier: GPL-2.0
/*
 * How fragmented free memory is: for each order the free blocks, and the unusable free space
 * index (Gorman): which part of free memory is of no use for an allocation of that order.
 */
#include <string.h>

#include "fragmentation.h"

static const struct column columns[] = {
	{ "node", "NODE", COLUMN_NUMBER },
	{ "zone", "ZONE", COLUMN_TEXT },
	{ "order", "ORDER", COLUMN_NUMBER },
	{ "free_blocks", "BLOCKS", COLUMN_NUMBER },
	{ "unusable_percent", "UNUSABLE %", COLUMN_PERCENT },
	{ "unusable_bar", "", COLUMN_BAR },
	{ "free_blocks_after", "AFTER", COLUMN_NUMBER },
	{ "unusable_percent_after", "UNUSABLE %", COLUMN_PERCENT },
	{ "unusable_after_bar", "", COLUMN_BAR },
};

#define COLUMNS_BEFORE	6

static void add_cells(struct table *table, const struct zone *zone, unsigned int order)
{
	double all = 0, usable = 0;
	char text[32];
	unsigned int i;

	for (i = 0; i < zone->nr_orders; i++) {
		double pages = (double)zone->blocks[i] * (1ULL << i);

		all += pages;
		if (i >= order)
			usable += pages;
	}
	table_u64(table, zone->blocks[order]);
	snprintf(text, sizeof(text), "%.1f", all > 0 ? (all - usable) / all * 100 : 0);
	table_cell(table, text);
}

/* @after: NULL for a look at one moment */
void fragmentation_table(struct table *table, const struct machine *before,
			 const struct machine *after)
{
	unsigned int order;
	size_t i;

	table_init(table, columns, after ? ARRAY_SIZE(columns) : COLUMNS_BEFORE);
	for (i = 0; i < before->nr_zones; i++) {
		const struct zone *zone = &before->zone[i];
		const struct zone *then = after && i < after->nr_zones ? &after->zone[i] : NULL;

		for (order = 0; order < zone->nr_orders; order++) {
			char node[24];

			snprintf(node, sizeof(node), "%lld", zone->node);
			table_cell(table, node);
			table_cell(table, zone->name);
			table_u64(table, order);
			add_cells(table, zone, order);
			if (then && order < then->nr_orders)
				add_cells(table, then, order);
			table_end_row(table);
		}
	}
}
