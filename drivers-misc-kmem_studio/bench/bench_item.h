/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 7: the folder of a bench. Its files are in two tables: what a run goes by, and what
 * it measured.
 */
#ifndef KMEM_STUDIO_BENCH_ITEM_H
#define KMEM_STUDIO_BENCH_ITEM_H

#include <linux/configfs.h>
#include <linux/workqueue.h>

#include "../arena.h"
#include "../setting.h"
#include "job.h"

struct dentry;

/**
 * struct kmst_bench_item - the folder of a bench
 * @item:    the folder
 * @settings: what its settings have in common
 * @job:     the bench
 * @debugfs: its folder of tables
 * @removal: waits for the end of a run, and frees all of this
 * @who:     what its lines of the log begin with
 */
struct kmst_bench_item {
	struct config_item	item;
	struct kmst_settings	settings;
	struct kmst_job		job;
	struct dentry		*debugfs;
	struct work_struct	removal;
	char			who[sizeof("benches/: ") + KMST_ARENA_NAME_LEN];
};

/**
 * kmst_bench_of() - The bench of an item.
 * @item: the item
 *
 * Context: any.
 * Return: the bench.
 */
static inline struct kmst_bench_item *kmst_bench_of(struct config_item *item)
{
	return container_of(item, struct kmst_bench_item, item);
}

/* A table each, which ends with NULL. */
extern struct configfs_attribute *kmst_bench_settings[];
extern struct configfs_attribute *kmst_bench_figures[];

void kmst_bench_settings_init(struct kmst_bench_item *bench);

#endif /* KMEM_STUDIO_BENCH_ITEM_H */
