// SPDX-License-Identifier: GPL-2.0
/*
 * The same memory, seen through two page tables.
 *
 * The kernel has filled an arena through its own virtual addresses. This program maps the
 * arena into its own address space, so that other virtual addresses lead to the same
 * memory, and asks on both sides which page frame (PFN) is behind each page:
 *
 *	this program	virtual address --> /proc/self/pagemap      --> PFN
 *	the kernel	virtual address --> its table in debugfs    --> PFN
 *
 * The PFN times the size of a page is the physical address. If all PFNs are the same, the
 * two page tables meet in one frame, page by page.
 *
 *	modprobe kmem_studio nr_structs=1000
 *	show_frames lab
 *
 * Boot with no_hash_pointers to see the kernel's addresses as they are.
 */
#include <linux/types.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "arenas.h"
#include "frames.h"

/* The mapping: the arena's bytes as an array of words, for reading alone. */
static const __u32 *map_arena(const char *arena, size_t *bytes)
{
	int fd = arena_open(arena, O_RDONLY);
	const __u32 *words;

	if (fd < 0) {
		fprintf(stderr, "%s/%s: %s\n", DEVICES, arena, strerror(-fd));
		return NULL;
	}
	*bytes = lseek(fd, 0, SEEK_END);
	words = mmap(NULL, *bytes, PROT_READ, MAP_SHARED, fd, 0);
	/* a mapping holds the arena, with the file or without it */
	close(fd);
	if (words == MAP_FAILED) {
		perror("mmap");
		return NULL;
	}
	return words;
}

/* One page from both sides. Returns 1 if they see the same frame. */
static int show_page(const __u32 *word, __u64 entry, const struct frame *kernel,
		     long page_size)
{
	__u64 pfn = entry & PAGEMAP_PFN;
	int same = (entry & PAGEMAP_PRESENT) && pfn == kernel->pfn &&
		   pfn * page_size == kernel->phys;

	printf("%-18p -> 0x%-8llx -> 0x%-10llx <- 0x%-8llx <- %-18s %10u  %s\n",
	       (const void *)word, pfn, pfn * page_size, kernel->pfn, kernel->virt, *word,
	       same ? "same" : "DIFFERENT");
	return same;
}

static size_t show_pages(const __u32 *words, size_t nr, const __u64 *entries,
			 const struct frame *kernel)
{
	long page_size = sysconf(_SC_PAGESIZE);
	size_t i, same = 0;

	printf("%-18s    %-10s    %-12s    %-10s    %-18s %10s\n", "virtual, here", "PFN",
	       "physical", "PFN", "virtual, kernel", "first word");
	for (i = 0; i < nr; i++)
		same += show_page(words + i * page_size / sizeof(*words), entries[i],
				  kernel + i, page_size);
	return same;
}

static int is_shown(const __u64 *entries, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (entries[i] & PAGEMAP_PRESENT)
			return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	size_t i, nr, same, bytes, page_size = sysconf(_SC_PAGESIZE);
	struct frame *kernel;
	const __u32 *words;
	__u32 sum = 0;
	__u64 *entries;

	if (argc != 2) {
		fprintf(stderr, "usage: %s ARENA\n"
			"ARENA is a file in " DEVICES ": \"lab\", or one of configfs.\n", argv[0]);
		return 2;
	}
	/* without it each frame would read as 0 here, and differ from the kernel's */
	if (!may_see_frames()) {
		fprintf(stderr, "page frames are shown to who has the capability CAP_SYS_ADMIN\n");
		return 1;
	}
	words = map_arena(argv[1], &bytes);
	if (!words)
		return 1;

	/* A page has no entry in our page table before it is touched: read each. */
	nr = (bytes + page_size - 1) / page_size;
	for (i = 0; i < nr; i++)
		sum += words[i * page_size / sizeof(*words)];

	entries = calloc(nr, sizeof(*entries));
	if (!entries || frames_of_process(words, nr, entries) ||
	    frames_of_arena(argv[1], &kernel) < (ssize_t)nr) {
		fprintf(stderr, "no PFNs to compare: this needs root, and debugfs\n");
		return 1;
	}
	if (!is_shown(entries, nr)) {
		fprintf(stderr, "not in pagemap: folios, and pages of cma, are mapped as frames\n");
		return 1;
	}
	same = show_pages(words, nr, entries, kernel);
	printf("The first words add up to %u.\n", sum);
	printf("%zu of %zu pages: %s\n", same, nr, same == nr ?
	       "both sides see the same frames" : "THE TWO SIDES SEE DIFFERENT FRAMES");
	return same != nr;
}
