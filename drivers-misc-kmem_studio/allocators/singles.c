// SPDX-License-Identifier: GPL-2.0
/*
 * Single pages.
 *
 * bulk    - alloc_pages_bulk(): many pages a call, from the per-CPU lists. They are of one
 *           node, the one that was named or the CPU's: neither the task's memory policy nor
 *           numa_policy= of the command line is asked; a cpuset is. Below the low watermark
 *           of that node's zones, and with page_owner=on, a call gives one page, like
 *           alloc_pages_node(): with reclaim, and of another node if need be
 * highmem - alloc_page(GFP_HIGHUSER): pages that may have no lasting address, on 32-bit
 *           machines with more RAM than the linear map has room for; elsewhere pages
 *           like all others
 */
#include <linux/gfp.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/numa.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../cancel.h"
#include "../layout.h"
#include "../plan.h"
#include "../table.h"
#include "../trace.h"
#include "ones.h"
#include "singles.h"

/* Pages of one call, which holds the lock of the per-CPU lists meanwhile. */
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
static void note_pages(struct kmst_memory *memory, unsigned long first)
{
	unsigned long i;

	memory->source = KMST_SOURCE_PAGES;
	memory->bytes = (u64)memory->pages.nr << PAGE_SHIFT;
	if (!trace_kmst_span_alloc_enabled())
		return;
	for (i = first; i < memory->pages.nr; i++)
		trace_kmst_span_alloc(page_to_pfn(memory->pages.table[i]), 1,
				      page_to_nid(memory->pages.table[i]));
}

static unsigned long get_bulk(gfp_t gfp, int nid, unsigned long nr,
			      struct page **pages)
{
	if (kmst_fail_allocation())
		return 0;
	return alloc_pages_bulk_node(gfp, nid, nr, pages);
}

static struct kmst_calls *new_calls(void)
{
	if (kmst_fail_allocation())
		return NULL;
	return kzalloc_obj(struct kmst_calls);
}

static int bulk_alloc(const struct kmst_request *request, struct kmst_memory *memory)
{
	gfp_t gfp = kmst_gfp_last_resort(request->gfp);
	unsigned long wanted = request->plan->nr_pages;
	struct kmst_calls *calls;
	int err;

	calls = new_calls();
	if (!calls)
		return -ENOMEM;
	memory->private = calls;
	err = kmst_pages_prepare(memory, wanted);
	if (err)
		return err;
	/* the call fills entries that are NULL */
	memset(memory->pages.table, 0, memory->table_bytes);

	while (memory->pages.nr < wanted) {
		unsigned long first = memory->pages.nr;
		unsigned long most = min(wanted - first, BULK_PAGES);
		unsigned long got;

		got = get_bulk(gfp, request->nid, most, memory->pages.table + first);
		if (!got)
			return -ENOMEM;
		memory->pages.nr += got;
		calls->nr++;
		calls->single += got == 1 && most > 1;
		note_pages(memory, first);
		err = kmst_cancel_point(request->cancel);
		if (err)
			return err;
	}
	return 0;
}

static int get_highmem(const struct kmst_request *request, struct kmst_memory *memory)
{
	gfp_t gfp = kmst_gfp_last_resort(request->gfp);
	unsigned long wanted = request->plan->nr_pages;
	int err;

	while (memory->pages.nr < wanted) {
		unsigned long first = memory->pages.nr;

		memory->pages.table[first] = kmst_alloc_block(gfp, 0, request->nid);
		if (!memory->pages.table[first])
			return -ENOMEM;
		memory->pages.nr++;
		note_pages(memory, first);
		if (memory->pages.nr % KMST_PAGES_PER_POINT)
			continue;
		err = kmst_cancel_point(request->cancel);
		if (err)
			return err;
	}
	return 0;
}

/*
 * The pages are pinned for as long as the arena lives: keep them off CMA and ZONE_MOVABLE,
 * even if __GFP_MOVABLE was asked for.
 */
static int highmem_alloc(const struct kmst_request *request,
			 struct kmst_memory *memory)
{
	unsigned int saved;
	int err;

	err = kmst_pages_prepare(memory, request->plan->nr_pages);
	if (err)
		return err;

	saved = memalloc_pin_save();
	err = get_highmem(request, memory);
	memalloc_pin_restore(saved);
	return err;
}

static struct kmst_calls bulk_calls(const struct kmst_memory *memory)
{
	return *(const struct kmst_calls *)memory->private;
}

static void singles_free(struct kmst_memory *memory)
{
	unsigned long i;

	for (i = 0; i < memory->pages.nr; i++) {
		kmst_free_block(memory->pages.table[i], 0);
		if (!((i + 1) % KMST_PAGES_PER_POINT))
			kmst_cancel_point(NULL);
	}
}

static void bulk_free(struct kmst_memory *memory)
{
	singles_free(memory);
	kfree(memory->private);
}

const struct kmst_allocator kmst_allocator_bulk = {
	.name		= "bulk",
	.description	= "alloc_pages_bulk: single pages of one node, many a call",
	.layout		= &kmst_layout_pages,
	.promises	= KMST_MAPPABLE,
	.max_order	= -1,
	.nr_pointers	= singles_nr_pointers,
	.gfp_refused	= KMST_GFP_HIGH | __GFP_COMP,
	.takes_node	= true,
	.nr_pages	= singles_nr_pages,
	.alloc		= bulk_alloc,
	.free		= bulk_free,
	.calls		= bulk_calls,
	.one		= &kmst_one_bulk,
};

const struct kmst_allocator kmst_allocator_highmem = {
	.name		= "highmem",
	.description	= "alloc_page(GFP_HIGHUSER): single pages, mapped by kmap_local_page"
#ifndef CONFIG_HIGHMEM
			  "; there is no highmem here, the pages are like all others"
#endif
			  ,
	.layout		= &kmst_layout_pages,
	.promises	= KMST_MAPPABLE,
	.max_order	= -1,
	.nr_pointers	= singles_nr_pointers,
	.gfp_added	= __GFP_HIGHMEM | __GFP_HARDWALL,
	.gfp_refused	= __GFP_COMP | __GFP_DMA | __GFP_DMA32,
	.takes_node	= true,
	.nr_pages	= singles_nr_pages,
	.alloc		= highmem_alloc,
	.free		= singles_free,
	.one		= &kmst_one_highmem,
};
