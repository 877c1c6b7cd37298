// SPDX-License-Identifier: GPL-2.0
/*
 * The life of an arena: created whole or not at all, referenced by its users, freed with
 * the last reference.
 */
#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "arena.h"
#include "cancel.h"
#include "pattern.h"
#include "trace.h"

/* Deferred frees: who does them, how many are to do, and who waits for the last. */
static struct workqueue_struct *frees;
static atomic_t nr_frees;
static DECLARE_WAIT_QUEUE_HEAD(freed);

/* --- may there be one? --- */

static struct kmst_demand demand_of(const struct kmst_arena_config *config)
{
	struct kmst_demand demand = {
		.allocator	= config->allocator,
		.max_percent	= config->max_percent,
		.gfp		= config->gfp,
		.nid		= config->nid,
		.cma_only	= config->cma_only,
	};

	kmst_plan_init(&demand.plan, config->nr_structs, PAGE_SHIFT);
	return demand;
}

static int check_now(const struct kmst_demand *demand, const struct kmst_arena *old,
		     const struct kmst_cancel *cancel, struct kmst_refusal *why)
{
	struct kmst_going going = {};

	if (!old)
		return kmst_reserve_check(demand, NULL, &going, cancel, why);
	kmst_limits_going(demand, &old->memory, &going);
	return kmst_reserve_check(demand, &old->reservation, &going, cancel, why);
}

static int wait_for_frees(const struct kmst_cancel *cancel)
{
	long left;
	int err;

	for (;;) {
		left = wait_event_killable_timeout(freed, !atomic_read(&nr_frees),
						   KMST_LOOK_JIFFIES);
		if (left)
			return left < 0 ? -EINTR : 0;
		err = kmst_cancel_wait(cancel);
		if (err)
			return err;
	}
}

/**
 * kmst_arena_check() - See whether an arena is within the limits.
 * @config: what it is to be
 * @old:    an arena whose memory will be free before it is created, or NULL
 * @cancel: request to give up, or NULL
 * @why:    gets the limit in the way, KMST_LIMIT_NONE if there is none
 *
 * Context: process context, sleeps as kmst_reserve_check() does, and for deferred frees if
 * those are in the way. The caller holds a reference to @old.
 * Return: 0, -EINTR, or as kmst_limits_request() and kmst_reserve_check().
 */
int kmst_arena_check(const struct kmst_arena_config *config, const struct kmst_arena *old,
		     const struct kmst_cancel *cancel, struct kmst_refusal *why)
{
	const struct kmst_demand demand = demand_of(config);
	bool waits;
	int err;

	err = kmst_limits_request(&demand, why);
	if (err)
		return err;
	/* those that end during the check were in the way, too */
	waits = atomic_read(&nr_frees);
	err = check_now(&demand, old, cancel, why);
	if ((err != -E2BIG && err != -ENOMEM) || why->never || !waits)
		return err;
	err = wait_for_frees(cancel);
	if (err)
		return kmst_refuse(why, KMST_LIMIT_NONE, 0, 0, err);
	return check_now(&demand, old, cancel, why);
}

/* --- create --- */

static struct kmst_arena *new_arena(const struct kmst_arena_config *config,
				    const struct kmst_plan *plan)
{
	struct kmst_arena *arena = kzalloc_obj(*arena);

	if (!arena)
		return NULL;
	kref_init(&arena->entry.ref);
	INIT_LIST_HEAD(&arena->entry.list);
	arena->entry.owner = config->owner;
	arena->allocator = config->allocator;
	arena->pattern = config->pattern ?: kmst_pattern_at(0);
	arena->seed = config->seed;
	arena->gfp = config->gfp;
	arena->nid = config->nid;
	strscpy(arena->name, config->name);
	arena->plan = *plan;
	return arena;
}

static int alloc_memory(struct kmst_arena *arena, bool cma_only,
			const struct kmst_cancel *cancel)
{
	gfp_t gfp = arena->gfp | arena->allocator->gfp_added;
	const struct kmst_request request = {
		.plan	= &arena->plan,
		/* a block instead of the area is of no use, and not worth any trouble */
		.gfp	= cma_only ? kmst_gfp_if_easy(gfp) : gfp,
		.nid	= arena->nid,
		.cancel	= cancel,
	};
	u64 begin = ktime_get_ns();
	int err;

	err = kmst_memory_alloc(&arena->memory, arena->allocator, &request);
	arena->alloc_ns = ktime_get_ns() - begin;
	if (!err)
		kmst_memory_inspect(&arena->memory, arena->allocator);
	return err;
}

static int check_source(const struct kmst_demand *demand, const struct kmst_arena *arena,
			struct kmst_refusal *why)
{
	if (!demand->cma_only || arena->memory.source == KMST_SOURCE_CMA)
		return 0;
	return kmst_refuse(why, KMST_LIMIT_CMA_ONLY, demand->plan.nr_pages, 0, -ENOMEM);
}

static int get_memory(const struct kmst_demand *demand, struct kmst_arena *arena,
		      const struct kmst_cancel *cancel, struct kmst_refusal *why)
{
	int err;

	err = alloc_memory(arena, demand->cma_only, cancel);
	if (!err)
		err = kmst_memory_survey(&arena->memory, &arena->plan, cancel, why);
	if (err == -ENOMEM)
		kmst_refuse(why, KMST_LIMIT_ALLOCATOR,
			    arena->allocator->nr_pages(&arena->plan),
			    kmst_memory_got(&arena->memory), err);
	if (!err)
		err = check_source(demand, arena, why);
	if (!err)
		err = kmst_reserve_memory(demand, &arena->reservation, &arena->memory,
					  kmst_arena_bookkeeping(arena), why);
	return err;
}

/**
 * kmst_arena_create() - Get the memory of an arena.
 * @config: what it is to be
 * @cancel: request to give up, or NULL
 * @why:    gets the limit in the way, KMST_LIMIT_NONE if there is none
 *
 * The memory is not written to.
 *
 * Context: process context, may sleep.
 * Return: an arena with one reference, or ERR_PTR of an errno as for kmst_limits_request()
 * and kmst_reserve(), of -ENOMEM, or of -EINTR when @cancel asked to give up. Nothing is
 * held after an error.
 */
struct kmst_arena *kmst_arena_create(const struct kmst_arena_config *config,
				     const struct kmst_cancel *cancel,
				     struct kmst_refusal *why)
{
	const struct kmst_demand demand = demand_of(config);
	struct kmst_arena *arena;
	int err;

	err = kmst_limits_request(&demand, why);
	if (err)
		return ERR_PTR(err);

	arena = new_arena(config, &demand.plan);
	if (!arena)
		return ERR_PTR(-ENOMEM);
	err = kmst_reserve(&demand, &arena->reservation, cancel, why);
	if (err)
		goto out_free_arena;

	err = get_memory(&demand, arena, cancel, why);
	trace_kmst_arena_alloc(arena->name, arena->allocator->name, arena->plan.nr_structs,
			       arena->memory.nr_pages, kmst_memory_nr_spans(&arena->memory),
			       err);
	if (err)
		goto out_put_arena;
	arena->entry.nr_pages = arena->memory.nr_pages;
	kmst_registry_add(&arena->entry);
	return arena;

out_put_arena:
	kmst_arena_put(arena);
	return ERR_PTR(err);

out_free_arena:
	kfree(arena);
	return ERR_PTR(err);
}

/* --- references --- */

static struct kmst_arena *arena_of(struct kmst_registered *entry)
{
	return container_of(entry, struct kmst_arena, entry);
}

static void free_arena(struct kmst_arena *arena)
{
	kmst_registry_del(&arena->entry);
	trace_kmst_arena_free(arena->name, arena->allocator->name, arena->plan.nr_structs,
			      arena->memory.nr_pages, kmst_memory_nr_spans(&arena->memory));
	kmst_memory_free(&arena->memory, arena->allocator);
	kmst_unreserve(&arena->reservation);
	kfree(arena);
}

static void free_work(struct work_struct *work)
{
	free_arena(container_of(work, struct kmst_arena, free_work));
	if (atomic_dec_and_test(&nr_frees))
		wake_up_all(&freed);
}

static void arena_release(struct kref *ref)
{
	free_arena(container_of(ref, struct kmst_arena, entry.ref));
}

static void arena_release_later(struct kref *ref)
{
	struct kmst_arena *arena = container_of(ref, struct kmst_arena, entry.ref);

	atomic_inc(&nr_frees);
	INIT_WORK(&arena->free_work, free_work);
	queue_work(frees, &arena->free_work);
}

/**
 * kmst_arena_get() - Take a reference.
 * @arena: an arena that the caller knows to be referenced
 *
 * Context: any.
 * Return: @arena.
 */
struct kmst_arena *kmst_arena_get(struct kmst_arena *arena)
{
	kref_get(&arena->entry.ref);
	return arena;
}

/**
 * kmst_arena_put() - Drop a reference; the last one frees the memory.
 * @arena: the arena
 *
 * Context: process context, may sleep.
 */
void kmst_arena_put(struct kmst_arena *arena)
{
	kref_put(&arena->entry.ref, arena_release);
}

/**
 * kmst_arena_put_later() - Drop a reference; a free is deferred.
 * @arena: the arena
 *
 * To free gigabytes takes long: a program that closes a file, or ends, does not wait for
 * it.
 *
 * Context: any.
 */
void kmst_arena_put_later(struct kmst_arena *arena)
{
	kref_put(&arena->entry.ref, arena_release_later);
}

/**
 * kmst_arena_users() - Count the references.
 * @arena: the arena
 *
 * Context: any. The caller holds one, or a lock that keeps one.
 * Return: references; others may be taken or dropped meanwhile.
 */
unsigned int kmst_arena_users(const struct kmst_arena *arena)
{
	return kref_read(&arena->entry.ref);
}

/**
 * kmst_arena_find() - Find the arena that a page belongs to.
 * @pfn: PFN of the page
 *
 * Arenas can be created and freed meanwhile; none is freed by the caller. A fatal signal
 * ends the search.
 *
 * Context: process context, may sleep.
 * Return: the arena, referenced, or NULL if the page is in none.
 */
struct kmst_arena *kmst_arena_find(unsigned long pfn)
{
	struct kmst_registered *entry, *next;

	for (entry = kmst_registry_next(NULL); entry; entry = next) {
		struct kmst_arena *arena = arena_of(entry);

		if (kmst_memory_has_pfn(&arena->memory, pfn))
			return arena;
		next = fatal_signal_pending(current) ? NULL : kmst_registry_next(entry);
		/* its owner may have let go of it: whoever searches does not free it */
		kmst_arena_put_later(arena);
	}
	return NULL;
}

/* --- the rest --- */

/**
 * kmst_arena_bookkeeping() - Memory that an arena takes beyond what it shows.
 * @arena: the arena
 *
 * Context: any. The caller holds a reference.
 * Return: bytes of its own structures.
 */
size_t kmst_arena_bookkeeping(const struct kmst_arena *arena)
{
	return sizeof(*arena) + arena->memory.table_bytes;
}

/**
 * kmst_arenas_init() - Be ready for deferred frees.
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int __init kmst_arenas_init(void)
{
	frees = alloc_workqueue("kmem_studio_free",
				WQ_UNBOUND | WQ_MEM_RECLAIM | WQ_SYSFS, 0);
	return frees ? 0 : -ENOMEM;
}

/**
 * kmst_arenas_exit() - Wait for deferred frees.
 *
 * Context: process context, may sleep. Nobody has a reference.
 */
void kmst_arenas_exit(void)
{
	destroy_workqueue(frees);
}
