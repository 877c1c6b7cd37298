// SPDX-License-Identifier: GPL-2.0
/* /dev/kmem_studio/NAME: who waits in poll() hears of a mismatch, and of the end. Needs root. */
#include <poll.h>

#include "device_arena.h"

/* --- poll --- */

static int polled(int fd, int timeout)
{
	struct pollfd poll_fd = { fd, POLLIN | POLLRDNORM | POLLPRI, 0 };

	if (poll(&poll_fd, 1, timeout) < 0)
		return -1;
	return poll_fd.revents;
}

/* Wait for trouble alone. Returns what came. */
static int wait_for_trouble(int fd)
{
	struct pollfd poll_fd = { fd, POLLPRI, 0 };

	if (poll(&poll_fd, 1, 100 * MANY_NAPS) < 0)
		return -1;
	return poll_fd.revents;
}

static bool sleeps(pid_t pid)
{
	char path[64], state = 0;
	FILE *stat;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	stat = fopen(path, "r");
	if (!stat)
		return false;
	if (fscanf(stat, "%*d %*s %c", &state) != 1)
		state = 0;
	fclose(stat);
	return state == 'S';
}

static bool falls_asleep(pid_t pid)
{
	int naps;

	for (naps = 0; naps < MANY_NAPS && !sleeps(pid); naps++)
		nap();
	return sleeps(pid);
}

#define READABLE	(POLLIN | POLLRDNORM)
#define GONE		(POLLERR | POLLHUP)

TEST_F_TIMEOUT(device, can_always_be_read, CASE_SECONDS)
{
	char byte;

	EXPECT_EQ(READABLE, polled(self->fd, 0));
	EXPECT_EQ(1, read(self->fd, &byte, 1));
	EXPECT_EQ(0, arena_put(ARENA, "verify", "1"));
	lseek(self->fd, 0, SEEK_END);
	EXPECT_EQ(READABLE, polled(self->fd, 0));
}

TEST_F_TIMEOUT(device, tells_of_a_mismatch_until_it_is_read, CASE_SECONDS)
{
	int other = arena_open(ARENA, O_RDONLY), late;
	char byte;

	ASSERT_EQ(0, arena_put(ARENA, "corrupt", "77"));
	EXPECT_EQ(READABLE, polled(self->fd, 0));
	EXPECT_EQ(-EILSEQ, arena_put(ARENA, "verify", "1"));
	EXPECT_EQ(READABLE | POLLPRI, polled(self->fd, 0));
	EXPECT_EQ(READABLE | POLLPRI, polled(self->fd, 0));
	late = arena_open(ARENA, O_RDONLY);
	EXPECT_EQ(READABLE | POLLPRI, polled(late, 0));
	EXPECT_EQ(1, read(self->fd, &byte, 1));
	EXPECT_EQ(READABLE, polled(self->fd, 0));
	/* each file by itself */
	EXPECT_EQ(READABLE | POLLPRI, polled(other, 0));
	EXPECT_EQ(1, pread(late, &byte, 1, 0));
	EXPECT_EQ(READABLE, polled(late, 0));
	/* the next verification finds it again */
	EXPECT_EQ(-EILSEQ, arena_put(ARENA, "verify", "1"));
	EXPECT_EQ(READABLE | POLLPRI, polled(self->fd, 0));
	EXPECT_EQ(READABLE | POLLPRI, polled(late, 0));
	close(late);
	close(other);
}

static int start_scrubbed(void)
{
	int err = arena_stop(ARENA);

	if (!err)
		err = arena_put(ARENA, "scrub_ms", "100");
	return err ?: arena_put(ARENA, "live", "1");
}

TEST_F_TIMEOUT(device, wakes_who_waits_for_a_scrub, CASE_SECONDS)
{
	pid_t pid;
	int fd;

	ASSERT_EQ(0, start_scrubbed());
	fd = arena_open(ARENA, O_RDONLY);
	ASSERT_LE(0, fd);
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(wait_for_trouble(fd) == POLLPRI ? 0 : 1);
	EXPECT_TRUE(falls_asleep(pid));
	EXPECT_EQ(READABLE, polled(fd, 0));
	ASSERT_EQ(0, arena_put(ARENA, "corrupt", "77"));
	EXPECT_EQ(0, child_status(pid));
	EXPECT_EQ(READABLE | POLLPRI, polled(fd, 0));
	close(fd);
}

TEST_F_TIMEOUT(device, wakes_who_waits_when_it_stops, CASE_SECONDS)
{
	pid_t pid = fork();

	ASSERT_LE(0, pid);
	if (!pid)
		_exit(wait_for_trouble(self->fd) == GONE ? 0 : 1);
	EXPECT_TRUE(falls_asleep(pid));
	ASSERT_EQ(0, arena_stop(ARENA));
	EXPECT_EQ(0, child_status(pid));
	EXPECT_EQ(GONE, polled(self->fd, 0) & GONE);
}

int main(int argc, char **argv)
{
	return device_tests_run(argc, argv, test_harness_run, false);
}
