// SPDX-License-Identifier: GPL-2.0
/*
 * Where a word of an object is, by the definition of each form of memory.
 */
#include <linux/mm.h>

#include "../layout.h"
#include "../plan.h"
#include "words.h"

#define PAGE_WORDS	(PAGE_SIZE / sizeof(unsigned int))

static unsigned int *word_of_blocks(const struct kmst_blocks *blocks, u64 word)
{
	size_t at = word * sizeof(unsigned int);
	unsigned int i;

	for (i = 0; at >= blocks->table[i].bytes; i++)
		at -= blocks->table[i].bytes;
	return blocks->table[i].virt + at;
}

static unsigned int *word_of_objects(const struct kmst_objects *objects, u64 word)
{
	struct kmst_struct *object = objects->table[word / KMST_STRUCT_WORDS];

	return &object->word[word % KMST_STRUCT_WORDS];
}

/**
 * kmst_test_word() - Find a word without the code under test.
 * @memory: the memory
 * @word:   number of the word; a guard word for blocks and pages only
 *
 * Context: any. The caller holds a reference to the arena.
 * Return: its place.
 */
struct kmst_test_word kmst_test_word(const struct kmst_memory *memory, u64 word)
{
	struct kmst_test_word at = {};

	if (memory->layout == &kmst_layout_pages) {
		at.page = memory->pages.table[word / PAGE_WORDS];
		at.offset = word % PAGE_WORDS * sizeof(unsigned int);
		return at;
	}
	if (memory->layout == &kmst_layout_objects)
		at.virt = word_of_objects(&memory->objects, word);
	else
		at.virt = word_of_blocks(&memory->blocks, word);
	at.page = is_vmalloc_addr(at.virt) ? vmalloc_to_page(at.virt) : virt_to_page(at.virt);
	at.offset = offset_in_page(at.virt);
	return at;
}
