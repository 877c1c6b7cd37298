/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 7: benches at run time, /sys/kernel/config/kmem_studio/benches/NAME/.
 */
#ifndef KMEM_STUDIO_BENCH_CONFIGFS_H
#define KMEM_STUDIO_BENCH_CONFIGFS_H

struct config_group;

struct config_group *kmst_benches_group(void);

#endif /* KMEM_STUDIO_BENCH_CONFIGFS_H */
