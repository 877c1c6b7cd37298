// SPDX-License-Identifier: GPL-2.0
/*
 * What can be asked of an arena's memory, whatever its layout.
 */
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/sched.h>

#include "cancel.h"
#include "layout.h"
#include "layouts/run.h"
#include "plan.h"

/**
 * kmst_memory_survey() - See what an allocator gave, once it is all there.
 * @memory: the memory
 * @plan:   what it is for
 * @cancel: request to give up, or NULL
 * @why:    gets the limit in the way, if one is
 *
 * Context: process context, may sleep. The caller owns @memory alone.
 * Return: 0, -ENOMEM without memory for a table of pages, -E2BIG if the pages lie too far
 * apart for one, -EINTR when @cancel asked to give up.
 */
int kmst_memory_survey(struct kmst_memory *memory, const struct kmst_plan *plan,
		       const struct kmst_cancel *cancel, struct kmst_refusal *why)
{
	int err;

	err = memory->layout->survey(memory, cancel, why);
	if (err)
		return err;
	memory->nr_words = plan->nr_words;
	memory->nr_guards = kmst_words_in(memory->layout->usable(memory)) - plan->nr_words;
	return 0;
}

/**
 * kmst_memory_got() - Count what an allocator got before it failed.
 * @memory: the memory
 *
 * Context: any. The caller owns @memory alone.
 * Return: pages.
 */
unsigned long kmst_memory_got(const struct kmst_memory *memory)
{
	return memory->layout->got(memory);
}

/**
 * kmst_memory_nr_spans() - Count what the allocator gave one by one.
 * @memory: the memory
 *
 * Context: any. The caller holds a reference to the arena.
 * Return: blocks, or pages, or objects.
 */
unsigned long kmst_memory_nr_spans(const struct kmst_memory *memory)
{
	return memory->layout->nr_spans(memory);
}

/**
 * kmst_memory_nr_blocks() - Count the blocks of one order.
 * @memory: the memory
 * @order:  log2 of their pages
 *
 * Context: any. The caller holds a reference to the arena.
 * Return: blocks of contiguous pages, for order 0 single pages.
 */
unsigned long kmst_memory_nr_blocks(const struct kmst_memory *memory, unsigned int order)
{
	return memory->layout->nr_blocks(memory, order);
}

/**
 * kmst_memory_walk() - Visit every word in order, run by run.
 * @memory:  the memory
 * @fn:      what to do to each run
 * @context: passed to @fn
 * @cancel:  request to give up, or NULL
 *
 * Runs are short, so that the CPU is given up and @cancel looked at often enough.
 *
 * Context: process context, may sleep. The caller holds a reference to the arena.
 * Return: 0, what @fn returned if not 0, or -EINTR when @cancel asked to give up.
 */
int kmst_memory_walk(const struct kmst_memory *memory, kmst_run_fn fn, void *context,
		     const struct kmst_cancel *cancel)
{
	return memory->layout->walk(memory, fn, context, cancel);
}

/**
 * kmst_memory_word() - Find a word by its number.
 * @memory: the memory
 * @word:   its number; guard words come after those of all objects
 * @run:    gets this one word
 *
 * Context: any. The caller holds a reference to the arena.
 * Return: true, or false if there is no such word.
 */
bool kmst_memory_word(const struct kmst_memory *memory, u64 word, struct kmst_run *run)
{
	if (word >= memory->nr_words + memory->nr_guards)
		return false;

	*run = (struct kmst_run){};
	memory->layout->find_word(memory, word, run);
	kmst_run_words(memory, run, word, 1);
	return true;
}

/**
 * kmst_memory_row() - Find the words of objects that follow each other from a word on.
 * @memory: the memory
 * @word:   number of the first of them
 * @run:    gets them, and no guard words. They are part of one span
 *
 * Context: any. The caller holds a reference to the arena.
 * Return: true, or false if no object has such a word.
 */
bool kmst_memory_row(const struct kmst_memory *memory, u64 word, struct kmst_run *run)
{
	size_t in_a_row;

	if (word >= memory->nr_words)
		return false;

	*run = (struct kmst_run){};
	in_a_row = memory->layout->find_word(memory, word, run);
	run->word = word;
	run->nr_words = min_t(u64, in_a_row, memory->nr_words - word);
	return true;
}

/**
 * kmst_memory_page() - Find a page by its index.
 * @memory: the memory
 * @index:  index of the page. Pages of objects are in the order of their PFNs, all
 *          others in the order of their words
 * @at:     gets the page
 *
 * Context: any. The caller holds a reference to the arena.
 * Return: true, or false past the last page.
 */
bool kmst_memory_page(const struct kmst_memory *memory, unsigned long index,
		      struct kmst_page_at *at)
{
	if (index >= memory->nr_pages)
		return false;

	*at = (struct kmst_page_at){ .index = index };
	memory->layout->find_page(memory, at);
	return true;
}

/**
 * kmst_memory_next_page() - Go on to the next page.
 * @memory: the memory
 * @at:     a page that kmst_memory_page() or this function found; gets the next one
 *
 * Context: any. The caller holds a reference to the arena.
 * Return: true, or false past the last page.
 */
bool kmst_memory_next_page(const struct kmst_memory *memory, struct kmst_page_at *at)
{
	if (++at->index >= memory->nr_pages)
		return false;

	memory->layout->next_page(memory, at);
	return true;
}

/**
 * kmst_memory_pages() - Find many pages by their index.
 * @memory: the memory
 * @index:  index of the first of them, as for kmst_memory_page()
 * @most:   room in @pages
 * @pages:  gets their descriptors
 *
 * Context: any. The caller holds a reference to the arena.
 * Return: pages found, less than @most if the memory ends there, or vmalloc's page table has
 * lost the next one.
 */
unsigned long kmst_memory_pages(const struct kmst_memory *memory, unsigned long index,
				unsigned long most, struct page **pages)
{
	struct kmst_page_at at;
	unsigned long nr = 0;
	bool more;

	for (more = kmst_memory_page(memory, index, &at); more && at.page && nr < most;
	     more = kmst_memory_next_page(memory, &at)) {
		unsigned long i, row = min(memory->layout->row(memory, &at), most - nr);

		for (i = 0; i < row; i++)
			pages[nr++] = at.page + i;
		/* on to the last of the row */
		at.index += row - 1;
		at.at += row - 1;
	}
	return nr;
}

/**
 * kmst_memory_page_index() - Index of a page of a run.
 * @memory: the memory
 * @run:    the run
 * @offset: offset of a byte in the run, in bytes from its first word
 *
 * Context: any. The caller holds a reference to the arena.
 * Return: the index of the page that the byte is on.
 */
unsigned long kmst_memory_page_index(const struct kmst_memory *memory,
				     const struct kmst_run *run, size_t offset)
{
	return memory->layout->page_index(memory, run, offset);
}

/**
 * kmst_memory_has_pfn() - See whether a page is one of these.
 * @memory: the memory
 * @pfn:    PFN of the page
 *
 * Looks at all pages where they are scattered.
 *
 * Context: process context, may sleep. The caller holds a reference to the arena.
 * Return: true if it is. For objects it is enough that one of them is on the page.
 */
bool kmst_memory_has_pfn(const struct kmst_memory *memory, unsigned long pfn)
{
	return memory->layout->has_pfn(memory, pfn);
}

/**
 * kmst_memory_count_nodes() - Count the pages of each NUMA node.
 * @memory:   the memory
 * @nr_pages: MAX_NUMNODES counters, increased by what is found
 *
 * Context: process context, may sleep. The caller holds a reference to the arena.
 */
void kmst_memory_count_nodes(const struct kmst_memory *memory, unsigned long *nr_pages)
{
	struct kmst_page_at at;
	bool more;

	for (more = kmst_memory_page(memory, 0, &at); more;
	     more = kmst_memory_next_page(memory, &at)) {
		if (at.page)
			nr_pages[page_to_nid(at.page)]++;
		if (!(at.index % KMST_PAGES_PER_POINT))
			cond_resched();
	}
}

/**
 * kmst_run_page() - The page of the first word of a run.
 * @run: the run
 *
 * Context: any. The caller holds a reference to the arena.
 * Return: its descriptor, from the page table for vmalloc.
 */
struct page *kmst_run_page(const struct kmst_run *run)
{
	return run->page ?: vmalloc_to_page(run->virt);
}

/**
 * kmst_run_sound_bytes() - Count bytes of a run that lie on pages that may be read.
 * @run:   the run
 * @at:    offset of the first of them, in bytes from the run's first word
 * @bytes: where the run ends, the same way
 *
 * A page that the kernel has found broken (PG_hwpoison) may not: to read it may end a
 * program, or the kernel.
 *
 * Context: any. The caller holds a reference to the arena.
 * Return: bytes from @at to the first such page, or to the end of the run.
 */
size_t kmst_run_sound_bytes(const struct kmst_run *run, size_t at, size_t bytes)
{
	struct page *first;
	size_t end = at;

	if (!IS_ENABLED(CONFIG_MEMORY_FAILURE))
		return bytes - at;
	first = kmst_run_page(run);
	/* lost from the page table: whoever reads it looks before */
	if (!first)
		return bytes - at;
	while (end < bytes) {
		if (PageHWPoison(first + PFN_DOWN(run->offset + end)))
			break;
		end += PAGE_SIZE - offset_in_page(run->offset + end);
	}
	return min(end, bytes) - at;
}

/**
 * kmst_run_readable_bytes() - Count bytes of a run that can be read.
 * @run:   the run
 * @at:    as for kmst_run_sound_bytes()
 * @bytes: as for kmst_run_sound_bytes()
 *
 * Context: any. The caller holds a reference to the arena.
 * Return: as kmst_run_sound_bytes(), but 0 if vmalloc's page table has lost the page, and
 * the run is at no address any more.
 */
size_t kmst_run_readable_bytes(const struct kmst_run *run, size_t at, size_t bytes)
{
	return kmst_run_page(run) ? kmst_run_sound_bytes(run, at, bytes) : 0;
}
