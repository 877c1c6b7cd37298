/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Each mappable allocator: an arena of LIVE_PAGES pages that is live, open and mapped, and
 * the frames that it has. A fixture of the harness, which a program includes once.
 */
#ifndef KMEM_STUDIO_LIVE_ARENA_H
#define KMEM_STUDIO_LIVE_ARENA_H

#include <stdlib.h>
#include <string.h>

#include "../kselftest_harness.h"
#include "device_helpers.h"
#include "frames.h"
#include "page_trace.h"

FIXTURE(live) {
	int		fd;
	__u32		*words;
	struct frame	*frames;
	long		nr_frames;	/* those that were rounded up to, too */
};

FIXTURE_VARIANT(live) {
	const char	*allocator;
};

FIXTURE_VARIANT_ADD(live, page) { .allocator = "page" };
FIXTURE_VARIANT_ADD(live, chunk) { .allocator = "chunk" };
FIXTURE_VARIANT_ADD(live, exact) { .allocator = "exact" };
FIXTURE_VARIANT_ADD(live, folio) { .allocator = "folio" };
FIXTURE_VARIANT_ADD(live, bulk) { .allocator = "bulk" };
FIXTURE_VARIANT_ADD(live, highmem) { .allocator = "highmem" };
FIXTURE_VARIANT_ADD(live, vmalloc) { .allocator = "vmalloc" };
FIXTURE_VARIANT_ADD(live, cma) { .allocator = "cma" };

FIXTURE_SETUP(live)
{
	int err;

	begin_anew();
	ASSERT_EQ(0, arena_make(ARENA));
	err = arena_start(ARENA, variant->allocator, live_structs());
	if (may_be_refused(err)) {
		remove_arenas();
		SKIP(return, "allocator %s: %s", variant->allocator, strerror(-err));
	}
	ASSERT_EQ(0, err);
	self->fd = arena_open(ARENA, O_RDONLY);
	ASSERT_LE(0, self->fd);
	self->words = map_pages(self->fd, 0, LIVE_PAGES);
	ASSERT_TRUE(is_mapped(self->words));
	self->nr_frames = frames_of_arena(ARENA, &self->frames);
	ASSERT_LE(LIVE_PAGES, self->nr_frames);
	ASSERT_EQ(0, page_trace_watch(self->frames, self->nr_frames));
}

FIXTURE_TEARDOWN(live)
{
	free(self->frames);
	EXPECT_TRUE(remove_arenas());
	EXPECT_TRUE(folder_is_empty(ARENAS));
	EXPECT_TRUE(kernel_is_well());
}

#endif /* KMEM_STUDIO_LIVE_ARENA_H */
