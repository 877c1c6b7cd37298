/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 1: the memory of an arena, in the form that its allocator gives it.
 *
 * A layout is such a form: blocks, single pages, or objects. It numbers the words and
 * the pages of a struct kmst_memory, and alone knows how they are kept: everybody else
 * asks through the calls below.
 *
 * Memory does not change between kmst_memory_survey() and kmst_memory_free(): whoever
 * holds a reference to its arena reads it without a lock.
 */
#ifndef KMEM_STUDIO_LAYOUT_H
#define KMEM_STUDIO_LAYOUT_H

#include <linux/types.h>

#include "layouts/blocks.h"
#include "layouts/objects.h"
#include "layouts/pages.h"

struct kmst_cancel;
struct kmst_plan;
struct kmst_refusal;
struct page;

/**
 * enum kmst_source - which part of the kernel gave the memory
 * @KMST_SOURCE_NONE:    none did yet
 * @KMST_SOURCE_PAGES:   the page allocator
 * @KMST_SOURCE_SLAB:    the slab allocator
 * @KMST_SOURCE_VMALLOC: vmalloc(), page by page
 * @KMST_SOURCE_CMA:     the area that is set aside for DMA
 */
enum kmst_source {
	KMST_SOURCE_NONE,
	KMST_SOURCE_PAGES,
	KMST_SOURCE_SLAB,
	KMST_SOURCE_VMALLOC,
	KMST_SOURCE_CMA,
};

/**
 * struct kmst_memory - the memory of one arena
 * @layout:      the form it has
 * @blocks:      for kmst_layout_blocks and its allocators only
 * @pages:       for kmst_layout_pages and its allocators only
 * @objects:     for kmst_layout_objects and its allocators only
 * @nr_words:    words of the objects
 * @nr_guards:   words beyond them; 0 before the survey
 * @nr_pages:    pages that all words lie on; 0 before the survey
 * @bytes:       bytes that were taken from the kernel; of memory that its allocator inspects
 *               not known before
 * @usable_only: @bytes are those that may be used: what was taken is more, and cannot
 *               be known
 * @table_bytes: bytes of the layout's own tables
 * @source:      which part of the kernel gave it; set by the allocator
 * @private:     for the allocator
 */
struct kmst_memory {
	const struct kmst_layout_ops	*layout;
	union {
		struct kmst_blocks	blocks;
		struct kmst_pages	pages;
		struct kmst_objects	objects;
	};
	u64				nr_words;
	u64				nr_guards;
	unsigned long			nr_pages;
	u64				bytes;
	bool				usable_only;
	size_t				table_bytes;
	enum kmst_source		source;
	void				*private;
};

/**
 * struct kmst_run - words that are contiguous in virtual and physical addresses
 * @page:      page of the first word; NULL for vmalloc, see kmst_run_page()
 * @virt:      the first word, NULL if its page has to be mapped first (highmem)
 * @offset:    offset of the first word in its page, in bytes
 * @index:     index of that page in the memory; not set for objects, see
 *             kmst_memory_page_index()
 * @word:      number of the first word of an object
 * @nr_words:  words of objects
 * @guard:     number of the first guard word
 * @nr_guards: guard words, behind those of objects
 *
 * At most KMST_PAGES_PER_POINT pages, one page of vmalloc.
 */
struct kmst_run {
	struct page	*page;
	void		*virt;
	size_t		offset;
	unsigned long	index;
	u64		word;
	size_t		nr_words;
	u64		guard;
	size_t		nr_guards;
};

/**
 * struct kmst_page_at - a page of the memory, and a cursor to the next one
 * @page:  its descriptor
 * @virt:  its first byte, NULL for highmem
 * @index: its index in the memory
 * @block: number of the block that it is part of, 0 where there are none
 * @at:    for the layout: counts pages
 */
struct kmst_page_at {
	struct page	*page;
	void		*virt;
	unsigned long	index;
	unsigned int	block;
	unsigned long	at;
};

/**
 * typedef kmst_run_fn - what kmst_memory_walk() does to each run
 * @run:     the run
 * @context: what the caller of kmst_memory_walk() passed
 *
 * Return: 0 to go on, or an errno that ends the walk.
 */
typedef int (*kmst_run_fn)(const struct kmst_run *run, void *context);

/**
 * struct kmst_layout_ops - one form of memory
 * @survey:     set nr_pages once the allocator has succeeded. Returns 0, -EINTR, or
 *              -ENOMEM or -E2BIG with the limit in @why
 * @usable:     bytes that may be written to
 * @got:        pages that an allocator which failed got until then
 * @nr_spans:   blocks, pages or objects
 * @nr_blocks:  blocks of 2^order contiguous pages
 * @walk:       as kmst_memory_walk()
 * @find_word:  point @run to a word of those there are. Returns words in the row it begins
 * @find_page:  fill in @at for the page @at->index of those there are
 * @next_page:  the same for the page behind @at; @at->index is its index already
 * @row:        pages from @at on whose descriptors are neighbours
 * @page_index: as kmst_memory_page_index()
 * @has_pfn:    as kmst_memory_has_pfn()
 * @free:       free the tables; the allocator has freed what they list
 *
 * @survey, @walk and @has_pfn may sleep.
 */
struct kmst_layout_ops {
	int		(*survey)(struct kmst_memory *memory,
				  const struct kmst_cancel *cancel,
				  struct kmst_refusal *why);
	u64		(*usable)(const struct kmst_memory *memory);
	unsigned long	(*got)(const struct kmst_memory *memory);
	unsigned long	(*nr_spans)(const struct kmst_memory *memory);
	unsigned long	(*nr_blocks)(const struct kmst_memory *memory, unsigned int order);
	int		(*walk)(const struct kmst_memory *memory, kmst_run_fn fn,
				void *context, const struct kmst_cancel *cancel);
	size_t		(*find_word)(const struct kmst_memory *memory, u64 word,
				     struct kmst_run *run);
	void		(*find_page)(const struct kmst_memory *memory,
				     struct kmst_page_at *at);
	void		(*next_page)(const struct kmst_memory *memory,
				     struct kmst_page_at *at);
	unsigned long	(*row)(const struct kmst_memory *memory,
			       const struct kmst_page_at *at);
	unsigned long	(*page_index)(const struct kmst_memory *memory,
				      const struct kmst_run *run, size_t offset);
	bool		(*has_pfn)(const struct kmst_memory *memory, unsigned long pfn);
	void		(*free)(struct kmst_memory *memory);
};

int kmst_memory_survey(struct kmst_memory *memory, const struct kmst_plan *plan,
		       const struct kmst_cancel *cancel, struct kmst_refusal *why);
unsigned long kmst_memory_got(const struct kmst_memory *memory);
unsigned long kmst_memory_nr_spans(const struct kmst_memory *memory);
unsigned long kmst_memory_nr_blocks(const struct kmst_memory *memory, unsigned int order);
int kmst_memory_walk(const struct kmst_memory *memory, kmst_run_fn fn, void *context,
		     const struct kmst_cancel *cancel);
bool kmst_memory_word(const struct kmst_memory *memory, u64 word, struct kmst_run *run);
bool kmst_memory_row(const struct kmst_memory *memory, u64 word, struct kmst_run *run);
bool kmst_memory_page(const struct kmst_memory *memory, unsigned long index,
		      struct kmst_page_at *at);
bool kmst_memory_next_page(const struct kmst_memory *memory, struct kmst_page_at *at);
unsigned long kmst_memory_pages(const struct kmst_memory *memory, unsigned long index,
				unsigned long most, struct page **pages);
unsigned long kmst_memory_page_index(const struct kmst_memory *memory,
				     const struct kmst_run *run, size_t offset);
bool kmst_memory_has_pfn(const struct kmst_memory *memory, unsigned long pfn);
void kmst_memory_count_nodes(const struct kmst_memory *memory, unsigned long *nr_pages);
struct page *kmst_run_page(const struct kmst_run *run);
size_t kmst_run_sound_bytes(const struct kmst_run *run, size_t at, size_t bytes);
size_t kmst_run_readable_bytes(const struct kmst_run *run, size_t at, size_t bytes);

#endif /* KMEM_STUDIO_LAYOUT_H */
