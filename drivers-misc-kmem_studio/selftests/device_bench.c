// SPDX-License-Identifier: GPL-2.0
/*
 * What the device costs beside what the kernel has for the same: to map memory and touch
 * each page of it first, and to read. Made for an emulator whose clock counts
 * instructions (a nanosecond each); elsewhere the figures are times. Needs root.
 */
#include <linux/types.h>
#include <sys/mman.h>
#include <time.h>

#include "arenas.h"

#define ARENA		"device_bench"
#define NR_PAGES	2048
#define READ_BYTES	(16L << 20)

static long page_size;
static char *buffer;

static void fail(const char *what)
{
	perror(what);
	arena_remove(ARENA);
	exit(1);
}

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* --- what is measured: files of bytes that are all there --- */

static int open_arena(const char *allocator, long bytes)
{
	int fd, err;

	err = arena_start(ARENA, allocator, bytes / OBJECT_BYTES);
	if (!err) {
		fd = arena_open(ARENA, O_RDONLY);
		if (fd >= 0)
			return fd;
		err = fd;
	}
	errno = -err;
	fail(allocator);
	return -1;
}

static void close_arena(int fd)
{
	close(fd);
	arena_stop(ARENA);
}

/* A file in memory. One that is only as long as that gets its pages at the touch. */
static int open_memfd(long bytes, bool written)
{
	int fd = memfd_create("bench", MFD_CLOEXEC);
	long done;

	if (fd < 0 || ftruncate(fd, bytes))
		fail("memfd");
	for (done = 0; written && done < bytes; done += page_size) {
		if (pwrite(fd, buffer, page_size, done) != page_size)
			fail("memfd");
	}
	return fd;
}

/* --- the first touch of each page --- */

static void read_pages(const char *memory)
{
	long i;

	for (i = 0; i < NR_PAGES; i++)
		asm volatile("" : : "r" (memory[i * page_size]) : "memory");
}

static void write_pages(char *memory)
{
	long i;

	for (i = 0; i < NR_PAGES; i++) {
		memory[i * page_size] = 1;
		asm volatile("" : : : "memory");
	}
}

/* From before the mapping, which might do work that others do at the touch. */
static void touch_first(const char *name, int fd, bool write)
{
	int protection = PROT_READ | (write ? PROT_WRITE : 0);
	int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
	long bytes = NR_PAGES * page_size;
	long long begin = now();
	char *memory;

	memory = mmap(NULL, bytes, protection, flags, fd, 0);
	if (memory == MAP_FAILED)
		fail(name);
	if (write)
		write_pages(memory);
	else
		read_pages(memory);
	printf("bench: first touch, %s %.3f ns a page\n", name,
	       (double)(now() - begin) / NR_PAGES);
	munmap(memory, bytes);
}

static void touch_arena(const char *allocator)
{
	int fd = open_arena(allocator, NR_PAGES * page_size);
	char name[32];

	snprintf(name, sizeof(name), "arena, %s", allocator);
	touch_first(name, fd, false);
	close_arena(fd);
}

static void touch_memfd(const char *name, bool written)
{
	int fd = open_memfd(NR_PAGES * page_size, written);

	touch_first(name, fd, false);
	close(fd);
}

/* --- read --- */

static void read_all(const char *name, int fd, long part)
{
	long long begin = now();
	long done = 0;
	ssize_t got;

	while (done < READ_BYTES) {
		got = pread(fd, buffer, part, done);
		if (got <= 0)
			fail(name);
		done += got;
	}
	printf("bench: read by %ldK, %s %lld ns in all\n", part >> 10, name, now() - begin);
}

static void read_both(long part)
{
	int fd = open_arena("chunk", READ_BYTES);

	read_all("arena", fd, part);
	close_arena(fd);
	fd = open_memfd(READ_BYTES, true);
	read_all("memfd", fd, part);
	close(fd);
}

int main(void)
{
	const char *why_not;
	bool loaded;

	page_size = sysconf(_SC_PAGESIZE);
	why_not = driver_take(&loaded);
	if (why_not) {
		driver_give_back(loaded);
		fprintf(stderr, "%s\n", why_not);
		return 4;
	}
	buffer = malloc(128 << 10);
	if (!buffer || arena_make(ARENA))
		fail(ARENA);
	/* no first touch of the buffer in what is measured */
	memset(buffer, 1, 128 << 10);

	touch_arena("chunk");
	touch_arena("vmalloc");
	touch_first("anonymous, read", -1, false);
	touch_first("anonymous, written", -1, true);
	touch_memfd("memfd, fresh", false);
	touch_memfd("memfd, filled", true);
	read_both(128 << 10);
	read_both(4 << 10);

	arena_remove(ARENA);
	driver_give_back(loaded);
	return 0;
}
