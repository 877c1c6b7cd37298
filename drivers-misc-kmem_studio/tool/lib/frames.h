/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KST_FRAMES_H
#define KST_FRAMES_H

#include "machine.h"

/* What a page frame is used for. From FRAME_OURS on it is an arena's, by number. */
enum frame {
	FRAME_UNKNOWN,
	FRAME_FREE,
	FRAME_KERNEL,		/* the kernel's, or anybody's who does not say so */
	FRAME_CACHE,		/* contents of files */
	FRAME_ANON,		/* of programs */
	FRAME_SLAB,
	FRAME_TABLES,		/* page tables */
	FRAME_RESERVED,
	FRAME_BAD,		/* hardware-poisoned */
	FRAME_OURS,
	FRAME_LAST		= 255,
};

#define MAX_OURS	(FRAME_LAST - FRAME_OURS)

/**
 * struct frames - what all page frames of RAM are used for
 * @of:     an enum frame for each page of each range of the machine's RAM
 * @m:      the machine
 * @flags:  was /proc/kpageflags to be had?
 */
struct frames {
	u8			**of;
	const struct machine	*m;
	bool			flags;
};

int frames_read(struct studio *st, const struct machine *m, struct frames *frames);
void frames_free(struct frames *frames);
u64 frames_mark(struct frames *frames, u64 pfn, u64 nr, enum frame what);
const char *frame_word(enum frame what);
void frames_save(struct studio *st, const struct machine *m, struct text *t);
bool page_flags_at(struct studio *st, u64 pfn, u64 *flags);
void page_flags_words(struct text *t, u64 flags);

#endif
