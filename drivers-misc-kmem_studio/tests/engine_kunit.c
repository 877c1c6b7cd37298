// SPDX-License-Identifier: GPL-2.0
/*
 * Runs of benches: of each allocator in each order, and of one that does as it is told.
 */
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/numa.h>
#include <linux/processor.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>

#include "../allocator.h"
#include "../bench/clock.h"
#include "../bench/engine.h"
#include "../bench/order.h"
#include "../cancel.h"
#include "../giveway.h"
#include "../table.h"
#include "allocators.h"
#include "alone.h"
#include "nodes.h"

KUNIT_ARRAY_PARAM(allocator, allocators, allocator_desc);

#define HELD	100U
#define ROUNDS	3U

/* Longer than any allocation that nothing holds up. */
#define DELAY_MS	3

/* What the obedient allocator is told, and what it saw. Threads of the run use it, too. */
static struct {
	atomic_t	made;
	atomic_t	held;
	atomic_t	most;
	int		fail_from;	/* the first that fails, -1 for none */
	unsigned int	slow_every;	/* one of so many takes DELAY_MS, 0 for none */
	int		twice;		/* this one is given once more, -1 for none */
	int		cancel_at;
	int		give_at;
	bool		moved;		/* something was freed on another CPU */
	int		nid;		/* which node it was asked to take from */
	gfp_t		gfp;		/* and how */
	void		*last;
	struct kmst_cancel *cancel;
} obedient;

static u64 obedient_max(void)
{
	return 8 * PAGE_SIZE;
}

/* It gives a page, whatever was asked for. */
static u64 obedient_size(u64 bytes)
{
	return PAGE_SIZE;
}

/* By the clock that the run goes by: a calibrated loop may be shorter than it is said to be. */
static void wait_for(u64 ns)
{
	u64 begin = kmst_clock_read();

	while (kmst_clock_read() - begin < ns)
		cpu_relax();
}

/* The page knows which CPU it was got on. */
static void *obedient_get(const struct kmst_one *one)
{
	int nr = atomic_inc_return(&obedient.made) - 1, held;
	struct page *page;

	if (obedient.fail_from >= 0 && nr >= obedient.fail_from)
		return NULL;
	if (nr == obedient.twice)
		return READ_ONCE(obedient.last);
	if (nr == obedient.cancel_at)
		set_bit(KMST_CANCEL_STOPPED, &obedient.cancel->reasons);
	if (nr == obedient.give_at)
		kmst_giveway_now();
	if (obedient.slow_every && !(nr % obedient.slow_every))
		wait_for(DELAY_MS * 1000000ULL);
	WRITE_ONCE(obedient.nid, one->nid);
	WRITE_ONCE(obedient.gfp, one->gfp);
	page = alloc_page(GFP_KERNEL);
	if (!page)
		return NULL;
	set_page_private(page, raw_smp_processor_id());
	held = atomic_inc_return(&obedient.held);
	if (held > atomic_read(&obedient.most))
		atomic_set(&obedient.most, held);
	WRITE_ONCE(obedient.last, page);
	return page;
}

static unsigned int obedient_gets(const struct kmst_one *one, void **held, unsigned int nr)
{
	return kmst_one_get_each(one, held, nr, obedient_get);
}

static void obedient_put(const struct kmst_one *one, void *held)
{
	struct page *page = held;

	if (page_private(page) != raw_smp_processor_id())
		WRITE_ONCE(obedient.moved, true);
	set_page_private(page, 0);
	__free_page(page);
	atomic_dec(&obedient.held);
}

static void obedient_puts(const struct kmst_one *one, void **held, unsigned int nr)
{
	kmst_one_put_each(one, held, nr, obedient_put);
}

static struct page *obedient_page(void *held, unsigned long index, struct kmst_one_at *at)
{
	return held;
}

static const struct kmst_one_ops obedient_ops = {
	.max_bytes	= obedient_max,
	.size		= obedient_size,
	.get		= obedient_gets,
	.put		= obedient_puts,
	.page		= obedient_page,
};

/* An allocator that does next to nothing: it has one page, which is everybody's. */
static void *given_get(const struct kmst_one *one)
{
	return one->source;
}

static unsigned int given_gets(const struct kmst_one *one, void **held, unsigned int nr)
{
	return kmst_one_get_each(one, held, nr, given_get);
}

static void given_puts(const struct kmst_one *one, void **held, unsigned int nr)
{
}

static int given_prepare(struct kmst_one *one)
{
	one->source = alloc_page(GFP_KERNEL);
	return one->source ? 0 : -ENOMEM;
}

static void given_finish(struct kmst_one *one)
{
	__free_page(one->source);
}

static const struct kmst_one_ops given_ops = {
	.max_bytes	= obedient_max,
	.size		= obedient_size,
	.prepare	= given_prepare,
	.finish		= given_finish,
	.get		= given_gets,
	.put		= given_puts,
	.page		= obedient_page,
};

static unsigned long obedient_pages(const struct kmst_plan *plan)
{
	return plan->nr_pages;
}

static const struct kmst_allocator no_single_allocator = {
	.name		= "no_single",
	.max_order	= -1,
	.nr_pages	= obedient_pages,
};

static const struct kmst_allocator obedient_allocator = {
	.name		= "obedient",
	.max_order	= -1,
	.takes_node	= true,
	.nr_pages	= obedient_pages,
	.one		= &obedient_ops,
};

static const struct kmst_allocator given_allocator = {
	.name		= "given",
	.max_order	= -1,
	.nr_pages	= obedient_pages,
	.one		= &given_ops,
};

/**
 * struct one_run - a run of a test
 * @config:  what it is to do
 * @cancel:  to end it
 * @watch:   who waits for it
 * @results: what it measured
 * @end:     how it ended
 */
struct one_run {
	struct kmst_bench_config	config;
	struct kmst_cancel		cancel;
	struct kmst_bench_watch		watch;
	struct kmst_bench_results	*results;
	struct kmst_bench_end		end;
};

static int engine_init(struct kunit *test)
{
	struct one_run *run = kunit_kzalloc(test, sizeof(*run), GFP_KERNEL);

	if (!run)
		return -ENOMEM;
	memset(&obedient, 0, sizeof(obedient));
	obedient.fail_from = -1;
	obedient.twice = -1;
	obedient.cancel_at = -1;
	obedient.give_at = -1;
	obedient.cancel = &run->cancel;
	run->config = (struct kmst_bench_config){
		.allocator	= &obedient_allocator,
		.order		= kmst_order_find("fifo"),
		.bytes		= PAGE_SIZE,
		.gfp		= GFP_KERNEL,
		.nid		= NUMA_NO_NODE,
		.held		= HELD,
		.rounds		= ROUNDS,
		.warmup		= 1,
		.max_percent	= 50,
	};
	cpumask_set_cpu(cpumask_first(cpu_online_mask), &run->config.cpus);
	test->priv = run;
	return 0;
}

static void engine_exit(struct kunit *test)
{
	struct one_run *run = test->priv;

	if (run)
		kmst_bench_results_put(run->results);
}

static int run_it(struct one_run *run)
{
	kmst_bench_results_put(run->results);
	return kmst_bench_run(&run->config, &run->cancel, &run->watch, &run->results, &run->end);
}

/* As many as there should be, each of them counted and timed once. */
static void expect_all(struct kunit *test, const struct one_run *run)
{
	u64 ops = (u64)HELD * ROUNDS * cpumask_weight(&run->config.cpus), seen = 0;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, run->results);
	KUNIT_EXPECT_EQ(test, run->results->ops, ops);
	KUNIT_EXPECT_EQ(test, run->results->failures, 0ULL);
	KUNIT_EXPECT_EQ(test, run->results->rounds, ROUNDS);
	KUNIT_EXPECT_EQ(test, run->results->all[KMST_FREE].count, ops);
	KUNIT_EXPECT_EQ(test, run->results->all[KMST_TOUCH].count, run->config.touch ? ops : 0);
	KUNIT_EXPECT_EQ(test, run->results->stats[KMST_ALLOC].nr, ROUNDS);
	for (i = 0; i < run->results->nr_cpus; i++)
		seen += run->results->cpus[i].phases[KMST_ALLOC].count;
	KUNIT_EXPECT_EQ(test, seen, ops);
}

/* An emulated machine may have fewer of its own. One, if there is no other. */
static void two_cpus(struct one_run *run)
{
	unsigned int other = cpumask_any_but(cpu_online_mask, cpumask_first(&run->config.cpus));

	if (other < nr_cpu_ids)
		cpumask_set_cpu(other, &run->config.cpus);
}

static void each_allocator_in_each_order(struct kunit *test)
{
	const struct kmst_order *order;
	struct one_run *run = test->priv;
	unsigned int i;

	run->config.allocator = allocator_of_case(test);
	skip_if_not_supported(test, run->config.allocator);
	if (!run->config.allocator->one)
		kunit_skip(test, "it makes no single allocations");
	two_cpus(run);
	for (i = 0; (order = kmst_order_at(i)); i++) {
		if (order->crosses && num_online_cpus() < 2)
			continue;
		run->config.order = order;
		run->config.touch = i & 1;
		KUNIT_ASSERT_EQ(test, run_it(run), 0);
		expect_all(test, run);
	}
}

static void as_many_are_held_as_were_asked_for(struct kunit *test)
{
	struct one_run *run = test->priv;

	KUNIT_ASSERT_EQ(test, run_it(run), 0);
	expect_all(test, run);
	KUNIT_EXPECT_EQ(test, atomic_read(&obedient.most), (int)HELD);
	KUNIT_EXPECT_EQ(test, atomic_read(&obedient.held), 0);
	KUNIT_EXPECT_FALSE(test, obedient.moved);

	run->config.order = kmst_order_find("hot");
	atomic_set(&obedient.most, 0);
	KUNIT_ASSERT_EQ(test, run_it(run), 0);
	expect_all(test, run);
	KUNIT_EXPECT_EQ(test, atomic_read(&obedient.most), 1);
	KUNIT_EXPECT_GT(test, run->results->events[KMST_ALLOC].ops, 0ULL);
	/* which the counters could not tell from the rest */
	run->config.touch = true;
	KUNIT_ASSERT_EQ(test, run_it(run), 0);
	expect_all(test, run);
	KUNIT_EXPECT_EQ(test, run->results->events[KMST_ALLOC].ops, 0ULL);
}

static void node_and_flags_arrive(struct kunit *test)
{
	struct one_run *run = test->priv;

	run->config.nid = last_node_with_memory();
	run->config.gfp = GFP_KERNEL | __GFP_ZERO;
	KUNIT_ASSERT_EQ(test, run_it(run), 0);
	KUNIT_EXPECT_EQ(test, obedient.nid, run->config.nid);
	KUNIT_EXPECT_TRUE(test, obedient.gfp & __GFP_ZERO);

	run->config.nid = NUMA_NO_NODE;
	run->config.gfp = GFP_KERNEL;
	KUNIT_ASSERT_EQ(test, run_it(run), 0);
	KUNIT_EXPECT_EQ(test, obedient.nid, NUMA_NO_NODE);
	KUNIT_EXPECT_FALSE(test, obedient.gfp & __GFP_ZERO);
}

/* As a governor would have two CPUs that are too hot now and then; this machine has none. */
static void frequencies_are_told(struct kunit *test)
{
	struct one_run *run = test->priv;
	struct kmst_bench_results *results = kmst_bench_results_new(2, 3);
	const struct kmst_round *told;

	KUNIT_ASSERT_NOT_NULL(test, results);
	run->results = results;
	told = results->told;
	kmst_bench_results_note_khz(results, 0, false, 1500000, false);
	kmst_bench_results_note_khz(results, 0, false, 1200000, false);
	kmst_bench_results_note_khz(results, 0, true, 1800000, false);
	kmst_bench_results_note_khz(results, 1, false, 600000, true);
	kmst_bench_results_note_khz(results, 1, true, 700000, false);
	/* one that is not known, and a round that is not told by itself */
	kmst_bench_results_note_khz(results, 2, false, 0, true);
	kmst_bench_results_note_khz(results, 3, false, 2400000, true);
	KUNIT_EXPECT_EQ(test, told[0].khz[0], 1200000U);
	KUNIT_EXPECT_EQ(test, told[0].khz[1], 1800000U);
	KUNIT_EXPECT_FALSE(test, told[0].throttled);
	KUNIT_EXPECT_EQ(test, told[1].khz[0], 600000U);
	KUNIT_EXPECT_EQ(test, told[1].khz[1], 700000U);
	KUNIT_EXPECT_TRUE(test, told[1].throttled);
	KUNIT_EXPECT_EQ(test, told[2].khz[0], 0U);
	KUNIT_EXPECT_FALSE(test, told[2].throttled);
	KUNIT_EXPECT_EQ(test, results->freq_min, 600000U);
	KUNIT_EXPECT_EQ(test, results->freq_max, 2400000U);
}

/* Some instructions that are no allocation, which the times do not have: none are counted. */
#define INSTRUCTIONS_OF_NOTHING	60ULL

static void what_the_bench_does_is_not_counted(struct kunit *test)
{
	const struct kmst_counted_events *events;
	struct one_run *run = test->priv;

	run->config.allocator = &given_allocator;
	run->config.order = kmst_order_find("hot");
	/* more than once it is seen how much memory is left */
	run->config.bytes = 8 * PAGE_SIZE;
	run->config.held = 1000;
	KUNIT_ASSERT_EQ(test, run_it(run), 0);
	events = &run->results->events[KMST_ALLOC];
	if (!(events->known & BIT(KMST_INSTRUCTIONS)) || !events->ops)
		kunit_skip(test, "this CPU counts no instructions");
	kunit_info(test, "%llu instructions a pair\n",
		   div64_u64(events->values[KMST_INSTRUCTIONS], events->ops));
	KUNIT_EXPECT_LE(test, div64_u64(events->values[KMST_INSTRUCTIONS], events->ops),
			INSTRUCTIONS_OF_NOTHING);
}

static void what_crosses_is_freed_elsewhere(struct kunit *test)
{
	struct one_run *run = test->priv;

	run->config.order = kmst_order_find("cross");
	KUNIT_EXPECT_EQ(test, run_it(run), -EINVAL);
	KUNIT_EXPECT_EQ(test, run->end.why, KMST_WHY_ALONE);
	if (num_online_cpus() < 2)
		return;
	two_cpus(run);
	KUNIT_EXPECT_EQ(test, run_it(run), 0);
	expect_all(test, run);
	KUNIT_EXPECT_TRUE(test, obedient.moved);
	KUNIT_EXPECT_EQ(test, atomic_read(&obedient.held), 0);
}

/* Memory that ends in the middle ends rounds, and is counted; none at all is an error. */
static void failures_are_counted(struct kunit *test)
{
	struct one_run *run = test->priv;

	run->config.bytes = PAGE_SIZE * 5;
	/* the pilot's two times 64, the round before, and half of the first one */
	obedient.fail_from = 128 + HELD + HELD / 2;
	KUNIT_EXPECT_EQ(test, run_it(run), 0);
	KUNIT_EXPECT_EQ(test, run->results->failures, (u64)ROUNDS);
	KUNIT_EXPECT_EQ(test, run->results->failed_order, 3U);
	KUNIT_EXPECT_EQ(test, run->results->ops, (u64)HELD / 2);
	KUNIT_EXPECT_EQ(test, run->results->rounds, 1U);
	KUNIT_EXPECT_EQ(test, atomic_read(&obedient.held), 0);

	atomic_set(&obedient.made, 0);
	obedient.fail_from = 0;
	KUNIT_EXPECT_EQ(test, run_it(run), -ENOMEM);
	KUNIT_EXPECT_EQ(test, run->end.why, KMST_WHY_NONE);
	run->config.order = kmst_order_find("hot");
	KUNIT_EXPECT_EQ(test, run_it(run), -ENOMEM);
	KUNIT_EXPECT_EQ(test, run->results->failures, (u64)ROUNDS);
}

/* The first ones of many; what a round did not get to, it does not tell. */
static void rounds_are_told(struct kunit *test)
{
	struct one_run *run = test->priv;
	const struct kmst_round *told;
	unsigned int i, nr;

	for (nr = KMST_ROUNDS_TOLD - 1; nr < KMST_ROUNDS_TOLD + 2; nr++) {
		u64 ops = 0, least = U64_MAX, most = 0;

		run->config.held = 2;
		run->config.rounds = nr;
		KUNIT_ASSERT_EQ(test, run_it(run), 0);
		KUNIT_ASSERT_EQ(test, run->results->nr_told, min(nr, KMST_ROUNDS_TOLD));
		for (i = 0; i < run->results->nr_told; i++) {
			told = &run->results->told[i];
			ops += told->ops;
			least = min(least, told->ps[KMST_FREE]);
			most = max(most, told->ps[KMST_FREE]);
		}
		KUNIT_EXPECT_EQ(test, ops, 2ULL * run->results->nr_told);
		if (nr > KMST_ROUNDS_TOLD)
			continue;
		KUNIT_EXPECT_LE(test, least, run->results->stats[KMST_FREE].mean);
		KUNIT_EXPECT_GE(test, most, run->results->stats[KMST_FREE].mean);
	}
	told = run->results->told;
	KUNIT_EXPECT_EQ(test, !told->khz[0], !run->results->freq_min);
	KUNIT_EXPECT_EQ(test, !told->khz[1], !run->results->freq_min);

	run->config.held = HELD;
	run->config.rounds = ROUNDS;
	atomic_set(&obedient.made, 0);
	obedient.fail_from = 128 + HELD + HELD + HELD / 2;
	KUNIT_EXPECT_EQ(test, run_it(run), 0);
	told = run->results->told;
	KUNIT_EXPECT_EQ(test, told[0].ops, (u64)HELD);
	KUNIT_EXPECT_EQ(test, told[1].ops, (u64)HELD / 2);
	KUNIT_EXPECT_EQ(test, told[2].ops, 0ULL);
	KUNIT_EXPECT_EQ(test, told[2].ps[KMST_ALLOC], 0ULL);
}

/* A page that is given to two is found before either gives it back, and freed once. */
static void a_page_that_is_given_twice_is_found(struct kunit *test)
{
	struct one_run *run = test->priv;
	unsigned int touch;

	for (touch = 0; touch < 2; touch++) {
		run->config.touch = touch;
		atomic_set(&obedient.made, 0);
		obedient.twice = 128 + HELD + 7;
		KUNIT_EXPECT_EQ(test, run_it(run), -EILSEQ);
		KUNIT_EXPECT_EQ(test, run->end.why, KMST_WHY_CORRUPT);
		KUNIT_EXPECT_EQ(test, run->end.number, 1ULL);
		KUNIT_EXPECT_EQ(test, atomic_read(&obedient.held), 0);
	}
}

/* The slab allocator, which gives an object twice, that nobody then gives back. */
static struct {
	const struct kmst_one_ops	*slab;
	void				*object;
	struct kmem_cache		*cache;
	bool				finished;	/* who destroys it was called */
} kept;

static void *kept_get(const struct kmst_one *one)
{
	void *object = NULL;

	kept.cache = one->source;
	if (atomic_inc_return(&obedient.made) - 1 == obedient.twice) {
		kept.object = obedient.last;
		return kept.object;
	}
	kept.slab->get(one, &object, 1);
	obedient.last = object;
	return object;
}

static unsigned int kept_gets(const struct kmst_one *one, void **held, unsigned int nr)
{
	return kmst_one_get_each(one, held, nr, kept_get);
}

static void kept_put(const struct kmst_one *one, void *held)
{
	if (held != kept.object)
		kept.slab->put(one, &held, 1);
}

static void kept_puts(const struct kmst_one *one, void **held, unsigned int nr)
{
	kmst_one_put_each(one, held, nr, kept_put);
}

static void kept_finish(struct kmst_one *one)
{
	kept.finished = true;
}

/* A cache that is destroyed with an object in it is a splat. One without goes. */
static void what_was_overwritten_keeps_its_cache(struct kunit *test)
{
	struct kmst_allocator allocator = *kmst_allocator_find("slab");
	struct kmst_one_ops ops = *allocator.one;
	struct one_run *run = test->priv;

	memset(&kept, 0, sizeof(kept));
	kept.slab = allocator.one;
	ops.get = kept_gets;
	ops.put = kept_puts;
	ops.finish = kept_finish;
	allocator.one = &ops;
	run->config.allocator = &allocator;
	run->config.bytes = 64;

	KUNIT_EXPECT_EQ(test, run_it(run), 0);
	KUNIT_EXPECT_TRUE(test, kept.finished);
	kmem_cache_destroy(kept.cache);

	kept.finished = false;
	atomic_set(&obedient.made, 0);
	obedient.twice = 128 + HELD + 7;
	KUNIT_EXPECT_EQ(test, run_it(run), -EILSEQ);
	KUNIT_EXPECT_FALSE(test, kept.finished);
	KUNIT_ASSERT_NOT_NULL(test, kept.object);
	kmem_cache_free(kept.cache, kept.object);
	kmem_cache_destroy(kept.cache);
}

/* One of twenty-five takes long: the 99th percentile tells, the median does not. */
static void a_planted_delay_is_seen(struct kunit *test)
{
	const struct kmst_histogram *alloc, *free;
	struct one_run *run = test->priv;
	const u64 delay = DELAY_MS * 1000000000ULL;
	/* what measuring costs was subtracted */
	const u64 less = DELAY_MS * 950000000ULL;

	obedient.slow_every = 25;
	run->config.order = kmst_order_find("hot");
	KUNIT_ASSERT_EQ(test, run_it(run), 0);
	alloc = &run->results->all[KMST_ALLOC];
	free = &run->results->all[KMST_FREE];
	KUNIT_EXPECT_GE(test, alloc->max, less);
	KUNIT_EXPECT_GE(test, kmst_histogram_percentile(alloc, 99 * KMST_PERCENT),
			less);
	KUNIT_EXPECT_LT(test, kmst_histogram_percentile(alloc, 50 * KMST_PERCENT), delay >> 1);
	KUNIT_EXPECT_LT(test, kmst_histogram_percentile(free, 50 * KMST_PERCENT), delay >> 1);
	KUNIT_EXPECT_GE(test, run->results->stats[KMST_ALLOC].mean, DELAY_MS * 950000000ULL / 25);
}

static bool not_wanted(void *data)
{
	return false;
}

static void a_run_is_ended(struct kunit *test)
{
	struct one_run *run = test->priv;

	obedient.cancel_at = 128 + HELD + HELD / 2;
	KUNIT_EXPECT_EQ(test, run_it(run), -EINTR);
	KUNIT_EXPECT_EQ(test, atomic_read(&obedient.held), 0);
	/* it was in its first round */
	KUNIT_ASSERT_NOT_NULL(test, run->results);
	KUNIT_EXPECT_EQ(test, run->results->nr_told, 1U);

	/* each round would take seconds, with small pages a minute */
	run->cancel.reasons = 0;
	obedient.cancel_at = -1;
	obedient.slow_every = 1;
	run->config.held = SZ_64M / PAGE_SIZE;
	run->watch.wanted = not_wanted;
	KUNIT_EXPECT_EQ(test, run_it(run), -EINTR);
	KUNIT_EXPECT_EQ(test, atomic_read(&obedient.held), 0);
}

/* Who is asked to give way ends, and holds nothing. */
static void a_run_gives_way(struct kunit *test)
{
	struct one_run *run = test->priv;

	needs_to_be_alone(test);
	obedient.give_at = 128 + HELD + 3;
	KUNIT_EXPECT_EQ(test, run_it(run), -ENOMEM);
	KUNIT_EXPECT_EQ(test, run->end.why, KMST_WHY_SHORT);
	KUNIT_EXPECT_EQ(test, atomic_read(&obedient.held), 0);
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 0UL);
}

static void what_cannot_be_had_is_refused(struct kunit *test)
{
	struct one_run *run = test->priv;

	run->config.bytes = 8 * PAGE_SIZE + 1;
	KUNIT_EXPECT_EQ(test, run_it(run), -E2BIG);
	KUNIT_EXPECT_EQ(test, run->end.why, KMST_WHY_BYTES);
	KUNIT_EXPECT_EQ(test, run->end.number, (u64)8 * PAGE_SIZE);

	run->config.bytes = PAGE_SIZE;
	run->config.held = KMST_BENCH_MAX_HELD;
	KUNIT_EXPECT_EQ(test, run_it(run), -E2BIG);
	KUNIT_EXPECT_EQ(test, run->end.refusal.limit, KMST_LIMIT_SHARE);

	run->config.held = HELD;
	run->config.nid = MAX_NUMNODES;
	KUNIT_EXPECT_EQ(test, run_it(run), -EINVAL);
	KUNIT_EXPECT_EQ(test, run->end.refusal.limit, KMST_LIMIT_NODE);
	run->config.nid = NUMA_NO_NODE;

	run->config.allocator = &no_single_allocator;
	KUNIT_EXPECT_EQ(test, run_it(run), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, run->end.why, KMST_WHY_SINGLE);

	run->config.allocator = kmst_allocator_find("page");
	run->config.gfp = GFP_KERNEL | __GFP_HIGHMEM;
	KUNIT_EXPECT_EQ(test, run_it(run), -EINVAL);
	KUNIT_EXPECT_EQ(test, run->end.refusal.limit, KMST_LIMIT_GFP);
	run->config.gfp = GFP_KERNEL;
	KUNIT_EXPECT_EQ(test, atomic_read(&obedient.made), 0);
}

/* What is left until an allocation of the engine's own fails, -1 for ever. */
static int own_left;

static bool counted_fail(void)
{
	return own_left >= 0 && !own_left--;
}

static void *counted_table(void *table, size_t bytes)
{
	return counted_fail() ? NULL : kvrealloc(table, bytes, GFP_KERNEL);
}

static void each_of_its_own_allocations_fails(struct kunit *test)
{
	struct one_run *run = test->priv;
	int nr, err = -ENOMEM;

	kunit_activate_static_stub(test, kmst_grow_table, counted_table);
	kunit_activate_static_stub(test, kmst_fail_allocation, counted_fail);
	for (nr = 0; err == -ENOMEM && nr < 100; nr++) {
		own_left = nr;
		err = run_it(run);
		KUNIT_EXPECT_EQ(test, atomic_read(&obedient.held), 0);
		KUNIT_EXPECT_EQ(test, !run->results, err == -ENOMEM);
	}
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_GE(test, own_left, 0);
	KUNIT_EXPECT_GT(test, nr, 7);
	expect_all(test, run);
}

static struct kunit_case engine_cases[] = {
	KUNIT_CASE_PARAM(each_allocator_in_each_order, allocator_gen_params),
	KUNIT_CASE(as_many_are_held_as_were_asked_for),
	KUNIT_CASE(node_and_flags_arrive),
	KUNIT_CASE(what_the_bench_does_is_not_counted),
	KUNIT_CASE(frequencies_are_told),
	KUNIT_CASE(what_crosses_is_freed_elsewhere),
	KUNIT_CASE(failures_are_counted),
	KUNIT_CASE(rounds_are_told),
	KUNIT_CASE(a_page_that_is_given_twice_is_found),
	KUNIT_CASE(what_was_overwritten_keeps_its_cache),
	KUNIT_CASE(a_planted_delay_is_seen),
	KUNIT_CASE(a_run_is_ended),
	KUNIT_CASE(a_run_gives_way),
	KUNIT_CASE(what_cannot_be_had_is_refused),
	KUNIT_CASE(each_of_its_own_allocations_fails),
	{}
};

static struct kunit_suite engine_suite = {
	.name		= "kmem_studio_engine",
	.init		= engine_init,
	.exit		= engine_exit,
	.test_cases	= engine_cases,
};

kunit_test_suite(engine_suite);
