// SPDX-License-Identifier: GPL-2.0
/*
 * Single allocations of each allocator of the table.
 */
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/bits.h>
#include <linux/gfp.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/numa.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "../allocator.h"
#include "../bench/one.h"
#include "allocators.h"
#include "nodes.h"

KUNIT_ARRAY_PARAM(allocator, allocators, allocator_desc);

#define NR	20U

/* From less than a word to more pages than one. */
static const u64 sizes[] = {
	1, 3, 8, 33, 100, 1000, PAGE_SIZE - 1, PAGE_SIZE, PAGE_SIZE + 1, 3 * PAGE_SIZE,
	8 * PAGE_SIZE,
};

static void skip_if_not_single(struct kunit *test, const struct kmst_allocator *allocator)
{
	skip_if_not_supported(test, allocator);
	if (!allocator->one)
		kunit_skip(test, "%s makes no single allocations", allocator->name);
}

static void exit_one(void *one)
{
	kmst_one_exit(one);
}

/* The end of the test exits it, or done_with() before. */
static struct kmst_one *new_one(struct kunit *test, const struct kmst_one_ops *ops, u64 bytes,
				gfp_t gfp, int nid)
{
	struct kmst_one *one = kunit_kzalloc(test, sizeof(*one), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, one);
	KUNIT_ASSERT_EQ(test, kmst_one_init(one, ops, bytes, gfp, nid), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, exit_one, one), 0);
	return one;
}

static struct kmst_one *new_one_of(struct kunit *test, const struct kmst_allocator *allocator,
				   u64 bytes)
{
	return new_one(test, allocator->one, bytes, GFP_KERNEL | allocator->gfp_added,
		       NUMA_NO_NODE);
}

static void done_with(struct kunit *test, struct kmst_one *one)
{
	kunit_release_action(test, exit_one, one);
}

static void expect_refused(struct kunit *test, const struct kmst_allocator *allocator, u64 bytes,
			   int err)
{
	struct kmst_one one;
	int got = kmst_one_init(&one, allocator->one, bytes, GFP_KERNEL | allocator->gfp_added,
				NUMA_NO_NODE);

	KUNIT_EXPECT_EQ(test, got, err);
	if (!got)
		kmst_one_exit(&one);
}

/* Each keeps its number while the others have theirs, whatever is freed before it. */
static void hold_some(struct kunit *test, const struct kmst_one *one, bool touch)
{
	void *held[NR] = {};
	unsigned int got, i;

	got = one->ops->get(one, held, NR);
	KUNIT_EXPECT_EQ(test, got, NR);
	for (i = 0; i < got; i++) {
		KUNIT_EXPECT_NOT_NULL(test, held[i]);
		if (touch)
			kmst_one_touch(one, held[i], 0x11223344 + i);
		else
			kmst_one_number(one, held[i], 0x11223344 + i);
	}
	for (i = 0; i < got; i++) {
		KUNIT_EXPECT_TRUE(test, kmst_one_has_number(one, held[i], 0x11223344 + i,
							    touch));
		KUNIT_EXPECT_FALSE(test, kmst_one_has_number(one, held[i], ~(0x11223344 + i),
							     touch));
		if (i % 5 == 4)
			one->ops->put(one, held + i - 4, 5);
	}
	one->ops->put(one, held + got - got % 5, got % 5);
}

static void each_size_is_held(struct kunit *test)
{
	const struct kmst_allocator *allocator = allocator_of_case(test);
	struct kmst_one *one;
	unsigned int i;

	skip_if_not_single(test, allocator);
	for (i = 0; i < ARRAY_SIZE(sizes) && sizes[i] <= allocator->one->max_bytes(); i++) {
		one = new_one_of(test, allocator, sizes[i]);
		KUNIT_EXPECT_GE(test, one->size, sizes[i]);
		KUNIT_EXPECT_EQ(test, one->nr_pages,
				DIV_ROUND_UP((unsigned long)sizes[i], PAGE_SIZE));
		KUNIT_EXPECT_GE(test, kmst_one_pages(one, NR) << PAGE_SHIFT, NR * sizes[i]);
		hold_some(test, one, false);
		hold_some(test, one, true);
		done_with(test, one);
	}
	KUNIT_EXPECT_GE(test, i, 8U);
}

/* Pages of the slabs that objects are on, which are a folio each. */
static unsigned long pages_of_slabs(void **held, unsigned int nr)
{
	unsigned long pages = 0;
	unsigned int i, j;

	for (i = 0; i < nr; i++) {
		struct folio *folio = virt_to_folio(held[i]);

		for (j = 0; j < i && virt_to_folio(held[j]) != folio; j++)
			;
		pages += j == i ? folio_nr_pages(folio) : 0;
	}
	return pages;
}

/* What is larger than a page by a little may have a block by itself. */
static void large_objects_are_counted_whole(struct kunit *test)
{
	static const u64 odd[] = { 4 * PAGE_SIZE + PAGE_SIZE / 4, 8 * PAGE_SIZE + 256 };
	const struct kmst_allocator *slab = kmst_allocator_find("slab");
	struct kmst_one *one;
	void *held[NR] = {};
	unsigned int i, got;

	for (i = 0; i < ARRAY_SIZE(odd); i++) {
		one = new_one_of(test, slab, odd[i]);
		got = one->ops->get(one, held, NR);
		KUNIT_EXPECT_LE(test, (u64)pages_of_slabs(held, got), kmst_one_pages(one, NR));
		one->ops->put(one, held, got);
		done_with(test, one);
	}
}

/* So is what is mapped by a huge page. */
static void large_areas_are_counted_whole(struct kunit *test)
{
	struct kmst_one *one = new_one_of(test, kmst_allocator_find("kvmalloc"),
					  KMALLOC_MAX_SIZE + 1);
	unsigned long bytes = 0;
	void *held = NULL;

	if (kmst_one_pages(one, 1) > totalram_pages() / 8)
		kunit_skip(test, "there is too little memory");
	if (!one->ops->get(one, &held, 1))
		kunit_skip(test, "there is none just now");
	while (vmalloc_to_page(held + bytes))
		bytes += PAGE_SIZE;
	KUNIT_EXPECT_GT(test, bytes, (unsigned long)KMALLOC_MAX_SIZE);
	KUNIT_EXPECT_LE(test, (u64)bytes >> PAGE_SHIFT, kmst_one_pages(one, 1));
	one->ops->put(one, &held, 1);
}

/* What would be few pages in 64 bits. */
static void pages_are_not_wrapped(struct kunit *test)
{
	struct kmst_one one = { .size = (size_t)1 << (BITS_PER_LONG - 2) };
	u64 pages = one.size >> PAGE_SHIFT;

	KUNIT_EXPECT_EQ(test, kmst_one_pages(&one, 1), pages);
	KUNIT_EXPECT_EQ(test, kmst_one_pages(&one, div64_u64(U64_MAX, pages)),
			div64_u64(U64_MAX, pages) * pages);
	KUNIT_EXPECT_EQ(test, kmst_one_pages(&one, div64_u64(U64_MAX, pages) + 1), U64_MAX);
}

static void no_bytes_and_too_many_are_refused(struct kunit *test)
{
	const struct kmst_allocator *allocator = allocator_of_case(test);
	u64 most;

	skip_if_not_single(test, allocator);
	most = allocator->one->max_bytes();
	KUNIT_EXPECT_GE(test, most, (u64)PAGE_SIZE);
	expect_refused(test, allocator, 0, -EINVAL);
	expect_refused(test, allocator, most + 1, -E2BIG);
	expect_refused(test, allocator, U64_MAX, -E2BIG);
	KUNIT_EXPECT_GE(test, new_one_of(test, allocator, most)->size, most);
}

/* The largest block that there is, or NULL; no splat in any case. */
static void the_largest_one_is_asked_for(struct kunit *test)
{
	const struct kmst_allocator *allocator = allocator_of_case(test);
	struct kmst_one *one;
	void *held = NULL;
	u64 most;

	skip_if_not_single(test, allocator);
	most = min_t(u64, allocator->one->max_bytes(), PAGE_SIZE << MAX_PAGE_ORDER);
	one = new_one_of(test, allocator, most);
	if (one->ops->get(one, &held, 1)) {
		kmst_one_touch(one, held, 1);
		KUNIT_EXPECT_TRUE(test, kmst_one_has_number(one, held, 1, true));
		one->ops->put(one, &held, 1);
	}
}

static void a_node_is_named(struct kunit *test)
{
	const struct kmst_allocator *allocator = allocator_of_case(test);
	int nid = last_node_with_memory();
	struct kmst_one_at at = {};
	struct kmst_one *one;
	void *held[1] = {};

	skip_if_not_single(test, allocator);
	if (!allocator->takes_node)
		kunit_skip(test, "%s cannot be told a node", allocator->name);
	one = new_one(test, allocator->one, PAGE_SIZE, GFP_KERNEL | allocator->gfp_added, nid);
	KUNIT_ASSERT_EQ(test, one->ops->get(one, held, 1), 1U);
	if (one->ops->page)
		KUNIT_EXPECT_EQ(test, page_to_nid(one->ops->page(held[0], 0, &at)), nid);
	one->ops->put(one, held, 1);
}

/* An allocator that gives the same page to everybody. */
static char shared[64];

static unsigned int shared_gets(const struct kmst_one *one, void **held, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		held[i] = shared + 2 * (i % 2);
	return nr;
}

static u64 shared_max(void)
{
	return sizeof(shared);
}

static u64 shared_size(u64 bytes)
{
	return bytes;
}

static void shared_puts(const struct kmst_one *one, void **held, unsigned int nr)
{
}

static const struct kmst_one_ops shared_ops = {
	.max_bytes	= shared_max,
	.size		= shared_size,
	.get		= shared_gets,
	.put		= shared_puts,
};

static void memory_that_two_have_is_found(struct kunit *test)
{
	struct kmst_one *one = new_one(test, &shared_ops, 4, GFP_KERNEL, NUMA_NO_NODE);
	void *held[3];

	one->ops->get(one, held, 3);
	/* the same place */
	kmst_one_number(one, held[0], 1);
	KUNIT_EXPECT_TRUE(test, kmst_one_has_number(one, held[0], 1, false));
	kmst_one_number(one, held[2], 3);
	KUNIT_EXPECT_FALSE(test, kmst_one_has_number(one, held[0], 1, false));
	/* half of it */
	kmst_one_number(one, held[1], 0x20202);
	KUNIT_EXPECT_FALSE(test, kmst_one_has_number(one, held[0], 3, false));
}

/* The next page is looked for from where the last one was, and not from the beginning. */
static void blocks_are_walked_once(struct kunit *test)
{
	const struct kmst_one_ops *chunk = kmst_allocator_find("chunk")->one;
	struct page *pages = kunit_kcalloc(test, 4, sizeof(*pages), GFP_KERNEL);
	struct kmst_one_at at = {};

	KUNIT_ASSERT_NOT_NULL(test, pages);
	/* blocks of two pages, of one, and of one */
	INIT_LIST_HEAD(&pages[0].lru);
	list_add_tail(&pages[2].lru, &pages[0].lru);
	list_add_tail(&pages[3].lru, &pages[0].lru);
	set_page_private(&pages[0], 1);
	KUNIT_EXPECT_PTR_EQ(test, chunk->page(pages, 1, &at), &pages[1]);
	KUNIT_EXPECT_PTR_EQ(test, chunk->page(pages, 2, &at), &pages[2]);
	/* who began anew would stay here */
	set_page_private(&pages[0], 2);
	KUNIT_EXPECT_PTR_EQ(test, chunk->page(pages, 3, &at), &pages[3]);
}

/* Single pages never come from the area for DMA; areas of vmalloc() are no kmalloc(). */
static void a_fallback_is_told(struct kunit *test)
{
	const struct kmst_one_ops *kvmalloc = kmst_allocator_find("kvmalloc")->one;
	const struct kmst_one_ops *cma = kmst_allocator_find("cma")->one;
	const struct kmst_one one = { .nr_pages = 1 };
	void *object = kunit_kzalloc(test, 8, GFP_KERNEL);
	void *area;

	KUNIT_ASSERT_NOT_NULL(test, object);
	area = vmalloc(PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, area);
	KUNIT_EXPECT_TRUE(test, kvmalloc->fell_back(&one, area));
	vfree(area);
	KUNIT_EXPECT_FALSE(test, kvmalloc->fell_back(&one, object));
	KUNIT_EXPECT_TRUE(test, cma->fell_back(&one, virt_to_page(object)));
}

/* Of a block the first page alone has a reference, of the area each has one. */
static void a_block_is_no_run_of_the_area(struct kunit *test)
{
	const struct kmst_one_ops *cma = kmst_allocator_find("cma")->one;
	struct page *block = alloc_pages(GFP_KERNEL, 1);
	const struct kmst_one one = { .nr_pages = 2 };

	KUNIT_ASSERT_NOT_NULL(test, block);
	KUNIT_EXPECT_TRUE(test, cma->fell_back(&one, block));
	split_page(block, 1);
	KUNIT_EXPECT_FALSE(test, cma->fell_back(&one, block));
	__free_page(block + 1);
	__free_page(block);
}

static bool fail_always(void)
{
	return true;
}

static void a_cache_that_cannot_be_made(struct kunit *test)
{
	kunit_activate_static_stub(test, kmst_fail_allocation, fail_always);
	expect_refused(test, kmst_allocator_find("slab"), 8, -ENOMEM);
}

static struct kunit_case one_cases[] = {
	KUNIT_CASE_PARAM(each_size_is_held, allocator_gen_params),
	KUNIT_CASE_PARAM(no_bytes_and_too_many_are_refused, allocator_gen_params),
	KUNIT_CASE_PARAM(the_largest_one_is_asked_for, allocator_gen_params),
	KUNIT_CASE_PARAM(a_node_is_named, allocator_gen_params),
	KUNIT_CASE(large_objects_are_counted_whole),
	KUNIT_CASE(large_areas_are_counted_whole),
	KUNIT_CASE(pages_are_not_wrapped),
	KUNIT_CASE(memory_that_two_have_is_found),
	KUNIT_CASE(blocks_are_walked_once),
	KUNIT_CASE(a_fallback_is_told),
	KUNIT_CASE(a_block_is_no_run_of_the_area),
	KUNIT_CASE(a_cache_that_cannot_be_made),
	{}
};

static struct kunit_suite one_suite = {
	.name		= "kmem_studio_one",
	.test_cases	= one_cases,
};

kunit_test_suite(one_suite);
