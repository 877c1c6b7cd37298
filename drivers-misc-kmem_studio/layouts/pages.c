// SPDX-License-Identifier: GPL-2.0
/*
 * Memory in single pages, which need not be neighbours and may have no lasting address
 * (highmem).
 */
#include <linux/errno.h>
#include <linux/highmem.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "../cancel.h"
#include "../layout.h"
#include "../table.h"
#include "run.h"

/**
 * kmst_pages_prepare() - Get the table of an arena's pages.
 * @memory: gets the table, not cleared, with no pages in it
 * @nr:     pages that it is to have room for
 *
 * Context: process context, may sleep. The caller owns @memory alone.
 * Return: 0 or -ENOMEM.
 */
int kmst_pages_prepare(struct kmst_memory *memory, unsigned long nr)
{
	memory->table_bytes = array_size(nr, sizeof(*memory->pages.table));
	memory->pages.table = kmst_grow_table(NULL, memory->table_bytes);
	return memory->pages.table ? 0 : -ENOMEM;
}

static int pages_survey(struct kmst_memory *memory, const struct kmst_cancel *cancel,
			struct kmst_refusal *why)
{
	memory->nr_pages = memory->pages.nr;
	return 0;
}

static u64 pages_usable(const struct kmst_memory *memory)
{
	return (u64)memory->pages.nr << PAGE_SHIFT;
}

static unsigned long pages_nr(const struct kmst_memory *memory)
{
	return memory->pages.nr;
}

static unsigned long pages_nr_blocks(const struct kmst_memory *memory, unsigned int order)
{
	return order ? 0 : memory->pages.nr;
}

static void *lasting_address(struct page *page)
{
	return PageHighMem(page) ? NULL : page_address(page);
}

static int pages_walk(const struct kmst_memory *memory, kmst_run_fn fn, void *context,
		      const struct kmst_cancel *cancel)
{
	size_t per_page = kmst_words_in(PAGE_SIZE);
	struct kmst_run run = {};
	int err;

	for (run.index = 0; run.index < memory->pages.nr; run.index++) {
		if (!(run.index % KMST_PAGES_PER_POINT)) {
			err = kmst_cancel_point(cancel);
			if (err)
				return err;
		}
		run.page = memory->pages.table[run.index];
		run.virt = lasting_address(run.page);
		kmst_run_words(memory, &run, (u64)run.index * per_page, per_page);
		err = fn(&run, context);
		if (err)
			return err;
	}
	return 0;
}

static size_t pages_find_word(const struct kmst_memory *memory, u64 word,
			      struct kmst_run *run)
{
	u32 at;

	run->index = div_u64_rem(word, kmst_words_in(PAGE_SIZE), &at);
	run->page = memory->pages.table[run->index];
	run->offset = at * sizeof(unsigned int);
	run->virt = lasting_address(run->page);
	if (run->virt)
		run->virt += run->offset;
	return kmst_words_in(PAGE_SIZE - run->offset);
}

static void pages_find_page(const struct kmst_memory *memory, struct kmst_page_at *at)
{
	at->page = memory->pages.table[at->index];
	at->virt = lasting_address(at->page);
}

static unsigned long pages_row(const struct kmst_memory *memory,
			       const struct kmst_page_at *at)
{
	return 1;
}

static unsigned long pages_page_index(const struct kmst_memory *memory,
				      const struct kmst_run *run, size_t offset)
{
	return run->index + PFN_DOWN(run->offset + offset);
}

static bool pages_has_pfn(const struct kmst_memory *memory, unsigned long pfn)
{
	unsigned long i;

	for (i = 0; i < memory->pages.nr; i++) {
		if (page_to_pfn(memory->pages.table[i]) == pfn)
			return true;
		if (!(i % KMST_PAGES_PER_POINT))
			cond_resched();
	}
	return false;
}

static void pages_free(struct kmst_memory *memory)
{
	kvfree(memory->pages.table);
}

const struct kmst_layout_ops kmst_layout_pages = {
	.survey		= pages_survey,
	.usable		= pages_usable,
	.got		= pages_nr,
	.nr_spans	= pages_nr,
	.nr_blocks	= pages_nr_blocks,
	.walk		= pages_walk,
	.find_word	= pages_find_word,
	.find_page	= pages_find_page,
	.next_page	= pages_find_page,
	.row		= pages_row,
	.page_index	= pages_page_index,
	.has_pfn	= pages_has_pfn,
	.free		= pages_free,
};
