// SPDX-License-Identifier: GPL-2.0
/*
 * Plain loops around the allocators' calls, for scripts/test to compare the driver's benches
 * with. Nothing here is the driver's: a loop is timed as a whole, and the same loop around
 * nothing is subtracted.
 *
 *	insmod loop.ko run="page hot 0" batch=1
 *
 * prints "loop: page hot 0: A to allocate, F to free", in ns and thousandths; a hot loop only
 * has the sum of both, as A.
 */
#define pr_fmt(fmt) "loop: " fmt

#include <linux/compiler.h>
#include <linux/gfp.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#define GFP_LOOP	(GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)
#define HELD_BYTES	(32UL << 20)
#define HOT		200U
#define RUNS		5U

/*
 * Time that is measured at least, in ns: the guest's ticks are a small part of it, and so is what
 * the per-CPU lists, which adapt to what was asked of them, still have from before.
 */
#define SPAN_NS		10000000ULL

#ifdef alloc_pages_bulk_array
#define bulk_array(nr, pages)	alloc_pages_bulk_array(GFP_LOOP, nr, pages)
#else
#define bulk_array(nr, pages)	alloc_pages_bulk(GFP_LOOP, nr, pages)
#endif

static char *run = "page hot 0";
module_param(run, charp, 0444);

static unsigned int batch = 1;
module_param(batch, uint, 0444);

/* for a fault on purpose: instructions, about, that an operation takes more */
static unsigned int slower;
module_param(slower, uint, 0444);

static struct kmem_cache *cache;
static void **held;

static __always_inline void waste(void)
{
	unsigned int i;

	for (i = 0; i < slower / 2; i++)
		barrier();
}

/* The loops of an allocator: all of them to get, all of them to put, or in turn. */
#define LOOPS(_name, _take, _give)						\
static u64 loop_##_name##_hot(unsigned int order, unsigned int nr)		\
{										\
	u64 begin = ktime_get_raw_ns();						\
										\
	while (nr--) {								\
		void *p = _take;						\
										\
		if (!p)								\
			return 0;						\
		_give;								\
		waste();							\
	}									\
	return ktime_get_raw_ns() - begin;					\
}										\
										\
static u64 loop_##_name##_get(unsigned int order, unsigned int nr)		\
{										\
	u64 begin = ktime_get_raw_ns();						\
	unsigned int i;								\
										\
	for (i = 0; i < nr; i++) {						\
		held[i] = _take;						\
		if (!held[i])							\
			return 0;						\
		waste();							\
	}									\
	return ktime_get_raw_ns() - begin;					\
}										\
										\
static u64 loop_##_name##_put(unsigned int order, unsigned int nr)		\
{										\
	u64 begin = ktime_get_raw_ns();						\
	unsigned int i;								\
										\
	for (i = 0; i < nr; i++) {						\
		void *p = held[i];						\
										\
		if (p)								\
			_give;							\
	}									\
	return ktime_get_raw_ns() - begin;					\
}

static __always_inline void *nothing(void)
{
	void *p = held;

	OPTIMIZER_HIDE_VAR(p);
	return p;
}

LOOPS(nothing, nothing(), barrier_data(p))
LOOPS(page, alloc_pages(GFP_LOOP, order), __free_pages(p, order))
LOOPS(folio, folio_alloc(GFP_LOOP, order), folio_put(p))
LOOPS(exact, alloc_pages_exact(PAGE_SIZE << order, GFP_LOOP),
      free_pages_exact(p, PAGE_SIZE << order))
LOOPS(kmalloc, kmalloc(PAGE_SIZE << order, GFP_LOOP), kfree(p))
LOOPS(slab, kmem_cache_alloc(cache, GFP_LOOP), kmem_cache_free(cache, p))
LOOPS(vmalloc, __vmalloc(PAGE_SIZE << order, GFP_LOOP), vfree(p))

/* Many pages a call, as many as the bench has timed together. */
static u64 loop_bulk_get(unsigned int order, unsigned int nr)
{
	u64 begin = ktime_get_raw_ns();
	unsigned int i, got;

	for (i = 0; i < nr; i += got) {
		got = bulk_array(min(batch, nr - i), (struct page **)held + i);
		if (!got)
			return 0;
		waste();
	}
	return ktime_get_raw_ns() - begin;
}

static struct page *bulk_one(void)
{
	struct page *page = NULL;

	bulk_array(1, &page);
	return page;
}

static u64 loop_bulk_hot(unsigned int order, unsigned int nr)
{
	u64 begin = ktime_get_raw_ns();

	while (nr--) {
		struct page *page = bulk_one();

		if (!page)
			return 0;
		__free_page(page);
		waste();
	}
	return ktime_get_raw_ns() - begin;
}

#define loop_bulk_put	loop_page_put

#define ENTRY(_name) { #_name, loop_##_name##_hot, loop_##_name##_get, loop_##_name##_put }

static const struct loops {
	const char	*name;
	u64		(*hot)(unsigned int order, unsigned int nr);
	u64		(*get)(unsigned int order, unsigned int nr);
	u64		(*put)(unsigned int order, unsigned int nr);
} all[] = {
	ENTRY(nothing), ENTRY(page), ENTRY(bulk), ENTRY(folio), ENTRY(exact), ENTRY(kmalloc),
	ENTRY(slab), ENTRY(vmalloc),
};

static int compare(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static u64 median(u64 *values)
{
	sort(values, RUNS, sizeof(*values), compare, NULL);
	return values[RUNS / 2];
}

/* A run of one or more rounds; thousandths of a ns for an operation, 0 without memory. */
static bool one_run(const struct loops *loops, bool hot, unsigned int order, unsigned int nr,
		    unsigned int rounds, u64 *get, u64 *put)
{
	u64 get_ns = 0, put_ns = 0, ns;
	unsigned int i;

	for (i = 0; i < rounds; i++) {
		memset(held, 0, nr * sizeof(*held));
		ns = hot ? loops->hot(order, nr) : loops->get(order, nr);
		get_ns += ns;
		if (!hot)
			put_ns += loops->put(order, nr);
		if (!ns)
			return false;
	}
	*get = div64_u64(get_ns * 1000, (u64)nr * rounds);
	*put = div64_u64(put_ns * 1000, (u64)nr * rounds);
	return true;
}

static bool measure(const struct loops *loops, bool hot, unsigned int order, u64 *get, u64 *put)
{
	unsigned int nr = hot ? HOT : max(HELD_BYTES >> (PAGE_SHIFT + order), 2UL), rounds, i;
	u64 gets[RUNS], puts[RUNS], least;

	/* the first round tells how many make the time */
	if (!one_run(loops, hot, order, nr, 1, &gets[0], &puts[0]))
		return false;
	least = hot ? gets[0] : min(gets[0], puts[0]);
	rounds = div64_u64(SPAN_NS * 1000, max(least, 1ULL) * nr) + 1;
	for (i = 0; i < RUNS; i++) {
		if (!one_run(loops, hot, order, nr, rounds, &gets[i], &puts[i]))
			return false;
	}
	*get = median(gets);
	*put = median(puts);
	return true;
}

static int measure_and_print(const struct loops *loops, bool hot, unsigned int order)
{
	unsigned int saved = slower;
	u64 get, put, get0, put0;
	bool done;

	slower = 0;
	done = measure(&all[0], hot, order, &get0, &put0);
	slower = saved;
	done = done && measure(loops, hot, order, &get, &put);
	if (!done)
		return -ENOMEM;
	get -= min(get, get0);
	put -= min(put, put0);
	pr_info("%s: %llu.%03llu to allocate, %llu.%03llu to free\n", run, get / 1000, get % 1000,
		put / 1000, put % 1000);
	return 0;
}

static int __init loop_init(void)
{
	char name[16], pattern[16];
	unsigned int order, i;
	int err = -EINVAL;

	if (sscanf(run, "%15s %15s %u", name, pattern, &order) != 3 || order > MAX_PAGE_ORDER)
		return -EINVAL;
	batch = max(batch, 1U);
	held = kvcalloc(HELD_BYTES >> PAGE_SHIFT, sizeof(*held), GFP_KERNEL);
	if (!held)
		return -ENOMEM;
	cache = kmem_cache_create("loop", min(PAGE_SIZE << order, KMALLOC_MAX_SIZE / 4), 0,
				  SLAB_NO_MERGE, NULL);
	for (i = 0; cache && i < ARRAY_SIZE(all); i++) {
		if (!strcmp(name, all[i].name))
			err = measure_and_print(&all[i], !strcmp(pattern, "hot"), order);
	}
	kmem_cache_destroy(cache);
	kvfree(held);
	return err;
}
module_init(loop_init);

static void __exit loop_exit(void)
{
}
module_exit(loop_exit);

MODULE_DESCRIPTION("Plain loops around the allocators' calls");
MODULE_LICENSE("GPL");
