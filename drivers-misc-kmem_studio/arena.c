// SPDX-License-Identifier: GPL-2.0
/*
 * Arenas: room for N objects, created whole or not at all, freed by whoever lets
 * go of it last.
 */
#include <linux/align.h>
#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/cleanup.h>
#include <linux/find.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "arena.h"
#include "cancel.h"
#include "limits.h"
#include "pattern.h"
#include "trace.h"
#include "zones.h"

/* All arenas, so that a page can be traced to its own. */
static LIST_HEAD(arenas);
static DEFINE_MUTEX(arenas_lock);

/* Frees what kmst_arena_put_later() let go of; how many wait for that, and who for those. */
static struct workqueue_struct *frees;
static atomic_t nr_frees;
static DECLARE_WAIT_QUEUE_HEAD(freed);

/* What is asked for, as the limits take it. */
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

/* An arena that is about to go, as far as another one may have its pages. */
static void count_going(const struct kmst_demand *demand, const struct kmst_arena *old,
			struct kmst_going *going)
{
	const struct kmst_zone_use use = kmst_limits_zones(demand);
	struct kmst_page_at at;
	bool more;

	*going = (struct kmst_going){ .claim = &old->claim };
	if (old->spans.from_cma && !use.cma)
		return;
	for (more = kmst_arena_page(old, 0, &at); more;
	     more = kmst_arena_next_page(old, &at)) {
		going->pages += kmst_zones_include(&use, at.page);
		if (!(at.index % KMST_PAGES_PER_POINT))
			cond_resched();
	}
	if (old->spans.from_cma)
		going->area = going->pages;
}

static int check_now(const struct kmst_demand *demand, const struct kmst_arena *old,
		     struct kmst_refusal *why)
{
	struct kmst_going going = {};

	if (old)
		count_going(demand, old, &going);
	return kmst_limits_check(demand, &going, why);
}

/**
 * kmst_arena_check() - See whether an arena is within the limits.
 * @config: what it is to be
 * @old:    an arena whose memory will be free before it is created, or NULL
 * @why:    gets the limit in the way, KMST_LIMIT_NONE if there is none
 *
 * Context: process context, sleeps as kmst_limits_check() does, and for arenas that were let
 * go of, if those are in the way. The caller holds a reference to @old.
 * Return: 0, -EINTR, or as kmst_limits_request() and kmst_limits_check().
 */
int kmst_arena_check(const struct kmst_arena_config *config,
		     const struct kmst_arena *old, struct kmst_refusal *why)
{
	const struct kmst_demand demand = demand_of(config);
	int err;

	err = kmst_limits_request(&demand, why);
	if (err)
		return err;
	err = check_now(&demand, old, why);
	if ((err != -E2BIG && err != -ENOMEM) || !atomic_read(&nr_frees))
		return err;
	/* what was let go of is as good as free */
	if (wait_event_killable(freed, !atomic_read(&nr_frees)))
		return kmst_limits_refuse(why, KMST_LIMIT_NONE, 0, 0, -EINTR);
	return check_now(&demand, old, why);
}

static struct kmst_arena *new_arena(const struct kmst_arena_config *config,
				    const struct kmst_plan *plan)
{
	struct kmst_arena *arena = kzalloc(sizeof(*arena), GFP_KERNEL);

	if (!arena)
		return NULL;
	kref_init(&arena->ref);
	INIT_LIST_HEAD(&arena->list);
	mutex_init(&arena->split_lock);
	arena->allocator = config->allocator;
	arena->pattern = config->pattern ?: kmst_pattern_at(0);
	arena->seed = config->seed;
	arena->gfp = config->gfp;
	arena->nid = config->nid;
	arena->owner = config->owner;
	strscpy(arena->name, config->name);
	arena->plan = *plan;
	return arena;
}

static int alloc_spans(struct kmst_arena *arena, bool cma_only,
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

	err = arena->allocator->alloc(&request, &arena->spans);
	arena->alloc_ns = ktime_get_ns() - begin;
	return err;
}

static unsigned long pfn_of_object(const struct kmst_spans *spans, unsigned int i)
{
	return page_to_pfn(virt_to_page(spans->objects[i]));
}

/* Objects between two points where the CPU is given up. */
static unsigned int objects_per_point(const struct kmst_arena *arena)
{
	return KMST_PAGES_PER_POINT * arena->plan.structs_per_page;
}

/* What to do with the page of an object. */
typedef void (*see_pfn_fn)(struct kmst_object_pages *pages, unsigned long pfn);

/* Neighbours in the table mostly share a page: most of them cost a comparison. */
static int see_objects(struct kmst_arena *arena, see_pfn_fn see,
		       const struct kmst_cancel *cancel)
{
	const struct kmst_spans *spans = &arena->spans;
	unsigned long last = 0;
	unsigned int i, end;
	int err;

	for (i = 0; i < spans->nr_objects; i = end) {
		end = min(spans->nr_objects - i, objects_per_point(arena)) + i;
		for (; i < end; i++) {
			unsigned long at = (unsigned long)spans->objects[i] >> PAGE_SHIFT;

			if (at == last)
				continue;
			last = at;
			see(&arena->object_pages, pfn_of_object(spans, i));
		}
		err = kmst_cancel_point(cancel);
		if (err)
			return err;
	}
	return 0;
}

static void widen(struct kmst_object_pages *pages, unsigned long pfn)
{
	unsigned long end = pages->first_pfn + pages->nr_bits;

	if (!pages->nr_bits)
		end = pfn + 1;
	pages->first_pfn = pages->nr_bits ? min(pages->first_pfn, pfn) : pfn;
	pages->nr_bits = max(end, pfn + 1) - pages->first_pfn;
}

static void mark(struct kmst_object_pages *pages, unsigned long pfn)
{
	__set_bit(pfn - pages->first_pfn, pages->bitmap);
}

/* Objects share pages: mark those that have any. */
static int survey_objects(struct kmst_arena *arena, const struct kmst_cancel *cancel,
			  struct kmst_refusal *why)
{
	struct kmst_object_pages *pages = &arena->object_pages;
	size_t bytes;
	int err;

	err = see_objects(arena, widen, cancel);
	if (err)
		return err;
	/* nodes that are terabytes apart are too far for a bit each page */
	if (pages->nr_bits > INT_MAX)
		return kmst_limits_refuse(why, KMST_LIMIT_APART, pages->nr_bits, INT_MAX,
					  -E2BIG);
	bytes = BITS_TO_LONGS(pages->nr_bits) * sizeof(long);
	pages->bitmap = kmst_grow_table(NULL, bytes);
	if (!pages->bitmap)
		return -ENOMEM;
	memset(pages->bitmap, 0, bytes);

	err = see_objects(arena, mark, cancel);
	if (err)
		return err;
	arena->nr_pages = bitmap_weight(pages->bitmap, pages->nr_bits);
	return 0;
}

static u64 words_in(u64 bytes)
{
	return div_u64(bytes, sizeof(unsigned int));
}

/* Words that may be written to, of objects or not. */
static u64 all_words(const struct kmst_arena *arena)
{
	const struct kmst_spans *spans = &arena->spans;
	u64 bytes = 0;
	unsigned int i;

	if (spans->objects)
		return words_in((u64)spans->nr_objects * spans->object_bytes);
	if (spans->pages)
		return words_in((u64)spans->nr_pages << PAGE_SHIFT);
	for (i = 0; i < spans->nr; i++)
		bytes += spans->table[i].bytes;
	return words_in(bytes);
}

/* See what the allocator gave. */
static int survey(struct kmst_arena *arena, const struct kmst_cancel *cancel,
		  struct kmst_refusal *why)
{
	int err = 0;

	arena->nr_pages = arena->spans.nr_pages;
	if (arena->spans.objects)
		err = survey_objects(arena, cancel, why);
	if (!err)
		arena->nr_guards = all_words(arena) - arena->plan.nr_words;
	return err;
}

/* How far the allocator came. */
static unsigned long pages_got(const struct kmst_arena *arena)
{
	const struct kmst_spans *spans = &arena->spans;

	if (!spans->objects)
		return spans->nr_pages;
	return div_u64((u64)spans->nr_objects * spans->object_bytes, PAGE_SIZE);
}

/* Only the pages of an arena tell whether they are highmem. */
static void count_pools(const struct kmst_arena *arena, unsigned long *pages)
{
	unsigned long all = pages[KMST_POOL_LOW] + pages[KMST_POOL_HIGH];
	struct kmst_page_at at;
	bool more;

	pages[KMST_POOL_HIGH] = 0;
	for (more = kmst_arena_page(arena, 0, &at); more;
	     more = kmst_arena_next_page(arena, &at)) {
		pages[KMST_POOL_HIGH] += kmst_zones_pool(at.page) == KMST_POOL_HIGH;
		if (!(at.index % KMST_PAGES_PER_POINT))
			cond_resched();
	}
	pages[KMST_POOL_LOW] = all - min(all, pages[KMST_POOL_HIGH]);
}

/*
 * What was claimed was an estimate: what objects take their cache decides, and the kind of
 * memory that comes first may have run out.
 */
static int settle(const struct kmst_demand *demand, struct kmst_arena *arena,
		  struct kmst_refusal *why)
{
	const struct kmst_spans *spans = &arena->spans;
	unsigned long pages[KMST_NR_POOLS], taken;

	memcpy(pages, arena->claim.pages, sizeof(pages));
	if (spans->objects) {
		taken = arena->nr_pages + PFN_UP(kmst_arena_bookkeeping(arena));
		pages[KMST_POOL_LOW] = max(pages[KMST_POOL_LOW], taken);
	} else if (pages[KMST_POOL_CMA] && !spans->from_cma) {
		pages[KMST_POOL_CMA] = 0;
		pages[KMST_POOL_LOW] = PFN_UP(spans->bytes);
	} else if (totalhigh_pages() && !spans->from_cma) {
		count_pools(arena, pages);
	}
	return kmst_limits_settle(demand, &arena->claim, pages, why);
}

static int check_source(const struct kmst_demand *demand, const struct kmst_arena *arena,
			struct kmst_refusal *why)
{
	if (!demand->cma_only || arena->spans.from_cma)
		return 0;
	return kmst_limits_refuse(why, KMST_LIMIT_CMA_ONLY, demand->plan.nr_pages, 0,
				  -ENOMEM);
}

/* Get the memory, and see what it is. */
static int get_memory(const struct kmst_demand *demand, struct kmst_arena *arena,
		      const struct kmst_cancel *cancel, struct kmst_refusal *why)
{
	int err;

	err = alloc_spans(arena, demand->cma_only, cancel);
	if (!err)
		err = survey(arena, cancel, why);
	if (err == -ENOMEM)
		kmst_limits_refuse(why, KMST_LIMIT_ALLOCATOR,
				   arena->allocator->nr_pages(&arena->plan),
				   pages_got(arena), err);
	if (!err)
		err = check_source(demand, arena, why);
	if (!err)
		err = settle(demand, arena, why);
	return err;
}

static void list_arena(struct kmst_arena *arena)
{
	guard(mutex)(&arenas_lock);

	list_add(&arena->list, &arenas);
}

static void unlist_arena(struct kmst_arena *arena)
{
	guard(mutex)(&arenas_lock);

	list_del_init(&arena->list);
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
 * and kmst_limits_claim(), of -ENOMEM, or of -EINTR when @cancel asked to give up. Nothing
 * is held after an error.
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
	err = kmst_limits_claim(&demand, &arena->claim, cancel, why);
	if (err)
		goto out_free_arena;

	err = get_memory(&demand, arena, cancel, why);
	trace_kmst_arena_alloc(arena->name, arena->allocator->name, arena->plan.nr_structs,
			       arena->nr_pages, kmst_arena_nr_spans(arena), err);
	if (err)
		goto out_put_arena;
	list_arena(arena);
	return arena;

out_put_arena:
	kmst_arena_put(arena);
	return ERR_PTR(err);

out_free_arena:
	kfree(arena);
	return ERR_PTR(err);
}

static void free_arena(struct kmst_arena *arena)
{
	unlist_arena(arena);
	trace_kmst_arena_free(arena->name, arena->allocator->name, arena->plan.nr_structs,
			      arena->nr_pages, kmst_arena_nr_spans(arena));
	kmst_spans_free(&arena->spans, arena->allocator);
	kvfree(arena->object_pages.bitmap);
	kmst_limits_release(&arena->claim);
	mutex_destroy(&arena->split_lock);
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
	free_arena(container_of(ref, struct kmst_arena, ref));
}

static void arena_release_later(struct kref *ref)
{
	struct kmst_arena *arena = container_of(ref, struct kmst_arena, ref);

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
 * kmst_arena_put_later() - Let go of a reference of somebody who has better things to do.
 * @arena: the arena
 *
 * To free gigabytes takes long. A program that closes a file, or ends, does not wait for
 * that: if its reference was the last one, a worker frees the memory, on any CPU.
 *
 * Context: any.
 */
void kmst_arena_put_later(struct kmst_arena *arena)
{
	kref_put(&arena->ref, arena_release_later);
}

/**
 * kmst_arenas_init() - Be ready to free what is let go of.
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int __init kmst_arenas_init(void)
{
	frees = alloc_workqueue("kmem_studio_free", WQ_UNBOUND, 0);
	return frees ? 0 : -ENOMEM;
}

/**
 * kmst_arenas_exit() - Wait until all is freed that was let go of.
 *
 * Context: process context, may sleep. Nobody has a reference.
 */
void kmst_arenas_exit(void)
{
	destroy_workqueue(frees);
}

/**
 * kmst_arena_new_owner() - Get a number for whoever is going to have arenas.
 *
 * Context: any.
 * Return: a number that nobody else has.
 */
u64 kmst_arena_new_owner(void)
{
	static atomic64_t last;

	return atomic64_inc_return(&last);
}

/**
 * kmst_arena_retire() - Let an arena go that users may still have.
 * @arena: the arena
 *
 * Its owner does so before it lets go of its reference: what is left of the arena then
 * is what kmst_arenas_held() counts.
 *
 * Context: process context, may sleep. The caller holds a reference.
 */
void kmst_arena_retire(struct kmst_arena *arena)
{
	guard(mutex)(&arenas_lock);

	arena->retired = true;
}

/**
 * kmst_arenas_held() - Count what users still hold of arenas that were let go.
 * @owner: whose arenas
 *
 * Context: process context, may sleep.
 * Return: pages. What is being freed is held by nobody.
 */
unsigned long kmst_arenas_held(u64 owner)
{
	const struct kmst_arena *arena;
	unsigned long pages = 0;

	guard(mutex)(&arenas_lock);

	list_for_each_entry(arena, &arenas, list) {
		if (arena->retired && arena->owner == owner && kref_read(&arena->ref))
			pages += arena->nr_pages;
	}
	return pages;
}

/* Words of a run that belong to objects, if it begins with word @word of all. */
static void split_words(const struct kmst_arena *arena, struct kmst_run *run, u64 word,
			size_t nr)
{
	u64 objects = arena->plan.nr_words;

	run->word = min(word, objects);
	run->nr_words = min_t(u64, nr, objects - run->word);
	run->guard = max(word, objects);
	run->nr_guards = nr - run->nr_words;
}

static void point_to(struct kmst_run *run, void *virt)
{
	run->virt = virt;
	run->offset = offset_in_page(virt);
	run->page = is_vmalloc_addr(virt) ? NULL : virt_to_page(virt);
}

/*
 * Where a block of KMST_PAGES_PER_POINT pages ends, or of one page for vmalloc, whose
 * pages need not be neighbours: descriptors of pages in such a block are neighbours.
 */
static unsigned long end_of_run(const void *virt)
{
	unsigned long pages = is_vmalloc_addr(virt) ? 1 : KMST_PAGES_PER_POINT;

	return ALIGN((unsigned long)virt + 1, pages << PAGE_SHIFT);
}

/* Bytes from @virt on that make a run. */
static size_t run_bytes(const void *virt, size_t left)
{
	return min_t(size_t, left, end_of_run(virt) - (unsigned long)virt);
}

static int walk_spans(const struct kmst_arena *arena, kmst_run_fn fn, void *context,
		      const struct kmst_cancel *cancel)
{
	unsigned long pages_since_point = KMST_PAGES_PER_POINT;
	struct kmst_run run = {};
	u64 word = 0;
	unsigned int i;
	int err;

	for (i = 0; i < arena->spans.nr; i++) {
		const struct kmst_span *span = &arena->spans.table[i];
		size_t at, bytes;

		for (at = 0; at < span->bytes; at += bytes) {
			if (pages_since_point >= KMST_PAGES_PER_POINT) {
				err = kmst_cancel_point(cancel);
				if (err)
					return err;
				pages_since_point = 0;
			}
			bytes = run_bytes(span->virt + at, span->bytes - at);
			point_to(&run, span->virt + at);
			split_words(arena, &run, word, words_in(bytes));
			err = fn(arena, &run, context);
			if (err)
				return err;
			word += words_in(bytes);
			run.index += PFN_UP(run.offset + bytes);
			pages_since_point += PFN_UP(run.offset + bytes);
		}
	}
	return 0;
}

static void *lasting_address(struct page *page)
{
	return PageHighMem(page) ? NULL : page_address(page);
}

static int walk_pages(const struct kmst_arena *arena, kmst_run_fn fn, void *context,
		      const struct kmst_cancel *cancel)
{
	size_t per_page = words_in(PAGE_SIZE);
	struct kmst_run run = {};
	int err;

	for (run.index = 0; run.index < arena->spans.nr_pages; run.index++) {
		if (!(run.index % KMST_PAGES_PER_POINT)) {
			err = kmst_cancel_point(cancel);
			if (err)
				return err;
		}
		run.page = arena->spans.pages[run.index];
		run.virt = lasting_address(run.page);
		split_words(arena, &run, (u64)run.index * per_page, per_page);
		err = fn(arena, &run, context);
		if (err)
			return err;
	}
	return 0;
}

/* Objects from @first on that lie in a row, if nothing is between them. */
static unsigned int objects_in_row(const struct kmst_spans *spans, unsigned int first)
{
	void *object = spans->objects[first];
	unsigned int most, nr = 1;

	if (spans->object_bytes != sizeof(struct kmst_struct))
		return 1;
	most = (end_of_run(object) - (unsigned long)object) / sizeof(struct kmst_struct);
	most = min(most, spans->nr_objects - first);
	while (nr < most) {
		object += sizeof(struct kmst_struct);
		if (spans->objects[first + nr] != object)
			break;
		nr++;
	}
	return nr;
}

static void object_run(const struct kmst_arena *arena, struct kmst_run *run,
		       unsigned int first, unsigned int nr)
{
	const struct kmst_spans *spans = &arena->spans;
	size_t words = words_in(spans->object_bytes);

	point_to(run, spans->objects[first]);
	run->word = (u64)first * KMST_STRUCT_WORDS;
	run->nr_words = (size_t)nr * KMST_STRUCT_WORDS;
	run->nr_guards = (size_t)nr * (words - KMST_STRUCT_WORDS);
	run->guard = arena->plan.nr_words + (u64)first * (words - KMST_STRUCT_WORDS);
}

static int walk_objects(const struct kmst_arena *arena, kmst_run_fn fn, void *context,
			const struct kmst_cancel *cancel)
{
	unsigned int since_point = objects_per_point(arena);
	struct kmst_run run = {};
	unsigned int i, nr;
	int err;

	for (i = 0; i < arena->spans.nr_objects; i += nr) {
		if (since_point >= objects_per_point(arena)) {
			err = kmst_cancel_point(cancel);
			if (err)
				return err;
			since_point = 0;
		}
		nr = objects_in_row(&arena->spans, i);
		object_run(arena, &run, i, nr);
		err = fn(arena, &run, context);
		if (err)
			return err;
		since_point += nr;
	}
	return 0;
}

/**
 * kmst_arena_walk() - Visit every word in order, in runs of neighbours.
 * @arena:   the arena
 * @fn:      what to do to each run
 * @context: passed to @fn
 * @cancel:  request to give up, or NULL
 *
 * A run is part of one span, or one page, or some objects, and short, so that the CPU
 * is given up and @cancel looked at often enough.
 *
 * Context: process context, may sleep. The caller holds a reference.
 * Return: 0, what @fn returned if not 0, or -EINTR when @cancel asked to give up.
 */
int kmst_arena_walk(const struct kmst_arena *arena, kmst_run_fn fn,
		    void *context, const struct kmst_cancel *cancel)
{
	if (arena->spans.objects)
		return walk_objects(arena, fn, context, cancel);
	if (arena->spans.pages)
		return walk_pages(arena, fn, context, cancel);
	return walk_spans(arena, fn, context, cancel);
}

/* The span that has a page: the last one that does not begin behind it. */
static unsigned int span_of_page(const struct kmst_spans *spans, unsigned long index)
{
	unsigned int low = 0, high = spans->nr - 1;

	while (low < high) {
		unsigned int middle = high - (high - low) / 2;

		if (spans->table[middle].first_page <= index)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

/*
 * Each of these points to a word, and returns how many there are from it on in a row.
 * All spans but the last are made of whole pages.
 */
static size_t word_of_span(const struct kmst_arena *arena, u64 word, struct kmst_run *run)
{
	u64 at = word * sizeof(unsigned int);
	const struct kmst_span *span;

	span = &arena->spans.table[span_of_page(&arena->spans, at >> PAGE_SHIFT)];
	at -= (u64)span->first_page << PAGE_SHIFT;
	point_to(run, span->virt + at);
	run->index = span->first_page + PFN_DOWN(offset_in_page(span->virt) + at);
	return words_in(run_bytes(run->virt, span->bytes - at));
}

static size_t word_of_page(const struct kmst_arena *arena, u64 word, struct kmst_run *run)
{
	u32 at;

	run->index = div_u64_rem(word, words_in(PAGE_SIZE), &at);
	run->page = arena->spans.pages[run->index];
	run->offset = at * sizeof(unsigned int);
	run->virt = lasting_address(run->page);
	if (run->virt)
		run->virt += run->offset;
	return words_in(PAGE_SIZE - run->offset);
}

static size_t word_of_object(const struct kmst_arena *arena, u64 word,
			     struct kmst_run *run)
{
	u32 guards = words_in(arena->spans.object_bytes) - KMST_STRUCT_WORDS;
	unsigned int *object;
	u32 at;

	if (word < arena->plan.nr_words) {
		object = arena->spans.objects[div_u64_rem(word, KMST_STRUCT_WORDS, &at)];
	} else {
		object = arena->spans.objects[div_u64_rem(word - arena->plan.nr_words,
							  guards, &at)];
		at += KMST_STRUCT_WORDS;
	}
	point_to(run, object + at);
	return KMST_STRUCT_WORDS - min_t(u32, at, KMST_STRUCT_WORDS);
}

static size_t find_word(const struct kmst_arena *arena, u64 word, struct kmst_run *run)
{
	*run = (struct kmst_run){};
	if (arena->spans.objects)
		return word_of_object(arena, word, run);
	if (arena->spans.pages)
		return word_of_page(arena, word, run);
	return word_of_span(arena, word, run);
}

/**
 * kmst_arena_word() - Find a word by its number.
 * @arena: the arena
 * @word:  its number; guard words come after those of all objects
 * @run:   gets the place of this one word
 *
 * Context: any. The caller holds a reference.
 * Return: true, or false if the arena has no such word.
 */
bool kmst_arena_word(const struct kmst_arena *arena, u64 word,
		     struct kmst_run *run)
{
	if (word >= arena->plan.nr_words + arena->nr_guards)
		return false;

	find_word(arena, word, run);
	split_words(arena, run, word, 1);
	return true;
}

/**
 * kmst_arena_row() - Find the words of objects that follow each other from a word on.
 * @arena: the arena
 * @word:  number of the first of them
 * @run:   gets their place; no guard words. They are part of one block of memory that
 *         the allocator gave, and at most KMST_PAGES_PER_POINT pages
 *
 * Context: any. The caller holds a reference.
 * Return: true, or false if no object has such a word.
 */
bool kmst_arena_row(const struct kmst_arena *arena, u64 word,
		    struct kmst_run *run)
{
	size_t in_a_row;

	if (word >= arena->plan.nr_words)
		return false;

	in_a_row = find_word(arena, word, run);
	run->word = word;
	run->nr_words = min_t(u64, in_a_row, arena->plan.nr_words - word);
	return true;
}

static unsigned long span_pages(const struct kmst_span *span)
{
	return PFN_UP(offset_in_page(span->virt) + span->bytes);
}

/* Fill in the rest of a page whose place is known. */
static void look_at(const struct kmst_arena *arena, struct kmst_page_at *at)
{
	const struct kmst_spans *spans = &arena->spans;

	if (spans->objects) {
		at->page = pfn_to_page(arena->object_pages.first_pfn + at->at);
		at->virt = page_address(at->page);
		return;
	}
	if (spans->pages) {
		at->page = spans->pages[at->index];
		at->virt = lasting_address(at->page);
		return;
	}
	at->virt = (void *)((unsigned long)spans->table[at->span].virt & PAGE_MASK) +
		   (at->at << PAGE_SHIFT);
	at->page = is_vmalloc_addr(at->virt) ? vmalloc_to_page(at->virt) :
					       virt_to_page(at->virt);
}

/**
 * kmst_arena_page() - Find a page by its place in the arena.
 * @arena: the arena
 * @index: place of the page, from 0. The pages of objects are in the order of their
 *         PFNs, all others in the order of the words that they hold
 * @at:    gets the page
 *
 * Context: any. The caller holds a reference.
 * Return: true, or false past the last page.
 */
bool kmst_arena_page(const struct kmst_arena *arena, unsigned long index,
		     struct kmst_page_at *at)
{
	const struct kmst_spans *spans = &arena->spans;

	if (index >= arena->nr_pages)
		return false;

	*at = (struct kmst_page_at){ .index = index, .at = index };
	if (spans->objects) {
		at->at = find_nth_bit(arena->object_pages.bitmap,
				      arena->object_pages.nr_bits, index);
	} else if (!spans->pages) {
		at->span = span_of_page(spans, index);
		at->at = index - spans->table[at->span].first_page;
	}
	look_at(arena, at);
	return true;
}

/**
 * kmst_arena_next_page() - Go on to the next page.
 * @arena: the arena
 * @at:    a page that kmst_arena_page() or this function found; gets the next one
 *
 * Context: any. The caller holds a reference.
 * Return: true, or false past the last page.
 */
bool kmst_arena_next_page(const struct kmst_arena *arena,
			  struct kmst_page_at *at)
{
	const struct kmst_object_pages *pages = &arena->object_pages;

	if (++at->index >= arena->nr_pages)
		return false;
	at->at++;
	if (pages->bitmap) {
		at->at = find_next_bit(pages->bitmap, pages->nr_bits, at->at);
	} else if (!arena->spans.pages &&
		   at->at == span_pages(&arena->spans.table[at->span])) {
		at->span++;
		at->at = 0;
	}
	look_at(arena, at);
	return true;
}

/* Pages from @at on whose descriptors are neighbours. */
static unsigned long pages_in_row(const struct kmst_arena *arena,
				  const struct kmst_page_at *at)
{
	const struct kmst_spans *spans = &arena->spans;
	unsigned long in_block;

	if (spans->objects || spans->pages)
		return 1;
	in_block = PFN_DOWN(end_of_run(at->virt) - (unsigned long)at->virt);
	return min(in_block, span_pages(&spans->table[at->span]) - at->at);
}

/**
 * kmst_arena_pages() - Find many pages by their place in the arena.
 * @arena: the arena
 * @index: place of the first of them, from 0, as for kmst_arena_page()
 * @most:  room in @pages
 * @pages: gets their descriptors
 *
 * Context: any. The caller holds a reference.
 * Return: pages found, less than @most if the arena ends there.
 */
unsigned long kmst_arena_pages(const struct kmst_arena *arena, unsigned long index,
			       unsigned long most, struct page **pages)
{
	struct kmst_page_at at;
	unsigned long nr = 0;
	bool more;

	for (more = kmst_arena_page(arena, index, &at); more && nr < most;
	     more = kmst_arena_next_page(arena, &at)) {
		unsigned long i, row = min(pages_in_row(arena, &at), most - nr);

		for (i = 0; i < row; i++)
			pages[nr++] = at.page + i;
		/* on to the last of the row */
		at.index += row - 1;
		at.at += row - 1;
	}
	return nr;
}

/**
 * kmst_arena_split() - Prepare some pages for being put into a mapping.
 * @arena:    an arena whose allocator promises KMST_MAPPABLE
 * @index:    place of the first of the pages, from 0
 * @nr_pages: their number, at least 1
 *
 * From then on each page of the blocks that they are part of has a reference of its own:
 * a page that user space has does not become free with the arena. Where pages lie, and
 * what they hold, is left as it is.
 *
 * Context: process context, may sleep. The caller holds a reference.
 */
void kmst_arena_split(struct kmst_arena *arena, unsigned long index,
		      unsigned long nr_pages)
{
	const struct kmst_spans *spans = &arena->spans;
	unsigned int i;

	if (!arena->allocator->split)
		return;

	guard(mutex)(&arena->split_lock);

	for (i = span_of_page(spans, index);
	     i < spans->nr && spans->table[i].first_page < index + nr_pages; i++)
		arena->allocator->split(&spans->table[i]);
}

/**
 * kmst_run_sound_bytes() - Count bytes of a run that lie on pages that may be read.
 * @run:   the run
 * @at:    place of the first of them, in bytes from the run's first word
 * @bytes: where the run ends, the same way
 *
 * A page that the kernel has found broken (PG_hwpoison) may not: to read it may end a
 * program, or the kernel.
 *
 * Context: any. The caller holds a reference to the arena.
 * Return: bytes from @at to the first such page, or to the end of the run.
 */
size_t kmst_run_sound_bytes(const struct kmst_run *run, size_t at, size_t bytes)
{
	struct page *first;
	size_t end = at;

	if (!IS_ENABLED(CONFIG_MEMORY_FAILURE))
		return bytes - at;
	first = run->page ?: vmalloc_to_page(run->virt);
	while (end < bytes) {
		if (PageHWPoison(first + PFN_DOWN(run->offset + end)))
			break;
		end += PAGE_SIZE - offset_in_page(run->offset + end);
	}
	return min(end, bytes) - at;
}

/**
 * kmst_arena_page_index() - Place in the arena of a page of a run.
 * @arena:  the arena
 * @run:    the run
 * @offset: place of a byte in the run, in bytes from its first word
 *
 * Context: any. The caller holds a reference.
 * Return: the index of the page that the byte is on, from 0.
 */
unsigned long kmst_arena_page_index(const struct kmst_arena *arena,
				    const struct kmst_run *run, size_t offset)
{
	unsigned long page = PFN_DOWN(run->offset + offset);

	if (!arena->object_pages.bitmap)
		return run->index + page;
	return bitmap_weight(arena->object_pages.bitmap,
			     page_to_pfn(run->page) + page -
			     arena->object_pages.first_pfn);
}

/* The pages of a span of the linear map are neighbours. */
static bool span_has_pfn(const struct kmst_span *span, unsigned long pfn)
{
	unsigned long first = page_to_pfn(virt_to_page(span->virt));

	return pfn >= first && pfn - first < span_pages(span);
}

static bool has_pfn(const struct kmst_arena *arena, unsigned long pfn)
{
	const struct kmst_object_pages *pages = &arena->object_pages;
	const struct kmst_spans *spans = &arena->spans;
	struct kmst_page_at at;
	unsigned int i;
	bool more;

	if (pages->bitmap)
		return pfn >= pages->first_pfn &&
		       pfn - pages->first_pfn < pages->nr_bits &&
		       test_bit(pfn - pages->first_pfn, pages->bitmap);
	if (spans->nr && !is_vmalloc_addr(spans->table[0].virt)) {
		for (i = 0; i < spans->nr; i++) {
			if (span_has_pfn(&spans->table[i], pfn))
				return true;
			if (!(i % KMST_PAGES_PER_POINT))
				cond_resched();
		}
		return false;
	}
	for (more = kmst_arena_page(arena, 0, &at); more;
	     more = kmst_arena_next_page(arena, &at)) {
		if (page_to_pfn(at.page) == pfn)
			return true;
		if (!(at.index % KMST_PAGES_PER_POINT))
			cond_resched();
	}
	return false;
}

/*
 * Take a reference to the arena behind @last, or to the first one. An arena that is held
 * stays in the list, so that its place there is one to go on from; one that is about to
 * be freed is passed over.
 */
static struct kmst_arena *next_arena(struct kmst_arena *last)
{
	struct kmst_arena *arena = list_prepare_entry(last, &arenas, list);

	guard(mutex)(&arenas_lock);

	list_for_each_entry_continue(arena, &arenas, list) {
		if (kref_get_unless_zero(&arena->ref))
			return arena;
	}
	return NULL;
}

/**
 * kmst_arena_find() - Find the arena that a page belongs to.
 * @pfn: PFN of the page
 *
 * Looks at all pages of arenas whose pages are scattered; others can be made and freed
 * meanwhile. A fatal signal ends the search.
 *
 * Context: process context, may sleep.
 * Return: the arena with a reference taken, or NULL if the page is in none. For
 * objects it is enough that one of them is on the page, others there may be anybody's.
 */
struct kmst_arena *kmst_arena_find(unsigned long pfn)
{
	struct kmst_arena *arena, *next;

	for (arena = next_arena(NULL); arena; arena = next) {
		if (has_pfn(arena, pfn))
			return arena;
		next = fatal_signal_pending(current) ? NULL : next_arena(arena);
		kmst_arena_put(arena);
	}
	return NULL;
}

/**
 * kmst_arena_nr_spans() - Count what the allocator gave one by one.
 * @arena: the arena
 *
 * Context: any. The caller holds a reference.
 * Return: spans, or pages, or objects.
 */
unsigned long kmst_arena_nr_spans(const struct kmst_arena *arena)
{
	if (arena->spans.objects)
		return arena->spans.nr_objects;
	return arena->spans.pages ? arena->spans.nr_pages : arena->spans.nr;
}

/**
 * kmst_arena_blocks() - Count the blocks of one size.
 * @arena: the arena
 * @order: log2 of their pages
 *
 * Context: any. The caller holds a reference.
 * Return: the number of spans that are blocks of neighbouring pages, or single pages.
 */
unsigned int kmst_arena_blocks(const struct kmst_arena *arena,
			       unsigned int order)
{
	unsigned int blocks = 0;
	unsigned int i;

	if (arena->spans.pages)
		return order ? 0 : arena->spans.nr_pages;
	for (i = 0; i < arena->spans.nr; i++) {
		const struct kmst_span *span = &arena->spans.table[i];

		if (!is_vmalloc_addr(span->virt))
			blocks += span->bytes == PAGE_SIZE << order;
	}
	return blocks;
}

/**
 * kmst_arena_count_nodes() - Count the pages that each NUMA node gave.
 * @arena:    the arena
 * @nr_pages: MAX_NUMNODES counters, increased by what is found
 *
 * Context: process context, may sleep. The caller holds a reference.
 */
void kmst_arena_count_nodes(const struct kmst_arena *arena,
			    unsigned long *nr_pages)
{
	struct kmst_page_at at;
	bool more;

	for (more = kmst_arena_page(arena, 0, &at); more;
	     more = kmst_arena_next_page(arena, &at)) {
		nr_pages[page_to_nid(at.page)]++;
		if (!(at.index % KMST_PAGES_PER_POINT))
			cond_resched();
	}
}

/**
 * kmst_arena_bookkeeping() - Memory that an arena takes beyond what it shows.
 * @arena: the arena
 *
 * Context: any. The caller holds a reference.
 * Return: bytes of the arena's own structures.
 */
size_t kmst_arena_bookkeeping(const struct kmst_arena *arena)
{
	return sizeof(*arena) + arena->spans.table_bytes +
	       BITS_TO_LONGS(arena->object_pages.nr_bits) * sizeof(long);
}

/**
 * kmst_arena_source() - Which part of the kernel gave the memory.
 * @arena: the arena
 *
 * Some allocators have two: "cma" takes a block where the area has no room, "kvmalloc"
 * pages where there is no block, "kmalloc" blocks where no slab is large enough.
 *
 * Context: any. The caller holds a reference.
 * Return: the source.
 */
enum kmst_source kmst_arena_source(const struct kmst_arena *arena)
{
	const struct kmst_spans *spans = &arena->spans;
	const void *virt;

	if (spans->objects)
		return KMST_SOURCE_SLAB;
	if (spans->pages)
		return KMST_SOURCE_PAGES;
	if (spans->from_cma)
		return KMST_SOURCE_CMA;
	virt = spans->table[0].virt;
	if (is_vmalloc_addr(virt))
		return KMST_SOURCE_VMALLOC;
	return folio_test_slab(virt_to_folio(virt)) ? KMST_SOURCE_SLAB : KMST_SOURCE_PAGES;
}
