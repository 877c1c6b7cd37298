/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KST_ARCHIVE_H
#define KST_ARCHIVE_H

#include "text.h"

struct names;

/**
 * struct member - a file of an archive
 * @path: from the root of the copy on; begins with a slash
 * @data: its bytes
 * @len:  how many
 */
struct member {
	char		*path;
	const char	*data;
	size_t		len;
};

/**
 * struct archive - a saved copy in one file
 * @t:      the file
 * @member: what is in it, by path
 * @nr:     how many
 * @left_out: members that are no files with a path
 */
struct archive {
	struct text	t;
	struct member	*member;
	size_t		nr;
	size_t		left_out;
};

int archive_open(struct archive *a);
void archive_free(struct archive *a);
const struct member *archive_find(const struct archive *a, const char *path);
bool archive_has(const struct archive *a, const char *path);
void archive_list(const struct archive *a, const char *path, struct names *names);

#endif
