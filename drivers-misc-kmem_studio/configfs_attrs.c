// SPDX-License-Identifier: GPL-2.0
/*
 * The files of an arena's folder in configfs: configuration and results; its commands are in
 * configfs_commands.c. One value a file; Documentation/ABI/testing/configfs-kmem-studio lists
 * them.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/container_of.h>
#include <linux/gfp.h>
#include <linux/kstrtox.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/nodemask.h>
#include <linux/printk.h>
#include <linux/stringify.h>
#include <linux/sysfs.h>

#include "configfs_attrs.h"
#include "configfs_commands.h"
#include "log.h"
#include "names.h"
#include "pattern.h"

#define MAX_SCRUB_MS		86400000
#define MAX_MISMATCHES		1024

/* Bytes of a file's text, whatever the page size, and of the line of a node. */
#define MAX_TEXT		4096
#define NODE_TEXT		32

/* --- configuration: one value a file --- */

static ssize_t refuse(struct kmst_folder *arena, const char *name, const char *page,
		      const char *takes)
{
	return kmst_log_value(arena->who, name, page, takes);
}

static bool has_no_arena(const struct kmst_results *results)
{
	return results->state == KMST_STATE_IDLE || results->state == KMST_STATE_LOST;
}

/* No value changes under a live arena. */
static const char *why_busy(struct kmst_settings *settings)
{
	struct kmst_folder *arena = container_of(settings, struct kmst_folder, settings);
	struct kmst_results results;

	lockdep_assert_held(&arena->turn.lock);

	if (kmst_folder_starts(arena))
		return "the arena is being started";
	kmst_session_results(&arena->session, &results);
	if (has_no_arena(&results))
		return NULL;
	return "the arena is live; write 0 to live first";
}

/**
 * kmst_folder_settings() - Let an arena be configured.
 * @arena: its folder
 *
 * Context: any.
 */
void kmst_folder_settings(struct kmst_folder *arena)
{
	arena->settings = (struct kmst_settings){
		.who	= arena->who,
		.lock	= &arena->turn.lock,
		.busy	= why_busy,
	};
}

static ssize_t arena_nr_structs_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n",
			  READ_ONCE(kmst_folder_of(item)->config.arena.nr_structs));
}

static ssize_t arena_nr_structs_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_folder *arena = kmst_folder_of(item);

	return kmst_set_uint(&arena->settings, &arena->config.arena.nr_structs, "nr_structs", page,
			     len, 1, UINT_MAX, "a number from 1 to 4294967295");
}
CONFIGFS_ATTR(arena_, nr_structs);

static ssize_t arena_scrub_ms_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", READ_ONCE(kmst_folder_of(item)->config.scrub_ms));
}

static ssize_t arena_scrub_ms_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_folder *arena = kmst_folder_of(item);

	return kmst_set_uint(&arena->settings, &arena->config.scrub_ms, "scrub_ms", page, len, 0,
			     MAX_SCRUB_MS, "a number from 0 to " __stringify(MAX_SCRUB_MS));
}
CONFIGFS_ATTR(arena_, scrub_ms);

static ssize_t arena_max_mismatches_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n",
			  READ_ONCE(kmst_folder_of(item)->config.max_mismatches));
}

static ssize_t arena_max_mismatches_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_folder *arena = kmst_folder_of(item);

	return kmst_set_uint(&arena->settings, &arena->config.max_mismatches, "max_mismatches",
			     page, len, 0, MAX_MISMATCHES,
			     "a number from 0 to " __stringify(MAX_MISMATCHES));
}
CONFIGFS_ATTR(arena_, max_mismatches);

static ssize_t arena_seed_show(struct config_item *item, char *page)
{
	struct kmst_folder *arena = kmst_folder_of(item);
	u64 seed;
	int err;

	err = kmst_get_u64(&arena->settings, &arena->config.arena.seed, &seed);
	return err ?: sysfs_emit(page, "%llu\n", seed);
}

static ssize_t arena_seed_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_folder *arena = kmst_folder_of(item);
	u64 seed;

	if (kstrtou64(page, 0, &seed))
		return refuse(arena, "seed", page, "a number from 0 to 2^64 - 1");
	return kmst_set_u64(&arena->settings, &arena->config.arena.seed, "seed", seed, len);
}
CONFIGFS_ATTR(arena_, seed);

static ssize_t arena_allocator_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%s\n",
			  READ_ONCE(kmst_folder_of(item)->config.arena.allocator)->name);
}

static ssize_t arena_allocator_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_folder *arena = kmst_folder_of(item);

	return kmst_set_allocator(&arena->settings, &arena->config.arena.allocator, page, len);
}
CONFIGFS_ATTR(arena_, allocator);

static ssize_t arena_pattern_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%s\n",
			  READ_ONCE(kmst_folder_of(item)->config.arena.pattern)->name);
}

static ssize_t arena_pattern_store(struct config_item *item, const char *page,
				   size_t len)
{
	const struct kmst_pattern *pattern = kmst_pattern_find(page);
	struct kmst_folder *arena = kmst_folder_of(item);
	int err;

	if (!pattern) {
		char names[KMST_NAMES_TEXT];

		kmst_pattern_names(names);
		return refuse(arena, "pattern", page, names);
	}

	err = kmst_settings_lock(&arena->settings, "pattern");
	if (err)
		return err;
	WRITE_ONCE(arena->config.arena.pattern, pattern);
	mutex_unlock(&arena->turn.lock);
	return len;
}
CONFIGFS_ATTR(arena_, pattern);

static ssize_t arena_node_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%d\n", READ_ONCE(kmst_folder_of(item)->config.arena.nid));
}

static ssize_t arena_node_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_folder *arena = kmst_folder_of(item);

	return kmst_set_node(&arena->settings, &arena->config.arena.nid, page, len);
}
CONFIGFS_ATTR(arena_, node);

static ssize_t arena_gfp_show(struct config_item *item, char *page)
{
	char text[KMST_GFP_TEXT];

	kmst_gfp_print(READ_ONCE(kmst_folder_of(item)->config.arena.gfp), text);
	return sysfs_emit(page, "%s\n", text);
}

static ssize_t arena_gfp_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_folder *arena = kmst_folder_of(item);

	return kmst_set_gfp(&arena->settings, &arena->config.arena.gfp, page, len);
}
CONFIGFS_ATTR(arena_, gfp);

static ssize_t arena_give_way_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%d\n", READ_ONCE(kmst_folder_of(item)->config.give_way));
}

static ssize_t arena_give_way_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_folder *arena = kmst_folder_of(item);

	return kmst_set_bool(&arena->settings, &arena->config.give_way, "give_way", page, len,
			     "1 to be given back when memory runs out, 0 to be kept");
}
CONFIGFS_ATTR(arena_, give_way);

static ssize_t arena_cma_only_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%d\n", READ_ONCE(kmst_folder_of(item)->config.arena.cma_only));
}

static ssize_t arena_cma_only_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_folder *arena = kmst_folder_of(item);

	return kmst_set_bool(&arena->settings, &arena->config.arena.cma_only, "cma_only", page,
			     len, "0 or 1");
}
CONFIGFS_ATTR(arena_, cma_only);

/* --- results --- */

#define RESULT(_name, _format, _value)						\
static ssize_t arena_##_name##_show(struct config_item *item, char *page)	\
{										\
	struct kmst_results results;						\
										\
	kmst_session_results(&kmst_folder_of(item)->session, &results);		\
	return sysfs_emit(page, _format "\n", _value);				\
}										\
CONFIGFS_ATTR_RO(arena_, _name)

/* Who reads that it is idle may set values: a start that has failed still goes by them. */
static ssize_t arena_state_show(struct config_item *item, char *page)
{
	struct kmst_folder *arena = kmst_folder_of(item);
	struct kmst_results results;

	if (mutex_lock_interruptible(&arena->turn.lock))
		return -ERESTARTNOINTR;
	kmst_session_results(&arena->session, &results);
	if (has_no_arena(&results) && kmst_folder_starts(arena))
		results.state = KMST_STATE_STARTING;
	mutex_unlock(&arena->turn.lock);
	return sysfs_emit(page, "%s\n", kmst_state_name(results.state));
}
CONFIGFS_ATTR_RO(arena_, state);

RESULT(run, "%llu", results.run);
RESULT(error, "%d", results.error);
RESULT(source, "%s", kmst_source_name(results.source));
RESULT(nr_pages, "%lu", results.nr_pages);
RESULT(nr_spans, "%lu", results.nr_spans);
RESULT(bytes_requested, "%llu", results.bytes_requested);
RESULT(bytes_on_pages, "%llu", results.bytes_on_pages);
RESULT(bytes_bookkeeping, "%llu", results.bytes_bookkeeping);
RESULT(bytes_slack, "%llu", results.bytes_allocated ?
			    results.bytes_allocated - results.bytes_requested : 0);
RESULT(words_verified, "%llu", results.words_verified);
RESULT(mismatches, "%llu", results.mismatches);
RESULT(poisoned, "%lu", results.poisoned);
RESULT(verified_in, "%s", kmst_verified_in_name(&results));
RESULT(alloc_ns, "%llu", results.alloc_ns);
RESULT(fill_ns, "%llu", results.fill_ns);
RESULT(verify_ns, "%llu", results.verify_ns);
RESULT(free_ns, "%llu", results.free_ns);
RESULT(scrubs, "%llu", results.scrubs);

/* Empty for allocators that take no single block. */
static ssize_t arena_order_show(struct config_item *item, char *page)
{
	struct kmst_results results;

	kmst_session_results(&kmst_folder_of(item)->session, &results);
	return results.order < 0 ? sysfs_emit(page, "\n") :
				   sysfs_emit(page, "%d\n", results.order);
}
CONFIGFS_ATTR_RO(arena_, order);

static ssize_t arena_bytes_allocated_show(struct config_item *item, char *page)
{
	struct kmst_results results;

	kmst_session_results(&kmst_folder_of(item)->session, &results);
	return sysfs_emit(page, "%llu%s\n", results.bytes_allocated,
			  results.usable_only ? " usable" : "");
}
CONFIGFS_ATTR_RO(arena_, bytes_allocated);

/* Of runs that have ended. */
static ssize_t arena_pages_held_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%lu\n",
			  kmst_session_pages_held(&kmst_folder_of(item)->session));
}
CONFIGFS_ATTR_RO(arena_, pages_held);

static ssize_t arena_nodes_show(struct config_item *item, char *page)
{
	struct kmst_session *session = &kmst_folder_of(item)->session;
	int len = 0;
	int nid;

	for_each_online_node(nid) {
		/* more nodes than the text has room for are left out */
		if (len > MAX_TEXT - NODE_TEXT)
			break;
		len += sysfs_emit_at(page, len, "%d %lu\n", nid,
				     kmst_session_node_pages(session, nid));
	}
	return len;
}
CONFIGFS_ATTR_RO(arena_, nodes);

/* All files of an arena's folder. */
struct configfs_attribute *kmst_folder_attrs[] = {
	&arena_attr_nr_structs,
	&arena_attr_allocator,
	&arena_attr_pattern,
	&arena_attr_seed,
	&arena_attr_node,
	&arena_attr_gfp,
	&arena_attr_cma_only,
	&arena_attr_scrub_ms,
	&arena_attr_max_mismatches,
	&arena_attr_give_way,
	&kmst_folder_attr_live,
	&kmst_folder_attr_verify,
	&kmst_folder_attr_corrupt,
	&arena_attr_run,
	&arena_attr_state,
	&arena_attr_error,
	&arena_attr_source,
	&arena_attr_nr_pages,
	&arena_attr_order,
	&arena_attr_nr_spans,
	&arena_attr_bytes_requested,
	&arena_attr_bytes_allocated,
	&arena_attr_bytes_slack,
	&arena_attr_bytes_on_pages,
	&arena_attr_bytes_bookkeeping,
	&arena_attr_nodes,
	&arena_attr_pages_held,
	&arena_attr_words_verified,
	&arena_attr_mismatches,
	&arena_attr_poisoned,
	&arena_attr_verified_in,
	&arena_attr_alloc_ns,
	&arena_attr_fill_ns,
	&arena_attr_verify_ns,
	&arena_attr_free_ns,
	&arena_attr_scrubs,
	NULL,
};
