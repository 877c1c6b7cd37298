// SPDX-License-Identifier: GPL-2.0
/*
 * What programs may do to a mapping of /dev/kmem_studio/NAME: every piece of advice, locks,
 * pins, forks and moves end, and nothing that is left of one is in an arena's way. Works
 * with and without huge pages and the handling of memory failures. Needs root.
 *
 * A page that is made to look broken stays out of use until the next boot, unless the
 * kernel has a way back (CONFIG_HWPOISON_INJECT): without one POISON_PAGES=1 in the
 * environment asks for it.
 */
#include <linux/capability.h>
#include <linux/io_uring.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <poll.h>
#include <signal.h>

#include "../kselftest_harness.h"
#include "arenas.h"
#include "frames.h"
#include "put_back.h"

#define ARENA		"mapping_test"
#define DEVICE		DEVICES "/" ARENA
#define UNPOISON	"/sys/kernel/debug/hwpoison/unpoison-pfn"

/* Pages of the arenas, and the one that is to look broken. */
#define NR_PAGES	84
#define BROKEN_PAGE	3

/* How long a call may take that should take no time, in naps of 100 ms. */
#define MANY_NAPS	1200
/* For each case; of what may wait some of these, a slow board takes a while. */
#define CASE_SECONDS	600

/* More starts than the driver has numbers of devices. */
#define MANY_STARTS	1100

static long page_size;
static long page_words;
static bool loaded_by_us;

static long nr_structs(void)
{
	return NR_PAGES * page_size / OBJECT_BYTES;
}

static long bytes_mapped(void)
{
	return NR_PAGES * page_size;
}

static __u32 *map_pages(int fd, long first, long nr)
{
	return mmap(NULL, nr * page_size, PROT_READ, MAP_SHARED, fd, first * page_size);
}

static bool words_are_right(const __u32 *words, long first, long nr_pages)
{
	long i;

	for (i = 0; i < nr_pages * page_words; i++) {
		if (words[i] != (__u32)(first * page_words + i))
			return false;
	}
	return true;
}

/* --- what may never end is done by a child --- */

typedef int (*action_fn)(__u32 *words, long argument);

static char state_of(pid_t pid)
{
	char path[64], state = '?';
	FILE *stat;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	stat = fopen(path, "r");
	if (stat && fscanf(stat, "%*d %*s %c", &state) != 1)
		state = '?';
	if (stat)
		fclose(stat);
	return state;
}

/* Returns what @action does, 128 and the signal that ended it, or -1 if it does not end. */
static int outcome_of(action_fn action, __u32 *words, long argument)
{
	int status, naps;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(action(words, argument));
	for (naps = 0; naps < MANY_NAPS; naps++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		/* most end at once */
		poll(NULL, 0, naps ? 100 : 1);
	}
	ksft_print_msg("argument %ld: still there after %d s, state %c\n", argument,
		       MANY_NAPS / 10, state_of(pid));
	kill(pid, SIGKILL);
	return -1;
}

/* --- each mappable allocator --- */

FIXTURE(mapping) {
	int	fd;
	__u32	*words;
};

/* @frames: mapped as frames, which nothing can take a reference to */
FIXTURE_VARIANT(mapping) {
	const char	*allocator;
	const char	*gfp;
	bool		frames;
};

FIXTURE_VARIANT_ADD(mapping, page) { .allocator = "page", .gfp = "KERNEL" };
FIXTURE_VARIANT_ADD(mapping, chunk) { .allocator = "chunk", .gfp = "KERNEL" };

FIXTURE_VARIANT_ADD(mapping, page_comp) {
	.allocator = "page", .gfp = "KERNEL|COMP", .frames = true,
};

FIXTURE_VARIANT_ADD(mapping, chunk_comp) {
	.allocator = "chunk", .gfp = "KERNEL|COMP", .frames = true,
};

FIXTURE_VARIANT_ADD(mapping, exact) { .allocator = "exact", .gfp = "KERNEL" };

FIXTURE_VARIANT_ADD(mapping, folio) {
	.allocator = "folio", .gfp = "KERNEL", .frames = true,
};

FIXTURE_VARIANT_ADD(mapping, bulk) { .allocator = "bulk", .gfp = "KERNEL" };
FIXTURE_VARIANT_ADD(mapping, highmem) { .allocator = "highmem", .gfp = "KERNEL" };
FIXTURE_VARIANT_ADD(mapping, vmalloc) { .allocator = "vmalloc", .gfp = "KERNEL" };
FIXTURE_VARIANT_ADD(mapping, cma) { .allocator = "cma", .gfp = "KERNEL", .frames = true };

FIXTURE_SETUP(mapping)
{
	int err;

	put_back_ends_this_case();
	arena_remove(ARENA);
	ASSERT_EQ(0, arena_make(ARENA));
	ASSERT_EQ(0, arena_put(ARENA, "gfp", variant->gfp));
	err = arena_start(ARENA, variant->allocator, nr_structs());
	if (may_be_refused(err)) {
		arena_remove(ARENA);
		SKIP(return, "allocator %s: %s", variant->allocator, strerror(-err));
	}
	ASSERT_EQ(0, err);
	self->fd = arena_open(ARENA, O_RDONLY);
	ASSERT_LE(0, self->fd);
	self->words = map_pages(self->fd, 0, NR_PAGES);
	ASSERT_NE(MAP_FAILED, (void *)self->words);
	ASSERT_TRUE(words_are_right(self->words, 0, NR_PAGES));
}

FIXTURE_TEARDOWN(mapping)
{
	munmap(self->words, bytes_mapped());
	close(self->fd);
	EXPECT_EQ(0, arena_stop(ARENA));
	EXPECT_EQ(0, arena_get(ARENA, "pages_held"));
	EXPECT_EQ(0, arena_remove(ARENA));
}

/* Advice from linux/mman.h: 100 and 101 make a page look broken. */
#define NR_ADVICE	26
#define ADVICE_HWPOISON	100
#define ADVICE_OFFLINE	101

static int advise_all(__u32 *words, long advice)
{
	return madvise(words, bytes_mapped(), advice) ? errno : 0;
}

static int advise_pages(__u32 *words, long advice)
{
	int err = madvise(words, page_size, advice) ? errno : 0;

	err = madvise(words + 5 * page_words, page_size, advice) ? errno : err;
	return err;
}

TEST_F_TIMEOUT(mapping, every_advice_ends, CASE_SECONDS)
{
	long advice;

	for (advice = 0; advice < NR_ADVICE; advice++) {
		EXPECT_NE(-1, outcome_of(advise_all, self->words, advice));
		EXPECT_NE(-1, outcome_of(advise_pages, self->words, advice));
	}
	EXPECT_TRUE(words_are_right(self->words, 0, NR_PAGES));
	EXPECT_EQ(0, arena_put(ARENA, "verify", "1"));
}

/* What a child did is its own: this is done to the mapping that stays. */
TEST_F_TIMEOUT(mapping, advice_leaves_the_words, CASE_SECONDS)
{
	int err = advise_all(self->words, MADV_DONTNEED);

	EXPECT_EQ(variant->frames ? EINVAL : 0, err);
	advise_all(self->words, MADV_COLD);
	advise_all(self->words, MADV_PAGEOUT);
	advise_all(self->words, MADV_WILLNEED);
	advise_all(self->words, MADV_DONTFORK);
	EXPECT_TRUE(words_are_right(self->words, 0, NR_PAGES));
	EXPECT_EQ(0, arena_put(ARENA, "verify", "1"));
}

static int lock_and_unlock(__u32 *words, long argument)
{
	if (mlock(words, bytes_mapped()) || munlock(words, bytes_mapped()))
		return errno;
	return words_are_right(words, 0, NR_PAGES) ? 0 : 1;
}

TEST_F_TIMEOUT(mapping, locks_end, CASE_SECONDS)
{
	EXPECT_EQ(0, outcome_of(lock_and_unlock, self->words, 0));
}

/* Read by the way of a debugger. */
static int read_by_pid(__u32 *words, long argument)
{
	__u32 *copy = malloc(page_size);
	struct iovec here = { copy, page_size }, there = { words + 7 * page_words, page_size };

	if (process_vm_readv(getpid(), &here, 1, &there, 1, 0) != page_size)
		return errno;
	return words_are_right(copy, 7, 1) ? 0 : 1;
}

/* A pipe takes the page itself, and is read after the mapping has gone. */
static int put_in_pipe(__u32 *words, long argument)
{
	struct iovec part = { words + 7 * page_words, page_size };
	__u32 *copy = malloc(page_size);
	int pipes[2];

	if (pipe(pipes))
		return errno;
	if (vmsplice(pipes[1], &part, 1, 0) != page_size)
		return errno;
	munmap(words, bytes_mapped());
	if (read(pipes[0], copy, page_size) != page_size)
		return errno;
	return words_are_right(copy, 7, 1) ? 0 : 1;
}

/* What copies has no need of the page itself. */
static int write_to_pipe(__u32 *words, long argument)
{
	__u32 *copy = malloc(page_size);
	int pipes[2];

	if (pipe(pipes) || write(pipes[1], words + 7 * page_words, page_size) != page_size ||
	    read(pipes[0], copy, page_size) != page_size)
		return errno;
	return words_are_right(copy, 7, 1) ? 0 : 1;
}

TEST_F_TIMEOUT(mapping, pins_end, CASE_SECONDS)
{
	int taken = variant->frames ? EFAULT : 0;

	/* a kernel may lack the call: it would copy nothing well */
	if (!process_vm_readv(getpid(), NULL, 0, NULL, 0, 0))
		EXPECT_EQ(taken, outcome_of(read_by_pid, self->words, 0));
	EXPECT_EQ(taken, outcome_of(put_in_pipe, self->words, 0));
	EXPECT_EQ(0, outcome_of(write_to_pipe, self->words, 0));
	EXPECT_EQ(0, arena_put(ARENA, "verify", "1"));
}

/* What no errno is. */
#define NO_IO_URING	255

/* Who would write to the pages, for as long as it likes. */
static int pin_for_long(__u32 *words, long argument)
{
	struct iovec part = { words, bytes_mapped() };
	struct io_uring_params params = {};
	int fd, err;

	fd = syscall(SYS_io_uring_setup, 1, &params);
	if (fd < 0)
		return NO_IO_URING;
	err = syscall(SYS_io_uring_register, fd, IORING_REGISTER_BUFFERS, &part, 1) ? errno : 0;
	close(fd);
	return err;
}

/* The mapping is there to be read, and frames have no descriptor: either is told at once. */
TEST_F_TIMEOUT(mapping, long_term_pins_fail_at_once, CASE_SECONDS)
{
	int outcome = outcome_of(pin_for_long, self->words, 0);

	if (outcome == NO_IO_URING)
		SKIP(return, "no io_uring for this user");
	EXPECT_EQ(EFAULT, outcome);
	EXPECT_EQ(0, arena_put(ARENA, "verify", "1"));
}

static int look(__u32 *words, long argument)
{
	return words_are_right(words, 0, NR_PAGES) ? 0 : 1;
}

static int look_in_a_child(__u32 *words, long argument)
{
	return outcome_of(look, words, argument);
}

static int move(__u32 *words, long argument)
{
	long bytes = bytes_mapped();
	__u32 *place = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	words = mremap(words, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, place);
	if (words != place)
		return errno;
	if (!words_are_right(words, 0, NR_PAGES))
		return 1;
	words = mremap(words, bytes, 10 * page_size, 0);
	return words == place && words_are_right(words, 0, 10) ? 0 : 1;
}

static int protect(__u32 *words, long argument)
{
	if (mprotect(words, page_size, PROT_NONE) || mprotect(words, page_size, PROT_READ))
		return errno;
	return words_are_right(words, 0, NR_PAGES) ? 0 : 1;
}

TEST_F_TIMEOUT(mapping, forks_and_moves_are_right, CASE_SECONDS)
{
	EXPECT_EQ(0, outcome_of(look, self->words, 0));
	EXPECT_EQ(0, outcome_of(look_in_a_child, self->words, 0));
	EXPECT_EQ(0, outcome_of(move, self->words, 0));
	EXPECT_EQ(0, outcome_of(protect, self->words, 0));
	EXPECT_TRUE(words_are_right(self->words, 0, NR_PAGES));
}

/* A part, from the middle of a block on. */
TEST_F_TIMEOUT(mapping, parts_are_right, CASE_SECONDS)
{
	__u32 *part = map_pages(self->fd, 33, 40);

	ASSERT_NE(MAP_FAILED, (void *)part);
	EXPECT_TRUE(words_are_right(part, 33, 40));
	munmap(part, 40 * page_size);
	part = map_pages(self->fd, NR_PAGES - 1, 1);
	ASSERT_NE(MAP_FAILED, (void *)part);
	EXPECT_TRUE(words_are_right(part, NR_PAGES - 1, 1));
	munmap(part, page_size);
}

/* --- a page that the kernel has found broken --- */

static bool pages_may_look_broken(void)
{
	return !access(UNPOISON, W_OK) || getenv("POISON_PAGES");
}

static int break_page(__u32 *words, long advice)
{
	return madvise(words + BROKEN_PAGE * page_words, page_size, advice) ? errno : 0;
}

/* As text, for the kernel. */
static void find_broken(char *pfn, size_t size)
{
	struct frame *frames;

	pfn[0] = 0;
	if (frames_of_arena(ARENA, &frames) <= BROKEN_PAGE)
		return;
	snprintf(pfn, size, "0x%llx", (unsigned long long)frames[BROKEN_PAGE].pfn);
	free(frames);
}

/* Only what nobody has any more can be mended. */
static void mend(const char *pfn)
{
	if (text_put(UNPOISON, pfn))
		ksft_print_msg("the page with PFN %s is out of use until the next boot\n", pfn);
}

TEST_F_TIMEOUT(mapping, an_offline_page_ends, CASE_SECONDS)
{
	int outcome;

	if (!pages_may_look_broken())
		SKIP(return, "a page would be lost: POISON_PAGES=1 allows it");
	outcome = outcome_of(break_page, self->words, ADVICE_OFFLINE);
	if (outcome == EINVAL)
		SKIP(return, "no CONFIG_MEMORY_FAILURE in this kernel");
	EXPECT_NE(-1, outcome);
	if (variant->frames)
		EXPECT_EQ(EFAULT, outcome);
	if (!arena_get(ARENA, "poisoned"))
		EXPECT_TRUE(words_are_right(self->words, 0, NR_PAGES));
}

TEST_F_TIMEOUT(mapping, a_broken_page_is_told, CASE_SECONDS)
{
	off_t at = BROKEN_PAGE * page_size;
	int outcome;
	char pfn[24];
	__u32 word;

	if (!pages_may_look_broken())
		SKIP(return, "a page would be lost: POISON_PAGES=1 allows it");
	outcome = outcome_of(break_page, self->words, ADVICE_HWPOISON);
	if (outcome == EINVAL)
		SKIP(return, "no CONFIG_MEMORY_FAILURE in this kernel");
	ASSERT_NE(-1, outcome);
	if (variant->frames) {
		EXPECT_EQ(EFAULT, outcome);
		EXPECT_TRUE(words_are_right(self->words, 0, NR_PAGES));
		EXPECT_EQ(0, arena_put(ARENA, "verify", "1"));
		return;
	}
	EXPECT_EQ(-EILSEQ, arena_put(ARENA, "verify", "1"));
	EXPECT_EQ(1, arena_get(ARENA, "poisoned"));
	EXPECT_EQ(0, arena_get(ARENA, "mismatches"));
	EXPECT_EQ((arena_get(ARENA, "nr_pages") - 1) * page_words,
		  arena_get(ARENA, "words_verified"));
	EXPECT_EQ(-1, pread(self->fd, &word, sizeof(word), at));
	EXPECT_EQ(EIO, errno);
	EXPECT_EQ((ssize_t)sizeof(word), pread(self->fd, &word, sizeof(word), at + page_size));
	EXPECT_EQ((__u32)((BROKEN_PAGE + 1) * page_words), word);
	find_broken(pfn, sizeof(pfn));
	munmap(self->words, bytes_mapped());
	/* the other pages can be mapped nevertheless */
	self->words = map_pages(self->fd, 0, NR_PAGES);
	ASSERT_NE(MAP_FAILED, self->words);
	EXPECT_EQ((__u32)((BROKEN_PAGE + 1) * page_words),
		  self->words[(BROKEN_PAGE + 1) * page_words]);
	munmap(self->words, bytes_mapped());
	close(self->fd);
	/* what was lost is told once more at the end */
	EXPECT_EQ(-EILSEQ, arena_stop(ARENA));
	mend(pfn);
}

/* --- where the words that are verified come from --- */

static bool file_is(const char *file, const char *value)
{
	char path[256], line[64] = "";
	FILE *f;

	snprintf(path, sizeof(path), ARENAS "/%s/%s", ARENA, file);
	f = fopen(path, "r");
	if (!f)
		return false;
	if (!fgets(line, sizeof(line), f))
		line[0] = 0;
	fclose(f);
	line[strcspn(line, "\n")] = 0;
	return !strcmp(line, value);
}

TEST_F_TIMEOUT(mapping, the_source_of_words_is_told, CASE_SECONDS)
{
	EXPECT_TRUE(file_is("verified_in", ""));
	ASSERT_EQ(0, arena_put(ARENA, "verify", "1"));
#if defined(__arm__) || defined(__aarch64__)
	EXPECT_TRUE(file_is("verified_in", "memory"));
#else
	EXPECT_TRUE(file_is("verified_in", "memory") || file_is("verified_in", "caches"));
#endif
	EXPECT_EQ(0, arena_get(ARENA, "poisoned"));
}

/* --- blocks --- */

FIXTURE(blocks) {
	int	fd;
	__u32	*words;
};

FIXTURE_SETUP(blocks)
{
	put_back_ends_this_case();
	arena_remove(ARENA);
	ASSERT_EQ(0, arena_make(ARENA));
	ASSERT_EQ(0, arena_start(ARENA, "chunk", nr_structs()));
	self->fd = arena_open(ARENA, O_RDONLY);
	ASSERT_LE(0, self->fd);
	self->words = map_pages(self->fd, 0, NR_PAGES);
	ASSERT_NE(MAP_FAILED, (void *)self->words);
}

FIXTURE_TEARDOWN(blocks)
{
	munmap(self->words, bytes_mapped());
	close(self->fd);
	EXPECT_EQ(0, arena_remove(ARENA));
}

/* Pages of blocks without a reference of their own. */
static long count_unreferenced(void)
{
	struct frame *frames;
	ssize_t nr = frames_of_arena(ARENA, &frames);
	long found = 0;
	ssize_t i;

	for (i = 0; i < nr; i++)
		found += !frames[i].refs;
	if (nr > 0)
		free(frames);
	return found;
}

/* 84 pages are blocks of 64, 16 and 4 where such blocks are free. */
TEST_F_TIMEOUT(blocks, are_split_by_the_first_touch_alone, CASE_SECONDS)
{
	if (arena_get(ARENA, "nr_spans") != 3)
		SKIP(return, "no blocks of 64, 16 and 4 pages");
	EXPECT_EQ(63 + 15 + 3, count_unreferenced());
	EXPECT_TRUE(words_are_right(self->words + (NR_PAGES - 1) * page_words, NR_PAGES - 1, 1));
	EXPECT_EQ(63 + 15, count_unreferenced());
	EXPECT_TRUE(words_are_right(self->words, 0, 1));
	EXPECT_EQ(15, count_unreferenced());
	EXPECT_TRUE(words_are_right(self->words, 0, NR_PAGES));
	EXPECT_EQ(0, count_unreferenced());
}

/* --- the device --- */

FIXTURE(device) {
};

FIXTURE_SETUP(device)
{
	put_back_ends_this_case();
	arena_remove(ARENA);
	ASSERT_EQ(0, arena_make(ARENA));
	ASSERT_EQ(0, arena_start(ARENA, "chunk", 1));
}

FIXTURE_TEARDOWN(device)
{
	EXPECT_EQ(0, arena_remove(ARENA));
}

TEST_F_TIMEOUT(device, is_nobodys_to_write, CASE_SECONDS)
{
	struct stat node;

	ASSERT_EQ(0, stat(DEVICE, &node));
	EXPECT_EQ(0400U, node.st_mode & 07777);
	EXPECT_EQ(-EACCES, arena_open(ARENA, O_WRONLY));
	EXPECT_EQ(-EACCES, arena_open(ARENA, O_RDWR));
	EXPECT_LE(0, arena_open(ARENA, O_RDONLY));
}

static int drop_capability(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data))
		return -errno;
	data[0].effective &= ~(1U << CAP_SYS_ADMIN);
	return syscall(SYS_capset, &header, data) ? -errno : 0;
}

static int open_without_capability(__u32 *words, long argument)
{
	if (drop_capability())
		return 1;
	return -arena_open(ARENA, O_RDONLY);
}

#define DEBUGFS		"/sys/kernel/debug/kmem_studio"

/* What tells page frames: the tables of an arena, and the answer to a question. */
static const char * const tables[] = {
	DEBUGFS "/arenas/" ARENA "/pages", DEBUGFS "/arenas/" ARENA "/spans",
	DEBUGFS "/translate", DEBUGFS "/probe",
};

static int table_without_capability(__u32 *words, long table)
{
	if (drop_capability())
		return 1;
	return open(tables[table], O_RDONLY) < 0 ? errno : 0;
}

/* What takes memory. */
static int start_without_capability(__u32 *words, long argument)
{
	if (drop_capability())
		return 1;
	return -arena_stop(ARENA);
}

static int lab_without_capability(__u32 *words, long argument)
{
	if (drop_capability())
		return 1;
	return -text_put(PARAMETERS "/nr_structs", "1");
}

#define STUDIO		"/sys/kernel/config/kmem_studio"

/* Of what takes memory, too, the folder and the file. */
static const char * const takers[][2] = {
	{ STUDIO "/benches/" ARENA, "run" }, { STUDIO "/pressures/" ARENA, "live" },
};

static int take_without_capability(__u32 *words, long taker)
{
	char path[256];

	if (drop_capability())
		return 1;
	snprintf(path, sizeof(path), "%s/%s", takers[taker][0], takers[taker][1]);
	return -text_put(path, "1");
}

TEST_F_TIMEOUT(device, needs_the_capability, CASE_SECONDS)
{
	size_t table, taker;

	EXPECT_EQ(EPERM, outcome_of(open_without_capability, NULL, 0));
	for (table = 0; table < sizeof(tables) / sizeof(*tables); table++) {
		/* an older driver has no such file */
		if (access(tables[table], F_OK) && strstr(tables[table], "/probe"))
			continue;
		EXPECT_EQ(0, access(tables[table], R_OK));
		EXPECT_EQ(EPERM, outcome_of(table_without_capability, NULL, table));
	}
	EXPECT_EQ(EPERM, outcome_of(start_without_capability, NULL, 0));
	EXPECT_EQ(EPERM, outcome_of(lab_without_capability, NULL, 0));
	for (taker = 0; taker < sizeof(takers) / sizeof(*takers); taker++) {
		/* of a run that was killed; an older driver has neither */
		rmdir(takers[taker][0]);
		if (mkdir(takers[taker][0], 0755) && errno == ENOENT)
			continue;
		EXPECT_EQ(EPERM, outcome_of(take_without_capability, NULL, taker));
		EXPECT_EQ(0, rmdir(takers[taker][0]));
	}
}

static long count_lines(const char *path)
{
	FILE *file = fopen(path, "r");
	long lines = 0;
	int c;

	if (!file)
		return -1;
	while ((c = fgetc(file)) != EOF)
		lines += c == '\n';
	fclose(file);
	return lines;
}

/* Misc devices are everybody's, and their lock is held while one of them is opened. */
TEST_F_TIMEOUT(device, is_no_misc_device, CASE_SECONDS)
{
	long lines = count_lines("/proc/misc");

	EXPECT_EQ(0, access("/sys/class/kmem_studio/" ARENA "/dev", F_OK));
	ASSERT_EQ(0, arena_stop(ARENA));
	EXPECT_NE(0, access("/sys/class/kmem_studio/" ARENA, F_OK));
	EXPECT_EQ(lines, count_lines("/proc/misc"));
}

/* There are more numbers than arenas, and they come again. */
TEST_F_TIMEOUT(device, numbers_do_not_run_out, CASE_SECONDS)
{
	struct stat first, node;
	bool differ = false;
	int i;

	ASSERT_EQ(0, stat(DEVICE, &first));
	for (i = 0; i < MANY_STARTS; i++) {
		ASSERT_EQ(0, arena_stop(ARENA));
		ASSERT_EQ(0, arena_put(ARENA, "live", "1"));
		ASSERT_EQ(0, stat(DEVICE, &node));
		EXPECT_EQ(major(first.st_rdev), major(node.st_rdev));
		if (!i)
			differ = first.st_rdev != node.st_rdev;
	}
	/* whoever looked the old one up does not get the new one */
	EXPECT_TRUE(differ);
}

/* Only the kernel's own name leads to an arena. */
TEST_F_TIMEOUT(device, a_number_without_an_arena_leads_nowhere, CASE_SECONDS)
{
	/* /tmp is mounted with nodev on many systems */
	const char *path = "/dev/kmem_studio_node";
	int fd, stopped, error;
	struct stat node;

	ASSERT_EQ(0, stat(DEVICE, &node));
	unlink(path);
	if (mknod(path, S_IFCHR | 0400, node.st_rdev))
		SKIP(return, "no node in /dev: %s", strerror(errno));
	fd = open(path, O_RDONLY);
	EXPECT_LE(0, fd);
	close(fd);
	stopped = arena_stop(ARENA);
	fd = open(path, O_RDONLY);
	error = errno;
	unlink(path);
	ASSERT_EQ(0, stopped);
	EXPECT_EQ(-1, fd);
	EXPECT_EQ(ENXIO, error);
}

static void give_back(void)
{
	arena_remove(ARENA);
	driver_give_back(loaded_by_us);
}

int main(int argc, char **argv)
{
	const char *why_not = driver_take(&loaded_by_us);

	if (why_not) {
		driver_give_back(loaded_by_us);
		ksft_print_header();
		ksft_exit_skip("%s\n", why_not);
	}
	page_size = sysconf(_SC_PAGESIZE);
	page_words = page_size / sizeof(__u32);
	put_back_at_the_end(give_back);
	return test_harness_run(argc, argv);
}
