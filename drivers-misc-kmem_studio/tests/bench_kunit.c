// SPDX-License-Identifier: GPL-2.0
/*
 * What filling and verifying an object costs, beside a plain memset() of the same
 * memory and the nested loop of a textbook, in the same boot.
 *
 * The unit is the nanosecond of the machine. Under QEMU's "-icount shift=0" one
 * instruction takes one nanosecond, and the figures are instructions. Nothing
 * here passes or fails by time, only by what was written.
 */
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/bitops.h>
#include <linux/gfp.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/numa.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../arena.h"
#include "../device.h"
#include "../pattern.h"
#include "../verify.h"
#include "arenas.h"
#include "words.h"

#define NR_STRUCTS	50000
/* the fastest counts: on a machine that does other things, too, some are slow */
#define ROUNDS		20
/* what allocators do takes longer */
#define ALLOC_ROUNDS	5

static void free_report(void *report)
{
	kmst_report_free(report);
}

static struct kmst_arena *create(const char *allocator, const struct kmst_pattern *pattern)
{
	struct kmst_arena_config config = config_of(kmst_allocator_find(allocator), NR_STRUCTS);
	struct kmst_refusal why;

	config.pattern = pattern;
	return kmst_arena_create(&config, NULL, &why);
}

static struct kmst_arena *new_bench_arena(struct kunit *test, const char *allocator,
					  const struct kmst_pattern *pattern)
{
	struct kmst_arena *arena;

	arena = create(allocator, pattern);
	if (IS_ERR(arena))
		kunit_skip(test, "no memory for %u objects", NR_STRUCTS);
	return keep_arena(test, arena);
}

/* Thousandths of a nanosecond an object. */
static void print_cost(struct kunit *test, const char *what, u64 ns)
{
	u32 thousandths;
	u64 whole;

	whole = div_u64_rem(div_u64(ns * 1000, NR_STRUCTS), 1000, &thousandths);
	kunit_info(test, "bench: %s %llu.%03u ns an object\n", what, whole, thousandths);
}

/* The fastest of some rounds, in ns; what @undo does, if anything is to be undone, is not. */
static u64 fastest_of(unsigned int rounds, void (*work)(void *data), void (*undo)(void *data),
		      void *data)
{
	u64 fastest = U64_MAX;

	while (rounds--) {
		u64 begin = ktime_get_ns();

		work(data);
		fastest = min(fastest, ktime_get_ns() - begin);
		if (undo)
			undo(data);
	}
	return fastest;
}

/* As in a textbook: for each page, for each object, for each word. */
static noinline void textbook_fill(struct kmst_struct *objects, unsigned int nr,
				   unsigned int per_page)
{
	unsigned int page, i, w;

	for (page = 0; page * per_page < nr; page++) {
		for (i = 0; i < per_page && page * per_page + i < nr; i++) {
			unsigned int first = (page * per_page + i) * KMST_STRUCT_WORDS;
			struct kmst_struct *object = &objects[page * per_page + i];

			for (w = 0; w < KMST_STRUCT_WORDS; w++)
				object->word[w] = first + w;
		}
	}
}

static noinline unsigned int textbook_verify(const struct kmst_struct *objects,
					     unsigned int nr, unsigned int per_page)
{
	unsigned int page, i, w;
	unsigned int wrong = 0;

	for (page = 0; page * per_page < nr; page++) {
		for (i = 0; i < per_page && page * per_page + i < nr; i++) {
			unsigned int first = (page * per_page + i) * KMST_STRUCT_WORDS;
			const struct kmst_struct *object = &objects[page * per_page + i];

			for (w = 0; w < KMST_STRUCT_WORDS; w++) {
				if (object->word[w] != first + w)
					wrong++;
			}
		}
	}
	return wrong;
}

/* What is measured: each work writes or reads the arena in @bench once. */
struct bench {
	struct kmst_arena	*arena;
	struct kmst_report	*report;
	void			*memory;
	unsigned int		per_page;
	unsigned int		wrong;
	int			err;
};

static void work_fill(void *data)
{
	struct bench *bench = data;

	bench->err |= kmst_verify_fill(bench->arena, NULL);
}

static void work_verify(void *data)
{
	struct bench *bench = data;

	bench->err |= kmst_verify_check(bench->arena, bench->report, NULL);
}

/* By the definition of the pattern, with a call for each word. */
static void work_word_by_word(void *data)
{
	struct bench *bench = data;
	const struct kmst_pattern *pattern = kmst_pattern_at(0);
	const unsigned int *words = bench->memory;
	struct kmst_place place = {};

	for (; place.word < NR_STRUCTS * KMST_STRUCT_WORDS; place.word++) {
		if (words[place.word] != pattern->word(&place))
			bench->wrong++;
	}
}

static void work_memset(void *data)
{
	struct bench *bench = data;

	memset(bench->memory, 1, NR_STRUCTS * sizeof(struct kmst_struct));
}

static void work_textbook_fill(void *data)
{
	struct bench *bench = data;

	textbook_fill(bench->memory, NR_STRUCTS, bench->per_page);
}

static void work_textbook_verify(void *data)
{
	struct bench *bench = data;

	bench->wrong |= textbook_verify(bench->memory, NR_STRUCTS, bench->per_page);
}

static void measure(struct kunit *test, const char *what, struct bench *bench,
		    void (*work)(void *data))
{
	print_cost(test, what, fastest_of(ROUNDS, work, NULL, bench));
}

/* The figures are called "FILL, NAME" and "VERIFY, NAME". */
static void bench_arena(struct kunit *test, const char *allocator,
			const struct kmst_pattern *pattern, const char *fill, const char *verify)
{
	const char *name = pattern ? pattern->name : allocator;
	struct bench bench = { .arena = new_bench_arena(test, allocator, pattern) };
	char what[48];

	bench.report = kmst_report_alloc(KMST_REPORT_BAD_WORDS);
	KUNIT_ASSERT_NOT_NULL(test, bench.report);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_report, bench.report), 0);
	snprintf(what, sizeof(what), "%s, %s", fill, name);
	measure(test, what, &bench, work_fill);
	snprintf(what, sizeof(what), "%s, %s", verify, name);
	measure(test, what, &bench, work_verify);
	KUNIT_EXPECT_EQ(test, bench.err, 0);
	KUNIT_EXPECT_EQ(test, bench.report->words, 8ULL * NR_STRUCTS);
}

static bool flush_nothing(struct page *first, unsigned long nr_pages, bool is_dma)
{
	return false;
}

/* The comparison itself, of what caches have. */
static void bench_fill_and_verify(struct kunit *test)
{
	static const char * const names[] = { "chunk", "page", "slab", "vmalloc" };
	unsigned int i;

	kunit_activate_static_stub(test, kmst_device_flush, flush_nothing);
	for (i = 0; i < ARRAY_SIZE(names); i++)
		bench_arena(test, names[i], NULL, "fill", "verify");
}

/* With the flush of the caches before it, where that can be had. */
static void bench_verify_in_memory(struct kunit *test)
{
	if (!kmst_device_sees_memory())
		kunit_skip(test, "this machine's caches cannot be flushed");
	bench_arena(test, "chunk", NULL, "fill before", "verify in memory");
	bench_arena(test, "vmalloc", NULL, "fill before", "verify in memory");
}

static void bench_patterns(struct kunit *test)
{
	const struct kmst_pattern *pattern;
	unsigned int i;

	kunit_activate_static_stub(test, kmst_device_flush, flush_nothing);
	for (i = 0; (pattern = kmst_pattern_at(i)); i++)
		bench_arena(test, "chunk", pattern, "fill", "verify");
}

static void bench_yardsticks(struct kunit *test)
{
	struct kmst_arena *arena = new_bench_arena(test, "page", NULL);
	struct bench bench = {
		.memory		= kmst_test_word(&arena->memory, 0).virt,
		.per_page	= arena->plan.structs_per_page,
	};

	measure(test, "memset", &bench, work_memset);
	measure(test, "textbook fill", &bench, work_textbook_fill);
	measure(test, "textbook verify", &bench, work_textbook_verify);
	measure(test, "word by word", &bench, work_word_by_word);
	KUNIT_EXPECT_EQ(test, bench.wrong, 0U);
}

/*
 * What an arena costs to get, beside the kernel's own calls for the same memory. Both
 * are given back after each round, so that each finds what the one before found.
 */

#define GFP_BENCH	(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN)
#define NR_BULK		512U

struct bare {
	struct page		*blocks[BITS_PER_LONG];
	unsigned long		nr_pages;
	struct page		**pages;
	void			**objects;
	unsigned int		nr_objects;
	struct kmem_cache	*cache;
};

static void print_total(struct kunit *test, const char *what, const char *of, u64 ns)
{
	kunit_info(test, "bench: %s %s %llu ns in all\n", what, of, ns);
}

static void bare_chunk(void *data)
{
	struct bare *bare = data;
	unsigned long left = bare->nr_pages;
	unsigned int i = 0;

	while (left) {
		unsigned int order = kmst_plan_block_order(left, MAX_PAGE_ORDER);

		bare->blocks[i++] = alloc_pages(GFP_BENCH, order);
		left -= 1UL << order;
	}
}

static void bare_chunk_free(void *data)
{
	struct bare *bare = data;
	unsigned long left = bare->nr_pages;
	unsigned int i = 0;

	while (left) {
		unsigned int order = kmst_plan_block_order(left, MAX_PAGE_ORDER);

		if (bare->blocks[i])
			__free_pages(bare->blocks[i], order);
		i++;
		left -= 1UL << order;
	}
}

static void bare_bulk(void *data)
{
	struct bare *bare = data;
	unsigned long nr = 0, got;

	bare->pages = kvcalloc(bare->nr_pages, sizeof(*bare->pages), GFP_KERNEL);
	while (bare->pages && nr < bare->nr_pages) {
		got = alloc_pages_bulk(GFP_BENCH, min(bare->nr_pages - nr, 512UL),
				       bare->pages + nr);
		if (!got)
			return;
		nr += got;
	}
}

static void bare_bulk_free(void *data)
{
	struct bare *bare = data;
	unsigned long i;

	for (i = 0; bare->pages && i < bare->nr_pages && bare->pages[i]; i++)
		__free_page(bare->pages[i]);
	kvfree(bare->pages);
}

static void bare_slab(void *data)
{
	struct bare *bare = data;
	unsigned int nr;

	for (bare->nr_objects = 0; bare->nr_objects < NR_STRUCTS; bare->nr_objects += nr) {
		nr = min(NR_STRUCTS - bare->nr_objects, NR_BULK);
		if (!kmem_cache_alloc_bulk(bare->cache, GFP_BENCH, nr,
					   bare->objects + bare->nr_objects))
			return;
	}
}

static void bare_slab_free(void *data)
{
	struct bare *bare = data;
	unsigned int i;

	for (i = 0; i < bare->nr_objects; i += NR_BULK)
		kmem_cache_free_bulk(bare->cache, min(bare->nr_objects - i, NR_BULK),
				     bare->objects + i);
	/* an arena's cache is new each time: let this one get its slabs each time, too */
	kmem_cache_shrink(bare->cache);
}

/*
 * As any other thread creates it: whether a function is replaced by a stub is asked for the
 * thread of a test alone, and costs more there than many of the functions.
 */
static struct kmst_arena *create_outside(const char *allocator)
{
	struct kunit *test = current->kunit_test;
	struct kmst_arena *arena;

	current->kunit_test = NULL;
	arena = create(allocator, NULL);
	current->kunit_test = test;
	return arena;
}

/* The kernel's own calls for the same memory, each time from what the last one gave back. */
static void measure_bare(struct kunit *test, const char *call, struct bare *bare,
			 void (*get)(void *data), void (*put)(void *data))
{
	print_total(test, "alloc, bare", call, fastest_of(ALLOC_ROUNDS, get, put, bare));
}

/* The whole of kmst_arena_create(), and the part of it that the allocator took. */
static void measure_create(struct kunit *test, const char *allocator)
{
	u64 whole = U64_MAX, alloc = U64_MAX;
	unsigned int round;

	for (round = 0; round < ALLOC_ROUNDS; round++) {
		u64 begin = ktime_get_ns();
		struct kmst_arena *arena = create_outside(allocator);

		whole = min(whole, ktime_get_ns() - begin);
		KUNIT_ASSERT_FALSE(test, IS_ERR(arena));
		alloc = min(alloc, arena->alloc_ns);
		kmst_arena_put(arena);
	}
	print_total(test, "arena,", allocator, whole);
	print_total(test, "alloc,", allocator, alloc);
}

static struct bare *new_bare(struct kunit *test)
{
	struct bare *bare = kunit_kzalloc(test, sizeof(*bare), GFP_KERNEL);
	struct kmst_plan plan;

	KUNIT_ASSERT_NOT_NULL(test, bare);
	kmst_plan_init(&plan, NR_STRUCTS, PAGE_SHIFT);
	bare->nr_pages = plan.nr_pages;
	return bare;
}

static void bench_alloc(struct kunit *test)
{
	struct bare *bare = new_bare(test);

	measure_bare(test, "alloc_pages", bare, bare_chunk, bare_chunk_free);
	measure_create(test, "chunk");
	measure_bare(test, "alloc_pages_bulk", bare, bare_bulk, bare_bulk_free);
	measure_create(test, "bulk");
}

static void free_objects(void *objects)
{
	kvfree(objects);
}

static void free_cache(void *cache)
{
	kmem_cache_destroy(cache);
}

static void bench_alloc_slab(struct kunit *test)
{
	struct bare *bare = new_bare(test);

	/* with KASAN it takes most of a minute to measure nothing else */
	if (IS_ENABLED(CONFIG_KASAN))
		kunit_skip(test, "the checks of memory accesses would be measured");
	bare->objects = kvcalloc(NR_STRUCTS, sizeof(void *), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, bare->objects);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_objects, bare->objects), 0);
	bare->cache = kmem_cache_create("kmem_studio-bench", sizeof(struct kmst_struct),
					sizeof(struct kmst_struct), SLAB_NO_MERGE, NULL);
	KUNIT_ASSERT_NOT_NULL(test, bare->cache);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_cache, bare->cache), 0);
	measure_bare(test, "kmem_cache_alloc_bulk", bare, bare_slab, bare_slab_free);
	measure_create(test, "slab");
	measure_create(test, "kmalloc_object");
	measure_create(test, "vmalloc");
}

static struct kunit_case bench_cases[] = {
	KUNIT_CASE(bench_alloc),
	KUNIT_CASE(bench_alloc_slab),
	KUNIT_CASE(bench_yardsticks),
	KUNIT_CASE(bench_fill_and_verify),
	KUNIT_CASE(bench_verify_in_memory),
	KUNIT_CASE(bench_patterns),
	{}
};

static struct kunit_suite bench_suite = {
	.name = "kmem_studio_bench",
	.test_cases = bench_cases,
};

kunit_test_suite(bench_suite);
