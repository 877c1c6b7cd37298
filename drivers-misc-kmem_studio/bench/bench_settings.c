// SPDX-License-Identifier: GPL-2.0
/*
 * What a bench is told to do: one value a file.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/capability.h>
#include <linux/cleanup.h>
#include <linux/configfs.h>
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
#include <linux/nodemask.h>
#include <linux/numa.h>
#include <linux/printk.h>
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

/* A value is set while nothing goes by it, or not at all. */
static int check_idle(struct kmst_bench_item *bench, const char *name)
{
	lockdep_assert_held(&bench->job.lock);

	if (bench->job.state != KMST_JOB_RUNNING)
		return 0;
	pr_err("%s%s is not changed: the bench runs; wait until it is done\n", bench->who, name);
	return -EBUSY;
}

static ssize_t set_uint(struct kmst_bench_item *bench, unsigned int *value, const char *name,
			const char *page, size_t len, unsigned int lowest,
			unsigned int highest, const char *takes)
{
	unsigned int wanted;
	int err;

	if (kstrtouint(page, 0, &wanted) || wanted < lowest || wanted > highest)
		return refuse(bench, name, page, takes);

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &bench->job.lock) {
		err = check_idle(bench, name);
		if (err)
			return err;
		WRITE_ONCE(*value, wanted);
	}
	return len;
}

static ssize_t set_u64(struct kmst_bench_item *bench, u64 *value, const char *name, u64 wanted,
		       size_t len)
{
	int err;

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &bench->job.lock) {
		err = check_idle(bench, name);
		if (err)
			return err;
		*value = wanted;
	}
	return len;
}

/* More than a 32-bit machine reads at once. */
static int get_u64(struct kmst_bench_item *bench, const u64 *value, u64 *got)
{
	if (mutex_lock_interruptible(&bench->job.lock))
		return -ERESTARTNOINTR;
	*got = *value;
	mutex_unlock(&bench->job.lock);
	return 0;
}

static ssize_t bench_allocator_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%s\n", READ_ONCE(kmst_bench_of(item)->job.config.allocator)->name);
}

static ssize_t bench_allocator_store(struct config_item *item, const char *page, size_t len)
{
	const struct kmst_allocator *allocator = kmst_allocator_find(page);
	struct kmst_bench_item *bench = kmst_bench_of(item);
	int err;

	if (!allocator) {
		char names[KMST_NAMES_TEXT];

		kmst_allocator_names(names);
		return refuse(bench, "allocator", page, names);
	}

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &bench->job.lock) {
		err = check_idle(bench, "allocator");
		if (err)
			return err;
		WRITE_ONCE(bench->job.config.allocator, allocator);
	}
	return len;
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

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &bench->job.lock) {
		err = check_idle(bench, "pattern");
		if (err)
			return err;
		WRITE_ONCE(bench->job.config.order, order);
	}
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
	gfp_t gfp;
	int err;

	if (kmst_gfp_parse(page, &gfp))
		return refuse(bench, "gfp", page, KMST_GFP_TAKES);

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &bench->job.lock) {
		err = check_idle(bench, "gfp");
		if (err)
			return err;
		WRITE_ONCE(bench->job.config.gfp, gfp);
	}
	return len;
}
CONFIGFS_ATTR(bench_, gfp);

static ssize_t bench_node_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%d\n", READ_ONCE(kmst_bench_of(item)->job.config.nid));
}

static ssize_t bench_node_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_bench_item *bench = kmst_bench_of(item);
	int err, nid;

	if (kstrtoint(page, 0, &nid) || nid < NUMA_NO_NODE || nid >= MAX_NUMNODES ||
	    (nid != NUMA_NO_NODE && !node_online(nid)))
		return refuse(bench, "node", page,
			      "-1 for any, or the number of a node that is online");

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &bench->job.lock) {
		err = check_idle(bench, "node");
		if (err)
			return err;
		WRITE_ONCE(bench->job.config.nid, nid);
	}
	return len;
}
CONFIGFS_ATTR(bench_, node);

static ssize_t bench_bytes_show(struct config_item *item, char *page)
{
	struct kmst_bench_item *bench = kmst_bench_of(item);
	u64 bytes;
	int err;

	err = get_u64(bench, &bench->job.config.bytes, &bytes);
	return err ?: sysfs_emit(page, "%llu\n", bytes);
}

static ssize_t bench_bytes_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_bench_item *bench = kmst_bench_of(item);
	u64 bytes;

	if (kstrtou64(page, 0, &bytes) || !bytes || bytes > MAX_BYTES)
		return refuse(bench, "bytes", page, "a number of bytes, 1 and up");
	return set_u64(bench, &bench->job.config.bytes, "bytes", bytes, len);
}
CONFIGFS_ATTR(bench_, bytes);

static ssize_t bench_order_show(struct config_item *item, char *page)
{
	struct kmst_bench_item *bench = kmst_bench_of(item);
	u64 bytes;
	int err;

	err = get_u64(bench, &bench->job.config.bytes, &bytes);
	return err ?: sysfs_emit(page, "%d\n", get_order(bytes));
}

static ssize_t bench_order_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_bench_item *bench = kmst_bench_of(item);
	unsigned int order;

	if (kstrtouint(page, 0, &order) || order > MAX_PAGE_ORDER)
		return refuse(bench, "order", page,
			      "a number from 0 to the order of the largest block");
	return set_u64(bench, &bench->job.config.bytes, "order", (u64)PAGE_SIZE << order, len);
}
CONFIGFS_ATTR(bench_, order);

static ssize_t bench_seed_show(struct config_item *item, char *page)
{
	struct kmst_bench_item *bench = kmst_bench_of(item);
	u64 seed;
	int err;

	err = get_u64(bench, &bench->job.config.seed, &seed);
	return err ?: sysfs_emit(page, "%llu\n", seed);
}

static ssize_t bench_seed_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_bench_item *bench = kmst_bench_of(item);
	u64 seed;

	if (kstrtou64(page, 0, &seed))
		return refuse(bench, "seed", page, "a number from 0 to 2^64 - 1");
	return set_u64(bench, &bench->job.config.seed, "seed", seed, len);
}
CONFIGFS_ATTR(bench_, seed);

static ssize_t bench_held_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", READ_ONCE(kmst_bench_of(item)->job.config.held));
}

static ssize_t bench_held_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_bench_item *bench = kmst_bench_of(item);

	return set_uint(bench, &bench->job.config.held, "held", page, len, 1,
			KMST_BENCH_MAX_HELD, "a number from 1 to 16777216");
}
CONFIGFS_ATTR(bench_, held);

static ssize_t bench_held_bytes_show(struct config_item *item, char *page)
{
	struct kmst_bench_item *bench = kmst_bench_of(item);
	u64 bytes;
	int err;

	err = get_u64(bench, &bench->job.config.bytes, &bytes);
	return err ?: sysfs_emit(page, "%llu\n", bytes * READ_ONCE(bench->job.config.held));
}

static ssize_t bench_held_bytes_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_bench_item *bench = kmst_bench_of(item);
	struct kmst_bench_config *config = &bench->job.config;
	u64 wanted, held;
	int err;

	if (kstrtou64(page, 0, &wanted) || !wanted)
		return refuse(bench, "held_bytes", page, "a number of bytes, 1 and up");

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &bench->job.lock) {
		err = check_idle(bench, "held_bytes");
		if (err)
			return err;
		held = div64_u64(wanted - 1, config->bytes) + 1;
		if (held > KMST_BENCH_MAX_HELD)
			return refuse(bench, "held_bytes", page,
				      "what 16777216 allocations of this size have, at most");
		WRITE_ONCE(config->held, held);
	}
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

	return set_uint(bench, &bench->job.config.rounds, "rounds", page, len, 1,
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

	return set_uint(bench, &bench->job.config.warmup, "warmup", page, len, 0,
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
	bool touch;
	int err;

	if (kstrtobool(page, &touch))
		return refuse(bench, "touch", page, "0 or 1");

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &bench->job.lock) {
		err = check_idle(bench, "touch");
		if (err)
			return err;
		WRITE_ONCE(bench->job.config.touch, touch);
	}
	return len;
}
CONFIGFS_ATTR(bench_, touch);

static ssize_t bench_cpus_show(struct config_item *item, char *page)
{
	struct kmst_bench_item *bench = kmst_bench_of(item);
	ssize_t len = 0;

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &bench->job.lock)
		len = sysfs_emit(page, "%*pbl\n", cpumask_pr_args(&bench->job.config.cpus));
	return len;
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
	err = mutex_lock_interruptible(&bench->job.lock) ? -ERESTARTNOINTR : 0;
	if (err)
		goto out_free;
	err = check_idle(bench, "cpus");
	if (!err)
		cpumask_copy(&bench->job.config.cpus, cpus);
	mutex_unlock(&bench->job.lock);
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
	else
		kmst_bench_log_end(bench->who, &bench->job.config, &bench->job.end, err);
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
