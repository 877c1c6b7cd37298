/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 2: the list of all arenas.
 */
#ifndef KMEM_STUDIO_REGISTRY_H
#define KMEM_STUDIO_REGISTRY_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/types.h>

/**
 * struct kmst_registered - an arena, as the list of all knows it
 * @list:     its place in the list
 * @ref:      users of the arena
 * @owner:    whose arena it is, from kmst_registry_new_owner(), or 0 for nobody's
 * @nr_pages: pages that it lies on
 * @retired:  its owner has let go of it
 */
struct kmst_registered {
	struct list_head	list;
	struct kref		ref;
	u64			owner;
	unsigned long		nr_pages;
	bool			retired;
};

void kmst_registry_add(struct kmst_registered *arena);
void kmst_registry_del(struct kmst_registered *arena);
void kmst_registry_retire(struct kmst_registered *arena);
struct kmst_registered *kmst_registry_next(struct kmst_registered *last);
u64 kmst_registry_new_owner(void);
unsigned long kmst_registry_held(u64 owner);

#endif /* KMEM_STUDIO_REGISTRY_H */
