// SPDX-License-Identifier: GPL-2.0
/*
 * Pages that a test got from the kernel and did not give back, by the kernel's own events:
 * mm_page_alloc and cma_alloc_finish for what it got, mm_page_free for what it gave back.
 * Only the thread of the test counts, so that what others do meanwhile does not matter.
 *
 * The kernel does not export these events: a module finds them by their names.
 */
#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/kconfig.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <trace/events/cma.h>
#include <trace/events/kmem.h>

#include "kept.h"

/* A case holds a few hundred at a time. */
#define MOST_PAGES	4096UL

/* An event, and who is called for it. */
struct watched_event {
	const char		*name;
	void			*probe;
	struct tracepoint	*tracepoint;
};

/**
 * struct kmst_kept - pages that a thread has
 * @thread: the thread
 * @events: what tells of them
 * @full:   there was no room for one of them
 * @nr:     number of them
 * @pfns:   which these are
 */
struct kmst_kept {
	const struct task_struct	*thread;
	struct watched_event		events[3];
	bool				full;
	unsigned long			nr;
	unsigned long			pfns[MOST_PAGES];
};

/* An interrupt that comes while the thread runs is none of it. */
static bool is_watched(const struct kmst_kept *kept)
{
	return in_task() && current == kept->thread;
}

/* What came last goes first. Pages that were there before the test are not known. */
static void remove_page(struct kmst_kept *kept, unsigned long pfn)
{
	unsigned long i = kept->nr;

	while (i--) {
		if (kept->pfns[i] == pfn) {
			kept->pfns[i] = kept->pfns[--kept->nr];
			return;
		}
	}
}

/* What is got anew was given back in between, by another thread. */
static void add_pages(struct kmst_kept *kept, unsigned long pfn, unsigned long nr)
{
	for (; nr; nr--, pfn++) {
		remove_page(kept, pfn);
		if (kept->nr < MOST_PAGES)
			kept->pfns[kept->nr++] = pfn;
		else
			kept->full = true;
	}
}

static void on_alloc(void *data, struct page *page, unsigned int order, gfp_t gfp,
		     int migratetype)
{
	if (page && is_watched(data))
		add_pages(data, page_to_pfn(page), 1UL << order);
}

static void on_cma_alloc(void *data, const char *name, unsigned long pfn,
			 const struct page *page, unsigned long count, unsigned int align,
			 int errorno)
{
	if (page && is_watched(data))
		add_pages(data, pfn, count);
}

static void on_free(void *data, struct page *page, unsigned int order)
{
	unsigned long i;

	if (!is_watched(data))
		return;
	for (i = 0; i < 1UL << order; i++)
		remove_page(data, page_to_pfn(page) + i);
}

static void note_event(struct tracepoint *tracepoint, void *data)
{
	struct watched_event *event = data;

	if (!strcmp(tracepoint->name, event->name))
		event->tracepoint = tracepoint;
}

static int start_event(struct watched_event *event, void *data)
{
	int err;

	for_each_kernel_tracepoint(note_event, event);
	/* without CMA there is no event of it */
	if (!event->tracepoint)
		return 0;
	err = tracepoint_probe_register(event->tracepoint, event->probe, data);
	if (err)
		event->tracepoint = NULL;
	return err;
}

static void stop_events(void *data)
{
	struct kmst_kept *kept = data;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kept->events); i++) {
		if (kept->events[i].tracepoint)
			tracepoint_probe_unregister(kept->events[i].tracepoint,
						    kept->events[i].probe, kept);
	}
	tracepoint_synchronize_unregister();
}

/**
 * kmst_kept_watch() - Begin to watch which pages this thread gets and gives back.
 * @test: the test whose thread it is; skipped in a kernel without tracepoints, failed where
 *        they cannot be had
 *
 * Context: the thread of a KUnit test. It ends with the test.
 * Return: what tells which pages it kept.
 */
struct kmst_kept *kmst_kept_watch(struct kunit *test)
{
	struct watched_event events[] = {
		{ "mm_page_alloc", on_alloc },
		{ "mm_page_free", on_free },
		{ "cma_alloc_finish", on_cma_alloc },
	};
	struct kmst_kept *kept;
	unsigned int i;

	if (!IS_ENABLED(CONFIG_TRACEPOINTS))
		kunit_skip(test, "this kernel has no tracepoints to count pages by");
	check_trace_callback_type_mm_page_alloc(on_alloc);
	check_trace_callback_type_mm_page_free(on_free);
	check_trace_callback_type_cma_alloc_finish(on_cma_alloc);

	kept = kunit_kzalloc(test, sizeof(*kept), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, kept);
	kept->thread = current;
	memcpy(kept->events, events, sizeof(events));
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, stop_events, kept), 0);
	for (i = 0; i < ARRAY_SIZE(kept->events); i++)
		KUNIT_ASSERT_EQ(test, start_event(&kept->events[i], kept), 0);
	KUNIT_ASSERT_NOT_NULL(test, kept->events[0].tracepoint);
	KUNIT_ASSERT_NOT_NULL(test, kept->events[1].tracepoint);
	return kept;
}

/**
 * kmst_kept_forget() - From now on only pages that are got later count.
 * @kept: what kmst_kept_watch() returned
 *
 * Context: the thread that is watched.
 */
void kmst_kept_forget(struct kmst_kept *kept)
{
	kept->nr = 0;
	kept->full = false;
}

/* The slab allocator has pages for later, and page tables stay. */
static bool stays_with_the_kernel(unsigned long pfn)
{
	const struct folio *folio = page_folio(pfn_to_page(pfn));

	return folio_test_slab(folio) || folio_test_pgtable(folio);
}

/**
 * kmst_kept_pages() - How many pages did the thread keep?
 * @kept: what kmst_kept_watch() returned
 *
 * Context: the thread that is watched.
 * Return: pages, without those of slabs and of page tables; ULONG_MAX if they were too many
 * to be watched.
 */
unsigned long kmst_kept_pages(const struct kmst_kept *kept)
{
	unsigned long nr = 0, i;

	if (kept->full)
		return ULONG_MAX;
	for (i = 0; i < kept->nr; i++)
		nr += !stays_with_the_kernel(kept->pfns[i]);
	return nr;
}
