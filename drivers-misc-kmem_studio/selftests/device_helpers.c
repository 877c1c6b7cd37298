// SPDX-License-Identifier: GPL-2.0
/* What the tests of /dev/kmem_studio/NAME share: see device_helpers.h. */
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "../kselftest.h"
#include "device_helpers.h"
#include "page_trace.h"
#include "put_back.h"

#define READ_BYTES	0x20000

/* Words of /proc/sys/kernel/tainted that a bug sets: bad page, died, warned, lockup. */
#define TAINT_BITS	(32 | 128 | 512 | 16384)

long page_size;
long page_words;
long page_objects;
bool loaded_by_us;

static int log_fd;

/* What is given back. */
static long long percent_before;

/* How the kernel was when the test began. */
static long long tainted_before;
static bool lockdep_before;

/* --- arithmetic --- */

long pages_of(long nr_structs)
{
	return (nr_structs + page_objects - 1) / page_objects;
}

long words_of(long nr_structs)
{
	return nr_structs * OBJECT_BYTES / sizeof(__u32);
}

long live_structs(void)
{
	return LIVE_PAGES * page_objects - FREE_OBJECTS;
}

long bytes_of_live(void)
{
	return LIVE_PAGES * page_size;
}

long smaller(long a, long b)
{
	return a < b ? a : b;
}

/* --- the machine --- */

void nap(void)
{
	poll(NULL, 0, 100);
}

bool comes_to(const char *arena, const char *file, long long value)
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

bool file_has(const char *path, const char *text)
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

int child_status(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool maps_frames(const char *allocator)
{
	return !strcmp(allocator, "folio") || !strcmp(allocator, "cma");
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

bool kernel_is_well(void)
{
	bool clean = log_is_clean();

	return clean && tainted_by_bug() == tainted_before &&
	       lockdep_watches() == lockdep_before;
}

/* --- arenas --- */

/* A thread is called as its arena, behind "kmst/" or not. */
static bool is_arena_thread(const char *name)
{
	if (!strncmp(name, "kmst/", 5))
		name += 5;
	return !strcmp(name, ARENA) || !strcmp(name, OTHER);
}

static bool is_thread_of_ours(const char *pid)
{
	char path[300], name[32] = "";
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return false;
	got = read(fd, name, sizeof(name) - 1);
	close(fd);
	if (got < 1)
		return false;
	name[got - 1] = 0;
	return is_arena_thread(name);
}

static long count_threads(void)
{
	DIR *processes = opendir("/proc");
	struct dirent *entry;
	long nr = 0;

	if (!processes)
		return 0;
	while ((entry = readdir(processes))) {
		if (atoi(entry->d_name))
			nr += is_thread_of_ours(entry->d_name);
	}
	closedir(processes);
	return nr;
}

/* An arena may be freed by its thread, after its folder went. */
bool remove_arenas(void)
{
	int naps;

	arena_remove(ARENA);
	arena_remove(OTHER);
	for (naps = 0; count_threads() && naps < MANY_NAPS; naps++)
		nap();
	return !count_threads();
}

void begin_anew(void)
{
	put_back_ends_this_case();
	remove_arenas();
	look_at_the_kernel();
}

long start_most(const char *allocator, long nr_structs)
{
	int err = arena_start(ARENA, allocator, nr_structs);

	while ((err == -ENOMEM || err == -E2BIG) && nr_structs > 1) {
		nr_structs /= 2;
		err = arena_start(ARENA, allocator, nr_structs);
	}
	return err ?: (long)nr_structs;
}

int use_up(void)
{
	int err = arena_make(OTHER);

	if (!err)
		err = arena_put(OTHER, "pattern", "ones");
	return err ?: arena_start(OTHER, "chunk", 4 * LIVE_PAGES * page_objects);
}

void *map_pages(int fd, long first, long nr)
{
	return mmap(NULL, nr * page_size, PROT_READ, MAP_SHARED, fd,
		    (off_t)first * page_size);
}

bool is_mapped(const void *memory)
{
	return memory != MAP_FAILED;
}

void touch(const void *memory, long nr_pages)
{
	const __u8 *bytes = memory;
	long i;

	for (i = 0; i < nr_pages; i++)
		asm volatile("" : : "r" (bytes[i * page_size]) : "memory");
}

/* --- the words --- */

long first_miscounted(const __u32 *words, long first, long nr)
{
	long i;

	for (i = 0; i < nr && words[i] == (__u32)(first + i); i++)
		;
	return i;
}

long first_wrong(const __u32 *words, long nr_structs, long nr_pages)
{
	long end = smaller(words_of(nr_structs), nr_pages * page_words);
	long i = first_miscounted(words, 0, end);

	if (i < end)
		return i;
	while (i < nr_pages * page_words && words[i] == GUARD_WORD)
		i++;
	return i;
}

bool words_are_right(const __u32 *words, long nr_structs)
{
	long nr_pages = pages_of(nr_structs);
	long wrong = first_wrong(words, nr_structs, nr_pages);

	if (wrong == nr_pages * page_words)
		return true;
	ksft_print_msg("%ld objects: word %ld is 0x%x\n", nr_structs, wrong, words[wrong]);
	return false;
}

bool live_words_are_right(const __u32 *words)
{
	return words_are_right(words, live_structs());
}

/* --- (b) the page frames --- */
/* --- what is read --- */

bool reads_same(int fd, const __u8 *memory, long bytes, long from, long len)
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

long count_read_same(int fd, const __u8 *memory, long bytes)
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

bool all_reads_same(int fd, const void *memory, long nr_structs)
{
	long bytes = nr_structs * OBJECT_BYTES;

	return reads_same_in_odd_parts(fd, memory, bytes) &&
	       count_read_same(fd, memory, bytes) == bytes;
}

/* --- begin and end --- */

static void look_at_the_machine(void)
{
	page_size = sysconf(_SC_PAGESIZE);
	page_words = page_size / sizeof(__u32);
	page_objects = page_size / OBJECT_BYTES;
	log_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	lseek(log_fd, 0, SEEK_END);
}

static void put_percent(long long percent)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", percent);
	text_put(PARAMETERS "/max_percent", text);
}

/* The harness ends the program, or a signal does. */
static void give_back(void)
{
	remove_arenas();
	page_trace_close();
	if (percent_before > 0)
		put_percent(percent_before);
	driver_give_back(loaded_by_us);
}

static void skip_all(const char *why_not)
{
	ksft_print_header();
	ksft_exit_skip("%s\n", why_not);
}

int device_tests_run(int argc, char **argv, harness_fn harness, bool traced)
{
	const char *why_not = driver_take(&loaded_by_us);

	if (why_not) {
		driver_give_back(loaded_by_us);
		skip_all(why_not);
	}
	if (traced)
		why_not = page_trace_open();
	percent_before = number_get(PARAMETERS "/max_percent");
	put_back_at_the_end(give_back);
	if (why_not)
		skip_all(why_not);
	look_at_the_machine();
	put_percent(50);
	return harness(argc, argv);
}
