// SPDX-License-Identifier: GPL-2.0
/*
 * Each allocation that the kernel makes in a call of a user of kmem_studio fails in turn:
 * in a mkdir, a start, an open, a read, a mapping, a bench, and in the load of the module. What
 * fails has to say so and to leave nothing; the next call has to work.
 *
 * What fails are allocations of the caller itself, who starts the arena of the module's
 * parameters. Those of whoever does the work of an arena or a bench in configfs fail in the
 * KUnit tests, and bench.sh follows the blocks of benches, whose pages are not
 * followed here.
 *
 * Needs root, and a kernel with CONFIG_FAULT_INJECTION, CONFIG_FAILSLAB,
 * CONFIG_FAIL_PAGE_ALLOC and CONFIG_FAULT_INJECTION_DEBUG_FS. What is lost without a trace
 * is for kmemleak to find.
 *
 * LOAD_STRIDE=N in the environment: of the allocations of a load, most of which are the
 * kernel's own, each Nth fails.
 */
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "../kselftest.h"
#include "arenas.h"
#include "page_trace.h"
#include "put_back.h"

#define ARENA		"faults"
#define NR_STRUCTS	10000
#define STUDIO		"/sys/kernel/config/kmem_studio"
#define BENCH		STUDIO "/benches/" ARENA
#define PRESSURE	STUDIO "/pressures/" ARENA
#define DEBUGFS		"/sys/kernel/debug"
#define TABLES		DEBUGFS "/kmem_studio/arenas"
#define LAB_NR		PARAMETERS "/nr_structs"
#define LAB_ALLOCATOR	PARAMETERS "/allocator"
#define NTH		"/proc/thread-self/fail-nth"

/* More allocations than any of these calls makes. */
#define MOST		20000

/* How long something may take that happens by itself: two minutes, in naps of 10 ms. */
#define MANY_NAPS	12000

static int nth_fd;
static int log_fd;
static int module_fd = -1;
static char buffer[0x20000];

/* --- faults --- */

/* All kinds of requests may fail, and no stack is printed each time. */
static const char * const settings[][2] = {
	{ DEBUGFS "/failslab/ignore-gfp-wait", "N" },
	{ DEBUGFS "/failslab/verbose", "0" },
	{ DEBUGFS "/fail_page_alloc/ignore-gfp-wait", "N" },
	{ DEBUGFS "/fail_page_alloc/min-order", "0" },
	{ DEBUGFS "/fail_page_alloc/verbose", "0" },
};

/* As they were before. */
static char settings_before[ARRAY_SIZE(settings)][32];

static int get_setting(unsigned int i)
{
	int fd = open(settings[i][0], O_RDONLY);
	ssize_t got;

	if (fd < 0)
		return -errno;
	got = read(fd, settings_before[i], sizeof(settings_before[i]) - 1);
	close(fd);
	return got > 0 ? 0 : -EIO;
}

static int get_settings(void)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(settings) && !err; i++)
		err = get_setting(i);
	return err;
}

static int prepare_faults(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		err = text_put(settings[i][0], settings[i][1]);
		if (err)
			return err;
	}
	nth_fd = open(NTH, O_RDWR);
	return nth_fd < 0 ? -errno : 0;
}

/* Of those that are known. */
static void put_settings_back(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		if (*settings_before[i])
			text_put(settings[i][0], settings_before[i]);
	}
}

/* The @nth allocation of this task from now on fails; 0 for none. */
static void set_nth(unsigned int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(nth_fd, text, len, 0) != len)
		ksft_exit_fail_msg("cannot write to " NTH "\n");
}

/* Has it failed by now? */
static bool nth_has_failed(void)
{
	char text[16] = "";

	if (pread(nth_fd, text, sizeof(text) - 1, 0) <= 0)
		ksft_exit_fail_msg("cannot read " NTH "\n");
	return !atoi(text);
}

/* A span of vmalloc() is not in a row in memory. */
static bool spans_in_a_row = true;

/* Then nobody can say which pages are kept. */
static bool events_lost;

/* Of the pages that the driver got since the trace began anew, and of areas of vmalloc(). */
static bool nothing_is_kept(void)
{
	long pages = page_trace_count_kept_pages(spans_in_a_row);
	long areas = count_vmalloc_areas();
	int naps;

	for (naps = 0; (pages > 0 || areas) && naps < MANY_NAPS; naps++) {
		poll(NULL, 0, 10);
		pages = page_trace_count_kept_pages(spans_in_a_row);
		areas = count_vmalloc_areas();
	}
	events_lost = pages < 0 && !areas;
	if (pages > 0 || areas)
		ksft_print_msg("kept: %ld pages, %ld areas of vmalloc()\n", pages, areas);
	return !pages && !areas;
}

/* Returns 0 or a negative errno. */
typedef int (*call_fn)(const char *argument);

/*
 * Make the first allocation of a call fail, then the one @stride behind it, until there is
 * none left to fail. What succeeds is undone. Some failures are none of the caller's business,
 * and the call succeeds; one at least has to fail.
 */
static bool fail_each(call_fn call, call_fn undo, const char *argument,
		      unsigned int stride)
{
	unsigned int nth, tried = 0, failures = 0;
	bool reached = true;
	int err;

	for (nth = 1; reached && nth < MOST; nth += stride) {
		page_trace_restart();
		set_nth(nth);
		err = call(argument);
		reached = nth_has_failed();
		set_nth(0);
		if (err && !reached) {
			ksft_print_msg("fails without a fault: %s\n", strerror(-err));
			return false;
		}
		tried += reached;
		failures += !!err;
		if (!err && undo && undo(argument)) {
			ksft_print_msg("cannot be undone after fault %u\n", nth);
			return false;
		}
		if (!nothing_is_kept())
			return false;
	}
	ksft_print_msg("%s: %u of %u faults were seen\n", argument, failures, tried);
	return !reached && failures;
}

/* --- calls --- */

static int make(const char *arena)
{
	return arena_make(arena);
}

static int start(const char *arena)
{
	return arena_put(arena, "live", "1");
}

static int stop(const char *arena)
{
	return arena_stop(arena);
}

static int start_lab(const char *number)
{
	return text_put(LAB_NR, number);
}

static int stop_lab(const char *unused)
{
	return text_put(LAB_NR, "0");
}

static int read_all(const char *path)
{
	int fd = open(path, O_RDONLY);
	ssize_t got;

	if (fd < 0)
		return -errno;
	while ((got = read(fd, buffer, sizeof(buffer))) > 0)
		;
	got = got < 0 ? -errno : 0;
	close(fd);
	return got;
}

/* A fault that finds no memory ends in a signal: ask for the pages in a call. */
static int map_all(const char *path)
{
	size_t bytes = NR_STRUCTS * OBJECT_BYTES;
	int err = 0, fd = open(path, O_RDONLY);
	void *map;

	if (fd < 0)
		return -errno;
	map = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		err = -errno;
	else if (madvise(map, bytes, MADV_POPULATE_READ))
		err = -errno;
	if (map != MAP_FAILED)
		munmap(map, bytes);
	close(fd);
	return err;
}

static int load(const char *parameters)
{
	lseek(module_fd, 0, SEEK_SET);
	return syscall(SYS_finit_module, module_fd, parameters, 0) ? -errno : 0;
}

/* Somebody may have a file of it open just now. */
static int unload(const char *unused)
{
	int naps, err = -EAGAIN;

	for (naps = 0; err && naps < MANY_NAPS; naps++) {
		err = syscall(SYS_delete_module, "kmem_studio", O_NONBLOCK) ? -errno : 0;
		if (err)
			poll(NULL, 0, 10);
	}
	return err;
}

/* --- tests --- */

static bool mkdir_fails(void)
{
	return fail_each(make, arena_remove, ARENA, 1) && access(ARENAS "/" ARENA, F_OK);
}

static bool lab_starts_fail(const char *allocator)
{
	if (text_put(LAB_ALLOCATOR, allocator))
		return false;
	spans_in_a_row = strcmp(allocator, "vmalloc");
	return fail_each(start_lab, stop_lab, "10000", 1) && !number_get(LAB_NR) &&
	       !start_lab("10000") && number_get(LAB_NR) == 10000 && !stop_lab(NULL);
}

static bool starts_fail(void)
{
	bool right;

	if (arena_make(ARENA) || arena_put(ARENA, "allocator", "chunk") ||
	    arena_put_number(ARENA, "nr_structs", NR_STRUCTS))
		return false;
	spans_in_a_row = true;
	right = fail_each(start, stop, ARENA, 1) && !arena_get(ARENA, "live") &&
		!start(ARENA) && !arena_put(ARENA, "verify", "1") && !stop(ARENA);
	return !arena_remove(ARENA) && right;
}

static bool files_fail(call_fn call, const char *path)
{
	bool right;

	if (arena_make(ARENA) || arena_start(ARENA, "chunk", NR_STRUCTS))
		return false;
	right = fail_each(call, NULL, path, 1) && !arena_put(ARENA, "verify", "1") &&
		!stop(ARENA) && !arena_get(ARENA, "pages_held");
	return !arena_remove(ARENA) && right;
}

static int make_folder(const char *path)
{
	return mkdir(path, 0755) ? -errno : 0;
}

static int remove_folder(const char *path)
{
	return rmdir(path) ? -errno : 0;
}

static int write_one(const char *path)
{
	return text_put(path, "1");
}

static int write_zero(const char *path)
{
	return text_put(path, "0");
}

static bool folders_fail(const char *path)
{
	return fail_each(make_folder, remove_folder, path, 1) && access(path, F_OK);
}

static bool benches_fail(void)
{
	bool right;

	rmdir(BENCH);
	if (make_folder(BENCH))
		return false;
	right = fail_each(write_one, NULL, BENCH "/run", 1) && !write_one(BENCH "/run") &&
		fail_each(read_all, NULL, DEBUGFS "/kmem_studio/benches/" ARENA "/histogram", 1);
	return !remove_folder(BENCH) && right;
}

/* A block that cannot be had is the end of the run, and no error. 1 % are a few large ones. */
static bool pressures_fail(void)
{
	bool right;

	rmdir(PRESSURE);
	if (make_folder(PRESSURE))
		return false;
	right = !text_put(PRESSURE "/kind", "fill") &&
		!text_put(PRESSURE "/max_percent", "1") &&
		fail_each(write_one, write_zero, PRESSURE "/live", 1) &&
		!write_one(PRESSURE "/live") && !write_zero(PRESSURE "/live") &&
		!number_get(PRESSURE "/pages_held");
	return !remove_folder(PRESSURE) && right;
}

/* Open whatever the module shows, for a moment each, until killed. */
static void open_everything(void)
{
	static const char * const paths[] = {
		DEVICES "/lab", TABLES "/lab/pages", TABLES "/lab/summary",
		DEBUGFS "/kmem_studio/translate", LAB_NR,
	};
	unsigned int i;
	int fd;

	for (i = 0;; i = (i + 1) % ARRAY_SIZE(paths)) {
		fd = open(paths[i], O_RDONLY);
		if (fd < 0)
			continue;
		poll(NULL, 0, 1);
		if (read(fd, buffer, 100) < 0 && errno == EFAULT)
			_exit(1);
		close(fd);
	}
}

static pid_t opener(void)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	/* not longer than this program, however that ends */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	open_everything();
	return 0;
}

/* It was still at it, and not ended by what it read. */
static bool end_opener(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
	       WTERMSIG(status) == SIGKILL;
}

/* A load that fails leaves no module, and an open file of it nothing to trip over. */
static bool loads_fail(void)
{
	const char *stride = getenv("LOAD_STRIDE");
	pid_t pid;
	bool right;

	if (unload(NULL))
		return false;
	pid = opener();
	if (pid < 0)
		return false;
	right = fail_each(load, unload, "nr_structs=10000 allocator=chunk",
			  stride && atoi(stride) > 0 ? atoi(stride) : 1);
	return end_opener(pid) && right && !driver_is_loaded() && !load("nr_structs=0");
}

/* What finds leaks has to see one: of a page that a file holds. */
static bool kept_page_is_seen(void)
{
	bool seen;
	int fd;

	page_trace_restart();
	if (arena_make(ARENA) || arena_start(ARENA, "chunk", 1))
		return false;
	fd = arena_open(ARENA, O_RDONLY);
	seen = fd >= 0 && !stop(ARENA) && page_trace_count_kept_pages(true) == 1;
	close(fd);
	return nothing_is_kept() && !arena_remove(ARENA) && seen;
}

/* --- the whole --- */

static char allocator_before[32];
static bool loaded, taken;

static void remember_allocator(void)
{
	FILE *file = fopen(LAB_ALLOCATOR, "r");

	if (file && fscanf(file, "%31s", allocator_before) != 1)
		*allocator_before = 0;
	if (file)
		fclose(file);
}

/* Also what a case has made that a signal ended. */
static void give_back(void)
{
	put_settings_back();
	if (taken) {
		stop_lab(NULL);
		arena_remove(ARENA);
		rmdir(BENCH);
		rmdir(PRESSURE);
		if (*allocator_before)
			text_put(LAB_ALLOCATOR, allocator_before);
	}
	page_trace_close();
	driver_give_back(loaded);
}

/*
 * What in the kernel's log is a bug. The code that registers a module's trace events warns
 * when it finds no memory; that is its own affair.
 */
static bool is_splat(const char *line)
{
	static const char * const splats[] = {
		"WARNING:", "BUG:", "Oops", "KASAN", "UBSAN:", "blocked for more than",
		"soft lockup", "possible circular locking", "possible recursive locking",
	};
	unsigned int i;

	if (strstr(line, " at kernel/trace/"))
		return false;
	for (i = 0; i < ARRAY_SIZE(splats); i++) {
		if (strstr(line, splats[i]))
			return true;
	}
	return false;
}

/* Of the lines since the last time. The kernel gives one a read; EPIPE is for lost ones. */
static bool log_is_clean(void)
{
	bool clean = true;
	char line[1024];
	ssize_t got;

	while ((got = read(log_fd, line, sizeof(line) - 1)) > 0 || errno == EPIPE) {
		line[got > 0 ? got : 0] = 0;
		if (!is_splat(line))
			continue;
		ksft_print_msg("%s", line);
		clean = false;
	}
	return clean;
}

static void result(bool right, const char *what)
{
	bool clean = log_is_clean();

	/* others may have filled the buffer, where there are others */
	if (!right && clean && events_lost && !is_emulated())
		ksft_test_result_skip("%s: this machine is not quiet\n", what);
	else
		ksft_test_result(right && clean, "%s\n", what);
	events_lost = false;
}

static void test_benches(void)
{
	result(folders_fail(BENCH), "mkdir of a bench fails");
	result(benches_fail(), "benches fail");
	result(folders_fail(PRESSURE), "mkdir of a pressure fails");
	result(pressures_fail(), "pressures fail");
	/* each time it asks for blocks of every order */
	result(fail_each(read_all, NULL, DEBUGFS "/kmem_studio/probe", 4), "the probe fails");
}

static void open_module(void)
{
	struct utsname name;
	char path[256];

	uname(&name);
	snprintf(path, sizeof(path),
		 "/lib/modules/%s/kernel/drivers/misc/kmem_studio/kmem_studio.ko",
		 name.release);
	module_fd = open(path, O_RDONLY | O_CLOEXEC);
}

int main(void)
{
	const char *reason;
	bool has_benches;

	ksft_print_header();
	reason = driver_take(&loaded);
	taken = !reason;
	remember_allocator();
	if (!reason && get_settings())
		reason = "no fault injection in this kernel, see the config file";
	if (!reason)
		reason = page_trace_open();
	put_back_at_the_end(give_back);
	if (!reason && prepare_faults())
		reason = "the settings of fault injection cannot be changed";
	if (!reason && page_trace_watch_driver())
		reason = "the events of the driver cannot be traced";
	if (reason)
		ksft_exit_skip("%s\n", reason);
	/* an older driver has none */
	has_benches = !access(STUDIO "/benches", F_OK);
	open_module();
	log_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	if (log_fd < 0)
		ksft_exit_skip("the kernel's log cannot be read\n");
	lseek(log_fd, 0, SEEK_END);

	ksft_set_plan(has_benches ? 17 : 12);
	ksft_test_result(is_splat("WARNING: CPU: 0") && !is_splat("all is well"),
			 "a splat is seen\n");
	result(kept_page_is_seen(), "a page that is kept is seen");
	result(mkdir_fails(), "mkdir fails");
	result(lab_starts_fail("chunk"), "starts of chunk fail");
	result(lab_starts_fail("slab"), "starts of slab fail");
	result(lab_starts_fail("vmalloc"), "starts of vmalloc fail");
	result(starts_fail(), "starts in configfs fail");
	result(files_fail(read_all, DEVICES "/" ARENA), "reads of the device fail");
	result(files_fail(map_all, DEVICES "/" ARENA), "mappings fail");
	result(files_fail(read_all, TABLES "/" ARENA "/pages"), "reads of pages fail");
	result(files_fail(read_all, DEBUGFS "/kmem_studio/translate"),
	       "reads of translate fail");
	if (has_benches)
		test_benches();
	if (loaded && module_fd >= 0)
		result(loads_fail(), "loads fail");
	else
		ksft_test_result_skip("loads fail: the driver is built in, in use or packed\n");
	ksft_finished();
}
