/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 7: the commands of an arena's folder in configfs.
 */
#ifndef KMEM_STUDIO_CONFIGFS_COMMANDS_H
#define KMEM_STUDIO_CONFIGFS_COMMANDS_H

#include <linux/types.h>

struct configfs_attribute;
struct kmst_folder;

/* The files. */
extern struct configfs_attribute kmst_folder_attr_live;
extern struct configfs_attribute kmst_folder_attr_verify;
extern struct configfs_attribute kmst_folder_attr_corrupt;

void kmst_folder_commands(struct kmst_folder *arena);
bool kmst_folder_starts(const struct kmst_folder *arena);
void kmst_folder_join(struct kmst_folder *arena);
int kmst_commands_init(void);
void kmst_commands_exit(void);

#endif /* KMEM_STUDIO_CONFIGFS_COMMANDS_H */
