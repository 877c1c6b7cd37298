// SPDX-License-Identifier: GPL-2.0
/*
 * A saved copy in one file: plain files of a POSIX ustar archive, which is what save writes.
 * Nothing is unpacked. The first folder of each path is the copy's own, and left out.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "archive.h"
#include "files.h"

#define BLOCK		512

/* A field of octal digits, at @at of a header. */
static size_t octal(const char *header, size_t at, size_t size)
{
	size_t value = 0, i;

	for (i = at; i < at + size && header[i] >= '0' && header[i] <= '7'; i++)
		value = value * 8 + (header[i] - '0');
	return value;
}

static bool is_header(const char *header)
{
	size_t sum = 8 * ' ', i;

	for (i = 0; i < BLOCK; i++)
		sum += i >= 148 && i < 156 ? 0 : (unsigned char)header[i];
	return !memcmp(header + 257, "ustar", 5) && octal(header, 148, 8) == sum;
}

/* "prefix/name" without its first folder; to be freed, NULL if nothing is left. */
static char *path_in(const char *header)
{
	char *whole, *path, *slash, *begin;

	whole = xasprintf("%.155s%s%.100s", header + 345, header[345] ? "/" : "", header);
	/* of "tar cf copy.tar ./folder"; in "." it is the folder itself */
	begin = strncmp(whole, "./" SAVED_FOLDER "/", strlen("./" SAVED_FOLDER "/")) ?
		whole : whole + 2;
	slash = strchr(begin, '/');
	path = slash && slash[1] ? xstrdup(slash) : NULL;
	free(whole);
	return path;
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct member *)a)->path, ((const struct member *)b)->path);
}

/* Two blocks of zeros, which a tar has behind its last member. */
static bool is_end(const struct archive *a, size_t at)
{
	static const char zeros[2 * BLOCK];

	return at + sizeof(zeros) <= a->t.len && !memcmp(a->t.s + at, zeros, sizeof(zeros));
}

/* A member whose @len bytes follow its header. */
static void take_member(struct archive *a, const char *header, size_t len)
{
	bool is_file = header[156] == '0' || !header[156];
	char *path = is_file ? path_in(header) : NULL;

	if (path) {
		a->member = grow(a->member, a->nr, sizeof(*a->member));
		a->member[a->nr++] = (struct member){ path, header + BLOCK, len };
	} else if (is_file || !strchr("5xg", header[156])) {
		/* neither a folder nor what pax tells of a member */
		a->left_out++;
	}
}

/*
 * Find what is in @a->t: its size bounds how many members there are. Return: 0, -EINVAL if it is
 * no archive of files, -ENODATA if it does not end as one.
 */
int archive_open(struct archive *a)
{
	size_t at = 0, len;

	while (at + BLOCK <= a->t.len && is_header(a->t.s + at)) {
		const char *header = a->t.s + at;

		len = octal(header, 124, 12);
		at += BLOCK;
		if (len > a->t.len - at)
			break;
		take_member(a, header, len);
		len = (len + BLOCK - 1) / BLOCK * BLOCK;
		at = len > a->t.len - at ? a->t.len : at + len;
	}
	if (a->nr)
		qsort(a->member, a->nr, sizeof(*a->member), compare);
	if (!at)
		return -EINVAL;
	if (!is_end(a, at))
		return -ENODATA;
	return a->nr ? 0 : -EINVAL;
}

void archive_free(struct archive *a)
{
	size_t i;

	for (i = 0; i < a->nr; i++)
		free(a->member[i].path);
	free(a->member);
	text_free(&a->t);
	*a = (struct archive){};
}

const struct member *archive_find(const struct archive *a, const char *path)
{
	const struct member key = { .path = (char *)path };

	return a->nr ? bsearch(&key, a->member, a->nr, sizeof(key), compare) : NULL;
}

/* The part after the folder @path, NULL if it is not in that. */
static const char *within(const struct member *member, const char *path)
{
	size_t len = strlen(path);

	if (strncmp(member->path, path, len) || member->path[len] != '/')
		return NULL;
	return member->path + len + 1;
}

/* The first member of the folder @path, or of what comes behind it. */
static size_t first_within(const struct archive *a, const char *path)
{
	char *folder = xasprintf("%s/", path);
	size_t low = 0, high = a->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(a->member[middle].path, folder) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	free(folder);
	return low;
}

bool archive_has(const struct archive *a, const char *path)
{
	size_t first = first_within(a, path);

	return (first < a->nr && within(&a->member[first], path)) || archive_find(a, path);
}

/* What a folder has. What is in a folder of it comes in one piece, and gives one name. */
void archive_list(const struct archive *a, const char *path, struct names *names)
{
	const char *name;
	size_t i;

	for (i = first_within(a, path); i < a->nr; i++) {
		char *first;

		name = within(&a->member[i], path);
		if (!name)
			break;
		if (*name == '.' || !*name)
			continue;
		first = xstrdup(name);
		first[strcspn(first, "/")] = 0;
		if (names->nr && !strcmp(names->name[names->nr - 1], first))
			free(first);
		else
			names_add(names, first);
	}
}
