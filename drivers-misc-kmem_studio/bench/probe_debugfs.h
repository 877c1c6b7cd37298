/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 6: /sys/kernel/debug/kmem_studio/probe.
 */
#ifndef KMEM_STUDIO_BENCH_PROBE_DEBUGFS_H
#define KMEM_STUDIO_BENCH_PROBE_DEBUGFS_H

#include <linux/fs.h>

extern const struct file_operations kmst_probe_fops;

#endif /* KMEM_STUDIO_BENCH_PROBE_DEBUGFS_H */
