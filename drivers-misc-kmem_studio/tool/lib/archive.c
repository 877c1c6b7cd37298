// SPDX-License-Identifier: GPL-2.0
/*
 * A saved copy in one file: plain files of a POSIX ustar archive, which is what save writes.
 * Nothing is unpacked. The first folder of each path is the copy's own, and left out.
 */
#include <stdlib.h>
#include <string.h>

#include "archive.h"
#include "files.h"

#define BLOCK		512
#define MOST_MEMBERS	16384

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
	char *whole, *path, *slash;

	whole = xasprintf("%.155s%s%.100s", header + 345, header[345] ? "/" : "", header);
	slash = strchr(whole, '/');
	path = slash && slash[1] ? xstrdup(slash) : NULL;
	free(whole);
	return path;
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct member *)a)->path, ((const struct member *)b)->path);
}

/* Find what is in @a->t. Return: is it an archive? */
bool archive_open(struct archive *a)
{
	size_t at = 0, len;

	while (at + BLOCK <= a->t.len && is_header(a->t.s + at) && a->nr < MOST_MEMBERS) {
		const char *header = a->t.s + at;
		char *path = NULL;

		len = octal(header, 124, 12);
		at += BLOCK;
		if (len > a->t.len - at)
			break;
		if (header[156] == '0' || !header[156])
			path = path_in(header);
		if (path) {
			a->member = grow(a->member, a->nr, sizeof(*a->member));
			a->member[a->nr++] = (struct member){ path, a->t.s + at, len };
		}
		len = (len + BLOCK - 1) / BLOCK * BLOCK;
		at = len > a->t.len - at ? a->t.len : at + len;
	}
	if (a->nr)
		qsort(a->member, a->nr, sizeof(*a->member), compare);
	return a->nr;
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

bool archive_has(const struct archive *a, const char *path)
{
	size_t i;

	for (i = 0; i < a->nr && !within(&a->member[i], path); i++)
		;
	return i < a->nr || archive_find(a, path);
}

/* What a folder has, each once: paths are in order. */
void archive_list(const struct archive *a, const char *path, struct names *names)
{
	size_t i;

	for (i = 0; i < a->nr; i++) {
		const char *name = within(&a->member[i], path);
		char *first;

		if (!name || *name == '.' || !*name)
			continue;
		first = xstrdup(name);
		first[strcspn(first, "/")] = 0;
		if (names_have(names, first))
			free(first);
		else
			names_add(names, first);
	}
}
