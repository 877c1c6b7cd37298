/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KST_MACHINE_H
#define KST_MACHINE_H

#include "files.h"

#define MAX_ORDERS	32

/**
 * struct range - page frames in a row
 * @first: the first
 * @nr:    how many
 */
struct range {
	u64	first;
	u64	nr;
};

/**
 * struct zone - a zone of a node, from /proc/zoneinfo and /proc/buddyinfo; in pages
 * @node:    its node
 * @name:    its name
 * @span:    from its first to its last frame
 * @present: of these, that are RAM
 * @managed: of these, that the page allocator has
 * @free:    of these, that are free
 * @cma:     of the managed ones, those set aside for DMA
 * @blocks:  free blocks, by order
 * @nr_orders: how many orders there are, 0 where nothing is known
 */
struct zone {
	s64		node;
	char		name[16];
	struct range	span;
	u64		present;
	u64		managed;
	u64		free;
	u64		cma;
	u64		blocks[MAX_ORDERS];
	unsigned int	nr_orders;
};

/**
 * struct machine - what the memory is part of
 * @model:     what the machine calls itself
 * @kernel:    release of the kernel
 * @arch:      word for the CPU
 * @page_size: bytes of a page
 * @ram:       RAM as /proc/iomem has it, empty for who may not see it
 * @nr_ram:    how many ranges
 * @cma:       the area set aside for DMA, nr is 0 where there is none or it is not known
 * @cma_kb:    its size as /proc/meminfo has it
 * @total_kb:  MemTotal
 * @free_kb:   MemFree
 * @zone:      the zones that have pages
 * @nr_zones:  how many
 * @hidden:    /proc/iomem showed no addresses
 */
struct machine {
	char		*model;
	char		*kernel;
	char		*arch;
	u64		page_size;
	struct range	*ram;
	size_t		nr_ram;
	struct range	cma;
	u64		cma_kb;
	u64		total_kb;
	u64		free_kb;
	struct zone	*zone;
	size_t		nr_zones;
	bool		hidden;
};

void machine_read(struct studio *st, struct machine *m);
void machine_free(struct machine *m);
const struct zone *machine_zone(const struct machine *m, u64 pfn);
u64 machine_ram_pages(const struct machine *m);
unsigned int machine_nodes(const struct machine *m);
unsigned int order_of(u64 pages);
bool is_hidden(const struct machine *m, const char *virt);

/* Where a kernel hashes addresses. */
#define HIDDEN_HINT	\
	"the kernel hides its addresses: boot it with no_hash_pointers to see them"

#endif
