// SPDX-License-Identifier: GPL-2.0
/*
 * What each page frame is used for: /proc/kpageflags, 8 bytes a page. A saved copy has runs
 * of equal pages in its place, in /proc/kpageflags.runs: first frame, frames, flags.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frames.h"

#define KPAGEFLAGS	"/proc/kpageflags"
#define SAVED_RUNS	KPAGEFLAGS ".runs"

/* Pages of RAM that are looked at: 1 TB of 4K pages. */
#define MAX_PAGES	BIT_ULL(28)

/* include/uapi/linux/kernel-page-flags.h */
static const struct {
	unsigned int	bit;
	const char	*word;
} bits[] = {
	{ 0, "locked" }, { 2, "referenced" }, { 3, "uptodate" }, { 4, "dirty" }, { 5, "lru" },
	{ 6, "active" }, { 7, "slab" }, { 8, "writeback" }, { 9, "reclaim" }, { 10, "buddy" },
	{ 11, "mmap" }, { 12, "anonymous" }, { 13, "swapcache" }, { 14, "swapbacked" },
	{ 15, "compound_head" }, { 16, "compound_tail" }, { 17, "huge" },
	{ 18, "unevictable" }, { 19, "hwpoison" }, { 20, "nopage" }, { 21, "ksm" },
	{ 22, "thp" }, { 23, "offline" }, { 24, "zero_page" }, { 25, "idle" },
	{ 26, "pgtable" }, { 32, "reserved" }, { 33, "mlocked" }, { 34, "mappedtodisk" },
	{ 35, "private" }, { 36, "private_2" }, { 37, "owner_private" }, { 38, "arch" },
	{ 39, "uncached" }, { 40, "softdirty" }, { 41, "arch_2" },
};

#define HAS(flags, bit)	((flags) >> (bit) & 1)

static enum frame frame_of(u64 flags)
{
	if (HAS(flags, 19))
		return FRAME_BAD;
	if (HAS(flags, 20) || HAS(flags, 32) || HAS(flags, 23))
		return FRAME_RESERVED;
	if (HAS(flags, 10))
		return FRAME_FREE;
	if (HAS(flags, 7))
		return FRAME_SLAB;
	if (HAS(flags, 26))
		return FRAME_TABLES;
	if (HAS(flags, 12))
		return FRAME_ANON;
	if (HAS(flags, 5) || HAS(flags, 11))
		return FRAME_CACHE;
	return FRAME_KERNEL;
}

const char *frame_word(enum frame what)
{
	static const char * const words[] = {
		[FRAME_UNKNOWN]	 = "unknown",
		[FRAME_FREE]	 = "free",
		[FRAME_KERNEL]	 = "kernel or other",
		[FRAME_CACHE]	 = "page cache",
		[FRAME_ANON]	 = "programs",
		[FRAME_SLAB]	 = "slab",
		[FRAME_TABLES]	 = "page tables",
		[FRAME_RESERVED] = "reserved",
		[FRAME_BAD]	 = "broken",
	};

	return what < FRAME_OURS ? words[what] : "arena";
}

void page_flags_words(struct text *t, u64 flags)
{
	size_t i;
	bool any = false;

	text_put(t, "", 0);
	for (i = 0; i < ARRAY_SIZE(bits); i++) {
		if (!HAS(flags, bits[i].bit))
			continue;
		text_printf(t, "%s%s", any ? "," : "", bits[i].word);
		any = true;
	}
	if (!any)
		text_puts(t, "none");
}

/* The first range of RAM that does not end before @pfn: they are in order. */
static size_t first_range(const struct machine *m, u64 pfn)
{
	size_t low = 0, high = m->nr_ram;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (m->ram[middle].first + m->ram[middle].nr <= pfn)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* @nr frames from @pfn on are @what, as far as they are RAM. Return: how many are */
u64 frames_mark(struct frames *frames, u64 pfn, u64 nr, enum frame what)
{
	const struct machine *m = frames->m;
	u64 marked = 0;
	size_t i;

	for (i = first_range(m, pfn); i < m->nr_ram && m->ram[i].first < pfn + nr; i++) {
		const struct range *ram = &m->ram[i];
		u64 first = pfn > ram->first ? pfn : ram->first;
		u64 end = pfn + nr < ram->first + ram->nr ? pfn + nr : ram->first + ram->nr;

		memset(frames->of[i] + (first - ram->first), what, end - first);
		marked += end - first;
	}
	return marked;
}

/* They are in order, and a frame is in one of them: what is not so is no run. */
static void mark_runs(struct frames *frames, char *text)
{
	u64 next = 0;
	char *line;

	while ((line = next_line(&text))) {
		u64 pfn, nr, flags;
		char *end;

		pfn = strtoull(line, &end, 16);
		nr = strtoull(end, &end, 16);
		flags = strtoull(end, &end, 16);
		if (*end || pfn < next || pfn >= 1ULL << 52 || nr >= 1ULL << 52)
			continue;
		frames_mark(frames, pfn, nr, frame_of(flags));
		frames->flags = true;
		next = pfn + nr;
	}
}

typedef void (*each_flags)(void *to, u64 pfn, u64 flags);

/* Call @each for the frames of a range. Return: 0 or a negative errno. */
static int read_flags(int fd, const struct range *range, each_flags each, void *to)
{
	u64 buffer[4096];
	u64 at = 0;

	while (at < range->nr) {
		size_t want = range->nr - at < ARRAY_SIZE(buffer) ? range->nr - at :
								    ARRAY_SIZE(buffer);
		ssize_t n = pread(fd, buffer, want * 8, (range->first + at) * 8);
		ssize_t i;

		if (n < 8)
			return n < 0 ? -errno : -ENODATA;
		for (i = 0; i < n / 8; i++)
			each(to, range->first + at + i, buffer[i]);
		at += n / 8;
	}
	return 0;
}

static void mark_one(void *to, u64 pfn, u64 flags)
{
	frames_mark(to, pfn, 1, frame_of(flags));
}

/* Return: 0, or a negative errno if RAM is too large or not to be seen. */
int frames_read(struct studio *st, const struct machine *m, struct frames *frames)
{
	struct text t = {};
	size_t i;
	int fd;

	*frames = (struct frames){ .m = m };
	if (!m->nr_ram)
		return -ENODATA;
	if (machine_ram_pages(m) > MAX_PAGES)
		return -EFBIG;
	frames->of = xcalloc(m->nr_ram, sizeof(*frames->of));
	for (i = 0; i < m->nr_ram; i++)
		frames->of[i] = xcalloc(m->ram[i].nr, 1);
	if (is_saved(st) && !file_read(st, SAVED_RUNS, &t)) {
		mark_runs(frames, t.s);
	} else {
		fd = file_open(st, KPAGEFLAGS);
		for (i = 0; fd >= 0 && i < m->nr_ram; i++) {
			/* what was read of a range that ends early counts */
			read_flags(fd, &m->ram[i], mark_one, frames);
			frames->flags = true;
		}
		if (fd >= 0)
			close(fd);
	}
	text_free(&t);
	return 0;
}

void frames_free(struct frames *frames)
{
	size_t i;

	for (i = 0; frames->of && i < frames->m->nr_ram; i++)
		free(frames->of[i]);
	free(frames->of);
	*frames = (struct frames){};
}

/**
 * struct saver - makes runs of pages
 * @t:     gets the lines
 * @first: first frame of the run
 * @nr:    frames of the run so far
 * @flags: their flags
 */
struct saver {
	struct text	*t;
	u64		first;
	u64		nr;
	u64		flags;
};

static void end_run(struct saver *saver)
{
	if (saver->nr)
		text_printf(saver->t, "%llx %llx %llx\n", saver->first,
			    saver->nr, saver->flags);
	saver->nr = 0;
}

static void save_one(void *to, u64 pfn, u64 flags)
{
	struct saver *saver = to;

	if (saver->nr && (flags != saver->flags || pfn != saver->first + saver->nr))
		end_run(saver);
	if (!saver->nr)
		*saver = (struct saver){ saver->t, pfn, 0, flags };
	saver->nr++;
}

/* The contents of SAVED_RUNS for the running machine. */
void frames_save(struct studio *st, const struct machine *m, struct text *t)
{
	struct saver saver = { .t = t };
	int fd = file_open(st, KPAGEFLAGS);
	size_t i;

	for (i = 0; fd >= 0 && i < m->nr_ram; i++)
		read_flags(fd, &m->ram[i], save_one, &saver);
	end_run(&saver);
	if (fd >= 0)
		close(fd);
}

/**
 * struct wanted - the flags of one frame
 * @flags: gets them
 * @found: were there any?
 */
struct wanted {
	u64		flags;
	bool		found;
};

static void note_one(void *to, u64 pfn, u64 flags)
{
	(void)pfn;
	*(struct wanted *)to = (struct wanted){ flags, true };
}

bool page_flags_at(struct studio *st, u64 pfn, u64 *flags)
{
	struct range range = { pfn, 1 };
	struct wanted wanted = {};
	struct text t = {};
	char *cursor, *line;
	int fd;

	if (is_saved(st) && !file_read(st, SAVED_RUNS, &t)) {
		for (cursor = t.s; !wanted.found && (line = next_line(&cursor));) {
			char *end;
			u64 first = strtoull(line, &end, 16);
			u64 nr = strtoull(end, &end, 16);

			if (pfn - first < nr)
				wanted = (struct wanted){ strtoull(end, &end, 16), true };
		}
	} else {
		fd = file_open(st, KPAGEFLAGS);
		if (fd >= 0) {
			read_flags(fd, &range, note_one, &wanted);
			close(fd);
		}
	}
	text_free(&t);
	*flags = wanted.flags;
	return wanted.found;
}
