// SPDX-License-Identifier: GPL-2.0
/*
 * What a verification found, and why an arena was not started, as lines of the
 * kernel log. Documentation/misc-devices/kmem_studio.rst lists them.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

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

static void log_bad_word(const char *who, const struct kmst_bad_word *bad)
{
	pr_err("%sMismatch in page: %lu\tstruct: %llu\tindex: %u\tphysical address: %pa\texpected: %u\tgot: %u%s\n",
	       who, bad->page, bad->word / KMST_STRUCT_WORDS,
	       (unsigned int)(bad->word % KMST_STRUCT_WORDS), &bad->phys,
	       bad->expected, bad->got,
	       bad->guard ? "\t(guard beyond the last struct)" : "");
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
	if (report->poisoned)
		pr_err("%sHardware-poisoned pages: %lu, what they held is lost and was not read\n",
		       who, report->poisoned);
	pr_err("%sVerification failed: %llu of %llu words and the addresses of %lu of %lu pages are wrong\n",
	       who, report->mismatches, report->words + report->guards,
	       report->bad_translations, report->pages);
}

/* What stood in the way is a limit. */
static void log_limit(const char *who, const struct kmst_arena_config *config,
		      const struct kmst_refusal *why, int err)
{
	const char *name = config->allocator->name;
	gfp_t refused = (__force gfp_t)why->wanted;
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
		pr_err("%snr_structs=%u needs %lu pages, max_percent=%u of RAM is %lu pages, of which other arenas have %lu: ask for fewer structs, or raise max_percent\n",
		       who, nr, why->wanted, config->max_percent, why->allowed, why->taken);
		return;
	case KMST_LIMIT_AVAILABLE:
		pr_err("%snr_structs=%u needs %lu pages, %lu are available: ask for fewer structs, or end a program\n",
		       who, nr, why->wanted, why->allowed);
		return;
	case KMST_LIMIT_SUPPORT:
		pr_err("%sallocator=%s is not started: this kernel has no such memory (CONFIG_DMA_CMA, or cma= on its command line): use allocator=exact\n",
		       who, name);
		return;
	case KMST_LIMIT_GFP:
		pr_err("%sallocator=%s is not started: it takes no gfp flags %pGg: leave them out, or use another allocator\n",
		       who, name, &refused);
		return;
	case KMST_LIMIT_SLEEP:
		pr_err("%sallocator=%s is not started: it has to sleep, and gfp does not let it: use KERNEL\n",
		       who, name);
		return;
	case KMST_LIMIT_NODE:
		pr_err("%snode=%d is not online: use -1 for any, or one of /sys/devices/system/node/online\n",
		       who, config->nid);
		return;
	case KMST_LIMIT_ANY_NODE:
		pr_err("%snode=%d is refused: allocator %s cannot be told a node: use -1, or another allocator\n",
		       who, config->nid, name);
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
	case -EINTR:
		pr_err("%snr_structs=%u was given up before it was filled, by a signal or by unloading: nothing is held\n",
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
