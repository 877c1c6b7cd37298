/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 5: lines of the kernel log that more than one front end writes.
 */
#ifndef KMEM_STUDIO_LOG_H
#define KMEM_STUDIO_LOG_H

#include <linux/types.h>

struct kmst_allocator;
struct kmst_arena;
struct kmst_arena_config;
struct kmst_refusal;
struct kmst_report;

int kmst_log_value(const char *who, const char *name, const char *val,
		   const char *takes);
int kmst_log_name(const char *folder, const char *name);
int kmst_log_capability(const char *who, const char *name);
void kmst_log_lost(const char *who, unsigned long nr_pages);
void kmst_log_source(const char *who, const struct kmst_arena *arena);
void kmst_log_report(const char *who, const struct kmst_report *report);
bool kmst_log_request(const char *who, const char *done, const struct kmst_allocator *allocator,
		      int nid, const struct kmst_refusal *why);
void kmst_log_refusal(const char *who, const struct kmst_arena_config *config,
		      const struct kmst_refusal *why, int err);

#endif /* KMEM_STUDIO_LOG_H */
