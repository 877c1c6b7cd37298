// SPDX-License-Identifier: GPL-2.0
/*
 * The figures of a session's runs: written by its thread and its callers, read by anybody
 * at any time.
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "arena.h"
#include "results.h"
#include "verify.h"

/**
 * kmst_record_begin() - Begin the figures of a new run.
 * @record: the record
 * @config: what is to be started
 *
 * Context: process context, does not sleep.
 */
void kmst_record_begin(struct kmst_record *record, const struct kmst_arena_config *config)
{
	struct kmst_plan plan;

	kmst_plan_init(&plan, config->nr_structs, PAGE_SHIFT);

	spin_lock(&record->lock);
	record->results = (struct kmst_results){
		.run		 = record->results.run + 1,
		.state		 = KMST_STATE_STARTING,
		.order		 = kmst_allocator_takes_order(config->allocator) ?
				   (int)plan.order : -1,
		.bytes_requested = plan.bytes,
	};
	memset(record->node_pages, 0, sizeof(record->node_pages));
	spin_unlock(&record->lock);
}

/**
 * kmst_record_arena() - Note what was allocated.
 * @record: the record
 * @arena:  the arena
 *
 * Context: process context, may sleep. One caller at a time, which holds a reference.
 */
void kmst_record_arena(struct kmst_record *record, const struct kmst_arena *arena)
{
	const struct kmst_memory *memory = &arena->memory;
	struct kmst_results *results = &record->results;

	memset(record->node_count, 0, sizeof(record->node_count));
	kmst_memory_count_nodes(memory, record->node_count);

	spin_lock(&record->lock);
	memcpy(record->node_pages, record->node_count, sizeof(record->node_pages));
	results->source = memory->source;
	results->nr_pages = memory->nr_pages;
	results->nr_spans = kmst_memory_nr_spans(memory);
	results->bytes_allocated = memory->bytes;
	results->usable_only = memory->usable_only;
	results->bytes_on_pages = (u64)memory->nr_pages << PAGE_SHIFT;
	results->bytes_bookkeeping = kmst_arena_bookkeeping(arena);
	results->alloc_ns = arena->alloc_ns;
	spin_unlock(&record->lock);
}

/**
 * kmst_record_filled() - Note how long the fill took.
 * @record: the record
 * @ns:     the time, in ns
 *
 * Context: process context, does not sleep.
 */
void kmst_record_filled(struct kmst_record *record, u64 ns)
{
	spin_lock(&record->lock);
	record->results.fill_ns = ns;
	spin_unlock(&record->lock);
}

/**
 * kmst_record_state() - Note a new state.
 * @record: the record
 * @state:  the state
 * @err:    what led to it
 *
 * Context: process context, does not sleep.
 */
void kmst_record_state(struct kmst_record *record, enum kmst_state state, int err)
{
	spin_lock(&record->lock);
	record->results.state = state;
	record->results.error = err;
	spin_unlock(&record->lock);
}

/**
 * kmst_record_verified() - Note what a verification found.
 * @record: the record
 * @report: what it found
 * @ns:     the time it took, in ns
 * @err:    what it returned
 *
 * Context: process context, does not sleep.
 */
void kmst_record_verified(struct kmst_record *record, const struct kmst_report *report,
			  u64 ns, int err)
{
	struct kmst_results *results = &record->results;

	spin_lock(&record->lock);
	results->error = err;
	/* what was given up says nothing about the words that it has not seen */
	if (!err || err == -EILSEQ) {
		results->state = err ? KMST_STATE_CORRUPT : KMST_STATE_LIVE;
		results->words_verified = report->words + report->guards;
		results->mismatches = report->mismatches;
		results->poisoned = report->poisoned;
		results->cached = report->cached;
		results->verify_ns = ns;
		results->verifications++;
	}
	spin_unlock(&record->lock);
}

/**
 * kmst_record_scrub() - Count a scrub.
 * @record: the record
 *
 * Context: process context, does not sleep.
 * Return: scrubs so far.
 */
u64 kmst_record_scrub(struct kmst_record *record)
{
	u64 scrubs;

	spin_lock(&record->lock);
	scrubs = ++record->results.scrubs;
	spin_unlock(&record->lock);
	return scrubs;
}

/**
 * kmst_record_freed() - Note how long it took to free the arena.
 * @record: the record
 * @ns:     the time, in ns
 *
 * Context: process context, does not sleep.
 */
void kmst_record_freed(struct kmst_record *record, u64 ns)
{
	spin_lock(&record->lock);
	record->results.free_ns = ns;
	spin_unlock(&record->lock);
}

/**
 * kmst_record_read() - Copy the figures.
 * @record:  the record
 * @results: gets them
 *
 * Context: process context, does not sleep.
 */
void kmst_record_read(struct kmst_record *record, struct kmst_results *results)
{
	spin_lock(&record->lock);
	*results = record->results;
	spin_unlock(&record->lock);
}

/**
 * kmst_record_node_pages() - Pages that a NUMA node gave.
 * @record: the record
 * @nid:    the node, less than MAX_NUMNODES
 *
 * Context: process context, does not sleep.
 * Return: pages.
 */
unsigned long kmst_record_node_pages(struct kmst_record *record, int nid)
{
	unsigned long nr_pages;

	spin_lock(&record->lock);
	nr_pages = record->node_pages[nid];
	spin_unlock(&record->lock);
	return nr_pages;
}
