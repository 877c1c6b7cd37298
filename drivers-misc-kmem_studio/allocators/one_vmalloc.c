// SPDX-License-Identifier: GPL-2.0
/*
 * Single areas of vmalloc(), by the calls that vmalloc.c makes for arenas.
 */
#include <linux/align.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "../allocator.h"
#include "../table.h"
#include "ones.h"
#include "vmalloc.h"

static u64 vmalloc_max(void)
{
	return min_t(u64, (u64)kmst_vmalloc_max_pages() << PAGE_SHIFT, SIZE_MAX / 2);
}

static u64 whole_pages(u64 bytes)
{
	return ALIGN(bytes, (u64)PAGE_SIZE);
}

static int vmalloc_prepare(struct kmst_one *one)
{
	one->gfp = kmst_gfp_last_resort(one->gfp);
	return 0;
}

static void *vmalloc_get(const struct kmst_one *one)
{
	return __vmalloc(one->bytes, one->gfp);
}

static unsigned int vmalloc_gets(const struct kmst_one *one, void **held, unsigned int nr)
{
	return kmst_one_get_each(one, held, nr, vmalloc_get);
}

static void vmalloc_put(const struct kmst_one *one, void *held)
{
	vfree(held);
}

static void vmalloc_puts(const struct kmst_one *one, void **held, unsigned int nr)
{
	kmst_one_put_each(one, held, nr, vmalloc_put);
}

const struct kmst_one_ops kmst_one_vmalloc = {
	.max_bytes	= vmalloc_max,
	.size		= whole_pages,
	.prepare	= vmalloc_prepare,
	.get		= vmalloc_gets,
	.put		= vmalloc_puts,
};

static u64 kvmalloc_max(void)
{
	return min_t(u64, INT_MAX, vmalloc_max());
}

/* kmalloc() has what it is for less than a page, and blocks above; then huge pages may do. */
static u64 kvmalloc_size(u64 bytes)
{
	return bytes <= KMALLOC_MAX_SIZE ? kmalloc_size_roundup(bytes) :
					   ALIGN(bytes, (u64)KMST_LARGEST_PAGE);
}

static int kvmalloc_prepare(struct kmst_one *one)
{
	one->gfp |= __GFP_NOWARN;
	return 0;
}

static void *kvmalloc_get(const struct kmst_one *one)
{
	return kvmalloc_node(one->bytes, one->gfp, one->nid);
}

static unsigned int kvmalloc_gets(const struct kmst_one *one, void **held, unsigned int nr)
{
	return kmst_one_get_each(one, held, nr, kvmalloc_get);
}

static void kvmalloc_put(const struct kmst_one *one, void *held)
{
	kvfree(held);
}

static void kvmalloc_puts(const struct kmst_one *one, void **held, unsigned int nr)
{
	kmst_one_put_each(one, held, nr, kvmalloc_put);
}

static bool kvmalloc_fell_back(const struct kmst_one *one, const void *held)
{
	return is_vmalloc_addr(held);
}

const struct kmst_one_ops kmst_one_kvmalloc = {
	.max_bytes	= kvmalloc_max,
	.size		= kvmalloc_size,
	.prepare	= kvmalloc_prepare,
	.get		= kvmalloc_gets,
	.put		= kvmalloc_puts,
	.fell_back	= kvmalloc_fell_back,
};
