/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 0: the driver's own tables.
 */
#ifndef KMEM_STUDIO_TABLE_H
#define KMEM_STUDIO_TABLE_H

#include <linux/types.h>

unsigned long kmst_vmalloc_max_pages(void);
size_t kmst_table_max(void);
unsigned long kmst_table_pages(unsigned long nr);
void *kmst_grow_table(void *table, size_t bytes);

#endif /* KMEM_STUDIO_TABLE_H */
