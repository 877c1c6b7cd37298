// SPDX-License-Identifier: GPL-2.0
/*
 * Arenas at run time: mkdir makes one, its files configure (configfs_attrs.c), start and
 * stop it (configfs_commands.c), rmdir verifies and frees it.
 *
 * Lock order: configfs holds off rmdir while a file is read or written. Then the lock of
 * kmst_folder.turn, then the lock of the session's figures. What a session does for long, it
 * does for work items, with none of these held.
 *
 * rmdir runs under locks that all users of configfs share, so it only hides the arena and
 * tells its thread to end. A work item of @removals waits for the thread, and the driver's
 * exit waits for @removals.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/configfs.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/numa.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "bench/bench_configfs.h"
#include "bench/pressure_configfs.h"
#include "configfs.h"
#include "configfs_attrs.h"
#include "configfs_commands.h"
#include "debugfs.h"
#include "log.h"
#include "pattern.h"

#define MAX_ARENAS		1024
#define DEFAULT_NR_STRUCTS	2000

/* Taken: the arena of the module's parameters. */
#define LAB_NAME		"lab"

/* Waits for the threads of removed arenas. */
static struct workqueue_struct *removals;
static atomic_t nr_removals;
static DECLARE_WAIT_QUEUE_HEAD(removed);

/**
 * struct arenas - the folder of all arenas
 * @group:       the folder
 * @nr:          arenas in it
 */
struct arenas {
	struct config_group	group;
	atomic_t		nr;
};

static struct arenas *arenas_of(struct config_group *group)
{
	return container_of(group, struct arenas, group);
}

/* --- what the session tells --- */

static void arena_filled(struct kmst_session *session,
			 const struct kmst_arena *kmst_arena)
{
	struct kmst_folder *arena = container_of(session, struct kmst_folder, session);

	arena->logged = 0;
	kmst_log_source(arena->who, kmst_arena);
}

static void arena_lost(struct kmst_session *session, unsigned long nr_pages)
{
	kmst_log_lost(container_of(session, struct kmst_folder, session)->who, nr_pages);
}

/* A scrub logs only what is new; other verifications have somebody who asked. */
static void arena_verified(struct kmst_session *session,
			   const struct kmst_arena *kmst_arena,
			   const struct kmst_report *report, bool scrub, int err)
{
	struct kmst_folder *arena = container_of(session, struct kmst_folder, session);
	u64 found = report->mismatches + report->bad_translations + report->poisoned;

	if (!err)
		arena->logged = 0;
	if (err != -EILSEQ)
		return;
	if (scrub && (found == arena->logged || !__ratelimit(&arena->scrubs_logged)))
		return;
	arena->logged = found;
	kmst_log_report(arena->who, report);
}

static const struct kmst_session_ops arena_ops = {
	.filled		= arena_filled,
	.verified	= arena_verified,
	.lost		= arena_lost,
};

/* --- folders --- */

static void arena_release(struct config_item *item)
{
	struct kmst_folder *arena = kmst_folder_of(item);

	ratelimit_state_exit(&arena->scrubs_logged);
	kfree(arena);
}

static struct configfs_item_operations arena_item_ops = {
	.release = arena_release,
};

static const struct config_item_type arena_type = {
	.ct_item_ops	= &arena_item_ops,
	.ct_attrs	= kmst_folder_attrs,
	.ct_owner	= THIS_MODULE,
};

static int check_name(const char *name)
{
	int err;

	err = kmst_log_name("arenas", name);
	if (err || strcmp(name, LAB_NAME))
		return err;
	pr_err("arenas/%s is not made: the arena of the module's parameters is called so\n",
	       name);
	return -EEXIST;
}

/* Sleeps as long as the thread needs to verify and to free. */
static void finish_removal(struct work_struct *work)
{
	struct kmst_folder *arena = container_of(work, struct kmst_folder, removal);

	kmst_session_close(&arena->session);
	kmst_folder_join(arena);
	config_item_put(&arena->item);
	if (atomic_dec_and_test(&nr_removals))
		wake_up_all(&removed);
}

static struct kmst_folder *new_arena(const char *name)
{
	struct kmst_folder *arena = kzalloc_obj(*arena);

	if (!arena)
		return NULL;
	kmst_folder_commands(arena);
	kmst_folder_settings(arena);
	INIT_WORK(&arena->removal, finish_removal);
	arena->config = (struct kmst_session_config){
		.arena = {
			.allocator	= kmst_allocator_at(0),
			.pattern	= kmst_pattern_at(0),
			.nr_structs	= DEFAULT_NR_STRUCTS,
			.gfp		= GFP_KERNEL,
			.nid		= NUMA_NO_NODE,
		},
		.max_mismatches = KMST_REPORT_BAD_WORDS,
		.give_way	= true,
	};
	ratelimit_state_init(&arena->scrubs_logged, DEFAULT_RATELIMIT_INTERVAL,
			     DEFAULT_RATELIMIT_BURST);
	ratelimit_set_flags(&arena->scrubs_logged, RATELIMIT_MSG_ON_RELEASE);
	strscpy(arena->config.arena.name, name);
	snprintf(arena->who, sizeof(arena->who), "arenas/%s: ", name);
	snprintf(arena->thread, sizeof(arena->thread), "kmst/%s", name);
	kmst_session_init(&arena->session, &arena_ops, arena->thread);
	/* no arena is live yet: this cannot fail */
	kmst_session_open(&arena->session);
	return arena;
}

static struct config_item *arenas_make_item(struct config_group *group,
					    const char *name)
{
	struct arenas *arenas = arenas_of(group);
	struct kmst_folder *arena;
	int err;

	err = check_name(name);
	if (err)
		return ERR_PTR(err);
	if (!atomic_add_unless(&arenas->nr, 1, MAX_ARENAS)) {
		pr_err("arenas/%s is not made: there are %d already; remove one\n", name,
		       MAX_ARENAS);
		return ERR_PTR(-ENOSPC);
	}
	arena = new_arena(name);
	if (!arena) {
		atomic_dec(&arenas->nr);
		return ERR_PTR(-ENOMEM);
	}
	arena->debugfs = kmst_debugfs_add(name, &arena->session);
	config_item_init_type_name(&arena->item, name, &arena_type);
	return &arena->item;
}

/* configfs has seen to it that none of the folder's files is in use, nor will be. */
static void arenas_drop_item(struct config_group *group, struct config_item *item)
{
	struct kmst_folder *arena = kmst_folder_of(item);

	kmst_session_end(&arena->session);
	kmst_debugfs_remove(arena->debugfs);
	atomic_dec(&arenas_of(group)->nr);
	atomic_inc(&nr_removals);
	queue_work(removals, &arena->removal);
}

static struct configfs_group_operations arenas_group_ops = {
	.make_item	= arenas_make_item,
	.drop_item	= arenas_drop_item,
};

static const struct config_item_type arenas_type = {
	.ct_group_ops	= &arenas_group_ops,
	.ct_owner	= THIS_MODULE,
};

static ssize_t studio_allocators_show(struct config_item *item, char *page)
{
	const struct kmst_allocator *allocator;
	unsigned int i;
	int len = 0;

	for (i = 0; (allocator = kmst_allocator_at(i)); i++)
		len += sysfs_emit_at(page, len, "%s\t%s\n", allocator->name,
				     allocator->description);
	return len;
}
CONFIGFS_ATTR_RO(studio_, allocators);

static ssize_t studio_patterns_show(struct config_item *item, char *page)
{
	const struct kmst_pattern *pattern;
	unsigned int i;
	int len = 0;

	for (i = 0; (pattern = kmst_pattern_at(i)); i++)
		len += sysfs_emit_at(page, len, "%s\t%s\n", pattern->name,
				     pattern->description);
	return len;
}
CONFIGFS_ATTR_RO(studio_, patterns);

static struct configfs_attribute *studio_attrs[] = {
	&studio_attr_allocators,
	&studio_attr_patterns,
	NULL,
};

static const struct config_item_type studio_type = {
	.ct_attrs	= studio_attrs,
	.ct_owner	= THIS_MODULE,
};

static struct configfs_subsystem studio = {
	.su_group = {
		.cg_item = {
			.ci_namebuf	= "kmem_studio",
			.ci_type	= &studio_type,
		},
	},
};

static struct arenas arenas;

/**
 * kmst_configfs_init() - Show the folder kmem_studio in configfs.
 *
 * Context: process context, may sleep.
 * Return: 0, -ENOMEM, or as configfs_register_subsystem().
 */
int __init kmst_configfs_init(void)
{
	int err;

	err = kmst_commands_init();
	if (err)
		return err;
	removals = alloc_workqueue("kmem_studio", WQ_UNBOUND, 0);
	if (!removals) {
		err = -ENOMEM;
		goto out_commands_exit;
	}
	config_group_init(&studio.su_group);
	mutex_init(&studio.su_mutex);
	config_group_init_type_name(&arenas.group, "arenas", &arenas_type);
	configfs_add_default_group(&arenas.group, &studio.su_group);
	configfs_add_default_group(kmst_benches_group(), &studio.su_group);
	configfs_add_default_group(kmst_pressures_group(), &studio.su_group);
	err = configfs_register_subsystem(&studio);
	if (err)
		goto out_destroy_removals;
	return 0;

out_destroy_removals:
	destroy_workqueue(removals);
out_commands_exit:
	kmst_commands_exit();
	return err;
}

/**
 * kmst_configfs_exit() - Take the folder away.
 *
 * Each folder of an arena holds a reference to the module: there are none left. Those that
 * were removed may still be verified.
 *
 * Context: process context, sleeps for these verifications.
 */
void kmst_configfs_exit(void)
{
	/* idle, freezable: however long they take, no hang and not in a suspend's way */
	wait_event_state(removed, !atomic_read(&nr_removals), (TASK_IDLE | TASK_FREEZABLE));
	destroy_workqueue(removals);
	kmst_commands_exit();
	configfs_unregister_subsystem(&studio);
}
