// SPDX-License-Identifier: GPL-2.0
/*
 * Benches at run time: mkdir makes one, its files configure it, "run" runs it and tells when
 * it is done, rmdir ends a run and removes it.
 * Documentation/ABI/testing/configfs-kmem-studio-bench lists the files.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/array_size.h>
#include <linux/atomic.h>
#include <linux/configfs.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../log.h"
#include "bench_configfs.h"
#include "bench_debugfs.h"
#include "bench_item.h"

#define MAX_BENCHES	256

static atomic_t nr_benches;

static void bench_release(struct config_item *item)
{
	kfree(kmst_bench_of(item));
}

static struct configfs_item_operations bench_item_ops = {
	.release = bench_release,
};

/* Settings and figures, one table after the other. */
static struct configfs_attribute *bench_attrs[64];

static const struct config_item_type bench_type = {
	.ct_item_ops	= &bench_item_ops,
	.ct_attrs	= bench_attrs,
	.ct_owner	= THIS_MODULE,
};

/* Sleeps as long as its threads need to see that it is to end. */
static void finish_removal(struct work_struct *work)
{
	struct kmst_bench_item *bench = container_of(work, struct kmst_bench_item, removal);

	kmst_job_close(&bench->job);
	config_item_put(&bench->item);
}

static struct config_item *benches_make_item(struct config_group *group, const char *name)
{
	struct kmst_bench_item *bench;
	int err;

	err = kmst_log_name("benches", name);
	if (err)
		return ERR_PTR(err);
	if (!atomic_add_unless(&nr_benches, 1, MAX_BENCHES)) {
		pr_err("benches/%s is not made: there are %d already; remove one\n", name,
		       MAX_BENCHES);
		return ERR_PTR(-ENOSPC);
	}
	bench = kzalloc_obj(*bench);
	if (!bench) {
		atomic_dec(&nr_benches);
		return ERR_PTR(-ENOMEM);
	}
	kmst_job_init(&bench->job);
	INIT_WORK(&bench->removal, finish_removal);
	snprintf(bench->who, sizeof(bench->who), "benches/%s: ", name);
	kmst_bench_settings_init(bench);
	bench->debugfs = kmst_bench_debugfs_add(name, &bench->job);
	config_item_init_type_name(&bench->item, name, &bench_type);
	return &bench->item;
}

/* No file of the folder is being read or written now, nor will be. */
static void benches_drop_item(struct config_group *group, struct config_item *item)
{
	struct kmst_bench_item *bench = kmst_bench_of(item);

	kmst_job_end(&bench->job);
	kmst_bench_debugfs_remove(bench->debugfs);
	atomic_dec(&nr_benches);
	kmst_jobs_queue(&bench->removal);
}

static struct configfs_group_operations benches_group_ops = {
	.make_item	= benches_make_item,
	.drop_item	= benches_drop_item,
};

static const struct config_item_type benches_type = {
	.ct_group_ops	= &benches_group_ops,
	.ct_owner	= THIS_MODULE,
};

static struct config_group benches;

static void __init add_attrs(struct configfs_attribute **attrs)
{
	unsigned int at = 0;

	while (bench_attrs[at])
		at++;
	for (; *attrs && at < ARRAY_SIZE(bench_attrs) - 1; attrs++)
		bench_attrs[at++] = *attrs;
}

/**
 * kmst_benches_group() - Make the folder of all benches, as yet without any.
 *
 * Each folder of a bench holds a reference to the module. A run of one that was removed may
 * still be about to end: kmst_jobs_exit() waits for it.
 *
 * Context: process context, may sleep. Called once, after kmst_jobs_init().
 * Return: the folder.
 */
struct config_group *__init kmst_benches_group(void)
{
	add_attrs(kmst_bench_settings);
	add_attrs(kmst_bench_figures);
	config_group_init_type_name(&benches, "benches", &benches_type);
	return &benches;
}
