// SPDX-License-Identifier: GPL-2.0
/*
 * The table of the ways to go about allocating and freeing.
 *
 * The pointers themselves are put in order, before time is taken: what frees them walks one
 * array from its beginning, in each of the orders.
 */
#include <linux/array_size.h>
#include <linux/minmax.h>
#include <linux/prandom.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "order.h"

/* Of pointers, between two points at which others may run. */
#define SWAPS_PER_POINT	4096U

/* There may be millions. */
static void let_others_run(unsigned int i)
{
	if (!(i % SWAPS_PER_POINT))
		cond_resched();
}

static void arrange_lifo(void **held, unsigned int nr, u64 seed)
{
	unsigned int i;

	for (i = 0; i < nr / 2; i++) {
		swap(held[i], held[nr - 1 - i]);
		let_others_run(i);
	}
}

/* Fisher and Yates: each order is as likely as any other. */
static void arrange_random(void **held, unsigned int nr, u64 seed)
{
	struct rnd_state state;
	unsigned int i, other;

	prandom_seed_state(&state, seed);
	for (i = nr; i > 1; i--) {
		other = ((u64)prandom_u32_state(&state) * i) >> 32;
		swap(held[i - 1], held[other]);
		let_others_run(i);
	}
}

/* The first one is the default. */
static const struct kmst_order orders[] = {
	{
		.name		= "hot",
		.description	= "allocate, free, again: what was freed is what comes next",
		.hot		= true,
	}, {
		.name		= "fifo",
		.description	= "hold, then free the oldest first",
	}, {
		.name		= "lifo",
		.description	= "hold, then free the newest first",
		.arrange	= arrange_lifo,
	}, {
		.name		= "random",
		.description	= "hold, then free in an order that seed gives",
		.arrange	= arrange_random,
	}, {
		.name		= "cross",
		.description	= "hold, then the next CPU frees, the oldest first",
		.crosses	= true,
	},
};

/**
 * kmst_order_arrange() - Put what is held into the order in which it is freed.
 * @order: the order
 * @held:  what is held, oldest first
 * @nr:    how many
 * @seed:  what a random order derives from: the same one gives the same order
 *
 * Context: process context, may sleep. The caller owns @held alone.
 */
void kmst_order_arrange(const struct kmst_order *order, void **held, unsigned int nr,
			u64 seed)
{
	if (order->arrange)
		order->arrange(held, nr, seed);
}

/**
 * kmst_order_find() - Look an order up by its name.
 * @name: the name; a trailing newline is ignored
 *
 * Context: any.
 * Return: the order, or NULL if there is none of that name.
 */
const struct kmst_order *kmst_order_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(orders); i++) {
		if (sysfs_streq(name, orders[i].name))
			return &orders[i];
	}
	return NULL;
}

/**
 * kmst_order_at() - Walk the table of orders.
 * @index: 0 for the default one, and up
 *
 * Context: any.
 * Return: the order, or NULL past the last one.
 */
const struct kmst_order *kmst_order_at(unsigned int index)
{
	return index < ARRAY_SIZE(orders) ? &orders[index] : NULL;
}
