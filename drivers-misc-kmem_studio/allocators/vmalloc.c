// SPDX-License-Identifier: GPL-2.0
/*
 * Pages from anywhere, contiguous in virtual addresses alone.
 *
 * vmalloc  - always
 * kvmalloc - only if kmalloc() finds no room in one piece
 */
#include <linux/align.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "../layout.h"
#include "../plan.h"
#include "../table.h"
#include "ones.h"
#include "slab.h"
#include "vmalloc.h"

/* Since 6.19 vmalloc() takes no flag that says where the pages have to be. */
#define VMALLOC_REFUSED	(KMST_GFP_HIGH | __GFP_COMP | __GFP_THISNODE | __GFP_DMA | __GFP_DMA32)

static unsigned long pages_and_table(const struct kmst_plan *plan)
{
	return plan->nr_pages + kmst_table_pages(plan->nr_pages);
}

static int add_or_free(struct kmst_memory *memory, void *virt, size_t bytes)
{
	int err = kmst_blocks_add(memory, virt, bytes, bytes);

	if (err)
		kvfree(virt);
	return err;
}

/* With __GFP_RETRY_MAYFAIL the pages are reclaimed for, without the OOM killer. */
static int vmalloc_alloc(const struct kmst_request *request,
			 struct kmst_memory *memory)
{
	size_t bytes = request->plan->nr_pages << PAGE_SHIFT;
	void *virt;

	if (kmst_fail_allocation())
		return -ENOMEM;
	virt = __vmalloc(bytes, kmst_gfp_last_resort(request->gfp));
	if (!virt)
		return -ENOMEM;
	memory->source = KMST_SOURCE_VMALLOC;
	return add_or_free(memory, virt, bytes);
}

/*
 * kmalloc() and vmalloc() round up differently: ask for whole pages, which both give in
 * full, or for a size of kmalloc()'s.
 */
static size_t kvmalloc_bytes(const struct kmst_plan *plan)
{
	if (plan->bytes < PAGE_SIZE)
		return kmalloc_size_roundup(plan->bytes);
	return plan->nr_pages << PAGE_SHIFT;
}

/*
 * An area that is mapped by huge pages is allocated in whole ones: count what is mapped
 * behind @bytes, up to the guard page that ends each area.
 */
static size_t vmalloc_taken(void *virt, size_t bytes)
{
	size_t most = ALIGN(bytes, KMST_LARGEST_PAGE);

	while (bytes < most && vmalloc_to_page(virt + bytes))
		bytes += PAGE_SIZE;
	return bytes;
}

/*
 * Ask as every caller of kvmalloc() does. With __GFP_RETRY_MAYFAIL kmalloc() would reclaim
 * for its one block before it falls back; whoever wants to see that may add the flag.
 */
static int kvmalloc_alloc(const struct kmst_request *request,
			  struct kmst_memory *memory)
{
	size_t bytes = kvmalloc_bytes(request->plan);
	void *virt;

	if (kmst_fail_allocation())
		return -ENOMEM;
	virt = kvmalloc_node(bytes, request->gfp | __GFP_NOWARN, request->nid);
	if (!virt)
		return -ENOMEM;
	memory->source = is_vmalloc_addr(virt) ? KMST_SOURCE_VMALLOC : kmst_kmalloc_source(virt);
	return add_or_free(memory, virt, bytes);
}

static void kvmalloc_inspect(struct kmst_memory *memory)
{
	const struct kmst_block *block = &memory->blocks.table[0];

	if (is_vmalloc_addr(block->virt))
		memory->bytes = vmalloc_taken(block->virt, block->bytes);
	else
		kmst_kmalloc_inspect(memory);
}

static unsigned long kvmalloc_nr_pages(const struct kmst_plan *plan)
{
	/* kmalloc() takes a block, vmalloc() may take huge pages */
	if (plan->order <= MAX_PAGE_ORDER)
		return max(pages_and_table(plan), 1UL << plan->order);
	return ALIGN(plan->nr_pages, KMST_LARGEST_PAGE >> PAGE_SHIFT) +
	       kmst_table_pages(plan->nr_pages);
}

static unsigned long kvmalloc_max_pages(void)
{
	return min_t(unsigned long, PFN_DOWN(INT_MAX), kmst_vmalloc_max_pages());
}

static void free_any(const struct kmst_block *block)
{
	kvfree(block->virt);
}

static void vmalloc_free(struct kmst_memory *memory)
{
	kmst_blocks_free_each(memory, free_any);
}

const struct kmst_allocator kmst_allocator_vmalloc = {
	.name		= "vmalloc",
	.description	= "vmalloc: pages from anywhere, in a row for the kernel's page table",
	.layout		= &kmst_layout_blocks,
	.promises	= KMST_MAPPABLE,
	.max_order	= -1,
	.max_run	= kmst_vmalloc_max_pages,
	.max_run_is	= "the addresses of all areas of vmalloc(), VMALLOC_TOTAL",
	.gfp_refused	= VMALLOC_REFUSED,
	.sleeps		= true,
	.uses_high	= true,
	.nr_pages	= pages_and_table,
	.alloc		= vmalloc_alloc,
	.free		= vmalloc_free,
	.one		= &kmst_one_vmalloc,
};

const struct kmst_allocator kmst_allocator_kvmalloc = {
	.name		= "kvmalloc",
	.description	= "kvmalloc: kmalloc if it has room in one piece, vmalloc if not",
	.layout		= &kmst_layout_blocks,
	.max_order	= -1,
	.max_run	= kvmalloc_max_pages,
	.max_run_is	= "INT_MAX bytes, or the addresses of vmalloc() where those are fewer",
	.gfp_refused	= KMST_GFP_HIGH | __GFP_COMP | __GFP_DMA32,
	.takes_node	= true,
	.nr_pages	= kvmalloc_nr_pages,
	.alloc		= kvmalloc_alloc,
	.inspect	= kvmalloc_inspect,
	.free		= vmalloc_free,
	.one		= &kmst_one_kvmalloc,
};
