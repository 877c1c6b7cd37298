// SPDX-License-Identifier: GPL-2.0
/*
 * The driver's own device, which the DMA API gives memory to, and cleans and invalidates
 * caches for.
 *
 * A verification is to read memory, and not what a cache has of it. Where devices are not
 * coherent with caches, mapping a buffer for DMA in both directions and unmapping it does
 * that: on arm and arm64 each line is cleaned, and invalidated, to the point of coherency.
 * (arch_wb_cache_pmem() does the same, but CONFIG_ARM64_PMEM is off on the kernels of a
 * Raspberry Pi.)
 */
#include <kunit/static_stub.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/platform_device.h>

#include "device.h"

/* Made once, and constant from then on. */
static struct platform_device *studio;
static bool sees_memory;

/*
 * Another address than the page's own is a bounce buffer's (swiotlb) or an IOMMU's: do not
 * copy it back.
 */
static bool flush_mapped(struct page *first, unsigned long nr_pages)
{
	size_t bytes = nr_pages << PAGE_SHIFT;
	dma_addr_t dma;
	bool direct;

	dma = dma_map_page(&studio->dev, first, 0, bytes, DMA_BIDIRECTIONAL);
	if (dma_mapping_error(&studio->dev, dma))
		return false;
	direct = dma == page_to_phys(first) && dma_need_sync(&studio->dev, dma);
	dma_unmap_page_attrs(&studio->dev, dma, bytes, DMA_BIDIRECTIONAL,
			     direct ? 0 : DMA_ATTR_SKIP_CPU_SYNC);
	return direct;
}

/* Memory of the DMA API is mapped already. */
static void flush_dma(struct page *first, unsigned long nr_pages)
{
	size_t bytes = nr_pages << PAGE_SHIFT;
	dma_addr_t dma = page_to_phys(first);

	dma_sync_single_for_device(&studio->dev, dma, bytes, DMA_BIDIRECTIONAL);
	dma_sync_single_for_cpu(&studio->dev, dma, bytes, DMA_BIDIRECTIONAL);
}

/* Try it once, with a page of ours. */
static bool try_flush(void)
{
	struct page *page = alloc_page(GFP_KERNEL);
	bool flushed;

	if (!page)
		return false;
	flushed = flush_mapped(page, 1);
	__free_page(page);
	return flushed;
}

/**
 * kmst_device_init() - Make the device.
 *
 * It has no driver, and so no IOMMU, and may have all memory.
 *
 * Context: process context, may sleep. Before any arena is made.
 * Return: 0, or an errno of platform_device_register_full().
 */
int __init kmst_device_init(void)
{
	const struct platform_device_info info = {
		.name		= "kmem_studio",
		.id		= PLATFORM_DEVID_NONE,
		.dma_mask	= DMA_BIT_MASK(64),
	};

	studio = platform_device_register_full(&info);
	if (IS_ERR(studio))
		return PTR_ERR(studio);
	sees_memory = try_flush();
	return 0;
}

/**
 * kmst_device_exit() - Take the device away.
 *
 * Context: process context, may sleep. No arena is left.
 */
void kmst_device_exit(void)
{
	platform_device_unregister(studio);
}

/**
 * kmst_device() - The device, for the DMA API.
 *
 * Context: any, between kmst_device_init() and kmst_device_exit().
 * Return: the device.
 */
struct device *kmst_device(void)
{
	return &studio->dev;
}

/**
 * kmst_device_sees_memory() - Can what caches have be brought to memory?
 *
 * Context: any.
 * Return: false where the DMA API has nothing to do, for devices see the caches, too, or
 * where it would do something else.
 */
bool kmst_device_sees_memory(void)
{
	return sees_memory;
}

/**
 * kmst_device_flush() - Have what pages hold be in memory, and in no cache.
 * @first:    the first of the pages; their descriptors are neighbours
 * @nr_pages: their number
 * @is_dma:   the DMA API gave them to kmst_device()
 *
 * All lines of the pages are cleaned and invalidated. Between the two a write of another
 * CPU can be lost: nobody else may have anything on the pages.
 *
 * Context: any, does not sleep.
 * Return: false if that cannot be had; nothing was done then.
 */
bool kmst_device_flush(struct page *first, unsigned long nr_pages, bool is_dma)
{
	KUNIT_STATIC_STUB_REDIRECT(kmst_device_flush, first, nr_pages, is_dma);

	if (!sees_memory)
		return false;
	if (!is_dma)
		return flush_mapped(first, nr_pages);
	flush_dma(first, nr_pages);
	return true;
}
