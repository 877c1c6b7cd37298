// SPDX-License-Identifier: GPL-2.0
/*
 * Arenas: created whole or not at all, within the limits, freed once.
 */
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/delay.h>
#include <linux/highmem.h>
#include <linux/math.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/numa.h>
#include <linux/page_ref.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../arena.h"
#include "../cancel.h"
#include "allocators.h"
#include "counted.h"

KUNIT_ARRAY_PARAM(allocator, allocators, allocator_desc);

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
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, NULL, &why), -E2BIG);
	return why.taken;
}

static unsigned long pages_of_pool(enum kmst_pool pool)
{
	unsigned long pages[KMST_NR_POOLS];

	kmst_zones_managed(pages);
	return pages[pool];
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

#define MANY_PAGES	100

/* Asking for many at once finds the same ones. */
static void expect_many_pages(struct kunit *test, const struct kmst_arena *arena)
{
	unsigned long first, i, nr;
	struct page **pages;
	struct kmst_page_at at;

	pages = kunit_kcalloc(test, MANY_PAGES, sizeof(*pages), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, pages);
	for (first = 0; first <= arena->nr_pages; first += 7) {
		nr = kmst_arena_pages(arena, first, MANY_PAGES, pages);
		KUNIT_EXPECT_EQ(test, nr, min(arena->nr_pages - first, MANY_PAGES + 0UL));
		for (i = 0; i < nr; i++) {
			KUNIT_ASSERT_TRUE(test, kmst_arena_page(arena, first + i, &at));
			KUNIT_EXPECT_PTR_EQ(test, pages[i], at.page);
		}
	}
	kunit_kfree(test, pages);
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
	expect_many_pages(test, arena);
	expect_nodes(test, arena);
}

/* What an arena counts for is what it has of each kind of memory, and its tables. */
static void expect_claim(struct kunit *test, const struct kmst_arena *arena)
{
	unsigned long in_pool[KMST_NR_POOLS] = {};
	struct kmst_page_at at;
	enum kmst_pool pool;
	bool more;

	for (more = kmst_arena_page(arena, 0, &at); more;
	     more = kmst_arena_next_page(arena, &at)) {
		pool = arena->spans.from_cma ? KMST_POOL_CMA : kmst_zones_pool(at.page);
		in_pool[pool]++;
	}
	KUNIT_EXPECT_EQ(test, arena->claim.pages[KMST_POOL_CMA], in_pool[KMST_POOL_CMA]);
	KUNIT_EXPECT_EQ(test, arena->claim.pages[KMST_POOL_HIGH], in_pool[KMST_POOL_HIGH]);
	KUNIT_EXPECT_GE(test, arena->claim.pages[KMST_POOL_LOW], in_pool[KMST_POOL_LOW]);
}

static void every_allocator_gives_an_arena(struct kunit *test)
{
	const struct kmst_allocator *allocator = allocator_of_case(test);
	unsigned long reserved = pages_reserved(test);
	unsigned int i;

	skip_if_not_supported(test, allocator);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		unsigned int nr_structs = structs_of(&sizes[i]);
		struct kmst_arena *arena = new_arena(test, allocator, nr_structs);

		KUNIT_EXPECT_GE(test, arena->spans.bytes, arena->plan.bytes);
		expect_consistent(test, arena);
		expect_claim(test, arena);
		KUNIT_EXPECT_NE(test, kmst_arena_source(arena), KMST_SOURCE_NONE);
		kmst_arena_put(arena);
	}
	KUNIT_EXPECT_EQ(test, pages_reserved(test), reserved);
}

/* A page leads to its arena, as long as there is one. */
static void a_page_is_traced_to_its_arena(struct kunit *test)
{
	const struct kmst_allocator *allocator = allocator_of_case(test);
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
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, NULL, &why), -EINVAL);
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_ANY_NODE);
	config.nid = NUMA_NO_NODE;
	config.gfp |= __GFP_COMP;
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, NULL, &why), -EINVAL);
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_GFP);
	KUNIT_EXPECT_EQ(test, why.wanted, (__force unsigned long)__GFP_COMP);

	config = config_of(kmst_allocator_find("vmalloc"), 100);
	config.gfp = GFP_ATOMIC;
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, NULL, &why), -EINVAL);
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_SLEEP);

	config = config_of(kmst_allocator_find("chunk"), 100);
	config.nid = MAX_NUMNODES;
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, NULL, &why), -EINVAL);
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_NODE);
	config.nid = -2;
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, NULL, &why), -EINVAL);
	config.nid = first_online_node;
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, NULL, &why), 0);
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

	if (kmst_arena_check(&config, NULL, &why))
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

	KUNIT_EXPECT_EQ(test, kmst_arena_check(config, NULL, &why), err);
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
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, NULL, &(struct kmst_refusal){}), 0);
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
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, NULL, &why), -E2BIG);
	/* but not if the first one goes before */
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, arena, &why), 0);

	kmst_arena_put(arena);
	arena = kmst_arena_create(&config, NULL, &why);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, arena);
	kmst_arena_put(arena);
	KUNIT_EXPECT_EQ(test, pages_reserved(test), reserved);
}

/* All of lowmem is within 100 percent, but never all available. */
static void memory_that_is_in_use_is_not_available(struct kunit *test)
{
	unsigned long lowmem = pages_of_pool(KMST_POOL_LOW);
	unsigned long pages = lowmem - pages_reserved(test);
	struct kmst_arena_config config = config_of(&kmst_counted_allocator,
						    pages * PER_PAGE);

	config.max_percent = 100;
	if (lowmem >= U32_MAX / PER_PAGE)
		kunit_skip(test, "so much RAM that no number of objects fills it");
	expect_refused(test, &config, -ENOMEM, KMST_LIMIT_AVAILABLE);
}

/* Pages that @config could have, if @old gave its own back. */
static unsigned long pages_allowed(struct kunit *test, struct kmst_arena_config config,
				   const struct kmst_arena *old)
{
	struct kmst_refusal why;

	/* more than there are, within a share of more than there is */
	config.nr_structs = U32_MAX;
	config.max_percent = UINT_MAX;
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, old, &why), -ENOMEM);
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_AVAILABLE);
	return why.allowed;
}

#define OLD_PAGES	2000UL

/* Pages more, or less, that come and go by themselves while memory is quiet. */
#define NOISE		500UL

struct allowed {
	unsigned long alone;	/* the pages of one question */
	unsigned long beside;	/* and those of the one that it is compared with */
};

/*
 * Pages that @config could have if @old gave its own back, and those that @other could.
 * Free pages are counted per CPU and summed up later: pages that somebody freed just before
 * make the second number larger than the first.  So the first question is asked again after
 * the second, until its answer is the same, or for five seconds.
 */
static struct allowed pages_allowed_to_both(struct kunit *test,
					    struct kmst_arena_config config,
					    const struct kmst_arena *old,
					    struct kmst_arena_config other)
{
	unsigned long before, after;
	struct allowed allowed;
	int tries = 50;

	do {
		before = pages_allowed(test, other, NULL);
		allowed.alone = pages_allowed(test, config, old);
		after = pages_allowed(test, other, NULL);
		allowed.beside = after;
		if (abs_diff(before, after) < NOISE / 4)
			return allowed;
		msleep(100);
	} while (--tries);
	return allowed;
}

/* What a live arena will give back counts, but only for who may have it. */
static void an_old_arena_counts_where_its_pages_can_be_had(struct kunit *test)
{
	struct kmst_arena_config here = config_of(&kmst_counted_allocator, 1);
	struct kmst_arena_config there = here;
	struct allowed allowed;
	struct kmst_arena *old;
	struct kmst_page_at at;

	old = new_arena(test, &kmst_counted_allocator, OLD_PAGES * PER_PAGE);
	allowed = pages_allowed_to_both(test, here, old, here);
	KUNIT_EXPECT_GE(test, allowed.alone, allowed.beside + OLD_PAGES - NOISE);

	/* the same memory, if it were of the area for DMA: only cma can have it */
	old->spans.from_cma = true;
	allowed = pages_allowed_to_both(test, here, old, here);
	KUNIT_EXPECT_LE(test, allowed.alone, allowed.beside + NOISE);
	old->spans.from_cma = false;

	KUNIT_ASSERT_TRUE(test, kmst_arena_page(old, 0, &at));
	there.gfp |= __GFP_THISNODE;
	there.nid = next_online_node(page_to_nid(at.page));
	if (there.nid < MAX_NUMNODES) {
		allowed = pages_allowed_to_both(test, there, old, there);
		KUNIT_EXPECT_LE(test, allowed.alone,
				allowed.beside + OLD_PAGES / 2 + NOISE);
	}
	kmst_arena_put(old);
}

/* Pages of highmem are none that the lowmem has more of. */
static void highmem_does_not_count_for_lowmem(struct kunit *test)
{
	struct kmst_arena_config config = config_of(&kmst_counted_allocator, 1);
	struct allowed allowed;
	struct kmst_arena *old;
	struct kmst_page_at at;

	if (!totalhigh_pages())
		kunit_skip(test, "there is no highmem");
	old = new_arena(test, kmst_allocator_find("highmem"), OLD_PAGES * PER_PAGE);
	KUNIT_ASSERT_TRUE(test, kmst_arena_page(old, 0, &at));
	if (!PageHighMem(at.page))
		kunit_skip(test, "no highmem is free");
	allowed = pages_allowed_to_both(test, config, old, config);
	KUNIT_EXPECT_LE(test, allowed.alone, allowed.beside + NOISE);
	kmst_arena_put(old);
}

/* No node helps another one out, and nobody waits for file cache to be written. */
static void flags_narrow_what_is_available(struct kunit *test)
{
	struct kmst_arena_config any = config_of(&kmst_counted_allocator, 1);
	struct kmst_arena_config some = any;
	struct allowed allowed;

	some.gfp = GFP_ATOMIC;
	allowed = pages_allowed_to_both(test, some, NULL, any);
	KUNIT_EXPECT_LE(test, allowed.alone, allowed.beside + NOISE);

	some.gfp = GFP_KERNEL | __GFP_THISNODE;
	some.nid = first_online_node;
	allowed = pages_allowed_to_both(test, some, NULL, any);
	KUNIT_EXPECT_LE(test, allowed.alone, allowed.beside + NOISE);
	if (num_online_nodes() == 1)
		return;
	KUNIT_EXPECT_LE(test, allowed.alone, allowed.beside * 3 / 4);
	some.nid = NUMA_NO_NODE;
	allowed = pages_allowed_to_both(test, some, NULL, any);
	KUNIT_EXPECT_LE(test, allowed.alone, allowed.beside * 3 / 4);
}

/* Each word of an object is in one row, and rows are as long as the memory allows. */
static void rows_have_all_words(struct kunit *test)
{
	const struct kmst_allocator *allocator = allocator_of_case(test);
	unsigned long rows = 0;
	struct kmst_arena *arena;
	struct kmst_run row, one;
	u64 word = 0;

	skip_if_not_supported(test, allocator);
	arena = new_arena(test, allocator, 70 * PER_PAGE + 3);
	while (kmst_arena_row(arena, word, &row)) {
		KUNIT_ASSERT_GT(test, row.nr_words, 0);
		KUNIT_ASSERT_TRUE(test, kmst_arena_word(arena, word + row.nr_words - 1, &one));
		KUNIT_EXPECT_EQ(test, row.nr_guards, 0);
		if (row.virt)
			KUNIT_EXPECT_PTR_EQ(test, one.virt,
					    row.virt + (row.nr_words - 1) * 4);
		else
			KUNIT_EXPECT_PTR_EQ(test, one.page, row.page);
		word += row.nr_words;
		rows++;
	}
	KUNIT_EXPECT_EQ(test, word, arena->plan.nr_words);
	KUNIT_EXPECT_LE(test, rows, allocator->promises & KMST_PER_OBJECT ?
				    arena->plan.nr_structs : arena->nr_pages + 2);
	/* in the middle of one as well */
	KUNIT_EXPECT_TRUE(test, kmst_arena_row(arena, 9, &row));
	KUNIT_EXPECT_TRUE(test, kmst_arena_word(arena, 9, &one));
	KUNIT_EXPECT_EQ(test, row.offset, one.offset);
	kmst_arena_put(arena);
}

/* Pages that a fault may put into a mapping, whether of blocks or single ones. */
static void a_page_outlives_its_arena(struct kunit *test)
{
	const struct kmst_allocator *allocator = allocator_of_case(test);
	u64 owner = kmst_arena_new_owner();
	struct kmst_arena_config config;
	struct kmst_arena *arena;
	struct kmst_refusal why;
	struct kmst_page_at at;

	if (!(allocator->promises & KMST_MAPPABLE))
		kunit_skip(test, "pages of %s are not mapped", allocator->name);
	if (allocator->map && !allocator->split)
		kunit_skip(test, "pages of %s are mapped as frames", allocator->name);
	skip_if_not_supported(test, allocator);

	config = config_of(allocator, 5 * PER_PAGE);
	config.owner = owner;
	arena = kmst_arena_create(&config, NULL, &why);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, arena);
	kmst_arena_split(arena, 2, 1);
	kmst_arena_split(arena, 1, 3);
	expect_consistent(test, arena);
	KUNIT_ASSERT_TRUE(test, kmst_arena_page(arena, 2, &at));
	KUNIT_EXPECT_EQ(test, page_count(at.page), 1);

	get_page(at.page);
	KUNIT_EXPECT_EQ(test, kmst_arenas_held(owner), 0UL);
	kmst_arena_retire(arena);
	KUNIT_EXPECT_EQ(test, kmst_arenas_held(owner), arena->nr_pages);
	kmst_arena_put(arena);
	KUNIT_EXPECT_EQ(test, kmst_arenas_held(owner), 0UL);
	KUNIT_EXPECT_EQ(test, page_count(at.page), 1);
	KUNIT_EXPECT_FALSE(test, PageBuddy(at.page));
	put_page(at.page);
}

/* Blocks that were given back, by their order. */
static void count_block(struct page *page, unsigned int order)
{
	unsigned int *blocks = kunit_get_current_test()->priv;

	blocks[order]++;
	__free_pages(page, order);
}

/* Pages from @first on with so many references each. */
static unsigned long count_pages_with(struct kmst_arena *arena, unsigned long first,
				      unsigned long nr, int refs)
{
	unsigned long i, found = 0;
	struct kmst_page_at at;

	for (i = first; i < first + nr; i++) {
		if (kmst_arena_page(arena, i, &at))
			found += page_ref_count(at.page) == refs;
	}
	return found;
}

static void only_the_blocks_of_a_fault_are_split(struct kunit *test)
{
	struct kmst_arena *arena = new_arena(test, kmst_allocator_find("chunk"), 21 * PER_PAGE);
	unsigned int blocks[NR_PAGE_ORDERS] = {};

	if (kmst_arena_blocks(arena, 4) != 1 || kmst_arena_blocks(arena, 2) != 1)
		kunit_skip(test, "no blocks of order 4 and 2");
	kmst_arena_split(arena, 17, 1);
	KUNIT_EXPECT_EQ(test, count_pages_with(arena, 0, 1, 1), 1UL);
	KUNIT_EXPECT_EQ(test, count_pages_with(arena, 1, 15, 0), 15UL);
	KUNIT_EXPECT_EQ(test, count_pages_with(arena, 16, 5, 1), 5UL);

	test->priv = blocks;
	kunit_activate_static_stub(test, kmst_free_block, count_block);
	kmst_arena_put(arena);
	kunit_deactivate_static_stub(test, kmst_free_block);
	KUNIT_EXPECT_EQ(test, blocks[4], 1U);
	KUNIT_EXPECT_EQ(test, blocks[2], 0U);
	KUNIT_EXPECT_EQ(test, blocks[0], 5U);
}

/* What is one page to the kernel has one reference, and its parts are not given away. */
static void compound_pages_are_no_pages_for_faults(struct kunit *test)
{
	struct vm_area_struct vma = {};
	struct kmst_arena *arena;

	/* an area without room: nothing is mapped */
	arena = new_arena(test, kmst_allocator_find("folio"), 4 * PER_PAGE);
	KUNIT_EXPECT_EQ(test, arena->allocator->map(&arena->spans, &vma), 0);
	KUNIT_EXPECT_NULL(test, arena->allocator->split);
	kmst_arena_put(arena);
	arena = new_arena(test, kmst_allocator_find("chunk"), 4 * PER_PAGE);
	KUNIT_EXPECT_FALSE(test, arena->allocator->maps_frames(&arena->spans));
	kmst_arena_put(arena);
}

/* The DMA API takes no single page from the area: that is told, or a failure. */
static void cma_that_is_none_is_told(struct kunit *test)
{
	const struct kmst_allocator *cma = kmst_allocator_find("cma");
	struct kmst_arena_config config = config_of(cma, PER_PAGE);
	unsigned long reserved = pages_reserved(test);
	struct kmst_arena *arena;
	struct kmst_refusal why;

	skip_if_not_supported(test, cma);
	arena = new_arena(test, cma, PER_PAGE);
	KUNIT_EXPECT_EQ(test, kmst_arena_source(arena), KMST_SOURCE_PAGES);
	KUNIT_EXPECT_EQ(test, pages_reserved(test), reserved + 1);
	kmst_arena_put(arena);

	config.cma_only = true;
	KUNIT_EXPECT_EQ(test, PTR_ERR(kmst_arena_create(&config, NULL, &why)), (long)-ENOMEM);
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_CMA_ONLY);
	KUNIT_EXPECT_EQ(test, why.wanted, 1UL);
	KUNIT_EXPECT_EQ(test, pages_reserved(test), reserved);

	config.nr_structs = 5 * PER_PAGE;
	arena = kmst_arena_create(&config, NULL, &why);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, arena);
	KUNIT_EXPECT_EQ(test, kmst_arena_source(arena), KMST_SOURCE_CMA);
	KUNIT_EXPECT_EQ(test, arena->claim.pages[KMST_POOL_CMA], 5UL);
	KUNIT_EXPECT_EQ(test, pages_reserved(test), reserved);
	kmst_arena_put(arena);
}

static void sources_are_those_of_the_kernel(struct kunit *test)
{
	static const struct {
		const char		*allocator;
		unsigned int		nr_structs;
		enum kmst_source	source;
	} cases[] = {
		{ "page", PER_PAGE, KMST_SOURCE_PAGES },
		{ "bulk", PER_PAGE, KMST_SOURCE_PAGES },
		{ "kmalloc", 1, KMST_SOURCE_SLAB },
		{ "kmalloc", 8 * PER_PAGE, KMST_SOURCE_PAGES },
		{ "slab", 1, KMST_SOURCE_SLAB },
		{ "vmalloc", 1, KMST_SOURCE_VMALLOC },
		{ "kvmalloc", 1, KMST_SOURCE_SLAB },
		{ "kvmalloc", (PER_PAGE << MAX_PAGE_ORDER) + 1, KMST_SOURCE_VMALLOC },
	};
	struct kmst_arena *arena;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		/* with pages of 64K, what is larger than any block is all of a small machine */
		if (cases[i].nr_structs / PER_PAGE > totalram_pages() / 4)
			continue;
		arena = new_arena(test, kmst_allocator_find(cases[i].allocator),
				  cases[i].nr_structs);
		KUNIT_EXPECT_EQ_MSG(test, kmst_arena_source(arena), cases[i].source,
				    "%s, %u structs", cases[i].allocator,
				    cases[i].nr_structs);
		kmst_arena_put(arena);
	}
}

/* Calls are counted, and those that give one page though more were asked for. */
static void calls_of_bulk_are_counted(struct kunit *test)
{
	struct kmst_arena *arena = new_arena(test, kmst_allocator_find("bulk"),
					     1000 * PER_PAGE);

	KUNIT_EXPECT_GE(test, arena->spans.nr_calls, 2UL);
	KUNIT_EXPECT_LE(test, arena->spans.nr_calls, 1000UL);
	KUNIT_EXPECT_LE(test, arena->spans.nr_single, arena->spans.nr_calls);
	kmst_arena_put(arena);
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
	KUNIT_EXPECT_PTR_EQ(test, READ_ONCE(kmst_counted.freed_by), (const void *)current);
}

/* Who closes a file does not wait, and who finds no room does. */
static void another_thread_frees_what_is_put_off(struct kunit *test)
{
	struct kmst_arena_config config = config_of(&kmst_counted_allocator, 3 * PER_PAGE);
	struct kmst_arena *arena;
	struct kmst_refusal why;

	config.owner = kmst_arena_new_owner();
	arena = kmst_arena_create(&config, NULL, &why);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, arena);
	kmst_arena_retire(kmst_arena_get(arena));
	kmst_arena_put(arena);
	KUNIT_EXPECT_EQ(test, kmst_arenas_held(config.owner), 3UL);
	kmst_arena_put_later(arena);
	KUNIT_EXPECT_EQ(test, kmst_arenas_held(config.owner), 0UL);

	/* more than may be had, but for what is on its way */
	config.nr_structs = U32_MAX;
	KUNIT_EXPECT_NE(test, kmst_arena_check(&config, NULL, &why), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&kmst_counted.pages_held), 0L);
	KUNIT_EXPECT_PTR_NE(test, READ_ONCE(kmst_counted.freed_by), (const void *)current);
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
	KUNIT_CASE(an_old_arena_counts_where_its_pages_can_be_had),
	KUNIT_CASE(highmem_does_not_count_for_lowmem),
	KUNIT_CASE(flags_narrow_what_is_available),
	KUNIT_CASE_PARAM(rows_have_all_words, allocator_gen_params),
	KUNIT_CASE_PARAM(a_page_outlives_its_arena, allocator_gen_params),
	KUNIT_CASE(cma_that_is_none_is_told),
	KUNIT_CASE(sources_are_those_of_the_kernel),
	KUNIT_CASE(calls_of_bulk_are_counted),
	KUNIT_CASE(only_the_blocks_of_a_fault_are_split),
	KUNIT_CASE(compound_pages_are_no_pages_for_faults),
	KUNIT_CASE(a_failing_allocator_leaves_nothing),
	KUNIT_CASE(objects_without_a_table_of_pages_leave_nothing),
	KUNIT_CASE(a_cancelled_create_leaves_nothing),
	KUNIT_CASE(the_last_reference_frees),
	KUNIT_CASE(another_thread_frees_what_is_put_off),
	KUNIT_CASE(a_walk_ends_where_it_is_told_to),
	{}
};

static struct kunit_suite arena_suite = {
	.name = "kmem_studio_arena",
	.init = arena_init,
	.test_cases = arena_cases,
};

kunit_test_suite(arena_suite);
