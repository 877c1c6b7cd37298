// SPDX-License-Identifier: GPL-2.0
/*
 * kmem_studio: a workbench for kernel memory.
 */
#include <linux/init.h>
#include <linux/module.h>

#include "arena.h"
#include "chardev.h"
#include "configfs.h"
#include "debugfs.h"
#include "device.h"
#include "lab.h"
#include "session_oom.h"

static int __init kmem_studio_init(void)
{
	int err;

	err = kmst_device_init();
	if (err)
		return err;
	err = kmst_arenas_init();
	if (err)
		goto out_exit_device;
	err = kmst_chardev_init();
	if (err)
		goto out_exit_arenas;
	kmst_debugfs_init();
	err = kmst_sessions_init();
	if (err)
		goto out_exit_debugfs;
	/* the lab first: what it refuses must not find arenas of others */
	err = kmst_lab_init();
	if (err)
		goto out_exit_sessions;

	err = kmst_configfs_init(kmst_lab_max_percent);
	if (err)
		goto out_exit_lab;
	kmst_debugfs_open();
	kmst_lab_open();
	return 0;

out_exit_lab:
	kmst_lab_exit();
out_exit_sessions:
	kmst_sessions_exit();
out_exit_debugfs:
	kmst_debugfs_exit();
	kmst_chardev_exit();
out_exit_arenas:
	kmst_arenas_exit();
out_exit_device:
	kmst_device_exit();
	return err;
}
module_init(kmem_studio_init);

static void __exit kmem_studio_exit(void)
{
	kmst_configfs_exit();
	kmst_lab_exit();
	kmst_sessions_exit();
	kmst_debugfs_exit();
	kmst_chardev_exit();
	kmst_arenas_exit();
	kmst_device_exit();
}
module_exit(kmem_studio_exit);

MODULE_DESCRIPTION("Workbench for kernel memory: allocate, locate, fill, prove");
MODULE_AUTHOR("kmem_studio developers");
MODULE_LICENSE("GPL");
