/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 2: who has reserved how much of each kind of memory.
 */
#ifndef KMEM_STUDIO_RESERVE_H
#define KMEM_STUDIO_RESERVE_H

#include <linux/list.h>
#include <linux/types.h>

#include "limits.h"

struct kmst_cancel;
struct kmst_memory;

/**
 * struct kmst_reservation - what an arena counts for
 * @pages: pages of each kind of memory
 * @seq:   its number, while it is pending
 * @list:  its place among those that are pending; empty for others
 *
 * Protected by the lock of the ledger.
 */
struct kmst_reservation {
	unsigned long		pages[KMST_NR_POOLS];
	u64			seq;
	struct list_head	list;
};

int kmst_reserve_check(const struct kmst_demand *demand,
		       const struct kmst_reservation *old, const struct kmst_going *going,
		       const struct kmst_cancel *cancel, struct kmst_refusal *why);
int kmst_reserve(const struct kmst_demand *demand, struct kmst_reservation *reservation,
		 const struct kmst_cancel *cancel, struct kmst_refusal *why);
int kmst_reserve_settle(const struct kmst_demand *demand,
			struct kmst_reservation *reservation, const unsigned long *pages,
			struct kmst_refusal *why);
int kmst_reserve_memory(const struct kmst_demand *demand,
			struct kmst_reservation *reservation,
			const struct kmst_memory *memory, size_t bookkeeping,
			struct kmst_refusal *why);
void kmst_unreserve(struct kmst_reservation *reservation);

#endif /* KMEM_STUDIO_RESERVE_H */
