/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 3: /dev/kmem_studio/NAME, the bytes of a live arena for user space.
 */
#ifndef KMEM_STUDIO_CHARDEV_H
#define KMEM_STUDIO_CHARDEV_H

struct kmst_arena;
struct kmst_chardev;

int kmst_chardev_init(void);
void kmst_chardev_exit(void);
struct kmst_chardev *kmst_chardev_add(const char *name, struct kmst_arena *arena);
void kmst_chardev_hide(struct kmst_chardev *device);
void kmst_chardev_remove(struct kmst_chardev *device);
void kmst_chardev_put(struct kmst_chardev *device);
void kmst_chardev_note(struct kmst_chardev *device, int err);

#endif /* KMEM_STUDIO_CHARDEV_H */
