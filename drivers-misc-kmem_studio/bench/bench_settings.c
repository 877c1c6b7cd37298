// SPDX-License-Identifier: GPL-2.0
/*
 * What a bench is told to do: one value a file.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/capability.h>
#include <linux/cleanup.h>
#include <linux/configfs.h>
#include <linux/container_of.h>
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>
#include <linux/lockdep.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/printk.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/stringify.h>
#include <linux/sysfs.h>

#include "../allocator.h"
#include "../lab.h"
#include "../log.h"
#include "../names.h"
#include "bench_item.h"
#include "bench_text.h"
#include "order.h"

/* More than there are addresses for is no size. */
#define MAX_BYTES	((u64)SIZE_MAX / 2)

static ssize_t refuse(struct kmst_bench_item *bench, const char *name, const char *page,
		      const char *takes)
{
	return kmst_log_value(bench->who, name, page, takes);
}

static const char *why_busy(struct kmst_settings *settings)
{
	struct kmst_bench_item *bench = container_of(settings, struct kmst_bench_item, settings);

	lockdep_assert_held(&bench->job.turn.lock);

	if (bench->job.turn.state == KMST_TURN_RUNNING)
		return "the bench runs; wait until it is done";
	return NULL;
}

static void run_ended(struct kmst_job *job, const struct kmst_bench_end *end, int err)
{
	struct kmst_bench_item *bench = container_of(job, struct kmst_bench_item, job);

	kmst_bench_log_end(bench->who, &job->ran, end, err);
}

/**
 * kmst_bench_settings_init() - Let a bench be configured.
 * @bench: its folder
 *
 * Context: any.
 */
void kmst_bench_settings_init(struct kmst_bench_item *bench)
{
	bench->settings = (struct kmst_settings){
		.who	= bench->who,
		.lock	= &bench->job.turn.lock,
		.busy	= why_busy,
	};
	bench->job.ended = run_ended;
}

static ssize_t bench_allocator_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%s\n", READ_ONCE(kmst_bench_of(item)->job.config.allocator)->name);
}

static ssize_t bench_allocator_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_bench_item *bench = kmst_bench_of(item);

	return kmst_set_allocator(&bench->settings, &bench->job.config.allocator, page, len);
}
CONFIGFS_ATTR(bench_, allocator);

static ssize_t bench_pattern_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%s\n", READ_ONCE(kmst_bench_of(item)->job.config.order)->name);
}

static ssize_t bench_pattern_store(struct config_item *item, const char *page, size_t len)
{
	const struct kmst_order *order = kmst_order_find(page);
	struct kmst_bench_item *bench = kmst_bench_of(item);
	int err;

	if (!order)
		return refuse(bench, "pattern", page, "hot, fifo, lifo, random or cross");

	err = kmst_settings_lock(&bench->settings, "pattern");
	if (err)
		return err;
	WRITE_ONCE(bench->job.config.order, order);
	mutex_unlock(&bench->job.turn.lock);
	return len;
}
CONFIGFS_ATTR(bench_, pattern);

static ssize_t bench_gfp_show(struct config_item *item, char *page)
{
	char text[KMST_GFP_TEXT];

	kmst_gfp_print(READ_ONCE(kmst_bench_of(item)->job.config.gfp), text);
	return sysfs_emit(page, "%s\n", text);
}

static ssize_t bench_gfp_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_bench_item *bench = kmst_bench_of(item);

	return kmst_set_gfp(&bench->settings, &bench->job.config.gfp, page, len);
}
CONFIGFS_ATTR(bench_, gfp);

static ssize_t bench_node_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%d\n", READ_ONCE(kmst_bench_of(item)->job.config.nid));
}

static ssize_t bench_node_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_bench_item *bench = kmst_bench_of(item);

	return kmst_set_node(&bench->settings, &bench->job.config.nid, page, len);
}
CONFIGFS_ATTR(bench_, node);

static ssize_t bench_bytes_show(struct config_item *item, char *page)
{
	struct kmst_bench_item *bench = kmst_bench_of(item);
	u64 bytes;
	int err;

	err = kmst_get_u64(&bench->settings, &bench->job.config.bytes, &bytes);
	return err ?: sysfs_emit(page, "%llu\n", bytes);
}

static ssize_t bench_bytes_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_bench_item *bench = kmst_bench_of(item);
	u64 bytes;

	if (kstrtou64(page, 0, &bytes) || !bytes || bytes > MAX_BYTES)
		return refuse(bench, "bytes", page, "a number of bytes, 1 and up");
	return kmst_set_u64(&bench->settings, &bench->job.config.bytes, "bytes", bytes, len);
}
CONFIGFS_ATTR(bench_, bytes);

static ssize_t bench_order_show(struct config_item *item, char *page)
{
	struct kmst_bench_item *bench = kmst_bench_of(item);
	u64 bytes;
	int err;

	err = kmst_get_u64(&bench->settings, &bench->job.config.bytes, &bytes);
	return err ?: sysfs_emit(page, "%d\n", get_order(bytes));
}

static ssize_t bench_order_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_bench_item *bench = kmst_bench_of(item);
	unsigned int order;

	if (kstrtouint(page, 0, &order) || order > MAX_PAGE_ORDER)
		return refuse(bench, "order", page,
			      "a number from 0 to the order of the largest block");
	return kmst_set_u64(&bench->settings, &bench->job.config.bytes, "order",
			    (u64)PAGE_SIZE << order, len);
}
CONFIGFS_ATTR(bench_, order);

static ssize_t bench_seed_show(struct config_item *item, char *page)
{
	struct kmst_bench_item *bench = kmst_bench_of(item);
	u64 seed;
	int err;

	err = kmst_get_u64(&bench->settings, &bench->job.config.seed, &seed);
	return err ?: sysfs_emit(page, "%llu\n", seed);
}

static ssize_t bench_seed_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_bench_item *bench = kmst_bench_of(item);
	u64 seed;

	if (kstrtou64(page, 0, &seed))
		return refuse(bench, "seed", page, "a number from 0 to 2^64 - 1");
	return kmst_set_u64(&bench->settings, &bench->job.config.seed, "seed", seed, len);
}
CONFIGFS_ATTR(bench_, seed);

static ssize_t bench_held_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", READ_ONCE(kmst_bench_of(item)->job.config.held));
}

static ssize_t bench_held_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_bench_item *bench = kmst_bench_of(item);

	return kmst_set_uint(&bench->settings, &bench->job.config.held, "held", page, len, 1,
			     KMST_BENCH_MAX_HELD, "a number from 1 to 16777216");
}
CONFIGFS_ATTR(bench_, held);

static ssize_t bench_held_bytes_show(struct config_item *item, char *page)
{
	struct kmst_bench_item *bench = kmst_bench_of(item);
	u64 bytes, all;
	int err;

	err = kmst_get_u64(&bench->settings, &bench->job.config.bytes, &bytes);
	if (err)
		return err;
	if (check_mul_overflow(bytes, (u64)READ_ONCE(bench->job.config.held), &all))
		all = U64_MAX;
	return sysfs_emit(page, "%llu\n", all);
}

static ssize_t bench_held_bytes_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_bench_item *bench = kmst_bench_of(item);
	struct kmst_bench_config *config = &bench->job.config;
	u64 wanted, held;
	int err;

	if (kstrtou64(page, 0, &wanted) || !wanted)
		return refuse(bench, "held_bytes", page, "a number of bytes, 1 and up");

	err = kmst_settings_lock(&bench->settings, "held_bytes");
	if (err)
		return err;
	held = div64_u64(wanted - 1, config->bytes) + 1;
	if (held <= KMST_BENCH_MAX_HELD)
		WRITE_ONCE(config->held, held);
	mutex_unlock(&bench->job.turn.lock);
	if (held > KMST_BENCH_MAX_HELD)
		return refuse(bench, "held_bytes", page,
			      "what 16777216 allocations of this size have, at most");
	return len;
}
CONFIGFS_ATTR(bench_, held_bytes);

static ssize_t bench_rounds_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", READ_ONCE(kmst_bench_of(item)->job.config.rounds));
}

static ssize_t bench_rounds_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_bench_item *bench = kmst_bench_of(item);

	return kmst_set_uint(&bench->settings, &bench->job.config.rounds, "rounds", page, len, 1,
			     KMST_BENCH_MAX_ROUNDS, "a number from 1 to 10000");
}
CONFIGFS_ATTR(bench_, rounds);

static ssize_t bench_warmup_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", READ_ONCE(kmst_bench_of(item)->job.config.warmup));
}

static ssize_t bench_warmup_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_bench_item *bench = kmst_bench_of(item);

	return kmst_set_uint(&bench->settings, &bench->job.config.warmup, "warmup", page, len, 0,
			     KMST_BENCH_MAX_ROUNDS, "a number from 0 to 10000");
}
CONFIGFS_ATTR(bench_, warmup);

static ssize_t bench_touch_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%d\n", READ_ONCE(kmst_bench_of(item)->job.config.touch));
}

static ssize_t bench_touch_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_bench_item *bench = kmst_bench_of(item);

	return kmst_set_bool(&bench->settings, &bench->job.config.touch, "touch", page, len,
			     "0 or 1");
}
CONFIGFS_ATTR(bench_, touch);

static ssize_t bench_cpus_show(struct config_item *item, char *page)
{
	struct kmst_bench_item *bench = kmst_bench_of(item);
	ssize_t len = 0;

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &bench->job.turn.lock)
		len = sysfs_emit(page, "%*pbl\n", cpumask_pr_args(&bench->job.config.cpus));
	/* a longer list is cut by a page of 4K, and by configfs where pages are larger */
	return min(len, SZ_4K - 1);
}

static ssize_t bench_cpus_store(struct config_item *item, const char *page, size_t len)
{
	static const char takes[] = "a list of CPUs of this machine, as 0 or 0-3 or 0,2";
	struct kmst_bench_item *bench = kmst_bench_of(item);
	cpumask_var_t cpus;
	int err = 0;

	if (!zalloc_cpumask_var(&cpus, GFP_KERNEL))
		return -ENOMEM;
	if (cpulist_parse(page, cpus) || cpumask_empty(cpus) ||
	    !cpumask_subset(cpus, cpu_possible_mask)) {
		err = refuse(bench, "cpus", page, takes);
		goto out_free;
	}
	err = kmst_settings_lock(&bench->settings, "cpus");
	if (err)
		goto out_free;
	cpumask_copy(&bench->job.config.cpus, cpus);
	mutex_unlock(&bench->job.turn.lock);
out_free:
	free_cpumask_var(cpus);
	return err ?: len;
}
CONFIGFS_ATTR(bench_, cpus);

static ssize_t bench_run_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_bench_item *bench = kmst_bench_of(item);
	unsigned int run;
	int err;

	if (kstrtouint(page, 0, &run) || run != 1)
		return refuse(bench, "run", page, "1");
	if (!capable(CAP_SYS_ADMIN))
		return kmst_log_capability(bench->who, "run");
	err = kmst_job_run(&bench->job, kmst_lab_max_percent());
	if (err == -EBUSY)
		pr_err("%srun=1 does nothing: the bench runs already\n", bench->who);
	return err ?: len;
}
CONFIGFS_ATTR_WO(bench_, run);

struct configfs_attribute *kmst_bench_settings[] = {
	&bench_attr_allocator,
	&bench_attr_gfp,
	&bench_attr_node,
	&bench_attr_bytes,
	&bench_attr_order,
	&bench_attr_pattern,
	&bench_attr_seed,
	&bench_attr_held,
	&bench_attr_held_bytes,
	&bench_attr_rounds,
	&bench_attr_warmup,
	&bench_attr_cpus,
	&bench_attr_touch,
	&bench_attr_run,
	NULL,
};
