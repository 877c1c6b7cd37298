// SPDX-License-Identifier: GPL-2.0
/*
 * What a thread of a bench does in a round. Only what is between two readings of the clock is
 * measured. Everything else - to look for a request to give up, to let others run, to see how
 * much memory is left, to number and to check - is done between measurements.
 */
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/smp.h>

#include "../cancel.h"
#include "clock.h"
#include "parts.h"

/* Pages between two looks at how much memory is left. */
#define PAGES_PER_LOOK	256UL

/**
 * kmst_run_fail() - End a run.
 * @run: the run
 * @err: why; the first error is kept
 *
 * Context: any but hard interrupts.
 */
void kmst_run_fail(struct kmst_running *run, int err)
{
	cmpxchg(&run->error, 0, err);
	kmst_gate_open(&run->gate);
}

/* Between two measurements: stop if told to, or if moved to another CPU. */
static int point(struct kmst_worker *worker)
{
	if (READ_ONCE(worker->run->gate.open))
		return -EINTR;
	/* a thread is moved when its CPU goes, and only then */
	if (raw_smp_processor_id() != worker->cpu)
		return -ENXIO;
	return kmst_cancel_point(worker->run->cancel);
}

/* Others need memory, too: whoever took it since the run began is let have it. */
static int look_at_memory(struct kmst_worker *worker, const struct kmst_one *one,
			  unsigned int got)
{
	struct kmst_zone_pages pages;

	worker->since += max(worker->run->one.nr_pages * got, 1UL);
	if (worker->since < PAGES_PER_LOOK)
		return 0;
	worker->since = 0;
	kmst_zones_sum(&worker->run->zones, &pages);
	/* the empty operation makes the same call, so that it is subtracted */
	if (one != &worker->run->one)
		return 0;
	return pages.available < (long)(kmst_zones_keep(&pages) >> 1) ? -ENOMEM : 0;
}

static void note(struct kmst_worker *worker, enum kmst_phase phase, u64 ns, unsigned int ops)
{
	const struct kmst_sum *cost = &worker->cost[phase];
	struct kmst_sum *sum = &worker->sums[phase];
	u64 ps = ns * KMST_PS_PER_NS;

	if (!ops)
		return;
	sum->ps += ps;
	sum->samples++;
	sum->ops += ops;
	if (!worker->record)
		return;
	if (cost->samples)
		ps -= min(ps, div64_u64(cost->ps, cost->samples));
	kmst_histogram_add(&worker->results->phases[phase], div_u64(ps, ops), ops);
}

/* --- the measured parts --- */

/**
 * kmst_parts_get() - Allocate.
 * @worker: who allocates
 * @one:    what
 * @nr:     how many are to be held in all
 * @batch:  operations that are timed together
 *
 * A failed allocation ends this, and is no error.
 *
 * Context: the thread of @worker.
 * Return: 0, -EINTR to end, -ENXIO if the CPU went, -ENOMEM if others need the memory.
 */
int kmst_parts_get(struct kmst_worker *worker, const struct kmst_one *one, unsigned int nr,
		   unsigned int batch)
{
	unsigned int wanted, got;
	int err = 0;
	u64 begin;

	do {
		wanted = min(nr - worker->nr_held, batch);
		begin = kmst_clock_read();
		got = one->ops->get(one, worker->held + worker->nr_held, wanted);
		note(worker, KMST_ALLOC, kmst_clock_read() - begin, got);
		worker->nr_held += got;
		err = look_at_memory(worker, one, got) ?: point(worker);
	} while (!err && got == wanted && worker->nr_held < nr);
	return err;
}

/**
 * kmst_parts_put() - Free.
 * @worker: who frees
 * @one:    what
 * @owner:  who allocated it
 * @batch:  operations that are timed together
 *
 * Context: the thread of @worker.
 * Return: 0, -EINTR to end, -ENXIO if the CPU went.
 */
int kmst_parts_put(struct kmst_worker *worker, const struct kmst_one *one,
		   struct kmst_worker *owner, unsigned int batch)
{
	unsigned int nr;
	int err = 0;
	u64 begin;

	while (!err && owner->first < owner->nr_held) {
		nr = min(owner->nr_held - owner->first, batch);
		begin = kmst_clock_read();
		one->ops->put(one, owner->held + owner->first, nr);
		note(worker, KMST_FREE, kmst_clock_read() - begin, nr);
		owner->first += nr;
		err = point(worker);
	}
	return err;
}

/* The numbers of one CPU are not those of another one. */
static u32 number_of(const struct kmst_worker *worker, unsigned int i)
{
	return (i * worker->run->nr + worker->index) * 2654435761U + 1;
}

/**
 * kmst_parts_touch() - Write a word of each page.
 * @worker: who holds what is written to
 * @one:    what that is
 * @batch:  operations that are timed together
 *
 * Context: the thread of @worker.
 * Return: 0, -EINTR to end, -ENXIO if the CPU went.
 */
int kmst_parts_touch(struct kmst_worker *worker, const struct kmst_one *one, unsigned int batch)
{
	unsigned int i, j, end;
	int err = 0;
	u64 begin;

	for (i = 0; !err && i < worker->nr_held; i = end) {
		end = min(i + batch, worker->nr_held);
		begin = kmst_clock_read();
		for (j = i; j < end; j++)
			kmst_one_touch(one, worker->held[j], number_of(worker, j));
		note(worker, KMST_TOUCH, kmst_clock_read() - begin, end - i);
		err = point(worker);
	}
	return err;
}

/* --- what is not measured --- */

/**
 * kmst_parts_number() - Give each allocation its number.
 * @worker: who holds them
 * @one:    what they are
 *
 * Context: the thread of @worker.
 * Return: 0, -EINTR to end, -ENXIO if the CPU went.
 */
int kmst_parts_number(struct kmst_worker *worker, const struct kmst_one *one)
{
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < worker->nr_held; i++) {
		kmst_one_number(one, worker->held[i], number_of(worker, i));
		if (!((i + 1) % KMST_PAGES_PER_POINT))
			err = point(worker);
	}
	return err;
}

static void note_fallback(struct kmst_worker *worker, const struct kmst_one *one,
			  const void *held)
{
	if (worker->run->one.ops->fell_back && one->ops->fell_back(one, held))
		worker->fallbacks += worker->record;
}

/*
 * What does not carry its number any more shares memory with something else, or was written
 * to by somebody else: whoever owns it, to free it twice would do more harm than to keep it.
 */
static int check_one(struct kmst_worker *worker, const struct kmst_one *one,
		     struct kmst_worker *owner, unsigned int i)
{
	if (kmst_one_has_number(one, owner->held[i], number_of(owner, i),
				worker->run->config->touch)) {
		note_fallback(worker, one, owner->held[i]);
		return 0;
	}
	/* empty operations share one place: their numbers collide */
	if (one == &worker->nothing)
		return 0;
	owner->held[i] = NULL;
	atomic_inc(&worker->run->lost);
	return -EILSEQ;
}

/**
 * kmst_parts_check() - See whether each has its number.
 * @worker: who checks
 * @one:    what they are
 * @owner:  who holds them
 *
 * One that has not is not freed: @owner holds it no more.
 *
 * Context: the thread of @worker.
 * Return: 0, -EINTR to end, -ENXIO if the CPU went, -EILSEQ if one has not.
 */
int kmst_parts_check(struct kmst_worker *worker, const struct kmst_one *one,
		     struct kmst_worker *owner)
{
	unsigned int i;
	int err = 0;
	int end;

	for (i = 0; i < owner->nr_held; i++) {
		err = check_one(worker, one, owner, i) ?: err;
		if ((i + 1) % KMST_PAGES_PER_POINT)
			continue;
		end = point(worker);
		if (end)
			return err ?: end;
	}
	return err;
}
