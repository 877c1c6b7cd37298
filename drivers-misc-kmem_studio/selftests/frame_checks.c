// SPDX-License-Identifier: GPL-2.0
/* The frames of an arena, from both sides: see frame_checks.h. */
#include <linux/kernel-page-flags.h>
#include <sys/mman.h>

#include "../kselftest.h"
#include "device_helpers.h"
#include "frame_checks.h"

/* --- by this process's page table --- */

long count_same(const void *memory, const struct frame *frames, long nr)
{
	__u64 *entries = calloc(nr, sizeof(*entries));
	long i, same = 0;
	__u64 flags;

	if (!entries || frames_of_process(memory, nr, entries)) {
		ksft_print_msg("no pagemap\n");
		nr = 0;
	}
	for (i = 0; i < nr; i++) {
		flags = entries[i] & (PAGEMAP_PRESENT | PAGEMAP_FILE);
		same += flags == (PAGEMAP_PRESENT | PAGEMAP_FILE) &&
			(entries[i] & PAGEMAP_PFN) == frames[i].pfn &&
			frames[i].phys == frames[i].pfn * page_size;
	}
	free(entries);
	return same;
}

long count_present(const void *memory, long nr)
{
	__u64 *entries = calloc(nr, sizeof(*entries));
	long i, present = 0;

	if (!entries || frames_of_process(memory, nr, entries))
		nr = 0;
	for (i = 0; i < nr; i++)
		present += !!(entries[i] & PAGEMAP_PRESENT);
	free(entries);
	return present;
}

/* --- by what the kernel says of the frames elsewhere --- */

/* Names in the table, and the bits of /proc/kpageflags that are copied from the same. */
static const struct {
	const char	*name;
	int		bit;
} flag_names[] = {
	{ "locked",		KPF_LOCKED },
	{ "referenced",		KPF_REFERENCED },
	{ "uptodate",		KPF_UPTODATE },
	{ "dirty",		KPF_DIRTY },
	{ "lru",		KPF_LRU },
	{ "active",		KPF_ACTIVE },
	{ "writeback",		KPF_WRITEBACK },
	{ "reclaim",		KPF_RECLAIM },
	{ "swapbacked",		KPF_SWAPBACKED },
	{ "unevictable",	KPF_UNEVICTABLE },
	{ "head",		KPF_COMPOUND_HEAD },
};

/* Is the name one of the words of "0x123(uptodate|zone=1)"? */
static bool has_flag(const char *flags, const char *name)
{
	long len = strlen(name);
	const char *at = flags;

	while ((at = strstr(at, name))) {
		if (at > flags && strchr("(|", at[-1]) && strchr("|)", at[len]))
			return true;
		at += len;
	}
	return false;
}

static bool has_bit(__u64 flags, int bit)
{
	return flags & (1ULL << bit);
}

/* A tail has the bits of its head there, and flags of its own in the table. */
static bool flags_agree(const struct frame *frame, __u64 flags)
{
	long i;

	if (has_bit(flags, KPF_COMPOUND_TAIL))
		return !has_flag(frame->flags, "head") && !has_bit(flags, KPF_COMPOUND_HEAD);
	for (i = 0; i < NR_OF(flag_names); i++) {
		if (has_flag(frame->flags, flag_names[i].name) !=
		    has_bit(flags, flag_names[i].bit))
			return false;
	}
	return true;
}

/* Of a compound page the references to all its pages are counted together. */
static bool refs_agree(const struct frame *frame, __u64 flags)
{
	if (has_bit(flags, KPF_COMPOUND_HEAD) || has_bit(flags, KPF_COMPOUND_TAIL))
		return frame->refs >= 1 + frame->maps;
	return frame->refs == 1 + frame->maps;
}

static bool kind_agrees(const struct frame *frame, __u64 flags)
{
	if (has_bit(flags, KPF_SLAB) || has_bit(flags, KPF_BUDDY) ||
	    has_bit(flags, KPF_NOPAGE) || has_bit(flags, KPF_ANON))
		return false;
	if (frame->maps && !has_bit(flags, KPF_MMAP))
		return false;
	return strcmp(frame->kind, "slab");
}

static bool frame_agrees(const struct frame *frame, __u64 flags, __u64 maps)
{
	return maps == (__u64)frame->maps && kind_agrees(frame, flags) &&
	       flags_agree(frame, flags) && refs_agree(frame, flags);
}

static void range_of(const struct frame *frames, long nr, __u64 *first, __u64 *last)
{
	long i;

	*first = *last = frames[0].pfn;
	for (i = 1; i < nr; i++) {
		if (frames[i].pfn < *first)
			*first = frames[i].pfn;
		if (frames[i].pfn > *last)
			*last = frames[i].pfn;
	}
}

static long first_disagreeing(const struct frame *frames, long nr, __u64 first,
			      const __u64 *flags, const __u64 *maps)
{
	__u64 at;
	long i;

	for (i = 0; i < nr; i++) {
		at = frames[i].pfn - first;
		if (frame_agrees(frames + i, flags[at], maps[at]))
			continue;
		ksft_print_msg("page %ld, PFN 0x%llx: kpageflags 0x%llx, kpagecount %llu\n",
			       i, frames[i].pfn, flags[at], maps[at]);
		ksft_print_msg("the table says refs %d, maps %d, %s, %s\n", frames[i].refs,
			       frames[i].maps, frames[i].kind, frames[i].flags);
		break;
	}
	return i;
}

long first_other(const struct frame *frames, long nr)
{
	__u64 first, last, *flags, *maps;
	long range, found = 0;

	range_of(frames, nr, &first, &last);
	range = last - first + 1;
	flags = calloc(range, sizeof(*flags));
	maps = calloc(range, sizeof(*maps));
	if (flags && maps &&
	    !frames_read_entries("/proc/kpageflags", first, range, flags) &&
	    !frames_read_entries("/proc/kpagecount", first, range, maps))
		found = first_disagreeing(frames, nr, first, flags, maps);
	free(flags);
	free(maps);
	return found;
}

bool has_maps(const struct frame *frames, long nr, int maps)
{
	long i;

	for (i = 0; i < nr; i++) {
		if (frames[i].maps == maps)
			continue;
		ksft_print_msg("page %ld has %d maps, not %d\n", i, frames[i].maps, maps);
		return false;
	}
	return true;
}

/* --- by the bytes at the physical address --- */

static bool same_by_mapping(int mem, const struct frame *frame, const void *page)
{
	void *physical = mmap(NULL, page_size, PROT_READ, MAP_SHARED, mem, frame->phys);
	bool same;

	if (physical == MAP_FAILED)
		return false;
	same = !memcmp(physical, page, page_size);
	munmap(physical, page_size);
	return same;
}

/* What a 32-bit kernel has no address for, it does not let anybody read. */
static bool same_at_physical(int mem, const struct frame *frame, const void *page,
			     void *buffer)
{
	ssize_t got = pread(mem, buffer, page_size, frame->phys);

	if (got < 0 && errno == EFAULT)
		return same_by_mapping(mem, frame, page);
	return got == (ssize_t)page_size && !memcmp(buffer, page, page_size);
}

long count_same_at_physical(int mem, const struct frame *frames, const __u8 *memory, long nr)
{
	void *buffer = malloc(page_size);
	long i;

	for (i = 0; buffer && i < nr; i++) {
		if (!same_at_physical(mem, frames + i, memory + i * page_size, buffer))
			break;
	}
	free(buffer);
	return i;
}

int open_physical_memory(void)
{
	return open("/dev/mem", O_RDONLY | O_CLOEXEC);
}

bool may_read_physical(int mem)
{
	struct frame *frames;
	bool may = false;
	char byte;

	if (mem >= 0 && frames_of_arena(ARENA, &frames) > 0) {
		may = pread(mem, &byte, 1, frames[0].phys) == 1 || errno == EFAULT;
		free(frames);
	}
	return may;
}
