// SPDX-License-Identifier: GPL-2.0
/*
 * Arenas at run time: mkdir makes one, its files configure it, "live" starts and
 * stops it, rmdir verifies and frees it. Documentation/ABI/testing/configfs-kmem-studio
 * lists the files.
 *
 * Lock order: configfs holds off rmdir while a file is read or written. Then arena.lock,
 * then the session's locks.
 *
 * configfs holds locks of all its users over rmdir, so that is quick: the arena is shown no
 * more, and its thread is told to end. Who waits for it is a work item of @removals, which
 * the driver's exit waits for.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/capability.h>
#include <linux/cleanup.h>
#include <linux/configfs.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kstrtox.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/nodemask.h>
#include <linux/numa.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/stringify.h>
#include <linux/sysfs.h>
#include <linux/workqueue.h>

#include "configfs.h"
#include "debugfs.h"
#include "lab.h"
#include "log.h"
#include "names.h"
#include "pattern.h"
#include "session.h"

#define MAX_ARENAS		1024
#define DEFAULT_NR_STRUCTS	2000
#define MAX_SCRUB_MS		86400000
#define MAX_MISMATCHES		1024

/* Bytes of text that a file may have, and that the line of a node may take. */
#define MAX_TEXT		4096
#define NODE_TEXT		32

/* The lab's own arena is called so in the trace. */
#define LAB_NAME		"lab"

/* Removed arenas, whose threads still verify and free. */
static struct workqueue_struct *removals;

/**
 * struct arenas - the folder of all arenas
 * @group:       the folder
 * @nr:          arenas in it
 */
struct arenas {
	struct config_group	group;
	atomic_t		nr;
};

/**
 * struct arena - the folder of one arena
 * @item:    the folder
 * @lock:    serialises writers of @config, and keeps them away while it is live
 * @config:  what the next start goes by; single values are read without the lock
 * @session: the arena itself and its thread
 * @logged:  what was found wrong the last time that the log told of it; the words of
 *           the session
 * @scrubs_logged: keeps scrubs that find something else each time from flooding the log
 * @debugfs: its folder of tables
 * @removal: waits for the end of the session, and frees all of this
 * @who:     what its lines of the log begin with
 * @thread:  what its thread is called
 */
struct arena {
	struct config_item		item;
	struct mutex			lock;	/* @config */
	struct kmst_session_config	config;
	struct kmst_session		session;
	u64				logged;
	struct ratelimit_state		scrubs_logged;
	struct dentry			*debugfs;
	struct work_struct		removal;
	char				who[sizeof("arenas/: ") + KMST_ARENA_NAME_LEN];
	char				thread[sizeof("kmst/") + KMST_ARENA_NAME_LEN];
};

static struct arena *arena_of(struct config_item *item)
{
	return container_of(item, struct arena, item);
}

static struct arenas *arenas_of(struct config_group *group)
{
	return container_of(group, struct arenas, group);
}

/* --- what the session tells --- */

static void arena_filled(struct kmst_session *session,
			 const struct kmst_arena *kmst_arena)
{
	struct arena *arena = container_of(session, struct arena, session);

	arena->logged = 0;
	kmst_log_source(arena->who, kmst_arena);
}

static void arena_lost(struct kmst_session *session, unsigned long nr_pages)
{
	kmst_log_lost(container_of(session, struct arena, session)->who, nr_pages);
}

/* Whoever asked gets an answer. A scrub adds to the log what is not there yet. */
static void arena_verified(struct kmst_session *session,
			   const struct kmst_arena *kmst_arena,
			   const struct kmst_report *report, bool scrub, int err)
{
	struct arena *arena = container_of(session, struct arena, session);
	u64 found = report->mismatches + report->bad_translations + report->poisoned;

	if (!err)
		arena->logged = 0;
	if (err != -EILSEQ)
		return;
	if (scrub && (found == arena->logged || !__ratelimit(&arena->scrubs_logged)))
		return;
	arena->logged = found;
	kmst_log_report(arena->who, report);
}

static const struct kmst_session_ops arena_ops = {
	.filled		= arena_filled,
	.verified	= arena_verified,
	.lost		= arena_lost,
};

/* --- configuration: one value a file --- */

static ssize_t refuse(struct arena *arena, const char *name, const char *page,
		      const char *takes)
{
	return kmst_log_value(arena->who, name, page, takes);
}

/* A value is set while nothing goes by it, or not at all. */
static int check_idle(struct arena *arena, const char *name)
{
	struct kmst_results results;

	lockdep_assert_held(&arena->lock);

	kmst_session_results(&arena->session, &results);
	if (results.state == KMST_STATE_IDLE || results.state == KMST_STATE_LOST)
		return 0;
	pr_err("%s%s is not changed: the arena is live; write 0 to live first\n",
	       arena->who, name);
	return -EBUSY;
}

static ssize_t set_uint(struct arena *arena, unsigned int *value, const char *name,
			const char *page, size_t len, unsigned int lowest,
			unsigned int highest, const char *takes)
{
	unsigned int wanted;
	int err;

	if (kstrtouint(page, 0, &wanted) || wanted < lowest || wanted > highest)
		return refuse(arena, name, page, takes);

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &arena->lock) {
		err = check_idle(arena, name);
		if (err)
			return err;
		WRITE_ONCE(*value, wanted);
	}
	return len;
}

static ssize_t arena_nr_structs_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n",
			  READ_ONCE(arena_of(item)->config.arena.nr_structs));
}

static ssize_t arena_nr_structs_store(struct config_item *item, const char *page,
				      size_t len)
{
	struct arena *arena = arena_of(item);

	return set_uint(arena, &arena->config.arena.nr_structs, "nr_structs", page, len,
			1, UINT_MAX, "a number from 1 to 4294967295");
}
CONFIGFS_ATTR(arena_, nr_structs);

static ssize_t arena_scrub_ms_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", READ_ONCE(arena_of(item)->config.scrub_ms));
}

static ssize_t arena_scrub_ms_store(struct config_item *item, const char *page,
				    size_t len)
{
	struct arena *arena = arena_of(item);

	return set_uint(arena, &arena->config.scrub_ms, "scrub_ms", page, len, 0,
			MAX_SCRUB_MS,
			"a number from 0 to " __stringify(MAX_SCRUB_MS));
}
CONFIGFS_ATTR(arena_, scrub_ms);

static ssize_t arena_max_mismatches_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n",
			  READ_ONCE(arena_of(item)->config.max_mismatches));
}

static ssize_t arena_max_mismatches_store(struct config_item *item,
					  const char *page, size_t len)
{
	struct arena *arena = arena_of(item);

	return set_uint(arena, &arena->config.max_mismatches, "max_mismatches", page,
			len, 0, MAX_MISMATCHES,
			"a number from 0 to " __stringify(MAX_MISMATCHES));
}
CONFIGFS_ATTR(arena_, max_mismatches);

static ssize_t arena_seed_show(struct config_item *item, char *page)
{
	struct arena *arena = arena_of(item);
	u64 seed = 0;

	/* more than a 32-bit machine reads at once */
	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &arena->lock)
		seed = arena->config.arena.seed;
	return sysfs_emit(page, "%llu\n", seed);
}

static ssize_t arena_seed_store(struct config_item *item, const char *page,
				size_t len)
{
	struct arena *arena = arena_of(item);
	u64 seed;
	int err;

	if (kstrtou64(page, 0, &seed))
		return refuse(arena, "seed", page, "a number from 0 to 2^64 - 1");

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &arena->lock) {
		err = check_idle(arena, "seed");
		if (err)
			return err;
		arena->config.arena.seed = seed;
	}
	return len;
}
CONFIGFS_ATTR(arena_, seed);

static ssize_t arena_allocator_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%s\n",
			  READ_ONCE(arena_of(item)->config.arena.allocator)->name);
}

static ssize_t arena_allocator_store(struct config_item *item, const char *page,
				     size_t len)
{
	const struct kmst_allocator *allocator = kmst_allocator_find(page);
	struct arena *arena = arena_of(item);
	int err;

	if (!allocator) {
		char names[KMST_NAMES_TEXT];

		kmst_allocator_names(names);
		return refuse(arena, "allocator", page, names);
	}

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &arena->lock) {
		err = check_idle(arena, "allocator");
		if (err)
			return err;
		WRITE_ONCE(arena->config.arena.allocator, allocator);
	}
	return len;
}
CONFIGFS_ATTR(arena_, allocator);

static ssize_t arena_pattern_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%s\n",
			  READ_ONCE(arena_of(item)->config.arena.pattern)->name);
}

static ssize_t arena_pattern_store(struct config_item *item, const char *page,
				   size_t len)
{
	const struct kmst_pattern *pattern = kmst_pattern_find(page);
	struct arena *arena = arena_of(item);
	int err;

	if (!pattern) {
		char names[KMST_NAMES_TEXT];

		kmst_pattern_names(names);
		return refuse(arena, "pattern", page, names);
	}

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &arena->lock) {
		err = check_idle(arena, "pattern");
		if (err)
			return err;
		WRITE_ONCE(arena->config.arena.pattern, pattern);
	}
	return len;
}
CONFIGFS_ATTR(arena_, pattern);

static ssize_t arena_node_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%d\n", READ_ONCE(arena_of(item)->config.arena.nid));
}

static ssize_t arena_node_store(struct config_item *item, const char *page,
				size_t len)
{
	struct arena *arena = arena_of(item);
	int err, nid;

	if (kstrtoint(page, 0, &nid) || nid < NUMA_NO_NODE || nid >= MAX_NUMNODES ||
	    (nid != NUMA_NO_NODE && !node_online(nid)))
		return refuse(arena, "node", page,
			      "-1 for any, or the number of a node that is online");

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &arena->lock) {
		err = check_idle(arena, "node");
		if (err)
			return err;
		WRITE_ONCE(arena->config.arena.nid, nid);
	}
	return len;
}
CONFIGFS_ATTR(arena_, node);

static ssize_t arena_gfp_show(struct config_item *item, char *page)
{
	char text[KMST_GFP_TEXT];

	kmst_gfp_print(READ_ONCE(arena_of(item)->config.arena.gfp), text);
	return sysfs_emit(page, "%s\n", text);
}

static ssize_t arena_gfp_store(struct config_item *item, const char *page,
			       size_t len)
{
	struct arena *arena = arena_of(item);
	gfp_t gfp;
	int err;

	if (kmst_gfp_parse(page, &gfp))
		return refuse(arena, "gfp", page, KMST_GFP_TAKES);

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &arena->lock) {
		err = check_idle(arena, "gfp");
		if (err)
			return err;
		WRITE_ONCE(arena->config.arena.gfp, gfp);
	}
	return len;
}
CONFIGFS_ATTR(arena_, gfp);

static ssize_t arena_give_way_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%d\n", READ_ONCE(arena_of(item)->config.give_way));
}

static ssize_t arena_give_way_store(struct config_item *item, const char *page,
				    size_t len)
{
	struct arena *arena = arena_of(item);
	unsigned int wanted;
	int err;

	if (kstrtouint(page, 0, &wanted) || wanted > 1)
		return refuse(arena, "give_way", page,
			      "1 to be given back when memory runs out, 0 to be kept");

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &arena->lock) {
		err = check_idle(arena, "give_way");
		if (err)
			return err;
		WRITE_ONCE(arena->config.give_way, wanted);
	}
	return len;
}
CONFIGFS_ATTR(arena_, give_way);

static ssize_t arena_cma_only_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%d\n", READ_ONCE(arena_of(item)->config.arena.cma_only));
}

static ssize_t arena_cma_only_store(struct config_item *item, const char *page, size_t len)
{
	struct arena *arena = arena_of(item);
	bool wanted;
	int err;

	if (kstrtobool(page, &wanted))
		return refuse(arena, "cma_only", page, "0 or 1");

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &arena->lock) {
		err = check_idle(arena, "cma_only");
		if (err)
			return err;
		WRITE_ONCE(arena->config.arena.cma_only, wanted);
	}
	return len;
}
CONFIGFS_ATTR(arena_, cma_only);

/* --- commands --- */

static int start(struct arena *arena)
{
	struct kmst_refusal why;
	int err;

	lockdep_assert_held(&arena->lock);

	arena->config.arena.max_percent = kmst_lab_max_percent();
	err = kmst_session_start(&arena->session, &arena->config, &why);
	if (err == -EBUSY)
		pr_err("%slive=1 changes nothing: the arena is live\n", arena->who);
	else if (err)
		kmst_log_refusal(arena->who, &arena->config.arena, &why, err);
	return err;
}

static ssize_t arena_live_show(struct config_item *item, char *page)
{
	struct kmst_results results;

	kmst_session_results(&arena_of(item)->session, &results);
	return sysfs_emit(page, "%d\n", results.state == KMST_STATE_LIVE ||
					results.state == KMST_STATE_CORRUPT);
}

static ssize_t arena_live_store(struct config_item *item, const char *page,
				size_t len)
{
	struct arena *arena = arena_of(item);
	unsigned int live;
	int err = 0;

	if (kstrtouint(page, 0, &live) || live > 1)
		return refuse(arena, "live", page, "1 to start, 0 to stop");
	if (!capable(CAP_SYS_ADMIN))
		return kmst_log_capability(arena->who, "live");

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &arena->lock)
		err = live ? start(arena) : kmst_session_stop(&arena->session);
	return err ?: len;
}
CONFIGFS_ATTR(arena_, live);

/* A command that needs an arena, and did not find one. */
static ssize_t say_not_live(struct arena *arena, const char *name)
{
	pr_err("%s%s does nothing: no arena is live; write 1 to live first\n",
	       arena->who, name);
	return -ENODEV;
}

/* It was there, and was given back: the log has told so. */
static ssize_t say_lost(struct arena *arena, const char *name)
{
	pr_err("%s%s does nothing: the arena was given back when memory ran out; write 1 to live to start it again\n",
	       arena->who, name);
	return -ENOMEM;
}

static ssize_t arena_verify_store(struct config_item *item, const char *page,
				  size_t len)
{
	struct arena *arena = arena_of(item);
	unsigned int now;
	int err;

	if (kstrtouint(page, 0, &now) || now != 1)
		return refuse(arena, "verify", page, "1");

	err = kmst_session_verify(&arena->session);
	if (err == -ENODEV)
		return say_not_live(arena, "verify");
	if (err == -ENOMEM)
		return say_lost(arena, "verify");
	return err ?: len;
}
CONFIGFS_ATTR_WO(arena_, verify);

static ssize_t arena_corrupt_store(struct config_item *item, const char *page,
				   size_t len)
{
	struct arena *arena = arena_of(item);
	u64 word;
	int err;

	if (kstrtou64(page, 0, &word))
		return refuse(arena, "corrupt", page, "the number of a word");

	err = kmst_session_corrupt(&arena->session, word);
	if (err == -ENODEV)
		return say_not_live(arena, "corrupt");
	if (err == -ENOMEM)
		return say_lost(arena, "corrupt");
	if (err == -ERANGE)
		pr_err("%scorrupt=%llu is refused: the arena has no such word\n",
		       arena->who, word);
	return err ?: len;
}
CONFIGFS_ATTR_WO(arena_, corrupt);

/* --- results --- */

#define RESULT(_name, _format, _value)						\
static ssize_t arena_##_name##_show(struct config_item *item, char *page)	\
{										\
	struct kmst_results results;						\
										\
	kmst_session_results(&arena_of(item)->session, &results);		\
	return sysfs_emit(page, _format "\n", _value);				\
}										\
CONFIGFS_ATTR_RO(arena_, _name)

RESULT(run, "%llu", results.run);
RESULT(state, "%s", kmst_state_name(results.state));
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

/* Empty for allocators that take no such block. */
static ssize_t arena_order_show(struct config_item *item, char *page)
{
	struct kmst_results results;

	kmst_session_results(&arena_of(item)->session, &results);
	return results.order < 0 ? sysfs_emit(page, "\n") :
				   sysfs_emit(page, "%d\n", results.order);
}
CONFIGFS_ATTR_RO(arena_, order);

static ssize_t arena_bytes_allocated_show(struct config_item *item, char *page)
{
	struct kmst_results results;

	kmst_session_results(&arena_of(item)->session, &results);
	return sysfs_emit(page, "%llu%s\n", results.bytes_allocated,
			  results.usable_only ? " usable" : "");
}
CONFIGFS_ATTR_RO(arena_, bytes_allocated);

/* Not of the run, but of those before it. */
static ssize_t arena_pages_held_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%lu\n",
			  kmst_session_pages_held(&arena_of(item)->session));
}
CONFIGFS_ATTR_RO(arena_, pages_held);

static ssize_t arena_nodes_show(struct config_item *item, char *page)
{
	struct kmst_session *session = &arena_of(item)->session;
	int len = 0;
	int nid;

	for_each_online_node(nid) {
		/* configfs takes a page of 4096 bytes and no more: the rest is left out */
		if (len > MAX_TEXT - NODE_TEXT)
			break;
		len += sysfs_emit_at(page, len, "%d %lu\n", nid,
				     kmst_session_node_pages(session, nid));
	}
	return len;
}
CONFIGFS_ATTR_RO(arena_, nodes);

static struct configfs_attribute *arena_attrs[] = {
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
	&arena_attr_live,
	&arena_attr_verify,
	&arena_attr_corrupt,
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

/* --- folders --- */

static void arena_release(struct config_item *item)
{
	struct arena *arena = arena_of(item);

	ratelimit_state_exit(&arena->scrubs_logged);
	mutex_destroy(&arena->lock);
	kfree(arena);
}

static struct configfs_item_operations arena_item_ops = {
	.release = arena_release,
};

static const struct config_item_type arena_type = {
	.ct_item_ops	= &arena_item_ops,
	.ct_attrs	= arena_attrs,
	.ct_owner	= THIS_MODULE,
};

/* A name is part of lines, of columns and of paths. */
static int check_name(const char *name)
{
	int len = strlen(name);
	const char *c;

	for (c = name; *c; c++) {
		if (isascii(*c) && (isalnum(*c) || *c == '_' || *c == '-' || *c == '.'))
			continue;
		pr_err("arenas/%*pE is not made: a name takes letters, digits, _, - and .\n",
		       min(len, KMST_ARENA_NAME_LEN), name);
		return -EINVAL;
	}
	if (len >= KMST_ARENA_NAME_LEN) {
		pr_err("arenas/%.*s... is not made: a name has at most %d characters\n",
		       KMST_ARENA_NAME_LEN - 1, name, KMST_ARENA_NAME_LEN - 1);
		return -ENAMETOOLONG;
	}
	if (!strcmp(name, LAB_NAME)) {
		pr_err("arenas/%s is not made: the arena of the module's parameters is called so\n",
		       name);
		return -EEXIST;
	}
	return 0;
}

/* Sleeps as long as the thread needs to verify and to free. */
static void finish_removal(struct work_struct *work)
{
	struct arena *arena = container_of(work, struct arena, removal);

	kmst_session_close(&arena->session);
	config_item_put(&arena->item);
}

static struct arena *new_arena(const char *name)
{
	struct arena *arena = kzalloc(sizeof(*arena), GFP_KERNEL);

	if (!arena)
		return NULL;
	mutex_init(&arena->lock);
	INIT_WORK(&arena->removal, finish_removal);
	arena->config = (struct kmst_session_config){
		.arena = {
			.allocator	= kmst_allocator_at(0),
			.pattern	= kmst_pattern_at(0),
			.nr_structs	= DEFAULT_NR_STRUCTS,
			.gfp		= GFP_KERNEL,
			.nid		= NUMA_NO_NODE,
		},
		.max_mismatches = KMST_REPORT_BAD_WORDS,
		.give_way	= true,
	};
	ratelimit_state_init(&arena->scrubs_logged, DEFAULT_RATELIMIT_INTERVAL,
			     DEFAULT_RATELIMIT_BURST);
	ratelimit_set_flags(&arena->scrubs_logged, RATELIMIT_MSG_ON_RELEASE);
	strscpy(arena->config.arena.name, name);
	snprintf(arena->who, sizeof(arena->who), "arenas/%s: ", name);
	snprintf(arena->thread, sizeof(arena->thread), "kmst/%s", name);
	kmst_session_init(&arena->session, &arena_ops, arena->thread);
	/* no arena is live yet: this cannot fail */
	kmst_session_open(&arena->session);
	return arena;
}

static struct config_item *arenas_make_item(struct config_group *group,
					    const char *name)
{
	struct arenas *arenas = arenas_of(group);
	struct arena *arena;
	int err;

	err = check_name(name);
	if (err)
		return ERR_PTR(err);
	if (!atomic_add_unless(&arenas->nr, 1, MAX_ARENAS)) {
		pr_err("arenas/%s is not made: there are %d already; remove one\n", name,
		       MAX_ARENAS);
		return ERR_PTR(-ENOSPC);
	}
	arena = new_arena(name);
	if (!arena) {
		atomic_dec(&arenas->nr);
		return ERR_PTR(-ENOMEM);
	}
	arena->debugfs = kmst_debugfs_add(name, &arena->session);
	config_item_init_type_name(&arena->item, name, &arena_type);
	return &arena->item;
}

/* No file of the folder is being read or written now, nor will be. */
static void arenas_drop_item(struct config_group *group, struct config_item *item)
{
	struct arena *arena = arena_of(item);

	kmst_session_end(&arena->session);
	kmst_debugfs_remove(arena->debugfs);
	atomic_dec(&arenas_of(group)->nr);
	queue_work(removals, &arena->removal);
}

static struct configfs_group_operations arenas_group_ops = {
	.make_item	= arenas_make_item,
	.drop_item	= arenas_drop_item,
};

static const struct config_item_type arenas_type = {
	.ct_group_ops	= &arenas_group_ops,
	.ct_owner	= THIS_MODULE,
};

static ssize_t studio_allocators_show(struct config_item *item, char *page)
{
	const struct kmst_allocator *allocator;
	unsigned int i;
	int len = 0;

	for (i = 0; (allocator = kmst_allocator_at(i)); i++)
		len += sysfs_emit_at(page, len, "%s\t%s\n", allocator->name,
				     allocator->description);
	return len;
}
CONFIGFS_ATTR_RO(studio_, allocators);

static ssize_t studio_patterns_show(struct config_item *item, char *page)
{
	const struct kmst_pattern *pattern;
	unsigned int i;
	int len = 0;

	for (i = 0; (pattern = kmst_pattern_at(i)); i++)
		len += sysfs_emit_at(page, len, "%s\t%s\n", pattern->name,
				     pattern->description);
	return len;
}
CONFIGFS_ATTR_RO(studio_, patterns);

static struct configfs_attribute *studio_attrs[] = {
	&studio_attr_allocators,
	&studio_attr_patterns,
	NULL,
};

static const struct config_item_type studio_type = {
	.ct_attrs	= studio_attrs,
	.ct_owner	= THIS_MODULE,
};

static struct configfs_subsystem studio = {
	.su_group = {
		.cg_item = {
			.ci_namebuf	= "kmem_studio",
			.ci_type	= &studio_type,
		},
	},
};

static struct arenas arenas;

/**
 * kmst_configfs_init() - Show the folder kmem_studio in configfs.
 *
 * Context: process context, may sleep.
 * Return: 0, -ENOMEM, or as configfs_register_subsystem().
 */
int __init kmst_configfs_init(void)
{
	int err;

	removals = alloc_workqueue("kmem_studio", WQ_UNBOUND, 0);
	if (!removals)
		return -ENOMEM;
	config_group_init(&studio.su_group);
	mutex_init(&studio.su_mutex);
	config_group_init_type_name(&arenas.group, "arenas", &arenas_type);
	configfs_add_default_group(&arenas.group, &studio.su_group);
	err = configfs_register_subsystem(&studio);
	if (err)
		destroy_workqueue(removals);
	return err;
}

/**
 * kmst_configfs_exit() - Take the folder away.
 *
 * Each folder of an arena holds a reference to the module: there are none left. Those that
 * were removed may still be verified.
 *
 * Context: process context, sleeps for these verifications.
 */
void kmst_configfs_exit(void)
{
	destroy_workqueue(removals);
	configfs_unregister_subsystem(&studio);
}
