// SPDX-License-Identifier: GPL-2.0
/*
 * The table of the methods to get memory, and what they share.
 */
#include <kunit/static_stub.h>
#include <linux/array_size.h>
#include <linux/build_bug.h>
#include <linux/gfp.h>
#include <linux/limits.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/numa.h>
#include <linux/overflow.h>
#include <linux/pgtable.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "allocator.h"
#include "allocators/blocks.h"
#include "allocators/cma.h"
#include "allocators/singles.h"
#include "allocators/slab.h"
#include "allocators/vmalloc.h"
#include "cancel.h"
#include "plan.h"
#include "trace.h"

#define FIRST_TABLE_SPANS	8

/* A table has room for twice the spans of the largest plan, each of them a page. */
static_assert((u64)U32_MAX * sizeof(struct kmst_struct) / PAGE_SIZE * 2 *
	      sizeof(struct kmst_span) <= INT_MAX);

static const struct kmst_allocator * const allocators[] = {
	&kmst_allocator_page,
	&kmst_allocator_chunk,
	&kmst_allocator_exact,
	&kmst_allocator_folio,
	&kmst_allocator_bulk,
	&kmst_allocator_highmem,
	&kmst_allocator_kmalloc,
	&kmst_allocator_kmalloc_object,
	&kmst_allocator_slab,
	&kmst_allocator_vmalloc,
	&kmst_allocator_kvmalloc,
	&kmst_allocator_cma,
};

/**
 * kmst_gfp_last_resort() - Flags for memory that nothing else can replace.
 * @gfp: what was asked for
 *
 * No other way to the memory exists: let reclaim and compaction work for it, but
 * fail rather than have the OOM killer end somebody's program. Whoever asked for less
 * gets less.
 *
 * Context: any, pure.
 * Return: the flags.
 */
gfp_t kmst_gfp_last_resort(gfp_t gfp)
{
	if (gfp & (__GFP_NORETRY | __GFP_RETRY_MAYFAIL))
		return gfp | __GFP_NOWARN;
	return gfp | __GFP_RETRY_MAYFAIL | __GFP_NOWARN;
}

/**
 * kmst_gfp_if_easy() - Flags for memory that something smaller can replace.
 * @gfp: what was asked for
 *
 * One try, and no noise when it fails; more if that was asked for.
 *
 * Context: any, pure.
 * Return: the flags.
 */
gfp_t kmst_gfp_if_easy(gfp_t gfp)
{
	if (gfp & __GFP_RETRY_MAYFAIL)
		return gfp | __GFP_NOWARN;
	return gfp | __GFP_NORETRY | __GFP_NOWARN;
}

/**
 * kmst_fail_allocation() - The place where a test makes an allocation fail.
 *
 * Asked in front of each one that is neither a block nor a table.
 *
 * Context: any.
 * Return: true to go on as if there were no memory; always false outside of tests.
 */
bool kmst_fail_allocation(void)
{
	KUNIT_STATIC_STUB_REDIRECT(kmst_fail_allocation);

	return false;
}

/**
 * kmst_alloc_block() - Get one block from the page allocator.
 * @gfp:   how hard to try
 * @order: log2 of the pages, at most MAX_PAGE_ORDER
 * @nid:   an online node, or NUMA_NO_NODE for the task's memory policy
 *
 * The one place where blocks come from, so that a test can make it fail.
 *
 * Context: process context, may sleep as @gfp says.
 * Return: the first page, or NULL (never an error pointer).
 */
struct page *kmst_alloc_block(gfp_t gfp, unsigned int order, int nid)
{
	KUNIT_STATIC_STUB_REDIRECT(kmst_alloc_block, gfp, order, nid);

	if (nid == NUMA_NO_NODE)
		return alloc_pages(gfp, order);
	return alloc_pages_node(nid, gfp, order);
}

/**
 * kmst_free_block() - Give one block back to the page allocator.
 * @page:  its first page
 * @order: log2 of its pages
 *
 * The one place where blocks go, so that a test can count them.
 *
 * Context: process context, does not sleep.
 */
void kmst_free_block(struct page *page, unsigned int order)
{
	KUNIT_STATIC_STUB_REDIRECT(kmst_free_block, page, order);

	__free_pages(page, order);
}

/**
 * kmst_grow_table() - Resize the memory of a table.
 * @table: the table, or NULL
 * @bytes: its new size in bytes, at most kmst_table_max()
 *
 * Asks as everybody does who takes what kvmalloc() gives: pages from anywhere do, so that
 * a large block is not worth any trouble. That they are there was seen before.
 *
 * Context: process context, may sleep.
 * Return: the table at its new place, or NULL with @table left as it was.
 */
void *kmst_grow_table(void *table, size_t bytes)
{
	KUNIT_STATIC_STUB_REDIRECT(kmst_grow_table, table, bytes);

	return kvrealloc(table, bytes, GFP_KERNEL | __GFP_NOWARN);
}

/**
 * kmst_vmalloc_max_pages() - Pages that vmalloc() could map in a row if nobody else did.
 *
 * On a 32-bit machine these addresses run out before the memory does. Others use them too,
 * and how much of them nobody tells: what is below this may fail all the same.
 *
 * Context: any, pure.
 * Return: pages, without the one that is left unmapped behind each area.
 */
unsigned long kmst_vmalloc_max_pages(void)
{
	return ((unsigned long)VMALLOC_TOTAL >> PAGE_SHIFT) - 1;
}

/**
 * kmst_table_max() - The largest table that there can be.
 *
 * Context: any, pure.
 * Return: bytes: kvmalloc() refuses more than INT_MAX.
 */
size_t kmst_table_max(void)
{
	return min_t(u64, INT_MAX, (u64)kmst_vmalloc_max_pages() << PAGE_SHIFT);
}

/**
 * kmst_spans_table() - Get a table of pointers for pages or objects.
 * @spans: gets the size of the table
 * @nr:    pointers
 *
 * Context: process context, may sleep.
 * Return: the table, not cleared, or NULL.
 */
void *kmst_spans_table(struct kmst_spans *spans, unsigned long nr)
{
	spans->table_bytes = array_size(nr, sizeof(void *));
	return kmst_grow_table(NULL, spans->table_bytes);
}

/**
 * kmst_table_pages() - Pages that a table of pointers takes.
 * @nr: pointers
 *
 * Context: any, pure.
 * Return: pages.
 */
unsigned long kmst_table_pages(unsigned long nr)
{
	return DIV_ROUND_UP(nr, PAGE_SIZE / sizeof(void *));
}

static int spans_reserve(struct kmst_spans *spans, unsigned int capacity)
{
	size_t bytes = array_size(capacity, sizeof(*spans->table));
	struct kmst_span *table;

	table = kmst_grow_table(spans->table, bytes);
	if (!table)
		return -ENOMEM;
	spans->table = table;
	spans->table_bytes = bytes;
	spans->capacity = capacity;
	return 0;
}

static unsigned long pages_of(const struct kmst_span *span)
{
	return PFN_UP(offset_in_page(span->virt) + span->bytes);
}

static void trace_span(const struct kmst_span *span)
{
	struct page *page;

	if (!trace_kmst_span_alloc_enabled())
		return;
	page = is_vmalloc_addr(span->virt) ? vmalloc_to_page(span->virt) :
					     virt_to_page(span->virt);
	trace_kmst_span_alloc(page_to_pfn(page), pages_of(span), page_to_nid(page));
}

/**
 * kmst_spans_add() - Append a span.
 * @spans:     the spans so far
 * @virt:      first byte of the new one, in the linear map or in that of vmalloc
 * @bytes:     its length that may be written to
 * @allocated: bytes that it takes from the kernel
 *
 * Context: process context, may sleep. The caller owns @spans alone.
 * Return: 0, or -ENOMEM with @spans as they were.
 */
int kmst_spans_add(struct kmst_spans *spans, void *virt, size_t bytes,
		   size_t allocated)
{
	struct kmst_span *span;
	unsigned int capacity;
	int err;

	if (spans->nr == spans->capacity) {
		capacity = max_t(unsigned int, 2 * spans->capacity, FIRST_TABLE_SPANS);
		err = spans_reserve(spans, capacity);
		if (err)
			return err;
	}

	span = &spans->table[spans->nr++];
	*span = (struct kmst_span){ virt, bytes, spans->nr_pages };
	spans->nr_pages += pages_of(span);
	spans->bytes += allocated;
	trace_span(span);
	return 0;
}

/**
 * kmst_spans_free_each() - Give spans back, one after the other.
 * @spans: the spans
 * @free:  gives one back
 *
 * Context: process context, may sleep. The caller owns @spans alone.
 */
void kmst_spans_free_each(struct kmst_spans *spans,
			  void (*free)(const struct kmst_span *span))
{
	unsigned long pages_since_point = 0;
	unsigned int i;

	for (i = 0; i < spans->nr; i++) {
		pages_since_point += pages_of(&spans->table[i]);
		free(&spans->table[i]);
		if (pages_since_point < KMST_PAGES_PER_POINT)
			continue;
		pages_since_point = 0;
		kmst_cancel_point(NULL);
	}
}

/**
 * kmst_spans_free() - Give all memory back, and the tables.
 * @spans:     the spans, may be none
 * @allocator: where they came from
 *
 * Context: process context, may sleep. The caller owns @spans alone.
 */
void kmst_spans_free(struct kmst_spans *spans,
		     const struct kmst_allocator *allocator)
{
	allocator->free(spans);
	kvfree(spans->table);
	kvfree(spans->pages);
	kvfree(spans->objects);
	*spans = (struct kmst_spans){};
}

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
		if (sysfs_streq(name, allocators[i]->name))
			return allocators[i];
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
	return index < ARRAY_SIZE(allocators) ? allocators[index] : NULL;
}
