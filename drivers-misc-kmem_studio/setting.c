// SPDX-License-Identifier: GPL-2.0
/*
 * Settings in configfs: a value is set while nothing goes by it, or not at all, and what is
 * refused is told in the log.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kstrtox.h>
#include <linux/mutex.h>
#include <linux/nodemask.h>
#include <linux/numa.h>
#include <linux/printk.h>

#include "allocator.h"
#include "log.h"
#include "names.h"
#include "setting.h"

/**
 * kmst_settings_lock() - Begin to change a setting.
 * @settings: those of its folder
 * @name:     its name
 *
 * Context: process context, sleeps.
 * Return: 0 with the lock held, -EBUSY if nothing may change now, which the log is told,
 * -ERESTARTNOINTR if a signal came.
 */
int kmst_settings_lock(struct kmst_settings *settings, const char *name)
{
	const char *why;

	if (mutex_lock_interruptible(settings->lock))
		return -ERESTARTNOINTR;
	why = settings->busy(settings);
	if (!why)
		return 0;
	mutex_unlock(settings->lock);
	pr_err("%s%s is not changed: %s\n", settings->who, name, why);
	return -EBUSY;
}

/* Where a value is one of a size that is read at once. */
#define SET(_settings, _value, _wanted, _name, _len) ({			\
	struct kmst_settings *_own = _settings;				\
	int _err = kmst_settings_lock(_own, _name);			\
									\
	if (!_err) {							\
		WRITE_ONCE(*(_value), _wanted);				\
		mutex_unlock(_own->lock);				\
	}								\
	_err ?: (ssize_t)(_len);					\
})

/**
 * kmst_set_uint() - Set a number.
 * @settings: those of its folder
 * @value:    gets it
 * @name:     its name
 * @page:     what was written
 * @len:      how much
 * @lowest:   the lowest one that is taken
 * @highest:  the highest one
 * @takes:    what is taken, in words
 *
 * Context: process context, sleeps.
 * Return: @len, -EINVAL, or as kmst_settings_lock().
 */
ssize_t kmst_set_uint(struct kmst_settings *settings, unsigned int *value, const char *name,
		      const char *page, size_t len, unsigned int lowest, unsigned int highest,
		      const char *takes)
{
	unsigned int wanted;

	if (kstrtouint(page, 0, &wanted) || wanted < lowest || wanted > highest)
		return kmst_log_value(settings->who, name, page, takes);
	return SET(settings, value, wanted, name, len);
}

/**
 * kmst_set_bool() - Set what is 0 or 1.
 * @settings: those of its folder
 * @value:    gets it
 * @name:     its name
 * @page:     what was written
 * @len:      how much
 * @takes:    what 0 and 1 are
 *
 * Context: process context, sleeps.
 * Return: as kmst_set_uint().
 */
ssize_t kmst_set_bool(struct kmst_settings *settings, bool *value, const char *name,
		      const char *page, size_t len, const char *takes)
{
	unsigned int wanted;

	if (kstrtouint(page, 0, &wanted) || wanted > 1)
		return kmst_log_value(settings->who, name, page, takes);
	return SET(settings, value, wanted, name, len);
}

/**
 * kmst_set_u64() - Set a large number.
 * @settings: those of its folder
 * @value:    gets it, for kmst_get_u64()
 * @name:     its name
 * @wanted:   the number
 * @len:      how much was written
 *
 * Context: process context, sleeps.
 * Return: @len, or as kmst_settings_lock().
 */
ssize_t kmst_set_u64(struct kmst_settings *settings, u64 *value, const char *name, u64 wanted,
		     size_t len)
{
	int err = kmst_settings_lock(settings, name);

	if (err)
		return err;
	*value = wanted;
	mutex_unlock(settings->lock);
	return len;
}

/**
 * kmst_get_u64() - Read a large number, which a 32-bit machine does not do at once.
 * @settings: those of its folder
 * @value:    the number
 * @got:      gets it
 *
 * Context: process context, sleeps.
 * Return: 0, -ERESTARTNOINTR if a signal came.
 */
int kmst_get_u64(struct kmst_settings *settings, const u64 *value, u64 *got)
{
	if (mutex_lock_interruptible(settings->lock))
		return -ERESTARTNOINTR;
	*got = *value;
	mutex_unlock(settings->lock);
	return 0;
}

/**
 * kmst_set_node() - Set the NUMA node.
 * @settings: those of its folder
 * @value:    gets it
 * @page:     what was written
 * @len:      how much
 *
 * Context: process context, sleeps.
 * Return: as kmst_set_uint().
 */
ssize_t kmst_set_node(struct kmst_settings *settings, int *value, const char *page, size_t len)
{
	int nid;

	if (kstrtoint(page, 0, &nid) || nid < NUMA_NO_NODE || nid >= MAX_NUMNODES ||
	    (nid != NUMA_NO_NODE && !node_online(nid)))
		return kmst_log_value(settings->who, "node", page,
				      "-1 for any, or the number of a node that is online");
	return SET(settings, value, nid, "node", len);
}

/**
 * kmst_set_gfp() - Set the flags of requests for memory.
 * @settings: those of its folder
 * @value:    gets them
 * @page:     what was written
 * @len:      how much
 *
 * Context: process context, sleeps.
 * Return: as kmst_set_uint().
 */
ssize_t kmst_set_gfp(struct kmst_settings *settings, gfp_t *value, const char *page, size_t len)
{
	gfp_t gfp;

	if (kmst_gfp_parse(page, &gfp))
		return kmst_log_value(settings->who, "gfp", page, KMST_GFP_TAKES);
	return SET(settings, value, gfp, "gfp", len);
}

/**
 * kmst_set_allocator() - Set where memory comes from.
 * @settings: those of its folder
 * @value:    gets it
 * @page:     what was written
 * @len:      how much
 *
 * Context: process context, sleeps.
 * Return: as kmst_set_uint().
 */
ssize_t kmst_set_allocator(struct kmst_settings *settings, const struct kmst_allocator **value,
			   const char *page, size_t len)
{
	const struct kmst_allocator *allocator = kmst_allocator_find(page);
	char names[KMST_NAMES_TEXT];

	if (allocator)
		return SET(settings, value, allocator, "allocator", len);
	kmst_allocator_names(names);
	return kmst_log_value(settings->who, "allocator", page, names);
}
