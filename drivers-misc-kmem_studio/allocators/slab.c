// SPDX-License-Identifier: GPL-2.0
/*
 * Memory from the slab allocator.
 *
 * kmalloc        - room for all objects in one allocation
 * kmalloc_object - one kmalloc() for each object
 * slab           - one object of the arena's own kmem_cache for each
 *
 * kmalloc_size_roundup() makes all of a kmalloc() object usable, and guarded.
 */
#include <linux/array_size.h>
#include <linux/atomic.h>
#include <linux/gcd.h>
#include <linux/kasan.h>
#include <linux/kfence.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/numa.h>
#include <linux/slab.h>

#include "../cancel.h"
#include "../layout.h"
#include "../plan.h"
#include "../table.h"
#include "../zones.h"
#include "ones.h"
#include "slab.h"

/* Objects of one call, which SLUB takes with interrupts off. */
#define BATCH_OBJECTS	512U

/* Objects between two points where the CPU is given up. */
#define POINT_OBJECTS	(KMST_PAGES_PER_POINT * (PAGE_SIZE / sizeof(struct kmst_struct)))

/* The slab allocator warns of these. */
#define SLAB_REFUSED	(KMST_GFP_HIGH | __GFP_COMP)

static unsigned long kmalloc_nr_pages(const struct kmst_plan *plan)
{
	if (plan->order > MAX_PAGE_ORDER)
		return plan->nr_pages;
	return DIV_ROUND_UP(kmalloc_size_roundup(plan->bytes), PAGE_SIZE);
}

static unsigned long distance(const void *a, const void *b)
{
	return abs_diff((unsigned long)kasan_reset_tag(a), (unsigned long)kasan_reset_tag(b));
}

/*
 * The greatest common divisor of the distances between objects of one slab: a multiple of
 * the size of a slot, or 0 if no two are in one slab. Nothing lies between objects where
 * that is the usable size.
 */
static size_t bytes_of_slot(void * const *objects, unsigned int nr, size_t usable)
{
	unsigned long slot = 0;
	unsigned int i;

	for (i = 1; i < nr && slot != usable; i++) {
		if (virt_to_folio(objects[i]) == virt_to_folio(objects[i - 1]))
			slot = gcd(slot, distance(objects[i], objects[i - 1]));
	}
	return slot;
}

/* Objects to look at: many slabs' worth, but not millions. */
#define PROBED_OBJECTS	4096U

/* ksize() leaves out what red zones, KASAN or KFENCE put around an object. */
static bool objects_usable_only(const struct kmst_memory *memory)
{
	unsigned int nr = min(memory->objects.nr, PROBED_OBJECTS);
	size_t usable = ksize(memory->objects.table[0]);
	unsigned int i;

	for (i = 0; IS_ENABLED(CONFIG_KFENCE) && i < memory->objects.nr; i++) {
		if (is_kfence_address(memory->objects.table[i]))
			return true;
		if (!(i % POINT_OBJECTS))
			cond_resched();
	}
	return bytes_of_slot(memory->objects.table, nr, usable) != usable;
}

/*
 * Did the kernel take more than ksize() tells, or may it have? Red zones are seen from the
 * distance of neighbours of the same size alone.
 */
static bool kmalloc_usable_only(void *virt, size_t bytes)
{
	void *neighbours[8];
	size_t usable = ksize(virt);
	unsigned int nr, i;
	bool differs;

	if (is_kfence_address(virt))
		return true;
	if (!folio_test_slab(virt_to_folio(virt)))
		return false;
	for (nr = 0; nr < ARRAY_SIZE(neighbours); nr++) {
		neighbours[nr] = kmalloc(bytes, GFP_KERNEL | __GFP_NOWARN);
		if (!neighbours[nr])
			break;
	}
	differs = bytes_of_slot(neighbours, nr, usable) != usable;
	for (i = 0; i < nr; i++)
		kfree(neighbours[i]);
	return differs;
}

/**
 * kmst_kmalloc_source() - Which part of the kernel kmalloc() got memory from.
 * @virt: what kmalloc() returned
 *
 * Context: any. The caller owns the memory.
 * Return: the slab allocator, or the page allocator where no slab is large enough.
 */
enum kmst_source kmst_kmalloc_source(const void *virt)
{
	return folio_test_slab(virt_to_folio(virt)) ? KMST_SOURCE_SLAB : KMST_SOURCE_PAGES;
}

static int kmalloc_alloc(const struct kmst_request *request,
			 struct kmst_memory *memory)
{
	size_t bytes = kmalloc_size_roundup(request->plan->bytes);
	void *virt;
	int err;

	if (kmst_fail_allocation())
		return -ENOMEM;
	virt = kmalloc_node(bytes, kmst_gfp_last_resort(request->gfp), request->nid);
	if (!virt)
		return -ENOMEM;
	memory->source = kmst_kmalloc_source(virt);
	err = kmst_blocks_add(memory, virt, bytes, bytes);
	if (err)
		kfree(virt);
	return err;
}

/**
 * kmst_kmalloc_inspect() - See what kmalloc() took for one block.
 * @memory: memory that is one block of kmalloc()
 *
 * Context: process context, may sleep. The caller owns @memory alone.
 */
void kmst_kmalloc_inspect(struct kmst_memory *memory)
{
	const struct kmst_block *block = &memory->blocks.table[0];

	memory->bytes = ksize(block->virt);
	memory->usable_only = kmalloc_usable_only(block->virt, block->bytes);
}

static void free_kmalloc(const struct kmst_block *block)
{
	kfree(block->virt);
}

static void kmalloc_free(struct kmst_memory *memory)
{
	kmst_blocks_free_each(memory, free_kmalloc);
}

static unsigned long pages_of_objects(const struct kmst_plan *plan, size_t object)
{
	return DIV_ROUND_UP_ULL((u64)plan->nr_structs * object, PAGE_SIZE) +
	       kmst_table_pages(plan->nr_structs);
}

static unsigned long kmalloc_object_nr_pages(const struct kmst_plan *plan)
{
	return pages_of_objects(plan, kmalloc_size_roundup(sizeof(struct kmst_struct)));
}

static unsigned long pointer_each(const struct kmst_plan *plan)
{
	return plan->nr_structs;
}

/* All objects are of one cache, and have one size. */
static void inspect_objects(struct kmst_memory *memory)
{
	memory->bytes = (u64)memory->objects.nr * ksize(memory->objects.table[0]);
	memory->usable_only = objects_usable_only(memory);
}

/*
 * slab_debug can multiply the size of an object after the limits were checked: look again, and
 * stop while others still have what they need.
 */
static int object_point(const struct kmst_request *request)
{
	const struct kmst_zone_use use = { .gfp = request->gfp, .nid = request->nid };
	struct kmst_zone_pages pages;

	kmst_zones_count(&use, &pages);
	if (pages.available < (long)kmst_zones_keep(&pages))
		return -ENOMEM;
	return kmst_cancel_point(request->cancel);
}

typedef void *(*get_object_fn)(const struct kmst_memory *memory, gfp_t gfp, int nid);

static int alloc_each(const struct kmst_request *request, struct kmst_memory *memory,
		      gfp_t gfp, get_object_fn get)
{
	unsigned int wanted = request->plan->nr_structs;
	int err;

	while (memory->objects.nr < wanted) {
		void *object = kmst_fail_allocation() ? NULL :
				get(memory, gfp, request->nid);

		if (!object)
			return -ENOMEM;
		memory->objects.table[memory->objects.nr++] = object;
		if (memory->objects.nr % POINT_OBJECTS)
			continue;
		err = object_point(request);
		if (err)
			return err;
	}
	return 0;
}

static void *get_kmalloc(const struct kmst_memory *memory, gfp_t gfp, int nid)
{
	return kmalloc_node(memory->objects.object_bytes, gfp, nid);
}

static int kmalloc_object_alloc(const struct kmst_request *request,
				struct kmst_memory *memory)
{
	size_t bytes = kmalloc_size_roundup(sizeof(struct kmst_struct));
	int err;

	err = kmst_objects_prepare(memory, request->plan->nr_structs, bytes);
	if (err)
		return err;
	memory->source = KMST_SOURCE_SLAB;
	return alloc_each(request, memory, kmst_gfp_last_resort(request->gfp), get_kmalloc);
}

static void kmalloc_object_free(struct kmst_memory *memory)
{
	unsigned int i;

	for (i = 0; i < memory->objects.nr; i++) {
		kfree(memory->objects.table[i]);
		if (!((i + 1) % POINT_OBJECTS))
			kmst_cancel_point(NULL);
	}
}

static unsigned long slab_nr_pages(const struct kmst_plan *plan)
{
	return pages_of_objects(plan, sizeof(struct kmst_struct));
}

/* The zone of a cache's objects is a property of the cache. */
static slab_flags_t zone_of_cache(gfp_t gfp)
{
	if (gfp & __GFP_DMA)
		return SLAB_CACHE_DMA;
	return gfp & __GFP_DMA32 ? SLAB_CACHE_DMA32 : 0;
}

/* A cache of the arena's own, see /proc/slabinfo. */
static struct kmem_cache *new_cache(gfp_t gfp)
{
	static atomic_t nr_made;
	char name[sizeof("kmem_studio-4294967295")];

	if (kmst_fail_allocation())
		return NULL;
	snprintf(name, sizeof(name), "kmem_studio-%u",
		 (unsigned int)atomic_inc_return(&nr_made));
	/* aligned to its size, so on one page; all of it may be copied to user space */
	return kmem_cache_create_usercopy(name, sizeof(struct kmst_struct),
					  sizeof(struct kmst_struct),
					  SLAB_NO_MERGE | zone_of_cache(gfp), 0,
					  sizeof(struct kmst_struct), NULL);
}

static int alloc_bulk(const struct kmst_request *request, struct kmst_memory *memory,
		      gfp_t gfp)
{
	unsigned int wanted = request->plan->nr_structs;
	int err;

	while (memory->objects.nr < wanted) {
		unsigned int batch = min(wanted - memory->objects.nr, BATCH_OBJECTS);

		if (kmst_fail_allocation())
			return -ENOMEM;
		if (!kmem_cache_alloc_bulk(memory->private, gfp, batch,
					   memory->objects.table + memory->objects.nr))
			return -ENOMEM;
		memory->objects.nr += batch;
		err = memory->objects.nr % POINT_OBJECTS ?
			kmst_cancel_point(request->cancel) : object_point(request);
		if (err)
			return err;
	}
	return 0;
}

static void *get_slab(const struct kmst_memory *memory, gfp_t gfp, int nid)
{
	return kmem_cache_alloc_node(memory->private, gfp, nid);
}

static int slab_alloc(const struct kmst_request *request, struct kmst_memory *memory)
{
	gfp_t gfp = kmst_gfp_last_resort(request->gfp & ~(__GFP_DMA | __GFP_DMA32));
	int err;

	err = kmst_objects_prepare(memory, request->plan->nr_structs, sizeof(struct kmst_struct));
	if (err)
		return err;
	memory->private = new_cache(request->gfp);
	if (!memory->private)
		return -ENOMEM;
	memory->source = KMST_SOURCE_SLAB;
	/* there is no bulk call that takes a node */
	if (request->nid == NUMA_NO_NODE)
		return alloc_bulk(request, memory, gfp);
	return alloc_each(request, memory, gfp, get_slab);
}

static void slab_free(struct kmst_memory *memory)
{
	unsigned int i, batch;

	for (i = 0; i < memory->objects.nr; i += batch) {
		batch = min(memory->objects.nr - i, BATCH_OBJECTS);
		kmem_cache_free_bulk(memory->private, batch, memory->objects.table + i);
		kmst_cancel_point(NULL);
	}
	kmem_cache_destroy(memory->private);
}

const struct kmst_allocator kmst_allocator_kmalloc = {
	.name		= "kmalloc",
	.description	= "kmalloc: all objects in one allocation, at most KMALLOC_MAX_SIZE",
	.layout		= &kmst_layout_blocks,
	.promises	= KMST_CONTIGUOUS,
	.max_order	= MAX_PAGE_ORDER,
	.gfp_refused	= SLAB_REFUSED | __GFP_DMA32,
	.takes_node	= true,
	.nr_pages	= kmalloc_nr_pages,
	.alloc		= kmalloc_alloc,
	.inspect	= kmst_kmalloc_inspect,
	.free		= kmalloc_free,
	.one		= &kmst_one_kmalloc,
};

const struct kmst_allocator kmst_allocator_kmalloc_object = {
	.name		= "kmalloc_object",
	.description	= "kmalloc: one allocation for each object",
	.layout		= &kmst_layout_objects,
	.promises	= KMST_PER_OBJECT,
	.max_order	= -1,
	.nr_pointers	= pointer_each,
	.gfp_refused	= SLAB_REFUSED | __GFP_DMA32,
	.takes_node	= true,
	.nr_pages	= kmalloc_object_nr_pages,
	.alloc		= kmalloc_object_alloc,
	.inspect	= inspect_objects,
	.free		= kmalloc_object_free,
	.one		= &kmst_one_kmalloc,
};

const struct kmst_allocator kmst_allocator_slab = {
	.name		= "slab",
	.description	= "kmem_cache_alloc_bulk: one object of a cache of its own for each",
	.layout		= &kmst_layout_objects,
	.promises	= KMST_PER_OBJECT,
	.max_order	= -1,
	.nr_pointers	= pointer_each,
	.gfp_refused	= SLAB_REFUSED,
	.takes_node	= true,
	.nr_pages	= slab_nr_pages,
	.alloc		= slab_alloc,
	.inspect	= inspect_objects,
	.free		= slab_free,
	.one		= &kmst_one_slab,
};
