// SPDX-License-Identifier: GPL-2.0
/*
 * Pressures at run time: mkdir makes one, its files configure it, "live" takes memory and
 * gives it back, rmdir gives it back, too.
 * Documentation/ABI/testing/configfs-kmem-studio-pressure lists the files.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/capability.h>
#include <linux/cleanup.h>
#include <linux/configfs.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/kstrtox.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/mmzone.h>
#include <linux/module.h>
#include <linux/numa.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/workqueue.h>

#include "../lab.h"
#include "../log.h"
#include "pressure_configfs.h"
#include "pressure_item.h"

#define MAX_PRESSURES	64
#define DEFAULT_ORDER	9
#define DEFAULT_BYTES	(16 << 20)
#define DEFAULT_LEAVE	(64 << 20)

/* How long a writer takes memory before its call is made again, so that others come in. */
#define SLICE_JIFFIES	(HZ / 5 ?: 1)

static const char * const ends[] = {
	[KMST_PRESSURE_TAKING]		= "taking",
	[KMST_PRESSURE_NO_BLOCK]	= "no block",
	[KMST_PRESSURE_LEFT]		= "leave_bytes",
	[KMST_PRESSURE_MIN_FREE]	= "min_free_bytes",
	[KMST_PRESSURE_MAX_PERCENT]	= "max_percent",
	[KMST_PRESSURE_LOST]		= "lost",
};

static atomic_t nr_pressures;

/* --- live --- */

static void log_refusal(const struct kmst_pressure_item *own, const struct kmst_refusal *why,
			int err)
{
	const struct kmst_pressure_config *config = &own->pressure.config;

	switch (why->limit) {
	case KMST_LIMIT_SHARE:
		pr_err("%snot started: max_percent is %lu pages, of which %lu are taken: raise it, or stop others\n",
		       own->who, why->allowed, why->taken);
		return;
	case KMST_LIMIT_AVAILABLE:
	case KMST_LIMIT_AREA:
		pr_err("%snot started: there is next to nothing left to take (%lu pages)\n",
		       own->who, why->allowed);
		return;
	case KMST_LIMIT_SUPPORT:
		pr_err("%skind=cma is refused: this kernel has no area for DMA (CONFIG_DMA_CMA, or cma= on its command line)\n",
		       own->who);
		return;
	case KMST_LIMIT_ANY_NODE:
		pr_err("%snode=%d is refused: the DMA API cannot be told a node: write -1\n",
		       own->who, config->nid);
		return;
	case KMST_LIMIT_NODE:
		pr_err("%snode=%d is not online any more: write -1 for all\n", own->who,
		       config->nid);
		return;
	default:
		if (err != -EINTR && err != -ERESTARTNOINTR)
			pr_err("%snot started, error %d: nothing is held\n", own->who, err);
	}
}

static int start(struct kmst_pressure_item *own)
{
	const struct kmst_pressure_config *config = &own->pressure.config;
	struct kmst_refusal why;
	int err;

	if (own->pressure.live) {
		pr_err("%slive=1 changes nothing: the pressure is live\n", own->who);
		return -EBUSY;
	}
	if (!config->order && config->kind != KMST_FILL) {
		pr_err("%sorder=0 is refused: there is nothing smaller than a page that could be left of it\n",
		       own->who);
		return -EINVAL;
	}
	err = kmst_pressure_start(&own->pressure, kmst_lab_max_percent(), &why);
	if (err)
		log_refusal(own, &why, err);
	else
		WRITE_ONCE(own->started, true);
	return err;
}

static void forget_taker(struct kmst_pressure_item *own)
{
	if (own->taker)
		put_task_struct(own->taker);
	own->taker = NULL;
}

/* Whoever takes finds out when the call is made again. */
static void stop(struct kmst_pressure_item *own)
{
	if (own->pressure.live)
		kmst_pressure_stop(&own->pressure);
}

/* One that is killed between two of its calls does not come again. */
static bool is_being_taken(const struct kmst_pressure_item *own)
{
	return own->taker && !(READ_ONCE(own->taker->flags) & PF_EXITING);
}

/* It gave way, or it is what is left of somebody who was killed. */
static bool is_over(const struct kmst_pressure_item *own)
{
	const enum kmst_pressure_end ended = own->pressure.ended;

	return (ended == KMST_PRESSURE_LOST || ended == KMST_PRESSURE_TAKING) &&
	       !is_being_taken(own);
}

/* Returns 0 to take memory. Whoever makes the call again goes on, if nobody stopped it. */
static int start_or_go_on(struct kmst_pressure_item *own)
{
	struct kmst_pressure *pressure = &own->pressure;

	if (own->taker == current) {
		forget_taker(own);
		return pressure->live ? 0 : -ECANCELED;
	}
	if (pressure->live && is_over(own))
		stop(own);
	/* of a run that is over: it may come again much later */
	if (!pressure->live)
		forget_taker(own);
	return start(own);
}

/* One that was killed between two of its calls gives back, too. */
static void look_after_taker(struct work_struct *work)
{
	struct kmst_pressure_item *own = container_of(to_delayed_work(work),
						      struct kmst_pressure_item, look);

	guard(mutex)(&own->pressure.lock);

	if (!own->pressure.live || own->pressure.ended != KMST_PRESSURE_TAKING)
		return;
	if (is_being_taken(own))
		schedule_delayed_work(&own->look, SLICE_JIFFIES);
	else
		stop(own);
}

/* Shells write again after EINTR and EAGAIN, and would take all that was given back. */
static int unless_killed(int err)
{
	const bool is_interrupted = err == -EINTR || err == -EAGAIN;

	return is_interrupted && !fatal_signal_pending(current) ? -ECANCELED : err;
}

/* What a slice of time is not enough for goes on when the call is made again. */
static int start_and_take(struct kmst_pressure_item *own)
{
	/* io_uring makes no call again */
	const bool is_restarted = !(current->flags & PF_IO_WORKER);
	struct kmst_pressure *pressure = &own->pressure;
	int err;

	lockdep_assert_held(&pressure->lock);

	err = start_or_go_on(own);
	if (err)
		return unless_killed(err);
	err = kmst_pressure_take(pressure, jiffies + (is_restarted ? SLICE_JIFFIES :
							MAX_JIFFY_OFFSET));
	if (err == -EAGAIN && is_restarted) {
		own->taker = get_task_struct(current);
		schedule_delayed_work(&own->look, SLICE_JIFFIES);
		return restart_syscall();
	}
	if (err)
		stop(own);
	if (err == -ENOMEM)
		pr_err("%sgiven back while it was taken: memory ran out\n", own->who);
	return unless_killed(err);
}

static ssize_t pressure_live_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%d\n", READ_ONCE(kmst_pressure_of(item)->pressure.live));
}

static ssize_t pressure_live_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_pressure_item *own = kmst_pressure_of(item);
	struct kmst_pressure *pressure = &own->pressure;
	unsigned int live;
	int err = 0;

	if (kstrtouint(page, 0, &live) || live > 1)
		return kmst_log_value(own->who, "live", page,
				      "1 to take memory, 0 to give it back");
	if (!capable(CAP_SYS_ADMIN))
		return kmst_log_capability(own->who, "live");
	if (!live)
		set_bit(KMST_CANCEL_STOPPED, &pressure->cancel.reasons);

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &pressure->lock) {
		if (live)
			err = start_and_take(own);
		else
			stop(own);
	}
	return err ?: len;
}
CONFIGFS_ATTR(pressure_, live);

/* --- results --- */

static ssize_t pressure_pages_held_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%lu\n", READ_ONCE(kmst_pressure_of(item)->pressure.pages));
}
CONFIGFS_ATTR_RO(pressure_, pages_held);

static ssize_t pressure_ended_show(struct config_item *item, char *page)
{
	struct kmst_pressure_item *own = kmst_pressure_of(item);

	if (!READ_ONCE(own->started))
		return sysfs_emit(page, "\n");
	return sysfs_emit(page, "%s\n", ends[READ_ONCE(own->pressure.ended)]);
}
CONFIGFS_ATTR_RO(pressure_, ended);

/* A line an order: the order, before, after. */
static ssize_t pressure_free_blocks_show(struct config_item *item, char *page)
{
	struct kmst_pressure *pressure = &kmst_pressure_of(item)->pressure;
	unsigned int order;
	int len = 0;

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &pressure->lock) {
		for (order = 0; order < NR_PAGE_ORDERS; order++)
			len += sysfs_emit_at(page, len, "%u %lu %lu\n", order,
					     pressure->before.blocks[order],
					     pressure->after.blocks[order]);
	}
	return len;
}
CONFIGFS_ATTR_RO(pressure_, free_blocks);

static ssize_t pressure_unusable_percent_show(struct config_item *item, char *page)
{
	struct kmst_pressure *pressure = &kmst_pressure_of(item)->pressure;
	unsigned int order;
	int len = 0;

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &pressure->lock) {
		for (order = 0; order < NR_PAGE_ORDERS; order++)
			len += sysfs_emit_at(page, len, "%u %u %u\n", order,
					     kmst_blocks_free_unusable(&pressure->before, order),
					     kmst_blocks_free_unusable(&pressure->after, order));
	}
	return len;
}
CONFIGFS_ATTR_RO(pressure_, unusable_percent);

/* The settings, and behind them the files above. */
static struct configfs_attribute *pressure_attrs[] = {
	&kmst_pressure_attr_kind,
	&kmst_pressure_attr_order,
	&kmst_pressure_attr_node,
	&kmst_pressure_attr_max_percent,
	&kmst_pressure_attr_min_free_bytes,
	&kmst_pressure_attr_leave_bytes,
	&kmst_pressure_attr_every,
	&kmst_pressure_attr_movable,
	&pressure_attr_live,
	&pressure_attr_pages_held,
	&pressure_attr_ended,
	&pressure_attr_free_blocks,
	&pressure_attr_unusable_percent,
	NULL,
};

/* --- folders --- */

static void pressure_release(struct config_item *item)
{
	mutex_destroy(&kmst_pressure_of(item)->pressure.lock);
	kfree(kmst_pressure_of(item));
}

static struct configfs_item_operations pressure_item_ops = {
	.release = pressure_release,
};

static const struct config_item_type pressure_type = {
	.ct_item_ops	= &pressure_item_ops,
	.ct_attrs	= pressure_attrs,
	.ct_owner	= THIS_MODULE,
};

static struct config_item *pressures_make_item(struct config_group *group, const char *name)
{
	struct kmst_pressure_item *own;
	int err;

	err = kmst_log_name("pressures", name);
	if (err)
		return ERR_PTR(err);
	if (!atomic_add_unless(&nr_pressures, 1, MAX_PRESSURES)) {
		pr_err("pressures/%s is not made: there are %d already; remove one\n", name,
		       MAX_PRESSURES);
		return ERR_PTR(-ENOSPC);
	}
	own = kzalloc_obj(*own);
	if (!own) {
		atomic_dec(&nr_pressures);
		return ERR_PTR(-ENOMEM);
	}
	kmst_pressure_init(&own->pressure);
	own->pressure.config = (struct kmst_pressure_config){
		.order		= min(DEFAULT_ORDER, MAX_PAGE_ORDER),
		.nid		= NUMA_NO_NODE,
		.max_percent	= 100,
		.min_free_bytes	= DEFAULT_BYTES,
		.leave_bytes	= DEFAULT_LEAVE,
		.every		= 2,
	};
	INIT_DELAYED_WORK(&own->look, look_after_taker);
	snprintf(own->who, sizeof(own->who), "pressures/%s: ", name);
	kmst_pressure_settings_init(own);
	config_item_init_type_name(&own->item, name, &pressure_type);
	return &own->item;
}

/*
 * Nobody reads or writes a file of the folder now, nor will. To give everything back takes
 * a moment, which configfs waits for.
 */
static void pressures_drop_item(struct config_group *group, struct config_item *item)
{
	struct kmst_pressure_item *own = kmst_pressure_of(item);

	cancel_delayed_work_sync(&own->look);
	scoped_guard(mutex, &own->pressure.lock) {
		stop(own);
		forget_taker(own);
	}
	atomic_dec(&nr_pressures);
	config_item_put(item);
}

static struct configfs_group_operations pressures_group_ops = {
	.make_item	= pressures_make_item,
	.drop_item	= pressures_drop_item,
};

static const struct config_item_type pressures_type = {
	.ct_group_ops	= &pressures_group_ops,
	.ct_owner	= THIS_MODULE,
};

static struct config_group pressures;

/**
 * kmst_pressures_group() - Make the folder of all pressures, as yet without any.
 *
 * Context: process context, may sleep. Called once.
 * Return: the folder.
 */
struct config_group *__init kmst_pressures_group(void)
{
	config_group_init_type_name(&pressures, "pressures", &pressures_type);
	return &pressures;
}
