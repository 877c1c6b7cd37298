/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The page frames of an arena, compared: the driver's table in debugfs with the page table
 * of this process, with what the kernel says of each frame, and with the bytes there.
 */
#ifndef KMEM_STUDIO_FRAME_CHECKS_H
#define KMEM_STUDIO_FRAME_CHECKS_H

#include <stdbool.h>

#include "frames.h"

/* Pages, of which this process has a real one each with the PFN of the table. */
long count_same(const void *memory, const struct frame *frames, long nr);

/* Pages that /proc/self/pagemap shows: none of those that are mapped as frames. */
long count_present(const void *memory, long nr);

/* Index of the first page that /proc/kpageflags or /proc/kpagecount tells different. */
long first_other(const struct frame *frames, long nr);
bool has_maps(const struct frame *frames, long nr, int maps);

/* --- /dev/mem --- */

int open_physical_memory(void);

/* The first page of the arena tells whether it is allowed. */
bool may_read_physical(int mem);
long count_same_at_physical(int mem, const struct frame *frames, const __u8 *memory, long nr);

#endif /* KMEM_STUDIO_FRAME_CHECKS_H */
