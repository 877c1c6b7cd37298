// SPDX-License-Identifier: GPL-2.0
/*
 * A folder of configfs has its files as soon as it is made, and goes with them; a plain one
 * does not. For LD_PRELOAD, so that the program that is tested finds plain folders like those
 * of a driver: the program that MADE_UP names fills what was made, and empties what goes.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

__attribute__((constructor)) static void for_this_program_only(void)
{
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
