/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a word of an object is, told by what the allocator put into its table: the one
 * place of the tests that knows the forms of memory, so that what the layouts say of them
 * is compared with something.
 */
#ifndef KMEM_STUDIO_TESTS_WORDS_H
#define KMEM_STUDIO_TESTS_WORDS_H

#include <linux/types.h>

struct kmst_memory;
struct page;

/**
 * struct kmst_test_word - a place of a word
 * @page:   its page
 * @offset: its offset there, in bytes
 * @virt:   its address, NULL for a page that has to be mapped
 */
struct kmst_test_word {
	struct page	*page;
	size_t		offset;
	unsigned int	*virt;
};

struct kmst_test_word kmst_test_word(const struct kmst_memory *memory, u64 word);

#endif /* KMEM_STUDIO_TESTS_WORDS_H */
