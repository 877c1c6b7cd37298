/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An arena of 1000 objects that is live and open: a fixture of the harness, which a program
 * includes once.
 */
#ifndef KMEM_STUDIO_DEVICE_ARENA_H
#define KMEM_STUDIO_DEVICE_ARENA_H

#include "../kselftest_harness.h"
#include "device_helpers.h"

FIXTURE(device) {
	int	fd;
};

FIXTURE_SETUP(device)
{
	begin_anew();
	ASSERT_EQ(0, arena_make(ARENA));
	ASSERT_EQ(0, arena_start(ARENA, "chunk", 1000));
	self->fd = arena_open(ARENA, O_RDONLY);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(device)
{
	close(self->fd);
	remove_arenas();
	EXPECT_TRUE(folder_is_empty(ARENAS));
	EXPECT_TRUE(kernel_is_well());
}

#endif /* KMEM_STUDIO_DEVICE_ARENA_H */
