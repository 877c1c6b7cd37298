// SPDX-License-Identifier: GPL-2.0
/* What became of pages and objects: see page_trace.h. */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <sys/stat.h>

#include "../kselftest.h"
#include "arenas.h"
#include "page_trace.h"

#define INSTANCE	"instances/kmem_studio_selftest"
#define FREE_EVENT	"events/kmem/mm_page_free"
#define SPAN_EVENT	"events/kmem_studio/kmst_span_alloc"

/* How long what is freed later may take: two minutes, in naps of 100 ms. */
#define FREE_NAPS	1200

/* Things that are held: page frame numbers, or addresses of objects. */
struct held {
	__u64	*things;
	long	nr;
	long	room;
};

static char folder[64];

/* --- the instance --- */

int page_trace_put(const char *file, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	return text_put(path, text);
}

/* Opening it for writing, cut to nothing, empties the buffer. */
void page_trace_restart(void)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/trace", folder);
	fd = open(path, O_WRONLY | O_TRUNC);
	if (fd >= 0)
		close(fd);
}

static void remove_instance(void)
{
	if (!*folder)
		return;
	/* an instance that somebody reads stays: have nothing run in it */
	page_trace_put("events/enable", "0");
	rmdir(folder);
	*folder = 0;
}

void page_trace_close(void)
{
	remove_instance();
	unmount_ours();
}

static bool make_instance(const char *root)
{
	snprintf(folder, sizeof(folder), "%s/" INSTANCE, root);
	/* of a test that was killed */
	remove_instance();
	snprintf(folder, sizeof(folder), "%s/" INSTANCE, root);
	if (!mkdir(folder, 0700))
		return true;
	*folder = 0;
	return false;
}

const char *page_trace_open(void)
{
	mount_if_needed("tracefs", "/sys/kernel/tracing", "/sys/kernel/tracing/instances");
	if (!make_instance("/sys/kernel/tracing") &&
	    !make_instance("/sys/kernel/debug/tracing"))
		return "no tracing instances in this kernel, see the config file";
	/* addresses in clear, and the events of all CPUs in their order */
	page_trace_put("options/hash-ptr", "0");
	page_trace_put("trace_clock", "global");
	if (page_trace_put("buffer_size_kb", PAGE_TRACE_KB) ||
	    page_trace_put(FREE_EVENT "/enable", "1")) {
		page_trace_close();
		return "no event kmem:mm_page_free in this kernel";
	}
	return NULL;
}

/* Is a counter of these lines not 0? */
static bool has_lost(FILE *stats)
{
	static const char * const counters[] = { "overrun:", "commit overrun:", "dropped events:" };
	bool lost = false;
	char line[128];
	unsigned int i;

	while (fgets(line, sizeof(line), stats)) {
		for (i = 0; i < ARRAY_SIZE(counters); i++) {
			if (!strncmp(line, counters[i], strlen(counters[i])))
				lost |= atoll(line + strlen(counters[i])) > 0;
		}
	}
	return lost;
}

/* A buffer that was full, of whichever CPU, proves nothing. */
bool page_trace_has_lost(void)
{
	struct dirent *entry;
	bool lost = false;
	char path[512];
	FILE *stats;
	DIR *cpus;

	snprintf(path, sizeof(path), "%s/per_cpu", folder);
	cpus = opendir(path);
	if (!cpus)
		return true;
	while ((entry = readdir(cpus))) {
		snprintf(path, sizeof(path), "%s/per_cpu/%s/stats", folder, entry->d_name);
		stats = strncmp(entry->d_name, "cpu", 3) ? NULL : fopen(path, "r");
		if (!stats)
			continue;
		lost |= has_lost(stats);
		fclose(stats);
	}
	closedir(cpus);
	return lost;
}

bool page_trace_is_not_quiet(void)
{
	return page_trace_has_lost() && !is_emulated();
}

FILE *page_trace_events(void)
{
	char path[256];

	if (page_trace_has_lost()) {
		ksft_print_msg("the tracing buffer was full, events were lost\n");
		return NULL;
	}
	snprintf(path, sizeof(path), "%s/trace", folder);
	return fopen(path, "r");
}

/* --- lines of it --- */

/* A block of pages that came free. */
static bool is_free(const char *line, __u64 *pfn, long *nr)
{
	const char *event = strstr(line, ": mm_page_free: ");
	unsigned long long first;
	unsigned int order;

	event = event ? strstr(event, "pfn=") : NULL;
	if (!event || sscanf(event, "pfn=%llx order=%u", &first, &order) != 2)
		return false;
	*pfn = first;
	*nr = 1L << order;
	return true;
}

/* A span that the driver got. */
static bool is_span(const char *line, __u64 *pfn, long *nr)
{
	const char *event = strstr(line, ": kmst_span_alloc: ");
	unsigned long long first;

	event = event ? strstr(event, "pfn=") : NULL;
	if (!event || sscanf(event, "pfn=%llx nr_pages=%ld", &first, nr) != 2)
		return false;
	*pfn = first;
	return true;
}

static bool has_pointer(const char *line, const char *event, __u64 *object)
{
	const char *at = strstr(line, event);
	unsigned long long pointer;

	at = at ? strstr(at, " ptr=") : NULL;
	if (!at || sscanf(at, " ptr=%llx", &pointer) != 1)
		return false;
	*object = pointer;
	return true;
}

/* --- frames that are known --- */

/* What comes free of frames in this range; that of all others does not fill the buffer. */
static int filter_range(const struct frame *frames, long nr)
{
	unsigned long long first = frames[0].pfn, last = first;
	char filter[64];
	long i;

	for (i = 1; i < nr; i++) {
		if (frames[i].pfn < first)
			first = frames[i].pfn;
		if (frames[i].pfn > last)
			last = frames[i].pfn;
	}
	snprintf(filter, sizeof(filter), "pfn >= 0x%llx && pfn <= 0x%llx", first, last);
	return page_trace_put(FREE_EVENT "/filter", filter);
}

int page_trace_watch(const struct frame *frames, long nr)
{
	int err;

	if (!*folder)
		return 0;
	page_trace_put(SPAN_EVENT "/enable", "0");
	page_trace_put("events/kmem/kmalloc/enable", "0");
	page_trace_put("events/kmem/kfree/enable", "0");
	err = filter_range(frames, nr);
	page_trace_restart();
	return err;
}

/* A frame that is to come free, and whether it did. */
struct watched {
	__u64	pfn;
	bool	freed;
};

static int compare_watched(const void *a, const void *b)
{
	const struct watched *left = a, *right = b;

	return left->pfn < right->pfn ? -1 : left->pfn > right->pfn;
}

static struct watched *sort_frames(const struct frame *frames, long nr)
{
	struct watched *sorted = calloc(nr, sizeof(*sorted));
	long i;

	for (i = 0; sorted && i < nr; i++)
		sorted[i].pfn = frames[i].pfn;
	if (sorted)
		qsort(sorted, nr, sizeof(*sorted), compare_watched);
	return sorted;
}

/* Returns how many of them came free with this block for the first time. */
static long note_freed(struct watched *sorted, long nr, __u64 pfn, long nr_pages)
{
	long low = 0, high = nr, middle, freed = 0;

	while (low < high) {
		middle = (low + high) / 2;
		if (sorted[middle].pfn < pfn)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < nr && sorted[low].pfn < pfn + nr_pages; low++) {
		freed += !sorted[low].freed;
		sorted[low].freed = true;
	}
	return freed;
}

long page_trace_count_freed(const struct frame *frames, long nr)
{
	struct watched *sorted = sort_frames(frames, nr);
	FILE *events = page_trace_events();
	long freed = 0, nr_pages;
	char line[512];
	__u64 pfn;

	if (!sorted || !events)
		freed = -1;
	while (freed >= 0 && fgets(line, sizeof(line), events)) {
		if (is_free(line, &pfn, &nr_pages))
			freed += note_freed(sorted, nr, pfn, nr_pages);
	}
	if (events)
		fclose(events);
	free(sorted);
	return freed;
}

bool page_trace_all_freed(const struct frame *frames, long nr)
{
	long freed = page_trace_count_freed(frames, nr);
	int naps;

	for (naps = 0; freed >= 0 && freed < nr && naps < FREE_NAPS; naps++) {
		poll(NULL, 0, 100);
		freed = page_trace_count_freed(frames, nr);
	}
	if (freed != nr)
		ksft_print_msg("%ld of %ld pages were freed\n", freed, nr);
	return freed == nr;
}

/* --- what the driver takes --- */

static void hold(struct held *held, __u64 thing)
{
	if (held->nr == held->room) {
		held->room = held->room ? 2 * held->room : 64;
		held->things = realloc(held->things, held->room * sizeof(*held->things));
	}
	if (!held->things)
		ksft_exit_fail_msg("no memory\n");
	held->things[held->nr++] = thing;
}

/* Whatever is held from @first on. */
static void let_go(struct held *held, __u64 first, __u64 nr)
{
	long i, kept = 0;

	for (i = 0; i < held->nr; i++) {
		if (held->things[i] - first >= nr)
			held->things[kept++] = held->things[i];
	}
	held->nr = kept;
}

int page_trace_watch_driver(void)
{
	int err = page_trace_put(FREE_EVENT "/filter", "0");

	err = err ?: page_trace_put(SPAN_EVENT "/enable", "1");
	err = err ?: page_trace_put("events/kmem/kmalloc/enable", "1");
	err = err ?: page_trace_put("events/kmem/kfree/enable", "1");
	page_trace_restart();
	return err;
}

/* How a line changes what is held. */
typedef void (*note_fn)(struct held *held, const char *line);

/* Returns how much is held at the end. */
static long count_held(note_fn note)
{
	FILE *events = page_trace_events();
	struct held held = {};
	char line[512];

	if (!events)
		return -1;
	while (fgets(line, sizeof(line), events))
		note(&held, line);
	fclose(events);
	free(held.things);
	return held.nr;
}

static void note_page(struct held *held, const char *line)
{
	__u64 pfn;
	long nr;

	if (is_free(line, &pfn, &nr))
		let_go(held, pfn, nr);
	else if (is_span(line, &pfn, &nr))
		hold(held, pfn);
}

static void note_pages(struct held *held, const char *line)
{
	__u64 pfn;
	long nr;

	if (is_free(line, &pfn, &nr))
		let_go(held, pfn, nr);
	else if (is_span(line, &pfn, &nr))
		while (nr--)
			hold(held, pfn++);
}

/* The call is in the module's code. */
static bool is_of_driver(const char *line)
{
	return strstr(line, "[kmem_studio] ptr=");
}

static void note_objects(struct held *held, const char *line)
{
	__u64 object;

	if (has_pointer(line, ": kfree: ", &object))
		let_go(held, object, 1);
	else if (is_of_driver(line) && has_pointer(line, ": kmalloc: ", &object))
		hold(held, object);
}

long page_trace_count_kept_pages(bool in_a_row)
{
	return count_held(in_a_row ? note_pages : note_page);
}

long page_trace_count_kept_objects(void)
{
	return count_held(note_objects);
}

/* Built in, only the names of its functions tell. */
static bool is_area_of_driver(const char *line)
{
	return strstr(line, "[kmem_studio]") || strstr(line, " kmst_") ||
	       strstr(line, " vmalloc_alloc+") || strstr(line, " kvmalloc_alloc+");
}

long count_vmalloc_areas(void)
{
	FILE *areas = fopen("/proc/vmallocinfo", "r");
	char line[512];
	long nr = 0;

	if (!areas)
		return -1;
	while (fgets(line, sizeof(line), areas))
		nr += is_area_of_driver(line);
	fclose(areas);
	return nr;
}
