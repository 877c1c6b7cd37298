// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/kmem_studio/NAME: the proof that user space and the kernel see the same page frames,
 * and that the proof can fail. Works with the driver as a module and built in, with any
 * page size. Needs root.
 */
#include <libgen.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "frame_checks.h"
#include "live_arena.h"

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

TEST_F_TIMEOUT(sizes, both_sides_agree, CASE_SECONDS)
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

TEST_F_TIMEOUT(sizes, physical_memory_agrees, CASE_SECONDS)
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

TEST_F_TIMEOUT(live, planted_word_is_seen, CASE_SECONDS)
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

TEST_F_TIMEOUT(live, another_arena_is_told_apart, CASE_SECONDS)
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

TEST_F_TIMEOUT(live, old_table_is_told_apart, CASE_SECONDS)
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
TEST_F_TIMEOUT(live, mappings_are_counted, CASE_SECONDS)
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

TEST_F_TIMEOUT(live, dontneed_gives_the_same_frames, CASE_SECONDS)
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

/* --- who may not see frames --- */

/* What a program of this folder prints, as root in a container would run it. */
static int status_without_capability(const char *program, const char *argument,
				     char *output, size_t size)
{
	char self[PATH_MAX] = "", path[PATH_MAX + 64];
	int pipes[2];
	ssize_t got;
	pid_t pid;

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0 || pipe(pipes))
		return -1;
	snprintf(path, sizeof(path), "%s/%s", dirname(self), program);
	pid = fork();
	if (!pid) {
		dup2(pipes[1], STDOUT_FILENO);
		dup2(pipes[1], STDERR_FILENO);
		if (!prctl(PR_CAPBSET_DROP, CAP_SYS_ADMIN))
			execl(path, program, argument, NULL);
		_exit(127);
	}
	close(pipes[1]);
	while (size > 1 && (got = read(pipes[0], output, size - 1)) > 0) {
		output += got;
		size -= got;
	}
	*output = 0;
	close(pipes[0]);
	return child_status(pid);
}

FIXTURE(unseen) {
};

FIXTURE_SETUP(unseen)
{
}

FIXTURE_TEARDOWN(unseen)
{
}

/* The arena is there, and no frame is said to differ. */
TEST_F_TIMEOUT(unseen, frames_are_not_compared, CASE_SECONDS)
{
	char said[4096];

	begin_anew();
	ASSERT_EQ(0, arena_make(ARENA));
	ASSERT_EQ(0, arena_start(ARENA, "chunk", 1000));
	EXPECT_EQ(1, status_without_capability("show_frames", ARENA, said, sizeof(said)));
	EXPECT_NE(NULL, strstr(said, "CAP_SYS_ADMIN")) {
		TH_LOG("show_frames said: %s", said);
	}
	EXPECT_EQ(KSFT_SKIP,
		  status_without_capability("device_frames_test", NULL, said, sizeof(said)));
	EXPECT_NE(NULL, strstr(said, "CAP_SYS_ADMIN")) {
		TH_LOG("device_frames_test said: %s", said);
	}
	remove_arenas();
}

int main(int argc, char **argv)
{
	return device_tests_run(argc, argv, test_harness_run, false);
}
