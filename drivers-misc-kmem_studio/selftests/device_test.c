// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/kmem_studio/NAME: the bytes of a live arena, read and mapped, and the proof that
 * user space and the kernel see the same page frames. Works with the driver as a module
 * and built in, with any page size. Needs root.
 *
 * STRESS_SECONDS in the environment is how long the last test takes, 30 if it is not set.
 */
#include <limits.h>
#include <linux/kernel-page-flags.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>

#include "../kselftest_harness.h"
#include "arenas.h"
#include "frames.h"

/* The arenas of all tests. */
#define ARENA		"device_test"
#define OTHER		"device_other"
#define DEVICE		DEVICES "/" ARENA

/* Every word beyond the last object: KMST_GUARD_WORD of the driver. */
#define GUARD_WORD	0xd7d7d7d7U

/* Pages of the arenas that come and go. Many more than come and go by themselves. */
#define LIVE_PAGES	512
#define PAGES_AROUND	64

/* Objects that the last page of those arenas has room for. Words behind them guard. */
#define FREE_OBJECTS	5

#define MEGABYTE	0x100000
#define READ_BYTES	0x20000

/* Words of /proc/sys/kernel/tainted that a bug sets: bad page, died, warned, lockup. */
#define TAINT_BITS	(32 | 128 | 512 | 16384)

/* How long something may take that happens by itself, in naps of 100 ms. */
#define MANY_NAPS	300

static long page_size;
static long page_words;
static long page_objects;
static bool loaded_by_us;
static bool is_uml;
static int log_fd;

/* How the kernel was when the test began. */
static long long tainted_before;
static bool lockdep_before;

/* Entries of an array, as a number that may be compared with any other. */
#define NR_OF(array)	((long)ARRAY_SIZE(array))

/* --- arithmetic --- */

static long pages_of(long nr_structs)
{
	return (nr_structs + page_objects - 1) / page_objects;
}

static long words_of(long nr_structs)
{
	return nr_structs * OBJECT_BYTES / sizeof(__u32);
}

static long live_structs(void)
{
	return LIVE_PAGES * page_objects - FREE_OBJECTS;
}

static long smaller(long a, long b)
{
	return a < b ? a : b;
}

/* --- the machine --- */

static void nap(void)
{
	poll(NULL, 0, 100);
}

static bool comes_to(const char *arena, const char *file, long long value)
{
	int naps;

	for (naps = 0; arena_get(arena, file) != value; naps++) {
		if (naps == MANY_NAPS) {
			ksft_print_msg("%s/%s is %lld, not %lld\n", arena, file,
				       arena_get(arena, file), value);
			return false;
		}
		nap();
	}
	return true;
}

static bool file_has(const char *path, const char *text)
{
	FILE *file = fopen(path, "r");
	bool found = false;
	char line[256];

	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file))
		found = strstr(line, text);
	fclose(file);
	return found;
}

/* Free pages of all zones, those on the CPUs' own lists included. */
static long count_free_pages(void)
{
	FILE *zones = fopen("/proc/zoneinfo", "r");
	long n, sum = 0;
	char line[256];

	if (!zones)
		return -1;
	while (fgets(line, sizeof(line), zones)) {
		if (sscanf(line, " nr_free_pages %ld", &n) == 1 ||
		    sscanf(line, " count: %ld", &n) == 1)
			sum += n;
	}
	fclose(zones);
	return sum;
}

/* What the page cache holds is dropped, and the CPUs' own counters are added up. */
static long free_pages(void)
{
	sync();
	text_put("/proc/sys/vm/drop_caches", "3");
	number_get("/proc/sys/vm/stat_refresh");
	return count_free_pages();
}

/* Of all slabs those that are empty, and with KASAN the objects that it keeps back. */
static void shrink_slabs(void)
{
	DIR *folder = opendir("/sys/kernel/slab");
	struct dirent *entry;
	char path[512];

	if (!folder)
		return;
	while ((entry = readdir(folder))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/sys/kernel/slab/%s/shrink", entry->d_name);
		text_put(path, "1");
	}
	closedir(folder);
}

/* Where pages that are lost one by one are to be seen. */
static long free_pages_and_slabs(void)
{
	sync();
	text_put("/proc/sys/vm/drop_caches", "3");
	shrink_slabs();
	return free_pages();
}

/* All but a few. What is freed late, by RCU or by a worker, gets its time. */
static bool pages_are_back(long before)
{
	long lost = 0;
	int tries;

	for (tries = 0; tries < 10; tries++) {
		lost = before - free_pages_and_slabs();
		if (lost < PAGES_AROUND)
			return true;
		usleep(500000);
	}
	ksft_print_msg("%ld pages are gone\n", lost);
	return false;
}

/* --- the kernel's log, and how it is --- */

static bool is_splat(const char *line)
{
	static const char * const splats[] = {
		"WARNING:", "BUG:", "Oops", "Kernel panic", "Call trace", "Call Trace",
		"UBSAN:", "soft lockup", "blocked for more than", "invoked oom-killer",
		"Out of memory", "detected stalls", "self-detected stall",
	};
	long i;

	for (i = 0; i < NR_OF(splats); i++) {
		if (strstr(line, splats[i]))
			return true;
	}
	return false;
}

/* What came to the log since the last call. */
static bool log_is_clean(void)
{
	char line[8192];
	bool clean = true;
	ssize_t got;

	for (;;) {
		got = read(log_fd, line, sizeof(line) - 1);
		if (got < 0 && errno == EPIPE)
			continue;
		if (got <= 0)
			return clean;
		line[got] = 0;
		if (!is_splat(line))
			continue;
		ksft_print_msg("log: %s", line);
		clean = false;
	}
}

static long long tainted_by_bug(void)
{
	return number_get("/proc/sys/kernel/tainted") & TAINT_BITS;
}

/* lockdep ends with its first report */
static bool lockdep_watches(void)
{
	FILE *stats = fopen("/proc/lockdep_stats", "r");
	char line[256];
	bool on = true;
	int n;

	if (!stats)
		return true;
	while (fgets(line, sizeof(line), stats)) {
		if (sscanf(line, " debug_locks: %d", &n) == 1)
			on = n;
	}
	fclose(stats);
	return on;
}

/* What is wrong before a test is not its fault. */
static void look_at_the_kernel(void)
{
	log_is_clean();
	tainted_before = tainted_by_bug();
	lockdep_before = lockdep_watches();
}

static bool kernel_is_well(void)
{
	bool clean = log_is_clean();

	return clean && tainted_by_bug() == tainted_before &&
	       lockdep_watches() == lockdep_before;
}

/* --- arenas --- */

static void remove_arenas(void)
{
	arena_remove(ARENA);
	arena_remove(OTHER);
}

/* Whatever the test before has left. */
static void begin_anew(void)
{
	remove_arenas();
	look_at_the_kernel();
}

/* A start that this machine or allocator does not allow is no failure. */
static bool may_be_refused(int err)
{
	return err == -ENOMEM || err == -E2BIG || err == -EOPNOTSUPP;
}

/* Start, with fewer objects if so many are too many. Returns objects, or an error. */
static long start_most(const char *allocator, long nr_structs)
{
	int err = arena_start(ARENA, allocator, nr_structs);

	while ((err == -ENOMEM || err == -E2BIG) && nr_structs > 1) {
		nr_structs /= 2;
		err = arena_start(ARENA, allocator, nr_structs);
	}
	return err ?: (long)nr_structs;
}

/* Memory that was freed too early is taken again, and looks different then. */
static int use_up(void)
{
	int err = arena_make(OTHER);

	if (!err)
		err = arena_put(OTHER, "pattern", "ones");
	return err ?: arena_start(OTHER, "chunk", 4 * LIVE_PAGES * page_objects);
}

static void *map_pages(int fd, long first, long nr)
{
	return mmap(NULL, nr * page_size, PROT_READ, MAP_SHARED, fd,
		    (off_t)first * page_size);
}

static bool is_mapped(const void *memory)
{
	return memory != MAP_FAILED;
}

/* Have all pages in this process's page table. */
static void touch(const void *memory, long nr_pages)
{
	const __u8 *bytes = memory;
	long i;

	for (i = 0; i < nr_pages; i++)
		asm volatile("" : : "r" (bytes[i * page_size]) : "memory");
}

/* --- (a) the words --- */

/* Words from number @first: index of the first one that is not its number, or @nr. */
static long first_miscounted(const __u32 *words, long first, long nr)
{
	long i;

	for (i = 0; i < nr && words[i] == (__u32)(first + i); i++)
		;
	return i;
}

/* Whole pages of an arena with the pattern counter, the guard behind the objects too. */
static long first_wrong(const __u32 *words, long nr_structs, long nr_pages)
{
	long end = smaller(words_of(nr_structs), nr_pages * page_words);
	long i = first_miscounted(words, 0, end);

	if (i < end)
		return i;
	while (i < nr_pages * page_words && words[i] == GUARD_WORD)
		i++;
	return i;
}

static bool words_are_right(const __u32 *words, long nr_structs)
{
	long nr_pages = pages_of(nr_structs);
	long wrong = first_wrong(words, nr_structs, nr_pages);

	if (wrong == nr_pages * page_words)
		return true;
	ksft_print_msg("%ld objects: word %ld is 0x%x\n", nr_structs, wrong, words[wrong]);
	return false;
}

static bool live_words_are_right(const __u32 *words)
{
	return words_are_right(words, live_structs());
}

/* --- (b) the page frames --- */

/*
 * Compound pages, and those of the DMA API, are mapped as frames: their descriptors do not
 * count the mappings, pagemap does not show them, and nothing takes a reference to them.
 */
static bool maps_frames(const char *allocator)
{
	return !strcmp(allocator, "folio") || !strcmp(allocator, "cma");
}

/* Pages, of which this process has a real one each with the PFN of the table. */
static long count_same(const void *memory, const struct frame *frames, long nr)
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

static long count_present(const void *memory, long nr)
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

/* --- (c) what the kernel says of the frames elsewhere --- */

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

/* Index of the first page that /proc/kpageflags or /proc/kpagecount tells different. */
static long first_other(const struct frame *frames, long nr)
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

/* Free, or meanwhile somebody's who can be told by the flags. */
static bool is_given_back(__u64 flags)
{
	return has_bit(flags, KPF_BUDDY) || has_bit(flags, KPF_LRU) ||
	       has_bit(flags, KPF_ANON) || has_bit(flags, KPF_SLAB) ||
	       has_bit(flags, KPF_PGTABLE);
}

/* Of frames that an arena had. Pages that a CPU keeps free for itself are not told. */
static long count_given_back(const struct frame *frames, long nr)
{
	__u64 first, last, *flags;
	long i, given_back = 0;

	range_of(frames, nr, &first, &last);
	flags = calloc(last - first + 1, sizeof(*flags));
	if (!flags || frames_read_entries("/proc/kpageflags", first, last - first + 1, flags))
		nr = 0;
	for (i = 0; i < nr; i++)
		given_back += is_given_back(flags[frames[i].pfn - first]);
	free(flags);
	return given_back;
}

/*
 * The pages of a stopped arena, of which none was free as long as it was held. Either as
 * many pages are free as before, or the frames themselves are: the CPUs of a large machine
 * keep hundreds of them, and KASAN keeps freed objects, with the pages that they are on, in
 * numbers that come and go. cycles_leak_nothing counts what these leave out.
 */
static bool are_given_back(const struct frame *frames, long nr, long free_before)
{
	long given_back = 0, lost = 0;
	int naps;

	for (naps = 0; naps < MANY_NAPS; naps += 5) {
		lost = free_before - free_pages();
		given_back = count_given_back(frames, nr);
		if (lost < PAGES_AROUND || given_back >= nr / 4)
			return true;
		usleep(500000);
	}
	ksft_print_msg("%ld pages are gone, %ld of %ld were given back\n", lost, given_back, nr);
	return false;
}

static bool has_maps(const struct frame *frames, long nr, int maps)
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

/* --- (d) what is read --- */

static bool reads_same(int fd, const __u8 *memory, long bytes, long from, long len)
{
	long want = from < bytes ? smaller(len, bytes - from) : 0;
	__u8 *buffer = malloc(len);
	ssize_t got = pread(fd, buffer, len, from);
	bool same = got == (ssize_t)want && !memcmp(buffer, memory + from, want);

	free(buffer);
	if (!same)
		ksft_print_msg("%ld bytes from %ld of %ld: read %zd, or others\n", len, from,
			       bytes, got);
	return same;
}

static bool reads_same_in_odd_parts(int fd, const __u8 *memory, long bytes)
{
	const long at[] = {
		0, 1, 31, page_size - 1, page_size, page_size + 1, bytes / 2 + 3,
		bytes - 33, bytes - 1, bytes, bytes + 1, bytes + 10 * page_size,
	};
	const long len[] = { 1, 3, 32, page_size + 3, 3 * page_size - 1 };
	long i, j;

	for (i = 0; i < NR_OF(at); i++) {
		for (j = 0; j < NR_OF(len); j++) {
			/* an arena of one object has 32 bytes */
			if (at[i] >= 0 && !reads_same(fd, memory, bytes, at[i], len[j]))
				return false;
		}
	}
	return true;
}

/* From the beginning to the end, by read(). Returns the bytes that were the same. */
static long count_read_same(int fd, const __u8 *memory, long bytes)
{
	__u8 *buffer = malloc(READ_BYTES);
	long have = 0;
	ssize_t got = 1;

	lseek(fd, 0, SEEK_SET);
	while (buffer && have <= bytes && got > 0) {
		got = read(fd, buffer, READ_BYTES);
		if (got <= 0)
			break;
		if (have + got > bytes || memcmp(buffer, memory + have, got))
			break;
		have += got;
	}
	free(buffer);
	return got ? have - 1 : have;
}

static bool all_reads_same(int fd, const void *memory, long nr_structs)
{
	long bytes = nr_structs * OBJECT_BYTES;

	return reads_same_in_odd_parts(fd, memory, bytes) &&
	       count_read_same(fd, memory, bytes) == bytes;
}

/* --- (e) the bytes at the physical address --- */

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

static long count_same_at_physical(int mem, const struct frame *frames,
				   const __u8 *memory, long nr)
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

/* --- all of it, for an arena that is live --- */

/* Both sides of one arena. */
struct view {
	const char	*allocator;
	int		fd;
	long		nr_structs;
	long		nr_pages;
	const __u32	*words;
	struct frame	*frames;
	ssize_t		nr_frames;
};

static bool view_open(struct view *view, const char *allocator, long nr_structs)
{
	*view = (struct view){
		.allocator	= allocator,
		.nr_structs	= nr_structs,
		.nr_pages	= pages_of(nr_structs),
	};
	view->fd = arena_open(ARENA, O_RDONLY);
	if (view->fd < 0)
		return false;
	view->words = map_pages(view->fd, 0, view->nr_pages);
	if (view->words == MAP_FAILED) {
		ksft_print_msg("mmap of %ld pages: %s\n", view->nr_pages, strerror(errno));
		close(view->fd);
		return false;
	}
	touch(view->words, view->nr_pages);
	view->nr_frames = frames_of_arena(ARENA, &view->frames);
	return true;
}

static void view_close(struct view *view)
{
	munmap((void *)view->words, view->nr_pages * page_size);
	close(view->fd);
	free(view->frames);
}

/* The table may have more pages than objects lie on. Nobody maps those. */
static bool frames_are_right(const struct view *view)
{
	long same, rest = view->nr_frames - view->nr_pages;
	bool frames = maps_frames(view->allocator);

	if (view->nr_frames < (ssize_t)view->nr_pages ||
	    view->nr_frames != arena_get(ARENA, "nr_pages")) {
		ksft_print_msg("the table has %zd pages\n", view->nr_frames);
		return false;
	}
	same = count_same(view->words, view->frames, view->nr_pages);
	if (same != (frames ? 0 : view->nr_pages)) {
		ksft_print_msg("%ld of %ld pages have the same PFN\n", same, view->nr_pages);
		return false;
	}
	return has_maps(view->frames, view->nr_pages, frames ? 0 : 1) &&
	       has_maps(view->frames + view->nr_pages, rest, 0) &&
	       first_other(view->frames, view->nr_frames) == (long)view->nr_frames;
}

static bool both_sides_agree(const char *allocator, long nr_structs)
{
	struct view view;
	bool agree;

	if (!view_open(&view, allocator, nr_structs))
		return false;
	agree = words_are_right(view.words, nr_structs) && frames_are_right(&view) &&
		all_reads_same(view.fd, view.words, nr_structs);
	view_close(&view);
	return agree;
}

static int open_physical_memory(void)
{
	return open("/dev/mem", O_RDONLY | O_CLOEXEC);
}

/* The first page of the arena tells whether it is allowed. */
static bool may_read_physical(int mem)
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

static bool physical_memory_agrees(int mem, const char *allocator, long nr_structs)
{
	struct view view;
	long same;

	if (!view_open(&view, allocator, nr_structs))
		return false;
	same = count_same_at_physical(mem, view.frames, (const __u8 *)view.words,
				      view.nr_pages);
	if (same != view.nr_pages)
		ksft_print_msg("page %ld has other bytes at its physical address\n", same);
	view_close(&view);
	return same == pages_of(nr_structs);
}

/* --- each mappable allocator, from one object to 64 MB --- */

FIXTURE(sizes) {
	long	nr_structs[8];
};

FIXTURE_VARIANT(sizes) {
	const char	*allocator;
};

FIXTURE_VARIANT_ADD(sizes, page) { .allocator = "page" };
FIXTURE_VARIANT_ADD(sizes, chunk) { .allocator = "chunk" };
FIXTURE_VARIANT_ADD(sizes, exact) { .allocator = "exact" };
FIXTURE_VARIANT_ADD(sizes, folio) { .allocator = "folio" };
FIXTURE_VARIANT_ADD(sizes, bulk) { .allocator = "bulk" };
FIXTURE_VARIANT_ADD(sizes, highmem) { .allocator = "highmem" };
FIXTURE_VARIANT_ADD(sizes, vmalloc) { .allocator = "vmalloc" };
FIXTURE_VARIANT_ADD(sizes, cma) { .allocator = "cma" };

FIXTURE_SETUP(sizes)
{
	const long nr_structs[] = {
		1, 3, page_objects, page_objects + 1, 1000, 10000,
		MEGABYTE / OBJECT_BYTES, 64 * MEGABYTE / OBJECT_BYTES,
	};
	int err;

	memcpy(self->nr_structs, nr_structs, sizeof(nr_structs));
	begin_anew();
	ASSERT_EQ(0, arena_make(ARENA));
	err = arena_start(ARENA, variant->allocator, 1);
	if (may_be_refused(err)) {
		remove_arenas();
		SKIP(return, "allocator %s: %s", variant->allocator, strerror(-err));
	}
	ASSERT_EQ(0, err);
}

FIXTURE_TEARDOWN(sizes)
{
	EXPECT_EQ(0, arena_remove(ARENA));
	EXPECT_TRUE(kernel_is_well());
}

TEST_F_TIMEOUT(sizes, both_sides_agree, 600)
{
	long nr_structs;
	long i;

	for (i = 0; i < NR_OF(self->nr_structs); i++) {
		ASSERT_EQ(0, arena_stop(ARENA));
		nr_structs = start_most(variant->allocator, self->nr_structs[i]);
		ASSERT_LT(0, nr_structs);
		if (nr_structs != (long)self->nr_structs[i])
			TH_LOG("%s: %ld objects instead of %ld", variant->allocator,
			       nr_structs, self->nr_structs[i]);
		EXPECT_TRUE(both_sides_agree(variant->allocator, nr_structs)) {
			TH_LOG("%s, %ld objects", variant->allocator, nr_structs);
		}
	}
	/* a machine on which nothing larger starts shows nothing of blocks */
	EXPECT_LE((long)(MEGABYTE / OBJECT_BYTES), nr_structs);
}

TEST_F_TIMEOUT(sizes, physical_memory_agrees, 600)
{
	int mem = open_physical_memory();
	long nr_structs;
	long i;

	if (!may_read_physical(mem))
		SKIP(return, "/dev/mem is not to be read: %s", strerror(errno));
	for (i = 0; i < NR_OF(self->nr_structs); i++) {
		ASSERT_EQ(0, arena_stop(ARENA));
		nr_structs = start_most(variant->allocator, self->nr_structs[i]);
		ASSERT_LT(0, nr_structs);
		EXPECT_TRUE(physical_memory_agrees(mem, variant->allocator, nr_structs)) {
			TH_LOG("%s, %ld objects", variant->allocator, nr_structs);
		}
	}
	close(mem);
}

/* --- each mappable allocator: a mapping, whatever is done to it and to the arena --- */

FIXTURE(live) {
	long		free_before;
	int		fd;
	__u32		*words;
	struct frame	*frames;
};

FIXTURE_VARIANT(live) {
	const char	*allocator;
};

FIXTURE_VARIANT_ADD(live, page) { .allocator = "page" };
FIXTURE_VARIANT_ADD(live, chunk) { .allocator = "chunk" };
FIXTURE_VARIANT_ADD(live, exact) { .allocator = "exact" };
FIXTURE_VARIANT_ADD(live, folio) { .allocator = "folio" };
FIXTURE_VARIANT_ADD(live, bulk) { .allocator = "bulk" };
FIXTURE_VARIANT_ADD(live, highmem) { .allocator = "highmem" };
FIXTURE_VARIANT_ADD(live, vmalloc) { .allocator = "vmalloc" };
FIXTURE_VARIANT_ADD(live, cma) { .allocator = "cma" };

FIXTURE_SETUP(live)
{
	int err;

	begin_anew();
	ASSERT_EQ(0, arena_make(ARENA));
	self->free_before = free_pages();
	err = arena_start(ARENA, variant->allocator, live_structs());
	if (may_be_refused(err)) {
		remove_arenas();
		SKIP(return, "allocator %s: %s", variant->allocator, strerror(-err));
	}
	ASSERT_EQ(0, err);
	self->fd = arena_open(ARENA, O_RDONLY);
	ASSERT_LE(0, self->fd);
	self->words = map_pages(self->fd, 0, LIVE_PAGES);
	ASSERT_TRUE(is_mapped(self->words));
	ASSERT_LE(LIVE_PAGES, frames_of_arena(ARENA, &self->frames));
}

FIXTURE_TEARDOWN(live)
{
	free(self->frames);
	remove_arenas();
	EXPECT_TRUE(folder_is_empty(ARENAS));
	EXPECT_TRUE(kernel_is_well());
}

static long bytes_of_live(void)
{
	return LIVE_PAGES * page_size;
}

static bool live_pages_are_given_back(const struct frame *frames, long free_before)
{
	return are_given_back(frames, LIVE_PAGES, free_before);
}

TEST_F(live, planted_word_is_seen)
{
	const long word = 300 * page_words + 77;
	struct frame *frames;

	EXPECT_TRUE(live_words_are_right(self->words));
	ASSERT_EQ(0, arena_put_number(ARENA, "corrupt", word));
	EXPECT_EQ(word, first_wrong(self->words, live_structs(), LIVE_PAGES));
	EXPECT_TRUE(all_reads_same(self->fd, self->words, live_structs()));
	ASSERT_LE(LIVE_PAGES, frames_of_arena(ARENA, &frames));
	EXPECT_EQ(maps_frames(variant->allocator) ? 0 : LIVE_PAGES,
		  count_same(self->words, frames, LIVE_PAGES));
	free(frames);
	ASSERT_EQ(0, arena_put_number(ARENA, "corrupt", word));
	EXPECT_TRUE(live_words_are_right(self->words));
}

TEST_F(live, another_arena_is_told_apart)
{
	long bytes = live_structs() * OBJECT_BYTES;
	int mem = open_physical_memory();
	struct frame *frames;
	int fd;

	ASSERT_EQ(0, use_up());
	touch(self->words, LIVE_PAGES);
	ASSERT_LE(LIVE_PAGES, frames_of_arena(OTHER, &frames));
	EXPECT_EQ(0, count_same(self->words, frames, LIVE_PAGES));
	fd = arena_open(OTHER, O_RDONLY);
	ASSERT_LE(0, fd);
	EXPECT_NE(bytes, count_read_same(fd, (__u8 *)self->words, bytes));
	EXPECT_FALSE(reads_same(fd, (__u8 *)self->words, bytes, 1, 3));
	if (may_read_physical(mem))
		EXPECT_EQ(0, count_same_at_physical(mem, frames, (__u8 *)self->words,
						    LIVE_PAGES));
	free(frames);
}

TEST_F(live, old_table_is_told_apart)
{
	struct frame *frames;

	if (maps_frames(variant->allocator))
		SKIP(return, "the table does not change with mappings of frames");
	touch(self->words, LIVE_PAGES);
	ASSERT_LE(LIVE_PAGES, frames_of_arena(ARENA, &frames));
	EXPECT_EQ(LIVE_PAGES, first_other(frames, LIVE_PAGES));
	frames[200].maps++;
	EXPECT_EQ(200, first_other(frames, LIVE_PAGES));
	frames[200].maps--;
	frames[100].refs = 0;
	EXPECT_EQ(100, first_other(frames, LIVE_PAGES));
	frames[100].refs = frames[101].refs;
	snprintf(frames[50].flags, sizeof(frames[50].flags), "0x0(lru|head)");
	EXPECT_EQ(50, first_other(frames, LIVE_PAGES));
	munmap(self->words, page_size);
	EXPECT_EQ(0, first_other(frames, LIVE_PAGES));
	free(frames);
}

/* Two mappings count twice, and none of them counts once it is gone. */
TEST_F(live, mappings_are_counted)
{
	__u32 *second = map_pages(self->fd, 0, LIVE_PAGES);
	int maps = maps_frames(variant->allocator) ? 0 : 2;
	struct frame *frames;

	ASSERT_TRUE(is_mapped(second));
	touch(self->words, LIVE_PAGES);
	touch(second, LIVE_PAGES);
	ASSERT_LE(LIVE_PAGES, frames_of_arena(ARENA, &frames));
	EXPECT_TRUE(has_maps(frames, LIVE_PAGES, maps));
	EXPECT_EQ(LIVE_PAGES, first_other(frames, LIVE_PAGES));
	free(frames);

	munmap(second, bytes_of_live());
	munmap(self->words, bytes_of_live());
	ASSERT_LE(LIVE_PAGES, frames_of_arena(ARENA, &frames));
	EXPECT_TRUE(has_maps(frames, LIVE_PAGES, 0));
	EXPECT_EQ(LIVE_PAGES, first_other(frames, LIVE_PAGES));
	free(frames);
}

#define EXPECT_REFUSED(error, call)		\
	do {					\
		errno = 0;			\
		EXPECT_EQ(-1, (long)(call));	\
		EXPECT_EQ(error, errno);	\
	} while (0)

TEST_F(live, mappings_are_refused)
{
	int fd = self->fd;

	EXPECT_REFUSED(EPERM, mmap(NULL, page_size, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0));
	EXPECT_REFUSED(EACCES, mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
	EXPECT_REFUSED(EINVAL, mmap(NULL, page_size, PROT_READ, MAP_PRIVATE, fd, 0));
	EXPECT_REFUSED(EINVAL, mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
}

TEST_F(live, mappings_end_with_the_objects)
{
	__u32 *last;

	EXPECT_REFUSED(EINVAL, map_pages(self->fd, 0, LIVE_PAGES + 1));
	EXPECT_REFUSED(EINVAL, map_pages(self->fd, 1, LIVE_PAGES));
	EXPECT_REFUSED(EINVAL, map_pages(self->fd, LIVE_PAGES, 1));
	EXPECT_REFUSED(EINVAL, map_pages(self->fd, LIVE_PAGES - 1, 2));
	/* as far away as a long may tell in bytes: what is farther the kernel refuses itself */
	EXPECT_REFUSED(EINVAL, mmap(NULL, page_size, PROT_READ, MAP_SHARED, self->fd,
				    LONG_MAX / 2 + 1));
	last = map_pages(self->fd, LIVE_PAGES - 1, 1);
	ASSERT_TRUE(is_mapped(last));
	EXPECT_EQ((__u32)((LIVE_PAGES - 1) * page_words), *last);
	EXPECT_EQ(GUARD_WORD, last[page_words - 1]);
}

/* Pages that the allocator rounded up to have no objects, and are nobody's business. */
TEST_F(live, rounding_is_not_mapped)
{
	ASSERT_EQ(0, arena_stop(ARENA));
	ASSERT_EQ(0, arena_start(ARENA, variant->allocator, 4 * page_objects + 1));
	self->fd = arena_open(ARENA, O_RDONLY);
	ASSERT_LE(0, self->fd);
	EXPECT_TRUE(is_mapped(map_pages(self->fd, 0, 5)));
	EXPECT_REFUSED(EINVAL, map_pages(self->fd, 0, 6));
	EXPECT_REFUSED(EINVAL, map_pages(self->fd, 5, 1));
}

TEST_F(live, protection_is_kept)
{
	__u32 *words = map_pages(self->fd, 0, 4);

	ASSERT_TRUE(is_mapped(words));
	EXPECT_REFUSED(EACCES, mprotect(words, page_size, PROT_READ | PROT_WRITE));
	EXPECT_REFUSED(EACCES, mprotect(words, page_size, PROT_WRITE));
	EXPECT_REFUSED(EACCES, mprotect(words, page_size, PROT_READ | PROT_EXEC));
	EXPECT_REFUSED(EACCES, mprotect(self->words, page_size, PROT_READ | PROT_WRITE));
	EXPECT_EQ(0, mprotect(words + page_words, page_size, PROT_NONE));
	EXPECT_EQ(0, mprotect(words + page_words, page_size, PROT_READ));
	EXPECT_EQ(0, first_miscounted(words, 0, 4 * page_words) - 4 * page_words);
}

/* Neither the machine nor a debugger's way writes to it. */
TEST_F(live, memory_is_not_written)
{
	int mem = open("/proc/self/mem", O_RDWR);
	const __u32 value = 0xbad;
	int status;
	pid_t pid;

	ASSERT_LE(0, mem);
	EXPECT_EQ(-1, pwrite(mem, &value, sizeof(value), (uintptr_t)(self->words + 1)));
	pid = fork();
	if (!pid) {
		signal(SIGSEGV, SIG_DFL);
		self->words[1] = value;
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	EXPECT_TRUE(live_words_are_right(self->words));
	EXPECT_EQ(0, arena_put(ARENA, "verify", "1"));
}

TEST_F(live, splice_gives_the_same)
{
	__u32 buffer[16];
	loff_t from = 4 * (300 * page_words + 9);
	int pipes[2];

	ASSERT_EQ(0, pipe(pipes));
	EXPECT_EQ((ssize_t)sizeof(buffer),
		  splice(self->fd, &from, pipes[1], NULL, sizeof(buffer), 0));
	ASSERT_EQ((ssize_t)sizeof(buffer), read(pipes[0], buffer, sizeof(buffer)));
	EXPECT_EQ(16, first_miscounted(buffer, 300 * page_words + 9, 16));
}

TEST_F(live, dontneed_gives_the_same_frames)
{
	struct frame *frames;

	touch(self->words, LIVE_PAGES);
	if (maps_frames(variant->allocator)) {
		EXPECT_REFUSED(EINVAL, madvise(self->words, bytes_of_live(), MADV_DONTNEED));
		return;
	}
	ASSERT_EQ(LIVE_PAGES, count_present(self->words, LIVE_PAGES));
	ASSERT_EQ(0, madvise(self->words, bytes_of_live(), MADV_DONTNEED));
	EXPECT_EQ(0, count_present(self->words, LIVE_PAGES));
	EXPECT_TRUE(live_words_are_right(self->words));
	ASSERT_LE(LIVE_PAGES, frames_of_arena(ARENA, &frames));
	EXPECT_EQ(LIVE_PAGES, count_same(self->words, frames, LIVE_PAGES));
	EXPECT_TRUE(has_maps(frames, LIVE_PAGES, 1));
	free(frames);
}

/* Advice about pages that the kernel cannot take back; it must not try for ever. */
TEST_F_TIMEOUT(live, advice_ends, 60)
{
	int want = maps_frames(variant->allocator) ? -1 : 0;

	touch(self->words, LIVE_PAGES);
	EXPECT_EQ(want, madvise(self->words, page_size, MADV_COLD));
	EXPECT_EQ(want, madvise(self->words + 3 * page_words, page_size, MADV_PAGEOUT));
	EXPECT_EQ(want, madvise(self->words, bytes_of_live(), MADV_COLD));
	EXPECT_EQ(want, madvise(self->words, bytes_of_live(), MADV_PAGEOUT));
	EXPECT_TRUE(live_words_are_right(self->words));
}

TEST_F(live, mremap_moves_and_shrinks)
{
	long bytes = bytes_of_live();
	__u32 *place = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	__u32 *moved;

	ASSERT_TRUE(is_mapped(place));
	touch(self->words, LIVE_PAGES / 2);
	EXPECT_REFUSED(EFAULT, mremap(self->words, bytes, bytes + page_size, MREMAP_MAYMOVE));
	EXPECT_REFUSED(EFAULT, mremap(self->words, bytes, bytes + page_size, 0));
	moved = mremap(self->words, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, place);
	ASSERT_TRUE(moved == place);
	EXPECT_EQ(-1, msync(self->words, page_size, MS_ASYNC));
	EXPECT_TRUE(live_words_are_right(moved));
	ASSERT_TRUE(mremap(moved, bytes, 10 * page_size, 0) == moved);
	EXPECT_REFUSED(EFAULT, mremap(moved, 10 * page_size, 11 * page_size, MREMAP_MAYMOVE));
	EXPECT_EQ(10 * page_words, first_wrong(moved, live_structs(), 10));
}

TEST_F(live, a_hole_leaves_the_rest)
{
	const long first = 100, nr = 50;
	int maps = maps_frames(variant->allocator) ? 0 : 1;
	__u32 *behind = self->words + (first + nr) * page_words;
	long rest = LIVE_PAGES - first - nr;
	struct frame *frames;

	touch(self->words, LIVE_PAGES);
	ASSERT_EQ(0, munmap(self->words + first * page_words, nr * page_size));
	ASSERT_LE(LIVE_PAGES, frames_of_arena(ARENA, &frames));
	EXPECT_TRUE(has_maps(frames, first, maps));
	EXPECT_TRUE(has_maps(frames + first, nr, 0));
	EXPECT_TRUE(has_maps(frames + first + nr, rest, maps));
	free(frames);
	close(self->fd);

	ASSERT_EQ(0, arena_stop(ARENA));
	EXPECT_LT(0, arena_get(ARENA, "pages_held"));
	EXPECT_EQ(first * page_words, first_wrong(self->words, live_structs(), first));
	EXPECT_EQ((rest - 1) * page_words,
		  first_miscounted(behind, (first + nr) * page_words, (rest - 1) * page_words));
	munmap(self->words, first * page_size);
	EXPECT_LT(0, arena_get(ARENA, "pages_held"));
	EXPECT_EQ(0, first_miscounted(behind, (first + nr) * page_words, 1) - 1);
	munmap(behind, rest * page_size);
	EXPECT_TRUE(comes_to(ARENA, "pages_held", 0));
	EXPECT_TRUE(live_pages_are_given_back(self->frames, self->free_before));
}

TEST_F_TIMEOUT(live, a_mapping_holds_the_arena, 300)
{
	EXPECT_EQ(0U, self->words[0]);
	EXPECT_EQ(0, arena_get(ARENA, "pages_held"));
	close(self->fd);
	ASSERT_EQ(0, arena_stop(ARENA));
	EXPECT_EQ(LIVE_PAGES, arena_get(ARENA, "pages_held"));
	EXPECT_EQ(0, count_given_back(self->frames, LIVE_PAGES));
	ASSERT_EQ(0, use_up());
	/* all pages but one were not touched before */
	EXPECT_TRUE(live_words_are_right(self->words));
	if (!maps_frames(variant->allocator))
		ASSERT_EQ(0, madvise(self->words, bytes_of_live(), MADV_DONTNEED));
	EXPECT_TRUE(live_words_are_right(self->words));
	ASSERT_EQ(0, arena_remove(OTHER));

	munmap(self->words, bytes_of_live());
	EXPECT_TRUE(comes_to(ARENA, "pages_held", 0));
	EXPECT_TRUE(live_pages_are_given_back(self->frames, self->free_before));
}

TEST_F_TIMEOUT(live, a_file_holds_the_arena, 300)
{
	char byte;

	touch(self->words, LIVE_PAGES);
	munmap(self->words, bytes_of_live());
	ASSERT_EQ(0, arena_stop(ARENA));
	EXPECT_EQ(LIVE_PAGES, arena_get(ARENA, "pages_held"));
	EXPECT_EQ(0, count_given_back(self->frames, LIVE_PAGES));
	EXPECT_REFUSED(ENODEV, pread(self->fd, &byte, 1, 0));
	EXPECT_REFUSED(ENODEV, read(self->fd, &byte, 1));
	EXPECT_REFUSED(ENODEV, map_pages(self->fd, 0, 1));
	EXPECT_EQ(-ENOENT, arena_open(ARENA, O_RDONLY));

	close(self->fd);
	EXPECT_TRUE(comes_to(ARENA, "pages_held", 0));
	EXPECT_TRUE(live_pages_are_given_back(self->frames, self->free_before));
}

/* The next run has a device of its own. */
TEST_F_TIMEOUT(live, a_mapping_outlives_the_next_run, 300)
{
	int fd;

	ASSERT_EQ(0, arena_stop(ARENA));
	ASSERT_EQ(0, arena_put(ARENA, "pattern", "zeros"));
	ASSERT_EQ(0, arena_put(ARENA, "allocator", "chunk"));
	ASSERT_EQ(0, arena_put(ARENA, "live", "1"));
	EXPECT_EQ(LIVE_PAGES, arena_get(ARENA, "pages_held"));
	fd = arena_open(ARENA, O_RDONLY);
	ASSERT_LE(0, fd);
	EXPECT_FALSE(reads_same(fd, (__u8 *)self->words, bytes_of_live(), 4, 32));
	EXPECT_TRUE(live_words_are_right(self->words));
	ASSERT_EQ(0, arena_stop(ARENA));
	EXPECT_EQ(2 * LIVE_PAGES, arena_get(ARENA, "pages_held"));
	close(fd);
	EXPECT_TRUE(comes_to(ARENA, "pages_held", LIVE_PAGES));
	EXPECT_TRUE(live_words_are_right(self->words));

	close(self->fd);
	munmap(self->words, bytes_of_live());
	EXPECT_TRUE(comes_to(ARENA, "pages_held", 0));
	EXPECT_TRUE(live_pages_are_given_back(self->frames, self->free_before));
}

TEST_F_TIMEOUT(live, a_mapping_outlives_the_folder, 300)
{
	close(self->fd);
	ASSERT_EQ(0, arena_remove(ARENA));
	ASSERT_EQ(0, use_up());
	EXPECT_TRUE(live_words_are_right(self->words));
	ASSERT_EQ(0, arena_remove(OTHER));
	EXPECT_EQ(0, count_given_back(self->frames, LIVE_PAGES));
	munmap(self->words, bytes_of_live());
	EXPECT_TRUE(live_pages_are_given_back(self->frames, self->free_before));
}

static int child_status(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Wait until the parent has let go, which closes its end of the pipe. */
static void look_later(const int *pipes, const __u32 *words)
{
	char byte;

	close(pipes[1]);
	if (read(pipes[0], &byte, 1))
		_exit(2);
	if (arena_get(ARENA, "pages_held") != LIVE_PAGES)
		_exit(3);
	_exit(live_words_are_right(words) ? 0 : 1);
}

TEST_F_TIMEOUT(live, a_child_holds_the_arena, 300)
{
	int pipes[2];
	pid_t pid;

	ASSERT_EQ(0, pipe(pipes));
	touch(self->words, LIVE_PAGES / 2);
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		close(self->fd);
		look_later(pipes, self->words);
	}
	munmap(self->words, bytes_of_live());
	close(self->fd);
	ASSERT_EQ(0, arena_stop(ARENA));
	EXPECT_EQ(0, count_given_back(self->frames, LIVE_PAGES));
	close(pipes[1]);
	EXPECT_EQ(0, child_status(pid));
	close(pipes[0]);
	EXPECT_TRUE(comes_to(ARENA, "pages_held", 0));
	EXPECT_TRUE(live_pages_are_given_back(self->frames, self->free_before));
}

/* Have a page in a pipe. */
static int pin(const void *page, int *pipes)
{
	struct iovec part = { (void *)page, page_size };

	if (pipe(pipes) || vmsplice(pipes[1], &part, 1, 0) != page_size)
		return -errno;
	return 0;
}

static void unpin(const int *pipes)
{
	close(pipes[0]);
	close(pipes[1]);
}

/* A pipe has the page itself, and knows nothing of arenas. */
TEST_F_TIMEOUT(live, a_pipe_holds_a_page, 300)
{
	const long page = 333;
	__u32 *words = malloc(page_size);
	int pipes[2];

	if (maps_frames(variant->allocator)) {
		EXPECT_EQ(-EFAULT, pin(self->words + page * page_words, pipes));
		return;
	}
	ASSERT_EQ(0, pin(self->words + page * page_words, pipes));
	munmap(self->words, bytes_of_live());
	close(self->fd);
	ASSERT_EQ(0, arena_stop(ARENA));
	ASSERT_EQ(0, use_up());
	ASSERT_EQ(0, arena_remove(OTHER));
	ASSERT_EQ(0, arena_remove(ARENA));
	EXPECT_EQ(0, count_given_back(self->frames + page, 1));
	ASSERT_EQ(0, use_up());
	ASSERT_EQ((ssize_t)page_size, read(pipes[0], words, page_size));
	EXPECT_EQ(page_words, first_miscounted(words, page * page_words, page_words));
	unpin(pipes);
	ASSERT_EQ(0, arena_remove(OTHER));
	EXPECT_TRUE(live_pages_are_given_back(self->frames, self->free_before));
	free(words);
}

/* Start, map, pin a page, stop and unmap. In each other cycle the mapping goes last. */
static int map_and_stop(const char *allocator, int cycle)
{
	int fd, err, pipes[2] = { -1, -1 };
	void *words;

	err = arena_start(ARENA, allocator, 16 * page_objects);
	if (err)
		return err;
	fd = arena_open(ARENA, O_RDONLY);
	words = map_pages(fd, 0, 16);
	if (!is_mapped(words))
		return -errno;
	close(fd);
	touch(words, 16);
	if (!maps_frames(allocator))
		err = pin(words + cycle % 16 * page_size, pipes);
	if (cycle % 2)
		munmap(words, 16 * page_size);
	err = arena_stop(ARENA) ?: err;
	if (!(cycle % 2))
		munmap(words, 16 * page_size);
	unpin(pipes);
	return err;
}

static int map_and_stop_often(const char *allocator)
{
	int cycle, err = 0;

	for (cycle = 0; !err && cycle < 100; cycle++)
		err = map_and_stop(allocator, cycle);
	return err;
}

/* The shadow of an area of vmalloc() goes long after it, with many at once. */
static bool leaves_a_shadow(const char *allocator)
{
	return !is_uml && !strcmp(allocator, "vmalloc") &&
	       file_has("/proc/kallsyms", "kasan_populate_vmalloc");
}

/* A page that is lost in each cycle is missed every time, other things grow once. */
TEST_F_TIMEOUT(live, cycles_leak_nothing, 600)
{
	bool back = false;
	long free_before;
	int tries;

	if (leaves_a_shadow(variant->allocator))
		SKIP(return, "KASAN has pages for each area of vmalloc(), and keeps them");
	close(self->fd);
	munmap(self->words, bytes_of_live());
	ASSERT_EQ(0, arena_stop(ARENA));
	for (tries = 0; tries < 3 && !back; tries++) {
		free_before = free_pages_and_slabs();
		ASSERT_EQ(0, map_and_stop_often(variant->allocator));
		ASSERT_TRUE(comes_to(ARENA, "pages_held", 0));
		back = pages_are_back(free_before);
	}
	EXPECT_TRUE(back);
}

/* --- allocators whose pages are not whole, or not theirs alone --- */

FIXTURE(unmappable) {
	int	fd;
};

FIXTURE_VARIANT(unmappable) {
	const char	*allocator;
};

FIXTURE_VARIANT_ADD(unmappable, slab) { .allocator = "slab" };
FIXTURE_VARIANT_ADD(unmappable, kmalloc) { .allocator = "kmalloc" };
FIXTURE_VARIANT_ADD(unmappable, kmalloc_object) { .allocator = "kmalloc_object" };
FIXTURE_VARIANT_ADD(unmappable, kvmalloc) { .allocator = "kvmalloc" };

FIXTURE_SETUP(unmappable)
{
	begin_anew();
	ASSERT_EQ(0, arena_make(ARENA));
	ASSERT_EQ(0, arena_start(ARENA, variant->allocator, 10000));
	self->fd = arena_open(ARENA, O_RDONLY);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(unmappable)
{
	remove_arenas();
	EXPECT_TRUE(folder_is_empty(ARENAS));
	EXPECT_TRUE(kernel_is_well());
}

TEST_F(unmappable, is_not_mapped)
{
	EXPECT_REFUSED(ENODEV, map_pages(self->fd, 0, 1));
	EXPECT_REFUSED(ENODEV, map_pages(self->fd, 0, pages_of(10000)));
}

TEST_F(unmappable, is_read)
{
	long nr = words_of(10000), bytes = nr * sizeof(__u32);
	__u32 *words = malloc(bytes);

	ASSERT_EQ((ssize_t)bytes, pread(self->fd, words, bytes, 0));
	EXPECT_EQ(nr, first_miscounted(words, 0, nr));
	EXPECT_TRUE(all_reads_same(self->fd, words, 10000));
	ASSERT_EQ(0, arena_put(ARENA, "corrupt", "5555"));
	EXPECT_FALSE(all_reads_same(self->fd, words, 10000));
	ASSERT_EQ((ssize_t)bytes, pread(self->fd, words, bytes, 0));
	EXPECT_EQ(5555, first_miscounted(words, 0, nr));
	free(words);
}

TEST_F(unmappable, is_not_read_when_stopped)
{
	char byte;

	ASSERT_EQ(0, arena_stop(ARENA));
	EXPECT_REFUSED(ENODEV, pread(self->fd, &byte, 1, 0));
	EXPECT_EQ(-ENOENT, arena_open(ARENA, O_RDONLY));
	EXPECT_LT(0, arena_get(ARENA, "pages_held"));
	close(self->fd);
	EXPECT_TRUE(comes_to(ARENA, "pages_held", 0));
}

/* --- the device and its file --- */

FIXTURE(device) {
	int	fd;
};

FIXTURE_SETUP(device)
{
	begin_anew();
	ASSERT_EQ(0, arena_make(ARENA));
	ASSERT_EQ(0, arena_start(ARENA, "chunk", 1000));
	self->fd = arena_open(ARENA, O_RDONLY);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(device)
{
	close(self->fd);
	remove_arenas();
	EXPECT_TRUE(folder_is_empty(ARENAS));
	EXPECT_TRUE(kernel_is_well());
}

TEST_F(device, is_for_root_alone)
{
	struct stat node;

	ASSERT_EQ(0, stat(DEVICE, &node));
	EXPECT_TRUE(S_ISCHR(node.st_mode));
	EXPECT_EQ(0400U, node.st_mode & 07777);
	EXPECT_EQ(0U, node.st_uid);
	EXPECT_EQ(0, access("/sys/class/kmem_studio/" ARENA "/dev", F_OK));
}

TEST_F(device, comes_and_goes_with_the_arena)
{
	ASSERT_EQ(0, arena_stop(ARENA));
	EXPECT_EQ(-ENOENT, arena_open(ARENA, O_RDONLY));
	EXPECT_NE(0, access("/sys/class/kmem_studio/" ARENA, F_OK));
	ASSERT_EQ(0, arena_put(ARENA, "live", "1"));
	EXPECT_EQ(0, access(DEVICE, F_OK));
	ASSERT_EQ(0, arena_remove(ARENA));
	EXPECT_NE(0, access(DEVICE, F_OK));
}

TEST_F(device, has_no_way_to_write)
{
	const struct iovec part = { "x", 1 };

	EXPECT_EQ(-EACCES, arena_open(ARENA, O_WRONLY));
	EXPECT_EQ(-EACCES, arena_open(ARENA, O_RDWR));
	EXPECT_REFUSED(EBADF, write(self->fd, "x", 1));
	EXPECT_REFUSED(EBADF, pwrite(self->fd, "x", 1, 0));
	EXPECT_REFUSED(EBADF, writev(self->fd, &part, 1));
	EXPECT_EQ(-1, ftruncate(self->fd, 0));
	EXPECT_EQ(0, arena_put(ARENA, "verify", "1"));
}

TEST_F(device, has_no_ioctl)
{
	int n;

	/* what every file has is not asked of the driver */
	EXPECT_REFUSED(ENOTTY, ioctl(self->fd, _IO('k', 1)));
	EXPECT_REFUSED(ENOTTY, ioctl(self->fd, _IOR('k', 1, int), &n));
	EXPECT_REFUSED(ENOTTY, ioctl(self->fd, TCGETS, &n));
}

TEST_F(device, seeks_like_a_file_without_holes)
{
	const off_t bytes = 1000 * OBJECT_BYTES;
	int fd = self->fd;
	__u32 word;

	EXPECT_EQ(bytes, lseek(fd, 0, SEEK_END));
	EXPECT_EQ(0, read(fd, &word, sizeof(word)));
	EXPECT_EQ(bytes - 4, lseek(fd, -4, SEEK_END));
	EXPECT_EQ(4, read(fd, &word, sizeof(word)));
	EXPECT_EQ((__u32)words_of(1000) - 1, word);
	EXPECT_EQ(bytes, lseek(fd, 0, SEEK_CUR));
	EXPECT_EQ(400, lseek(fd, 400, SEEK_SET));
	EXPECT_EQ(408, lseek(fd, 8, SEEK_CUR));
	EXPECT_EQ(4, read(fd, &word, sizeof(word)));
	EXPECT_EQ(102U, word);
	EXPECT_EQ(0, lseek(fd, 0, SEEK_DATA));
	EXPECT_EQ(77, lseek(fd, 77, SEEK_DATA));
	EXPECT_EQ(bytes, lseek(fd, 77, SEEK_HOLE));
	EXPECT_EQ(bytes, lseek(fd, bytes - 1, SEEK_HOLE));
	EXPECT_REFUSED(ENXIO, lseek(fd, bytes, SEEK_DATA));
	EXPECT_REFUSED(ENXIO, lseek(fd, bytes, SEEK_HOLE));
	EXPECT_REFUSED(EINVAL, lseek(fd, -1, SEEK_SET));
	EXPECT_REFUSED(EINVAL, lseek(fd, -bytes - 1, SEEK_END));
	EXPECT_REFUSED(EINVAL, lseek(fd, 0, 77));
}

TEST_F(device, is_there_for_the_lab)
{
	__u32 words[8];
	int fd;

	ASSERT_EQ(0, text_put(PARAMETERS "/nr_structs", "1000"));
	fd = arena_open("lab", O_RDONLY);
	EXPECT_LE(0, fd);
	EXPECT_EQ((ssize_t)sizeof(words), pread(fd, words, sizeof(words), 999 * OBJECT_BYTES));
	EXPECT_EQ(8, first_miscounted(words, words_of(999), 8));
	close(fd);
	ASSERT_EQ(0, text_put(PARAMETERS "/nr_structs", "0"));
	EXPECT_EQ(-ENOENT, arena_open("lab", O_RDONLY));
}

/* --- poll --- */

static int polled(int fd, int timeout)
{
	struct pollfd poll_fd = { fd, POLLIN | POLLRDNORM | POLLPRI, 0 };

	if (poll(&poll_fd, 1, timeout) < 0)
		return -1;
	return poll_fd.revents;
}

/* Wait for trouble alone. Returns what came. */
static int wait_for_trouble(int fd)
{
	struct pollfd poll_fd = { fd, POLLPRI, 0 };

	if (poll(&poll_fd, 1, 100 * MANY_NAPS) < 0)
		return -1;
	return poll_fd.revents;
}

static bool sleeps(pid_t pid)
{
	char path[64], state = 0;
	FILE *stat;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	stat = fopen(path, "r");
	if (!stat)
		return false;
	if (fscanf(stat, "%*d %*s %c", &state) != 1)
		state = 0;
	fclose(stat);
	return state == 'S';
}

static bool falls_asleep(pid_t pid)
{
	int naps;

	for (naps = 0; naps < MANY_NAPS && !sleeps(pid); naps++)
		nap();
	return sleeps(pid);
}

#define READABLE	(POLLIN | POLLRDNORM)
#define GONE		(POLLERR | POLLHUP)

TEST_F(device, can_always_be_read)
{
	char byte;

	EXPECT_EQ(READABLE, polled(self->fd, 0));
	EXPECT_EQ(1, read(self->fd, &byte, 1));
	EXPECT_EQ(0, arena_put(ARENA, "verify", "1"));
	lseek(self->fd, 0, SEEK_END);
	EXPECT_EQ(READABLE, polled(self->fd, 0));
}

TEST_F(device, tells_of_a_mismatch_until_it_is_read)
{
	int other = arena_open(ARENA, O_RDONLY), late;
	char byte;

	ASSERT_EQ(0, arena_put(ARENA, "corrupt", "77"));
	EXPECT_EQ(READABLE, polled(self->fd, 0));
	EXPECT_EQ(-EILSEQ, arena_put(ARENA, "verify", "1"));
	EXPECT_EQ(READABLE | POLLPRI, polled(self->fd, 0));
	EXPECT_EQ(READABLE | POLLPRI, polled(self->fd, 0));
	late = arena_open(ARENA, O_RDONLY);
	EXPECT_EQ(READABLE | POLLPRI, polled(late, 0));
	EXPECT_EQ(1, read(self->fd, &byte, 1));
	EXPECT_EQ(READABLE, polled(self->fd, 0));
	/* each file by itself */
	EXPECT_EQ(READABLE | POLLPRI, polled(other, 0));
	EXPECT_EQ(1, pread(late, &byte, 1, 0));
	EXPECT_EQ(READABLE, polled(late, 0));
	/* the next verification finds it again */
	EXPECT_EQ(-EILSEQ, arena_put(ARENA, "verify", "1"));
	EXPECT_EQ(READABLE | POLLPRI, polled(self->fd, 0));
	EXPECT_EQ(READABLE | POLLPRI, polled(late, 0));
	close(late);
	close(other);
}

static int start_scrubbed(void)
{
	int err = arena_stop(ARENA);

	if (!err)
		err = arena_put(ARENA, "scrub_ms", "100");
	return err ?: arena_put(ARENA, "live", "1");
}

TEST_F_TIMEOUT(device, wakes_who_waits_for_a_scrub, 120)
{
	pid_t pid;
	int fd;

	ASSERT_EQ(0, start_scrubbed());
	fd = arena_open(ARENA, O_RDONLY);
	ASSERT_LE(0, fd);
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(wait_for_trouble(fd) == POLLPRI ? 0 : 1);
	EXPECT_TRUE(falls_asleep(pid));
	EXPECT_EQ(READABLE, polled(fd, 0));
	ASSERT_EQ(0, arena_put(ARENA, "corrupt", "77"));
	EXPECT_EQ(0, child_status(pid));
	EXPECT_EQ(READABLE | POLLPRI, polled(fd, 0));
	close(fd);
}

TEST_F_TIMEOUT(device, wakes_who_waits_when_it_stops, 120)
{
	pid_t pid = fork();

	ASSERT_LE(0, pid);
	if (!pid)
		_exit(wait_for_trouble(self->fd) == GONE ? 0 : 1);
	EXPECT_TRUE(falls_asleep(pid));
	ASSERT_EQ(0, arena_stop(ARENA));
	EXPECT_EQ(0, child_status(pid));
	EXPECT_EQ(GONE, polled(self->fd, 0) & GONE);
}

/* --- the module --- */

static int unload(void)
{
	return syscall(SYS_delete_module, "kmem_studio", O_NONBLOCK) ? -errno : 0;
}

static bool is_in_use(int err)
{
	return err == -EBUSY || err == -EAGAIN;
}

TEST_F_TIMEOUT(device, holds_the_module, 120)
{
	void *words;

	if (!loaded_by_us)
		SKIP(return, "the driver was there before, and is not unloaded");
	words = map_pages(self->fd, 0, 1);
	ASSERT_TRUE(is_mapped(words));
	ASSERT_EQ(0, arena_remove(ARENA));
	EXPECT_TRUE(is_in_use(unload()));
	close(self->fd);
	EXPECT_TRUE(is_in_use(unload()));
	touch(words, 1);
	munmap(words, page_size);
	EXPECT_EQ(0, unload());
	EXPECT_EQ(0, driver_load());

	ASSERT_EQ(0, arena_make(ARENA));
	ASSERT_EQ(0, arena_start(ARENA, "chunk", 1000));
	self->fd = arena_open(ARENA, O_RDONLY);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, arena_remove(ARENA));
	EXPECT_TRUE(is_in_use(unload()));
	close(self->fd);
	EXPECT_EQ(0, unload());
	EXPECT_EQ(0, driver_load());
}

/* --- stress: eight processes use an arena that a ninth starts and stops --- */

#define WORKERS		8
#define STRESS_PAGES	128

static const char * const stressed[] = {
	"page", "chunk", "exact", "folio", "bulk", "highmem", "vmalloc", "cma",
};

/* What the processes share. */
struct shared {
	int		ends;
	unsigned int	mappings[WORKERS];	/* that were seen to be right */
	unsigned int	starts[ARRAY_SIZE(stressed)];
};

FIXTURE(stress) {
	struct shared	*shared;
};

FIXTURE_SETUP(stress)
{
	begin_anew();
	ASSERT_EQ(0, arena_make(ARENA));
	self->shared = mmap(NULL, sizeof(*self->shared), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_TRUE(is_mapped(self->shared));
}

FIXTURE_TEARDOWN(stress)
{
	remove_arenas();
	EXPECT_TRUE(kernel_is_well());
}

static long stress_structs(void)
{
	return STRESS_PAGES * page_objects - FREE_OBJECTS;
}

static int stress_seconds(void)
{
	const char *seconds = getenv("STRESS_SECONDS");

	return seconds ? atoi(seconds) : 30;
}

static bool ends(const struct shared *shared)
{
	return __atomic_load_n(&shared->ends, __ATOMIC_RELAXED);
}

/* From the page on, a few. */
static bool part_is_right(const __u32 *words, long page)
{
	long first = page * page_words;
	long end = smaller(first + 3 * page_words, words_of(stress_structs()));
	long nr = end - first;

	return first_miscounted(words + first, first, nr) == nr;
}

static bool all_is_right(const __u32 *words)
{
	return words_are_right(words, stress_structs());
}

static bool forked_is_right(const __u32 *words)
{
	pid_t pid = fork();

	if (!pid)
		_exit(all_is_right(words) ? 0 : 1);
	return pid > 0 && !child_status(pid);
}

/* The words, or the news that the arena was stopped. */
static bool read_is_right(int fd, long page)
{
	long first = page * page_words;
	__u32 words[64];
	ssize_t got = pread(fd, words, sizeof(words), first * sizeof(*words));

	if (got < 0)
		return errno == ENODEV;
	return got == (ssize_t)sizeof(words) && first_miscounted(words, first, 64) == 64;
}

static bool pinned_is_right(const __u32 *words, long page)
{
	struct iovec part = { (void *)(words + page * page_words), page_size };
	__u32 *copy = malloc(page_size);
	bool right = false;
	int pipes[2];

	if (!pipe(pipes)) {
		if (vmsplice(pipes[1], &part, 1, 0) == (ssize_t)page_size)
			right = read(pipes[0], copy, page_size) == (ssize_t)page_size &&
				first_miscounted(copy, page * page_words, 64) == 64;
		else
			/* frames are not taken */
			right = errno == EFAULT;
		close(pipes[0]);
		close(pipes[1]);
	}
	free(copy);
	return right;
}

static bool moved_is_right(__u32 **words)
{
	long bytes = STRESS_PAGES * page_size;
	void *place = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *moved;

	if (place == MAP_FAILED)
		return false;
	moved = mremap(*words, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, place);
	if (moved == MAP_FAILED)
		return false;
	*words = moved;
	return part_is_right(moved, 0);
}

static bool unmapped_in_parts(__u32 *words, long page)
{
	return !munmap(words + page * page_words, page_size) &&
	       (!page || part_is_right(words, 0) || page < 3) &&
	       part_is_right(words, page + 1);
}

/* Of frames nothing is dropped. */
static bool drop_is_right(const __u32 *words, long page)
{
	if (madvise((void *)words, STRESS_PAGES * page_size, MADV_DONTNEED) && errno != EINVAL)
		return false;
	return part_is_right(words, page);
}

/* Something, by chance, with an established mapping. */
static bool one_step(int fd, __u32 **words)
{
	long page = rand() % (STRESS_PAGES - 4);

	switch (rand() % 7) {
	case 0: return all_is_right(*words);
	case 1: return forked_is_right(*words);
	case 2: return drop_is_right(*words, page);
	case 3: return read_is_right(fd, page);
	case 4: return pinned_is_right(*words, page);
	case 5: return moved_is_right(words);
	}
	return part_is_right(*words, page);
}

static bool some_steps(int fd, __u32 *words)
{
	int n, steps = 1 + rand() % 6;
	bool right = true;

	for (n = 0; n < steps && right; n++)
		right = one_step(fd, &words);
	if (right)
		right = unmapped_in_parts(words, 3 + rand() % (STRESS_PAGES - 8));
	/* nothing is wrong with what is not mapped any more */
	return !munmap(words, STRESS_PAGES * page_size) && right;
}

/* One open file and its mapping. There may be no arena just now. */
static bool one_round(struct shared *shared, int worker)
{
	int fd = arena_open(ARENA, O_RDONLY);
	bool right = true;
	__u32 *words;

	if (fd < 0) {
		sched_yield();
		return fd == -ENOENT || fd == -ENODEV || fd == -ENXIO;
	}
	words = map_pages(fd, 0, STRESS_PAGES);
	if (words == MAP_FAILED) {
		right = errno == ENODEV;
	} else {
		right = some_steps(fd, words);
		shared->mappings[worker] += right;
	}
	close(fd);
	return right;
}

static void work(struct shared *shared, int worker)
{
	srand(worker);
	while (!ends(shared)) {
		if (one_round(shared, worker))
			continue;
		ksft_print_msg("process %d: something was wrong (%s)\n", worker,
			       strerror(errno));
		_exit(1);
	}
	_exit(0);
}

/*
 * Memory of the stopped arena that came free is taken at once, with other contents. Not by
 * an arena: its device might get the number that the stopped one had, and be opened by
 * whoever has just looked that one up.
 */
static int use_up_and_free(void)
{
	long bytes = 2 * STRESS_PAGES * page_size;
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);

	if (memory == MAP_FAILED)
		return -errno;
	memset(memory, 0xff, bytes);
	munmap(memory, bytes);
	return 0;
}

static int start_and_stop(struct shared *shared, unsigned int i)
{
	int err;

	err = arena_start(ARENA, stressed[i], stress_structs());
	if (may_be_refused(err))
		return 0;
	if (err)
		return err;
	shared->starts[i]++;
	usleep(rand() % 40000);
	err = arena_stop(ARENA);
	return err ?: use_up_and_free();
}

static int start_and_stop_for(struct shared *shared, int seconds)
{
	time_t end = time(NULL) + seconds;
	unsigned int n;
	int err = 0;

	/* each allocator once at least, however slow the machine is */
	for (n = 0; !err && (n < 2 * NR_OF(stressed) || time(NULL) < end); n++)
		err = start_and_stop(shared, n % NR_OF(stressed));
	if (err)
		ksft_print_msg("%s: %s\n", stressed[(n - 1) % NR_OF(stressed)],
			       strerror(-err));
	return err;
}

/* So that a machine that gives processes little time has seen each of them at work. */
static void wait_for_workers(const struct shared *shared)
{
	int worker, naps = 0;

	for (worker = 0; worker < WORKERS; worker++) {
		while (!__atomic_load_n(&shared->mappings[worker], __ATOMIC_RELAXED) &&
		       naps++ < MANY_NAPS)
			nap();
	}
}

static void start_workers(struct shared *shared, pid_t *pids)
{
	int worker;

	for (worker = 0; worker < WORKERS; worker++) {
		pids[worker] = fork();
		if (!pids[worker])
			work(shared, worker);
	}
}

/* Returns how many of them found nothing wrong. */
static int end_workers(struct shared *shared, const pid_t *pids)
{
	int worker, well = 0;

	wait_for_workers(shared);
	__atomic_store_n(&shared->ends, 1, __ATOMIC_RELAXED);
	for (worker = 0; worker < WORKERS; worker++)
		well += pids[worker] > 0 && !child_status(pids[worker]);
	return well;
}

/* Returns how many processes found nothing wrong, or an error. */
static int stress_for(struct shared *shared, int seconds)
{
	pid_t pids[WORKERS];
	int err, well;

	memset(shared, 0, sizeof(*shared));
	start_workers(shared, pids);
	err = start_and_stop_for(shared, seconds);
	if (!err)
		err = arena_start(ARENA, "chunk", stress_structs());
	well = end_workers(shared, pids);
	return err ?: well;
}

static bool everything_is_given_back(long free_before)
{
	return !arena_stop(ARENA) && comes_to(ARENA, "pages_held", 0) &&
	       pages_are_back(free_before);
}

TEST_F_TIMEOUT(stress, eight_processes, 1200)
{
	struct shared *shared = self->shared;
	long free_before;
	int i;

	/* what the kernel keeps for later, of slabs and page tables, grows once */
	ASSERT_EQ(WORKERS, stress_for(shared, 0));
	ASSERT_EQ(0, arena_stop(ARENA));
	ASSERT_TRUE(comes_to(ARENA, "pages_held", 0));
	free_before = free_pages_and_slabs();

	EXPECT_EQ(WORKERS, stress_for(shared, stress_seconds()));
	for (i = 0; i < WORKERS; i++) {
		EXPECT_LT(0U, shared->mappings[i]);
		TH_LOG("process %d had %u mappings", i, shared->mappings[i]);
	}
	for (i = 0; i < NR_OF(stressed); i++) {
		TH_LOG("%s was started %u times", stressed[i], shared->starts[i]);
		if (strcmp(stressed[i], "cma"))
			EXPECT_LT(0U, shared->starts[i]);
	}
	EXPECT_TRUE(everything_is_given_back(free_before));
}

/* --- begin and end --- */

static void look_at_the_machine(void)
{
	page_size = sysconf(_SC_PAGESIZE);
	page_words = page_size / sizeof(__u32);
	page_objects = page_size / OBJECT_BYTES;
	is_uml = file_has("/proc/cpuinfo", "User Mode Linux");
	log_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	lseek(log_fd, 0, SEEK_END);
}

int main(int argc, char **argv)
{
	const char *why_not = driver_take(&loaded_by_us);
	int status;

	if (why_not) {
		driver_give_back(loaded_by_us);
		ksft_print_header();
		ksft_exit_skip("%s\n", why_not);
	}
	look_at_the_machine();
	text_put(PARAMETERS "/max_percent", "50");
	status = test_harness_run(argc, argv);
	remove_arenas();
	driver_give_back(loaded_by_us);
	return status;
}
