// SPDX-License-Identifier: GPL-2.0
/*
 * Pages from anywhere, put in a row by the page table.
 *
 * vmalloc  - always
 * kvmalloc - only if kmalloc() has no room in one piece
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "../plan.h"
#include "vmalloc.h"

static unsigned long pages_and_table(const struct kmst_plan *plan)
{
	return plan->nr_pages + kmst_table_pages(plan->nr_pages);
}

static int add_or_free(struct kmst_spans *spans, void *virt, size_t bytes,
		       size_t allocated)
{
	int err = kmst_spans_add(spans, virt, bytes, allocated);

	if (err)
		kvfree(virt);
	return err;
}

static int vmalloc_alloc(const struct kmst_request *request,
			 struct kmst_spans *spans)
{
	size_t bytes = request->plan->nr_pages << PAGE_SHIFT;
	void *virt;

	if (kmst_fail_allocation())
		return -ENOMEM;
	virt = __vmalloc(bytes, kmst_gfp_last_resort(request->gfp));
	if (!virt)
		return -ENOMEM;
	return add_or_free(spans, virt, bytes, bytes);
}

/*
 * What kmalloc() or vmalloc() round up to differs: ask for whole pages, which both
 * give in full, or for what kmalloc() makes of less than a page.
 */
static size_t kvmalloc_bytes(const struct kmst_plan *plan)
{
	if (plan->bytes < PAGE_SIZE)
		return kmalloc_size_roundup(plan->bytes);
	return plan->nr_pages << PAGE_SHIFT;
}

static int kvmalloc_alloc(const struct kmst_request *request,
			  struct kmst_spans *spans)
{
	size_t bytes = kvmalloc_bytes(request->plan);
	void *virt;

	if (kmst_fail_allocation())
		return -ENOMEM;
	virt = kvmalloc_node(bytes, kmst_gfp_last_resort(request->gfp), request->nid);
	if (!virt)
		return -ENOMEM;
	return add_or_free(spans, virt, bytes,
			   is_vmalloc_addr(virt) ? bytes : ksize(virt));
}

static unsigned long kvmalloc_nr_pages(const struct kmst_plan *plan)
{
	/* if it is kmalloc's, there is no more than that */
	return max(pages_and_table(plan),
		   plan->order > MAX_PAGE_ORDER ? 0 : 1UL << plan->order);
}

static void free_any(const struct kmst_span *span)
{
	kvfree(span->virt);
}

static void vmalloc_free(struct kmst_spans *spans)
{
	kmst_spans_free_each(spans, free_any);
}

const struct kmst_allocator kmst_allocator_vmalloc = {
	.name		= "vmalloc",
	.description	= "vmalloc: pages from anywhere, in a row for the kernel's page table",
	.promises	= KMST_MAPPABLE,
	.max_order	= -1,
	.gfp_refused	= KMST_GFP_HIGH | __GFP_COMP,
	.sleeps		= true,
	.nr_pages	= pages_and_table,
	.alloc		= vmalloc_alloc,
	.free		= vmalloc_free,
};

const struct kmst_allocator kmst_allocator_kvmalloc = {
	.name		= "kvmalloc",
	.description	= "kvmalloc: kmalloc if it has room in one piece, vmalloc if not",
	.max_order	= -1,
	.gfp_refused	= KMST_GFP_HIGH | __GFP_COMP | __GFP_DMA32,
	.takes_node	= true,
	.nr_pages	= kvmalloc_nr_pages,
	.alloc		= kvmalloc_alloc,
	.free		= vmalloc_free,
};
