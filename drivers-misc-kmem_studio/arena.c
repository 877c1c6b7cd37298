// SPDX-License-Identifier: GPL-2.0
/*
 * Arenas: room for N objects, created whole or not at all, freed by whoever lets
 * go of it last.
 */
#include <linux/highmem.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmstat.h>

#include "arena.h"
#include "cancel.h"
#include "trace.h"

/*
 * Share of RAM, as a shift, that an arena leaves available: what programs need
 * next must not be what sends the OOM killer out.
 */
#define KEEP_AVAILABLE_SHIFT	5

/* Pages that an arena can be made of: highmem has no place in the linear map. */
static unsigned long lowmem_pages(void)
{
	return totalram_pages() - totalhigh_pages();
}

/* What can be had by GFP_KERNEL: neither highmem nor what is kept for CMA. */
static unsigned long lowmem_available(void)
{
	long available = si_mem_available();
	long keep = lowmem_pages() >> KEEP_AVAILABLE_SHIFT;

	available -= global_zone_page_state(NR_FREE_CMA_PAGES);
	if (IS_ENABLED(CONFIG_HIGHMEM)) {
		struct sysinfo info;

		si_meminfo(&info);
		available -= info.freehigh;
	}
	return max(available - keep, 0L);
}

static int refuse(struct kmst_refusal *why, enum kmst_limit limit,
		  unsigned long wanted, unsigned long allowed, int err)
{
	*why = (struct kmst_refusal){ limit, wanted, allowed };
	return err;
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
	const struct kmst_allocator *allocator = config->allocator;
	unsigned long allowed, wanted;
	struct kmst_plan plan;

	refuse(why, KMST_LIMIT_NONE, 0, 0, 0);
	if (!config->nr_structs)
		return refuse(why, KMST_LIMIT_EMPTY, 0, 0, -EINVAL);

	kmst_plan_init(&plan, config->nr_structs, PAGE_SHIFT);
	if (allocator->max_order >= 0 && plan.order > allocator->max_order)
		return refuse(why, KMST_LIMIT_ORDER, plan.order,
			      allocator->max_order, -E2BIG);

	wanted = allocator->nr_pages(&plan);
	allowed = div_u64((u64)lowmem_pages() * config->max_percent, 100);
	if (wanted > allowed)
		return refuse(why, KMST_LIMIT_SHARE, wanted, allowed, -E2BIG);

	allowed = lowmem_available() + reusable_pages;
	if (wanted > allowed)
		return refuse(why, KMST_LIMIT_AVAILABLE, wanted, allowed, -ENOMEM);
	return 0;
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
 * Return: an arena with one reference, or ERR_PTR of what kmst_arena_check()
 * returns, -ENOMEM, or -EINTR when @cancel asked to give up. Nothing is held
 * after an error.
 */
struct kmst_arena *kmst_arena_create(const struct kmst_arena_config *config,
				     const struct kmst_cancel *cancel,
				     struct kmst_refusal *why)
{
	struct kmst_arena *arena;
	int err;

	err = kmst_arena_check(config, 0, why);
	if (err)
		return ERR_PTR(err);

	arena = kzalloc(sizeof(*arena), GFP_KERNEL);
	if (!arena)
		return ERR_PTR(-ENOMEM);
	kref_init(&arena->ref);
	arena->allocator = config->allocator;
	kmst_plan_init(&arena->plan, config->nr_structs, PAGE_SHIFT);

	err = arena->allocator->alloc(&arena->plan, &arena->spans, cancel);
	trace_arena_alloc(arena->plan.nr_structs, arena->spans.nr_pages,
			  arena->spans.nr, err);
	if (err)
		goto out_put_arena;

	kmst_spans_trim(&arena->spans);
	return arena;

out_put_arena:
	if (err == -ENOMEM)
		refuse(why, KMST_LIMIT_ALLOCATOR,
		       arena->allocator->nr_pages(&arena->plan),
		       arena->spans.nr_pages, err);
	kmst_arena_put(arena);
	return ERR_PTR(err);
}

static void arena_release(struct kref *ref)
{
	struct kmst_arena *arena = container_of(ref, struct kmst_arena, ref);

	trace_arena_free(arena->plan.nr_structs, arena->spans.nr_pages,
			 arena->spans.nr);
	kmst_spans_free(&arena->spans, arena->allocator);
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
