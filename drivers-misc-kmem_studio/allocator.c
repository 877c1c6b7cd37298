// SPDX-License-Identifier: GPL-2.0
/*
 * The table of the methods to get memory, and what they share.
 */
#include <kunit/static_stub.h>
#include <linux/array_size.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/numa.h>
#include <linux/string.h>

#include "allocator.h"
#include "allocators/blocks.h"
#include "allocators/cma.h"
#include "allocators/singles.h"
#include "allocators/slab.h"
#include "allocators/vmalloc.h"
#include "layout.h"

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
 * kmst_memory_alloc() - Have an allocator get the memory of a plan.
 * @memory:    empty; gets what there is, after a failure too
 * @allocator: the allocator
 * @request:   what it is asked for
 *
 * Context: process context, may sleep. kmst_memory_free() follows in any case, and before it,
 * after a success, kmst_memory_inspect().
 * Return: 0, or as @allocator->alloc().
 */
int kmst_memory_alloc(struct kmst_memory *memory, const struct kmst_allocator *allocator,
		      const struct kmst_request *request)
{
	memory->layout = allocator->layout;
	return allocator->alloc(request, memory);
}

/**
 * kmst_memory_inspect() - See what the kernel took for the memory.
 * @memory:    memory that kmst_memory_alloc() got all of
 * @allocator: where it came from
 *
 * A call of its own, so that the time to allocate can be taken before it.
 *
 * Context: process context, may sleep. The caller owns @memory alone.
 */
void kmst_memory_inspect(struct kmst_memory *memory, const struct kmst_allocator *allocator)
{
	if (allocator->inspect)
		allocator->inspect(memory);
}

/**
 * kmst_memory_free() - Free all memory, and its tables.
 * @memory:    the memory, may be none
 * @allocator: where it came from
 *
 * Context: process context, may sleep. The caller owns @memory alone.
 */
void kmst_memory_free(struct kmst_memory *memory, const struct kmst_allocator *allocator)
{
	allocator->free(memory);
	allocator->layout->free(memory);
	*memory = (struct kmst_memory){};
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
