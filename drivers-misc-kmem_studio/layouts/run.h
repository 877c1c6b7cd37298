/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 1: what the layouts share to make runs, for them alone.
 */
#ifndef KMEM_STUDIO_LAYOUTS_RUN_H
#define KMEM_STUDIO_LAYOUTS_RUN_H

#include <linux/align.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>

#include "../cancel.h"
#include "../layout.h"

/**
 * kmst_words_in() - Words of so many bytes.
 * @bytes: bytes
 *
 * Context: any, pure.
 * Return: words.
 */
static inline u64 kmst_words_in(u64 bytes)
{
	return div_u64(bytes, sizeof(unsigned int));
}

/**
 * kmst_run_words() - Tell the words of objects from the guard words of a run.
 * @memory: the memory
 * @run:    the run
 * @word:   number of its first word, of all words in order
 * @nr:     words
 *
 * Context: any, pure.
 */
static inline void kmst_run_words(const struct kmst_memory *memory, struct kmst_run *run,
				  u64 word, size_t nr)
{
	run->word = min(word, memory->nr_words);
	run->nr_words = min_t(u64, nr, memory->nr_words - run->word);
	run->guard = max(word, memory->nr_words);
	run->nr_guards = nr - run->nr_words;
}

/**
 * kmst_run_point() - Let a run begin at an address.
 * @run:  the run
 * @virt: an address of the linear map, or of vmalloc's area
 *
 * Context: any.
 */
static inline void kmst_run_point(struct kmst_run *run, void *virt)
{
	run->virt = virt;
	run->offset = offset_in_page(virt);
	run->page = is_vmalloc_addr(virt) ? NULL : virt_to_page(virt);
}

/**
 * kmst_run_bytes() - Bytes that may follow an address in one run.
 * @virt: an address of the linear map, or of vmalloc's area
 *
 * Descriptors are neighbours within an aligned block of KMST_PAGES_PER_POINT pages;
 * vmalloc's pages need not be neighbours at all.
 *
 * Context: any, pure.
 * Return: bytes, at least 1.
 */
static inline size_t kmst_run_bytes(const void *virt)
{
	unsigned long pages = is_vmalloc_addr(virt) ? 1 : KMST_PAGES_PER_POINT;

	return ALIGN((unsigned long)virt + 1, pages << PAGE_SHIFT) - (unsigned long)virt;
}

#endif /* KMEM_STUDIO_LAYOUTS_RUN_H */
