// SPDX-License-Identifier: GPL-2.0
/*
 * A folder of configfs has its files as soon as it is made, and goes with them; a plain one
 * does not. For LD_PRELOAD, so that the program that is tested finds plain folders like those
 * of a driver: the program that MADE_UP names fills what was made, and empties what goes.
 * Behind a file of the name that INTERRUPT has, Ctrl-C is typed as soon as it was written, or
 * with HANG_UP the terminal is closed.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* It may have a child write. */
static pid_t program;

__attribute__((constructor)) static void for_this_program_only(void)
{
	program = getpid();
	unsetenv("LD_PRELOAD");
}

static int tell(const char *what, const char *path)
{
	char command[512];

	snprintf(command, sizeof(command), "\"$MADE_UP\" %s '%s'", what, path);
	return system(command) ? -1 : 0;
}

int mkdir(const char *path, mode_t mode)
{
	if (syscall(SYS_mkdirat, AT_FDCWD, path, mode))
		return -1;
	return tell("made", path);
}

int rmdir(const char *path)
{
	tell("goes", path);
	return syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR);
}

ssize_t write(int fd, const void *data, size_t len)
{
	ssize_t end, written = syscall(SYS_write, fd, data, len);
	const char *file = getenv("INTERRUPT");
	char link[32], path[256], *name;

	if (!file || written < 0)
		return written;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	end = readlink(link, path, sizeof(path) - 1);
	if (end < 0)
		return written;
	path[end] = 0;
	name = strrchr(path, '/');
	if (name && !strcmp(name + 1, file))
		kill(program, getenv("HANG_UP") ? SIGHUP : SIGINT);
	return written;
}
