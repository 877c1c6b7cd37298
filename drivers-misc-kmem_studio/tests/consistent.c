// SPDX-License-Identifier: GPL-2.0
/*
 * Words and pages of some memory, on every way that a layout has to them: each is visited
 * once, in order, and found again by its number.
 */
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/slab.h>

#include "../cancel.h"
#include "../layout.h"
#include "consistent.h"

struct seen {
	u64	first_guard;
	u64	words;
	u64	guards;
	bool	in_order;
};

static int see_run(const struct kmst_run *run, void *context)
{
	size_t bytes = (run->nr_words + run->nr_guards) * sizeof(unsigned int);
	struct seen *seen = context;

	if (!bytes || run->offset + bytes > KMST_PAGES_PER_POINT * PAGE_SIZE)
		seen->in_order = false;
	if (run->nr_words && run->word != seen->words)
		seen->in_order = false;
	if (run->nr_guards && run->guard != seen->first_guard + seen->guards)
		seen->in_order = false;
	seen->words += run->nr_words;
	seen->guards += run->nr_guards;
	return 0;
}

/* Going on from page to page arrives where asking for each does. */
static void expect_pages(struct kunit *test, const struct kmst_memory *memory)
{
	struct kmst_page_at at, same;
	unsigned long nr = 0;
	bool more;

	for (more = kmst_memory_page(memory, 0, &at); more;
	     more = kmst_memory_next_page(memory, &at)) {
		KUNIT_ASSERT_TRUE(test, kmst_memory_page(memory, nr, &same));
		KUNIT_EXPECT_PTR_EQ(test, same.page, at.page);
		KUNIT_EXPECT_PTR_EQ(test, same.virt, at.virt);
		KUNIT_EXPECT_EQ(test, at.index, nr++);
	}
	KUNIT_EXPECT_EQ(test, nr, memory->nr_pages);
	KUNIT_EXPECT_FALSE(test, kmst_memory_page(memory, nr, &at));
}

#define MANY_PAGES	100

/* Asking for many at once finds the same ones. */
static void expect_many_pages(struct kunit *test, const struct kmst_memory *memory)
{
	unsigned long first, i, nr;
	struct page **pages;
	struct kmst_page_at at;

	pages = kunit_kcalloc(test, MANY_PAGES, sizeof(*pages), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, pages);
	for (first = 0; first <= memory->nr_pages; first += 7) {
		nr = kmst_memory_pages(memory, first, MANY_PAGES, pages);
		KUNIT_EXPECT_EQ(test, nr, min(memory->nr_pages - first, MANY_PAGES + 0UL));
		for (i = 0; i < nr; i++) {
			KUNIT_ASSERT_TRUE(test, kmst_memory_page(memory, first + i, &at));
			KUNIT_EXPECT_PTR_EQ(test, pages[i], at.page);
		}
	}
	kunit_kfree(test, pages);
}

static void expect_nodes(struct kunit *test, const struct kmst_memory *memory)
{
	unsigned long *on_node = kunit_kcalloc(test, MAX_NUMNODES, sizeof(*on_node),
					       GFP_KERNEL);
	unsigned long nr = 0;
	int nid;

	KUNIT_ASSERT_NOT_NULL(test, on_node);
	kmst_memory_count_nodes(memory, on_node);
	for_each_online_node(nid)
		nr += on_node[nid];
	KUNIT_EXPECT_EQ(test, nr, memory->nr_pages);
}

/**
 * kmst_expect_consistent() - Expect all ways through some memory to agree.
 * @test:   the test
 * @memory: the memory
 *
 * Context: a test.
 */
void kmst_expect_consistent(struct kunit *test, const struct kmst_memory *memory)
{
	struct seen seen = { .first_guard = memory->nr_words, .in_order = true };

	KUNIT_EXPECT_EQ(test, kmst_memory_walk(memory, see_run, &seen, NULL), 0);
	KUNIT_EXPECT_EQ(test, seen.words, memory->nr_words);
	KUNIT_EXPECT_EQ(test, seen.guards, memory->nr_guards);
	KUNIT_EXPECT_TRUE(test, seen.in_order);
	expect_pages(test, memory);
	expect_many_pages(test, memory);
	expect_nodes(test, memory);
}
