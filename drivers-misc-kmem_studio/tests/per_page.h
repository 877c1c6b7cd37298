/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Objects of a page.
 */
#ifndef KMEM_STUDIO_TESTS_PER_PAGE_H
#define KMEM_STUDIO_TESTS_PER_PAGE_H

#include <linux/mm.h>

#include "../plan.h"

#define PER_PAGE	((unsigned int)(PAGE_SIZE / sizeof(struct kmst_struct)))

#endif /* KMEM_STUDIO_TESTS_PER_PAGE_H */
