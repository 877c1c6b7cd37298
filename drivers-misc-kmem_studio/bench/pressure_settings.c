// SPDX-License-Identifier: GPL-2.0
/*
 * What a pressure is told to do: one value a file.
 */
#include <linux/array_size.h>
#include <linux/configfs.h>
#include <linux/container_of.h>
#include <linux/kstrtox.h>
#include <linux/lockdep.h>
#include <linux/mmzone.h>
#include <linux/module.h>
#include <linux/mutex.h>
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

static const char *why_busy(struct kmst_settings *settings)
{
	struct kmst_pressure_item *own = container_of(settings, struct kmst_pressure_item,
						      settings);

	lockdep_assert_held(&own->pressure.lock);

	return own->pressure.live ? "the pressure is live; write 0 to live first" : NULL;
}

/**
 * kmst_pressure_settings_init() - Let a pressure be configured.
 * @own: its folder
 *
 * Context: any.
 */
void kmst_pressure_settings_init(struct kmst_pressure_item *own)
{
	own->settings = (struct kmst_settings){
		.who	= own->who,
		.lock	= &own->pressure.lock,
		.busy	= why_busy,
	};
}

static ssize_t set_bytes(struct kmst_pressure_item *own, u64 *value, const char *name,
			 const char *page, size_t len)
{
	u64 wanted;

	if (kstrtou64(page, 0, &wanted))
		return refuse(own, name, page, "a number of bytes");
	return kmst_set_u64(&own->settings, value, name, wanted, len);
}

static ssize_t show_bytes(struct kmst_pressure_item *own, const u64 *value, char *page)
{
	u64 bytes;
	int err;

	err = kmst_get_u64(&own->settings, value, &bytes);
	return err ?: sysfs_emit(page, "%llu\n", bytes);
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

	err = kmst_settings_lock(&own->settings, "kind");
	if (err)
		return err;
	WRITE_ONCE(own->pressure.config.kind, kind);
	mutex_unlock(&own->pressure.lock);
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

	return kmst_set_node(&own->settings, &own->pressure.config.nid, page, len);
}
PRESSURE_ATTR(node);

static ssize_t order_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", READ_ONCE(kmst_pressure_of(item)->pressure.config.order));
}

static ssize_t order_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_pressure_item *own = kmst_pressure_of(item);

	return kmst_set_uint(&own->settings, &own->pressure.config.order, "order", page, len, 0,
			     MAX_PAGE_ORDER, "a number from 0 to the order of the largest block");
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

	return kmst_set_uint(&own->settings, &own->pressure.config.max_percent, "max_percent",
			     page, len, 1, 100, "a number from 1 to 100");
}
PRESSURE_ATTR(max_percent);

static ssize_t every_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", READ_ONCE(kmst_pressure_of(item)->pressure.config.every));
}

static ssize_t every_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_pressure_item *own = kmst_pressure_of(item);

	return kmst_set_uint(&own->settings, &own->pressure.config.every, "every", page, len, 1,
			     MAX_EVERY, "a number from 1 to 1024");
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

	return kmst_set_bool(&own->settings, &own->pressure.config.movable, "movable", page, len,
			     "0 or 1");
}
PRESSURE_ATTR(movable);
