// SPDX-License-Identifier: GPL-2.0
/*
 * The life of an arena: created whole or not at all, referenced by its users, freed once.
 */
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "../arena.h"
#include "../cancel.h"
#include "../table.h"
#include "allocators.h"
#include "arenas.h"
#include "consistent.h"
#include "counted.h"
#include "sizes.h"

KUNIT_ARRAY_PARAM(allocator, allocators, allocator_desc);

static int arena_init(struct kunit *test)
{
	kmst_counted_reset();
	return 0;
}

/* What an arena counts for is what it has of each kind of memory, and its tables. */
static void expect_reservation(struct kunit *test, const struct kmst_arena *arena)
{
	unsigned long in_pool[KMST_NR_POOLS] = {};
	struct kmst_page_at at;
	enum kmst_pool pool;
	bool more;

	for (more = kmst_memory_page(&arena->memory, 0, &at); more;
	     more = kmst_memory_next_page(&arena->memory, &at)) {
		pool = arena->memory.source == KMST_SOURCE_CMA ? KMST_POOL_CMA :
								 kmst_zones_pool(at.page);
		in_pool[pool]++;
	}
	KUNIT_EXPECT_EQ(test, arena->reservation.pages[KMST_POOL_CMA], in_pool[KMST_POOL_CMA]);
	KUNIT_EXPECT_EQ(test, arena->reservation.pages[KMST_POOL_HIGH], in_pool[KMST_POOL_HIGH]);
	KUNIT_EXPECT_GE(test, arena->reservation.pages[KMST_POOL_LOW], in_pool[KMST_POOL_LOW]);
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

		KUNIT_EXPECT_GE(test, arena->memory.bytes, arena->plan.bytes);
		kmst_expect_consistent(test, &arena->memory);
		expect_reservation(test, arena);
		KUNIT_EXPECT_NE(test, arena->memory.source, KMST_SOURCE_NONE);
		drop_arena(test, arena);
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
	KUNIT_ASSERT_TRUE(test, kmst_memory_page(&arena->memory, arena->memory.nr_pages - 1, &at));
	pfn = page_to_pfn(at.page);
	found = kmst_arena_find(pfn);
	KUNIT_EXPECT_PTR_EQ(test, found, arena);
	if (found)
		kmst_arena_put(found);
	KUNIT_EXPECT_NULL(test, kmst_arena_find(ULONG_MAX));
	drop_arena(test, arena);
	KUNIT_EXPECT_NULL(test, kmst_arena_find(pfn));
}

static void a_million_objects_need_little_bookkeeping(struct kunit *test)
{
	struct kmst_arena_config config = config_of(kmst_allocator_find("chunk"), 1000000);
	struct kmst_refusal why;
	struct kmst_arena *arena;

	if (kmst_arena_check(&config, NULL, NULL, &why))
		kunit_skip(test, "no memory for a million objects");
	arena = new_arena(test, config.allocator, config.nr_structs);
	kunit_info(test, "%zu bytes of bookkeeping for %llu bytes in %lu spans\n",
		   kmst_arena_bookkeeping(arena), arena->plan.bytes,
		   kmst_memory_nr_spans(&arena->memory));
	/* blocks of four pages on average are enough for this */
	if (kmst_memory_nr_spans(&arena->memory) <= arena->plan.nr_pages / 16)
		KUNIT_EXPECT_LE(test, kmst_arena_bookkeeping(arena) * 1000,
				arena->plan.bytes);
	drop_arena(test, arena);
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
	KUNIT_EXPECT_EQ(test, arena->memory.source, KMST_SOURCE_PAGES);
	KUNIT_EXPECT_EQ(test, pages_reserved(test), reserved + 1);
	drop_arena(test, arena);

	config.cma_only = true;
	expect_no_arena(test, &config, NULL, -ENOMEM, &why);
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_CMA_ONLY);
	KUNIT_EXPECT_EQ(test, why.wanted, 1UL);
	KUNIT_EXPECT_EQ(test, pages_reserved(test), reserved);

	config.nr_structs = 5 * PER_PAGE;
	arena = new_configured(test, &config);
	KUNIT_EXPECT_EQ(test, arena->memory.source, KMST_SOURCE_CMA);
	KUNIT_EXPECT_EQ(test, arena->reservation.pages[KMST_POOL_CMA], 5UL);
	KUNIT_EXPECT_EQ(test, pages_reserved(test), reserved);
	drop_arena(test, arena);
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
		KUNIT_EXPECT_EQ_MSG(test, arena->memory.source, cases[i].source,
				    "%s, %u structs", cases[i].allocator,
				    cases[i].nr_structs);
		drop_arena(test, arena);
	}
}

/* Calls are counted, and those that give one page though more were asked for. */
static void calls_of_bulk_are_counted(struct kunit *test)
{
	struct kmst_arena *arena = new_arena(test, kmst_allocator_find("bulk"),
					     1000 * PER_PAGE);
	struct kmst_calls calls = arena->allocator->calls(&arena->memory);

	KUNIT_EXPECT_GE(test, calls.nr, 2UL);
	KUNIT_EXPECT_LE(test, calls.nr, 1000UL);
	KUNIT_EXPECT_LE(test, calls.single, calls.nr);
	drop_arena(test, arena);
}

/* When an allocator began to look at what it had got. */
static u64 inspected_at;

static void inspect_for_long(struct kmst_memory *memory)
{
	inspected_at = ktime_get_ns();
	msleep(50);
}

/* What the driver asks about the memory is not what it took to allocate. */
static void the_time_to_allocate_ends_with_the_allocation(struct kunit *test)
{
	struct kmst_allocator *allocator = kunit_kzalloc(test, sizeof(*allocator), GFP_KERNEL);
	struct kmst_arena *arena;
	u64 begin;

	KUNIT_ASSERT_NOT_NULL(test, allocator);
	*allocator = kmst_counted_allocator;
	allocator->inspect = inspect_for_long;
	inspected_at = 0;
	begin = ktime_get_ns();
	arena = new_arena(test, allocator, PER_PAGE);
	KUNIT_EXPECT_NE(test, inspected_at, 0ULL);
	KUNIT_EXPECT_LE(test, arena->alloc_ns, inspected_at - begin);
}

static void a_failing_allocator_leaves_nothing(struct kunit *test)
{
	struct kmst_arena_config config = config_of(&kmst_counted_allocator, 20 * PER_PAGE);
	unsigned long reserved = pages_reserved(test);
	struct kmst_refusal why;
	int n;

	for (n = 0; n < 20; n++) {
		kmst_counted.pages_until_failure = n;
		expect_no_arena(test, &config, NULL, -ENOMEM, &why);
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
	expect_no_arena(test, &config, NULL, -ENOMEM, &why);
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
	expect_no_arena(test, &config, &cancel, -EINTR, &why);
	KUNIT_EXPECT_EQ(test, atomic_read(&kmst_counted.entered), 1);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&kmst_counted.pages_held), 0L);
	KUNIT_EXPECT_EQ(test, pages_reserved(test), reserved);
}

static void the_last_reference_frees(struct kunit *test)
{
	struct kmst_arena *arena;

	arena = new_arena(test, &kmst_counted_allocator, 3 * PER_PAGE);
	KUNIT_EXPECT_PTR_EQ(test, keep_arena(test, kmst_arena_get(arena)), arena);
	drop_arena(test, arena);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&kmst_counted.pages_held), 3L);
	drop_arena(test, arena);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&kmst_counted.pages_held), 0L);
	KUNIT_EXPECT_PTR_EQ(test, READ_ONCE(kmst_counted.freed_by), (const void *)current);
}

static void nothing_is_available(const struct kmst_zone_use *use,
				 struct kmst_zone_pages *pages)
{
	*pages = (struct kmst_zone_pages){ .managed = 1000 };
}

/* Who finds no room waits for deferred frees. */
static void wait_for_frees(struct kunit *test)
{
	struct kmst_arena_config config = config_of(&kmst_counted_allocator, 1);
	struct kmst_refusal why;

	kunit_activate_static_stub(test, kmst_zones_sum, nothing_is_available);
	KUNIT_EXPECT_EQ(test, kmst_arena_check(&config, NULL, NULL, &why), -ENOMEM);
	kunit_deactivate_static_stub(test, kmst_zones_sum);
}

static void expect_freed_by_another(struct kunit *test)
{
	wait_for_frees(test);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&kmst_counted.pages_held), 0L);
	KUNIT_EXPECT_PTR_NE(test, READ_ONCE(kmst_counted.freed_by), (const void *)current);
}

/* Who closes a file does not wait. */
static void another_thread_frees_what_is_put_off(struct kunit *test)
{
	struct kmst_arena_config config = config_of(&kmst_counted_allocator, 3 * PER_PAGE);
	struct kmst_arena *arena;

	config.owner = kmst_registry_new_owner();
	arena = new_configured(test, &config);
	kmst_registry_retire(&kmst_arena_get(arena)->entry);
	drop_arena(test, arena);
	KUNIT_EXPECT_EQ(test, kmst_registry_held(config.owner), 3UL);
	kmst_arena_put_later(arena);
	KUNIT_EXPECT_EQ(test, kmst_registry_held(config.owner), 0UL);
	expect_freed_by_another(test);
}

/* The arena whose owner lets go of it while its pages are searched. */
static struct kmst_arena *let_go;

static bool let_go_meanwhile(const struct kmst_memory *memory, unsigned long pfn)
{
	struct kmst_arena *arena = xchg(&let_go, NULL);

	if (arena)
		drop_arena(kunit_get_current_test(), arena);
	return false;
}

/* It asks for a page: that is no reason to free gigabytes. */
static void who_searches_a_page_frees_no_arena(struct kunit *test)
{
	struct kmst_layout_ops *ops = kunit_kzalloc(test, sizeof(*ops), GFP_KERNEL);
	struct kmst_arena *arena;

	KUNIT_ASSERT_NOT_NULL(test, ops);
	arena = new_arena(test, &kmst_counted_allocator, 3 * PER_PAGE);
	*ops = *arena->memory.layout;
	ops->has_pfn = let_go_meanwhile;
	let_go = arena;
	arena->memory.layout = ops;
	KUNIT_EXPECT_NULL(test, kmst_arena_find(ULONG_MAX));
	KUNIT_EXPECT_NULL(test, let_go);
	expect_freed_by_another(test);
}

static struct kunit_case arena_cases[] = {
	KUNIT_CASE_PARAM(every_allocator_gives_an_arena, allocator_gen_params),
	KUNIT_CASE_PARAM(a_page_is_traced_to_its_arena, allocator_gen_params),
	KUNIT_CASE(a_million_objects_need_little_bookkeeping),
	KUNIT_CASE(cma_that_is_none_is_told),
	KUNIT_CASE(sources_are_those_of_the_kernel),
	KUNIT_CASE(calls_of_bulk_are_counted),
	KUNIT_CASE(the_time_to_allocate_ends_with_the_allocation),
	KUNIT_CASE(a_failing_allocator_leaves_nothing),
	KUNIT_CASE(objects_without_a_table_of_pages_leave_nothing),
	KUNIT_CASE(a_cancelled_create_leaves_nothing),
	KUNIT_CASE(the_last_reference_frees),
	KUNIT_CASE(another_thread_frees_what_is_put_off),
	KUNIT_CASE(who_searches_a_page_frees_no_arena),
	{}
};

static struct kunit_suite arena_suite = {
	.name = "kmem_studio_arena",
	.init = arena_init,
	.test_cases = arena_cases,
};

kunit_test_suite(arena_suite);
