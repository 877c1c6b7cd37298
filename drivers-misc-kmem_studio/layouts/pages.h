/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 1: memory in single pages, which may lie in highmem.
 */
#ifndef KMEM_STUDIO_LAYOUTS_PAGES_H
#define KMEM_STUDIO_LAYOUTS_PAGES_H

struct kmst_layout_ops;
struct kmst_memory;
struct page;

/**
 * struct kmst_pages - single pages, in the order of their words
 * @table: the pages
 * @nr:    pages in @table
 */
struct kmst_pages {
	struct page	**table;
	unsigned long	nr;
};

extern const struct kmst_layout_ops kmst_layout_pages;

int kmst_pages_prepare(struct kmst_memory *memory, unsigned long nr);

#endif /* KMEM_STUDIO_LAYOUTS_PAGES_H */
