// SPDX-License-Identifier: GPL-2.0
/*
 * Ask for blocks of an order, as somebody would who has no other way to the memory: with
 * reclaim and compaction, but without the OOM killer. Each is held for as long as it takes
 * to look at it, so that a probe never has more than one.
 */
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/numa.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/vmstat.h>

#include "../allocator.h"
#include "../zones.h"
#include "clock.h"
#include "one.h"
#include "probe.h"

/* What the allocator had to turn elsewhere for does not count. */
static void note(struct kmst_probe *probe, const struct kmst_one *one, void *held)
{
	struct page *page;

	if (one->ops->fell_back && one->ops->fell_back(one, held))
		return;
	page = one->ops->page(held, 0, &(struct kmst_one_at){});
	probe->successes++;
	probe->zone = page_zone(page)->name;
	probe->nid = page_to_nid(page);
}

/**
 * kmst_probe_ask() - Ask an allocator several times, and give each back at once.
 * @one:   the allocator, and how much to ask for; it knows its pages
 * @probe: gets what came of it, but for events of the kernel
 *
 * Context: process context, sleeps. A fatal signal ends it.
 * Return: 0 or -EINTR.
 */
int kmst_probe_ask(const struct kmst_one *one, struct kmst_probe *probe)
{
	unsigned int i;
	u64 sum = 0;

	for (i = 0; i < KMST_PROBE_ATTEMPTS; i++) {
		u64 begin = kmst_clock_read(), ps;
		unsigned int got;
		void *held = NULL;

		got = one->ops->get(one, &held, 1);
		ps = (kmst_clock_read() - begin) * KMST_PS_PER_NS;
		sum += ps;
		probe->worst = max(probe->worst, ps);
		if (got) {
			note(probe, one, held);
			one->ops->put(one, &held, 1);
		}
		cond_resched();
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	probe->mean = div_u64(sum, KMST_PROBE_ATTEMPTS);
	return 0;
}

/* How often somebody reclaimed memory to get some: an event for each zone. */
static unsigned long reclaims(const unsigned long *events)
{
	unsigned long sum = 0;
	unsigned int i;

	for (i = 0; i < MAX_NR_ZONES; i++)
		sum += events[(int)ALLOCSTALL_NORMAL - (int)ZONE_NORMAL + (int)i];
	return sum;
}

/**
 * kmst_probe_note_events() - See what the kernel had to do for a probe.
 * @probe:  gets how often memory was reclaimed and compacted
 * @before: the kernel's events, as all_vm_events() tells them, KMST_PROBE_EVENTS of them
 * @after:  the same, later
 *
 * Context: any, pure.
 */
void kmst_probe_note_events(struct kmst_probe *probe, const unsigned long *before,
			    const unsigned long *after)
{
	probe->reclaims = reclaims(after) - reclaims(before);
	probe->compacted = after[KMST_COMPACTIONS] - before[KMST_COMPACTIONS];
}

/* What others do meanwhile is counted, too: it is the same memory. */
static int ask_and_count(const struct kmst_one *one, struct kmst_probe *probe)
{
	unsigned long *events = kcalloc(2 * KMST_PROBE_EVENTS, sizeof(*events), GFP_KERNEL);
	unsigned long *after;
	int err;

	if (!events)
		return -ENOMEM;
	after = events + KMST_PROBE_EVENTS;
	all_vm_events(events);
	err = kmst_probe_ask(one, probe);
	all_vm_events(after);
	kmst_probe_note_events(probe, events, after);
	kfree(events);
	return err;
}

static int probe_by(const char *name, unsigned int order, struct kmst_probe *probe)
{
	const struct kmst_allocator *allocator = kmst_allocator_find(name);
	struct kmst_one one;
	int err;

	*probe = (struct kmst_probe){ .order = order, .nid = NUMA_NO_NODE };
	err = kmst_one_init(&one, allocator->one, (u64)PAGE_SIZE << order, GFP_KERNEL,
			    NUMA_NO_NODE);
	if (err)
		return err;
	err = ask_and_count(&one, probe);
	kmst_one_exit(&one);
	return err;
}

/**
 * kmst_probe_blocks() - Ask for blocks of the page allocator.
 * @order: the order, at most MAX_PAGE_ORDER
 * @probe: gets what came of it
 *
 * Context: process context, sleeps. A fatal signal ends it.
 * Return: 0, -EINTR or -ENOMEM.
 */
int kmst_probe_blocks(unsigned int order, struct kmst_probe *probe)
{
	return probe_by("page", order, probe);
}

/**
 * kmst_probe_cma_orders() - Orders of the runs of the area set aside for DMA to ask for.
 *
 * Context: any.
 * Return: one more than the highest one; 1 if there is no area, which has no single pages.
 */
unsigned int kmst_probe_cma_orders(void)
{
	const struct kmst_allocator *cma = kmst_allocator_find("cma");

	if (cma->supported && !cma->supported())
		return 1;
	return ilog2(kmst_zones_largest_area()) + 1;
}

/**
 * kmst_probe_cma() - Ask the DMA API for runs of pages.
 * @order: the order, below kmst_probe_cma_orders()
 * @probe: gets what came of it
 *
 * Context: process context, sleeps. A fatal signal ends it.
 * Return: 0, -EINTR or -ENOMEM.
 */
int kmst_probe_cma(unsigned int order, struct kmst_probe *probe)
{
	return probe_by("cma", order, probe);
}
