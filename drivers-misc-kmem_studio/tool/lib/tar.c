// SPDX-License-Identifier: GPL-2.0
/*
 * An archive of plain files (POSIX ustar), which any tar unpacks.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tar.h"

#define BLOCK	512

/* POSIX.1-1988, 4.3: numbers are octal digits. */
struct header {
	char	name[100];
	char	mode[8];
	char	uid[8];
	char	gid[8];
	char	size[12];
	char	mtime[12];
	char	sum[8];
	char	type;
	char	link[100];
	char	magic[6];
	char	version[2];
	char	user[32];
	char	group[32];
	char	major[8];
	char	minor[8];
	char	prefix[155];
	char	pad[12];
};

static_assert(sizeof(struct header) == BLOCK, "a header is a block");

/* A long path is cut at a slash into prefix and name. */
static bool set_name(struct header *h, const char *path)
{
	size_t len = strlen(path);
	const char *slash;

	if (len <= sizeof(h->name)) {
		memcpy(h->name, path, len);
		return true;
	}
	for (slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		size_t rest = len - (slash - path) - 1;

		if ((size_t)(slash - path) > sizeof(h->prefix))
			break;
		if (!rest || rest > sizeof(h->name))
			continue;
		memcpy(h->prefix, path, slash - path);
		memcpy(h->name, slash + 1, rest);
		return true;
	}
	return false;
}

static void octal(char *to, size_t size, unsigned long long value)
{
	char digits[32];

	snprintf(digits, sizeof(digits), "%0*llo", (int)size - 1, value);
	memcpy(to, digits, size - 1);
}

/* Return: is the path one that fits? */
bool tar_add(struct text *tar, const char *path, const char *data, size_t len)
{
	static const char zeros[BLOCK];
	struct header h = { .type = '0' };
	unsigned int sum = 0;
	size_t i;

	if (!set_name(&h, path))
		return false;
	octal(h.mode, sizeof(h.mode), 0644);
	octal(h.uid, sizeof(h.uid), 0);
	octal(h.gid, sizeof(h.gid), 0);
	octal(h.size, sizeof(h.size), len);
	octal(h.mtime, sizeof(h.mtime), time(NULL) > 0 ? time(NULL) : 0);
	memcpy(h.magic, "ustar", 6);
	memcpy(h.version, "00", 2);
	memset(h.sum, ' ', sizeof(h.sum));
	for (i = 0; i < sizeof(h); i++)
		sum += ((unsigned char *)&h)[i];
	octal(h.sum, sizeof(h.sum) - 1, sum);
	h.sum[6] = 0;
	text_put(tar, (char *)&h, sizeof(h));
	text_put(tar, data, len);
	if (len % BLOCK)
		text_put(tar, zeros, BLOCK - len % BLOCK);
	return true;
}

void tar_end(struct text *tar)
{
	static const char zeros[2 * BLOCK];

	text_put(tar, zeros, sizeof(zeros));
}
