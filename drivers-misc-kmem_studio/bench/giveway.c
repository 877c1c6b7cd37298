// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel asks around before its OOM killer chooses a program, and spares all of them if
 * anything comes free. Benches and pressures give back all that they hold.
 */
#include <linux/cleanup.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/oom.h>

#include "giveway.h"

/* Held over what gives memory back, but not over anything that takes some. */
static DEFINE_MUTEX(holders_lock);
static LIST_HEAD(holders);

/**
 * kmst_giveway_add() - Be asked when memory runs out.
 * @holder: who; stays until kmst_giveway_remove()
 *
 * Context: process context, may sleep.
 */
void kmst_giveway_add(struct kmst_holder *holder)
{
	guard(mutex)(&holders_lock);

	list_add_tail(&holder->list, &holders);
}

/**
 * kmst_giveway_remove() - Be asked no more.
 * @holder: who; was added
 *
 * Context: process context, sleeps while it is being asked.
 */
void kmst_giveway_remove(struct kmst_holder *holder)
{
	guard(mutex)(&holders_lock);

	list_del(&holder->list);
}

/* How long the OOM killer waits for all of them. */
#define GIVE_WAY_JIFFIES	(3 * HZ)

/**
 * kmst_giveway_now() - Ask one after the other, until one has given something.
 *
 * Context: process context, sleeps. Allocates nothing.
 * Return: pages that came free.
 */
unsigned long kmst_giveway_now(void)
{
	unsigned long pages, until = jiffies + GIVE_WAY_JIFFIES;
	struct kmst_holder *holder;

	guard(mutex)(&holders_lock);

	list_for_each_entry(holder, &holders, list) {
		pages = holder->give(holder);
		if (pages || time_after(jiffies, until))
			return pages;
	}
	return 0;
}

static int give_way(struct notifier_block *block, unsigned long unused, void *data)
{
	unsigned long *freed = data;

	*freed += kmst_giveway_now();
	return NOTIFY_OK;
}

static struct notifier_block oom_notifier = {
	.notifier_call = give_way,
};

/**
 * kmst_giveway_init() - Have holders of memory asked when it runs out.
 *
 * Context: process context, may sleep.
 * Return: 0, or as register_oom_notifier().
 */
int __init kmst_giveway_init(void)
{
	return register_oom_notifier(&oom_notifier);
}

/**
 * kmst_giveway_exit() - End what kmst_giveway_init() began.
 *
 * Context: process context, may sleep.
 */
void kmst_giveway_exit(void)
{
	unregister_oom_notifier(&oom_notifier);
}
