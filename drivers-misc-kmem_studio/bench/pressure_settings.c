// SPDX-License-Identifier: GPL-2.0
/*
 * What a pressure is told to do: one value a file.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/array_size.h>
#include <linux/cleanup.h>
#include <linux/configfs.h>
#include <linux/kstrtox.h>
#include <linux/lockdep.h>
#include <linux/mmzone.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/nodemask.h>
#include <linux/numa.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/stringify.h>
#include <linux/sysfs.h>

#include "../log.h"
#include "pressure_item.h"

#define MAX_EVERY	1024

/* As CONFIGFS_ATTR(), for the table of the folder, which is elsewhere. */
#define PRESSURE_ATTR(_name)				\
struct configfs_attribute kmst_pressure_attr_##_name = {	\
	.ca_name	= __stringify(_name),			\
	.ca_mode	= 0644,					\
	.ca_owner	= THIS_MODULE,				\
	.show		= _name##_show,				\
	.store		= _name##_store,			\
}

static const char * const kinds[] = {
	[KMST_FRAGMENT]	= "fragment",
	[KMST_FILL]	= "fill",
	[KMST_CMA]	= "cma",
};

static ssize_t refuse(struct kmst_pressure_item *own, const char *name, const char *page,
		      const char *takes)
{
	return kmst_log_value(own->who, name, page, takes);
}

static int check_idle(struct kmst_pressure_item *own, const char *name)
{
	lockdep_assert_held(&own->pressure.lock);

	if (!own->pressure.live)
		return 0;
	pr_err("%s%s is not changed: the pressure is live; write 0 to live first\n", own->who,
	       name);
	return -EBUSY;
}

static ssize_t set_uint(struct kmst_pressure_item *own, unsigned int *value, const char *name,
			const char *page, size_t len, unsigned int lowest, unsigned int highest,
			const char *takes)
{
	unsigned int wanted;
	int err;

	if (kstrtouint(page, 0, &wanted) || wanted < lowest || wanted > highest)
		return refuse(own, name, page, takes);

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &own->pressure.lock) {
		err = check_idle(own, name);
		if (err)
			return err;
		WRITE_ONCE(*value, wanted);
	}
	return len;
}

static ssize_t set_bytes(struct kmst_pressure_item *own, u64 *value, const char *name,
			 const char *page, size_t len)
{
	u64 wanted;
	int err;

	if (kstrtou64(page, 0, &wanted))
		return refuse(own, name, page, "a number of bytes");

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &own->pressure.lock) {
		err = check_idle(own, name);
		if (err)
			return err;
		*value = wanted;
	}
	return len;
}

/* More than a 32-bit machine reads at once. */
static ssize_t show_bytes(struct kmst_pressure_item *own, const u64 *value, char *page)
{
	u64 bytes = 0;

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &own->pressure.lock)
		bytes = *value;
	return sysfs_emit(page, "%llu\n", bytes);
}

static ssize_t kind_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%s\n",
			  kinds[READ_ONCE(kmst_pressure_of(item)->pressure.config.kind)]);
}

static ssize_t kind_store(struct config_item *item, const char *page, size_t len)
{
	int kind = __sysfs_match_string(kinds, ARRAY_SIZE(kinds), page);
	struct kmst_pressure_item *own = kmst_pressure_of(item);
	int err;

	if (kind < 0)
		return refuse(own, "kind", page, "fragment, fill or cma");

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &own->pressure.lock) {
		err = check_idle(own, "kind");
		if (err)
			return err;
		WRITE_ONCE(own->pressure.config.kind, kind);
	}
	return len;
}
PRESSURE_ATTR(kind);

static ssize_t node_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%d\n", READ_ONCE(kmst_pressure_of(item)->pressure.config.nid));
}

static ssize_t node_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_pressure_item *own = kmst_pressure_of(item);
	int err, nid;

	if (kstrtoint(page, 0, &nid) || nid < NUMA_NO_NODE || nid >= MAX_NUMNODES ||
	    (nid != NUMA_NO_NODE && !node_online(nid)))
		return refuse(own, "node", page,
			      "-1 for all, or the number of a node that is online");

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &own->pressure.lock) {
		err = check_idle(own, "node");
		if (err)
			return err;
		WRITE_ONCE(own->pressure.config.nid, nid);
	}
	return len;
}
PRESSURE_ATTR(node);

static ssize_t order_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", READ_ONCE(kmst_pressure_of(item)->pressure.config.order));
}

static ssize_t order_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_pressure_item *own = kmst_pressure_of(item);

	return set_uint(own, &own->pressure.config.order, "order", page, len, 0, MAX_PAGE_ORDER,
			"a number from 0 to the order of the largest block");
}
PRESSURE_ATTR(order);

static ssize_t max_percent_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n",
			  READ_ONCE(kmst_pressure_of(item)->pressure.config.max_percent));
}

static ssize_t max_percent_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_pressure_item *own = kmst_pressure_of(item);

	return set_uint(own, &own->pressure.config.max_percent, "max_percent", page, len, 1, 100,
			"a number from 1 to 100");
}
PRESSURE_ATTR(max_percent);

static ssize_t every_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", READ_ONCE(kmst_pressure_of(item)->pressure.config.every));
}

static ssize_t every_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_pressure_item *own = kmst_pressure_of(item);

	return set_uint(own, &own->pressure.config.every, "every", page, len, 1, MAX_EVERY,
			"a number from 1 to 1024");
}
PRESSURE_ATTR(every);

static ssize_t min_free_bytes_show(struct config_item *item, char *page)
{
	struct kmst_pressure_item *own = kmst_pressure_of(item);

	return show_bytes(own, &own->pressure.config.min_free_bytes, page);
}

static ssize_t min_free_bytes_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_pressure_item *own = kmst_pressure_of(item);

	return set_bytes(own, &own->pressure.config.min_free_bytes, "min_free_bytes", page, len);
}
PRESSURE_ATTR(min_free_bytes);

static ssize_t leave_bytes_show(struct config_item *item, char *page)
{
	struct kmst_pressure_item *own = kmst_pressure_of(item);

	return show_bytes(own, &own->pressure.config.leave_bytes, page);
}

static ssize_t leave_bytes_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_pressure_item *own = kmst_pressure_of(item);

	return set_bytes(own, &own->pressure.config.leave_bytes, "leave_bytes", page, len);
}
PRESSURE_ATTR(leave_bytes);

static ssize_t movable_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%d\n",
			  READ_ONCE(kmst_pressure_of(item)->pressure.config.movable));
}

static ssize_t movable_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_pressure_item *own = kmst_pressure_of(item);
	bool movable;
	int err;

	if (kstrtobool(page, &movable))
		return refuse(own, "movable", page, "0 or 1");

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &own->pressure.lock) {
		err = check_idle(own, "movable");
		if (err)
			return err;
		WRITE_ONCE(own->pressure.config.movable, movable);
	}
	return len;
}
PRESSURE_ATTR(movable);
