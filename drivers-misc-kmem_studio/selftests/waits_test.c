// SPDX-License-Identifier: GPL-2.0
/*
 * What waits for what: signals, readers, a removal and a suspend while an arena is filled
 * or verified, and what becomes of arenas when memory runs out.
 *
 * An arena takes a quarter of the memory that is available here, at most 256 MB, so that
 * filling it lasts. The cases of a suspend, which freezes all programs, and of memory that runs
 * out, which takes all there is, are left out unless KMEM_STUDIO_EMULATED=1 says that this is
 * nobody's machine.
 */
#include <linux/io_uring.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "../kselftest_harness.h"
#include "arenas.h"
#include "put_back.h"

#define LAB_NR		PARAMETERS "/nr_structs"
#define PRESSURES	"/sys/kernel/config/kmem_studio/pressures"
#define PM_TEST		"/sys/power/pm_test"
#define LARGEST_BYTES	(256ULL << 20)

/* The first bytes of a file, as a string; an empty one if it cannot be read. */
static void text_get(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = 0;
}

static bool text_is(const char *path, const char *text)
{
	char got[64];

	text_get(path, got, sizeof(got));
	return *got && !strncmp(got, text, strlen(text));
}

/* --- a control group whose programs are frozen --- */

/* Where it is mounted, if it is: also for who puts back. */
#define FREEZER_CHARS	32
static char *freezer;

static const char *group_path(const char *file)
{
	static char path[64];

	snprintf(path, sizeof(path), "%s/waits%s", freezer, file);
	return path;
}

static const char *mount_freezer(void)
{
	if (!freezer)
		return "no memory";
	snprintf(freezer, FREEZER_CHARS, "/tmp/kmem_studio.XXXXXX");
	if (!mkdtemp(freezer)) {
		*freezer = 0;
		return "no folder can be made in /tmp";
	}
	if (mount("none", freezer, "cgroup", 0, "freezer")) {
		rmdir(freezer);
		*freezer = 0;
		return "no freezer of control groups in this kernel, see the config file";
	}
	mkdir(group_path(""), 0755);
	return NULL;
}

static int freeze(pid_t pid)
{
	char number[24];

	snprintf(number, sizeof(number), "%d", pid);
	return text_put(group_path("/cgroup.procs"), number) ?:
	       text_put(group_path("/freezer.state"), "FROZEN");
}

static void thaw(void)
{
	text_put(group_path("/freezer.state"), "THAWED");
}

static void unmount_freezer(void)
{
	if (!freezer || !*freezer)
		return;
	thaw();
	rmdir(group_path(""));
	umount(freezer);
	rmdir(freezer);
	*freezer = 0;
}

/* --- the driver --- */

/* As they were before; the choice of pm_test is the word in brackets. */
static char allocator[32], pm_test[64];
static const char *why_not;
static bool loaded, verbose;
static long long max_percent;

static void remember_pm_test(void)
{
	char text[128], *word;

	text_get(PM_TEST, text, sizeof(text));
	word = strchr(text, '[');
	if (word)
		sscanf(word, "[%63[^]]", pm_test);
}

static void put_settings_back(void)
{
	char percent[24];

	if (why_not)
		return;
	snprintf(percent, sizeof(percent), "%lld", max_percent);
	text_put(PARAMETERS "/allocator", allocator);
	text_put(PARAMETERS "/verbose", verbose ? "1" : "0");
	text_put(PARAMETERS "/max_percent", percent);
	text_put(PM_TEST, pm_test);
}

/* Also what a case has set and made that a signal ended. */
static void give_driver_back(void)
{
	unmount_freezer();
	put_settings_back();
	if (!why_not) {
		text_put(LAB_NR, "0");
		arena_remove("a");
		arena_remove("b");
		arena_remove("kept");
	}
	driver_give_back(loaded);
}

static void __attribute__((constructor)) take_driver(void)
{
	why_not = driver_take(&loaded);
	verbose = text_is(PARAMETERS "/verbose", "1") || text_is(PARAMETERS "/verbose", "Y");
	max_percent = number_get(PARAMETERS "/max_percent");
	text_get(PARAMETERS "/allocator", allocator, sizeof(allocator));
	remember_pm_test();
	freezer = mmap(NULL, FREEZER_CHARS, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	if (freezer == MAP_FAILED)
		freezer = NULL;
	put_back_at_the_end(give_driver_back);
}

/* The value in kB of a line of /proc/meminfo. */
static unsigned long long kb_of(const char *name)
{
	unsigned long long kb = 0;
	char line[128], format[64];
	FILE *file = fopen("/proc/meminfo", "r");

	snprintf(format, sizeof(format), "%s: %%llu kB", name);
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, format, &kb) == 1)
			break;
	}
	if (file)
		fclose(file);
	return kb;
}

/* Objects whose fill lasts for a while, and of which several arenas fit. */
static size_t many_objects(void)
{
	static unsigned long long bytes;

	/* once a case: two arenas of one are of the same size */
	if (bytes)
		return bytes / OBJECT_BYTES;
	bytes = kb_of("MemAvailable") * 1024 / 4;
	/* high memory is available, but not for these */
	if (kb_of("LowTotal") && bytes > kb_of("LowFree") * 1024 / 4)
		bytes = kb_of("LowFree") * 1024 / 4;
	if (bytes > LARGEST_BYTES)
		bytes = LARGEST_BYTES;
	return bytes / OBJECT_BYTES;
}

static void nap(void)
{
	usleep(1000);
}

static bool state_is(const char *arena, const char *state)
{
	char path[256];

	snprintf(path, sizeof(path), ARENAS "/%s/state", arena);
	return text_is(path, state);
}

static bool lab_state_is(const char *state)
{
	/* the state is not the first line */
	char text[64] = "", wanted[32];
	FILE *file = fopen("/sys/kernel/debug/kmem_studio/arenas/lab/summary", "r");
	bool is = false;

	snprintf(wanted, sizeof(wanted), "state:\t%s\n", state);
	while (file && fgets(text, sizeof(text), file))
		is |= !strcmp(text, wanted);
	if (file)
		fclose(file);
	return is;
}

static bool lab_is_starting(void)
{
	return lab_state_is("starting");
}

/* The thread of this name, or 0. */
static pid_t thread_of(const char *name)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	char path[300], line[64];
	pid_t found = 0;

	snprintf(line, sizeof(line), "%.15s\n", name);
	while (proc && (entry = readdir(proc))) {
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		if (text_is(path, line))
			found = atoi(entry->d_name);
	}
	if (proc)
		closedir(proc);
	return found;
}

/* Nobody is killed by this; each of them interrupts what can be interrupted. */
static void ignore(int signal)
{
}

static void storm_of_signals(void)
{
	const struct itimerval each = { { 0, 5000 }, { 0, 5000 } };
	struct sigaction action = { .sa_handler = ignore, .sa_flags = SA_RESTART };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &each, NULL);
}

static void calm(void)
{
	const struct itimerval never = {};

	setitimer(ITIMER_REAL, &never, NULL);
}

/* A program that writes and ends, with the errno as its exit status. */
static pid_t write_in_background(const char *path, const char *text)
{
	pid_t pid = fork();

	if (!pid)
		_exit(-text_put(path, text));
	return pid;
}

/* Its exit status, or 1000 and the signal that killed it. */
static int join(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Also one that was refused does not wait any more. */
static bool has_ended(pid_t pid)
{
	siginfo_t info = {};

	return waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT) || info.si_pid;
}

/* The letter that the kernel has for what a program does. */
static char state_of(pid_t pid)
{
	char path[32], state = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "r");
	if (file && fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = 0;
	if (file)
		fclose(file);
	return state;
}

/* Does it wait in the kernel, for what no signal ends but a fatal one? */
static bool sleeps(pid_t pid)
{
	return state_of(pid) == 'D';
}

/* A lock that is waited for, or a fault, is over by the second look. */
static bool sleeps_on(pid_t pid)
{
	if (!sleeps(pid))
		return false;
	nap();
	return sleeps(pid);
}

/* Returns @writer when it has begun to start an arena, or is not going to. */
static pid_t see_start(const char *arena, pid_t writer)
{
	while (writer > 0 && !state_is(arena, "starting") && !has_ended(writer))
		nap();
	return writer;
}

/* The write of one who is asked to fill a large arena, while that lasts. */
static pid_t start_large(const char *arena)
{
	char path[256];

	if (arena_make(arena) || arena_put(arena, "allocator", "chunk") ||
	    arena_put_number(arena, "nr_structs", many_objects()))
		return -1;
	snprintf(path, sizeof(path), ARENAS "/%s/live", arena);
	return see_start(arena, write_in_background(path, "1"));
}

/* As start_large(), but of many small blocks: to get them takes longer than to fill them. */
static pid_t ask_for_many(const char *arena)
{
	char path[256];

	if (arena_make(arena) || arena_put(arena, "allocator", "highmem") ||
	    arena_put_number(arena, "nr_structs", many_objects()))
		return -1;
	snprintf(path, sizeof(path), ARENAS "/%s/live", arena);
	return write_in_background(path, "1");
}

static pid_t start_many(const char *arena)
{
	return see_start(arena, ask_for_many(arena));
}

static int kill_and_join(pid_t pid, int signal)
{
	kill(pid, signal);
	return join(pid);
}

static bool is_gone(const char *thread)
{
	int naps;

	for (naps = 0; naps < 60000 && thread_of(thread); naps++)
		nap();
	return naps < 60000;
}

static void remove_and_wait(const char *arena)
{
	char thread[64];

	arena_remove(arena);
	snprintf(thread, sizeof(thread), "kmst/%s", arena);
	is_gone(thread);
}

/* --- a write that a thread of the kernel makes --- */

/* The parts of an io_uring that one write takes. */
struct ring {
	struct io_uring_params	params;
	int			fd;
	char			*queues;
	struct io_uring_sqe	*request;
};

static bool ring_open(struct ring *ring)
{
	ring->fd = syscall(SYS_io_uring_setup, 1, &ring->params);
	if (ring->fd < 0)
		return false;
	ring->queues = mmap(NULL, getpagesize(), PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd,
			    IORING_OFF_SQ_RING);
	ring->request = mmap(NULL, getpagesize(), PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd,
			     IORING_OFF_SQES);
	if (ring->queues != MAP_FAILED && ring->request != MAP_FAILED)
		return true;
	close(ring->fd);
	return false;
}

static unsigned int *ring_word(const struct ring *ring, __u32 offset)
{
	return (unsigned int *)(ring->queues + offset);
}

/* Returns what write() would, or -errno. */
static int ring_write(struct ring *ring, int fd, const char *text)
{
	const struct io_uring_cqe *answers;
	unsigned int *tail = ring_word(ring, ring->params.sq_off.tail);

	*ring->request = (struct io_uring_sqe){
		.opcode	= IORING_OP_WRITE,
		.fd	= fd,
		.addr	= (uintptr_t)text,
		.len	= strlen(text),
	};
	*ring_word(ring, ring->params.sq_off.array) = 0;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1)
		return -errno;
	/* it was waited for, and is the first and only one */
	answers = (void *)(ring->queues + ring->params.cq_off.cqes);
	return answers->res;
}

FIXTURE(waits) {
};

FIXTURE_SETUP(waits)
{
	if (why_not)
		SKIP(return, "%s", why_not);
	put_back_ends_this_case();
}

/* Also what a case left that ended early. */
FIXTURE_TEARDOWN(waits)
{
	if (why_not)
		return;
	calm();
	text_put(LAB_NR, "0");
	put_settings_back();
	remove_and_wait("a");
	remove_and_wait("b");
	remove_and_wait("kept");
	rmdir(PRESSURES "/a");
	unmount_freezer();
}

/* Not what anything should take, but what a slow machine under load may. */
#define SECONDS		900

TEST_F_TIMEOUT(waits, signals_do_not_end_a_start, SECONDS)
{
	char number[24];
	int round;

	snprintf(number, sizeof(number), "%zu", many_objects());
	ASSERT_EQ(0, arena_make("a"));
	ASSERT_EQ(0, arena_put("a", "allocator", "chunk"));
	ASSERT_EQ(0, arena_put("a", "nr_structs", number));
	ASSERT_EQ(0, text_put(PARAMETERS "/allocator", "chunk"));
	storm_of_signals();
	for (round = 0; round < 3; round++) {
		EXPECT_EQ(0, arena_put("a", "live", "1"));
		EXPECT_EQ(0, arena_put("a", "verify", "1"));
		EXPECT_EQ(0, arena_put("a", "live", "0"));
		EXPECT_EQ(0, text_put(LAB_NR, number));
		EXPECT_EQ(0, text_put(LAB_NR, "0"));
	}
	calm();
	EXPECT_EQ(0, text_put(PARAMETERS "/allocator", allocator));
	remove_and_wait("a");
}

/* Signals come while one waits for its turn, too: the write is made again, by the kernel. */
TEST_F_TIMEOUT(waits, signals_do_not_end_a_wait, SECONDS)
{
	pid_t first;
	int err;

	first = start_large("a");
	ASSERT_LT(0, first);
	storm_of_signals();
	err = arena_put("a", "verify", "1");
	calm();
	EXPECT_EQ(0, err);
	EXPECT_EQ(0, join(first));
	remove_and_wait("a");
}

/* A thread of the kernel that writes for somebody makes no call again: it waits to the end. */
TEST_F_TIMEOUT(waits, a_write_by_io_uring_is_answered, SECONDS)
{
	struct ring ring = {};
	int fd;

	if (!ring_open(&ring))
		SKIP(return, "no io_uring for this user");
	ASSERT_EQ(0, arena_make("a"));
	ASSERT_EQ(0, arena_put("a", "allocator", "highmem"));
	ASSERT_EQ(0, arena_put_number("a", "nr_structs", many_objects()));
	fd = open(ARENAS "/a/live", O_WRONLY);
	ASSERT_LE(0, fd);
	EXPECT_EQ(1, ring_write(&ring, fd, "1"));
	EXPECT_TRUE(state_is("a", "live"));
	close(fd);
	close(ring.fd);
	remove_and_wait("a");
}

/* So does one that takes memory away from others. */
TEST_F_TIMEOUT(waits, memory_is_taken_by_io_uring, SECONDS)
{
	struct ring ring = {};
	int fd;

	if (access(PRESSURES, F_OK))
		SKIP(return, "this driver has no pressures");
	if (!ring_open(&ring))
		SKIP(return, "no io_uring for this user");
	ASSERT_EQ(0, mkdir(PRESSURES "/a", 0755));
	EXPECT_EQ(0, text_put(PRESSURES "/a/order", "1"));
	fd = open(PRESSURES "/a/live", O_WRONLY);
	EXPECT_LE(0, fd);
	EXPECT_EQ(1, ring_write(&ring, fd, "1"));
	close(fd);
	close(ring.fd);
	EXPECT_LT(0, number_get(PRESSURES "/a/pages_held"));
	EXPECT_EQ(0, rmdir(PRESSURES "/a"));
}

/* Who is quicker than a fill, on a machine with others to serve, is so in one of these. */
#define TRIES		20

TEST_F_TIMEOUT(waits, a_killed_writer_leaves_nothing, SECONDS)
{
	int status = 0, tries;
	pid_t writer;

	for (tries = 0; tries < TRIES; tries++) {
		writer = start_large("a");
		ASSERT_LT(0, writer);
		status = kill_and_join(writer, SIGKILL);
		while (state_is("a", "starting"))
			nap();
		/* a fill that is done by then counts */
		if (!state_is("a", "live"))
			break;
		remove_and_wait("a");
	}
	ASSERT_GT(TRIES, tries) TH_LOG("each fill was quicker than the signal");
	EXPECT_EQ(1000 + SIGKILL, status);
	EXPECT_TRUE(is_gone("kmst/a"));
	EXPECT_TRUE(state_is("a", "idle"));
	EXPECT_EQ(-EINTR, arena_get("a", "error"));
	/* nothing is in the way of another start */
	EXPECT_EQ(0, arena_put("a", "nr_structs", "1000"));
	EXPECT_EQ(0, arena_put("a", "live", "1"));
	remove_and_wait("a");
}

/* Killed while it waits for a stop: that goes on, and who comes next finds its end. */
TEST_F_TIMEOUT(waits, a_killed_stop_goes_on, SECONDS)
{
	bool stops = false;
	pid_t writer, thread;
	int tries, status;

	for (tries = 0; tries < TRIES && !stops; tries++) {
		ASSERT_EQ(0, join(start_large("a")));
		thread = thread_of("kmst/a");
		while (state_of(thread) != 'S')
			nap();
		writer = write_in_background(ARENAS "/a/live", "0");
		ASSERT_LT(0, writer);
		/* until the stop has begun, the thread sleeps */
		while (state_of(thread) == 'S' && !has_ended(writer))
			;
		status = kill_and_join(writer, SIGKILL);
		/* gone, while the thread of the arena verifies */
		stops = status == 1000 + SIGKILL && thread_of("kmst/a") == thread;
		EXPECT_TRUE(is_gone("kmst/a"));
		EXPECT_EQ(0, arena_put("a", "nr_structs", "1000"));
		EXPECT_EQ(0, arena_put("a", "live", "1"));
		EXPECT_EQ(0, arena_put("a", "verify", "1"));
		EXPECT_EQ(0, arena_put("a", "live", "0"));
		remove_and_wait("a");
	}
	EXPECT_TRUE(stops) TH_LOG("each stop was over when its writer was gone");
}

/* Long enough to be in the middle of: ten times what a writer waits at once. */
#define LONG_NS		1000000000LL

/* Does a start by start_many() last? Where it does not, nobody comes in between. */
static bool starts_last(void)
{
	bool lasts;

	if (join(start_many("a")))
		return false;
	lasts = arena_get("a", "alloc_ns") + arena_get("a", "fill_ns") >= LONG_NS;
	remove_and_wait("a");
	return lasts;
}

/* Stopped in between two of its calls, and killed then: it does not come back for its fill. */
static bool stop_and_kill(pid_t writer)
{
	bool stopped;

	kill(writer, SIGSTOP);
	while (state_of(writer) != 'T' && !has_ended(writer))
		nap();
	stopped = state_of(writer) == 'T' && state_is("a", "starting");
	if (kill_and_join(writer, SIGKILL) != 1000 + SIGKILL)
		return false;
	while (state_is("a", "starting"))
		nap();
	return stopped && state_is("a", "idle");
}

TEST_F_TIMEOUT(waits, a_stopped_writer_that_is_killed_leaves_nothing, SECONDS)
{
	bool given_up = false;
	int tries;

	for (tries = 0; tries < TRIES && !given_up; tries++) {
		pid_t writer = start_many("a");

		ASSERT_LT(0, writer);
		given_up = stop_and_kill(writer);
		if (!given_up)
			remove_and_wait("a");
	}
	if (!given_up && !starts_last())
		SKIP(return, "fills are too quick here for anybody to be stopped meanwhile");
	ASSERT_TRUE(given_up);
	EXPECT_TRUE(is_gone("kmst/a"));
	EXPECT_EQ(-EINTR, arena_get("a", "error"));
	EXPECT_EQ(0, arena_put("a", "nr_structs", "1000"));
	EXPECT_EQ(0, arena_put("a", "live", "1"));
	remove_and_wait("a");
}

/* Stopped, it gets its answer later, and what it wrote was done once, whoever came meanwhile. */
TEST_F_TIMEOUT(waits, a_stopped_writer_gets_its_answer, SECONDS)
{
	bool stopped = false;
	pid_t writer = 0;
	int tries;

	for (tries = 0; tries < TRIES && !stopped; tries++) {
		writer = start_many("a");
		ASSERT_LT(0, writer);
		kill(writer, SIGSTOP);
		while (state_of(writer) != 'T' && !has_ended(writer))
			nap();
		/* in the middle of it, and not behind it */
		stopped = state_of(writer) == 'T' && state_is("a", "starting");
		if (!stopped) {
			kill(writer, SIGCONT);
			EXPECT_EQ(0, join(writer));
			remove_and_wait("a");
		}
	}
	if (!stopped && !starts_last())
		SKIP(return, "fills are too quick here for anybody to be stopped meanwhile");
	ASSERT_TRUE(stopped);
	while (state_is("a", "starting"))
		nap();
	EXPECT_EQ(0, arena_put("a", "verify", "1"));
	EXPECT_EQ(-EBUSY, arena_put("a", "live", "1"));
	usleep(500000);
	EXPECT_EQ(0, arena_put("a", "verify", "1"));
	kill(writer, SIGCONT);
	EXPECT_EQ(0, join(writer));
	EXPECT_EQ(1, arena_get("a", "run"));
	remove_and_wait("a");
}

/* The write to verify of somebody else, while it lasts. */
static pid_t verify_large(const char *arena)
{
	char path[256];
	pid_t pid;

	if (join(start_large(arena)))
		return -1;
	snprintf(path, sizeof(path), ARENAS "/%s/verify", arena);
	pid = write_in_background(path, "1");
	while (pid > 0 && !sleeps_on(pid) && !has_ended(pid))
		;
	return pid;
}

TEST_F_TIMEOUT(waits, a_killed_verification_leaves_the_arena, SECONDS)
{
	bool given_up = false;
	int tries;

	for (tries = 0; tries < TRIES && !given_up; tries++) {
		pid_t writer = verify_large("a");

		ASSERT_LT(0, writer);
		EXPECT_EQ(0, arena_get("a", "error"));
		given_up = kill_and_join(writer, SIGKILL) == 1000 + SIGKILL;
		/* what is refused behind it comes when it is over */
		EXPECT_EQ(-EBUSY, arena_put("a", "live", "1"));
		given_up &= arena_get("a", "error") == -EINTR;
		EXPECT_TRUE(state_is("a", "live"));
		/* what was interrupted is over: this one is not */
		EXPECT_EQ(0, arena_put("a", "verify", "1"));
		EXPECT_EQ(0, arena_get("a", "error"));
		remove_and_wait("a");
	}
	EXPECT_TRUE(given_up) TH_LOG("each verification was quicker than the signal");
}

/* Does a reader come back while the fill still runs? It has not waited for it then. */
static bool read_during_a_fill(const char *number)
{
	pid_t writer = write_in_background(LAB_NR, number);
	bool during;

	while (!lab_is_starting() && !has_ended(writer))
		nap();
	during = number_get(LAB_NR) >= 0 && number_get(PARAMETERS "/max_percent") == max_percent &&
		 text_is(PARAMETERS "/allocator", "chunk") &&
		 !text_put(PARAMETERS "/verbose", "0") && lab_is_starting();
	return !join(writer) && !text_put(LAB_NR, "0") && during;
}

TEST_F_TIMEOUT(waits, parameters_are_read_during_a_fill, SECONDS)
{
	bool during = false;
	char number[24];
	int tries;

	snprintf(number, sizeof(number), "%zu", many_objects());
	ASSERT_EQ(0, text_put(PARAMETERS "/allocator", "chunk"));
	for (tries = 0; tries < TRIES && !during; tries++)
		during = read_during_a_fill(number);
	EXPECT_EQ(0, text_put(PARAMETERS "/allocator", allocator));
	EXPECT_TRUE(during) TH_LOG("each fill was over when the parameters had been read");
}

TEST_F_TIMEOUT(waits, a_removal_is_not_waited_for, SECONDS)
{
	bool verifies = false;
	int tries;

	for (tries = 0; tries < TRIES && !verifies; tries++) {
		ASSERT_EQ(0, join(start_large("a")));
		ASSERT_EQ(0, arena_remove("a"));
		/* gone, while its thread verifies */
		verifies = thread_of("kmst/a");
		EXPECT_NE(0, access(DEVICES "/a", F_OK));
		if (!verifies)
			is_gone("kmst/a");
	}
	EXPECT_TRUE(verifies) TH_LOG("each verification was over when rmdir returned");
	/* another one of that name is made meanwhile */
	EXPECT_EQ(0, arena_make("a"));
	EXPECT_EQ(0, arena_put("a", "live", "1"));
	EXPECT_EQ(0, arena_put("a", "verify", "1"));
	EXPECT_EQ(0, access(DEVICES "/a", F_OK));
	remove_and_wait("a");
}

#define TOO_MUCH_MEMORY	"a percent of so much memory has room for two of them"

/* Let @all_kb of memory have room for one and a half of the arenas, if a percent can say that. */
static bool room_for_one(unsigned long long all_kb)
{
	unsigned long long kb = many_objects() * OBJECT_BYTES / 1024;
	unsigned long long percent = kb * 150 / all_kb + 1;
	char text[24];

	snprintf(text, sizeof(text), "%llu", percent);
	return all_kb * percent / 100 < 2 * kb && !text_put(PARAMETERS "/max_percent", text);
}

/* What a removed arena holds counts until it is free: the share is taken for the next one. */
TEST_F_TIMEOUT(waits, a_removed_arena_counts_until_it_is_free, SECONDS)
{
	bool verifies = false;
	int tries, err;

	if (!room_for_one(kb_of("LowTotal") ?: kb_of("MemTotal")))
		SKIP(return, TOO_MUCH_MEMORY);
	ASSERT_EQ(0, arena_make("b"));
	ASSERT_EQ(0, arena_put("b", "allocator", "chunk"));
	ASSERT_EQ(0, arena_put_number("b", "nr_structs", many_objects()));
	for (tries = 0; tries < TRIES && !verifies; tries++) {
		ASSERT_EQ(0, join(start_large("a")));
		ASSERT_EQ(0, arena_remove("a"));
		err = arena_put("b", "live", "1");
		verifies = thread_of("kmst/a");
		/* that may have been over since */
		EXPECT_TRUE(err == -E2BIG || (!verifies && !err));
		EXPECT_EQ(0, arena_stop("b"));
		is_gone("kmst/a");
	}
	EXPECT_TRUE(verifies) TH_LOG("each verification was over when the next arena started");
	EXPECT_EQ(0, arena_put("b", "live", "1"));
	remove_and_wait("b");
}

/* Who fills it is told that it is gone; rmdir has not waited for that. */
TEST_F_TIMEOUT(waits, a_removal_ends_a_start, SECONDS)
{
	int tries, status = 0;

	for (tries = 0; tries < TRIES && !status; tries++) {
		pid_t writer = start_many("a");

		ASSERT_LT(0, writer);
		EXPECT_EQ(0, arena_remove("a"));
		status = join(writer);
		EXPECT_TRUE(is_gone("kmst/a"));
	}
	if (!status && !starts_last())
		SKIP(return, "fills are too quick here for an rmdir meanwhile");
	EXPECT_EQ(ENOENT, status);
	EXPECT_EQ(0, arena_make("a"));
	EXPECT_EQ(0, arena_put("a", "live", "1"));
	remove_and_wait("a");
}

/* That verification owes nobody an answer; the last one owes it the log. */
TEST_F_TIMEOUT(waits, a_removal_ends_a_verification, SECONDS)
{
	long long longest = 0;
	int tries, status = 0;

	for (tries = 0; tries < TRIES && !status; tries++) {
		pid_t writer = verify_large("a");

		ASSERT_LT(0, writer);
		EXPECT_EQ(0, arena_remove("a"));
		status = join(writer);
		EXPECT_TRUE(is_gone("kmst/a"));
	}
	if (!status && !join(verify_large("a")))
		longest = arena_get("a", "verify_ns");
	if (!status && longest < LONG_NS)
		SKIP(return, "verifications are too quick here for an rmdir meanwhile");
	EXPECT_EQ(ENOENT, status);
}

TEST_F_TIMEOUT(waits, settings_do_not_wait_for_a_fill, SECONDS)
{
	bool during = false;
	int tries;

	for (tries = 0; tries < TRIES && !during; tries++) {
		pid_t writer = start_large("a");
		long long seed, refused;

		ASSERT_LT(0, writer);
		seed = arena_get("a", "seed");
		refused = arena_put("a", "seed", "1");
		during = state_is("a", "starting");
		EXPECT_EQ(0, seed);
		EXPECT_EQ(-EBUSY, refused);
		EXPECT_EQ(0, join(writer));
		EXPECT_EQ(0, arena_get("a", "seed"));
		remove_and_wait("a");
	}
	EXPECT_TRUE(during) TH_LOG("each fill was over when the settings had been asked");
}

/* Why all programs cannot be frozen here, or NULL; from then on a suspend does that alone. */
static const char *prepare_suspend(void)
{
	if (!is_emulated())
		return "freezes all programs: set KMEM_STUDIO_EMULATED=1 where that is fine";
	if (text_put(PM_TEST, "freezer"))
		return "no /sys/power/pm_test in this kernel, see the config file";
	return NULL;
}

/* All programs are frozen for five seconds, one that waits for a fill, too. */
static int suspend(void)
{
	int err = text_put("/sys/power/state", "freeze");

	text_put(PM_TEST, pm_test);
	return err;
}

TEST_F_TIMEOUT(waits, a_suspend_does_not_end_a_start, SECONDS)
{
	const char *reason = prepare_suspend();
	pid_t writer;

	if (reason)
		SKIP(return, "%s", reason);
	writer = start_large("a");
	ASSERT_LT(0, writer);
	EXPECT_EQ(0, suspend());
	EXPECT_EQ(0, join(writer));
	EXPECT_EQ(0, arena_put("a", "verify", "1"));
	remove_and_wait("a");
}

/* Who writes to a parameter waits for the thread itself. */
TEST_F_TIMEOUT(waits, a_suspend_does_not_end_the_lab, SECONDS)
{
	const char *reason = prepare_suspend();
	long long nr = many_objects();
	char number[24];
	pid_t writer;

	if (reason)
		SKIP(return, "%s", reason);
	snprintf(number, sizeof(number), "%lld", nr);
	ASSERT_EQ(0, text_put(PARAMETERS "/allocator", "chunk"));
	writer = write_in_background(LAB_NR, number);
	while (writer > 0 && !lab_is_starting() && !has_ended(writer))
		nap();
	EXPECT_EQ(0, suspend());
	EXPECT_EQ(0, join(writer));
	EXPECT_EQ(nr, number_get(LAB_NR));
	EXPECT_EQ(0, text_put(LAB_NR, "0"));
}

/* --- a program that is frozen --- */

/* How much is allocated is known when all of it is. */
static bool allocates(const char *arena)
{
	return state_is(arena, "starting") && !arena_get(arena, "bytes_allocated");
}

struct wait_for_others {
	int	first;		/* what the two writes gave */
	int	second;
	bool	frozen;		/* the second was, while it waited for the first */
	bool	lasted;		/* the wait was long enough for that */
};

/* Two starts that do not fit beside each other: one waits for what becomes of the other. */
static void freeze_in_a_wait(struct wait_for_others *wait)
{
	pid_t holder = start_many("a"), waiter;

	wait->first = -1;
	wait->second = -1;
	if (holder < 0)
		return;
	waiter = ask_for_many("b");
	if (waiter < 0 || freeze(waiter))
		wait->lasted = true;
	while (waiter > 0 && !wait->frozen && allocates("a")) {
		nap();
		wait->frozen = text_is(group_path("/freezer.state"), "FROZEN") &&
			       allocates("a");
	}
	thaw();
	wait->first = join(holder);
	if (waiter > 0)
		wait->second = join(waiter);
	wait->lasted |= arena_get("a", "alloc_ns") >= LONG_NS;
	remove_and_wait("a");
	remove_and_wait("b");
}

/* The freezer's signal ends the wait, and not the start, which gets its answer later. */
TEST_F_TIMEOUT(waits, a_wait_for_others_is_frozen, SECONDS)
{
	struct wait_for_others wait = {};
	const char *missing;
	int tries;

	missing = mount_freezer();
	if (missing)
		SKIP(return, "%s", missing);
	if (!room_for_one(kb_of("MemTotal")))
		SKIP(return, TOO_MUCH_MEMORY);
	for (tries = 0; tries < TRIES && !wait.frozen; tries++) {
		freeze_in_a_wait(&wait);
		/* one that has begun may not have reserved its memory yet: the other was first */
		if (wait.first == E2BIG) {
			EXPECT_EQ(0, wait.second);
			wait.frozen = false;
			continue;
		}
		EXPECT_EQ(0, wait.first);
		EXPECT_EQ(E2BIG, wait.second);
	}
	if (!wait.frozen && !wait.lasted)
		SKIP(return, "memory is got too quickly here for anybody to wait for it");
	EXPECT_TRUE(wait.frozen);
}

/* --- memory that runs out --- */

static bool arena_is_lost(void)
{
	return state_is("a", "lost");
}

static bool lab_is_lost(void)
{
	return lab_state_is("lost");
}

/* Take memory, a megabyte at a time, until that has given way. */
static int take_memory(bool (*is_lost)(void))
{
	const size_t step = 1 << 20;
	size_t taken = 0, all = kb_of("MemTotal") * 1024;
	FILE *file = fopen("/proc/self/oom_score_adj", "w");

	/* whoever is killed here, it is this one */
	if (file) {
		fputs("1000", file);
		fclose(file);
	}
	for (; taken < all; taken += step) {
		char *memory = mmap(NULL, step, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		if (memory == MAP_FAILED)
			return 2;
		memset(memory, 1, step);
		if (is_lost())
			return 0;
	}
	return 3;
}

/* The end of the kernel's log, to be read from there. */
static int log_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);

	if (fd >= 0)
		lseek(fd, 0, SEEK_END);
	return fd;
}

/* Does a line say that? A read gives one, or EPIPE for lines that are gone. */
static bool log_says(int fd, const char *text)
{
	char line[1024];
	bool says = false;
	ssize_t n;

	while ((n = read(fd, line, sizeof(line) - 1)) > 0 || (n < 0 && errno == EPIPE)) {
		line[n > 0 ? n : 0] = 0;
		says |= !!strstr(line, text);
	}
	close(fd);
	return says;
}

/* Does it give way to a program that takes all memory, and say so? */
static bool gives_way(bool (*is_lost)(void), const char *thread, const char *line)
{
	int log_fd = log_open(), failed;
	pid_t hog = fork();

	if (!hog)
		_exit(take_memory(is_lost));
	failed = join(hog);
	/* it says so, and its device goes, behind that it is lost */
	return is_gone(thread) && log_says(log_fd, line) && !failed;
}

TEST_F_TIMEOUT(waits, an_arena_gives_way_to_programs, SECONDS)
{
	if (!is_emulated())
		SKIP(return, "takes all memory: set KMEM_STUDIO_EMULATED=1 where that is fine");
	ASSERT_EQ(0, arena_make("kept"));
	ASSERT_EQ(0, arena_put("kept", "give_way", "0"));
	ASSERT_EQ(0, arena_put("kept", "live", "1"));
	ASSERT_EQ(0, join(start_large("a")));
	EXPECT_TRUE(gives_way(arena_is_lost, "kmst/a",
			      "kmem_studio: arenas/a: the arena is lost"));
	EXPECT_TRUE(state_is("a", "lost"));
	EXPECT_EQ(0, arena_get("a", "live"));
	EXPECT_EQ(-ENOMEM, arena_put("a", "verify", "1"));
	EXPECT_EQ(-ENOMEM, arena_get("a", "error"));
	EXPECT_NE(0, access(DEVICES "/a", F_OK));
	EXPECT_EQ(0, arena_put("kept", "verify", "1"));
	/* it was lost, and is no obstacle */
	EXPECT_EQ(0, arena_put("a", "nr_structs", "1000"));
	EXPECT_EQ(0, arena_put("a", "live", "1"));
	EXPECT_EQ(0, arena_put("a", "verify", "1"));
	remove_and_wait("a");
	remove_and_wait("kept");
}

/* The lab has no setting for it. */
TEST_F_TIMEOUT(waits, the_lab_gives_way_to_programs, SECONDS)
{
	char number[24];

	if (!is_emulated())
		SKIP(return, "takes all memory: set KMEM_STUDIO_EMULATED=1 where that is fine");
	snprintf(number, sizeof(number), "%zu", many_objects());
	ASSERT_EQ(0, text_put(PARAMETERS "/allocator", "chunk"));
	ASSERT_EQ(0, text_put(LAB_NR, number));
	EXPECT_TRUE(gives_way(lab_is_lost, "k_memory", "kmem_studio: the arena is lost"));
	EXPECT_EQ(0, number_get(LAB_NR));
	EXPECT_NE(0, access(DEVICES "/lab", F_OK));
	/* another one starts, and is verified by the stop */
	EXPECT_EQ(0, text_put(LAB_NR, "1000"));
	EXPECT_EQ(1000, number_get(LAB_NR));
	EXPECT_EQ(0, text_put(LAB_NR, "0"));
}

TEST_HARNESS_MAIN
