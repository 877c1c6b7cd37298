// SPDX-License-Identifier: GPL-2.0
/*
 * Single pages, by the calls that singles.c makes for arenas.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/numa.h>
#include <linux/sched/mm.h>

#include "../allocator.h"
#include "ones.h"

static u64 single_page(void)
{
	return PAGE_SIZE;
}

static u64 a_page(u64 bytes)
{
	return PAGE_SIZE;
}

static int prepare(struct kmst_one *one)
{
	one->gfp = kmst_gfp_last_resort(one->gfp);
	return 0;
}

static struct page *page_of(void *held, unsigned long index, struct kmst_one_at *at)
{
	return held;
}

/* A call may give less than it was asked for: only one that gives nothing has failed. */
static unsigned int bulk_gets(const struct kmst_one *one, void **held, unsigned int nr)
{
	unsigned int got = 0, more;

	do {
		more = alloc_pages_bulk_node(one->gfp, one->nid, nr - got,
					     (struct page **)held + got);
		got += more;
	} while (more && got < nr);
	return got;
}

static __always_inline void single_put(const struct kmst_one *one, void *held)
{
	__free_page(held);
}

static void single_puts(const struct kmst_one *one, void **held, unsigned int nr)
{
	kmst_one_put_each(one, held, nr, single_put);
}

const struct kmst_one_ops kmst_one_bulk = {
	.max_bytes	= single_page,
	.size		= a_page,
	.prepare	= prepare,
	.get		= bulk_gets,
	.put		= single_puts,
	.page		= page_of,
};

static __always_inline void *highmem_get(const struct kmst_one *one)
{
	return one->nid == NUMA_NO_NODE ? alloc_page(one->gfp) :
					  alloc_pages_node(one->nid, one->gfp, 0);
}

/* As an arena's, these pages must not be in the way of CMA. */
static unsigned int highmem_gets(const struct kmst_one *one, void **held, unsigned int nr)
{
	unsigned int saved = memalloc_pin_save();
	unsigned int got;

	got = kmst_one_get_each(one, held, nr, highmem_get);
	memalloc_pin_restore(saved);
	return got;
}

const struct kmst_one_ops kmst_one_highmem = {
	.max_bytes	= single_page,
	.size		= a_page,
	.prepare	= prepare,
	.get		= highmem_gets,
	.put		= single_puts,
	.page		= page_of,
};
