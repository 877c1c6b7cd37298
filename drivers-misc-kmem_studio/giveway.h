/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 2: who gives memory back before the OOM killer ends a program.
 */
#ifndef KMEM_STUDIO_GIVEWAY_H
#define KMEM_STUDIO_GIVEWAY_H

#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/types.h>

/* How long one that is asked may take. */
#define KMST_GIVE_WAY_JIFFIES	(2 * HZ)

struct kmst_holder;

/**
 * struct kmst_holder_ops - what can be asked of somebody who has memory
 * @keeps: what it holds is somebody's work. Those who hold memory only so that others do not
 *         have it are asked before
 * @pages: how many pages would come free, 0 if none would, or none are to. Does not sleep
 * @low:   how many pages of low memory would, which any request may have; NULL if all are
 *         taken for such. Does not sleep
 * @give:  give all of them back, now. Returns how many came free, or are about to, as the
 *         holder was told in the middle of an allocation; 0 if none did within
 *         KMST_GIVE_WAY_JIFFIES. May sleep
 *
 * All are called in the middle of somebody's allocation: they allocate nothing, and wait
 * without a limit for no lock that is held while memory is allocated, or over
 * kmst_giveway_add() or kmst_giveway_remove().
 */
struct kmst_holder_ops {
	bool		keeps;
	unsigned long	(*pages)(struct kmst_holder *holder);
	unsigned long	(*low)(struct kmst_holder *holder);
	unsigned long	(*give)(struct kmst_holder *holder);
};

/**
 * struct kmst_holder - somebody who has memory that others may need more
 * @list:  its place among all of them
 * @ops:   what can be asked of it, constant
 * @asked: it was asked: once is enough, for who is late gives later
 * @again: but it could not be told: it is asked at the next call as if it had not been
 * @until: until then it is taken to be about to give what it said it would, in jiffies
 */
struct kmst_holder {
	struct list_head		list;
	const struct kmst_holder_ops	*ops;
	bool				asked;
	bool				again;
	unsigned long			until;
};

void kmst_giveway_holder(struct kmst_holder *holder, const struct kmst_holder_ops *ops);
void kmst_giveway_add(struct kmst_holder *holder);
void kmst_giveway_remove(struct kmst_holder *holder);
unsigned long kmst_giveway_now(void);
int kmst_giveway_init(void);
void kmst_giveway_exit(void);

#endif /* KMEM_STUDIO_GIVEWAY_H */
