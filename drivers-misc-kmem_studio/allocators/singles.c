// SPDX-License-Identifier: GPL-2.0
/*
 * Single pages, which need not be neighbours.
 *
 * bulk    - many pages a call, from the lists that each CPU keeps. The call has a policy of
 *           its own: it takes pages of one node, the one that was named or that the CPU is
 *           on, and asks neither the task's memory policy nor that of numa_policy= on the
 *           kernel's command line, which may interleave; a cpuset it obeys. Where that
 *           node's zones have less free than what is asked for and their low watermark, or
 *           with page_owner=on, it gives one page as alloc_pages_node() does: with reclaim,
 *           and of another node if need be
 * highmem - pages that the kernel may have no lasting address for: 32-bit machines
 *           with more RAM than their linear map has room for. Elsewhere it gives
 *           pages like all others
 */
#include <linux/gfp.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/numa.h>
#include <linux/sched/mm.h>
#include <linux/string.h>

#include "../cancel.h"
#include "../plan.h"
#include "../trace.h"
#include "singles.h"

/* Pages of one call, which are taken with preemption off. */
#define BULK_PAGES	512UL

static unsigned long singles_nr_pointers(const struct kmst_plan *plan)
{
	return plan->nr_pages;
}

static unsigned long singles_nr_pages(const struct kmst_plan *plan)
{
	return plan->nr_pages + kmst_table_pages(plan->nr_pages);
}

/* The pages from @first on are new. */
static void note_pages(struct kmst_spans *spans, unsigned long first)
{
	unsigned long i;

	spans->bytes = (u64)spans->nr_pages << PAGE_SHIFT;
	if (!trace_kmst_span_alloc_enabled())
		return;
	for (i = first; i < spans->nr_pages; i++)
		trace_kmst_span_alloc(page_to_pfn(spans->pages[i]), 1,
				      page_to_nid(spans->pages[i]));
}

static unsigned long get_bulk(gfp_t gfp, int nid, unsigned long nr,
			      struct page **pages)
{
	if (kmst_fail_allocation())
		return 0;
	return alloc_pages_bulk_node(gfp, nid, nr, pages);
}

static int bulk_alloc(const struct kmst_request *request, struct kmst_spans *spans)
{
	gfp_t gfp = kmst_gfp_last_resort(request->gfp);
	unsigned long wanted = request->plan->nr_pages;
	int err;

	spans->pages = kmst_spans_table(spans, wanted);
	if (!spans->pages)
		return -ENOMEM;
	/* the call fills the places that are empty */
	memset(spans->pages, 0, spans->table_bytes);

	while (spans->nr_pages < wanted) {
		unsigned long first = spans->nr_pages;
		unsigned long most = min(wanted - first, BULK_PAGES);
		unsigned long got;

		got = get_bulk(gfp, request->nid, most, spans->pages + first);
		if (!got)
			return -ENOMEM;
		spans->nr_pages += got;
		spans->nr_calls++;
		spans->nr_single += got == 1 && most > 1;
		note_pages(spans, first);
		err = kmst_cancel_point(request->cancel);
		if (err)
			return err;
	}
	return 0;
}

static int get_highmem(const struct kmst_request *request, struct kmst_spans *spans)
{
	gfp_t gfp = kmst_gfp_last_resort(request->gfp);
	unsigned long wanted = request->plan->nr_pages;
	int err;

	while (spans->nr_pages < wanted) {
		unsigned long first = spans->nr_pages;

		spans->pages[first] = kmst_alloc_block(gfp, 0, request->nid);
		if (!spans->pages[first])
			return -ENOMEM;
		spans->nr_pages++;
		note_pages(spans, first);
		if (spans->nr_pages % KMST_PAGES_PER_POINT)
			continue;
		err = kmst_cancel_point(request->cancel);
		if (err)
			return err;
	}
	return 0;
}

/*
 * Whatever flags were asked for, these pages stay where they are: they must not be in
 * the way of CMA, or of memory that is to be taken out.
 */
static int highmem_alloc(const struct kmst_request *request,
			 struct kmst_spans *spans)
{
	unsigned int saved;
	int err;

	spans->pages = kmst_spans_table(spans, request->plan->nr_pages);
	if (!spans->pages)
		return -ENOMEM;

	saved = memalloc_pin_save();
	err = get_highmem(request, spans);
	memalloc_pin_restore(saved);
	return err;
}

static void singles_free(struct kmst_spans *spans)
{
	unsigned long i;

	for (i = 0; i < spans->nr_pages; i++) {
		kmst_free_block(spans->pages[i], 0);
		if (!((i + 1) % KMST_PAGES_PER_POINT))
			kmst_cancel_point(NULL);
	}
}

const struct kmst_allocator kmst_allocator_bulk = {
	.name		= "bulk",
	.description	= "alloc_pages_bulk: single pages of one node, many a call",
	.promises	= KMST_MAPPABLE,
	.max_order	= -1,
	.nr_pointers	= singles_nr_pointers,
	.gfp_refused	= KMST_GFP_HIGH | __GFP_COMP,
	.takes_node	= true,
	.nr_pages	= singles_nr_pages,
	.alloc		= bulk_alloc,
	.free		= singles_free,
};

const struct kmst_allocator kmst_allocator_highmem = {
	.name		= "highmem",
	.description	= "alloc_page(GFP_HIGHUSER): single pages, mapped by kmap_local_page"
#ifndef CONFIG_HIGHMEM
			  "; there is no highmem here, the pages are like all others"
#endif
			  ,
	.promises	= KMST_MAPPABLE,
	.max_order	= -1,
	.nr_pointers	= singles_nr_pointers,
	.gfp_added	= __GFP_HIGHMEM | __GFP_HARDWALL,
	.gfp_refused	= __GFP_COMP | __GFP_DMA | __GFP_DMA32,
	.takes_node	= true,
	.nr_pages	= singles_nr_pages,
	.alloc		= highmem_alloc,
	.free		= singles_free,
};
