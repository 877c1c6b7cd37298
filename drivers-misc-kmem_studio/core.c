// SPDX-License-Identifier: GPL-2.0
/*
 * kmem_studio: a workbench for kernel memory.
 */
#include <linux/array_size.h>
#include <linux/init.h>
#include <linux/module.h>

#include "arena.h"
#include "bench/job.h"
#include "chardev.h"
#include "configfs.h"
#include "debugfs.h"
#include "device.h"
#include "giveway.h"
#include "lab.h"

/* A part of the driver; open lets users in, when all parts are there. */
struct part {
	int	(*init)(void);
	void	(*open)(void);
	void	(*exit)(void);
};

static const struct part parts[] __refconst = {
	{ kmst_device_init, NULL, kmst_device_exit },
	{ kmst_arenas_init, NULL, kmst_arenas_exit },
	{ kmst_chardev_init, NULL, kmst_chardev_exit },
	{ kmst_debugfs_init, kmst_debugfs_open, kmst_debugfs_exit },
	{ kmst_giveway_init, NULL, kmst_giveway_exit },
	{ kmst_jobs_init, NULL, kmst_jobs_exit },
	/* before configfs: what the lab refuses at load must not find arenas of others */
	{ kmst_lab_init, kmst_lab_open, kmst_lab_exit },
	{ kmst_configfs_init, NULL, kmst_configfs_exit },
	{ }
};

static void exit_before(const struct part *part)
{
	while (part != parts)
		(--part)->exit();
}

static int __init kmem_studio_init(void)
{
	const struct part *part;
	int err;

	for (part = parts; part->init; part++) {
		err = part->init();
		if (err) {
			exit_before(part);
			return err;
		}
	}
	for (part = parts; part->init; part++) {
		if (part->open)
			part->open();
	}
	return 0;
}
module_init(kmem_studio_init);

static void __exit kmem_studio_exit(void)
{
	exit_before(parts + ARRAY_SIZE(parts) - 1);
}
module_exit(kmem_studio_exit);

MODULE_DESCRIPTION("Workbench for kernel memory: allocate, locate, fill, prove");
MODULE_AUTHOR("kmem_studio developers");
MODULE_LICENSE("GPL");
/* has modpost work out srcversion, by which results of two drivers are told apart */
MODULE_VERSION("1");
