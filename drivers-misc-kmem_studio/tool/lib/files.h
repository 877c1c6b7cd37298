/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KST_FILES_H
#define KST_FILES_H

#include "studio.h"

/* Where the driver and the kernel have what the program reads. */
#define CONFIGFS	"/sys/kernel/config"
#define DEBUGFS		"/sys/kernel/debug"
#define STUDIO_CONFIG	CONFIGFS "/kmem_studio"
#define STUDIO_DEBUG	DEBUGFS "/kmem_studio"
#define STUDIO_MODULE	"/sys/module/kmem_studio"
/* What all of a saved copy is in. */
#define SAVED_FOLDER	"kmem-studio-save"

/**
 * struct names - what a folder has in it
 * @name: the names, in order
 * @nr:   how many
 */
struct names {
	char	**name;
	size_t	nr;
};

bool file_exists(struct studio *st, const char *path);
int bytes_read(struct studio *st, const char *path, struct text *t);
int file_read(struct studio *st, const char *path, struct text *t);
bool file_value(struct studio *st, const char *path, struct text *t);
bool file_u64(struct studio *st, const char *path, u64 *value);
int file_write(struct studio *st, const char *path, const char *value);
int file_open(struct studio *st, const char *path);
int folder_list(struct studio *st, const char *path, struct names *names);
int folder_make(struct studio *st, const char *path);
int folder_remove(struct studio *st, const char *path);
void names_free(struct names *names);
void names_add(struct names *names, char *name);
int output_write(const char *path, const char *data, size_t len);
char *path_of(struct studio *st, const char *path);

#endif
