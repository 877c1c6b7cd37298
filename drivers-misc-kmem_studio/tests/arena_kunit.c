// SPDX-License-Identifier: GPL-2.0
/*
 * Arenas: created whole or not at all, within the limits, freed once.
 */
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/numa.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../arena.h"
#include "../cancel.h"
#include "allocators.h"
#include "counted.h"

#define PER_PAGE	((unsigned int)(PAGE_SIZE / sizeof(struct kmst_struct)))

static int arena_init(struct kunit *test)
{
	kmst_counted_reset();
	return 0;
}

static struct kmst_arena_config config_of(const struct kmst_allocator *allocator,
					  unsigned int nr_structs)
{
	return (struct kmst_arena_config){
		.allocator	= allocator,
		.nr_structs	= nr_structs,
		.max_percent	= 50,
		.gfp		= GFP_KERNEL,
		.nid		= NUMA_NO_NODE,
	};
}

static struct kmst_arena *new_arena(struct kunit *test,
				    const struct kmst_allocator *allocator,
				    unsigned int nr_structs)
{
	struct kmst_arena_config config = config_of(allocator, nr_structs);
	struct kmst_refusal why;
	struct kmst_arena *arena;

	arena = kmst_arena_create(&config, NULL, &why);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, arena);
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_NONE);
	return arena;
}

/* Pages that count for the share of RAM now: a share of nothing is always exceeded. */
static unsigned long pages_reserved(struct kunit *test)
{
	struct kmst_arena_config config = config_of(&kmst_counted_allocator, 1);
	struct kmst_refusal why;

	config.max_percent = 0;
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, 0, &why), -E2BIG);
	return why.taken;
}

/* Sizes in objects, written as pages and a few more or less. */
struct size {
	unsigned int	nr_pages;
	int		more;
};

static const struct size sizes[] = {
	{ 0, 1 }, { 1, -1 }, { 1, 0 }, { 1, 1 }, { 2, -1 }, { 2, 0 }, { 2, 1 },
	{ 8, -1 }, { 8, 0 }, { 8, 1 }, { 79, -112 }, { 391, -48 },
};

static void size_desc(const struct size *size, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u pages %+d", size->nr_pages, size->more);
}

KUNIT_ARRAY_PARAM(size, sizes, size_desc);

static unsigned int structs_of(const struct size *size)
{
	return size->nr_pages * PER_PAGE + size->more;
}

struct seen {
	u64	words;
	u64	guards;
	bool	in_order;
};

static int see_run(const struct kmst_arena *arena, const struct kmst_run *run,
		   void *context)
{
	size_t bytes = (run->nr_words + run->nr_guards) * sizeof(unsigned int);
	struct seen *seen = context;

	if (!bytes || run->offset + bytes > KMST_PAGES_PER_POINT * PAGE_SIZE)
		seen->in_order = false;
	if (run->nr_words && run->word != seen->words)
		seen->in_order = false;
	if (run->nr_guards && run->guard != arena->plan.nr_words + seen->guards)
		seen->in_order = false;
	seen->words += run->nr_words;
	seen->guards += run->nr_guards;
	return 0;
}

/* Going on from page to page arrives where asking for each does. */
static void expect_pages(struct kunit *test, const struct kmst_arena *arena)
{
	struct kmst_page_at at, same;
	unsigned long nr = 0;
	bool more;

	for (more = kmst_arena_page(arena, 0, &at); more;
	     more = kmst_arena_next_page(arena, &at)) {
		KUNIT_ASSERT_TRUE(test, kmst_arena_page(arena, nr, &same));
		KUNIT_EXPECT_PTR_EQ(test, same.page, at.page);
		KUNIT_EXPECT_PTR_EQ(test, same.virt, at.virt);
		KUNIT_EXPECT_EQ(test, at.index, nr++);
	}
	KUNIT_EXPECT_EQ(test, nr, arena->nr_pages);
	KUNIT_EXPECT_FALSE(test, kmst_arena_page(arena, nr, &at));
}

static void expect_nodes(struct kunit *test, const struct kmst_arena *arena)
{
	unsigned long *on_node = kunit_kcalloc(test, MAX_NUMNODES, sizeof(*on_node),
					       GFP_KERNEL);
	unsigned long nr = 0;
	int nid;

	KUNIT_ASSERT_NOT_NULL(test, on_node);
	kmst_arena_count_nodes(arena, on_node);
	for_each_online_node(nid)
		nr += on_node[nid];
	KUNIT_EXPECT_EQ(test, nr, arena->nr_pages);
}

static void expect_consistent(struct kunit *test, const struct kmst_arena *arena)
{
	struct seen seen = { .in_order = true };

	KUNIT_EXPECT_EQ(test, kmst_arena_walk(arena, see_run, &seen, NULL), 0);
	KUNIT_EXPECT_EQ(test, seen.words, arena->plan.nr_words);
	KUNIT_EXPECT_EQ(test, seen.guards, arena->nr_guards);
	KUNIT_EXPECT_TRUE(test, seen.in_order);
	expect_pages(test, arena);
	expect_nodes(test, arena);
}

static void every_allocator_gives_an_arena(struct kunit *test)
{
	const struct kmst_allocator *allocator = test->param_value;
	unsigned long reserved = pages_reserved(test);
	unsigned int i;

	skip_if_not_supported(test, allocator);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		unsigned int nr_structs = structs_of(&sizes[i]);
		struct kmst_arena *arena = new_arena(test, allocator, nr_structs);

		KUNIT_EXPECT_GE(test, arena->spans.bytes, arena->plan.bytes);
		expect_consistent(test, arena);
		kmst_arena_put(arena);
	}
	KUNIT_EXPECT_EQ(test, pages_reserved(test), reserved);
}

/* A page leads to its arena, as long as there is one. */
static void a_page_is_traced_to_its_arena(struct kunit *test)
{
	const struct kmst_allocator *allocator = test->param_value;
	struct kmst_arena *arena, *found;
	struct kmst_page_at at;
	unsigned long pfn;

	skip_if_not_supported(test, allocator);
	arena = new_arena(test, allocator, 10 * PER_PAGE);
	KUNIT_ASSERT_TRUE(test, kmst_arena_page(arena, arena->nr_pages - 1, &at));
	pfn = page_to_pfn(at.page);
	found = kmst_arena_find(pfn);
	KUNIT_EXPECT_PTR_EQ(test, found, arena);
	if (found)
		kmst_arena_put(found);
	KUNIT_EXPECT_NULL(test, kmst_arena_find(ULONG_MAX));
	kmst_arena_put(arena);
	KUNIT_EXPECT_NULL(test, kmst_arena_find(pfn));
}

static void requests_that_cannot_be_served_are_refused(struct kunit *test)
{
	struct kmst_arena_config config;
	struct kmst_refusal why;

	config = config_of(kmst_allocator_find("exact"), 100);
	config.nid = 0;
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, 0, &why), -EINVAL);
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_ANY_NODE);
	config.nid = NUMA_NO_NODE;
	config.gfp |= __GFP_COMP;
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, 0, &why), -EINVAL);
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_GFP);
	KUNIT_EXPECT_EQ(test, why.wanted, (__force unsigned long)__GFP_COMP);

	config = config_of(kmst_allocator_find("vmalloc"), 100);
	config.gfp = GFP_ATOMIC;
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, 0, &why), -EINVAL);
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_SLEEP);

	config = config_of(kmst_allocator_find("chunk"), 100);
	config.nid = MAX_NUMNODES;
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, 0, &why), -EINVAL);
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_NODE);
	config.nid = -2;
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, 0, &why), -EINVAL);
	config.nid = first_online_node;
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, 0, &why), 0);
}

static void page_arena_is_one_block(struct kunit *test)
{
	unsigned int nr_structs = structs_of(test->param_value);
	struct kmst_arena *arena;

	arena = new_arena(test, kmst_allocator_find("page"), nr_structs);
	KUNIT_EXPECT_EQ(test, arena->spans.nr, 1U);
	KUNIT_EXPECT_EQ(test, arena->spans.nr_pages, 1UL << arena->plan.order);
	KUNIT_EXPECT_EQ(test, kmst_arena_blocks(arena, arena->plan.order), 1U);
	expect_consistent(test, arena);
	kmst_arena_put(arena);
}

static void chunk_arena_has_less_than_a_page_of_slack(struct kunit *test)
{
	unsigned int nr_structs = structs_of(test->param_value);
	struct kmst_arena *arena;

	arena = new_arena(test, kmst_allocator_find("chunk"), nr_structs);
	KUNIT_EXPECT_EQ(test, arena->spans.nr_pages, arena->plan.nr_pages);
	KUNIT_EXPECT_LT(test, (arena->spans.nr_pages << PAGE_SHIFT) - arena->plan.bytes,
			PAGE_SIZE);
	expect_consistent(test, arena);
	kmst_arena_put(arena);
}

static void a_million_objects_need_little_bookkeeping(struct kunit *test)
{
	struct kmst_arena_config config = config_of(kmst_allocator_find("chunk"), 1000000);
	struct kmst_refusal why;
	struct kmst_arena *arena;

	if (kmst_arena_check(&config, 0, &why))
		kunit_skip(test, "no memory for a million objects");
	arena = new_arena(test, config.allocator, config.nr_structs);
	kunit_info(test, "%zu bytes of bookkeeping for %llu bytes in %u spans\n",
		   kmst_arena_bookkeeping(arena), arena->plan.bytes, arena->spans.nr);
	/* blocks of four pages on average are enough for this */
	if (arena->spans.nr <= arena->plan.nr_pages / 16)
		KUNIT_EXPECT_LE(test, kmst_arena_bookkeeping(arena) * 1000,
				arena->plan.bytes);
	kmst_arena_put(arena);
}

static void expect_refused(struct kunit *test,
			   const struct kmst_arena_config *config, int err,
			   enum kmst_limit limit)
{
	struct kmst_refusal why;

	KUNIT_EXPECT_EQ(test, kmst_arena_check(config, 0, &why), err);
	KUNIT_EXPECT_EQ(test, why.limit, limit);
	if (limit != KMST_LIMIT_EMPTY)
		KUNIT_EXPECT_GT(test, why.wanted, why.allowed);
}

/* What no free memory could change is refused by a create as well. */
static void expect_not_created(struct kunit *test,
			       const struct kmst_arena_config *config, int err,
			       enum kmst_limit limit)
{
	struct kmst_refusal why;

	expect_refused(test, config, err, limit);
	KUNIT_EXPECT_EQ(test, PTR_ERR(kmst_arena_create(config, NULL, &why)), (long)err);
	KUNIT_EXPECT_EQ(test, why.limit, limit);
	KUNIT_EXPECT_EQ(test, atomic_read(&kmst_counted.entered), 0);
}

static void limits_refuse_before_the_allocator_is_asked(struct kunit *test)
{
	unsigned int block = PER_PAGE << MAX_PAGE_ORDER;
	struct kmst_arena_config config;

	config = config_of(&kmst_counted_allocator, 0);
	expect_not_created(test, &config, -EINVAL, KMST_LIMIT_EMPTY);

	config = config_of(kmst_allocator_find("page"), block + 1);
	expect_not_created(test, &config, -E2BIG, KMST_LIMIT_ORDER);
	config.nr_structs = U32_MAX;
	expect_not_created(test, &config, -E2BIG, KMST_LIMIT_ORDER);
}

static void shares_of_ram_are_kept(struct kunit *test)
{
	unsigned long ram = totalram_pages();
	struct kmst_arena_config config;

	if (ram >= U32_MAX / PER_PAGE)
		kunit_skip(test, "so much RAM that no number of objects fills it");

	config = config_of(&kmst_counted_allocator, U32_MAX);
	expect_not_created(test, &config, -E2BIG, KMST_LIMIT_SHARE);
	config.nr_structs = ram / 2 * PER_PAGE + PER_PAGE + 1;
	expect_not_created(test, &config, -E2BIG, KMST_LIMIT_SHARE);
	/* a page of lowmem is not more than all of it, whatever the rest is */
	config.nr_structs = 1;
	config.max_percent = 100;
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, 0, &(struct kmst_refusal){}), 0);
}

/* Two arenas that are each within the share, but not together. */
static void the_sum_of_arenas_is_kept_under_the_share(struct kunit *test)
{
	unsigned long lowmem = totalram_pages() - totalhigh_pages();
	unsigned long reserved = pages_reserved(test);
	struct kmst_arena_config config;
	struct kmst_arena *arena;
	struct kmst_refusal why;

	if (lowmem >= U32_MAX / PER_PAGE)
		kunit_skip(test, "so much RAM that no number of objects fills it");

	config = config_of(&kmst_counted_allocator, lowmem / 80 * PER_PAGE);
	config.max_percent = 2;
	arena = kmst_arena_create(&config, NULL, &why);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, arena);
	KUNIT_EXPECT_EQ(test, PTR_ERR(kmst_arena_create(&config, NULL, &why)), (long)-E2BIG);
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_SHARE);
	KUNIT_EXPECT_EQ(test, why.taken, reserved + arena->spans.nr_pages);
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, 0, &why), -E2BIG);
	/* but not if the first one goes before */
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, arena->spans.nr_pages, &why), 0);

	kmst_arena_put(arena);
	arena = kmst_arena_create(&config, NULL, &why);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, arena);
	kmst_arena_put(arena);
	KUNIT_EXPECT_EQ(test, pages_reserved(test), reserved);
}

/* All of lowmem is within 100 percent, but never all available. */
static void memory_that_is_in_use_is_not_available(struct kunit *test)
{
	unsigned long lowmem = totalram_pages() - totalhigh_pages();
	unsigned long pages = lowmem - pages_reserved(test);
	struct kmst_arena_config config = config_of(&kmst_counted_allocator,
						    pages * PER_PAGE);
	struct kmst_refusal why;

	config.max_percent = 100;
	if (lowmem >= U32_MAX / PER_PAGE)
		kunit_skip(test, "so much RAM that no number of objects fills it");
	expect_refused(test, &config, -ENOMEM, KMST_LIMIT_AVAILABLE);

	/* what a live arena will give back counts, less what is always kept */
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, 2 * lowmem, &why), 0);
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_NONE);
}

static void a_failing_allocator_leaves_nothing(struct kunit *test)
{
	struct kmst_arena_config config = config_of(&kmst_counted_allocator, 20 * PER_PAGE);
	unsigned long reserved = pages_reserved(test);
	struct kmst_refusal why;
	int n;

	for (n = 0; n < 20; n++) {
		kmst_counted.spans_until_failure = n;
		KUNIT_EXPECT_EQ(test, PTR_ERR(kmst_arena_create(&config, NULL, &why)),
				(long)-ENOMEM);
		KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_ALLOCATOR);
		KUNIT_EXPECT_EQ(test, why.wanted, 20UL);
		KUNIT_EXPECT_EQ(test, why.allowed, (unsigned long)n);
		KUNIT_EXPECT_EQ(test, atomic_long_read(&kmst_counted.pages_held), 0L);
		KUNIT_EXPECT_EQ(test, pages_reserved(test), reserved);
	}
}

/* The table of objects can be had, that of their pages cannot. */
static void *second_table_fails(void *table, size_t bytes)
{
	int *tables = kunit_get_current_test()->priv;

	return (*tables)++ ? NULL : kvrealloc(table, bytes, GFP_KERNEL);
}

static void objects_without_a_table_of_pages_leave_nothing(struct kunit *test)
{
	struct kmst_arena_config config = config_of(kmst_allocator_find("slab"), PER_PAGE);
	unsigned long reserved = pages_reserved(test);
	struct kmst_refusal why;
	int tables = 0;

	test->priv = &tables;
	kunit_activate_static_stub(test, kmst_grow_table, second_table_fails);
	KUNIT_EXPECT_EQ(test, PTR_ERR(kmst_arena_create(&config, NULL, &why)), (long)-ENOMEM);
	KUNIT_EXPECT_EQ(test, tables, 2);
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_ALLOCATOR);
	KUNIT_EXPECT_EQ(test, pages_reserved(test), reserved);
}

static void a_cancelled_create_leaves_nothing(struct kunit *test)
{
	struct kmst_arena_config config = config_of(&kmst_counted_allocator, 20 * PER_PAGE);
	struct kmst_cancel cancel = { BIT(KMST_CANCEL_CLOSED) };
	unsigned long reserved = pages_reserved(test);
	struct kmst_refusal why;

	kmst_counted.hang = true;
	KUNIT_EXPECT_EQ(test, PTR_ERR(kmst_arena_create(&config, &cancel, &why)),
			(long)-EINTR);
	KUNIT_EXPECT_EQ(test, atomic_read(&kmst_counted.entered), 1);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&kmst_counted.pages_held), 0L);
	KUNIT_EXPECT_EQ(test, pages_reserved(test), reserved);
}

static void the_last_reference_frees(struct kunit *test)
{
	struct kmst_arena *arena;

	arena = new_arena(test, &kmst_counted_allocator, 3 * PER_PAGE);
	KUNIT_EXPECT_PTR_EQ(test, kmst_arena_get(arena), arena);
	kmst_arena_put(arena);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&kmst_counted.pages_held), 3L);
	kmst_arena_put(arena);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&kmst_counted.pages_held), 0L);
}

/* the counting allocator's spans are one page each, and so are the runs */
static int stop_at_third_page(const struct kmst_arena *arena,
			      const struct kmst_run *run, void *context)
{
	unsigned long *last = context;

	*last = run->index;
	return run->index == 2 ? -EDOM : 0;
}

static void a_walk_ends_where_it_is_told_to(struct kunit *test)
{
	struct kmst_cancel cancel = { BIT(KMST_CANCEL_INTERRUPTED) };
	unsigned long last = ULONG_MAX;
	struct kmst_arena *arena;

	arena = new_arena(test, &kmst_counted_allocator, 5 * PER_PAGE);
	KUNIT_EXPECT_EQ(test, kmst_arena_walk(arena, stop_at_third_page, &last, &cancel),
			-EINTR);
	KUNIT_EXPECT_EQ(test, last, ULONG_MAX);
	KUNIT_EXPECT_EQ(test, kmst_arena_walk(arena, stop_at_third_page, &last, NULL),
			-EDOM);
	KUNIT_EXPECT_EQ(test, last, 2UL);
	kmst_arena_put(arena);
}

static struct kunit_case arena_cases[] = {
	KUNIT_CASE_PARAM(every_allocator_gives_an_arena, allocator_gen_params),
	KUNIT_CASE_PARAM(a_page_is_traced_to_its_arena, allocator_gen_params),
	KUNIT_CASE(requests_that_cannot_be_served_are_refused),
	KUNIT_CASE_PARAM(page_arena_is_one_block, size_gen_params),
	KUNIT_CASE_PARAM(chunk_arena_has_less_than_a_page_of_slack, size_gen_params),
	KUNIT_CASE(a_million_objects_need_little_bookkeeping),
	KUNIT_CASE(limits_refuse_before_the_allocator_is_asked),
	KUNIT_CASE(shares_of_ram_are_kept),
	KUNIT_CASE(the_sum_of_arenas_is_kept_under_the_share),
	KUNIT_CASE(memory_that_is_in_use_is_not_available),
	KUNIT_CASE(a_failing_allocator_leaves_nothing),
	KUNIT_CASE(objects_without_a_table_of_pages_leave_nothing),
	KUNIT_CASE(a_cancelled_create_leaves_nothing),
	KUNIT_CASE(the_last_reference_frees),
	KUNIT_CASE(a_walk_ends_where_it_is_told_to),
	{}
};

static struct kunit_suite arena_suite = {
	.name = "kmem_studio_arena",
	.init = arena_init,
	.test_cases = arena_cases,
};

kunit_test_suite(arena_suite);
