// SPDX-License-Identifier: GPL-2.0
/*
 * Methods to get memory for an arena.
 *
 * page  - one block of a power of two of pages, as the lab does it
 * chunk - the blocks that add up to the wanted pages exactly, largest first
 */
#include <kunit/static_stub.h>
#include <linux/array_size.h>
#include <linux/gfp.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "allocator.h"
#include "cancel.h"
#include "plan.h"
#include "trace.h"

#define FIRST_TABLE_SPANS	8

/*
 * No other way to the memory exists: let reclaim and compaction work for it, but
 * fail rather than have the OOM killer end somebody's program.
 */
#define GFP_LAST_RESORT	(GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/* Smaller blocks will do as well: one try, and no noise when it fails. */
#define GFP_IF_EASY	(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN)

/**
 * kmst_alloc_block() - Get one block from the page allocator.
 * @gfp:   how hard to try
 * @order: log2 of the pages, at most MAX_PAGE_ORDER
 *
 * The one place where pages come from, so that a test can make it fail.
 *
 * Context: process context, may sleep as @gfp says.
 * Return: the first page, or NULL (never an error pointer).
 */
struct page *kmst_alloc_block(gfp_t gfp, unsigned int order)
{
	KUNIT_STATIC_STUB_REDIRECT(kmst_alloc_block, gfp, order);

	return alloc_pages(gfp, order);
}

/**
 * kmst_free_block() - Give one block back to the page allocator.
 * @virt:  its first byte, in the linear map
 * @order: log2 of its pages
 *
 * The one place where pages go, so that a test can count them.
 *
 * Context: process context, does not sleep.
 */
void kmst_free_block(void *virt, unsigned int order)
{
	KUNIT_STATIC_STUB_REDIRECT(kmst_free_block, virt, order);

	free_pages((unsigned long)virt, order);
}

/**
 * kmst_grow_table() - Resize the memory of a table of spans.
 * @table: the table, or NULL
 * @bytes: its new size in bytes
 *
 * Context: process context, may sleep.
 * Return: the table at its new place, or NULL with @table left as it was.
 */
void *kmst_grow_table(void *table, size_t bytes)
{
	KUNIT_STATIC_STUB_REDIRECT(kmst_grow_table, table, bytes);

	return kvrealloc(table, bytes, GFP_LAST_RESORT);
}

static int spans_reserve(struct kmst_spans *spans, unsigned int capacity)
{
	struct kmst_span *table;

	table = kmst_grow_table(spans->table, array_size(capacity, sizeof(*table)));
	if (!table)
		return -ENOMEM;
	spans->table = table;
	spans->capacity = capacity;
	return 0;
}

/**
 * kmst_spans_add() - Append a span.
 * @spans: the spans so far
 * @virt:  first byte of the new one, in the linear map
 * @bytes: its length
 *
 * Context: process context, may sleep. The caller owns @spans alone.
 * Return: 0, or -ENOMEM with @spans as they were.
 */
int kmst_spans_add(struct kmst_spans *spans, void *virt, size_t bytes)
{
	unsigned int capacity;
	struct page *page;
	int err;

	if (spans->nr == spans->capacity) {
		capacity = max_t(unsigned int, 2 * spans->capacity, FIRST_TABLE_SPANS);
		err = spans_reserve(spans, capacity);
		if (err)
			return err;
	}

	spans->table[spans->nr++] = (struct kmst_span){ virt, bytes };
	spans->nr_pages += bytes >> PAGE_SHIFT;

	page = virt_to_page(virt);
	trace_span_alloc(page_to_pfn(page), bytes >> PAGE_SHIFT, page_to_nid(page));
	return 0;
}

/**
 * kmst_spans_free() - Give every span back, and the table.
 * @spans:     the spans, may be none
 * @allocator: where they came from
 *
 * Context: process context, may sleep. The caller owns @spans alone.
 */
void kmst_spans_free(struct kmst_spans *spans,
		     const struct kmst_allocator *allocator)
{
	unsigned long pages_since_point = 0;
	unsigned int i;

	for (i = 0; i < spans->nr; i++) {
		allocator->free(&spans->table[i]);
		pages_since_point += spans->table[i].bytes >> PAGE_SHIFT;
		if (pages_since_point < KMST_PAGES_PER_POINT)
			continue;
		pages_since_point = 0;
		kmst_cancel_point(NULL);
	}
	kvfree(spans->table);
	*spans = (struct kmst_spans){};
}

static void free_block(const struct kmst_span *span)
{
	kmst_free_block(span->virt, get_order(span->bytes));
}

static int add_block(struct kmst_spans *spans, struct page *page,
		     unsigned int order)
{
	void *virt = page_address(page);
	int err;

	err = kmst_spans_add(spans, virt, PAGE_SIZE << order);
	if (err)
		kmst_free_block(virt, order);
	return err;
}

static unsigned long page_nr_pages(const struct kmst_plan *plan)
{
	return 1UL << plan->order;
}

static int page_alloc(const struct kmst_plan *plan, struct kmst_spans *spans,
		      const struct kmst_cancel *cancel)
{
	struct page *page;

	page = kmst_alloc_block(GFP_LAST_RESORT, plan->order);
	if (!page)
		return -ENOMEM;
	return add_block(spans, page, plan->order);
}

static unsigned long chunk_nr_pages(const struct kmst_plan *plan)
{
	return plan->nr_pages;
}

static int chunk_alloc(const struct kmst_plan *plan, struct kmst_spans *spans,
		       const struct kmst_cancel *cancel)
{
	unsigned long pages_since_point = 0;
	unsigned int max_order = MAX_PAGE_ORDER;
	unsigned long left = plan->nr_pages;

	while (left) {
		unsigned int order = kmst_plan_block_order(left, max_order);
		struct page *page;
		int err;

		page = kmst_alloc_block(order ? GFP_IF_EASY : GFP_LAST_RESORT, order);
		if (!page && order) {
			/* what just failed is not asked for again */
			max_order = order - 1;
			continue;
		}
		if (!page)
			return -ENOMEM;
		err = add_block(spans, page, order);
		if (err)
			return err;

		left -= 1UL << order;
		pages_since_point += 1UL << order;
		if (pages_since_point < KMST_PAGES_PER_POINT)
			continue;
		pages_since_point = 0;
		err = kmst_cancel_point(cancel);
		if (err)
			return err;
	}
	return 0;
}

static const struct kmst_allocator allocators[] = {
	{
		.name		= "page",
		.description	= "one block of 2^order pages: contiguous, at most MAX_PAGE_ORDER",
		.max_order	= MAX_PAGE_ORDER,
		.nr_pages	= page_nr_pages,
		.alloc		= page_alloc,
		.free		= free_block,
	},
	{
		.name		= "chunk",
		.description	= "blocks that add up to the pages exactly, largest first",
		.max_order	= -1,
		.nr_pages	= chunk_nr_pages,
		.alloc		= chunk_alloc,
		.free		= free_block,
	},
};

/**
 * kmst_allocator_find() - Look an allocator up by its name.
 * @name: the name; a trailing newline is ignored
 *
 * Context: any.
 * Return: the allocator, or NULL if there is none of that name.
 */
const struct kmst_allocator *kmst_allocator_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(allocators); i++) {
		if (sysfs_streq(name, allocators[i].name))
			return &allocators[i];
	}
	return NULL;
}

/**
 * kmst_allocator_at() - Walk the table of allocators.
 * @index: 0 for the default one, and up
 *
 * Context: any.
 * Return: the allocator, or NULL past the last one.
 */
const struct kmst_allocator *kmst_allocator_at(unsigned int index)
{
	return index < ARRAY_SIZE(allocators) ? &allocators[index] : NULL;
}
