/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 4: what can be had now, of which order, at what price.
 */
#ifndef KMEM_STUDIO_BENCH_PROBE_H
#define KMEM_STUDIO_BENCH_PROBE_H

#include <linux/types.h>
#include <linux/vm_event_item.h>

/* Blocks of each order that are asked for. */
#define KMST_PROBE_ATTEMPTS	8U

/**
 * struct kmst_probe - what came of asking for blocks of one order
 * @order:     the order
 * @successes: how many of KMST_PROBE_ATTEMPTS were had: runs of the area from there, and not
 *             from the page allocator
 * @mean:      picoseconds that one took, had or not
 * @worst:     the most that one took
 * @reclaims:  how often memory was reclaimed meanwhile, by whoever allocates
 * @compacted: how often memory was compacted meanwhile, by whoever allocates
 * @zone:      name of the zone that the last one came from, NULL for none
 * @nid:       its node
 */
struct kmst_probe {
	unsigned int	order;
	unsigned int	successes;
	u64		mean;
	u64		worst;
	unsigned long	reclaims;
	unsigned long	compacted;
	const char	*zone;
	int		nid;
};

/* A kernel that does not compact counts nothing of it. */
#ifdef CONFIG_COMPACTION
#define KMST_COMPACTIONS	COMPACTSTALL
#else
#define KMST_COMPACTIONS	NR_VM_EVENT_ITEMS
#endif

/* One more than there are: that of what this kernel does not count. */
#define KMST_PROBE_EVENTS	(NR_VM_EVENT_ITEMS + 1)

struct kmst_one;

unsigned int kmst_probe_cma_orders(void);
int kmst_probe_ask(const struct kmst_one *one, struct kmst_probe *probe);
int kmst_probe_blocks(unsigned int order, struct kmst_probe *probe);
int kmst_probe_cma(unsigned int order, struct kmst_probe *probe);
void kmst_probe_note_events(struct kmst_probe *probe, const unsigned long *before,
			    const unsigned long *after);

#endif /* KMEM_STUDIO_BENCH_PROBE_H */
