// SPDX-License-Identifier: GPL-2.0
/*
 * The limits of arenas, from those that are known for good to those of the moment. What
 * arenas have, or are about to have, is written in a ledger: a claim is entered whole or
 * not at all, so that one that is refused is in nobody's way.
 *
 * A claim that is new may turn out to be larger than what it takes, or come to nothing:
 * whoever is refused because of such a claim waits until it is settled, and asks again.
 */
#include <linux/cleanup.h>
#include <linux/freezer.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mmzone.h>
#include <linux/mutex.h>
#include <linux/nodemask.h>
#include <linux/numa.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "allocator.h"
#include "cancel.h"
#include "limits.h"

/*
 * Share of the area for DMA, as a shift, that is left to devices: of the 64 MB that are
 * common it is a picture of 1920 x 1080 points for the display.
 */
#define KEEP_AREA_SHIFT		3

/* Time between two looks at a request to give up. */
#define LOOK_JIFFIES		(HZ / 10)

/* Which look at the memory it is; the second one has no arena left to spare. */
#define FIRST_LOOK		0
#define SECOND_LOOK		1

/*
 * The ledger. The lock is held for sums only, and nothing is locked under it.
 *
 * @taken:   pages of each kind of memory that claims are for
 * @pending: the claims that are not settled, oldest first
 * @tickets: claims so far
 * @ended:   claims that were settled, or given back before they were
 * @wait:    who waits for @ended to grow
 */
static struct {
	struct mutex		lock;	/* the others */
	unsigned long		taken[KMST_NR_POOLS];
	struct list_head	pending;
	u64			tickets;
	unsigned int		ended;
	wait_queue_head_t	wait;
} ledger = {
	.lock		= __MUTEX_INITIALIZER(ledger.lock),
	.pending	= LIST_HEAD_INIT(ledger.pending),
	.wait		= __WAIT_QUEUE_HEAD_INITIALIZER(ledger.wait),
};

/**
 * kmst_limits_refuse() - Note why something is refused.
 * @why:     gets it
 * @limit:   what stood in the way
 * @wanted:  what was wanted
 * @allowed: what could be had
 * @err:     the errno of it
 *
 * Context: any, pure.
 * Return: @err.
 */
int kmst_limits_refuse(struct kmst_refusal *why, enum kmst_limit limit,
		       unsigned long wanted, unsigned long allowed, int err)
{
	*why = (struct kmst_refusal){
		.limit		= limit,
		.wanted		= wanted,
		.allowed	= allowed,
	};
	return err;
}

/**
 * kmst_limits_zones() - Where the pages of what is asked for may come from.
 * @demand: what is asked for
 *
 * Context: any, pure.
 * Return: the zones, as kmst_zones_count() takes them.
 */
struct kmst_zone_use kmst_limits_zones(const struct kmst_demand *demand)
{
	const struct kmst_allocator *allocator = demand->allocator;
	gfp_t gfp = demand->gfp | allocator->gfp_added;

	if (allocator->uses_high && !(gfp & (__GFP_DMA | __GFP_DMA32)))
		gfp |= __GFP_HIGHMEM;
	return (struct kmst_zone_use){
		.gfp	= gfp,
		.nid	= demand->nid,
		.cma	= allocator->uses_cma,
	};
}

/* --- what no free memory would change --- */

static int check_flags(const struct kmst_demand *demand, struct kmst_refusal *why)
{
	const struct kmst_allocator *allocator = demand->allocator;
	gfp_t refused = demand->gfp & allocator->gfp_refused;
	bool any_node = demand->nid == NUMA_NO_NODE;

	if (allocator->supported && !allocator->supported())
		return kmst_limits_refuse(why, KMST_LIMIT_SUPPORT, 0, 0, -EOPNOTSUPP);
	if (refused)
		return kmst_limits_refuse(why, KMST_LIMIT_GFP,
					  (__force unsigned long)refused, 0, -EINVAL);
	if (allocator->sleeps && !gfpflags_allow_blocking(demand->gfp))
		return kmst_limits_refuse(why, KMST_LIMIT_SLEEP, 0, 0, -EINVAL);
	if (!any_node && (demand->nid < 0 || demand->nid >= MAX_NUMNODES ||
			  !node_online(demand->nid)))
		return kmst_limits_refuse(why, KMST_LIMIT_NODE, 0, 0, -EINVAL);
	if (!any_node && !allocator->takes_node)
		return kmst_limits_refuse(why, KMST_LIMIT_ANY_NODE, 0, 0, -EINVAL);
	if (demand->cma_only && !allocator->uses_cma)
		return kmst_limits_refuse(why, KMST_LIMIT_NOT_CMA, 0, 0, -EINVAL);
	return 0;
}

/* The longest row of pages that the allocator gives on the best of days. */
static unsigned long longest_run(const struct kmst_demand *demand)
{
	if (demand->cma_only)
		return kmst_zones_largest_area();
	return demand->allocator->max_run ? demand->allocator->max_run() : ULONG_MAX;
}

static int check_size(const struct kmst_demand *demand, struct kmst_refusal *why)
{
	const struct kmst_allocator *allocator = demand->allocator;
	const struct kmst_plan *plan = &demand->plan;
	unsigned long wanted, most;

	if (allocator->max_order >= 0 && plan->order > allocator->max_order)
		return kmst_limits_refuse(why, KMST_LIMIT_ORDER, plan->order,
					  allocator->max_order, -E2BIG);
	most = longest_run(demand);
	if (plan->nr_pages > most)
		return kmst_limits_refuse(why, KMST_LIMIT_RUN, plan->nr_pages, most,
					  -E2BIG);
	wanted = allocator->nr_pointers ? allocator->nr_pointers(plan) : 0;
	most = kmst_table_max() / sizeof(void *);
	if (wanted > most)
		return kmst_limits_refuse(why, KMST_LIMIT_TABLE, wanted, most, -E2BIG);
	return 0;
}

/**
 * kmst_limits_request() - See whether this can be had at all.
 * @demand: what is asked for
 * @why:    gets the limit in the way, KMST_LIMIT_NONE if there is none
 *
 * Context: process context, does not sleep.
 * Return: 0, -EINVAL for no objects, or for flags or a node that the allocator does not
 * take, -EOPNOTSUPP for memory that this kernel does not have, -E2BIG for more than the
 * allocator can give however much is free.
 */
int kmst_limits_request(const struct kmst_demand *demand, struct kmst_refusal *why)
{
	int err;

	kmst_limits_refuse(why, KMST_LIMIT_NONE, 0, 0, 0);
	if (!demand->plan.nr_structs)
		return kmst_limits_refuse(why, KMST_LIMIT_EMPTY, 0, 0, -EINVAL);
	err = check_flags(demand, why);
	return err ?: check_size(demand, why);
}

/* --- what all arenas may have together --- */

/*
 * Pages of each kind of memory that an arena counts for before it has them. Where high
 * memory may be used it comes first; tables never lie there. The DMA API takes no single
 * page from the area, and nothing that the area is too small for.
 */
static void estimate(const struct kmst_demand *demand, const unsigned long *managed,
		     unsigned long *pages)
{
	unsigned long all = demand->allocator->nr_pages(&demand->plan);
	const struct kmst_zone_use use = kmst_limits_zones(demand);
	unsigned long nr = demand->plan.nr_pages;

	memset(pages, 0, KMST_NR_POOLS * sizeof(*pages));
	if (use.cma && nr > 1 && nr <= kmst_zones_largest_area()) {
		pages[KMST_POOL_CMA] = nr;
	} else if (use.gfp & __GFP_HIGHMEM && managed[KMST_POOL_HIGH]) {
		pages[KMST_POOL_HIGH] = nr;
		pages[KMST_POOL_LOW] = all - nr;
	} else {
		pages[KMST_POOL_LOW] = all;
	}
}

static unsigned long share_of(unsigned long managed, unsigned int percent)
{
	return min_t(u64, div_u64((u64)managed * percent, 100), ULONG_MAX);
}

/* Can @pages be had besides what others have, when @own of those are its own? */
static int check_share(const struct kmst_demand *demand, const unsigned long *managed,
		       const unsigned long *pages, const struct kmst_claim *own,
		       struct kmst_refusal *why)
{
	enum kmst_pool pool;

	lockdep_assert_held(&ledger.lock);

	for (pool = 0; pool < KMST_NR_POOLS; pool++) {
		unsigned long allowed = share_of(managed[pool], demand->max_percent);
		unsigned long taken = ledger.taken[pool] - (own ? own->pages[pool] : 0);
		unsigned long wanted = pages[pool];

		if (!wanted || (wanted <= allowed && taken <= allowed - wanted))
			continue;
		kmst_limits_refuse(why, KMST_LIMIT_SHARE, wanted, allowed, 0);
		why->taken = taken;
		why->pool = pool;
		return -E2BIG;
	}
	return 0;
}

/* --- what is there now --- */

/* Pages of claims whose memory is not missing yet, or not all of it. */
static unsigned long pages_pending(enum kmst_pool pool)
{
	const struct kmst_claim *claim;
	unsigned long pages = 0;

	lockdep_assert_held(&ledger.lock);

	list_for_each_entry(claim, &ledger.pending, list)
		pages += claim->pages[pool];
	return pages;
}

/**
 * kmst_limits_spare_area() - See whether enough of the area for DMA is left to devices.
 * @area:   what is known of it
 * @wanted: pages that are to be taken
 * @keep:   pages that are to be left
 *
 * How many of the pages that are not free make room for devices is not known, only that
 * it is not more than those that are lent. What is not free may come from there, or not
 * from the area at all.
 *
 * Context: any, pure.
 * Return: false if less than @keep would be left for certain.
 */
bool kmst_limits_spare_area(const struct kmst_area_pages *area, unsigned long wanted,
			    unsigned long keep)
{
	if (wanted > area->free)
		return true;
	return area->free - wanted + area->lent >= keep;
}

static int check_area(unsigned long wanted, const struct kmst_going *going,
		      unsigned int look, struct kmst_refusal *why)
{
	struct kmst_area_pages area;
	unsigned long keep, left;

	kmst_zones_area(&area);
	keep = area.managed >> (KEEP_AREA_SHIFT + look);
	area.free += going->area;
	area.free -= min(area.free, pages_pending(KMST_POOL_CMA));
	if (kmst_limits_spare_area(&area, wanted, keep))
		return 0;
	left = area.free + area.lent;
	return kmst_limits_refuse(why, KMST_LIMIT_AREA, wanted, left - min(left, keep),
				  -ENOMEM);
}

/*
 * What can be had, less a share that is left for others: of that the second look has half.
 * It sees what came in between, and leaves out the kernel's estimate, which takes longer.
 */
static unsigned long pages_available(const struct kmst_zone_use *use,
				     const struct kmst_going *going, unsigned int look)
{
	struct kmst_zone_pages pages;
	long available;

	if (look == FIRST_LOOK)
		kmst_zones_count(use, &pages);
	else
		kmst_zones_sum(use, &pages);
	available = pages.available - (long)(kmst_zones_keep(&pages) >> look);
	available += going->pages;
	available -= pages_pending(KMST_POOL_LOW);
	if (use->gfp & __GFP_HIGHMEM)
		available -= pages_pending(KMST_POOL_HIGH);
	if (use->cma)
		available -= pages_pending(KMST_POOL_CMA);
	return max(available, 0L);
}

static int check_available(const struct kmst_demand *demand, const unsigned long *pages,
			   const struct kmst_going *going, unsigned int look,
			   struct kmst_refusal *why)
{
	unsigned long wanted = demand->allocator->nr_pages(&demand->plan);
	const struct kmst_zone_use use = kmst_limits_zones(demand);
	unsigned long allowed = pages_available(&use, going, look);

	if (wanted > allowed)
		return kmst_limits_refuse(why, KMST_LIMIT_AVAILABLE, wanted, allowed,
					  -ENOMEM);
	if (pages[KMST_POOL_CMA])
		return check_area(pages[KMST_POOL_CMA], going, look, why);
	return 0;
}

/* --- claims --- */

static void enter(struct kmst_claim *claim, const unsigned long *pages)
{
	enum kmst_pool pool;

	lockdep_assert_held(&ledger.lock);

	for (pool = 0; pool < KMST_NR_POOLS; pool++) {
		ledger.taken[pool] += pages[pool] - claim->pages[pool];
		claim->pages[pool] = pages[pool];
	}
}

static void end_pending(struct kmst_claim *claim)
{
	lockdep_assert_held(&ledger.lock);

	if (list_empty(&claim->list))
		return;
	list_del_init(&claim->list);
	WRITE_ONCE(ledger.ended, ledger.ended + 1);
	/* pairs with that of whoever goes to sleep, and looks at @ended after it */
	if (wq_has_sleeper(&ledger.wait))
		wake_up_all(&ledger.wait);
}

/* One step: nobody sees a claim that is refused. */
static int ask_once(const struct kmst_demand *demand, const struct kmst_going *going,
		    struct kmst_claim *claim, struct kmst_refusal *why)
{
	unsigned int look = claim ? SECOND_LOOK : FIRST_LOOK;
	unsigned long managed[KMST_NR_POOLS], pages[KMST_NR_POOLS];
	int err;

	lockdep_assert_held(&ledger.lock);

	kmst_limits_refuse(why, KMST_LIMIT_NONE, 0, 0, 0);
	kmst_zones_managed(managed);
	estimate(demand, managed, pages);
	err = check_share(demand, managed, pages, going->claim, why);
	/* the first look was a moment ago: what others are about to take is what is new */
	if (!err && (look == FIRST_LOOK || pages[KMST_POOL_CMA] ||
		     !list_empty(&ledger.pending)))
		err = check_available(demand, pages, going, look, why);
	if (err || !claim)
		return err;
	enter(claim, pages);
	claim->ticket = ++ledger.tickets;
	list_add_tail(&claim->list, &ledger.pending);
	return 0;
}

/* Whether the answer may be another one when those up to @ticket are settled. */
static bool is_final(int err, const struct kmst_refusal *why, u64 ticket)
{
	const struct kmst_claim *oldest;

	lockdep_assert_held(&ledger.lock);

	if (!err || (why->limit == KMST_LIMIT_SHARE && why->wanted > why->allowed))
		return true;
	oldest = list_first_entry_or_null(&ledger.pending, struct kmst_claim, list);
	return !oldest || oldest->ticket > ticket;
}

static int ask(const struct kmst_demand *demand, const struct kmst_going *going,
	       struct kmst_claim *claim, const struct kmst_cancel *cancel,
	       struct kmst_refusal *why)
{
	unsigned int ended = 0;
	u64 ticket = 0;
	int err = 0;

	for (;;) {
		scoped_guard(mutex, &ledger.lock) {
			ticket = ticket ?: ledger.tickets;
			err = ask_once(demand, going, claim, why);
			if (is_final(err, why, ticket))
				return err;
			ended = ledger.ended;
		}
		if (wait_event_killable_timeout(ledger.wait, READ_ONCE(ledger.ended) != ended,
						LOOK_JIFFIES) < 0)
			err = -EINTR;
		else if (signal_pending(current) && freezing(current))
			err = -ERESTARTNOINTR;
		else
			err = kmst_cancel_point(cancel);
		if (err) {
			kmst_limits_refuse(why, KMST_LIMIT_NONE, 0, 0, 0);
			return err;
		}
	}
}

/**
 * kmst_limits_check() - See whether something can be had now.
 * @demand: what is asked for
 * @going:  what will be free before it is taken
 * @why:    gets the limit in the way, KMST_LIMIT_NONE if there is none
 *
 * Context: process context, sleeps while arenas are allocated that may be in the way. A
 * fatal signal ends that.
 * Return: 0, -E2BIG for more than @demand->max_percent allows, -ENOMEM for more than is
 * available, -EINTR, or -ERESTARTNOINTR if the machine is to be suspended meanwhile.
 */
int kmst_limits_check(const struct kmst_demand *demand, const struct kmst_going *going,
		      struct kmst_refusal *why)
{
	return ask(demand, going, NULL, NULL, why);
}

/**
 * kmst_limits_claim() - Enter a claim, before anything is taken.
 * @demand: what is asked for
 * @claim:  gets what it counts for, until kmst_limits_release()
 * @cancel: request to give up, or NULL
 * @why:    gets the limit in the way, KMST_LIMIT_NONE if there is none
 *
 * Looks once more at what is available, for all that came in between: since
 * kmst_limits_check() an arena may have gone, so that it asks for half of what was to be
 * left then.
 *
 * Context: process context, sleeps while arenas are allocated that may be in the way.
 * Return: 0, or as kmst_limits_check(); nothing is claimed after an error.
 */
int kmst_limits_claim(const struct kmst_demand *demand, struct kmst_claim *claim,
		      const struct kmst_cancel *cancel, struct kmst_refusal *why)
{
	const struct kmst_going nothing = {};

	*claim = (struct kmst_claim){};
	INIT_LIST_HEAD(&claim->list);
	return ask(demand, &nothing, claim, cancel, why);
}

/**
 * kmst_limits_settle() - Turn a claim into what was really taken.
 * @demand: what was asked for
 * @claim:  the claim
 * @pages:  pages of each kind of memory
 * @why:    gets the limit in the way
 *
 * Context: process context, may sleep.
 * Return: 0, or -E2BIG with the claim as it was if there is no room for the rest: whoever
 * has the claim lets go of all.
 */
int kmst_limits_settle(const struct kmst_demand *demand, struct kmst_claim *claim,
		       const unsigned long *pages, struct kmst_refusal *why)
{
	unsigned long managed[KMST_NR_POOLS], more[KMST_NR_POOLS];
	enum kmst_pool pool;
	bool grows = false;
	int err = 0;

	/* what does not grow is not asked about */
	for (pool = 0; pool < KMST_NR_POOLS; pool++) {
		more[pool] = pages[pool] > claim->pages[pool] ? pages[pool] : 0;
		grows |= more[pool];
	}
	if (grows)
		kmst_zones_managed(managed);

	guard(mutex)(&ledger.lock);

	if (grows)
		err = check_share(demand, managed, more, claim, why);
	if (err)
		return err;
	enter(claim, pages);
	end_pending(claim);
	return 0;
}

/**
 * kmst_limits_release() - Take a claim back.
 * @claim: a claim that kmst_limits_claim() entered; nothing of it is held any more
 *
 * Context: process context, may sleep.
 */
void kmst_limits_release(struct kmst_claim *claim)
{
	const unsigned long nothing[KMST_NR_POOLS] = {};

	guard(mutex)(&ledger.lock);

	enter(claim, nothing);
	end_pending(claim);
}
