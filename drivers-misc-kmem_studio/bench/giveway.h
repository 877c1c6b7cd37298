/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 2: who gives memory back before the OOM killer ends a program.
 */
#ifndef KMEM_STUDIO_BENCH_GIVEWAY_H
#define KMEM_STUDIO_BENCH_GIVEWAY_H

#include <linux/list.h>

/**
 * struct kmst_holder - somebody who has memory that others may need more
 * @list: its place among all of them
 * @give: give all of it back, now. Returns the pages that came free. May sleep; is called in
 *        the middle of an allocation: it allocates nothing, and waits for no lock that is
 *        held while memory is allocated
 */
struct kmst_holder {
	struct list_head	list;
	unsigned long		(*give)(struct kmst_holder *holder);
};

void kmst_giveway_add(struct kmst_holder *holder);
void kmst_giveway_remove(struct kmst_holder *holder);
unsigned long kmst_giveway_now(void);
int kmst_giveway_init(void);
void kmst_giveway_exit(void);

#endif /* KMEM_STUDIO_BENCH_GIVEWAY_H */
