/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 7: pressures at run time, /sys/kernel/config/kmem_studio/pressures/NAME/.
 */
#ifndef KMEM_STUDIO_BENCH_PRESSURE_CONFIGFS_H
#define KMEM_STUDIO_BENCH_PRESSURE_CONFIGFS_H

struct config_group;

struct config_group *kmst_pressures_group(void);

#endif /* KMEM_STUDIO_BENCH_PRESSURE_CONFIGFS_H */
