// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/kmem_studio/NAME is mapped: what is refused, and what may be done to a mapping.
 * Needs root.
 */
#include <limits.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "live_arena.h"

TEST_F_TIMEOUT(live, mappings_are_refused, CASE_SECONDS)
{
	int fd = self->fd;

	EXPECT_REFUSED(EPERM, mmap(NULL, page_size, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0));
	EXPECT_REFUSED(EACCES, mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
	EXPECT_REFUSED(EINVAL, mmap(NULL, page_size, PROT_READ, MAP_PRIVATE, fd, 0));
	EXPECT_REFUSED(EINVAL, mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
}

TEST_F_TIMEOUT(live, mappings_end_with_the_objects, CASE_SECONDS)
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
TEST_F_TIMEOUT(live, rounding_is_not_mapped, CASE_SECONDS)
{
	ASSERT_EQ(0, arena_stop(ARENA));
	ASSERT_EQ(0, arena_start(ARENA, variant->allocator, 4 * page_objects + 1));
	self->fd = arena_open(ARENA, O_RDONLY);
	ASSERT_LE(0, self->fd);
	EXPECT_TRUE(is_mapped(map_pages(self->fd, 0, 5)));
	EXPECT_REFUSED(EINVAL, map_pages(self->fd, 0, 6));
	EXPECT_REFUSED(EINVAL, map_pages(self->fd, 5, 1));
}

TEST_F_TIMEOUT(live, protection_is_kept, CASE_SECONDS)
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
TEST_F_TIMEOUT(live, memory_is_not_written, CASE_SECONDS)
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

TEST_F_TIMEOUT(live, splice_gives_the_same, CASE_SECONDS)
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

/* Advice about pages that the kernel cannot take back; it must not try for ever. */
TEST_F_TIMEOUT(live, advice_ends, 300)
{
	int want = maps_frames(variant->allocator) ? -1 : 0;

	touch(self->words, LIVE_PAGES);
	EXPECT_EQ(want, madvise(self->words, page_size, MADV_COLD));
	EXPECT_EQ(want, madvise(self->words + 3 * page_words, page_size, MADV_PAGEOUT));
	EXPECT_EQ(want, madvise(self->words, bytes_of_live(), MADV_COLD));
	EXPECT_EQ(want, madvise(self->words, bytes_of_live(), MADV_PAGEOUT));
	EXPECT_TRUE(live_words_are_right(self->words));
}

TEST_F_TIMEOUT(live, mremap_moves_and_shrinks, CASE_SECONDS)
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

int main(int argc, char **argv)
{
	return device_tests_run(argc, argv, test_harness_run, false);
}
