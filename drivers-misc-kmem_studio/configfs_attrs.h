/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 7: the folder of an arena in configfs, and its files.
 */
#ifndef KMEM_STUDIO_CONFIGFS_ATTRS_H
#define KMEM_STUDIO_CONFIGFS_ATTRS_H

#include <linux/configfs.h>
#include <linux/ratelimit_types.h>
#include <linux/workqueue.h>

#include "session.h"
#include "setting.h"
#include "turn.h"

struct dentry;

/**
 * struct kmst_folder - the folder of one arena
 * @item:    the folder
 * @settings: what its settings have in common
 * @turn:    its commands; the lock is that of @config, too, which does not change while
 *           one starts the arena, or while that is live
 * @commands: does them
 * @look:    sees whether their writers still wait
 * @config:  what the next start goes by; single values are read without the lock
 * @session: the arena itself and its thread
 * @logged:  what was found wrong the last time that the log told of it; the words of
 *           the session
 * @scrubs_logged: keeps scrubs that find something else each time from flooding the log
 * @debugfs: its folder of tables
 * @removal: waits for the end of the session, and frees all of this
 * @who:     what its lines of the log begin with
 * @thread:  what its thread is called
 */
struct kmst_folder {
	struct config_item		item;
	struct kmst_settings		settings;
	struct kmst_turn		turn;
	struct work_struct		commands;
	struct delayed_work		look;
	struct kmst_session_config	config;
	struct kmst_session		session;
	u64				logged;
	struct ratelimit_state		scrubs_logged;
	struct dentry			*debugfs;
	struct work_struct		removal;
	char				who[sizeof("arenas/: ") + KMST_ARENA_NAME_LEN];
	char				thread[sizeof("kmst/") + KMST_ARENA_NAME_LEN];
};

/* All files, NULL-terminated. */
extern struct configfs_attribute *kmst_folder_attrs[];

void kmst_folder_settings(struct kmst_folder *arena);

/**
 * kmst_folder_of() - The folder of an item.
 * @item: the item
 *
 * Context: any.
 * Return: the folder.
 */
static inline struct kmst_folder *kmst_folder_of(struct config_item *item)
{
	return container_of(item, struct kmst_folder, item);
}

#endif /* KMEM_STUDIO_CONFIGFS_ATTRS_H */
