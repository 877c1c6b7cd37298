// SPDX-License-Identifier: GPL-2.0
/*
 * Contiguous memory through the DMA API, as a driver gets the buffers of a device without
 * an IOMMU: from the area that was reserved for it at boot (CMA), whose pages are lent to
 * programs until then.
 *
 * The memory is given to the driver's own device. It is mapped as that device's frames,
 * which are not refcounted: all of it is freed with the arena.
 */
#include <linux/dma-mapping.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "../device.h"
#include "../layout.h"
#include "../plan.h"
#include "../zones.h"
#include "cma.h"
#include "maps.h"
#include "ones.h"

/* What the device was given for an arena. */
struct cma_source {
	struct page	*pages;
	dma_addr_t	dma;
	size_t		bytes;
};

/* Built without it, or told at boot to set nothing aside ("cma=0"). */
static bool cma_supported(void)
{
	return IS_ENABLED(CONFIG_DMA_CMA) && kmst_zones_largest_area();
}

/* Without room in the area, the DMA API falls back to the page allocator. */
static unsigned long cma_max_pages(void)
{
	return max(kmst_zones_largest_area(), 1UL << MAX_PAGE_ORDER);
}

/* A block is rounded up to its order, pages of the area are not. */
static unsigned long cma_nr_pages(const struct kmst_plan *plan)
{
	return plan->order > MAX_PAGE_ORDER ? plan->nr_pages : 1UL << plan->order;
}

static int get_pages(struct cma_source *source, gfp_t gfp)
{
	/* without CONFIG_HAS_DMA there is no such call */
	if (!IS_ENABLED(CONFIG_HAS_DMA) || kmst_fail_allocation())
		return -ENOMEM;
	source->pages = dma_alloc_pages(kmst_device(), source->bytes, &source->dma,
					DMA_BIDIRECTIONAL, gfp);
	return source->pages ? 0 : -ENOMEM;
}

static void put_source(struct cma_source *source)
{
	if (IS_ENABLED(CONFIG_HAS_DMA) && source->pages)
		dma_free_pages(kmst_device(), source->bytes, source->pages, source->dma,
			       DMA_BIDIRECTIONAL);
	kfree(source);
}

static struct cma_source *new_source(size_t bytes)
{
	struct cma_source *source;

	source = kmst_fail_allocation() ? NULL : kzalloc_obj(*source);
	if (source)
		source->bytes = bytes;
	return source;
}

/* CMA pages are refcounted each; of a block only the first one is. */
static bool is_block(const struct cma_source *source)
{
	return source->bytes <= PAGE_SIZE || !page_count(source->pages + 1);
}

/* A block is taken whole. */
static size_t taken_bytes(const struct cma_source *source)
{
	return is_block(source) ? PAGE_SIZE << get_order(source->bytes) : source->bytes;
}

static int cma_allocate(const struct kmst_request *request,
			struct kmst_memory *memory)
{
	size_t bytes = request->plan->nr_pages << PAGE_SHIFT;
	struct cma_source *source;
	int err;

	source = new_source(bytes);
	if (!source)
		return -ENOMEM;
	memory->private = source;
	err = get_pages(source, kmst_gfp_last_resort(request->gfp));
	if (err)
		return err;
	memory->source = is_block(source) ? KMST_SOURCE_PAGES : KMST_SOURCE_CMA;
	return kmst_blocks_add(memory, page_address(source->pages), bytes,
			      taken_bytes(source));
}

static void cma_free(struct kmst_memory *memory)
{
	if (memory->private)
		put_source(memory->private);
}

const struct kmst_allocator kmst_allocator_cma = {
	.name		= "cma",
	.description	= "dma_alloc_pages: one run of pages from the area set aside for DMA",
	.layout		= &kmst_layout_blocks,
	.promises	= KMST_CONTIGUOUS | KMST_MAPPABLE,
	.max_order	= -1,
	.max_run	= cma_max_pages,
	.max_run_is	= "the area set aside for DMA, or one block of MAX_PAGE_ORDER",
	.gfp_refused	= KMST_GFP_HIGH | __GFP_COMP | __GFP_DMA | __GFP_DMA32,
	.sleeps		= true,
	.uses_cma	= true,
	.is_dma		= true,
	.supported	= cma_supported,
	.nr_pages	= cma_nr_pages,
	.alloc		= cma_allocate,
	.free		= cma_free,
	.maps		= &kmst_maps_cma,
	.one		= &kmst_one_cma,
};
