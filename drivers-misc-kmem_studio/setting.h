/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 5: the settings of a folder in configfs, whatever it is of.
 */
#ifndef KMEM_STUDIO_SETTING_H
#define KMEM_STUDIO_SETTING_H

#include <linux/types.h>

struct kmst_allocator;
struct mutex;

/**
 * struct kmst_settings - what the settings of a folder have in common
 * @who:  what their lines of the log begin with
 * @lock: serialises writers; values that are read at once are read without it
 * @busy: called with @lock held: why nothing may change now, NULL if it may
 */
struct kmst_settings {
	const char	*who;
	struct mutex	*lock;	/* see above */
	const char	*(*busy)(struct kmst_settings *settings);
};

int kmst_settings_lock(struct kmst_settings *settings, const char *name);
ssize_t kmst_set_uint(struct kmst_settings *settings, unsigned int *value, const char *name,
		      const char *page, size_t len, unsigned int lowest, unsigned int highest,
		      const char *takes);
ssize_t kmst_set_bool(struct kmst_settings *settings, bool *value, const char *name,
		      const char *page, size_t len, const char *takes);
ssize_t kmst_set_u64(struct kmst_settings *settings, u64 *value, const char *name, u64 wanted,
		     size_t len);
int kmst_get_u64(struct kmst_settings *settings, const u64 *value, u64 *got);
ssize_t kmst_set_node(struct kmst_settings *settings, int *value, const char *page, size_t len);
ssize_t kmst_set_gfp(struct kmst_settings *settings, gfp_t *value, const char *page, size_t len);
ssize_t kmst_set_allocator(struct kmst_settings *settings, const struct kmst_allocator **value,
			   const char *page, size_t len);

#endif /* KMEM_STUDIO_SETTING_H */
