// SPDX-License-Identifier: GPL-2.0
/*
 * What a verification found, and why an arena was not started, as lines of the
 * kernel log. Documentation/misc-devices/kmem_studio-log.rst lists them.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "arena.h"
#include "log.h"
#include "verify.h"

/* Longest part of a refused value that is echoed to the log. */
#define ECHO_MAX	32

/**
 * kmst_log_value() - Say which setting got what, and what it takes.
 * @who:   what the line begins with
 * @name:  name of the setting
 * @val:   what was written to it; a trailing newline is ignored
 * @takes: what it takes
 *
 * Context: process context, may sleep.
 * Return: -EINVAL, for the writer.
 */
int kmst_log_value(const char *who, const char *name, const char *val,
		   const char *takes)
{
	int len = strcspn(val, "\n");

	pr_err("%s%s=%*pE is refused: it takes %s\n", who, name,
	       min(len, ECHO_MAX), val, takes);
	return -EINVAL;
}

/**
 * kmst_log_name() - See whether a folder may be called so, and say why not.
 * @folder: what it is made in
 * @name:   its name, which is part of lines of the log, of columns and of paths
 *
 * Context: process context, may sleep.
 * Return: 0, -EINVAL or -ENAMETOOLONG.
 */
int kmst_log_name(const char *folder, const char *name)
{
	int len = strlen(name);
	const char *c;

	for (c = name; *c; c++) {
		if (isascii(*c) && (isalnum(*c) || *c == '_' || *c == '-' || *c == '.'))
			continue;
		pr_err("%s/%*pE is not made: a name takes letters, digits, _, - and .\n",
		       folder, min(len, KMST_ARENA_NAME_LEN), name);
		return -EINVAL;
	}
	if (len < KMST_ARENA_NAME_LEN)
		return 0;
	pr_err("%s/%.*s... is not made: a name has at most %d characters\n", folder,
	       KMST_ARENA_NAME_LEN - 1, name, KMST_ARENA_NAME_LEN - 1);
	return -ENAMETOOLONG;
}

/**
 * kmst_log_capability() - Say which setting wants more privilege than its writer has.
 * @who:  what the line begins with
 * @name: name of the setting
 *
 * Context: process context, may sleep.
 * Return: -EPERM, for the writer.
 */
int kmst_log_capability(const char *who, const char *name)
{
	pr_err("%s%s is refused: to take memory, or give it back, needs CAP_SYS_ADMIN, use sudo\n",
	       who, name);
	return -EPERM;
}

/**
 * kmst_log_lost() - Say that an arena was given back before it was verified.
 * @who:      what the line begins with
 * @nr_pages: pages that it had
 *
 * Context: process context, may sleep.
 */
void kmst_log_lost(const char *who, unsigned long nr_pages)
{
	pr_err("%sthe arena is lost: memory ran out, and its %lu pages were given back, not verified, so that no program is killed: start it again when more memory is free\n",
	       who, nr_pages);
}

static void log_bad_word(const char *who, const struct kmst_bad_word *bad)
{
	pr_err("%sMismatch in page: %lu\tstruct: %llu\tindex: %u\tphysical address: %pa\texpected: %u\tgot: %u%s\tagain: %u\n",
	       who, bad->page, bad->word / KMST_STRUCT_WORDS,
	       (unsigned int)(bad->word % KMST_STRUCT_WORDS), &bad->phys,
	       bad->expected, bad->got,
	       bad->guard ? "\t(guard beyond the last struct)" : "", bad->again);
}

static void log_bad_route(const char *who, const struct kmst_report *report)
{
	const struct kmst_translation *t = &report->bad_route;

	pr_err("%sAddress translation differs on %lu of %lu pages, first in page: %lu\tPFN: 0x%lx\tphysical address: %pa\troutes: 0x%x\n",
	       who, report->bad_translations, report->pages, report->bad_route_page,
	       t->pfn, &t->phys, kmst_translation_compare(t));
}

/**
 * kmst_log_report() - Say what a verification found wrong.
 * @who:    what each line begins with
 * @report: what was found
 *
 * A line for each bad word that the report locates, then one that counts them all.
 *
 * Context: process context, may sleep.
 */
void kmst_log_report(const char *who, const struct kmst_report *report)
{
	unsigned int i;

	for (i = 0; i < report->nr_bad; i++) {
		log_bad_word(who, &report->bad[i]);
		/* a serial console takes milliseconds for a line */
		cond_resched();
	}
	if (report->bad_translations)
		log_bad_route(who, report);
	if (report->right_again)
		pr_err("%sA second look found %llu of %llu wrong words right: what went wrong there was on the way\n",
		       who, report->right_again, report->mismatches);
	if (report->poisoned)
		pr_err("%sHardware-poisoned pages: %lu, what they held is lost and was not read\n",
		       who, report->poisoned);
	pr_err("%sVerification failed: %llu of %llu words and the addresses of %lu of %lu pages are wrong\n",
	       who, report->mismatches, report->words + report->guards,
	       report->bad_translations, report->pages);
}

/**
 * kmst_log_source() - Say when an arena's memory is not from where its allocator is named
 * after.
 * @who:   what the line begins with
 * @arena: the arena
 *
 * Context: process context, may sleep. The caller holds a reference.
 */
void kmst_log_source(const char *who, const struct kmst_arena *arena)
{
	if (!arena->allocator->uses_cma || arena->memory.source == KMST_SOURCE_CMA)
		return;
	pr_notice("%snr_structs=%u lies on a block of the page allocator (%llu pages), not in the area for DMA, %s\n",
		  who, arena->plan.nr_structs, arena->memory.bytes >> PAGE_SHIFT,
		  arena->plan.nr_pages == 1 ? "from which the DMA API takes no single page" :
		  "which had no room in one piece");
}

static const char *pool_name(enum kmst_pool pool)
{
	static const char * const names[] = {
		[KMST_POOL_LOW]		= "low memory",
		[KMST_POOL_HIGH]	= "high memory",
		[KMST_POOL_CMA]		= "the area for DMA (CMA)",
	};

	return names[pool];
}

/* The most objects that so many pages hold. */
static unsigned int structs_in(unsigned long nr_pages)
{
	return min_t(u64, (u64)nr_pages * (PAGE_SIZE / sizeof(struct kmst_struct)),
		     U32_MAX);
}

static void log_run(const char *who, const struct kmst_arena_config *config,
		    const struct kmst_refusal *why)
{
	const struct kmst_allocator *allocator = config->allocator;

	if (config->cma_only) {
		pr_err("%snr_structs=%u needs %lu pages in a row, the area for DMA has %lu: write 0 to cma_only, or ask for at most %u structs\n",
		       who, config->nr_structs, why->wanted, why->allowed,
		       structs_in(why->allowed));
		return;
	}
	pr_err("%snr_structs=%u needs %lu pages in a row, allocator %s ends at %lu (%s): use allocator=chunk, which has no such limit, or at most %u structs\n",
	       who, config->nr_structs, why->wanted, allocator->name, why->allowed,
	       allocator->max_run_is, structs_in(why->allowed));
}

/**
 * kmst_log_request() - Say what of a request its allocator does not take.
 * @who:       what the line begins with
 * @done:      what is not done with the allocator: "started", "run"
 * @allocator: the allocator
 * @nid:       the NUMA node that was asked for
 * @why:       the limit in the way
 *
 * Context: process context, may sleep.
 * Return: false, and nothing is said, if it is another limit: that depends on what was asked.
 */
bool kmst_log_request(const char *who, const char *done, const struct kmst_allocator *allocator,
		      int nid, const struct kmst_refusal *why)
{
	gfp_t refused = (__force gfp_t)why->wanted;
	const char *name = allocator->name;

	switch (why->limit) {
	case KMST_LIMIT_SUPPORT:
		pr_err("%sallocator=%s is not %s: this kernel has no such memory (CONFIG_DMA_CMA, or cma= on its command line): use allocator=exact\n",
		       who, name, done);
		return true;
	case KMST_LIMIT_GFP:
		pr_err("%sallocator=%s is not %s: it takes no gfp flags %pGg: leave them out, or use another allocator\n",
		       who, name, done, &refused);
		return true;
	case KMST_LIMIT_SLEEP:
		pr_err("%sallocator=%s is not %s: it has to sleep, and gfp does not let it: use KERNEL\n",
		       who, name, done);
		return true;
	case KMST_LIMIT_NODE:
		pr_err("%snode=%d is not online: use -1 for any, or one of /sys/devices/system/node/online\n",
		       who, nid);
		return true;
	case KMST_LIMIT_ANY_NODE:
		pr_err("%snode=%d is refused: allocator %s cannot be told a node: use -1, or another allocator\n",
		       who, nid, name);
		return true;
	default:
		return false;
	}
}

/* A limit stood in the way. */
static void log_limit(const char *who, const struct kmst_arena_config *config,
		      const struct kmst_refusal *why, int err)
{
	const char *name = config->allocator->name;
	unsigned int nr = config->nr_structs;
	struct kmst_plan plan;

	switch (why->limit) {
	case KMST_LIMIT_NONE:
		return;
	case KMST_LIMIT_EMPTY:
		pr_err("%snr_structs=0 is no arena: ask for at least one struct\n", who);
		return;
	case KMST_LIMIT_ORDER:
		kmst_plan_init(&plan, nr, PAGE_SHIFT);
		pr_err("%snr_structs=%u needs one block of order %lu, allocator %s ends at order %lu (MAX_PAGE_ORDER): use allocator=chunk, which has no such limit, or at most %lu structs\n",
		       who, nr, why->wanted, name, why->allowed,
		       (unsigned long)plan.structs_per_page << why->allowed);
		return;
	case KMST_LIMIT_SHARE:
		pr_err("%snr_structs=%u needs %lu pages, max_percent=%u of %s is %lu pages, of which other arenas have %lu: ask for fewer structs, or raise max_percent\n",
		       who, nr, why->wanted, config->max_percent, pool_name(why->pool),
		       why->allowed, why->taken);
		return;
	case KMST_LIMIT_AVAILABLE:
		pr_err("%snr_structs=%u needs %lu pages, %lu are available: ask for fewer structs, or end a program\n",
		       who, nr, why->wanted, why->allowed);
		return;
	case KMST_LIMIT_RUN:
		log_run(who, config, why);
		return;
	case KMST_LIMIT_TABLE:
		pr_err("%snr_structs=%u needs a table of %lu pointers, allocator %s ends at %lu (what kvmalloc gives at once): use allocator=chunk, which needs none\n",
		       who, nr, why->wanted, name, why->allowed);
		return;
	case KMST_LIMIT_AREA:
		pr_err("%snr_structs=%u needs %lu pages, %lu of the area for DMA may be had, the rest is left to display and camera: ask for fewer structs, or use allocator=exact\n",
		       who, nr, why->wanted, why->allowed);
		return;
	case KMST_LIMIT_CMA_ONLY:
		pr_err("%snr_structs=%u needs %lu pages of the area for DMA, %s, and cma_only=1 takes no others: nothing is held, ask for %s structs, or write 0 to cma_only\n",
		       who, nr, why->wanted,
		       why->wanted == 1 ? "from which the DMA API takes no single page" :
		       "which has no room in one piece",
		       why->wanted == 1 ? "more" : "fewer");
		return;
	case KMST_LIMIT_NOT_CMA:
		pr_err("%sallocator=%s is not started: cma_only=1 is for memory of the area for DMA: use allocator=cma, or write 0 to cma_only\n",
		       who, name);
		return;
	case KMST_LIMIT_SUPPORT:
	case KMST_LIMIT_GFP:
	case KMST_LIMIT_SLEEP:
	case KMST_LIMIT_NODE:
	case KMST_LIMIT_ANY_NODE:
		kmst_log_request(who, "started", config->allocator, config->nid, why);
		return;
	case KMST_LIMIT_APART:
		pr_err("%snr_structs=%u is not started: the objects of allocator %s lie up to %lu pages apart, %lu is the limit: use node= and gfp=KERNEL|THISNODE, or another allocator\n",
		       who, nr, name, why->wanted, why->allowed);
		return;
	case KMST_LIMIT_PUBLISH:
		pr_err("%snr_structs=%u is not started: /dev/kmem_studio/%s cannot be made, error %d: nothing is held, stop another arena or try again\n",
		       who, nr, config->name, err);
		return;
	case KMST_LIMIT_ALLOCATOR:
		pr_err("%snr_structs=%u needs %lu pages, allocator %s failed after %lu: nothing is held, ask for fewer structs%s\n",
		       who, nr, why->wanted, name, why->allowed,
		       config->allocator->max_order < 0 ? "" :
		       ", or use allocator=chunk, which takes smaller blocks");
		return;
	}
}

/**
 * kmst_log_refusal() - One line for a start that did not happen.
 * @who:    what the line begins with
 * @config: what was asked for
 * @why:    the limit in the way, if it was one
 * @err:    what the start returned
 *
 * Context: process context, may sleep.
 */
void kmst_log_refusal(const char *who, const struct kmst_arena_config *config,
		      const struct kmst_refusal *why, int err)
{
	unsigned int nr = config->nr_structs;

	if (why->limit != KMST_LIMIT_NONE) {
		log_limit(who, config, why, err);
		return;
	}

	switch (err) {
	case -ERESTARTNOINTR:
		/* the write is restarted */
		return;
	case -EINTR:
		pr_err("%snr_structs=%u was given up before it was filled, as its writer was killed, or the arena or the driver is removed: nothing is held\n",
		       who, nr);
		return;
	case -EILSEQ:
		pr_err("%snr_structs=%u is not started: the arena before it was found corrupt; write again to start\n",
		       who, nr);
		return;
	case -ENODEV:
		pr_err("%snr_structs=%u is not started: it is being removed\n", who, nr);
		return;
	default:
		pr_err("%snr_structs=%u is not started, error %d: nothing is held, try again when more memory is free\n",
		       who, nr, err);
	}
}
