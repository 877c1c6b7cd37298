/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 0: how allocations follow each other: which one is freed when, and where.
 */
#ifndef KMEM_STUDIO_BENCH_ORDER_H
#define KMEM_STUDIO_BENCH_ORDER_H

#include <linux/types.h>

/**
 * struct kmst_order - one way to go about allocating and freeing
 * @name:        what the user calls it
 * @description: what it does, one line
 * @hot:         each allocation is freed before the next one is made
 * @crosses:     what one CPU allocates the next one frees
 * @arrange:     put what is held, oldest first, into the order in which it is freed; NULL
 *               to free the oldest first
 */
struct kmst_order {
	const char	*name;
	const char	*description;
	bool		hot;
	bool		crosses;
	void		(*arrange)(void **held, unsigned int nr, u64 seed);
};

const struct kmst_order *kmst_order_find(const char *name);
const struct kmst_order *kmst_order_at(unsigned int index);
void kmst_order_arrange(const struct kmst_order *order, void **held, unsigned int nr,
			u64 seed);

#endif /* KMEM_STUDIO_BENCH_ORDER_H */
