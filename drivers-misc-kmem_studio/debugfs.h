/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 6: /sys/kernel/debug/kmem_studio, where the memory of each arena landed.
 */
#ifndef KMEM_STUDIO_DEBUGFS_H
#define KMEM_STUDIO_DEBUGFS_H

struct dentry;
struct kmst_session;

struct dentry *kmst_debugfs_add(const char *name, struct kmst_session *session);
void kmst_debugfs_remove(struct dentry *folder);
int kmst_debugfs_init(void);
void kmst_debugfs_open(void);
void kmst_debugfs_exit(void);

#endif /* KMEM_STUDIO_DEBUGFS_H */
