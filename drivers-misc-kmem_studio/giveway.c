// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel asks around before its OOM killer chooses a program, and spares all of them if
 * anything comes free. Whoever holds memory for an experiment gives it back then, one after
 * the other, until one has.
 *
 * The order: first what is there to provoke, benches and pressures, the newest first, as it
 * is most likely what the memory ran out for. Then arenas, the largest first, so that few
 * of them are lost. Low memory alone counts as long as there is any, as nobody is told which
 * kind ran out: highmem, and the area for DMA, are of no use to the kernel's own requests.
 */
#include <linux/cleanup.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/oom.h>

#include "giveway.h"

/* No other is asked after this time: the OOM killer waits for all of them. */
#define ASK_JIFFIES	(3 * HZ)

/* Held over what gives memory back, but not over anything that takes some. Newest first. */
static DEFINE_MUTEX(holders_lock);
static LIST_HEAD(holders);

/**
 * kmst_giveway_holder() - Make a holder, which is not asked yet.
 * @holder: the holder
 * @ops:    what can be asked of it; stays
 *
 * Context: any.
 */
void kmst_giveway_holder(struct kmst_holder *holder, const struct kmst_holder_ops *ops)
{
	INIT_LIST_HEAD(&holder->list);
	holder->ops = ops;
}

/**
 * kmst_giveway_add() - Be asked when memory runs out.
 * @holder: who; stays until kmst_giveway_remove()
 *
 * Context: process context, sleeps while somebody is being asked.
 */
void kmst_giveway_add(struct kmst_holder *holder)
{
	guard(mutex)(&holders_lock);

	holder->asked = false;
	holder->again = false;
	list_add(&holder->list, &holders);
}

/**
 * kmst_giveway_remove() - Be asked no more.
 * @holder: who; need not have been added
 *
 * Context: process context, sleeps while somebody is being asked. Whoever has given
 * everything back makes that known before: the wait may be for itself.
 */
void kmst_giveway_remove(struct kmst_holder *holder)
{
	guard(mutex)(&holders_lock);

	list_del_init(&holder->list);
}

static unsigned long low_pages(struct kmst_holder *holder, unsigned long pages)
{
	return holder->ops->low ? holder->ops->low(holder) : pages;
}

/* Who is asked next, NULL for nobody. */
static struct kmst_holder *next_holder(void)
{
	unsigned long pages, low, most = 0, most_low = 0;
	struct kmst_holder *holder, *largest = NULL;

	lockdep_assert_held(&holders_lock);

	list_for_each_entry(holder, &holders, list) {
		pages = holder->asked ? 0 : holder->ops->pages(holder);
		if (!pages)
			continue;
		if (!holder->ops->keeps)
			return holder;
		low = low_pages(holder, pages);
		if (low < most_low || (low == most_low && pages <= most))
			continue;
		most_low = low;
		most = pages;
		largest = holder;
	}
	return largest;
}

static void ask_again(void)
{
	struct kmst_holder *holder;

	lockdep_assert_held(&holders_lock);

	list_for_each_entry(holder, &holders, list) {
		if (holder->again)
			holder->asked = false;
		holder->again = false;
	}
}

/*
 * A holder that is allocating waits for oom_lock, which the caller has: it is not waited for,
 * and the pages that it was told to give count as freed for a while. The caller tries again,
 * and comes here again if that was too early. Returns these pages.
 */
static unsigned long on_their_way(void)
{
	struct kmst_holder *holder;
	unsigned long pages;

	lockdep_assert_held(&holders_lock);

	list_for_each_entry(holder, &holders, list) {
		if (!holder->asked || !time_before(jiffies, holder->until))
			continue;
		pages = holder->ops->pages(holder);
		if (pages)
			return pages;
	}
	return 0;
}

/**
 * kmst_giveway_now() - Ask one after the other, until one has given something.
 *
 * First benches and pressures, the newest first, then arenas, those with most low memory
 * first. Nobody is asked twice: who did not give anything in time gives it later.
 *
 * Context: process context, sleeps, for five seconds at most. Allocates nothing.
 * Return: pages that came free, or are about to.
 */
unsigned long kmst_giveway_now(void)
{
	unsigned long pages, until = jiffies + ASK_JIFFIES;
	struct kmst_holder *holder;

	guard(mutex)(&holders_lock);

	ask_again();
	pages = on_their_way();
	while (!pages && time_before(jiffies, until)) {
		holder = next_holder();
		if (!holder)
			break;
		holder->asked = true;
		pages = holder->ops->give(holder);
		holder->until = jiffies + (pages ? KMST_GIVE_WAY_JIFFIES : 0);
	}
	return pages;
}

/* The OOM killer chooses no program if this frees anything. */
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
