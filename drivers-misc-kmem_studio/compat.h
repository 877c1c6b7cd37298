/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the driver calls by the names of newer kernels. The compiler reads this before each
 * of the driver's files, see the Makefile.
 */
#ifndef KMEM_STUDIO_COMPAT_H
#define KMEM_STUDIO_COMPAT_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#error "kmem_studio needs Linux 6.12 or newer"
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 14, 0)
#define alloc_pages_bulk	alloc_pages_bulk_array
#define alloc_pages_bulk_node	alloc_pages_bulk_array_node
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0)
/* Stable kernels got these later, and not all of them with a default for the GFP flags. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt
#include <linux/slab.h>
#undef kmalloc_obj
#define kmalloc_obj(object)	kmalloc(sizeof(object), GFP_KERNEL)
#undef kzalloc_obj
#define kzalloc_obj(object)	kzalloc(sizeof(object), GFP_KERNEL)
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0) && LINUX_VERSION_CODE < KERNEL_VERSION(7, 1, 0)
/* These warn of a flag that others obey; without one of the two the OOM killer is called. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt
#include <linux/vmalloc.h>
#undef __vmalloc
#define __vmalloc(size, gfp) \
	alloc_hooks(__vmalloc_noprof(size, ((gfp) & ~__GFP_RETRY_MAYFAIL) | __GFP_NORETRY))
#endif

#endif /* KMEM_STUDIO_COMPAT_H */
