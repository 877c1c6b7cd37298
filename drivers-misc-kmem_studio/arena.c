// SPDX-License-Identifier: GPL-2.0
/*
 * Arenas: room for N objects, created whole or not at all, freed by whoever lets
 * go of it last.
 */
#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmstat.h>

#include "arena.h"
#include "cancel.h"
#include "pattern.h"
#include "trace.h"

/*
 * Share of RAM, as a shift, that an arena leaves available: what programs need
 * next must not be what sends the OOM killer out.
 */
#define KEEP_AVAILABLE_SHIFT	5

/*
 * Pages that all arenas hold, or are about to: what keeps their sum under the share
 * of RAM that they may take.
 */
static atomic_long_t pages_reserved;

/* Pages in the zones that GFP_KERNEL may use: no highmem, nothing movable. */
struct kernel_memory {
	unsigned long	managed;
	long		available;
};

static void add_zone(struct kernel_memory *memory, struct zone *zone)
{
	memory->managed += zone_managed_pages(zone);
	memory->available += zone_page_state(zone, NR_FREE_PAGES);
	memory->available += zone_page_state(zone, NR_ZONE_INACTIVE_FILE);
	memory->available += zone_page_state(zone, NR_ZONE_ACTIVE_FILE);
	memory->available -= zone_page_state(zone, NR_FREE_CMA_PAGES);
	memory->available -= high_wmark_pages(zone);
}

static void count_kernel_memory(struct kernel_memory *memory)
{
	enum zone_type last = gfp_zone(GFP_KERNEL);
	int nid, i;

	*memory = (struct kernel_memory){};
	for_each_online_node(nid) {
		for (i = 0; i <= last; i++)
			add_zone(memory, &NODE_DATA(nid)->node_zones[i]);
	}
}

/*
 * What can be had of them: free, or file cache that reclaim gets back, but neither
 * what is kept for CMA nor what each zone keeps for itself. The kernel's own estimate
 * knows other things that cannot be reclaimed, but counts all zones: take the lower
 * one, less a share that is left for others.
 */
static unsigned long pages_available(unsigned long reusable_pages)
{
	struct kernel_memory memory;
	long available;

	count_kernel_memory(&memory);
	available = min(memory.available, si_mem_available());
	available += reusable_pages;
	available -= memory.managed >> KEEP_AVAILABLE_SHIFT;
	return max(available, 0L);
}

static int refuse(struct kmst_refusal *why, enum kmst_limit limit,
		  unsigned long wanted, unsigned long allowed, int err)
{
	*why = (struct kmst_refusal){ limit, wanted, allowed };
	return err;
}

static unsigned long share_of_memory(unsigned int percent)
{
	struct kernel_memory memory;

	count_kernel_memory(&memory);
	return div_u64((u64)memory.managed * percent, 100);
}

/* Can @wanted pages be had, when other arenas have @taken? */
static int check_share(const struct kmst_arena_config *config, unsigned long wanted,
		       unsigned long taken, struct kmst_refusal *why)
{
	unsigned long allowed = share_of_memory(config->max_percent);

	if (wanted <= allowed && taken <= allowed - wanted)
		return 0;
	refuse(why, KMST_LIMIT_SHARE, wanted, allowed, 0);
	why->taken = taken;
	return -E2BIG;
}

/* Count an arena's pages with those of the others, before it has them. */
static int reserve_share(const struct kmst_arena_config *config, unsigned long wanted,
			 struct kmst_refusal *why)
{
	unsigned long taken = atomic_long_add_return(wanted, &pages_reserved) - wanted;
	int err = check_share(config, wanted, taken, why);

	if (err)
		atomic_long_sub(wanted, &pages_reserved);
	return err;
}

/* The limits that do not change with what others do. */
static int check_plan(const struct kmst_arena_config *config,
		      const struct kmst_plan *plan, struct kmst_refusal *why)
{
	const struct kmst_allocator *allocator = config->allocator;

	refuse(why, KMST_LIMIT_NONE, 0, 0, 0);
	if (!plan->nr_structs)
		return refuse(why, KMST_LIMIT_EMPTY, 0, 0, -EINVAL);
	if (allocator->max_order >= 0 && plan->order > allocator->max_order)
		return refuse(why, KMST_LIMIT_ORDER, plan->order,
			      allocator->max_order, -E2BIG);
	return 0;
}

/**
 * kmst_arena_check() - See whether an arena is within the limits.
 * @config:         what it is to be
 * @reusable_pages: pages that will be free before it is created
 * @why:            gets the limit in the way, KMST_LIMIT_NONE if there is none
 *
 * Context: process context, does not sleep.
 * Return: 0, -EINVAL for no objects, -E2BIG for more than the allocator or
 * @config->max_percent allow, -ENOMEM for more than is available now.
 */
int kmst_arena_check(const struct kmst_arena_config *config,
		     unsigned long reusable_pages, struct kmst_refusal *why)
{
	unsigned long allowed, wanted;
	struct kmst_plan plan;
	long taken;
	int err;

	kmst_plan_init(&plan, config->nr_structs, PAGE_SHIFT);
	err = check_plan(config, &plan, why);
	if (err)
		return err;

	wanted = config->allocator->nr_pages(&plan);
	taken = atomic_long_read(&pages_reserved) - reusable_pages;
	err = check_share(config, wanted, max(taken, 0L), why);
	if (err)
		return err;

	allowed = pages_available(reusable_pages);
	if (wanted > allowed)
		return refuse(why, KMST_LIMIT_AVAILABLE, wanted, allowed, -ENOMEM);
	return 0;
}

static struct kmst_arena *new_arena(const struct kmst_arena_config *config,
				    const struct kmst_plan *plan)
{
	struct kmst_arena *arena = kzalloc(sizeof(*arena), GFP_KERNEL);

	if (!arena)
		return NULL;
	kref_init(&arena->ref);
	arena->allocator = config->allocator;
	arena->pattern = config->pattern ?: kmst_pattern_at(0);
	arena->seed = config->seed;
	strscpy(arena->name, config->name);
	arena->plan = *plan;
	return arena;
}

/**
 * kmst_arena_create() - Get the memory of an arena.
 * @config: what it is to be
 * @cancel: request to give up, or NULL
 * @why:    gets the limit in the way, KMST_LIMIT_NONE if there is none
 *
 * Whether enough memory is available is left to kmst_arena_check(): it was asked
 * when the arena before this one was still there, and an answer that differs now
 * would come too late for that one.
 *
 * The memory is not written to.
 *
 * Context: process context, may sleep.
 * Return: an arena with one reference, or ERR_PTR of -EINVAL or -E2BIG as for
 * kmst_arena_check(), -ENOMEM, or -EINTR when @cancel asked to give up. Nothing is
 * held after an error.
 */
struct kmst_arena *kmst_arena_create(const struct kmst_arena_config *config,
				     const struct kmst_cancel *cancel,
				     struct kmst_refusal *why)
{
	struct kmst_arena *arena;
	struct kmst_plan plan;
	unsigned long wanted;
	int err;

	kmst_plan_init(&plan, config->nr_structs, PAGE_SHIFT);
	err = check_plan(config, &plan, why);
	if (err)
		return ERR_PTR(err);

	arena = new_arena(config, &plan);
	if (!arena)
		return ERR_PTR(-ENOMEM);
	wanted = arena->allocator->nr_pages(&plan);
	err = reserve_share(config, wanted, why);
	if (err)
		goto out_free_arena;
	arena->reserved = wanted;

	err = arena->allocator->alloc(&arena->plan, &arena->spans, cancel);
	trace_arena_alloc(arena->name, arena->allocator->name, plan.nr_structs,
			  arena->spans.nr_pages, arena->spans.nr, err);
	if (err == -ENOMEM)
		refuse(why, KMST_LIMIT_ALLOCATOR, wanted, arena->spans.nr_pages, err);
	if (err)
		goto out_put_arena;
	return arena;

out_put_arena:
	kmst_arena_put(arena);
	return ERR_PTR(err);

out_free_arena:
	kfree(arena);
	return ERR_PTR(err);
}

static void arena_release(struct kref *ref)
{
	struct kmst_arena *arena = container_of(ref, struct kmst_arena, ref);

	trace_arena_free(arena->name, arena->allocator->name, arena->plan.nr_structs,
			 arena->spans.nr_pages, arena->spans.nr);
	kmst_spans_free(&arena->spans, arena->allocator);
	atomic_long_sub(arena->reserved, &pages_reserved);
	kfree(arena);
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
	kref_get(&arena->ref);
	return arena;
}

/**
 * kmst_arena_put() - Let go of a reference; the last one frees the memory.
 * @arena: the arena
 *
 * Context: process context, may sleep.
 */
void kmst_arena_put(struct kmst_arena *arena)
{
	kref_put(&arena->ref, arena_release);
}

/**
 * kmst_arena_walk() - Visit every page in order, in runs of neighbours.
 * @arena:   the arena
 * @fn:      what to do to each run
 * @context: passed to @fn
 * @cancel:  request to give up, or NULL
 *
 * A run is part of one span and short, so that the CPU is given up and @cancel
 * looked at often enough.
 *
 * Context: process context, may sleep. The caller holds a reference.
 * Return: 0, what @fn returned if not 0, or -EINTR when @cancel asked to give up.
 */
int kmst_arena_walk(const struct kmst_arena *arena, kmst_run_fn fn,
		    void *context, const struct kmst_cancel *cancel)
{
	unsigned long index = 0;
	unsigned int i;
	int err;

	for (i = 0; i < arena->spans.nr; i++) {
		const struct kmst_span *span = &arena->spans.table[i];
		unsigned long left = span->bytes >> PAGE_SHIFT;
		struct page *page = virt_to_page(span->virt);

		while (left) {
			unsigned long run = min(left, KMST_PAGES_PER_POINT);

			err = kmst_cancel_point(cancel);
			if (err)
				return err;
			err = fn(arena, page, run, index, context);
			if (err)
				return err;
			page += run;
			index += run;
			left -= run;
		}
	}
	return 0;
}

/**
 * kmst_arena_page() - Find a page by its place in the arena.
 * @arena: the arena
 * @index: place of the page, from 0
 *
 * Context: any. The caller holds a reference.
 * Return: the page, or NULL past the last one.
 */
struct page *kmst_arena_page(const struct kmst_arena *arena,
			     unsigned long index)
{
	unsigned int i;

	for (i = 0; i < arena->spans.nr; i++) {
		const struct kmst_span *span = &arena->spans.table[i];
		unsigned long nr_pages = span->bytes >> PAGE_SHIFT;

		if (index < nr_pages)
			return virt_to_page(span->virt) + index;
		index -= nr_pages;
	}
	return NULL;
}

/**
 * kmst_arena_blocks() - Count the spans of one size.
 * @arena: the arena
 * @order: log2 of their pages
 *
 * Context: any. The caller holds a reference.
 * Return: the number of spans.
 */
unsigned int kmst_arena_blocks(const struct kmst_arena *arena,
			       unsigned int order)
{
	unsigned int blocks = 0;
	unsigned int i;

	for (i = 0; i < arena->spans.nr; i++)
		blocks += arena->spans.table[i].bytes == PAGE_SIZE << order;
	return blocks;
}

/**
 * kmst_arena_pages_on_node() - Count the pages that one NUMA node gave.
 * @arena: the arena
 * @nid:   the node
 *
 * Context: any. The caller holds a reference.
 * Return: the number of pages.
 */
unsigned long kmst_arena_pages_on_node(const struct kmst_arena *arena, int nid)
{
	unsigned long pages = 0;
	unsigned int i;

	for (i = 0; i < arena->spans.nr; i++) {
		const struct kmst_span *span = &arena->spans.table[i];

		if (page_to_nid(virt_to_page(span->virt)) == nid)
			pages += span->bytes >> PAGE_SHIFT;
	}
	return pages;
}

/**
 * kmst_arena_bookkeeping() - Memory that an arena takes beyond its pages.
 * @arena: the arena
 *
 * Context: any. The caller holds a reference.
 * Return: bytes of the arena's own structures.
 */
size_t kmst_arena_bookkeeping(const struct kmst_arena *arena)
{
	return sizeof(*arena) +
	       (size_t)arena->spans.capacity * sizeof(*arena->spans.table);
}
