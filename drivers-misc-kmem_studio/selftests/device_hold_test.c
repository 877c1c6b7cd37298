// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/kmem_studio/NAME: who maps an arena, or has it open, holds its pages; none is freed
 * before, and each afterwards. Needs root, and a tracing instance of its own. CYCLES in the
 * environment is how often an allocator's arena is started, mapped and stopped, 100 if it is
 * not set.
 */
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "frame_checks.h"
#include "live_arena.h"

/* Also while they were waited for. What has failed before stays so. */
#define EXPECT_ALL_FREED(_frames, _nr) do {					\
	bool _freed = page_trace_all_freed(_frames, _nr);			\
										\
	if (!_freed && __test_passed(_metadata) && page_trace_is_not_quiet())	\
		SKIP(break, NOT_QUIET);						\
	else									\
		EXPECT_TRUE(_freed);						\
} while (0)

/* As far as that is known, see EXPECT_ALL_FREED() */
#define EXPECT_NONE_FREED(_frames, _nr) \
	EXPECT_GE(0, page_trace_count_freed(_frames, _nr))

TEST_F_TIMEOUT(live, a_hole_leaves_the_rest, CASE_SECONDS)
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
	EXPECT_ALL_FREED(self->frames, self->nr_frames);
}

TEST_F_TIMEOUT(live, a_mapping_holds_the_arena, CASE_SECONDS)
{
	EXPECT_EQ(0U, self->words[0]);
	EXPECT_EQ(0, arena_get(ARENA, "pages_held"));
	close(self->fd);
	ASSERT_EQ(0, arena_stop(ARENA));
	EXPECT_EQ(LIVE_PAGES, arena_get(ARENA, "pages_held"));
	EXPECT_NONE_FREED(self->frames, self->nr_frames);
	ASSERT_EQ(0, use_up());
	/* all pages but one were not touched before */
	EXPECT_TRUE(live_words_are_right(self->words));
	if (!maps_frames(variant->allocator))
		ASSERT_EQ(0, madvise(self->words, bytes_of_live(), MADV_DONTNEED));
	EXPECT_TRUE(live_words_are_right(self->words));
	ASSERT_EQ(0, arena_remove(OTHER));

	munmap(self->words, bytes_of_live());
	EXPECT_TRUE(comes_to(ARENA, "pages_held", 0));
	EXPECT_ALL_FREED(self->frames, self->nr_frames);
}

TEST_F_TIMEOUT(live, a_file_holds_the_arena, CASE_SECONDS)
{
	char byte;

	touch(self->words, LIVE_PAGES);
	munmap(self->words, bytes_of_live());
	ASSERT_EQ(0, arena_stop(ARENA));
	EXPECT_EQ(LIVE_PAGES, arena_get(ARENA, "pages_held"));
	EXPECT_NONE_FREED(self->frames, self->nr_frames);
	EXPECT_REFUSED(ENODEV, pread(self->fd, &byte, 1, 0));
	EXPECT_REFUSED(ENODEV, read(self->fd, &byte, 1));
	EXPECT_REFUSED(ENODEV, map_pages(self->fd, 0, 1));
	EXPECT_EQ(-ENOENT, arena_open(ARENA, O_RDONLY));

	close(self->fd);
	EXPECT_TRUE(comes_to(ARENA, "pages_held", 0));
	EXPECT_ALL_FREED(self->frames, self->nr_frames);
}

/* The next run has a device of its own. */
TEST_F_TIMEOUT(live, a_mapping_outlives_the_next_run, CASE_SECONDS)
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
	EXPECT_ALL_FREED(self->frames, self->nr_frames);
}

TEST_F_TIMEOUT(live, a_mapping_outlives_the_folder, CASE_SECONDS)
{
	close(self->fd);
	ASSERT_EQ(0, arena_remove(ARENA));
	ASSERT_EQ(0, use_up());
	EXPECT_TRUE(live_words_are_right(self->words));
	ASSERT_EQ(0, arena_remove(OTHER));
	EXPECT_NONE_FREED(self->frames, self->nr_frames);
	munmap(self->words, bytes_of_live());
	EXPECT_ALL_FREED(self->frames, self->nr_frames);
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

TEST_F_TIMEOUT(live, a_child_holds_the_arena, CASE_SECONDS)
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
	EXPECT_NONE_FREED(self->frames, self->nr_frames);
	close(pipes[1]);
	EXPECT_EQ(0, child_status(pid));
	close(pipes[0]);
	EXPECT_TRUE(comes_to(ARENA, "pages_held", 0));
	EXPECT_ALL_FREED(self->frames, self->nr_frames);
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
TEST_F_TIMEOUT(live, a_pipe_holds_a_page, CASE_SECONDS)
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
	EXPECT_NONE_FREED(self->frames + page, 1);
	ASSERT_EQ(0, use_up());
	ASSERT_EQ((ssize_t)page_size, read(pipes[0], words, page_size));
	EXPECT_EQ(page_words, first_miscounted(words, page * page_words, page_words));
	unpin(pipes);
	ASSERT_EQ(0, arena_remove(OTHER));
	EXPECT_ALL_FREED(self->frames, self->nr_frames);
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

/* Few enough for the events to have room. */
#define MOST_CYCLES	25

static int cycles_left(void)
{
	const char *cycles = getenv("CYCLES");

	return cycles ? atoi(cycles) : 100;
}

static int map_and_stop_often(const char *allocator, int cycles)
{
	int cycle, err = 0;

	for (cycle = 0; !err && cycle < cycles && cycle < MOST_CYCLES; cycle++)
		err = map_and_stop(allocator, cycle);
	return err;
}

/* Pages of vmalloc() are not in a row; they go with their area. */
static bool are_in_a_row(const char *allocator)
{
	return strcmp(allocator, "vmalloc");
}

/* What is freed late, by RCU or by a worker, gets its time. */
static bool nothing_is_kept(const char *allocator)
{
	long pages = 1, objects = 1, areas = 1;
	int naps;

	for (naps = 0; (pages || objects || areas) && naps < MANY_NAPS; naps++) {
		if (naps)
			nap();
		pages = page_trace_count_kept_pages(are_in_a_row(allocator));
		objects = page_trace_count_kept_objects();
		areas = count_vmalloc_areas();
		/* what was lost does not come back */
		if (pages < 0 || objects < 0)
			break;
	}
	if (pages || objects || areas)
		ksft_print_msg("kept: %ld pages, %ld objects, %ld areas of vmalloc()\n", pages,
			       objects, areas);
	return !pages && !objects && !areas;
}

TEST_F_TIMEOUT(live, cycles_leak_nothing, CASE_SECONDS)
{
	bool nothing_kept;
	int left;

	close(self->fd);
	munmap(self->words, bytes_of_live());
	ASSERT_EQ(0, arena_remove(ARENA));
	for (left = cycles_left(); left > 0; left -= MOST_CYCLES) {
		ASSERT_TRUE(remove_arenas());
		ASSERT_EQ(0, page_trace_watch_driver());
		ASSERT_EQ(0, arena_make(ARENA));
		ASSERT_EQ(0, map_and_stop_often(variant->allocator, left));
		ASSERT_TRUE(comes_to(ARENA, "pages_held", 0));
		ASSERT_EQ(0, arena_remove(ARENA));
		nothing_kept = nothing_is_kept(variant->allocator);
		if (page_trace_is_not_quiet())
			SKIP(return, NOT_QUIET);
		ASSERT_TRUE(nothing_kept);
	}
}

FIXTURE(kept) {
};

FIXTURE_SETUP(kept)
{
}

FIXTURE_TEARDOWN(kept)
{
}

/* One page, and what tells of it, are missed as long as a file holds them. */
TEST_F_TIMEOUT(kept, a_page_that_is_kept_is_seen, CASE_SECONDS)
{
	long pages, objects;
	bool nothing_kept;
	int fd;

	begin_anew();
	ASSERT_EQ(0, page_trace_watch_driver());
	ASSERT_EQ(0, arena_make(ARENA));
	ASSERT_EQ(0, arena_start(ARENA, "chunk", 1));
	fd = arena_open(ARENA, O_RDONLY);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, arena_stop(ARENA));
	ASSERT_TRUE(remove_arenas());
	pages = page_trace_count_kept_pages(true);
	objects = page_trace_count_kept_objects();
	close(fd);
	nothing_kept = nothing_is_kept("chunk");
	if (page_trace_is_not_quiet())
		SKIP(return, NOT_QUIET);
	EXPECT_EQ(1, pages);
	if (driver_is_module())
		EXPECT_LT(0, objects);
	EXPECT_TRUE(nothing_kept);
}

int main(int argc, char **argv)
{
	return device_tests_run(argc, argv, test_harness_run, true);
}
