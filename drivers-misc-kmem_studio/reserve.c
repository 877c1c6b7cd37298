// SPDX-License-Identifier: GPL-2.0
/*
 * Reservations of memory, before any is allocated. All are in one ledger, and are made
 * whole or not at all: one that is refused is in nobody's way.
 *
 * A reservation is pending until the memory is allocated. It may then turn out to be too
 * large, or come to nothing: who is refused because of it waits until it is settled, and
 * asks again.
 */
#include <linux/cleanup.h>
#include <linux/freezer.h>
#include <linux/highmem.h>
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "allocator.h"
#include "cancel.h"
#include "layout.h"
#include "reserve.h"

/*
 * The ledger. Nothing is locked under its lock, which is held for sums only.
 *
 * @taken:   pages of each kind of memory, of all reservations
 * @pending: reservations that are pending, oldest first
 * @seq:     reservations so far
 * @settled: those that are not pending any more
 * @wait:    who waits for @settled to grow
 */
static struct {
	struct mutex		lock;	/* the others */
	unsigned long		taken[KMST_NR_POOLS];
	struct list_head	pending;
	u64			seq;
	unsigned int		settled;
	wait_queue_head_t	wait;
} ledger = {
	.lock		= __MUTEX_INITIALIZER(ledger.lock),
	.pending	= LIST_HEAD_INIT(ledger.pending),
	.wait		= __WAIT_QUEUE_HEAD_INITIALIZER(ledger.wait),
};

/* Pages that all have reserved but for @own. */
static void sum_taken(const struct kmst_reservation *own, unsigned long *taken)
{
	enum kmst_pool pool;

	lockdep_assert_held(&ledger.lock);

	memcpy(taken, ledger.taken, sizeof(ledger.taken));
	for (pool = 0; own && pool < KMST_NR_POOLS; pool++)
		taken[pool] -= own->pages[pool];
}

static void sum_pending(unsigned long *pending)
{
	const struct kmst_reservation *reservation;
	enum kmst_pool pool;

	lockdep_assert_held(&ledger.lock);

	memset(pending, 0, KMST_NR_POOLS * sizeof(*pending));
	list_for_each_entry(reservation, &ledger.pending, list) {
		for (pool = 0; pool < KMST_NR_POOLS; pool++)
			pending[pool] += reservation->pages[pool];
	}
}

static void enter(struct kmst_reservation *reservation, const unsigned long *pages)
{
	enum kmst_pool pool;

	lockdep_assert_held(&ledger.lock);

	for (pool = 0; pool < KMST_NR_POOLS; pool++) {
		ledger.taken[pool] += pages[pool] - reservation->pages[pool];
		reservation->pages[pool] = pages[pool];
	}
}

static void end_pending(struct kmst_reservation *reservation)
{
	lockdep_assert_held(&ledger.lock);

	if (list_empty(&reservation->list))
		return;
	list_del_init(&reservation->list);
	WRITE_ONCE(ledger.settled, ledger.settled + 1);
	/* pairs with the barrier of whoever goes to sleep, and looks at @settled after it */
	if (wq_has_sleeper(&ledger.wait))
		wake_up_all(&ledger.wait);
}

/*
 * Over its share for now. Where a limit that no waiting lifts is exceeded, too, that one is
 * reported.
 */
static int tell_never(const struct kmst_demand *demand, const unsigned long *pages,
		      const unsigned long *pending, const struct kmst_going *going,
		      enum kmst_look look, int err, struct kmst_refusal *why)
{
	struct kmst_refusal available;

	if (!kmst_limits_available(demand, pages, pending, going, look, &available) ||
	    !available.never)
		return err;
	*why = available;
	return -ENOMEM;
}

/*
 * The limits, by what there is now. What can never be had is told first: nobody waits for
 * it, whatever else is in the way.
 */
static int check_limits(const struct kmst_demand *demand, const struct kmst_reservation *old,
			const struct kmst_going *going, enum kmst_look look,
			unsigned long *pages, struct kmst_refusal *why)
{
	unsigned long managed[KMST_NR_POOLS], sums[KMST_NR_POOLS];
	int err;

	lockdep_assert_held(&ledger.lock);

	kmst_zones_managed(managed);
	kmst_limits_estimate(demand, managed, pages);
	sum_taken(old, sums);
	err = kmst_limits_share(demand, managed, pages, sums, why);
	if (err && why->never)
		return err;
	sum_pending(sums);
	if (!err)
		return kmst_limits_available(demand, pages, sums, going, look, why);
	return tell_never(demand, pages, sums, going, look, err, why);
}

/* One step, under the lock: nobody sees a reservation that is refused. */
static int ask_once(const struct kmst_demand *demand, const struct kmst_reservation *old,
		    const struct kmst_going *going, struct kmst_reservation *reservation,
		    struct kmst_refusal *why)
{
	enum kmst_look look = reservation ? KMST_LOOK_SECOND : KMST_LOOK_FIRST;
	unsigned long pages[KMST_NR_POOLS];
	int err;

	lockdep_assert_held(&ledger.lock);

	kmst_refuse(why, KMST_LIMIT_NONE, 0, 0, 0);
	err = check_limits(demand, old, going, look, pages, why);
	if (err || !reservation)
		return err;
	enter(reservation, pages);
	reservation->seq = ++ledger.seq;
	list_add_tail(&reservation->list, &ledger.pending);
	return 0;
}

/* Unless a reservation up to @seq is pending: that may shrink when it is settled. */
static bool is_final(int err, const struct kmst_refusal *why, u64 seq)
{
	const struct kmst_reservation *oldest;

	lockdep_assert_held(&ledger.lock);

	if (!err || why->never)
		return true;
	oldest = list_first_entry_or_null(&ledger.pending, struct kmst_reservation, list);
	return !oldest || oldest->seq > seq;
}

static int ask(const struct kmst_demand *demand, const struct kmst_reservation *old,
	       const struct kmst_going *going, struct kmst_reservation *reservation,
	       const struct kmst_cancel *cancel, struct kmst_refusal *why)
{
	unsigned int settled = 0;
	u64 seq = 0;
	int err = 0;

	for (;;) {
		scoped_guard(mutex, &ledger.lock) {
			seq = seq ?: ledger.seq;
			err = ask_once(demand, old, going, reservation, why);
			if (is_final(err, why, seq))
				return err;
			settled = ledger.settled;
		}
		if (wait_event_killable_timeout(ledger.wait,
						READ_ONCE(ledger.settled) != settled,
						KMST_LOOK_JIFFIES) < 0)
			err = -EINTR;
		else
			err = kmst_cancel_wait(cancel);
		if (err) {
			kmst_refuse(why, KMST_LIMIT_NONE, 0, 0, 0);
			return err;
		}
	}
}

/**
 * kmst_reserve_check() - See whether something could be reserved.
 * @demand: what is asked for
 * @old:    a reservation that will be gone before, or NULL
 * @going:  what will be free before
 * @cancel: request to give up, or NULL
 * @why:    gets the limit in the way, KMST_LIMIT_NONE if there is none
 *
 * Context: process context, sleeps while reservations are pending that are in the way. A
 * fatal signal ends that, and so does @cancel.
 * Return: 0, -E2BIG for more than @demand->max_percent allows, -ENOMEM for more than is
 * available, -EINTR, or -ERESTARTNOINTR if the machine is to be suspended meanwhile.
 */
int kmst_reserve_check(const struct kmst_demand *demand,
		       const struct kmst_reservation *old, const struct kmst_going *going,
		       const struct kmst_cancel *cancel, struct kmst_refusal *why)
{
	return ask(demand, old, going, NULL, cancel, why);
}

/**
 * kmst_reserve() - Reserve memory, before any is allocated.
 * @demand:      what is asked for
 * @reservation: gets what it counts for, until kmst_unreserve()
 * @cancel:      request to give up, or NULL
 * @why:         gets the limit in the way, KMST_LIMIT_NONE if there is none
 *
 * It is the second look at what is available, which others may have taken since the first:
 * before an arena goes to make room, all of it is verified.
 *
 * Context: process context, sleeps while reservations are pending that are in the way.
 * Return: 0, or as kmst_reserve_check(); nothing is reserved after an error.
 */
int kmst_reserve(const struct kmst_demand *demand, struct kmst_reservation *reservation,
		 const struct kmst_cancel *cancel, struct kmst_refusal *why)
{
	const struct kmst_going nothing = {};

	*reservation = (struct kmst_reservation){};
	INIT_LIST_HEAD(&reservation->list);
	return ask(demand, NULL, &nothing, reservation, cancel, why);
}

/**
 * kmst_reserve_settle() - Turn a pending reservation into what was really taken.
 * @demand:      what was asked for
 * @reservation: the reservation
 * @pages:       pages of each kind of memory
 * @why:         gets the limit in the way
 *
 * Context: process context, may sleep.
 * Return: 0, or -E2BIG if there is no room for what is more: the reservation is as it was,
 * and the caller gives all back.
 */
int kmst_reserve_settle(const struct kmst_demand *demand,
			struct kmst_reservation *reservation, const unsigned long *pages,
			struct kmst_refusal *why)
{
	unsigned long managed[KMST_NR_POOLS], more[KMST_NR_POOLS], taken[KMST_NR_POOLS];
	enum kmst_pool pool;
	bool grows = false;
	int err = 0;

	/* what does not grow is not asked about */
	for (pool = 0; pool < KMST_NR_POOLS; pool++) {
		more[pool] = pages[pool] > reservation->pages[pool] ? pages[pool] : 0;
		grows |= more[pool];
	}
	if (grows)
		kmst_zones_managed(managed);

	guard(mutex)(&ledger.lock);

	if (grows) {
		sum_taken(reservation, taken);
		err = kmst_limits_share(demand, managed, more, taken, why);
	}
	if (err)
		return err;
	enter(reservation, pages);
	end_pending(reservation);
	return 0;
}

/* Only the pages themselves tell whether they are highmem; one that is lost cannot. */
static void count_pools(const struct kmst_memory *memory, unsigned long *pages)
{
	unsigned long all = pages[KMST_POOL_LOW] + pages[KMST_POOL_HIGH];
	struct kmst_page_at at;
	bool more;

	pages[KMST_POOL_HIGH] = 0;
	for (more = kmst_memory_page(memory, 0, &at); more;
	     more = kmst_memory_next_page(memory, &at)) {
		if (at.page)
			pages[KMST_POOL_HIGH] += kmst_zones_pool(at.page) == KMST_POOL_HIGH;
		if (!(at.index % KMST_PAGES_PER_POINT))
			cond_resched();
	}
	pages[KMST_POOL_LOW] = all - min(all, pages[KMST_POOL_HIGH]);
}

/**
 * kmst_reserve_memory() - Settle a reservation by the memory that was allocated.
 * @demand:      what was asked for
 * @reservation: the reservation, an estimate: what objects take their cache decides, and
 *               the kind of memory that comes first may have run out
 * @memory:      the memory
 * @bookkeeping: bytes of tables and structures
 * @why:         gets the limit in the way
 *
 * Context: process context, may sleep.
 * Return: as kmst_reserve_settle().
 */
int kmst_reserve_memory(const struct kmst_demand *demand,
			struct kmst_reservation *reservation,
			const struct kmst_memory *memory, size_t bookkeeping,
			struct kmst_refusal *why)
{
	bool from_cma = memory->source == KMST_SOURCE_CMA;
	unsigned long pages[KMST_NR_POOLS];

	memcpy(pages, reservation->pages, sizeof(pages));
	if (demand->allocator->promises & KMST_PER_OBJECT) {
		pages[KMST_POOL_LOW] = max(pages[KMST_POOL_LOW],
					   memory->nr_pages + PFN_UP(bookkeeping));
	} else if (pages[KMST_POOL_CMA] && !from_cma) {
		pages[KMST_POOL_CMA] = 0;
		pages[KMST_POOL_LOW] = PFN_UP(memory->bytes);
	} else if (totalhigh_pages() && !from_cma) {
		count_pools(memory, pages);
	}
	return kmst_reserve_settle(demand, reservation, pages, why);
}

/**
 * kmst_unreserve() - Give a reservation back.
 * @reservation: a reservation of kmst_reserve(); nothing is allocated for it any more
 *
 * Context: process context, may sleep.
 */
void kmst_unreserve(struct kmst_reservation *reservation)
{
	const unsigned long nothing[KMST_NR_POOLS] = {};

	guard(mutex)(&ledger.lock);

	enter(reservation, nothing);
	end_pending(reservation);
}
