// SPDX-License-Identifier: GPL-2.0
/*
 * The methods to get memory, with the page allocator below them made to fail at
 * every place in turn. Blocks are counted: what was got is given back.
 */
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/bitops.h>
#include <linux/container_of.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/numa.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../allocator.h"
#include "../cancel.h"
#include "../layout.h"
#include "../plan.h"
#include "../table.h"
#include "allocators.h"
#include "kept.h"
#include "orders.h"
#include "words.h"

KUNIT_ARRAY_PARAM(allocator, allocators, allocator_desc);
KUNIT_ARRAY_PARAM(order, orders, order_desc);

/* What the stubs below do and see; in test->priv. */
struct page_source {
	unsigned int	max_order;	/* blocks above it cannot be had */
	int		blocks_left;	/* until none can be had, -1 for ever */
	int		tables_left;	/* as blocks_left, for the table of blocks */
	unsigned int	asked[NR_PAGE_ORDERS];
	long		held;
	bool		may_oom;
};

static int page_source_init(struct kunit *test)
{
	struct page_source *source = kunit_kzalloc(test, sizeof(*source), GFP_KERNEL);

	if (!source)
		return -ENOMEM;
	source->max_order = MAX_PAGE_ORDER;
	source->blocks_left = -1;
	source->tables_left = -1;
	test->priv = source;
	return 0;
}

static struct page *source_alloc_block(gfp_t gfp, unsigned int order, int nid)
{
	struct page_source *source = kunit_get_current_test()->priv;
	struct page *page;

	if (!(gfp & (__GFP_NORETRY | __GFP_RETRY_MAYFAIL)) || !(gfp & __GFP_NOWARN))
		source->may_oom = true;
	source->asked[order]++;
	if (order > source->max_order || !source->blocks_left)
		return NULL;
	page = alloc_pages(gfp, order);
	if (!page)
		return NULL;
	if (source->blocks_left > 0)
		source->blocks_left--;
	source->held++;
	return page;
}

static void source_free_block(struct page *page, unsigned int order)
{
	struct page_source *source = kunit_get_current_test()->priv;

	source->held--;
	__free_pages(page, order);
}

static void *source_grow_table(void *table, size_t bytes)
{
	struct page_source *source = kunit_get_current_test()->priv;

	if (!source->tables_left)
		return NULL;
	if (source->tables_left > 0)
		source->tables_left--;
	return kvrealloc(table, bytes, GFP_KERNEL);
}

static struct page_source *use_page_source(struct kunit *test)
{
	kunit_activate_static_stub(test, kmst_alloc_block, source_alloc_block);
	kunit_activate_static_stub(test, kmst_free_block, source_free_block);
	kunit_activate_static_stub(test, kmst_grow_table, source_grow_table);
	return test->priv;
}

/* Memory that the end of the test frees. */
struct piece {
	const struct kmst_allocator	*allocator;
	struct kmst_memory		memory;
};

static void free_piece(void *data)
{
	struct piece *piece = data;

	if (piece->allocator)
		kmst_memory_free(&piece->memory, piece->allocator);
}

static struct kmst_memory *new_memory(struct kunit *test)
{
	struct piece *piece = kunit_kzalloc(test, sizeof(*piece), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, piece);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_piece, piece), 0);
	return &piece->memory;
}

static int alloc_pages_of(struct kunit *test, const char *name,
			  unsigned long nr_pages, struct kmst_memory *memory,
			  const struct kmst_cancel *cancel)
{
	const struct kmst_allocator *allocator = kmst_allocator_find(name);
	struct kmst_plan plan;
	struct kmst_request request = {
		.plan	= &plan,
		.gfp	= GFP_KERNEL,
		.nid	= NUMA_NO_NODE,
		.cancel	= cancel,
	};

	KUNIT_ASSERT_NOT_NULL(test, allocator);
	container_of(memory, struct piece, memory)->allocator = allocator;
	request.gfp |= allocator->gfp_added;
	kmst_plan_init(&plan, nr_pages * (PAGE_SIZE / 32), PAGE_SHIFT);
	KUNIT_ASSERT_EQ(test, plan.nr_pages, nr_pages);
	return kmst_memory_alloc(memory, allocator, &request);
}

static void expect_blocks_hold(struct kunit *test, const struct kmst_memory *memory,
			       unsigned long nr_pages)
{
	unsigned long pages = 0;
	unsigned int i;

	for (i = 0; i < memory->blocks.nr; i++) {
		size_t bytes = memory->blocks.table[i].bytes;
		unsigned long virt = (unsigned long)memory->blocks.table[i].virt;

		KUNIT_EXPECT_TRUE(test, IS_ALIGNED(virt, bytes));
		KUNIT_EXPECT_TRUE(test, is_power_of_2(bytes));
		pages += bytes / PAGE_SIZE;
	}
	KUNIT_EXPECT_EQ(test, pages, nr_pages);
	KUNIT_EXPECT_EQ(test, memory->blocks.nr_pages, nr_pages);
}

static void free_and_expect_none_held(struct kunit *test, const char *name,
				      struct kmst_memory *memory)
{
	struct page_source *source = test->priv;

	kmst_memory_free(memory, kmst_allocator_find(name));
	KUNIT_EXPECT_EQ(test, source->held, 0L);
	KUNIT_EXPECT_EQ(test, memory->blocks.nr, 0U);
	KUNIT_EXPECT_NULL(test, memory->blocks.table);
}

static void names_are_looked_up(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, kmst_allocator_at(0)->name, "page");
	KUNIT_EXPECT_PTR_EQ(test, kmst_allocator_find("page"), kmst_allocator_at(0));
	KUNIT_EXPECT_PTR_EQ(test, kmst_allocator_find("chunk\n"), kmst_allocator_at(1));
	KUNIT_EXPECT_NULL(test, kmst_allocator_at(12));
	KUNIT_EXPECT_PTR_EQ(test, kmst_allocator_find("cma"), kmst_allocator_at(11));
	KUNIT_EXPECT_NULL(test, kmst_allocator_find(""));
	KUNIT_EXPECT_NULL(test, kmst_allocator_find("pag"));
	KUNIT_EXPECT_NULL(test, kmst_allocator_find("pages"));
	KUNIT_EXPECT_NULL(test, kmst_allocator_find("page chunk"));
}

static void page_takes_one_block(struct kunit *test)
{
	unsigned int order = order_of_case(test);
	struct page_source *source = use_page_source(test);
	struct kmst_memory *memory = new_memory(test);
	int err;

	err = alloc_pages_of(test, "page", 1UL << order, memory, NULL);
	if (err == -ENOMEM && order > PAGE_ALLOC_COSTLY_ORDER)
		kunit_skip(test, "no free block of order %u", order);
	KUNIT_ASSERT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, memory->blocks.nr, 1U);
	KUNIT_EXPECT_EQ(test, source->asked[order], 1U);
	KUNIT_EXPECT_FALSE(test, source->may_oom);
	expect_blocks_hold(test, memory, 1UL << order);
	free_and_expect_none_held(test, "page", memory);
}

static void page_rounds_up_to_a_power_of_two(struct kunit *test)
{
	struct kmst_memory *memory = new_memory(test);

	use_page_source(test);
	KUNIT_ASSERT_EQ(test, alloc_pages_of(test, "page", 5, memory, NULL), 0);
	expect_blocks_hold(test, memory, 8);
	free_and_expect_none_held(test, "page", memory);
}

static const unsigned long page_counts[] = {
	1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 79, 127, 129, 255, 391,
};

static void page_count_desc(const unsigned long *nr_pages, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%lu pages", *nr_pages);
}

KUNIT_ARRAY_PARAM(page_count, page_counts, page_count_desc);

static void chunk_takes_exactly_the_pages(struct kunit *test)
{
	unsigned long nr_pages = *(const unsigned long *)test->param_value;
	struct page_source *source = use_page_source(test);
	struct kmst_memory *memory = new_memory(test);

	KUNIT_ASSERT_EQ(test, alloc_pages_of(test, "chunk", nr_pages, memory, NULL), 0);
	KUNIT_EXPECT_GE(test, memory->blocks.nr, hweight_long(nr_pages));
	expect_blocks_hold(test, memory, nr_pages);
	free_and_expect_none_held(test, "chunk", memory);
	KUNIT_EXPECT_FALSE(test, source->may_oom);
}

/* Large blocks that cannot be had are replaced by smaller ones. */
static void chunk_falls_back_to_smaller_blocks(struct kunit *test)
{
	unsigned long nr_pages = *(const unsigned long *)test->param_value;
	struct page_source *source = use_page_source(test);
	struct kmst_memory *memory = new_memory(test);
	unsigned int order;

	source->max_order = 1;
	KUNIT_ASSERT_EQ(test, alloc_pages_of(test, "chunk", nr_pages, memory, NULL), 0);
	KUNIT_EXPECT_EQ(test, memory->blocks.nr, nr_pages / 2 + nr_pages % 2);
	expect_blocks_hold(test, memory, nr_pages);
	for (order = 2; order <= MAX_PAGE_ORDER; order++)
		KUNIT_EXPECT_LE(test, source->asked[order], 1U);
	free_and_expect_none_held(test, "chunk", memory);
}

/* alloc_pages() fails with NULL: a version that tests IS_ERR() would go on. */
static void a_null_page_is_a_failure(struct kunit *test)
{
	struct page_source *source = use_page_source(test);
	struct kmst_memory *memory = new_memory(test);

	source->blocks_left = 0;
	KUNIT_EXPECT_EQ(test, alloc_pages_of(test, "page", 4, memory, NULL), -ENOMEM);
	free_and_expect_none_held(test, "page", memory);
	KUNIT_EXPECT_EQ(test, alloc_pages_of(test, "chunk", 4, memory, NULL), -ENOMEM);
	KUNIT_EXPECT_EQ(test, source->asked[0], 1U);
	free_and_expect_none_held(test, "chunk", memory);
}

static void nothing_leaks_when_the_nth_block_fails(struct kunit *test)
{
	struct page_source *source = use_page_source(test);
	struct kmst_memory *memory = new_memory(test);
	int n;

	source->max_order = 0;
	for (n = 0; n < 33; n++) {
		source->blocks_left = n;
		KUNIT_EXPECT_EQ(test, alloc_pages_of(test, "chunk", 33, memory, NULL),
				-ENOMEM);
		KUNIT_EXPECT_EQ(test, memory->blocks.nr, (unsigned int)n);
		KUNIT_EXPECT_EQ(test, source->held, (long)n);
		free_and_expect_none_held(test, "chunk", memory);
	}
	source->blocks_left = 33;
	KUNIT_EXPECT_EQ(test, alloc_pages_of(test, "chunk", 33, memory, NULL), 0);
	free_and_expect_none_held(test, "chunk", memory);
}

static void nothing_leaks_when_the_nth_table_fails(struct kunit *test)
{
	struct page_source *source = use_page_source(test);
	struct kmst_memory *memory = new_memory(test);
	int n;

	source->max_order = 0;
	for (n = 0; n < 4; n++) {
		source->tables_left = n;
		KUNIT_EXPECT_EQ(test, alloc_pages_of(test, "chunk", 65, memory, NULL),
				-ENOMEM);
		KUNIT_EXPECT_EQ(test, source->held, (long)memory->blocks.nr);
		free_and_expect_none_held(test, "chunk", memory);
	}
	source->tables_left = 0;
	KUNIT_EXPECT_EQ(test, alloc_pages_of(test, "page", 1, memory, NULL), -ENOMEM);
	free_and_expect_none_held(test, "page", memory);
}

static void chunk_gives_up_when_asked(struct kunit *test)
{
	struct kmst_cancel cancel = { BIT(KMST_CANCEL_INTERRUPTED) };
	struct page_source *source = use_page_source(test);
	struct kmst_memory *memory = new_memory(test);

	source->max_order = 0;
	KUNIT_EXPECT_EQ(test, alloc_pages_of(test, "chunk", 1000, memory, &cancel), -EINTR);
	KUNIT_EXPECT_LE(test, memory->blocks.nr, (unsigned int)KMST_PAGES_PER_POINT);
	free_and_expect_none_held(test, "chunk", memory);
}

/* Every allocation of a driver's allocator is one of these; test->priv is another. */
static struct {
	int	until_failure;
	int	asked;
	int	blocks;
	long	held;
} injected;

static bool inject_failure(void)
{
	injected.asked++;
	return !injected.until_failure--;
}

static struct page *inject_alloc_block(gfp_t gfp, unsigned int order, int nid)
{
	struct page *page = inject_failure() ? NULL : alloc_pages(gfp, order);

	injected.blocks++;
	if (page)
		injected.held += 1L << order;
	return page;
}

static void count_free_block(struct page *page, unsigned int order)
{
	injected.held -= 1L << order;
	__free_pages(page, order);
}

static void *inject_grow_table(void *table, size_t bytes)
{
	return inject_failure() ? NULL : kvrealloc(table, bytes, GFP_KERNEL);
}

static void use_injection(struct kunit *test)
{
	kunit_activate_static_stub(test, kmst_fail_allocation, inject_failure);
	kunit_activate_static_stub(test, kmst_alloc_block, inject_alloc_block);
	kunit_activate_static_stub(test, kmst_free_block, count_free_block);
	kunit_activate_static_stub(test, kmst_grow_table, inject_grow_table);
}

#define INJECT_PAGES	65

/* More than one call of the kernel gives. */
#define MANY_PAGES	600UL
/* Pages of them. */
#define MANY_OBJECTS	65UL

/* Of those that allocate each object alone, fewer pages have as many allocations. */
static unsigned long inject_pages(const struct kmst_allocator *allocator)
{
	return allocator->promises & KMST_PER_OBJECT ? 1 : INJECT_PAGES;
}

/*
 * What went through the driver's own calls is back. Of single pages that one call of the kernel
 * gave, only the way back goes through these: as many as there were.
 */
static void free_and_expect_all_freed(struct kunit *test, const struct kmst_allocator *allocator,
				      struct kmst_memory *memory)
{
	bool of_one_call = !injected.blocks && allocator->layout == &kmst_layout_pages;
	long nr = of_one_call ? memory->pages.nr : 0;

	kmst_memory_free(memory, allocator);
	KUNIT_EXPECT_EQ(test, injected.held, -nr);
}

/* Fail each allocation in turn, until there is none left to fail. Returns their number. */
static int fail_each(struct kunit *test, const struct kmst_allocator *allocator,
		     struct kmst_memory *memory)
{
	int n, err;

	for (n = 0;; n++) {
		injected.until_failure = n;
		injected.asked = 0;
		injected.blocks = 0;
		injected.held = 0;
		err = alloc_pages_of(test, allocator->name, inject_pages(allocator), memory,
				     NULL);
		free_and_expect_all_freed(test, allocator, memory);
		if (!err && injected.asked <= n)
			return n;
		/* what has smaller blocks for the one that failed goes on with those */
		if (err)
			KUNIT_EXPECT_EQ(test, err, -ENOMEM);
		KUNIT_ASSERT_LT(test, n, 100000);
	}
}

/* These are told to end between two calls; others may ask the kernel once, for all of it. */
static bool calls_often(const struct kmst_allocator *allocator)
{
	static const char * const names[] = {
		"chunk", "folio", "bulk", "highmem", "kmalloc_object", "slab",
	};

	return match_string(names, ARRAY_SIZE(names), allocator->name) >= 0;
}

/*
 * Told to end between two of its calls, an allocator knows of all that these gave: the entry
 * behind is the first that has nothing. Who loses objects is told by the kernel when the cache
 * is destroyed.
 */
static void what_is_given_up_is_known(struct kunit *test)
{
	const struct kmst_allocator *allocator = allocator_of_case(test);
	const struct kmst_cancel cancel = { BIT(KMST_CANCEL_INTERRUPTED) };
	struct kmst_memory *memory = new_memory(test);
	int err;

	skip_if_not_supported(test, allocator);
	use_injection(test);
	injected.until_failure = -1;
	injected.blocks = 0;
	injected.held = 0;
	err = alloc_pages_of(test, allocator->name, allocator->promises & KMST_PER_OBJECT ?
			     MANY_OBJECTS : MANY_PAGES, memory, &cancel);
	if (err == -ENOMEM)
		kunit_mark_skipped(test, "no room for one block");
	else if (err || calls_often(allocator))
		KUNIT_EXPECT_EQ(test, err, -EINTR);
	if (!strcmp(allocator->name, "bulk") && err == -EINTR) {
		KUNIT_EXPECT_LT(test, memory->pages.nr, MANY_PAGES);
		KUNIT_EXPECT_NULL(test, memory->pages.table[memory->pages.nr]);
	}
	free_and_expect_all_freed(test, allocator, memory);
}

/* One page of those that go through the driver's own calls is missed if it is kept. */
static void a_block_that_is_kept_is_counted(struct kunit *test)
{
	struct page *page;

	use_injection(test);
	injected.until_failure = -1;
	injected.held = 0;
	page = kmst_alloc_block(GFP_KERNEL, 0, NUMA_NO_NODE);
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, injected.held, 1L);
	kmst_free_block(page, 0);
	KUNIT_EXPECT_EQ(test, injected.held, 0L);
}

/*
 * What finds leaks has to see one: a page of a run that a call of the kernel gave. The first
 * time does not count: the kernel may take a page for itself then, to note who asks.
 */
static void a_page_that_is_kept_is_seen(struct kunit *test)
{
	struct kmst_kept *kept = kmst_kept_watch(test);
	int round;
	void *run;

	for (round = 0; round < 2; round++) {
		kmst_kept_forget(kept);
		run = alloc_pages_exact(3 * PAGE_SIZE, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, run);
		free_pages_exact(run, 2 * PAGE_SIZE);
		if (round)
			KUNIT_EXPECT_EQ(test, kmst_kept_pages(kept), 1UL);
		free_page((unsigned long)run + 2 * PAGE_SIZE);
		if (round)
			KUNIT_EXPECT_EQ(test, kmst_kept_pages(kept), 0UL);
	}
}

/*
 * What is lost where an allocation failed is lost again the next time; what the kernel takes
 * for itself, to note who asks, is not. Of pages that are allocated in bulk the events tell only
 * that they go: fail_each() counts the allocator's, areas of vmalloc() and objects are for
 * kmemleak to find.
 */
static void nothing_leaks_wherever_it_fails(struct kunit *test)
{
	const struct kmst_allocator *allocator = allocator_of_case(test);
	struct kmst_memory *memory = new_memory(test);
	struct kmst_kept *kept;
	unsigned long nr_kept;
	int attempt;

	skip_if_not_supported(test, allocator);
	kept = kmst_kept_watch(test);
	use_injection(test);
	for (attempt = 0; attempt < 3; attempt++) {
		kmst_kept_forget(kept);
		KUNIT_EXPECT_GE(test, fail_each(test, allocator, memory), 2);
		nr_kept = kmst_kept_pages(kept);
		if (!nr_kept)
			return;
		kunit_info(test, "attempt %d: %lu pages were kept\n", attempt, nr_kept);
	}
	KUNIT_FAIL(test, "pages are kept at each attempt");
}

static void bytes_are_exact(struct kunit *test)
{
	const struct kmst_allocator *allocator = allocator_of_case(test);
	struct kmst_memory *memory = new_memory(test);
	int err;

	skip_if_not_supported(test, allocator);
	err = alloc_pages_of(test, allocator->name, 5, memory, NULL);
	KUNIT_ASSERT_EQ(test, err, 0);
	/* nothing is asked about objects before the time to allocate is over */
	if (allocator->promises & KMST_PER_OBJECT)
		KUNIT_EXPECT_EQ(test, memory->bytes, 0ULL);
	KUNIT_EXPECT_FALSE(test, memory->usable_only);
	kmst_memory_inspect(memory, allocator);
	if (allocator->promises & KMST_PER_OBJECT) {
		u64 nr = kmst_memory_nr_spans(memory);

		KUNIT_EXPECT_EQ(test, nr, 5 * (u64)PAGE_SIZE / 32);
		KUNIT_EXPECT_EQ(test, memory->bytes,
				nr * ksize(kmst_test_word(memory, 0).virt));
	} else if (!strcmp(allocator->name, "page") || !strcmp(allocator->name, "kmalloc")) {
		KUNIT_EXPECT_EQ(test, memory->bytes, 8ULL * PAGE_SIZE);
	} else if (strcmp(allocator->name, "kvmalloc")) {
		KUNIT_EXPECT_EQ(test, memory->bytes, 5ULL * PAGE_SIZE);
	}
	KUNIT_EXPECT_GE(test, memory->bytes, 5ULL * PAGE_SIZE);
	KUNIT_EXPECT_GE(test, memory->bytes, memory->layout->usable(memory));
	kmst_memory_free(memory, allocator);
}

static void promises_are_kept(struct kunit *test)
{
	const struct kmst_allocator *allocator = allocator_of_case(test);
	struct kmst_memory *memory = new_memory(test);

	skip_if_not_supported(test, allocator);
	KUNIT_ASSERT_EQ(test, alloc_pages_of(test, allocator->name, 7, memory, NULL), 0);
	KUNIT_EXPECT_EQ(test, kmst_memory_nr_spans(memory) == 7 * PAGE_SIZE / 32,
			!!(allocator->promises & KMST_PER_OBJECT));
	if (allocator->promises & KMST_CONTIGUOUS) {
		KUNIT_EXPECT_EQ(test, kmst_memory_nr_spans(memory), 1UL);
		KUNIT_EXPECT_FALSE(test, is_vmalloc_addr(kmst_test_word(memory, 0).virt));
	}
	if (allocator->promises & KMST_MAPPABLE)
		KUNIT_EXPECT_EQ(test, kmst_test_word(memory, 0).offset, 0);
	kmst_memory_free(memory, allocator);
}

static void every_allocator_is_a_parameter(struct kunit *test)
{
	KUNIT_EXPECT_NOT_NULL(test, kmst_allocator_at(ARRAY_SIZE(allocators) - 1));
	KUNIT_EXPECT_NULL(test, kmst_allocator_at(ARRAY_SIZE(allocators)));
}

/* What __vmalloc() of newer kernels warns of does not reach it. */
static void vmalloc_takes_no_zone_and_no_node(struct kunit *test)
{
	const struct kmst_allocator *allocator = kmst_allocator_find("vmalloc");

	KUNIT_ASSERT_NOT_NULL(test, allocator);
	KUNIT_EXPECT_TRUE(test, allocator->gfp_refused & __GFP_THISNODE);
	KUNIT_EXPECT_TRUE(test, allocator->gfp_refused & __GFP_DMA);
	KUNIT_EXPECT_TRUE(test, allocator->gfp_refused & __GFP_DMA32);
}

static struct kunit_case allocator_cases[] = {
	KUNIT_CASE(vmalloc_takes_no_zone_and_no_node),
	KUNIT_CASE(names_are_looked_up),
	KUNIT_CASE(every_allocator_is_a_parameter),
	KUNIT_CASE_PARAM(page_takes_one_block, order_gen_params),
	KUNIT_CASE(page_rounds_up_to_a_power_of_two),
	KUNIT_CASE_PARAM(chunk_takes_exactly_the_pages, page_count_gen_params),
	KUNIT_CASE_PARAM(chunk_falls_back_to_smaller_blocks, page_count_gen_params),
	KUNIT_CASE(a_null_page_is_a_failure),
	KUNIT_CASE(nothing_leaks_when_the_nth_block_fails),
	KUNIT_CASE(nothing_leaks_when_the_nth_table_fails),
	KUNIT_CASE(chunk_gives_up_when_asked),
	KUNIT_CASE_PARAM(what_is_given_up_is_known, allocator_gen_params),
	KUNIT_CASE(a_block_that_is_kept_is_counted),
	KUNIT_CASE(a_page_that_is_kept_is_seen),
	KUNIT_CASE_PARAM(nothing_leaks_wherever_it_fails, allocator_gen_params),
	KUNIT_CASE_PARAM(bytes_are_exact, allocator_gen_params),
	KUNIT_CASE_PARAM(promises_are_kept, allocator_gen_params),
	{}
};

static struct kunit_suite allocator_suite = {
	.name = "kmem_studio_allocator",
	.init = page_source_init,
	.test_cases = allocator_cases,
};

kunit_test_suite(allocator_suite);
