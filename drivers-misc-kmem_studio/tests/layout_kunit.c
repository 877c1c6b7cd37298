// SPDX-License-Identifier: GPL-2.0
/*
 * Layouts: each word and each page of what an allocator gave is found by its number, and
 * is where the allocator put it.
 */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/numa.h>

#include "../allocator.h"
#include "../cancel.h"
#include "../layout.h"
#include "../plan.h"
#include "../refusal.h"
#include "allocators.h"
#include "consistent.h"
#include "counted.h"
#include "sizes.h"
#include "words.h"

KUNIT_ARRAY_PARAM(allocator, allocators, allocator_desc);
KUNIT_ARRAY_PARAM(size, sizes, size_desc);

/* Memory of an allocator, without an arena around it. */
struct piece {
	const struct kmst_allocator	*allocator;
	struct kmst_plan		plan;
	struct kmst_memory		memory;
};

static int layout_init(struct kunit *test)
{
	kmst_counted_reset();
	return 0;
}

static void free_piece(void *data)
{
	struct piece *piece = data;

	kmst_memory_free(&piece->memory, piece->allocator);
}

static struct piece *new_piece(struct kunit *test, const struct kmst_allocator *allocator,
			       unsigned int nr_structs)
{
	struct piece *piece = kunit_kzalloc(test, sizeof(*piece), GFP_KERNEL);
	struct kmst_request request = { .gfp = GFP_KERNEL, .nid = NUMA_NO_NODE };
	struct kmst_refusal why;
	int err;

	KUNIT_ASSERT_NOT_NULL(test, piece);
	skip_if_not_supported(test, allocator);
	piece->allocator = allocator;
	kmst_plan_init(&piece->plan, nr_structs, PAGE_SHIFT);
	request.plan = &piece->plan;
	request.gfp |= allocator->gfp_added;
	err = kmst_memory_alloc(&piece->memory, allocator, &request);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_piece, piece), 0);
	KUNIT_ASSERT_EQ(test, err, 0);
	kmst_memory_inspect(&piece->memory, allocator);
	err = kmst_memory_survey(&piece->memory, &piece->plan, NULL, &why);
	KUNIT_ASSERT_EQ(test, err, 0);
	return piece;
}

static void every_word_and_page_is_visited(struct kunit *test)
{
	struct piece *piece = new_piece(test, allocator_of_case(test), 70 * PER_PAGE + 3);

	KUNIT_EXPECT_EQ(test, piece->memory.nr_words, piece->plan.nr_words);
	KUNIT_EXPECT_GE(test, piece->memory.nr_pages, 70UL);
	KUNIT_EXPECT_GE(test, piece->memory.bytes, piece->plan.bytes);
	KUNIT_EXPECT_NE(test, piece->memory.source, KMST_SOURCE_NONE);
	kmst_expect_consistent(test, &piece->memory);
}

/* By its number, and by what the allocator noted. */
static void words_are_where_the_allocator_put_them(struct kunit *test)
{
	struct piece *piece = new_piece(test, allocator_of_case(test), 70 * PER_PAGE + 3);
	struct kmst_run run;
	u64 word;

	for (word = 0; word < piece->plan.nr_words; word += 1 + word / 100) {
		struct kmst_test_word at = kmst_test_word(&piece->memory, word);

		KUNIT_ASSERT_TRUE(test, kmst_memory_word(&piece->memory, word, &run));
		KUNIT_ASSERT_EQ(test, run.word, word);
		KUNIT_ASSERT_EQ(test, run.nr_words, 1);
		KUNIT_ASSERT_PTR_EQ(test, kmst_run_page(&run), at.page);
		KUNIT_ASSERT_EQ(test, run.offset, at.offset);
	}
	word = piece->memory.nr_words + piece->memory.nr_guards;
	KUNIT_EXPECT_FALSE(test, kmst_memory_word(&piece->memory, word, &run));
}

static void each_page_has_its_pfn(struct kunit *test)
{
	struct piece *piece = new_piece(test, allocator_of_case(test), 10 * PER_PAGE);
	struct kmst_page_at at;
	struct page *other;
	bool more;

	for (more = kmst_memory_page(&piece->memory, 0, &at); more;
	     more = kmst_memory_next_page(&piece->memory, &at))
		KUNIT_EXPECT_TRUE(test, kmst_memory_has_pfn(&piece->memory,
							    page_to_pfn(at.page)));
	KUNIT_EXPECT_FALSE(test, kmst_memory_has_pfn(&piece->memory, ULONG_MAX));
	other = alloc_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, other);
	KUNIT_EXPECT_FALSE(test, kmst_memory_has_pfn(&piece->memory, page_to_pfn(other)));
	__free_page(other);
}

/* Rows are as long as the memory allows. */
static void rows_have_all_words(struct kunit *test)
{
	struct piece *piece = new_piece(test, allocator_of_case(test), 70 * PER_PAGE + 3);
	const struct kmst_memory *memory = &piece->memory;
	struct kmst_run row, one;
	unsigned long rows = 0;
	u64 word = 0;

	while (kmst_memory_row(memory, word, &row)) {
		KUNIT_ASSERT_GT(test, row.nr_words, 0);
		KUNIT_ASSERT_TRUE(test, kmst_memory_word(memory, word + row.nr_words - 1, &one));
		KUNIT_EXPECT_EQ(test, row.nr_guards, 0);
		if (row.virt)
			KUNIT_EXPECT_PTR_EQ(test, one.virt,
					    row.virt + (row.nr_words - 1) * 4);
		else
			KUNIT_EXPECT_PTR_EQ(test, one.page, row.page);
		word += row.nr_words;
		rows++;
	}
	KUNIT_EXPECT_EQ(test, word, piece->plan.nr_words);
	KUNIT_EXPECT_LE(test, rows, piece->allocator->promises & KMST_PER_OBJECT ?
				    piece->plan.nr_structs : memory->nr_pages + 2);
	/* in the middle of one as well */
	KUNIT_EXPECT_TRUE(test, kmst_memory_row(memory, 9, &row));
	KUNIT_EXPECT_TRUE(test, kmst_memory_word(memory, 9, &one));
	KUNIT_EXPECT_EQ(test, row.offset, one.offset);
}

static void page_is_one_block(struct kunit *test)
{
	struct piece *piece = new_piece(test, kmst_allocator_find("page"),
					structs_of(test->param_value));
	unsigned int order = piece->plan.order;

	KUNIT_EXPECT_EQ(test, kmst_memory_nr_spans(&piece->memory), 1UL);
	KUNIT_EXPECT_EQ(test, kmst_memory_nr_blocks(&piece->memory, order), 1UL);
	KUNIT_EXPECT_EQ(test, kmst_memory_nr_blocks(&piece->memory, order + 1), 0UL);
	KUNIT_EXPECT_EQ(test, piece->memory.nr_pages, 1UL << order);
	kmst_expect_consistent(test, &piece->memory);
}

static void chunk_has_less_than_a_page_of_slack(struct kunit *test)
{
	struct piece *piece = new_piece(test, kmst_allocator_find("chunk"),
					structs_of(test->param_value));

	KUNIT_EXPECT_EQ(test, piece->memory.nr_pages, piece->plan.nr_pages);
	KUNIT_EXPECT_LT(test, piece->memory.nr_guards * 4, (u64)PAGE_SIZE);
	kmst_expect_consistent(test, &piece->memory);
}

/* The counting allocator's blocks are one page each, and so are the runs. */
static int stop_at_third_page(const struct kmst_run *run, void *context)
{
	unsigned long *last = context;

	*last = run->index;
	return run->index == 2 ? -EDOM : 0;
}

static void a_walk_ends_where_it_is_told_to(struct kunit *test)
{
	struct piece *piece = new_piece(test, &kmst_counted_allocator, 5 * PER_PAGE);
	struct kmst_cancel cancel = { BIT(KMST_CANCEL_INTERRUPTED) };
	unsigned long last = ULONG_MAX;

	KUNIT_EXPECT_EQ(test, kmst_memory_walk(&piece->memory, stop_at_third_page, &last,
					       &cancel), -EINTR);
	KUNIT_EXPECT_EQ(test, last, ULONG_MAX);
	KUNIT_EXPECT_EQ(test, kmst_memory_walk(&piece->memory, stop_at_third_page, &last,
					       NULL), -EDOM);
	KUNIT_EXPECT_EQ(test, last, 2UL);
}

static struct kunit_case layout_cases[] = {
	KUNIT_CASE_PARAM(every_word_and_page_is_visited, allocator_gen_params),
	KUNIT_CASE_PARAM(words_are_where_the_allocator_put_them, allocator_gen_params),
	KUNIT_CASE_PARAM(each_page_has_its_pfn, allocator_gen_params),
	KUNIT_CASE_PARAM(rows_have_all_words, allocator_gen_params),
	KUNIT_CASE_PARAM(page_is_one_block, size_gen_params),
	KUNIT_CASE_PARAM(chunk_has_less_than_a_page_of_slack, size_gen_params),
	KUNIT_CASE(a_walk_ends_where_it_is_told_to),
	{}
};

static struct kunit_suite layout_suite = {
	.name = "kmem_studio_layout",
	.init = layout_init,
	.test_cases = layout_cases,
};

kunit_test_suite(layout_suite);
