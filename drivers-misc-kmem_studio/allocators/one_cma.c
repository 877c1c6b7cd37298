// SPDX-License-Identifier: GPL-2.0
/*
 * Single runs of pages through the DMA API, by the calls that cma.c makes for arenas.
 *
 * What the DMA API wants back with the pages is kept in the first of them, which is the
 * owner's to use.
 */
#include <linux/align.h>
#include <linux/dma-mapping.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmzone.h>

#include "../allocator.h"
#include "../device.h"
#include "../zones.h"
#include "ones.h"

/* Where the area has no room the DMA API takes a block of the page allocator. */
static u64 cma_max(void)
{
	return (u64)max(kmst_zones_largest_area(), 1UL << MAX_PAGE_ORDER) << PAGE_SHIFT;
}

static u64 cma_size(u64 bytes)
{
	if (get_order(bytes) > MAX_PAGE_ORDER)
		return ALIGN(bytes, (u64)PAGE_SIZE);
	return (u64)PAGE_SIZE << get_order(bytes);
}

static int cma_prepare(struct kmst_one *one)
{
	one->gfp = kmst_gfp_last_resort(one->gfp);
	return 0;
}

static void *cma_get(const struct kmst_one *one)
{
	struct page *page;
	dma_addr_t dma;

	/* a machine without DMA does not have the call either */
	if (!IS_ENABLED(CONFIG_HAS_DMA))
		return NULL;
	page = dma_alloc_pages(kmst_device(), one->nr_pages << PAGE_SHIFT, &dma,
			       DMA_BIDIRECTIONAL, one->gfp);
	if (page)
		set_page_private(page, dma >> PAGE_SHIFT);
	return page;
}

static unsigned int cma_gets(const struct kmst_one *one, void **held, unsigned int nr)
{
	return kmst_one_get_each(one, held, nr, cma_get);
}

static void cma_put(const struct kmst_one *one, void *held)
{
	dma_addr_t dma = (dma_addr_t)page_private((struct page *)held) << PAGE_SHIFT;

	set_page_private(held, 0);
	if (IS_ENABLED(CONFIG_HAS_DMA))
		dma_free_pages(kmst_device(), one->nr_pages << PAGE_SHIFT, held, dma,
			       DMA_BIDIRECTIONAL);
}

static void cma_puts(const struct kmst_one *one, void **held, unsigned int nr)
{
	kmst_one_put_each(one, held, nr, cma_put);
}

static struct page *cma_page(void *held, unsigned long index, struct kmst_one_at *at)
{
	return (struct page *)held + index;
}

/* Pages of the area are refcounted each, of a block only the first one is. */
static bool cma_fell_back(const struct kmst_one *one, const void *held)
{
	return one->nr_pages == 1 || !page_count((const struct page *)held + 1);
}

const struct kmst_one_ops kmst_one_cma = {
	.max_bytes	= cma_max,
	.size		= cma_size,
	.prepare	= cma_prepare,
	.get		= cma_gets,
	.put		= cma_puts,
	.page		= cma_page,
	.fell_back	= cma_fell_back,
};
