/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 0: the driver's own device, as the DMA API sees it.
 */
#ifndef KMEM_STUDIO_DEVICE_H
#define KMEM_STUDIO_DEVICE_H

#include <linux/types.h>

struct device;
struct page;

int kmst_device_init(void);
void kmst_device_exit(void);
struct device *kmst_device(void);
bool kmst_device_sees_memory(void);
bool kmst_device_flush(struct page *first, unsigned long nr_pages, bool is_dma);

#endif /* KMEM_STUDIO_DEVICE_H */
