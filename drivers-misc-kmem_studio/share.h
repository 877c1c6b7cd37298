/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 3: when users are let in to a session's arenas, and when not.
 */
#ifndef KMEM_STUDIO_SHARE_H
#define KMEM_STUDIO_SHARE_H

#include <linux/mutex.h>
#include <linux/types.h>

struct kmst_arena;
struct kmst_chardev;

/**
 * struct kmst_share - the device of a session's arena
 * @lock:   the others. Taken by who frees an arena while memory is short: who holds it
 *          waits for no such arena, but for kmst_share_open(), while the module is loaded
 * @open:   live arenas get a device
 * @arena:  the live arena, NULL for none
 * @device: its device, NULL for none
 */
struct kmst_share {
	struct mutex		lock;	/* see above */
	bool			open;
	struct kmst_arena	*arena;
	struct kmst_chardev	*device;
};

int kmst_share_open(struct kmst_share *share);
void kmst_share_close(struct kmst_share *share);
int kmst_share_publish(struct kmst_share *share, struct kmst_arena *arena);
void kmst_share_hide(struct kmst_share *share);
void kmst_share_retire(struct kmst_share *share);
void kmst_share_note(struct kmst_share *share, int err);

#endif /* KMEM_STUDIO_SHARE_H */
