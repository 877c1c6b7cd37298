// SPDX-License-Identifier: GPL-2.0
/*
 * Files of the kernel, or of a saved copy of them. Each read is bounded, opens nothing but
 * plain files, and cannot hang on a pipe that somebody put into a copy.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive.h"
#include "files.h"

/* More than any table that people want to see. */
#define MAX_FILE	(256UL << 20)
#define MAX_NAMES	65536

char *path_of(struct studio *st, const char *path)
{
	return xasprintf("%s%s", st->root, path);
}

/*
 * In a saved copy: a link of it, of whichever part of the path, would lead to files of whoever
 * reads it, so none is followed. Return: a file descriptor, or a negative errno.
 */
static int open_below(struct studio *st, const char *path, int flags)
{
	int fd = open(st->root, O_PATH | O_DIRECTORY | O_CLOEXEC), err = errno;
	char *copy = xstrdup(path), *rest = copy, *part;

	while (fd >= 0 && (part = next_field(&rest, '/'))) {
		int how = rest ? O_PATH | O_DIRECTORY | O_CLOEXEC : flags;
		int folder = fd;

		/* nothing leads out of it */
		if (!*part || !strcmp(part, ".."))
			continue;
		fd = openat(folder, part, how | O_NOFOLLOW);
		err = errno;
		close(folder);
	}
	free(copy);
	return fd < 0 ? -err : fd;
}

/* Return: a file descriptor, or a negative errno. */
static int open_path(struct studio *st, const char *path, int flags)
{
	int fd;

	flags |= O_CLOEXEC | O_NOCTTY;
	if (is_saved(st))
		return open_below(st, path, flags);
	fd = open(path, flags);
	return fd < 0 ? -errno : fd;
}

bool file_exists(struct studio *st, const char *path)
{
	struct stat stat;
	bool is;
	int fd;

	if (st->archive)
		return archive_has(st->archive, path);
	if (!is_saved(st))
		return !access(path, F_OK);
	fd = open_path(st, path, O_PATH);
	if (fd < 0)
		return false;
	is = !fstat(fd, &stat) && !S_ISLNK(stat.st_mode);
	close(fd);
	return is;
}

/* Of plain files only. Return: a file descriptor, or a negative errno. */
int file_open(struct studio *st, const char *path)
{
	int fd = open_path(st, path, O_RDONLY | O_NONBLOCK);
	struct stat stat;

	if (fd >= 0 && (fstat(fd, &stat) || !S_ISREG(stat.st_mode))) {
		close(fd);
		return -EINVAL;
	}
	return fd;
}

static int member_read(const struct archive *archive, const char *path, struct text *t)
{
	const struct member *member = archive_find(archive, path);

	if (!member)
		return -ENOENT;
	text_put(t, member->data, member->len);
	return 0;
}

/* All of a file, as it is. Return: 0 or a negative errno. */
int bytes_read(struct studio *st, const char *path, struct text *t)
{
	char buffer[16384];
	ssize_t n;
	int err = 0;
	int fd;

	text_clear(t);
	text_put(t, "", 0);
	if (st->archive)
		return member_read(st->archive, path, t);
	fd = file_open(st, path);
	if (fd < 0)
		return fd;
	while ((n = read(fd, buffer, sizeof(buffer)))) {
		if (n < 0) {
			if (errno == EINTR && !interrupted())
				continue;
			err = -errno;
			break;
		}
		text_put(t, buffer, n);
		if (t->len > MAX_FILE) {
			err = -EFBIG;
			break;
		}
	}
	close(fd);
	return err;
}

/* The same as text, with spaces for its NUL bytes. */
int file_read(struct studio *st, const char *path, struct text *t)
{
	int err = bytes_read(st, path, t);
	size_t i;

	for (i = 0; i < t->len; i++) {
		if (!t->s[i])
			t->s[i] = ' ';
	}
	return err;
}

/* One value: a line of it, made fit to be shown. */
bool file_value(struct studio *st, const char *path, struct text *t)
{
	char *s;

	if (file_read(st, path, t))
		return false;
	s = trim(t->s);
	memmove(t->s, s, strlen(s) + 1);
	t->len = strlen(t->s);
	make_printable(t->s);
	return true;
}

bool file_u64(struct studio *st, const char *path, u64 *value)
{
	struct text t = {};
	bool ok = file_value(st, path, &t) && parse_u64(t.s, value);

	text_free(&t);
	return ok;
}

/*
 * Write a value in one call, as the kernel wants it. A signal that is no end makes the
 * kernel go on by itself; one that killed the wait is -EINTR. Return: 0 or a negative errno.
 */
int file_write(struct studio *st, const char *path, const char *value)
{
	size_t len = strlen(value);
	int err = 0;
	char *full;
	int fd;

	if (is_saved(st))
		return -EROFS;
	full = path_of(st, path);
	fd = open(full, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	free(full);
	if (fd < 0)
		return -errno;
	if (write(fd, value, len) != (ssize_t)len)
		err = errno ? -errno : -EIO;
	close(fd);
	return err;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char * const *)a, *(char * const *)b);
}

static void sort(struct names *names)
{
	if (names->nr)
		qsort(names->name, names->nr, sizeof(*names->name), compare_names);
}

/* Takes @name. */
void names_add(struct names *names, char *name)
{
	names->name = grow(names->name, names->nr, sizeof(*names->name));
	names->name[names->nr++] = name;
}

/* Return: 0 or a negative errno. */
int folder_list(struct studio *st, const char *path, struct names *names)
{
	struct dirent *entry;
	DIR *dir = NULL;
	int fd, err;

	*names = (struct names){};
	if (st->archive) {
		archive_list(st->archive, path, names);
		sort(names);
		return names->nr ? 0 : -ENOENT;
	}
	fd = open_path(st, path, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return fd;
	dir = fdopendir(fd);
	if (!dir) {
		err = -errno;
		close(fd);
		return err;
	}
	while ((entry = readdir(dir)) && names->nr < MAX_NAMES) {
		if (entry->d_name[0] == '.')
			continue;
		names_add(names, xstrdup(entry->d_name));
	}
	closedir(dir);
	sort(names);
	return 0;
}

void names_free(struct names *names)
{
	size_t i;

	for (i = 0; i < names->nr; i++)
		free(names->name[i]);
	free(names->name);
	*names = (struct names){};
}

int folder_make(struct studio *st, const char *path)
{
	char *full;
	int err;

	if (is_saved(st))
		return -EROFS;
	full = path_of(st, path);
	err = mkdir(full, 0755) ? -errno : 0;
	free(full);
	return err;
}

int folder_remove(struct studio *st, const char *path)
{
	char *full;
	int err;

	if (is_saved(st))
		return -EROFS;
	full = path_of(st, path);
	err = rmdir(full) ? -errno : 0;
	free(full);
	return err;
}

static int write_all(FILE *f, const char *data, size_t len)
{
	return fwrite(data, 1, len, f) != len || fflush(f) ? -errno : 0;
}

/* @fd gets what the file that is there has, or a new one would have. Return: was it had? */
static bool copy_rights(int fd, const struct stat *there)
{
	mode_t mask = umask(0);
	struct stat own;

	umask(mask);
	if (!there)
		return !fchmod(fd, 0666 & ~mask);
	if (fstat(fd, &own))
		return false;
	/* in this order: a change of the owner takes rights away */
	if ((own.st_uid != there->st_uid || own.st_gid != there->st_gid) &&
	    fchown(fd, there->st_uid, there->st_gid))
		return false;
	return !fchmod(fd, there->st_mode & 07777);
}

/*
 * A new file beside @path, with the owner and the rights of the one that is there. Return: NULL
 * if @path is a device or a link, or may not be written, or no file can be made there; errno is
 * of the last one, else 0.
 */
static FILE *open_beside(const char *path, char *beside)
{
	struct stat stat;
	bool is = !lstat(path, &stat);
	FILE *f = NULL;
	int fd;

	if (is && (!S_ISREG(stat.st_mode) || access(path, W_OK))) {
		errno = 0;
		return NULL;
	}
	fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0)
		return NULL;
	if (copy_rights(fd, is ? &stat : NULL))
		f = fdopen(fd, "w");
	if (!f) {
		close(fd);
		unlink(beside);
	}
	return f;
}

static int write_and_close(FILE *f, const char *data, size_t len)
{
	int err = write_all(f, data, len);

	return fclose(f) && !err ? -errno : err;
}

/* A device, what a link leads to, or a file where no other can be made. */
static int write_in_place(const char *path, const char *data, size_t len)
{
	FILE *f = fopen(path, "we");
	struct stat stat;
	int err;

	if (!f)
		return -errno;
	err = write_and_close(f, data, len);
	/* what could not be written whole would be taken for all there is */
	if (err && !lstat(path, &stat) && S_ISREG(stat.st_mode))
		unlink(path);
	return err;
}

/*
 * A file that the user named. What was there stays until the new one is whole, where one can be
 * made beside it. Return: 0 or a negative errno.
 */
static int file_replace(const char *path, const char *data, size_t len)
{
	struct text beside = {};
	FILE *f;
	int err;

	text_puts(&beside, path);
	text_puts(&beside, ".XXXXXX");
	f = open_beside(path, beside.s);
	/* where there is no room, none is made by what was there before */
	if (!f && (errno == ENOSPC || errno == EDQUOT)) {
		err = -errno;
		text_free(&beside);
		return err;
	}
	err = f ? write_and_close(f, data, len) : 0;
	if (f && !err && rename(beside.s, path)) {
		err = -errno;
		/* something is mounted on it */
		if (err == -EBUSY)
			err = write_in_place(path, data, len);
	}
	if (f)
		unlink(beside.s);
	else
		err = write_in_place(path, data, len);
	text_free(&beside);
	return err;
}

/* A file that the user named, "-" is standard output. Return: 0 or STATUS_REFUSED. */
int output_write(const char *path, const char *data, size_t len)
{
	bool is_stdout = !strcmp(path, "-");
	int err = is_stdout ? write_all(stdout, data, len) : file_replace(path, data, len);

	if (!err)
		return STATUS_OK;
	if (is_stdout && err == -EPIPE)
		return STATUS_REFUSED;
	return fail(STATUS_REFUSED, "cannot write %s: %s", path, strerror(-err));
}
