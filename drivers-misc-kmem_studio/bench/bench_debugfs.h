/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 6: /sys/kernel/debug/kmem_studio/benches, the results of benches as tables.
 */
#ifndef KMEM_STUDIO_BENCH_DEBUGFS_H
#define KMEM_STUDIO_BENCH_DEBUGFS_H

struct dentry;
struct kmst_job;

struct dentry *kmst_bench_debugfs_add(const char *name, struct kmst_job *job);
void kmst_bench_debugfs_remove(struct dentry *folder);
void kmst_bench_debugfs_init(struct dentry *root);

#endif /* KMEM_STUDIO_BENCH_DEBUGFS_H */
