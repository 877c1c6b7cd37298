// SPDX-License-Identifier: GPL-2.0
/*
 * Single blocks of pages, by the calls that blocks.c makes for arenas.
 */
#include <linux/align.h>
#include <linux/gfp.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/numa.h>

#include "../allocator.h"
#include "../cancel.h"
#include "../plan.h"
#include "ones.h"

static u64 block_max(void)
{
	return (u64)PAGE_SIZE << MAX_PAGE_ORDER;
}

static u64 block_size(u64 bytes)
{
	return (u64)PAGE_SIZE << get_order(bytes);
}

static u64 whole_pages(u64 bytes)
{
	return ALIGN(bytes, (u64)PAGE_SIZE);
}

static struct page *block_page(void *held, unsigned long index, struct kmst_one_at *at)
{
	return (struct page *)held + index;
}

static __always_inline struct page *get_block(gfp_t gfp, unsigned int order, int nid)
{
	return nid == NUMA_NO_NODE ? alloc_pages(gfp, order) : alloc_pages_node(nid, gfp, order);
}

/* --- page --- */

static void *page_get(const struct kmst_one *one)
{
	return get_block(one->gfp, one->order, one->nid);
}

static int page_prepare(struct kmst_one *one)
{
	one->gfp = kmst_gfp_last_resort(one->gfp);
	return 0;
}

static unsigned int page_gets(const struct kmst_one *one, void **held, unsigned int nr)
{
	return kmst_one_get_each(one, held, nr, page_get);
}

static void page_put(const struct kmst_one *one, void *held)
{
	__free_pages(held, one->order);
}

static void page_puts(const struct kmst_one *one, void **held, unsigned int nr)
{
	kmst_one_put_each(one, held, nr, page_put);
}

const struct kmst_one_ops kmst_one_page = {
	.max_bytes	= block_max,
	.size		= block_size,
	.prepare	= page_prepare,
	.get		= page_gets,
	.put		= page_puts,
	.page		= block_page,
};

/* --- chunk: blocks that add up to the pages --- */

/* One of them may be as large as memory is. This is measured: it is to be rare. */
static void let_others_run(unsigned long *pages, unsigned int order)
{
	*pages += 1UL << order;
	if (*pages < KMST_ONE_PAGES_PER_POINT)
		return;
	*pages = 0;
	kmst_cancel_point(NULL);
}

/* The first page of a block knows its order; those of one allocation are in a list. */
static void free_blocks(struct list_head *blocks)
{
	struct page *page, *next;
	unsigned long pages = 0;

	list_for_each_entry_safe(page, next, blocks, lru) {
		unsigned int order = page_private(page);

		set_page_private(page, 0);
		__free_pages(page, order);
		let_others_run(&pages, order);
	}
}

/* The order of the block that was got, or -1. What just failed is not asked for again. */
static int add_block(const struct kmst_one *one, struct list_head *blocks, int order)
{
	gfp_t if_easy = kmst_gfp_if_easy(one->gfp), last_resort = kmst_gfp_last_resort(one->gfp);
	struct page *page = NULL;

	for (; order >= 0; order--) {
		page = get_block(order ? if_easy : last_resort, order, one->nid);
		if (page)
			break;
	}
	if (!page)
		return -1;
	set_page_private(page, order);
	list_add_tail(&page->lru, blocks);
	return order;
}

/* What is held is the first block, whose list has no other beginning. */
static void *chunk_get(const struct kmst_one *one)
{
	unsigned long left = one->nr_pages, pages = 0;
	int order = MAX_PAGE_ORDER;
	struct page *first;
	LIST_HEAD(blocks);

	while (left) {
		order = add_block(one, &blocks, kmst_plan_block_order(left, order));
		if (order < 0) {
			free_blocks(&blocks);
			return NULL;
		}
		left -= 1UL << order;
		let_others_run(&pages, order);
	}
	first = list_first_entry(&blocks, struct page, lru);
	list_del(&blocks);
	return first;
}

static unsigned int chunk_gets(const struct kmst_one *one, void **held, unsigned int nr)
{
	return kmst_one_get_each(one, held, nr, chunk_get);
}

static void chunk_put(const struct kmst_one *one, void *held)
{
	struct page *first = held;
	LIST_HEAD(blocks);

	list_add_tail(&blocks, &first->lru);
	free_blocks(&blocks);
}

static void chunk_puts(const struct kmst_one *one, void **held, unsigned int nr)
{
	kmst_one_put_each(one, held, nr, chunk_put);
}

/* Goes on from the block of the page before: to search from the first one is O(n^2). */
static struct page *chunk_page(void *held, unsigned long index, struct kmst_one_at *at)
{
	if (!at->block)
		*at = (struct kmst_one_at){ .block = held };
	while ((index - at->begin) >> page_private(at->block)) {
		at->begin += 1UL << page_private(at->block);
		at->block = list_next_entry(at->block, lru);
	}
	return at->block + (index - at->begin);
}

static u64 chunk_max(void)
{
	return SIZE_MAX / 2;
}

const struct kmst_one_ops kmst_one_chunk = {
	.max_bytes	= chunk_max,
	.size		= whole_pages,
	.get		= chunk_gets,
	.put		= chunk_puts,
	.page		= chunk_page,
};

/* --- exact --- */

static void *exact_get(const struct kmst_one *one)
{
	return alloc_pages_exact(one->bytes, one->gfp);
}

static unsigned int exact_gets(const struct kmst_one *one, void **held, unsigned int nr)
{
	return kmst_one_get_each(one, held, nr, exact_get);
}

static void exact_put(const struct kmst_one *one, void *held)
{
	free_pages_exact(held, one->bytes);
}

static void exact_puts(const struct kmst_one *one, void **held, unsigned int nr)
{
	kmst_one_put_each(one, held, nr, exact_put);
}

const struct kmst_one_ops kmst_one_exact = {
	.max_bytes	= block_max,
	.size		= whole_pages,
	.prepare	= page_prepare,
	.get		= exact_gets,
	.put		= exact_puts,
};

/* --- folio --- */

static void *folio_get_one(const struct kmst_one *one)
{
	if (one->nid == NUMA_NO_NODE)
		return folio_alloc(one->gfp, one->order);
	return __folio_alloc_node(one->gfp, one->order, one->nid);
}

static unsigned int folio_gets(const struct kmst_one *one, void **held, unsigned int nr)
{
	return kmst_one_get_each(one, held, nr, folio_get_one);
}

static void folio_put_one(const struct kmst_one *one, void *held)
{
	folio_put(held);
}

static void folio_puts(const struct kmst_one *one, void **held, unsigned int nr)
{
	kmst_one_put_each(one, held, nr, folio_put_one);
}

static struct page *folio_page_of(void *held, unsigned long index, struct kmst_one_at *at)
{
	struct folio *folio = held;

	return folio_page(folio, index);
}

const struct kmst_one_ops kmst_one_folio = {
	.max_bytes	= block_max,
	.size		= block_size,
	.prepare	= page_prepare,
	.get		= folio_gets,
	.put		= folio_puts,
	.page		= folio_page_of,
};
