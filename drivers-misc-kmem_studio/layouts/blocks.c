// SPDX-License-Identifier: GPL-2.0
/*
 * Memory in blocks: one, or many; in the linear map, or in vmalloc's area, but not both.
 *
 * Words are numbered through all blocks. All blocks but the last are made of whole pages.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "../cancel.h"
#include "../layout.h"
#include "../plan.h"
#include "../table.h"
#include "../trace.h"
#include "run.h"

#define FIRST_CAPACITY	8

/* A table has room for twice the blocks of the largest plan, each of them a page. */
static_assert((u64)U32_MAX * sizeof(struct kmst_struct) / PAGE_SIZE * 2 *
	      sizeof(struct kmst_block) <= INT_MAX);

static unsigned long pages_of(const struct kmst_block *block)
{
	return PFN_UP(offset_in_page(block->virt) + block->bytes);
}

static struct page *page_of(const void *virt)
{
	return is_vmalloc_addr(virt) ? vmalloc_to_page(virt) : virt_to_page(virt);
}

/* --- for allocators --- */

static int reserve(struct kmst_memory *memory, unsigned int capacity)
{
	struct kmst_blocks *blocks = &memory->blocks;
	size_t bytes = array_size(capacity, sizeof(*blocks->table));
	struct kmst_block *table;

	table = kmst_grow_table(blocks->table, bytes);
	if (!table)
		return -ENOMEM;
	blocks->table = table;
	blocks->capacity = capacity;
	memory->table_bytes = bytes;
	return 0;
}

static void trace_block(const struct kmst_block *block)
{
	struct page *page;

	if (!trace_kmst_span_alloc_enabled())
		return;
	page = page_of(block->virt);
	trace_kmst_span_alloc(page_to_pfn(page), pages_of(block), page_to_nid(page));
}

/**
 * kmst_blocks_add() - Append a block.
 * @memory:    the memory so far
 * @virt:      first byte of the new block, in the linear map or in vmalloc's area
 * @bytes:     its length that may be written to
 * @allocated: bytes that it takes from the kernel
 *
 * Context: process context, may sleep. The caller owns @memory alone.
 * Return: 0, or -ENOMEM with @memory as it was.
 */
int kmst_blocks_add(struct kmst_memory *memory, void *virt, size_t bytes, size_t allocated)
{
	struct kmst_blocks *blocks = &memory->blocks;
	struct kmst_block *block;
	unsigned int capacity;
	int err;

	if (blocks->nr == blocks->capacity) {
		capacity = max_t(unsigned int, 2 * blocks->capacity, FIRST_CAPACITY);
		err = reserve(memory, capacity);
		if (err)
			return err;
	}

	block = &blocks->table[blocks->nr++];
	*block = (struct kmst_block){ virt, bytes, blocks->nr_pages };
	blocks->nr_pages += pages_of(block);
	memory->bytes += allocated;
	trace_block(block);
	return 0;
}

/**
 * kmst_blocks_free_each() - Free the blocks one after the other.
 * @memory: the memory
 * @free:   frees one
 *
 * Context: process context, may sleep. The caller owns @memory alone.
 */
void kmst_blocks_free_each(struct kmst_memory *memory,
			   void (*free)(const struct kmst_block *block))
{
	const struct kmst_blocks *blocks = &memory->blocks;
	unsigned long pages_since_point = 0;
	unsigned int i;

	for (i = 0; i < blocks->nr; i++) {
		pages_since_point += pages_of(&blocks->table[i]);
		free(&blocks->table[i]);
		if (pages_since_point < KMST_PAGES_PER_POINT)
			continue;
		pages_since_point = 0;
		kmst_cancel_point(NULL);
	}
}

/**
 * kmst_blocks_find() - Find the block that has a page.
 * @memory: the memory
 * @index:  index of the page
 *
 * Context: any.
 * Return: the number of the last block that does not begin behind the page.
 */
unsigned int kmst_blocks_find(const struct kmst_memory *memory, unsigned long index)
{
	const struct kmst_blocks *blocks = &memory->blocks;
	unsigned int low = 0, high = blocks->nr - 1;

	while (low < high) {
		unsigned int middle = high - (high - low) / 2;

		if (blocks->table[middle].first_page <= index)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

/* --- the layout --- */

static int blocks_survey(struct kmst_memory *memory, const struct kmst_cancel *cancel,
			 struct kmst_refusal *why)
{
	memory->nr_pages = memory->blocks.nr_pages;
	return 0;
}

static u64 blocks_usable(const struct kmst_memory *memory)
{
	u64 bytes = 0;
	unsigned int i;

	for (i = 0; i < memory->blocks.nr; i++)
		bytes += memory->blocks.table[i].bytes;
	return bytes;
}

static unsigned long blocks_got(const struct kmst_memory *memory)
{
	return memory->blocks.nr_pages;
}

static unsigned long blocks_nr_spans(const struct kmst_memory *memory)
{
	return memory->blocks.nr;
}

static unsigned long blocks_nr_blocks(const struct kmst_memory *memory, unsigned int order)
{
	unsigned long nr = 0;
	unsigned int i;

	for (i = 0; i < memory->blocks.nr; i++) {
		const struct kmst_block *block = &memory->blocks.table[i];

		if (!is_vmalloc_addr(block->virt))
			nr += block->bytes == PAGE_SIZE << order;
	}
	return nr;
}

static size_t run_bytes(const void *virt, size_t left)
{
	return min(left, kmst_run_bytes(virt));
}

static int blocks_walk(const struct kmst_memory *memory, kmst_run_fn fn, void *context,
		       const struct kmst_cancel *cancel)
{
	unsigned long pages_since_point = KMST_PAGES_PER_POINT;
	struct kmst_run run = {};
	u64 word = 0;
	unsigned int i;
	int err;

	for (i = 0; i < memory->blocks.nr; i++) {
		const struct kmst_block *block = &memory->blocks.table[i];
		size_t at, bytes;

		for (at = 0; at < block->bytes; at += bytes) {
			if (pages_since_point >= KMST_PAGES_PER_POINT) {
				err = kmst_cancel_point(cancel);
				if (err)
					return err;
				pages_since_point = 0;
			}
			bytes = run_bytes(block->virt + at, block->bytes - at);
			kmst_run_point(&run, block->virt + at);
			kmst_run_words(memory, &run, word, kmst_words_in(bytes));
			err = fn(&run, context);
			if (err)
				return err;
			word += kmst_words_in(bytes);
			run.index += PFN_UP(run.offset + bytes);
			pages_since_point += PFN_UP(run.offset + bytes);
		}
	}
	return 0;
}

static size_t blocks_find_word(const struct kmst_memory *memory, u64 word,
			       struct kmst_run *run)
{
	u64 at = word * sizeof(unsigned int);
	const struct kmst_block *block;

	block = &memory->blocks.table[kmst_blocks_find(memory, at >> PAGE_SHIFT)];
	at -= (u64)block->first_page << PAGE_SHIFT;
	kmst_run_point(run, block->virt + at);
	run->index = block->first_page + PFN_DOWN(offset_in_page(block->virt) + at);
	return kmst_words_in(run_bytes(run->virt, block->bytes - at));
}

static void look_at(const struct kmst_memory *memory, struct kmst_page_at *at)
{
	unsigned long virt = (unsigned long)memory->blocks.table[at->block].virt;

	at->virt = (void *)(virt & PAGE_MASK) + (at->at << PAGE_SHIFT);
	at->page = page_of(at->virt);
}

static void blocks_find_page(const struct kmst_memory *memory, struct kmst_page_at *at)
{
	at->block = kmst_blocks_find(memory, at->index);
	at->at = at->index - memory->blocks.table[at->block].first_page;
	look_at(memory, at);
}

static void blocks_next_page(const struct kmst_memory *memory, struct kmst_page_at *at)
{
	if (++at->at == pages_of(&memory->blocks.table[at->block])) {
		at->block++;
		at->at = 0;
	}
	look_at(memory, at);
}

static unsigned long blocks_row(const struct kmst_memory *memory,
				const struct kmst_page_at *at)
{
	const struct kmst_block *block = &memory->blocks.table[at->block];

	return min(PFN_DOWN(kmst_run_bytes(at->virt)), pages_of(block) - at->at);
}

static unsigned long blocks_page_index(const struct kmst_memory *memory,
				       const struct kmst_run *run, size_t offset)
{
	return run->index + PFN_DOWN(run->offset + offset);
}

/* The pages of a block in the linear map are neighbours. */
static bool block_has_pfn(const struct kmst_block *block, unsigned long pfn)
{
	unsigned long first = page_to_pfn(virt_to_page(block->virt));

	return pfn >= first && pfn - first < pages_of(block);
}

static bool area_has_pfn(const struct kmst_block *block, unsigned long pfn)
{
	unsigned long i, nr_pages = pages_of(block);
	struct page *page;

	for (i = 0; i < nr_pages; i++) {
		page = vmalloc_to_page(block->virt + (i << PAGE_SHIFT));
		if (page && page_to_pfn(page) == pfn)
			return true;
		if (!(i % KMST_PAGES_PER_POINT))
			cond_resched();
	}
	return false;
}

static bool blocks_has_pfn(const struct kmst_memory *memory, unsigned long pfn)
{
	unsigned int i;

	for (i = 0; i < memory->blocks.nr; i++) {
		const struct kmst_block *block = &memory->blocks.table[i];

		if (is_vmalloc_addr(block->virt) ? area_has_pfn(block, pfn) :
						   block_has_pfn(block, pfn))
			return true;
		if (!(i % KMST_PAGES_PER_POINT))
			cond_resched();
	}
	return false;
}

static void blocks_free(struct kmst_memory *memory)
{
	kvfree(memory->blocks.table);
}

const struct kmst_layout_ops kmst_layout_blocks = {
	.survey		= blocks_survey,
	.usable		= blocks_usable,
	.got		= blocks_got,
	.nr_spans	= blocks_nr_spans,
	.nr_blocks	= blocks_nr_blocks,
	.walk		= blocks_walk,
	.find_word	= blocks_find_word,
	.find_page	= blocks_find_page,
	.next_page	= blocks_next_page,
	.row		= blocks_row,
	.page_index	= blocks_page_index,
	.has_pfn	= blocks_has_pfn,
	.free		= blocks_free,
};
