/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the driver calls by the names of newer kernels. The compiler reads this before each
 * of the driver's files, see the Makefile.
 */
#ifndef KMEM_STUDIO_COMPAT_H
#define KMEM_STUDIO_COMPAT_H

#include <linux/gfp.h>

/* before 6.14 */
#ifndef alloc_pages_bulk_node
#define alloc_pages_bulk	alloc_pages_bulk_array
#define alloc_pages_bulk_node	alloc_pages_bulk_array_node
#endif

#endif /* KMEM_STUDIO_COMPAT_H */
