/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 6: /sys/kernel/debug/kmem_studio/translate.
 */
#ifndef KMEM_STUDIO_DEBUGFS_TRANSLATE_H
#define KMEM_STUDIO_DEBUGFS_TRANSLATE_H

#include <linux/fs.h>

extern const struct file_operations kmst_translate_fops;

#endif /* KMEM_STUDIO_DEBUGFS_TRANSLATE_H */
