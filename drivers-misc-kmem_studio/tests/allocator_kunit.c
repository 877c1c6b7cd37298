// SPDX-License-Identifier: GPL-2.0
/*
 * The methods to get memory, with the page allocator below them made to fail at
 * every place in turn. Blocks are counted: what was got is given back.
 */
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/bitops.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/slab.h>

#include "../allocator.h"
#include "../cancel.h"
#include "../plan.h"
#include "orders.h"

/* What the stubs below do and see; in test->priv. */
struct page_source {
	unsigned int	max_order;	/* blocks above it cannot be had */
	int		blocks_left;	/* until none can be had, -1 for ever */
	int		tables_left;	/* as blocks_left, for the table of spans */
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

static struct page *source_alloc_block(gfp_t gfp, unsigned int order)
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

static void source_free_block(void *virt, unsigned int order)
{
	struct page_source *source = kunit_get_current_test()->priv;

	source->held--;
	free_pages((unsigned long)virt, order);
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

static int alloc_pages_of(struct kunit *test, const char *name,
			  unsigned long nr_pages, struct kmst_spans *spans,
			  const struct kmst_cancel *cancel)
{
	const struct kmst_allocator *allocator = kmst_allocator_find(name);
	struct kmst_plan plan;

	KUNIT_ASSERT_NOT_NULL(test, allocator);
	kmst_plan_init(&plan, nr_pages * (PAGE_SIZE / 32), PAGE_SHIFT);
	KUNIT_ASSERT_EQ(test, plan.nr_pages, nr_pages);
	return allocator->alloc(&plan, spans, cancel);
}

static void expect_spans_hold(struct kunit *test, const struct kmst_spans *spans,
			      unsigned long nr_pages)
{
	unsigned long pages = 0;
	unsigned int i;

	for (i = 0; i < spans->nr; i++) {
		size_t bytes = spans->table[i].bytes;

		KUNIT_EXPECT_TRUE(test, IS_ALIGNED((unsigned long)spans->table[i].virt, bytes));
		KUNIT_EXPECT_TRUE(test, is_power_of_2(bytes));
		pages += bytes / PAGE_SIZE;
	}
	KUNIT_EXPECT_EQ(test, pages, nr_pages);
	KUNIT_EXPECT_EQ(test, spans->nr_pages, nr_pages);
}

static void free_and_expect_none_held(struct kunit *test, const char *name,
				      struct kmst_spans *spans)
{
	struct page_source *source = test->priv;

	kmst_spans_free(spans, kmst_allocator_find(name));
	KUNIT_EXPECT_EQ(test, source->held, 0L);
	KUNIT_EXPECT_EQ(test, spans->nr, 0U);
	KUNIT_EXPECT_NULL(test, spans->table);
}

static void names_are_looked_up(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, kmst_allocator_at(0)->name, "page");
	KUNIT_EXPECT_PTR_EQ(test, kmst_allocator_find("page"), kmst_allocator_at(0));
	KUNIT_EXPECT_PTR_EQ(test, kmst_allocator_find("chunk\n"), kmst_allocator_at(1));
	KUNIT_EXPECT_NULL(test, kmst_allocator_at(2));
	KUNIT_EXPECT_NULL(test, kmst_allocator_find(""));
	KUNIT_EXPECT_NULL(test, kmst_allocator_find("pag"));
	KUNIT_EXPECT_NULL(test, kmst_allocator_find("pages"));
	KUNIT_EXPECT_NULL(test, kmst_allocator_find("page chunk"));
}

static void page_takes_one_block(struct kunit *test)
{
	unsigned int order = order_of_case(test);
	struct page_source *source = use_page_source(test);
	struct kmst_spans spans = {};
	int err;

	err = alloc_pages_of(test, "page", 1UL << order, &spans, NULL);
	if (err == -ENOMEM && order > PAGE_ALLOC_COSTLY_ORDER)
		kunit_skip(test, "no free block of order %u", order);
	KUNIT_ASSERT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, spans.nr, 1U);
	KUNIT_EXPECT_EQ(test, source->asked[order], 1U);
	KUNIT_EXPECT_FALSE(test, source->may_oom);
	expect_spans_hold(test, &spans, 1UL << order);
	free_and_expect_none_held(test, "page", &spans);
}

static void page_rounds_up_to_a_power_of_two(struct kunit *test)
{
	struct kmst_spans spans = {};

	use_page_source(test);
	KUNIT_ASSERT_EQ(test, alloc_pages_of(test, "page", 5, &spans, NULL), 0);
	expect_spans_hold(test, &spans, 8);
	free_and_expect_none_held(test, "page", &spans);
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
	struct kmst_spans spans = {};

	KUNIT_ASSERT_EQ(test, alloc_pages_of(test, "chunk", nr_pages, &spans, NULL), 0);
	KUNIT_EXPECT_GE(test, spans.nr, hweight_long(nr_pages));
	expect_spans_hold(test, &spans, nr_pages);
	free_and_expect_none_held(test, "chunk", &spans);
	KUNIT_EXPECT_FALSE(test, source->may_oom);
}

/* Large blocks that cannot be had are replaced by smaller ones. */
static void chunk_falls_back_to_smaller_blocks(struct kunit *test)
{
	unsigned long nr_pages = *(const unsigned long *)test->param_value;
	struct page_source *source = use_page_source(test);
	struct kmst_spans spans = {};
	unsigned int order;

	source->max_order = 1;
	KUNIT_ASSERT_EQ(test, alloc_pages_of(test, "chunk", nr_pages, &spans, NULL), 0);
	KUNIT_EXPECT_EQ(test, spans.nr, nr_pages / 2 + nr_pages % 2);
	expect_spans_hold(test, &spans, nr_pages);
	for (order = 2; order <= MAX_PAGE_ORDER; order++)
		KUNIT_EXPECT_LE(test, source->asked[order], 1U);
	free_and_expect_none_held(test, "chunk", &spans);
}

/* alloc_pages() fails with NULL: a version that tests IS_ERR() would go on. */
static void a_null_page_is_a_failure(struct kunit *test)
{
	struct page_source *source = use_page_source(test);
	struct kmst_spans spans = {};

	source->blocks_left = 0;
	KUNIT_EXPECT_EQ(test, alloc_pages_of(test, "page", 4, &spans, NULL), -ENOMEM);
	free_and_expect_none_held(test, "page", &spans);
	KUNIT_EXPECT_EQ(test, alloc_pages_of(test, "chunk", 4, &spans, NULL), -ENOMEM);
	KUNIT_EXPECT_EQ(test, source->asked[0], 1U);
	free_and_expect_none_held(test, "chunk", &spans);
}

static void nothing_leaks_when_the_nth_block_fails(struct kunit *test)
{
	struct page_source *source = use_page_source(test);
	struct kmst_spans spans = {};
	int n;

	source->max_order = 0;
	for (n = 0; n < 33; n++) {
		source->blocks_left = n;
		KUNIT_EXPECT_EQ(test, alloc_pages_of(test, "chunk", 33, &spans, NULL),
				-ENOMEM);
		KUNIT_EXPECT_EQ(test, spans.nr, (unsigned int)n);
		KUNIT_EXPECT_EQ(test, source->held, (long)n);
		free_and_expect_none_held(test, "chunk", &spans);
	}
	source->blocks_left = 33;
	KUNIT_EXPECT_EQ(test, alloc_pages_of(test, "chunk", 33, &spans, NULL), 0);
	free_and_expect_none_held(test, "chunk", &spans);
}

static void nothing_leaks_when_the_nth_table_fails(struct kunit *test)
{
	struct page_source *source = use_page_source(test);
	struct kmst_spans spans = {};
	int n;

	source->max_order = 0;
	for (n = 0; n < 4; n++) {
		source->tables_left = n;
		KUNIT_EXPECT_EQ(test, alloc_pages_of(test, "chunk", 65, &spans, NULL),
				-ENOMEM);
		KUNIT_EXPECT_EQ(test, source->held, (long)spans.nr);
		free_and_expect_none_held(test, "chunk", &spans);
	}
	source->tables_left = 0;
	KUNIT_EXPECT_EQ(test, alloc_pages_of(test, "page", 1, &spans, NULL), -ENOMEM);
	free_and_expect_none_held(test, "page", &spans);
}

static void chunk_gives_up_when_asked(struct kunit *test)
{
	struct kmst_cancel cancel = { BIT(KMST_CANCEL_INTERRUPTED) };
	struct page_source *source = use_page_source(test);
	struct kmst_spans spans = {};

	source->max_order = 0;
	KUNIT_EXPECT_EQ(test, alloc_pages_of(test, "chunk", 1000, &spans, &cancel), -EINTR);
	KUNIT_EXPECT_LE(test, spans.nr, (unsigned int)KMST_PAGES_PER_POINT);
	free_and_expect_none_held(test, "chunk", &spans);
}

static struct kunit_case allocator_cases[] = {
	KUNIT_CASE(names_are_looked_up),
	KUNIT_CASE_PARAM(page_takes_one_block, order_gen_params),
	KUNIT_CASE(page_rounds_up_to_a_power_of_two),
	KUNIT_CASE_PARAM(chunk_takes_exactly_the_pages, page_count_gen_params),
	KUNIT_CASE_PARAM(chunk_falls_back_to_smaller_blocks, page_count_gen_params),
	KUNIT_CASE(a_null_page_is_a_failure),
	KUNIT_CASE(nothing_leaks_when_the_nth_block_fails),
	KUNIT_CASE(nothing_leaks_when_the_nth_table_fails),
	KUNIT_CASE(chunk_gives_up_when_asked),
	{}
};

static struct kunit_suite allocator_suite = {
	.name = "kmem_studio_allocator",
	.init = page_source_init,
	.test_cases = allocator_cases,
};

kunit_test_suite(allocator_suite);
