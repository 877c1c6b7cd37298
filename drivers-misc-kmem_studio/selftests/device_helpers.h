/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of /dev/kmem_studio/NAME share: the machine, the kernel's log, arenas, the
 * words that are read and mapped.
 */
#ifndef KMEM_STUDIO_DEVICE_HELPERS_H
#define KMEM_STUDIO_DEVICE_HELPERS_H

#include <linux/types.h>
#include <stdbool.h>
#include <sys/types.h>

#include "arenas.h"

/* The arenas of all tests. */
#define ARENA		"device_test"
#define OTHER		"device_other"
#define DEVICE		DEVICES "/" ARENA

/* Every word beyond the last object: KMST_GUARD_WORD of the driver. */
#define GUARD_WORD	0xd7d7d7d7U

/* Pages of the arenas that come and go. */
#define LIVE_PAGES	512

/* Objects that the last page of those arenas has room for. Words behind them guard. */
#define FREE_OBJECTS	5

#define MEGABYTE	0x100000

/* How long something may take that happens by itself: two minutes, in naps of 100 ms. */
#define MANY_NAPS	1200

/* Seconds that no case takes, however slow and busy the machine is. */
#define CASE_SECONDS	900

/* Entries of an array, as a number that may be compared with any other. */
#define NR_OF(array)	((long)ARRAY_SIZE(array))

#define EXPECT_REFUSED(error, call)		\
	do {					\
		errno = 0;			\
		EXPECT_EQ(-1, (long)(call));	\
		EXPECT_EQ(error, errno);	\
	} while (0)

extern long page_size;
extern long page_words;
extern long page_objects;
extern bool loaded_by_us;

/* --- arithmetic --- */

long pages_of(long nr_structs);
long words_of(long nr_structs);
long live_structs(void);
long bytes_of_live(void);
long smaller(long a, long b);

/* --- the machine --- */

void nap(void);
bool comes_to(const char *arena, const char *file, long long value);
bool file_has(const char *path, const char *text);
int child_status(pid_t pid);

/*
 * Compound pages, and those of the DMA API, are mapped as frames: their descriptors do not
 * count the mappings, pagemap does not show them, and nothing takes a reference to them.
 */
bool maps_frames(const char *allocator);

/* Nothing came to the kernel's log that is a bug's, since the test began. */
bool kernel_is_well(void);

/* --- arenas --- */

/* The arenas of these tests, and their threads, are gone. */
bool remove_arenas(void);

/* Whatever the test before has left. */
void begin_anew(void);

/* Start, with fewer objects if so many are too many. Returns objects, or an error. */
long start_most(const char *allocator, long nr_structs);

/* Memory that was freed too early is taken again, and looks different then. */
int use_up(void);

void *map_pages(int fd, long first, long nr);
bool is_mapped(const void *memory);

/* Have all pages in this process's page table. */
void touch(const void *memory, long nr_pages);

/* --- the words --- */

/* Words from number @first: index of the first one that is not its number, or @nr. */
long first_miscounted(const __u32 *words, long first, long nr);

/* Whole pages of an arena with the pattern counter, the guard behind the objects too. */
long first_wrong(const __u32 *words, long nr_structs, long nr_pages);
bool words_are_right(const __u32 *words, long nr_structs);
bool live_words_are_right(const __u32 *words);

/* --- what is read --- */

bool reads_same(int fd, const __u8 *memory, long bytes, long from, long len);

/* From the beginning to the end, by read(). Returns the bytes that were the same. */
long count_read_same(int fd, const __u8 *memory, long bytes);
bool all_reads_same(int fd, const void *memory, long nr_structs);

/* --- begin and end --- */

typedef int (*harness_fn)(int argc, char **argv);

/*
 * The driver taken, the tests run, everything given back: for main(). With @traced there is
 * a tracing instance, see page_trace.h.
 */
int device_tests_run(int argc, char **argv, harness_fn harness, bool traced);

#endif /* KMEM_STUDIO_DEVICE_HELPERS_H */
