/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A page frame from both sides: what the kernel says of an arena's pages, in debugfs,
 * and what the page table of this process says, in /proc/self/pagemap.
 */
#ifndef KMEM_STUDIO_FRAMES_H
#define KMEM_STUDIO_FRAMES_H

#include <fcntl.h>
#include <linux/types.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FRAMES_TABLE	"/sys/kernel/debug/kmem_studio/arenas/%s/pages"
#define FRAMES_HEADER	"index\tpage\tpfn\tphys\tvirt\tnode\tzone\trefs\tkind\tflags\tmaps\n"

/* An entry of /proc/self/pagemap. */
#define PAGEMAP_PRESENT	0x8000000000000000ULL
#define PAGEMAP_FILE	0x2000000000000000ULL	/* a page that has a descriptor, not anonymous */
#define PAGEMAP_PFN	0x007fffffffffffffULL

/* A line of the table: a page as the kernel sees it. */
struct frame {
	__u64	pfn;
	__u64	phys;
	char	virt[24];	/* the kernel's address, hashed unless no_hash_pointers */
	int	refs;
	int	maps;
	char	kind[16];
	char	flags[160];	/* by name */
};

static inline int frames_parse(const char *line, size_t index, struct frame *frame)
{
	unsigned long long pfn, phys;
	unsigned long number;

	if (sscanf(line, "%lu\t%*s\t%llx\t%llx\t%23s\t%*d\t%*s\t%d\t%15s\t%159s\t%d",
		   &number, &pfn, &phys, frame->virt, &frame->refs, frame->kind,
		   frame->flags, &frame->maps) != 8)
		return -1;
	frame->pfn = pfn;
	frame->phys = phys;
	return number == index ? 0 : -1;
}

/* The lines of an open table, in *frames, to be freed. Returns their number, or -1. */
static inline ssize_t frames_parse_all(FILE *table, struct frame **frames)
{
	struct frame *more;
	char line[512];
	size_t nr = 0;

	*frames = NULL;
	if (!fgets(line, sizeof(line), table) || strcmp(line, FRAMES_HEADER))
		return -1;
	while (fgets(line, sizeof(line), table)) {
		/* room for twice as many whenever a power of two is reached */
		if (!(nr & (nr - 1))) {
			more = realloc(*frames, (nr ? 2 * nr : 1) * sizeof(**frames));
			if (!more)
				return -1;
			*frames = more;
		}
		if (frames_parse(line, nr, *frames + nr))
			return -1;
		nr++;
	}
	return nr;
}

/* The kernel's side: all pages of an arena. */
static inline ssize_t frames_of_arena(const char *arena, struct frame **frames)
{
	char path[256];
	ssize_t nr;
	FILE *table;

	snprintf(path, sizeof(path), FRAMES_TABLE, arena);
	table = fopen(path, "r");
	if (!table)
		return -1;
	nr = frames_parse_all(table, frames);
	fclose(table);
	return nr;
}

/* Entries of a file of 64-bit numbers, such as pagemap. */
static inline int frames_read_entries(const char *path, __u64 first, size_t nr,
				      __u64 *entries)
{
	size_t want = nr * sizeof(*entries), have = 0;
	int fd = open(path, O_RDONLY);
	ssize_t got = 1;

	if (fd < 0)
		return -1;
	while (have < want && got > 0) {
		got = pread(fd, (char *)entries + have, want - have,
			    first * sizeof(*entries) + have);
		if (got > 0)
			have += got;
	}
	close(fd);
	return have == want ? 0 : -1;
}

/* The other side: pages of this process, from an address that begins one. */
static inline int frames_of_process(const void *address, size_t nr, __u64 *entries)
{
	return frames_read_entries("/proc/self/pagemap",
				   (uintptr_t)address / sysconf(_SC_PAGESIZE), nr, entries);
}

#endif /* KMEM_STUDIO_FRAMES_H */
