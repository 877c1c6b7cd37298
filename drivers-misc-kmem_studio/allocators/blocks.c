// SPDX-License-Identifier: GPL-2.0
/*
 * Blocks of neighbouring pages, straight from the page allocator.
 *
 * page  - one block of a power of two of pages, as the lab does it
 * chunk - the blocks that add up to the wanted pages exactly, largest first
 * exact - one block, of which what is beyond the wanted pages is given back
 * folio - as chunk, each block a folio: one compound page with one reference count
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/numa.h>
#include <linux/pagemap.h>
#include <linux/sched.h>

#include "../cancel.h"
#include "../plan.h"
#include "blocks.h"

static unsigned long plan_nr_pages(const struct kmst_plan *plan)
{
	return plan->nr_pages;
}

static void free_block(const struct kmst_span *span)
{
	kmst_free_block(virt_to_page(span->virt), get_order(span->bytes));
}

/* Each page goes when its last user lets go of it. */
static void free_split_block(const struct kmst_span *span)
{
	unsigned long i, nr_pages = span->bytes >> PAGE_SHIFT;

	for (i = 0; i < nr_pages; i++) {
		kmst_free_block(virt_to_page(span->virt + (i << PAGE_SHIFT)), 0);
		if (!((i + 1) % KMST_PAGES_PER_POINT))
			kmst_cancel_point(NULL);
	}
}

static void unlock_block(const struct kmst_span *span)
{
	if (PageCompound(virt_to_page(span->virt)))
		folio_unlock(virt_to_folio(span->virt));
}

static void free_locked_block(const struct kmst_span *span)
{
	unlock_block(span);
	free_block(span);
}

static void free_blocks(struct kmst_spans *spans)
{
	if (spans->split)
		kmst_spans_free_each(spans, free_split_block);
	else
		kmst_spans_free_each(spans, spans->locked ? free_locked_block : free_block);
}

/*
 * What is added to the references of any page of a folio is added to those of the folio.
 *
 * madvise(MADV_COLD) splits a large folio that it can lock, and tries again. A kernel
 * without huge pages says that it was split, and leaves it as it is: madvise() would never
 * end. What is locked it leaves alone.
 */
static void share_folios(struct kmst_spans *spans)
{
	unsigned int i;

	for (i = 0; i < spans->nr; i++) {
		if (PageCompound(virt_to_page(spans->table[i].virt)))
			folio_lock(virt_to_folio(spans->table[i].virt));
		cond_resched();
	}
	spans->locked = true;
}

/*
 * A block has one reference for all its pages, which its first page counts. With
 * __GFP_COMP it is a folio; else each page has to count its own. The largest one comes
 * first.
 */
static void share_blocks(struct kmst_spans *spans)
{
	unsigned int i;

	if (PageCompound(virt_to_page(spans->table[0].virt))) {
		share_folios(spans);
		return;
	}
	for (i = 0; i < spans->nr; i++) {
		split_page(virt_to_page(spans->table[i].virt),
			   get_order(spans->table[i].bytes));
		/* the largest block has thousands of pages */
		cond_resched();
	}
	spans->split = true;
}

static int add_block(struct kmst_spans *spans, struct page *page,
		     unsigned int order)
{
	size_t bytes = PAGE_SIZE << order;

	return kmst_spans_add(spans, page_address(page), bytes, bytes);
}

static unsigned long page_nr_pages(const struct kmst_plan *plan)
{
	return 1UL << plan->order;
}

static int page_alloc(const struct kmst_request *request, struct kmst_spans *spans)
{
	unsigned int order = request->plan->order;
	struct page *page;
	int err;

	page = kmst_alloc_block(kmst_gfp_last_resort(request->gfp), order, request->nid);
	if (!page)
		return -ENOMEM;
	err = add_block(spans, page, order);
	if (err)
		kmst_free_block(page, order);
	return err;
}

/* Who gives a block of @order and who takes it back. */
typedef struct page *(*get_block_fn)(gfp_t gfp, unsigned int order, int nid);
typedef void (*put_block_fn)(struct page *page, unsigned int order);

static int alloc_exact_sum(const struct kmst_request *request,
			   struct kmst_spans *spans, get_block_fn get,
			   put_block_fn put)
{
	gfp_t if_easy = kmst_gfp_if_easy(request->gfp);
	gfp_t last_resort = kmst_gfp_last_resort(request->gfp);
	unsigned long left = request->plan->nr_pages;
	unsigned int max_order = MAX_PAGE_ORDER;
	unsigned long pages_since_point = 0;

	while (left) {
		unsigned int order = kmst_plan_block_order(left, max_order);
		struct page *page;
		int err;

		page = get(order ? if_easy : last_resort, order, request->nid);
		if (!page && order) {
			/* what just failed is not asked for again */
			max_order = order - 1;
			continue;
		}
		if (!page)
			return -ENOMEM;
		err = add_block(spans, page, order);
		if (err) {
			put(page, order);
			return err;
		}

		left -= 1UL << order;
		pages_since_point += 1UL << order;
		if (pages_since_point < KMST_PAGES_PER_POINT)
			continue;
		pages_since_point = 0;
		err = kmst_cancel_point(request->cancel);
		if (err)
			return err;
	}
	return 0;
}

static int chunk_alloc(const struct kmst_request *request, struct kmst_spans *spans)
{
	return alloc_exact_sum(request, spans, kmst_alloc_block, kmst_free_block);
}

static int exact_alloc(const struct kmst_request *request, struct kmst_spans *spans)
{
	size_t bytes = request->plan->nr_pages << PAGE_SHIFT;
	void *virt;
	int err;

	if (kmst_fail_allocation())
		return -ENOMEM;
	virt = alloc_pages_exact(bytes, kmst_gfp_last_resort(request->gfp));
	if (!virt)
		return -ENOMEM;
	err = kmst_spans_add(spans, virt, bytes, bytes);
	if (err)
		free_pages_exact(virt, bytes);
	return err;
}

static void free_exact(const struct kmst_span *span)
{
	free_pages_exact(span->virt, span->bytes);
}

static void exact_free(struct kmst_spans *spans)
{
	kmst_spans_free_each(spans, free_exact);
}

static struct page *get_folio(gfp_t gfp, unsigned int order, int nid)
{
	struct folio *folio;

	if (kmst_fail_allocation())
		return NULL;
	if (nid == NUMA_NO_NODE)
		folio = folio_alloc(gfp, order);
	else
		folio = __folio_alloc_node(gfp, order, nid);
	return folio ? folio_page(folio, 0) : NULL;
}

static void put_folio(struct page *page, unsigned int order)
{
	folio_put(page_folio(page));
}

static int folio_allocate(const struct kmst_request *request,
			  struct kmst_spans *spans)
{
	return alloc_exact_sum(request, spans, get_folio, put_folio);
}

static void free_folio(const struct kmst_span *span)
{
	folio_put(virt_to_folio(span->virt));
}

static void free_locked_folio(const struct kmst_span *span)
{
	unlock_block(span);
	free_folio(span);
}

static void folio_free(struct kmst_spans *spans)
{
	kmst_spans_free_each(spans, spans->locked ? free_locked_folio : free_folio);
}

const struct kmst_allocator kmst_allocator_page = {
	.name		= "page",
	.description	= "alloc_pages: one block of 2^order pages, at most MAX_PAGE_ORDER",
	.promises	= KMST_CONTIGUOUS | KMST_MAPPABLE,
	.max_order	= MAX_PAGE_ORDER,
	.gfp_refused	= KMST_GFP_HIGH,
	.takes_node	= true,
	.nr_pages	= page_nr_pages,
	.alloc		= page_alloc,
	.free		= free_blocks,
	.share		= share_blocks,
};

const struct kmst_allocator kmst_allocator_chunk = {
	.name		= "chunk",
	.description	= "alloc_pages: blocks that add up to the pages exactly, largest first",
	.promises	= KMST_MAPPABLE,
	.max_order	= -1,
	.gfp_refused	= KMST_GFP_HIGH,
	.takes_node	= true,
	.nr_pages	= plan_nr_pages,
	.alloc		= chunk_alloc,
	.free		= free_blocks,
	.share		= share_blocks,
};

const struct kmst_allocator kmst_allocator_exact = {
	.name		= "exact",
	.description	= "alloc_pages_exact: one block, cut to the pages, the rest given back",
	.promises	= KMST_CONTIGUOUS | KMST_MAPPABLE,
	.max_order	= MAX_PAGE_ORDER,
	.gfp_refused	= KMST_GFP_HIGH | __GFP_COMP,
	.nr_pages	= plan_nr_pages,
	.alloc		= exact_alloc,
	.free		= exact_free,
};

const struct kmst_allocator kmst_allocator_folio = {
	.name		= "folio",
	.description	= "folio_alloc: folios that add up to the pages exactly, largest first",
	.promises	= KMST_MAPPABLE,
	.max_order	= -1,
	.gfp_added	= __GFP_COMP,
	.gfp_refused	= KMST_GFP_HIGH,
	.takes_node	= true,
	.nr_pages	= plan_nr_pages,
	.alloc		= folio_allocate,
	.free		= folio_free,
	.share		= share_folios,
};
