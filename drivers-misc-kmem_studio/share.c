// SPDX-License-Identifier: GPL-2.0
/*
 * When users are let in to a session's arenas: an arena has a device while it is live,
 * and the session is open.
 */
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/lockdep.h>

#include "arena.h"
#include "chardev.h"
#include "share.h"

static int add_device(struct kmst_share *share)
{
	struct kmst_chardev *device;

	lockdep_assert_held(&share->lock);

	if (!share->open || !share->arena)
		return 0;
	device = kmst_chardev_add(share->arena->name, share->arena);
	if (IS_ERR(device))
		return PTR_ERR(device);
	share->device = device;
	return 0;
}

static void remove_device(struct kmst_share *share)
{
	lockdep_assert_held(&share->lock);

	if (!share->device)
		return;
	kmst_chardev_remove(share->device);
	kmst_chardev_put(share->device);
	share->device = NULL;
}

/**
 * kmst_share_open() - Let users in from now on.
 * @share: what to share; closed
 *
 * Context: process context, may sleep.
 * Return: 0, or as kmst_chardev_add() for the arena that is live now: it has no device
 * then, later ones will.
 */
int kmst_share_open(struct kmst_share *share)
{
	guard(mutex)(&share->lock);

	share->open = true;
	return add_device(share);
}

/**
 * kmst_share_close() - Let nobody in from now on.
 * @share: what is shared
 *
 * Context: process context, may sleep. Waits for nobody who uses the device.
 */
void kmst_share_close(struct kmst_share *share)
{
	guard(mutex)(&share->lock);

	share->open = false;
	remove_device(share);
}

/**
 * kmst_share_publish() - An arena is about to be live.
 * @share: what to share
 * @arena: the arena, filled; stays until kmst_share_hide() or kmst_share_retire()
 *
 * Context: process context, may sleep.
 * Return: 0, or as kmst_chardev_add(): it is not shared then.
 */
int kmst_share_publish(struct kmst_share *share, struct kmst_arena *arena)
{
	int err;

	guard(mutex)(&share->lock);

	share->arena = arena;
	err = add_device(share);
	if (err)
		share->arena = NULL;
	return err;
}

/**
 * kmst_share_hide() - Memory ran out: the arena is about to be freed at once.
 * @share: what is shared
 *
 * No more users are let in. The name of the device stays until kmst_share_retire(), which
 * may need memory.
 *
 * Context: process context. Allocates nothing, and waits for nobody who does.
 */
void kmst_share_hide(struct kmst_share *share)
{
	guard(mutex)(&share->lock);

	share->arena = NULL;
	if (share->device)
		kmst_chardev_hide(share->device);
}

/**
 * kmst_share_retire() - The arena is about to be freed, or is freed already.
 * @share: what is shared
 *
 * Context: process context, may sleep. Waits for nobody who uses the device.
 */
void kmst_share_retire(struct kmst_share *share)
{
	guard(mutex)(&share->lock);

	share->arena = NULL;
	remove_device(share);
}

/**
 * kmst_share_note() - Tell who polls the device what came of a verification.
 * @share: what is shared
 * @err:   what the verification returned
 *
 * Context: process context, may sleep.
 */
void kmst_share_note(struct kmst_share *share, int err)
{
	guard(mutex)(&share->lock);

	if (share->device)
		kmst_chardev_note(share->device, err);
}
