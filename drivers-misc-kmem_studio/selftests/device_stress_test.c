// SPDX-License-Identifier: GPL-2.0
/*
 * Eight processes use an arena of /dev/kmem_studio that a ninth starts and stops. Needs
 * root, and a tracing instance of its own.
 *
 * STRESS_SECONDS in the environment is how long it takes, 30 if it is not set.
 */
#include <sched.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <time.h>

#include "../kselftest_harness.h"
#include "device_helpers.h"
#include "page_trace.h"

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

/* Is this arena's memory freed once all who have it are through with it? */
static int stop_and_look(void)
{
	struct frame *frames;
	long nr;
	int err;

	nr = frames_of_arena(ARENA, &frames);
	if (nr < STRESS_PAGES || page_trace_watch(frames, nr))
		return -EIO;
	err = arena_stop(ARENA);
	if (!err && !comes_to(ARENA, "pages_held", 0))
		err = -EBUSY;
	if (!err && !page_trace_all_freed(frames, nr))
		err = page_trace_is_not_quiet() ? -ENODATA : -EBUSY;
	free(frames);
	return err;
}

/* Each time that an allocator's turn comes its pages are followed, or the next one's. */
static int start_and_stop(struct shared *shared, unsigned int n)
{
	unsigned int i = n % NR_OF(stressed);
	bool look = (n / NR_OF(stressed) + n) % 2;
	int err;

	err = arena_start(ARENA, stressed[i], stress_structs());
	/* the others have the memory just now */
	if (err == -ENOMEM || may_be_refused(err))
		return 0;
	if (err)
		return err;
	shared->starts[i]++;
	usleep(rand() % 40000);
	err = look ? stop_and_look() : arena_stop(ARENA);
	return err ?: use_up_and_free();
}

static int start_and_stop_for(struct shared *shared, int seconds)
{
	time_t end = time(NULL) + seconds;
	unsigned int n;
	int err = 0;

	/* each allocator once at least, however slow the machine is */
	for (n = 0; !err && (n < 2 * NR_OF(stressed) || time(NULL) < end); n++)
		err = start_and_stop(shared, n);
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

/* The last close of one frees it a little later. */
static bool no_area_is_left(void)
{
	int naps;

	for (naps = 0; naps < MANY_NAPS && count_vmalloc_areas(); naps++)
		nap();
	return naps < MANY_NAPS;
}

TEST_F_TIMEOUT(stress, eight_processes, CASE_SECONDS)
{
	struct shared *shared = self->shared;
	int well, err, i;

	well = stress_for(shared, stress_seconds());
	if (well == -ENODATA)
		SKIP(return, NOT_QUIET);
	EXPECT_EQ(WORKERS, well);
	for (i = 0; i < WORKERS; i++) {
		EXPECT_LT(0U, shared->mappings[i]);
		TH_LOG("process %d had %u mappings", i, shared->mappings[i]);
	}
	for (i = 0; i < NR_OF(stressed); i++) {
		TH_LOG("%s was started %u times", stressed[i], shared->starts[i]);
		if (strcmp(stressed[i], "cma"))
			EXPECT_LT(0U, shared->starts[i]);
	}
	err = stop_and_look();
	if (err == -ENODATA && __test_passed(_metadata))
		SKIP(return, NOT_QUIET);
	EXPECT_EQ(0, err);
	EXPECT_TRUE(no_area_is_left());
}

int main(int argc, char **argv)
{
	return device_tests_run(argc, argv, test_harness_run, true);
}
