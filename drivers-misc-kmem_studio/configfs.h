/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 7: arenas at run time, /sys/kernel/config/kmem_studio/arenas/NAME/.
 */
#ifndef KMEM_STUDIO_CONFIGFS_H
#define KMEM_STUDIO_CONFIGFS_H

int kmst_configfs_init(void);
void kmst_configfs_exit(void);

#endif /* KMEM_STUDIO_CONFIGFS_H */
