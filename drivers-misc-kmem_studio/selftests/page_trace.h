/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What became of pages and objects, as the kernel's own tracepoints tell it (kmem:*), in a
 * tracing instance of these tests: what others trace is left alone, and what others free
 * is told apart, by its page frame or its address.
 *
 * The instance's buffer takes PAGE_TRACE_KB of each CPU's memory while it is open.
 */
#ifndef KMEM_STUDIO_PAGE_TRACE_H
#define KMEM_STUDIO_PAGE_TRACE_H

#include <stdbool.h>
#include <stdio.h>

#include "frames.h"

#define PAGE_TRACE_KB	"2048"

/* Returns NULL, or why there is none. What was open before is closed. */
const char *page_trace_open(void);
void page_trace_close(void);

/* A file of the instance, for other events: 0 or a negative errno. */
int page_trace_put(const char *file, const char *text);

/* What was noted, to be read by lines. NULL if events were lost. */
FILE *page_trace_events(void);

/* From now on, note which of these frames come free. */
int page_trace_watch(const struct frame *frames, long nr);

/* How many of them did so, each counted once. Negative if events were lost. */
long page_trace_count_freed(const struct frame *frames, long nr);

/* Do all of them, within some time? Says how many did not. */
bool page_trace_all_freed(const struct frame *frames, long nr);

/* From now on, note what the driver takes from the kernel, and all that comes free. */
int page_trace_watch_driver(void);

/* Go on with that, without what was noted until now. */
void page_trace_restart(void);

/* Others may fill the buffer, too, on a machine that is not quiet. */
bool page_trace_has_lost(void);

/* Did they, and is that nobody's fault? An emulated machine has nobody else. */
bool page_trace_is_not_quiet(void);
#define NOT_QUIET	"this machine is not quiet: the tracing buffer was full"

/*
 * Pages that it got since and that are still not free. Of a span that is not in a row in
 * memory only the first page is known. Negative if events were lost.
 */
long page_trace_count_kept_pages(bool in_a_row);

/* The same for what it got from kmalloc(). It has to be a module: that names its calls. */
long page_trace_count_kept_objects(void);

/* Areas of vmalloc() that are the driver's. */
long count_vmalloc_areas(void);

#endif /* KMEM_STUDIO_PAGE_TRACE_H */
