// SPDX-License-Identifier: GPL-2.0
/*
 * A word of an arena that another CPU flips and flips back while it is verified. What a
 * verification saw wrong has to be told: as often as the word was wrong, and with the
 * value that was seen. For each pattern, and for a guard word.
 *
 * It writes through /dev/mem to where the driver says that the word is. That is for
 * emulated machines: it is skipped unless KMEM_STUDIO_EMULATED=1 says that this is one.
 * Needs root and two CPUs.
 */
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "../kselftest.h"
#include "arenas.h"
#include "page_trace.h"
#include "put_back.h"

#define ARENA		"flip"
#define SPANS		"/sys/kernel/debug/kmem_studio/arenas/" ARENA "/spans"
#define NR_STRUCTS	100
#define OBJECT_WORDS	(OBJECT_BYTES / sizeof(unsigned int))
#define MASK		0x10000

/*
 * Verifications of a word: so many at least, and then until the word has once changed
 * between the look that decides and the second one. Where the CPUs of an emulator take
 * turns that seldom happens.
 */
#define ROUNDS		2000
#define MOST_ROUNDS	(5 * ROUNDS)

/* Far from where a comparison begins: a second look would come much later. */
#define WORD		381
#define GUARD_WORD	(NR_STRUCTS * OBJECT_WORDS + 61)

/*
 * How far the share of wrong verdicts may be from the share of looks of this program's
 * own, taken in between, that found the word wrong. A standard deviation is about one
 * percent; a driver that looks twice tells about half of what it sees.
 */
#define PERCENT_APART	10

static const char * const patterns[] = {
	"counter", "address", "random", "zeros", "ones", "checker", "walking",
};

/* What the verifications of one arena did. */
struct count {
	unsigned int	rounds;
	unsigned int	wrong;		/* verdicts */
	unsigned int	looked_wrong;	/* looks of ours */
	unsigned int	lines;		/* of the log, one for each wrong verdict */
	unsigned int	equal;		/* lines with two equal numbers */
	unsigned int	odd;		/* lines with a number that was never there */
	unsigned int	right_again;	/* lines that say so */
};

static int log_fd;

/* Why there is no tracing, or NULL; and whether each wrong verdict was traced as logged. */
static const char *no_trace;
static bool all_traced = true;

/* --- the word --- */

/* Returns 0 if it is not told. */
static unsigned long long physical_address(void)
{
	unsigned long long phys = 0;
	char line[256];
	FILE *spans;

	spans = fopen(SPANS, "r");
	if (!spans)
		return 0;
	/* a heading, then a line for each span: the address is in the third column */
	if (fgets(line, sizeof(line), spans) && fgets(line, sizeof(line), spans))
		sscanf(line, "%*s %*s %llx", &phys);
	fclose(spans);
	return phys;
}

/* Returns NULL if this kernel does not let us. */
static unsigned int *map_word(unsigned long long phys, unsigned int word)
{
	unsigned long page = sysconf(_SC_PAGESIZE);
	unsigned int *words;
	int fd;

	phys += word * sizeof(unsigned int);
	fd = open("/dev/mem", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	words = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, phys & -page);
	close(fd);
	return words == MAP_FAILED ? NULL : words + (phys % page) / sizeof(unsigned int);
}

static int run_on(unsigned int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	return sched_setaffinity(0, sizeof(cpus), &cpus);
}

/*
 * Some stores, in a loop: an emulator stops a CPU between two turns of it, so that the
 * word is wrong as often as it is right also where the CPUs take turns.
 */
static void keep_for_a_while(unsigned int *word, unsigned int value)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		__atomic_store_n(word, value, __ATOMIC_RELAXED);
}

/* Ends with its parent, and with the word as it was. */
static void flip_for_ever(unsigned int *word, bool *stop)
{
	unsigned int right = *word, wrong = right ^ MASK;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (run_on(1))
		_exit(1);
	while (!__atomic_load_n(stop, __ATOMIC_RELAXED)) {
		keep_for_a_while(word, wrong);
		keep_for_a_while(word, right);
	}
	__atomic_store_n(word, right, __ATOMIC_RELAXED);
	_exit(0);
}

/* --- the log --- */

static void count_line(const char *line, struct count *count)
{
	unsigned int expected, got, again;
	const char *at;

	if (!strstr(line, "arenas/" ARENA ": Mismatch in page"))
		return;
	/* a TAB is \x09 there */
	at = strstr(line, "expected: ");
	if (!at || sscanf(at, "expected: %u\\x09got: %u", &expected, &got) != 2)
		return;
	count->lines++;
	count->equal += expected == got;
	count->odd += got != (expected ^ MASK);
	at = strstr(line, "again: ");
	if (!at || sscanf(at, "again: %u", &again) != 1 || (again & ~MASK) != (expected & ~MASK))
		count->odd++;
	else
		count->right_again += again == expected;
}

/* A read gives one record, as long as there are more. */
static void read_log(struct count *count)
{
	char line[4096];
	ssize_t got;

	for (;;) {
		got = read(log_fd, line, sizeof(line) - 1);
		if (got < 0 && errno == EPIPE)
			continue;
		if (got <= 0)
			return;
		line[got] = '\0';
		count_line(line, count);
	}
}

/* --- the tracepoint --- */

#define EVENT	"events/kmem_studio/kmst_mismatch"

/* Negative if this is no event of the arena, or an odd one; else was the word right again? */
static int traced_right_again(const char *line)
{
	const char *event = strstr(line, ": kmst_mismatch: arena=" ARENA " ");
	unsigned int expected, got, again;

	if (!event)
		return -ENOENT;
	event = strstr(event, " expected=");
	if (!event || sscanf(event, " expected=%x got=%x again=%x", &expected, &got, &again) != 3)
		return -EINVAL;
	if (got != (expected ^ MASK) || (again & ~MASK) != (expected & ~MASK))
		return -EINVAL;
	return again == expected;
}

/* Returns how many events there are, of which so many tell a word that was right again. */
static long count_events(long *right_again)
{
	FILE *events = page_trace_events();
	char line[512];
	long nr = 0;
	int right;

	*right_again = 0;
	if (!events)
		return -EIO;
	while (fgets(line, sizeof(line), events)) {
		right = traced_right_again(line);
		if (right == -EINVAL)
			ksft_print_msg("an odd event: %s", line);
		nr += right >= 0;
		*right_again += right > 0;
	}
	fclose(events);
	return nr;
}

static int trace_mismatches(void)
{
	return page_trace_put("events/enable", "0") ?: page_trace_put(EVENT "/enable", "1");
}

/* It says what the lines of the log say. */
static void compare_events(const struct count *count)
{
	long nr, right_again;

	if (no_trace)
		return;
	nr = count_events(&right_again);
	if (nr == count->lines && right_again == count->right_again)
		return;
	all_traced = false;
	ksft_print_msg("%ld events, %ld right again\n", nr, right_again);
}

/* --- the test --- */

static bool is_enough(const struct count *count)
{
	return count->rounds >= ROUNDS &&
	       (count->right_again || count->rounds == MOST_ROUNDS);
}

static void verify_many_times(unsigned int *word, unsigned int right,
			      struct count *count)
{
	int err;

	read_log(count);
	*count = (struct count){};
	if (!no_trace)
		page_trace_restart();
	for (; !is_enough(count); count->rounds++) {
		count->looked_wrong += __atomic_load_n(word, __ATOMIC_RELAXED) != right;
		err = arena_put(ARENA, "verify", "1");
		if (err == -EILSEQ)
			count->wrong++;
		else if (err)
			ksft_print_msg("verify: %s\n", strerror(-err));
		if (err)
			read_log(count);
	}
}

static bool is_told(const struct count *count)
{
	int apart = (int)count->wrong - (int)count->looked_wrong;

	ksft_print_msg("wrong: %u of %u verdicts, %u looks\n",
		       count->wrong, count->rounds, count->looked_wrong);
	ksft_print_msg("%u lines, %u equal, %u odd, %u right again\n",
		       count->lines, count->equal, count->odd, count->right_again);
	if (!count->wrong || count->wrong == count->rounds) {
		ksft_print_msg("the word does not change\n");
		return false;
	}
	return !count->equal && !count->odd && count->lines == count->wrong &&
	       abs(apart) * 100U <= PERCENT_APART * count->rounds;
}

/* Flip a word of the live arena, and verify. */
static bool flips_are_told(unsigned int nr)
{
	unsigned int *word;
	unsigned long long phys;
	struct count count;
	unsigned int right;
	bool *stop;
	pid_t pid;

	phys = physical_address();
	word = phys ? map_word(phys, nr) : NULL;
	if (!word)
		return false;
	stop = mmap(NULL, sizeof(*stop), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		    -1, 0);
	if (stop == MAP_FAILED)
		return false;
	right = *word;
	pid = fork();
	if (!pid)
		flip_for_ever(word, stop);
	if (pid < 0)
		return false;
	verify_many_times(word, right, &count);
	__atomic_store_n(stop, true, __ATOMIC_RELAXED);
	waitpid(pid, NULL, 0);
	compare_events(&count);
	return is_told(&count) && *word == right && !arena_put(ARENA, "verify", "1");
}

static void test_pattern(const char *pattern, unsigned int nr, const char *what)
{
	bool ok;

	ok = !arena_make(ARENA) && !arena_put(ARENA, "pattern", pattern) &&
	     !arena_start(ARENA, "page", NR_STRUCTS) && flips_are_told(nr);
	arena_stop(ARENA);
	arena_remove(ARENA);
	ksft_test_result(ok, "%s of %s\n", what, pattern);
}

/* Why nothing can be done, or NULL. */
static const char *why_not(void)
{
	if (!is_emulated())
		return "writes to /dev/mem: set KMEM_STUDIO_EMULATED=1 on an emulated machine";
	if (run_on(1) || run_on(0))
		return "needs two CPUs";
	if (access("/dev/mem", W_OK))
		return "no /dev/mem";
	return NULL;
}

/* What verifies, for who asks: a bit for each CPU, as hexadecimal number. */
#define WORKERS	"/sys/devices/virtual/workqueue/kmem_studio_command/cpumask"

/* As they were before. */
static char workers_before[64];
static bool loaded;

static bool keep_workers_off_the_second_cpu(void)
{
	return *workers_before && !text_put(WORKERS, "1");
}

static void remember_workers(void)
{
	FILE *file = fopen(WORKERS, "r");

	if (file && !fgets(workers_before, sizeof(workers_before), file))
		*workers_before = 0;
	if (file)
		fclose(file);
}

static void give_back(void)
{
	if (*workers_before) {
		arena_remove(ARENA);
		text_put(WORKERS, workers_before);
	}
	page_trace_close();
	driver_give_back(loaded);
}

int main(void)
{
	const char *why;
	unsigned int i;

	ksft_print_header();
	why = why_not();
	if (why)
		ksft_exit_skip("%s\n", why);
	why = driver_take(&loaded);
	if (!why)
		remember_workers();
	no_trace = page_trace_open();
	put_back_at_the_end(give_back);
	log_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (!why && log_fd < 0)
		why = "no /dev/kmsg";
	if (!why && !keep_workers_off_the_second_cpu())
		why = "the CPUs that verify cannot be chosen";
	if (why)
		ksft_exit_skip("%s\n", why);

	if (!no_trace && trace_mismatches())
		no_trace = "no event kmst_mismatch";
	ksft_set_plan(ARRAY_SIZE(patterns) + 2);
	for (i = 0; i < ARRAY_SIZE(patterns); i++)
		test_pattern(patterns[i], WORD, "a word");
	test_pattern("counter", GUARD_WORD, "a guard word");
	if (no_trace)
		ksft_test_result_skip("each is traced: %s\n", no_trace);
	else
		ksft_test_result(all_traced, "each is traced\n");
	ksft_finished();
}
