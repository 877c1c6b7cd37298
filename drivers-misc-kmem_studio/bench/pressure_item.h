/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 7: the folder of a pressure.
 */
#ifndef KMEM_STUDIO_BENCH_PRESSURE_ITEM_H
#define KMEM_STUDIO_BENCH_PRESSURE_ITEM_H

#include <linux/configfs.h>
#include <linux/workqueue.h>

#include "../arena.h"
#include "../setting.h"
#include "pressure.h"

struct task_struct;

/**
 * struct kmst_pressure_item - the folder of a pressure
 * @item:     the folder
 * @settings: what its settings have in common
 * @pressure: the pressure
 * @started:  it has been live
 * @taker:    who takes memory, and makes its call again until that is done; under the
 *            lock of @pressure
 * @look:     whether that one is still there
 * @who:      what its lines of the log begin with
 */
struct kmst_pressure_item {
	struct config_item	item;
	struct kmst_settings	settings;
	struct kmst_pressure	pressure;
	bool			started;
	struct task_struct	*taker;
	struct delayed_work	look;
	char			who[sizeof("pressures/: ") + KMST_ARENA_NAME_LEN];
};

/**
 * kmst_pressure_of() - The pressure of an item.
 * @item: the item
 *
 * Context: any.
 * Return: the pressure.
 */
static inline struct kmst_pressure_item *kmst_pressure_of(struct config_item *item)
{
	return container_of(item, struct kmst_pressure_item, item);
}

extern struct configfs_attribute kmst_pressure_attr_kind;
extern struct configfs_attribute kmst_pressure_attr_order;
extern struct configfs_attribute kmst_pressure_attr_node;
extern struct configfs_attribute kmst_pressure_attr_max_percent;
extern struct configfs_attribute kmst_pressure_attr_min_free_bytes;
extern struct configfs_attribute kmst_pressure_attr_leave_bytes;
extern struct configfs_attribute kmst_pressure_attr_every;
extern struct configfs_attribute kmst_pressure_attr_movable;

void kmst_pressure_settings_init(struct kmst_pressure_item *own);

#endif /* KMEM_STUDIO_BENCH_PRESSURE_ITEM_H */
