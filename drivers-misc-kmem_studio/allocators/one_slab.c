// SPDX-License-Identifier: GPL-2.0
/*
 * Single objects of the slab allocator, by the calls that slab.c makes for arenas.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/numa.h>
#include <linux/slab.h>

#include "../allocator.h"
#include "ones.h"

static u64 kmalloc_max(void)
{
	return KMALLOC_MAX_SIZE;
}

static u64 kmalloc_size(u64 bytes)
{
	return kmalloc_size_roundup(bytes);
}

static int kmalloc_prepare(struct kmst_one *one)
{
	one->gfp = kmst_gfp_last_resort(one->gfp);
	return 0;
}

static __always_inline void *kmalloc_get(const struct kmst_one *one)
{
	return kmalloc_node(one->bytes, one->gfp, one->nid);
}

static unsigned int kmalloc_gets(const struct kmst_one *one, void **held, unsigned int nr)
{
	return kmst_one_get_each(one, held, nr, kmalloc_get);
}

static __always_inline void kmalloc_put(const struct kmst_one *one, void *held)
{
	kfree(held);
}

static void kmalloc_puts(const struct kmst_one *one, void **held, unsigned int nr)
{
	kmst_one_put_each(one, held, nr, kmalloc_put);
}

const struct kmst_one_ops kmst_one_kmalloc = {
	.max_bytes	= kmalloc_max,
	.size		= kmalloc_size,
	.prepare	= kmalloc_prepare,
	.get		= kmalloc_gets,
	.put		= kmalloc_puts,
};

/* SLUB's metadata enlarges an object, and what is too large then is a WARN. */
static u64 slab_max(void)
{
	return KMALLOC_MAX_SIZE / 4;
}

/* Of a page or more SLUB may put one on a block by itself. */
static u64 slab_size(u64 bytes)
{
	return bytes < PAGE_SIZE ? bytes : (u64)PAGE_SIZE << get_order(bytes);
}

/* The zone of a cache's objects is a property of the cache. */
static slab_flags_t zone_of_cache(gfp_t gfp)
{
	if (gfp & __GFP_DMA)
		return SLAB_CACHE_DMA;
	return gfp & __GFP_DMA32 ? SLAB_CACHE_DMA32 : 0;
}

/*
 * A cache that no other user's objects are in. Its name is seen in /proc/slabinfo, and is
 * not that of one that stays because an object was overwritten, of a driver that was loaded
 * before.
 */
static int slab_prepare(struct kmst_one *one)
{
	static atomic_t nr_made;
	char name[sizeof("kmem_studio-one-4294967295-ffffffffffffffff")];

	if (kmst_fail_allocation())
		return -ENOMEM;
	snprintf(name, sizeof(name), "kmem_studio-one-%u-%llx",
		 (unsigned int)atomic_inc_return(&nr_made), ktime_get_ns());
	one->source = kmem_cache_create(name, one->bytes, 0,
					SLAB_NO_MERGE | zone_of_cache(one->gfp), NULL);
	one->gfp = kmst_gfp_last_resort(one->gfp & ~(__GFP_DMA | __GFP_DMA32));
	return one->source ? 0 : -ENOMEM;
}

static void slab_finish(struct kmst_one *one)
{
	kmem_cache_destroy(one->source);
}

static __always_inline void *slab_get(const struct kmst_one *one)
{
	return kmem_cache_alloc_node(one->source, one->gfp, one->nid);
}

static unsigned int slab_gets(const struct kmst_one *one, void **held, unsigned int nr)
{
	return kmst_one_get_each(one, held, nr, slab_get);
}

static __always_inline void slab_put(const struct kmst_one *one, void *held)
{
	kmem_cache_free(one->source, held);
}

static void slab_puts(const struct kmst_one *one, void **held, unsigned int nr)
{
	kmst_one_put_each(one, held, nr, slab_put);
}

const struct kmst_one_ops kmst_one_slab = {
	.max_bytes	= slab_max,
	.size		= slab_size,
	.prepare	= slab_prepare,
	.finish		= slab_finish,
	.get		= slab_gets,
	.put		= slab_puts,
};
