/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 4: the figures of a session's runs.
 */
#ifndef KMEM_STUDIO_RESULTS_H
#define KMEM_STUDIO_RESULTS_H

#include <linux/numa.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "layout.h"

struct kmst_arena;
struct kmst_arena_config;
struct kmst_report;

/**
 * enum kmst_state - what a session does
 * @KMST_STATE_IDLE:     it has no arena
 * @KMST_STATE_STARTING: its thread allocates and fills
 * @KMST_STATE_LIVE:     its arena is there, and was right when last verified
 * @KMST_STATE_CORRUPT:  its arena is there, and was found corrupt
 * @KMST_STATE_LOST:     its arena was given back, not verified, as the machine ran out of
 *                       memory
 */
enum kmst_state {
	KMST_STATE_IDLE,
	KMST_STATE_STARTING,
	KMST_STATE_LIVE,
	KMST_STATE_CORRUPT,
	KMST_STATE_LOST,
};

/**
 * struct kmst_results - figures of the current run, or of the last one
 * @run:             which run it is: starts so far, those that failed too
 * @state:           what the session does
 * @error:           what the start, the last verification or the stop of that run returned
 * @source:          which part of the kernel gave the memory
 * @nr_pages:        pages that the arena lies on
 * @order:           order of the single block that holds its objects, -1 for an allocator
 *                   that takes no such block
 * @nr_spans:        blocks, pages or objects that the allocator gave one by one
 * @bytes_requested: bytes of its objects
 * @bytes_allocated: bytes that they take from the kernel
 * @usable_only:     those are the bytes that may be used: what they take is more, and
 *                   cannot be known
 * @bytes_on_pages:  bytes of the pages that the objects lie on
 * @bytes_bookkeeping: bytes of the driver's own tables for them
 * @words_verified:  words that the last verification compared, guard words too
 * @mismatches:      words that it found wrong
 * @poisoned:        pages that it did not read, for the kernel has found them broken
 * @cached:          some of the words may have come from a cache
 * @verifications:   verifications so far, those by the thread too
 * @scrubs:          verifications by the thread
 * @alloc_ns:        time to allocate, in ns
 * @fill_ns:         time to fill, in ns
 * @verify_ns:       time of the last verification, in ns
 * @free_ns:         time to free, in ns
 */
struct kmst_results {
	u64		run;
	enum kmst_state	state;
	int		error;
	enum kmst_source source;
	unsigned long	nr_pages;
	int		order;
	unsigned long	nr_spans;
	u64		bytes_requested;
	u64		bytes_allocated;
	bool		usable_only;
	u64		bytes_on_pages;
	u64		bytes_bookkeeping;
	u64		words_verified;
	u64		mismatches;
	unsigned long	poisoned;
	bool		cached;
	u64		verifications;
	u64		scrubs;
	u64		alloc_ns;
	u64		fill_ns;
	u64		verify_ns;
	u64		free_ns;
};

/**
 * struct kmst_record - where a session's figures are kept
 * @lock:       everything but @node_count; innermost, so that the figures can be read
 *              while a fill or a verification runs
 * @results:    the figures
 * @node_pages: pages that each node gave
 * @node_count: where the thread counts them
 */
struct kmst_record {
	spinlock_t		lock;	/* see above */
	struct kmst_results	results;
	unsigned long		node_pages[MAX_NUMNODES];
	unsigned long		node_count[MAX_NUMNODES];
};

void kmst_record_begin(struct kmst_record *record, const struct kmst_arena_config *config);
void kmst_record_arena(struct kmst_record *record, const struct kmst_arena *arena);
void kmst_record_filled(struct kmst_record *record, u64 ns);
void kmst_record_state(struct kmst_record *record, enum kmst_state state, int err);
void kmst_record_verified(struct kmst_record *record, const struct kmst_report *report,
			  u64 ns, int err);
u64 kmst_record_scrub(struct kmst_record *record);
void kmst_record_freed(struct kmst_record *record, u64 ns);
void kmst_record_read(struct kmst_record *record, struct kmst_results *results);
unsigned long kmst_record_node_pages(struct kmst_record *record, int nid);

#endif /* KMEM_STUDIO_RESULTS_H */
