// SPDX-License-Identifier: GPL-2.0
/*
 * kmem_studio: a workbench for kernel memory.
 */
#include <linux/init.h>
#include <linux/module.h>

#include "lab.h"

static int __init kmem_studio_init(void)
{
	return kmst_lab_init();
}
module_init(kmem_studio_init);

static void __exit kmem_studio_exit(void)
{
	kmst_lab_exit();
}
module_exit(kmem_studio_exit);

MODULE_DESCRIPTION("Workbench for kernel memory: allocate, locate, fill, prove");
MODULE_AUTHOR("kmem_studio developers");
MODULE_LICENSE("GPL");
