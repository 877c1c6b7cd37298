// SPDX-License-Identifier: GPL-2.0
/*
 * Blocks of contiguous pages, straight from the page allocator.
 *
 * page  - one block of 2^order pages, as the lab does it
 * chunk - blocks that add up to the pages exactly, largest first
 * exact - one block, of which what is beyond the pages is freed at once
 * folio - as chunk, each block a folio: one compound page with one reference count
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/numa.h>

#include "../cancel.h"
#include "../layout.h"
#include "../plan.h"
#include "blocks.h"
#include "maps.h"
#include "ones.h"

static unsigned long plan_nr_pages(const struct kmst_plan *plan)
{
	return plan->nr_pages;
}

static bool is_compound(const struct kmst_block *block)
{
	return PageCompound(virt_to_page(block->virt));
}

/**
 * kmst_block_is_split() - See whether each page of a block has a reference of its own.
 * @block: the block
 *
 * Only the first page is refcounted, until split_page() was called for a mapping. Whoever
 * frees the block is its last user, so that its counts stand still.
 *
 * Context: any.
 * Return: true if it is more than one page, and split.
 */
bool kmst_block_is_split(const struct kmst_block *block)
{
	return block->bytes > PAGE_SIZE && !is_compound(block) &&
	       page_count(virt_to_page(block->virt) + 1);
}

/* Each page is freed with its own last reference. */
static void free_split_block(const struct kmst_block *block)
{
	unsigned long i, nr_pages = block->bytes >> PAGE_SHIFT;

	for (i = 0; i < nr_pages; i++) {
		kmst_free_block(virt_to_page(block->virt + (i << PAGE_SHIFT)), 0);
		if (!((i + 1) % KMST_PAGES_PER_POINT))
			kmst_cancel_point(NULL);
	}
}

static void free_block(const struct kmst_block *block)
{
	if (kmst_block_is_split(block))
		free_split_block(block);
	else
		kmst_free_block(virt_to_page(block->virt), get_order(block->bytes));
}

static void free_blocks(struct kmst_memory *memory)
{
	kmst_blocks_free_each(memory, free_block);
}

static int add_block(struct kmst_memory *memory, struct page *page,
		     unsigned int order)
{
	size_t bytes = PAGE_SIZE << order;

	memory->source = KMST_SOURCE_PAGES;
	return kmst_blocks_add(memory, page_address(page), bytes, bytes);
}

static unsigned long page_nr_pages(const struct kmst_plan *plan)
{
	return 1UL << plan->order;
}

static int page_alloc(const struct kmst_request *request, struct kmst_memory *memory)
{
	unsigned int order = request->plan->order;
	struct page *page;
	int err;

	page = kmst_alloc_block(kmst_gfp_last_resort(request->gfp), order, request->nid);
	if (!page)
		return -ENOMEM;
	err = add_block(memory, page, order);
	if (err)
		kmst_free_block(page, order);
	return err;
}

/* Get a block of @order, and free it. */
typedef struct page *(*get_block_fn)(gfp_t gfp, unsigned int order, int nid);
typedef void (*put_block_fn)(struct page *page, unsigned int order);

static int alloc_exact_sum(const struct kmst_request *request,
			   struct kmst_memory *memory, get_block_fn get,
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
			/* do not ask for this order again */
			max_order = order - 1;
			continue;
		}
		if (!page)
			return -ENOMEM;
		err = add_block(memory, page, order);
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

static int chunk_alloc(const struct kmst_request *request, struct kmst_memory *memory)
{
	return alloc_exact_sum(request, memory, kmst_alloc_block, kmst_free_block);
}

static int exact_alloc(const struct kmst_request *request, struct kmst_memory *memory)
{
	size_t bytes = request->plan->nr_pages << PAGE_SHIFT;
	void *virt;
	int err;

	if (kmst_fail_allocation())
		return -ENOMEM;
	virt = alloc_pages_exact(bytes, kmst_gfp_last_resort(request->gfp));
	if (!virt)
		return -ENOMEM;
	memory->source = KMST_SOURCE_PAGES;
	err = kmst_blocks_add(memory, virt, bytes, bytes);
	if (err)
		free_pages_exact(virt, bytes);
	return err;
}

static void free_exact(const struct kmst_block *block)
{
	free_pages_exact(block->virt, block->bytes);
}

static void exact_free(struct kmst_memory *memory)
{
	kmst_blocks_free_each(memory, free_exact);
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
			  struct kmst_memory *memory)
{
	return alloc_exact_sum(request, memory, get_folio, put_folio);
}

static void free_folio(const struct kmst_block *block)
{
	folio_put(virt_to_folio(block->virt));
}

static void folio_free(struct kmst_memory *memory)
{
	kmst_blocks_free_each(memory, free_folio);
}

const struct kmst_allocator kmst_allocator_page = {
	.name		= "page",
	.description	= "alloc_pages: one block of 2^order pages, at most MAX_PAGE_ORDER",
	.layout		= &kmst_layout_blocks,
	.promises	= KMST_CONTIGUOUS | KMST_MAPPABLE,
	.max_order	= MAX_PAGE_ORDER,
	.gfp_refused	= KMST_GFP_HIGH,
	.takes_node	= true,
	.nr_pages	= page_nr_pages,
	.alloc		= page_alloc,
	.free		= free_blocks,
	.maps		= &kmst_maps_blocks,
	.one		= &kmst_one_page,
};

const struct kmst_allocator kmst_allocator_chunk = {
	.name		= "chunk",
	.description	= "alloc_pages: blocks that add up to the pages exactly, largest first",
	.layout		= &kmst_layout_blocks,
	.promises	= KMST_MAPPABLE,
	.max_order	= -1,
	.gfp_refused	= KMST_GFP_HIGH,
	.takes_node	= true,
	.nr_pages	= plan_nr_pages,
	.alloc		= chunk_alloc,
	.free		= free_blocks,
	.maps		= &kmst_maps_blocks,
	.one		= &kmst_one_chunk,
};

const struct kmst_allocator kmst_allocator_exact = {
	.name		= "exact",
	.description	= "alloc_pages_exact: one block, cut to the pages, the rest given back",
	.layout		= &kmst_layout_blocks,
	.promises	= KMST_CONTIGUOUS | KMST_MAPPABLE,
	.max_order	= MAX_PAGE_ORDER,
	.gfp_refused	= KMST_GFP_HIGH | __GFP_COMP,
	.nr_pages	= plan_nr_pages,
	.alloc		= exact_alloc,
	.free		= exact_free,
	.one		= &kmst_one_exact,
};

const struct kmst_allocator kmst_allocator_folio = {
	.name		= "folio",
	.description	= "folio_alloc: folios that add up to the pages exactly, largest first",
	.layout		= &kmst_layout_blocks,
	.promises	= KMST_MAPPABLE,
	.max_order	= -1,
	.gfp_added	= __GFP_COMP,
	.gfp_refused	= KMST_GFP_HIGH,
	.takes_node	= true,
	.nr_pages	= plan_nr_pages,
	.alloc		= folio_allocate,
	.free		= folio_free,
	.maps		= &kmst_maps_folios,
	.one		= &kmst_one_folio,
};
