// SPDX-License-Identifier: GPL-2.0
/*
 * Blocks in a mapping: page by page, each with a reference of its own from then on, or as
 * frames.
 */
#include <linux/dma-mapping.h>
#include <linux/kconfig.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "../cancel.h"
#include "../device.h"
#include "../layout.h"
#include "blocks.h"
#include "maps.h"

static void split_block(const struct kmst_block *block)
{
	if (block->bytes > PAGE_SIZE && !kmst_block_is_split(block))
		split_page(virt_to_page(block->virt), get_order(block->bytes));
}

static void split_blocks(const struct kmst_memory *memory, unsigned long index,
			 unsigned long nr_pages)
{
	const struct kmst_blocks *blocks = &memory->blocks;
	unsigned int i;

	for (i = kmst_blocks_find(memory, index);
	     i < blocks->nr && blocks->table[i].first_page < index + nr_pages; i++)
		split_block(&blocks->table[i]);
}

/* Map what @vma has of a block, from page @at of the arena on. */
static int map_block(const struct kmst_block *block, struct vm_area_struct *vma,
		     unsigned long addr, unsigned long at)
{
	unsigned long skip = (at - block->first_page) << PAGE_SHIFT;
	unsigned long bytes = min(block->bytes - skip, vma->vm_end - addr);

	return remap_pfn_range(vma, addr, page_to_pfn(virt_to_page(block->virt + skip)), bytes,
			       vma->vm_page_prot);
}

/*
 * Map as frames (VM_PFNMAP). madvise(), migration and memory failure lock, isolate and
 * split the whole of a compound page when they find one of its pages in a page table;
 * frames they leave alone.
 */
static int map_frames(const struct kmst_memory *memory, struct vm_area_struct *vma)
{
	const struct kmst_blocks *blocks = &memory->blocks;
	unsigned long at = vma->vm_pgoff, pages_since_point = 0;
	unsigned long addr = vma->vm_start;
	unsigned int i;
	int err;

	for (i = 0; i < blocks->nr && addr < vma->vm_end; i++) {
		const struct kmst_block *block = &blocks->table[i];
		unsigned long end = block->first_page + (block->bytes >> PAGE_SHIFT);

		if (++pages_since_point >= KMST_PAGES_PER_POINT) {
			cond_resched();
			if (fatal_signal_pending(current))
				return -EINTR;
			pages_since_point = 0;
		}
		if (at >= end)
			continue;
		err = map_block(block, vma, addr, at);
		if (err)
			return err;
		addr += (end - at) << PAGE_SHIFT;
		pages_since_point += end - at;
		at = end;
	}
	return 0;
}

static bool is_compound(const struct kmst_memory *memory)
{
	return PageCompound(virt_to_page(memory->blocks.table->virt));
}

const struct kmst_maps kmst_maps_blocks = {
	.split		= split_blocks,
	.maps_frames	= is_compound,
	.map		= map_frames,
};

const struct kmst_maps kmst_maps_folios = {
	.map		= map_frames,
};

/* As one run. */
static int map_cma(const struct kmst_memory *memory, struct vm_area_struct *vma)
{
	const struct kmst_block *block = memory->blocks.table;

	if (!IS_ENABLED(CONFIG_HAS_DMA))
		return -ENODEV;
	return dma_mmap_pages(kmst_device(), vma, block->bytes, virt_to_page(block->virt));
}

const struct kmst_maps kmst_maps_cma = {
	.map		= map_cma,
};
