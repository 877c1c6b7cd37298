// SPDX-License-Identifier: GPL-2.0
/*
 * The list of all arenas: a page is traced to its arena through it, and what users still
 * hold of arenas that were stopped is counted by it.
 */
#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/mutex.h>

#include "registry.h"

static LIST_HEAD(arenas);
static DEFINE_MUTEX(arenas_lock);

/**
 * kmst_registry_add() - Put an arena on the list.
 * @arena: the arena, with a reference and its memory
 *
 * Context: process context, may sleep.
 */
void kmst_registry_add(struct kmst_registered *arena)
{
	guard(mutex)(&arenas_lock);

	list_add(&arena->list, &arenas);
}

/**
 * kmst_registry_del() - Take an arena from the list.
 * @arena: the arena, without a reference; may not be on the list
 *
 * Context: process context, may sleep.
 */
void kmst_registry_del(struct kmst_registered *arena)
{
	guard(mutex)(&arenas_lock);

	list_del_init(&arena->list);
}

/**
 * kmst_registry_retire() - Note that the owner of an arena is about to let go of it.
 * @arena: the arena
 *
 * What is left of the arena then is what kmst_registry_held() counts.
 *
 * Context: process context, may sleep. The caller holds a reference.
 */
void kmst_registry_retire(struct kmst_registered *arena)
{
	guard(mutex)(&arenas_lock);

	arena->retired = true;
}

/**
 * kmst_registry_next() - Take a reference to the next arena of the list.
 * @last: an arena that the caller holds a reference to, or NULL for the first one
 *
 * An arena that is referenced stays on the list, so that its place there is one to go on
 * from. One that is about to be freed is passed over.
 *
 * Context: process context, may sleep.
 * Return: the arena, referenced, or NULL past the last one.
 */
struct kmst_registered *kmst_registry_next(struct kmst_registered *last)
{
	struct kmst_registered *arena = list_prepare_entry(last, &arenas, list);

	guard(mutex)(&arenas_lock);

	list_for_each_entry_continue(arena, &arenas, list) {
		if (kref_get_unless_zero(&arena->ref))
			return arena;
	}
	return NULL;
}

/**
 * kmst_registry_new_owner() - Get a cookie for whoever is going to have arenas.
 *
 * Context: any.
 * Return: a number that nobody else has.
 */
u64 kmst_registry_new_owner(void)
{
	static atomic64_t last;

	return atomic64_inc_return(&last);
}

/**
 * kmst_registry_held() - Count what users still hold of retired arenas.
 * @owner: whose arenas
 *
 * Context: process context, may sleep.
 * Return: pages. What is being freed is held by nobody.
 */
unsigned long kmst_registry_held(u64 owner)
{
	const struct kmst_registered *arena;
	unsigned long pages = 0;

	guard(mutex)(&arenas_lock);

	list_for_each_entry(arena, &arenas, list) {
		if (arena->retired && arena->owner == owner && kref_read(&arena->ref))
			pages += arena->nr_pages;
	}
	return pages;
}
