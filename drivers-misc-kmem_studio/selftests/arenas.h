/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Arenas for the programs of this folder: made and set in configfs, opened in /dev. All
 * that can fail returns a negative errno then.
 */
#ifndef KMEM_STUDIO_ARENAS_H
#define KMEM_STUDIO_ARENAS_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARENAS		"/sys/kernel/config/kmem_studio/arenas"
#define DEVICES		"/dev/kmem_studio"
#define PARAMETERS	"/sys/module/kmem_studio/parameters"
#define OBJECT_BYTES	32

static inline int text_put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

static inline long long number_get(const char *path)
{
	char text[32] = "";
	ssize_t got;
	int fd;

	fd = open(path, O_RDONLY);
	if (fd < 0)
		return -errno;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	return got > 0 ? strtoll(text, NULL, 10) : -EIO;
}

static inline int arena_put(const char *arena, const char *file, const char *value)
{
	char path[256];

	snprintf(path, sizeof(path), ARENAS "/%s/%s", arena, file);
	return text_put(path, value);
}

static inline int arena_put_number(const char *arena, const char *file, size_t number)
{
	char value[24];

	snprintf(value, sizeof(value), "%zu", number);
	return arena_put(arena, file, value);
}

static inline long long arena_get(const char *arena, const char *file)
{
	char path[256];

	snprintf(path, sizeof(path), ARENAS "/%s/%s", arena, file);
	return number_get(path);
}

static inline int arena_make(const char *arena)
{
	char path[256];

	snprintf(path, sizeof(path), ARENAS "/%s", arena);
	return mkdir(path, 0755) ? -errno : 0;
}

static inline int arena_remove(const char *arena)
{
	char path[256];

	snprintf(path, sizeof(path), ARENAS "/%s", arena);
	return rmdir(path) ? -errno : 0;
}

static inline int arena_stop(const char *arena)
{
	return arena_put(arena, "live", "0");
}

static inline int arena_start(const char *arena, const char *allocator, size_t nr_structs)
{
	int err;

	err = arena_put(arena, "allocator", allocator);
	if (!err)
		err = arena_put_number(arena, "nr_structs", nr_structs);
	return err ?: arena_put(arena, "live", "1");
}

static inline int arena_open(const char *arena, int flags)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), DEVICES "/%s", arena);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* This machine is nobody's: its memory may be taken, written to and lost. */
static inline bool is_emulated(void)
{
	const char *emulated = getenv("KMEM_STUDIO_EMULATED");

	return emulated && !strcmp(emulated, "1");
}

/* May so little memory be missing here? Where nobody else takes any, it may not. */
static inline bool may_be_refused(int err)
{
	return err == -EOPNOTSUPP || (!is_emulated() && (err == -ENOMEM || err == -E2BIG));
}

/* --- the driver --- */

/* Who is root in a container may not see page frames. */
static inline bool may_see_frames(void)
{
	FILE *status = fopen("/proc/self/status", "r");
	unsigned long long caps = 0;
	char line[128];

	if (!status)
		return false;
	while (fgets(line, sizeof(line), status)) {
		if (sscanf(line, "CapEff: %llx", &caps) == 1)
			break;
	}
	fclose(status);
	return caps & (1ULL << CAP_SYS_ADMIN);
}

static inline bool driver_is_loaded(void)
{
	return !access("/sys/module/kmem_studio", F_OK);
}

/* Built in, it has no line there. */
static inline bool driver_is_module(void)
{
	FILE *modules = fopen("/proc/modules", "r");
	bool found = false;
	char line[512];

	if (!modules)
		return false;
	while (!found && fgets(line, sizeof(line), modules))
		found = !strncmp(line, "kmem_studio ", strlen("kmem_studio "));
	fclose(modules);
	return found;
}

static inline int driver_load(void)
{
	return system("modprobe kmem_studio nr_structs=0") ? -ENODEV : 0;
}

static inline bool folder_is_empty(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	bool empty = true;

	if (!folder)
		return true;
	while ((entry = readdir(folder)))
		empty &= entry->d_name[0] == '.';
	closedir(folder);
	return empty;
}

/* Folders that this file has mounted something on: two at most, see driver_take(). */
static const char *mounted[2];
static unsigned int nr_mounted;

static inline void mount_if_needed(const char *type, const char *folder, const char *needed)
{
	if (access(needed, F_OK) && nr_mounted < 2 && !mount("none", folder, type, 0, NULL))
		mounted[nr_mounted++] = folder;
}

/* Nothing but what this file has mounted. */
static inline void unmount_ours(void)
{
	while (nr_mounted)
		umount(mounted[--nr_mounted]);
}

/*
 * The driver loaded, and everything mounted that is needed of it. Returns NULL, or why
 * there is nothing to be done. *loaded tells that it was not there before.
 */
static inline const char *driver_take(bool *loaded)
{
	*loaded = false;
	if (geteuid())
		return "needs root";
	if (!may_see_frames())
		return "needs the capability CAP_SYS_ADMIN";
	if (!driver_is_loaded()) {
		if (driver_load())
			return "no kmem_studio in this kernel, see the config file";
		*loaded = true;
	}
	mount_if_needed("configfs", "/sys/kernel/config", ARENAS);
	mount_if_needed("debugfs", "/sys/kernel/debug", "/sys/kernel/debug/kmem_studio");
	if (access(ARENAS, F_OK))
		return "no configfs";
	if (access("/sys/kernel/debug/kmem_studio", F_OK))
		return "no debugfs";
	if (!folder_is_empty(ARENAS) || number_get(PARAMETERS "/nr_structs"))
		return "there are arenas in use, remove them first";
	return NULL;
}

static inline void driver_give_back(bool loaded)
{
	unmount_ours();
	if (loaded && system("rmmod kmem_studio"))
		fprintf(stderr, "# the module kmem_studio is not unloaded\n");
}

#endif /* KMEM_STUDIO_ARENAS_H */
