// SPDX-License-Identifier: GPL-2.0
/*
 * The lab: "modprobe kmem_studio nr_structs=1000", and "rmmod kmem_studio".
 *
 * The lines of the kernel log are an interface: scripts and courses look for
 * them. Documentation/misc-devices/kmem_studio-log.rst lists them.
 *
 * Lock order: the parameter lock, which the core holds around .set and .get, then the
 * session's locks. It is dropped while an arena is filled, verified or freed: built in, it
 * is the lock of all parameters of the kernel.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/capability.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/nodemask.h>
#include <linux/numa.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/stringify.h>

#include "debugfs.h"
#include "lab.h"
#include "log.h"
#include "names.h"
#include "session.h"

/* Not IS_MODULE(): out of tree, the kernel's configuration does not know the driver. */
#ifdef MODULE
#define IS_A_MODULE		true
#else
#define IS_A_MODULE		false
#endif

/* A driver that is part of the kernel is idle unless the command line asks. */
#define DEFAULT_NR_STRUCTS	(IS_A_MODULE ? 2000 : 0)
#define DEFAULT_MAX_PERCENT	50
#define MAX_MAX_PERCENT		90

/*
 * struct lab - the parameters, and the session they control
 * @session:     the arena and its thread
 * @debugfs:     its folder of tables
 * @allocator:   for the next start; NULL is the first of the table
 * @nr_structs:  objects to start with, until @running
 * @max_percent: for the next start
 * @verbose:     list the pages; read by the session's thread
 * @running:     initialised: writes to nr_structs take effect at once
 *
 * @allocator to @running are written under the parameter lock.
 */
struct lab {
	struct kmst_session		session;
	struct dentry			*debugfs;
	const struct kmst_allocator	*allocator;
	unsigned int			nr_structs;
	unsigned int			max_percent;
	bool				verbose;
	bool				running;
};

static struct lab lab = {
	.nr_structs	= DEFAULT_NR_STRUCTS,
	.max_percent	= DEFAULT_MAX_PERCENT,
};

static const struct kmst_allocator *lab_allocator(void)
{
	return lab.allocator ?: kmst_allocator_at(0);
}

static void say_hello(struct kmst_session *session,
		      const struct kmst_arena_config *config)
{
	struct kmst_plan plan;

	kmst_plan_init(&plan, config->nr_structs, PAGE_SHIFT);
	pr_info("Hello from thread k_memory. nr_structs=%u\n", plan.nr_structs);
	pr_info("Kernel's page size: %lu\tdatatype's size: %zu\n", PAGE_SIZE,
		sizeof(struct kmst_struct));
	pr_info("Number of structs per page: %u\tNumber of pages: %lu\tThe order is: %u\n",
		plan.structs_per_page, plan.nr_pages, plan.order);
}

static unsigned int read_word(const struct kmst_run *run)
{
	unsigned int word;
	void *page;

	if (run->virt)
		return *(unsigned int *)run->virt;
	page = kmap_local_page(run->page);
	word = *(unsigned int *)(page + run->offset);
	kunmap_local(page);
	return word;
}

/* Pages of slack are not listed. */
static void log_first_words(const struct kmst_arena *arena,
			    const struct kmst_cancel *cancel)
{
	unsigned int per_page = arena->plan.structs_per_page * KMST_STRUCT_WORDS;
	struct kmst_run run;
	unsigned long i;

	for (i = 0; i < arena->plan.nr_pages; i++) {
		/* a line takes milliseconds on a serial console */
		if (kmst_cancel_point(cancel))
			return;
		if (kmst_memory_word(&arena->memory, (u64)i * per_page, &run) &&
		    kmst_run_readable_bytes(&run, 0, sizeof(unsigned int)))
			pr_info("The first element in the %luth page is %u\n", i,
				read_word(&run));
	}
}

static void log_placement(struct kmst_session *session, const struct kmst_arena *arena)
{
	struct kmst_calls calls;
	unsigned int order;
	int nid;

	for (order = 0; order <= MAX_PAGE_ORDER; order++) {
		unsigned long blocks = kmst_memory_nr_blocks(&arena->memory, order);

		if (blocks)
			pr_info("Blocks of order %u: %lu\n", order, blocks);
	}
	for_each_online_node(nid)
		pr_info("Pages on node %d: %lu\n", nid, kmst_session_node_pages(session, nid));
	if (!arena->allocator->calls)
		return;
	calls = arena->allocator->calls(&arena->memory);
	pr_info("Bulk calls: %lu\tthat gave one page: %lu\tmemory policy: not asked, pages of the CPU's node first\n",
		calls.nr, calls.single);
}

static void log_arena(struct kmst_session *session,
		      const struct kmst_arena *arena)
{
	bool verbose = READ_ONCE(lab.verbose);

	kmst_log_source("", arena);
	if (verbose)
		log_first_words(arena, &session->cancel);
	if (verbose || arena->allocator != kmst_allocator_at(0))
		log_placement(session, arena);
}

static void log_lost(struct kmst_session *session, unsigned long nr_pages)
{
	kmst_log_lost("", nr_pages);
}

static void log_report(struct kmst_session *session,
		       const struct kmst_arena *arena,
		       const struct kmst_report *report, bool scrub, int err)
{
	if (err)
		kmst_log_report("", report);
	else
		pr_info("Success!\n");
}

static const struct kmst_session_ops lab_ops = {
	.hello		= say_hello,
	.filled		= log_arena,
	.verified	= log_report,
	.lost		= log_lost,
};

static struct kmst_session_config lab_config(unsigned int nr_structs)
{
	return (struct kmst_session_config){
		.arena = {
			.allocator	= lab_allocator(),
			.nr_structs	= nr_structs,
			.max_percent	= lab.max_percent,
			.gfp		= GFP_KERNEL,
			.nid		= NUMA_NO_NODE,
			.name		= "lab",
		},
		.max_mismatches = KMST_REPORT_BAD_WORDS,
		.give_way	= true,
	};
}

static int restart(const struct kmst_session_config *config)
{
	struct kmst_refusal why;
	int err;

	err = kmst_session_restart(&lab.session, config, &why);
	if (err)
		kmst_log_refusal("", &config->arena, &why, err);
	return err;
}

static int refuse_value(const struct kernel_param *kp, const char *val,
			const char *takes)
{
	const char *prefix = strrchr(kp->name, '.');

	/* built in, the name is that of the command line: kmem_studio.NAME */
	return kmst_log_value("", prefix ? prefix + 1 : kp->name, val, takes);
}

/* Drops the parameter lock: nobody waits for a fill to read a value. */
static int restart_or_stop(unsigned int nr_structs)
{
	struct kmst_session_config config = lab_config(nr_structs);
	int err;

	kernel_param_unlock(THIS_MODULE);
	err = nr_structs ? restart(&config) : kmst_session_stop(&lab.session);
	kernel_param_lock(THIS_MODULE);
	return err;
}

static int nr_structs_set(const char *val, const struct kernel_param *kp)
{
	unsigned int nr_structs;

	if (kstrtouint(val, 0, &nr_structs))
		return refuse_value(kp, val, "a number from 0 to 4294967295");

	if (!lab.running) {
		lab.nr_structs = nr_structs;
		return 0;
	}
	if (!capable(CAP_SYS_ADMIN))
		return kmst_log_capability("", "nr_structs");
	return restart_or_stop(nr_structs);
}

static int nr_structs_get(char *buffer, const struct kernel_param *kp)
{
	unsigned int nr_structs = lab.nr_structs;

	if (lab.running)
		nr_structs = kmst_session_nr_structs(&lab.session);
	return scnprintf(buffer, PAGE_SIZE, "%u\n", nr_structs);
}

static const struct kernel_param_ops nr_structs_ops = {
	.set	= nr_structs_set,
	.get	= nr_structs_get,
};
module_param_cb(nr_structs, &nr_structs_ops, NULL, 0644);
MODULE_PARM_DESC(nr_structs,
		 "Objects of 32 bytes in the arena, 0 to 4294967295 (default 2000; 0 if built in). A write verifies and frees the old arena and starts a new one, 0 only stops");

static int allocator_set(const char *val, const struct kernel_param *kp)
{
	const struct kmst_allocator *allocator = kmst_allocator_find(val);

	if (!allocator) {
		char names[KMST_NAMES_TEXT];

		kmst_allocator_names(names);
		return refuse_value(kp, val, names);
	}
	lab.allocator = allocator;
	return 0;
}

static int allocator_get(char *buffer, const struct kernel_param *kp)
{
	return scnprintf(buffer, PAGE_SIZE, "%s\n", lab_allocator()->name);
}

static const struct kernel_param_ops allocator_ops = {
	.set	= allocator_set,
	.get	= allocator_get,
};
module_param_cb(allocator, &allocator_ops, NULL, 0644);
MODULE_PARM_DESC(allocator,
		 "Where the next arena's memory comes from: page (one block, default), chunk (exact sum of blocks), or another allocator");

static int verbose_set(const char *val, const struct kernel_param *kp)
{
	bool verbose = true;

	/* "verbose" alone, without a value, means yes as for any switch */
	if (val && kstrtobool(val, &verbose))
		return refuse_value(kp, val, "0 or 1");
	WRITE_ONCE(lab.verbose, verbose);
	return 0;
}

static const struct kernel_param_ops verbose_ops = {
	.flags	= KERNEL_PARAM_OPS_FL_NOARG,
	.set	= verbose_set,
	.get	= param_get_bool,
};
module_param_cb(verbose, &verbose_ops, &lab.verbose, 0644);
MODULE_PARM_DESC(verbose,
		 "1 logs the first word of every page, and where the pages are (default 0)");

static int max_percent_set(const char *val, const struct kernel_param *kp)
{
	unsigned int percent;

	if (kstrtouint(val, 0, &percent) || !percent || percent > MAX_MAX_PERCENT)
		return refuse_value(kp, val, "a number from 1 to "
				    __stringify(MAX_MAX_PERCENT));
	/* read by those who make arenas in configfs, without the parameter lock */
	WRITE_ONCE(lab.max_percent, percent);
	return 0;
}

static const struct kernel_param_ops max_percent_ops = {
	.set	= max_percent_set,
	.get	= param_get_uint,
};
module_param_cb(max_percent, &max_percent_ops, &lab.max_percent, 0644);
MODULE_PARM_DESC(max_percent,
		 "Largest share of low memory, of highmem and of CMA, each for itself, that arenas, benches and pressures together may take, 1 to 90 percent (default 50)");

/*
 * What the limits refuse is refused before the log says "Loaded"; a start that fails later
 * is followed by "Unloaded". -EBUSY: somebody wrote to nr_structs first, and that is the
 * later wish.
 */
static int first_start(const struct kmst_session_config *config)
{
	bool wanted = config->arena.nr_structs;
	struct kmst_refusal why;
	int err = 0;

	if (wanted)
		err = kmst_session_check(&lab.session, config, &why);
	if (err) {
		kmst_log_refusal("", &config->arena, &why, err);
		return err;
	}
	pr_info("Loaded kmem_studio module\n");
	if (!wanted)
		return 0;

	err = kmst_session_start(&lab.session, config, &why);
	if (!err || err == -EBUSY)
		return 0;
	kmst_log_refusal("", &config->arena, &why, err);
	if (IS_A_MODULE)
		pr_info("Unloaded kmem_studio module\n");
	return err;
}

/**
 * kmst_lab_init() - Start the lab as the parameters ask.
 *
 * Context: process context, sleeps until the arena is filled. Takes the parameter lock.
 * Return: 0, or as kmst_session_start(). A start that fails leaves a module
 * unloaded, but a built-in driver idle: it has no other time to be initialised.
 */
int __init kmst_lab_init(void)
{
	struct kmst_session_config config;
	int err;

	kmst_session_init(&lab.session, &lab_ops, "k_memory");

	kernel_param_lock(THIS_MODULE);
	lab.running = true;
	config = lab_config(lab.nr_structs);
	kernel_param_unlock(THIS_MODULE);

	err = first_start(&config);
	if (err && IS_A_MODULE) {
		/* keep a concurrent write to nr_structs from starting another arena */
		kmst_session_close(&lab.session);
		return err;
	}
	return 0;
}

/**
 * kmst_lab_open() - Let users in, as the last step of the module's init.
 *
 * A file that is open does not keep a module that fails to load: the tables, and the
 * device of the arena that the init started, are made now. The lab works without them,
 * too.
 *
 * Context: process context, may sleep.
 */
void __init kmst_lab_open(void)
{
	int err;

	lab.debugfs = kmst_debugfs_add("lab", &lab.session);

	err = kmst_session_open(&lab.session);
	if (err)
		pr_err("/dev/kmem_studio/lab cannot be made, error %d: write to nr_structs to try again\n",
		       err);
}

/**
 * kmst_lab_exit() - Verify and free what is live.
 *
 * The parameters' files are still there while this runs: a write that comes now
 * is refused, and one that is filling an arena gives up.
 *
 * Context: process context, sleeps for the verification.
 */
void kmst_lab_exit(void)
{
	kmst_session_close(&lab.session);
	kmst_debugfs_remove(lab.debugfs);
	pr_info("Unloaded kmem_studio module\n");
}

/**
 * kmst_lab_max_percent() - The share of RAM that arenas may take.
 *
 * Context: any.
 * Return: percent, 1 to 90.
 */
unsigned int kmst_lab_max_percent(void)
{
	return READ_ONCE(lab.max_percent);
}
