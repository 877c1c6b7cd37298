// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel and the machine that a result is of: a name, a TAB, what it is.
 */
#include <linux/array_size.h>
#include <linux/cpufreq.h>
#include <linux/cpumask.h>
#include <linux/kconfig.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/nodemask.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/utsname.h>

#include "bench_results.h"
#include "bench_text.h"
#include "context.h"

static const char *preemption(void)
{
	if (preempt_model_rt())
		return "rt";
	if (preempt_model_full())
		return "full";
	if (preempt_model_voluntary())
		return "voluntary";
	return preempt_model_none() ? "none" : "lazy";
}

/* What was built in, or is switched on, and has its price in each allocation. */
static void show_checks(struct seq_file *seq)
{
	const struct {
		const char	*name;
		bool		on;
	} checks[] = {
		{ "KASAN",		IS_ENABLED(CONFIG_KASAN) },
		{ "KCSAN",		IS_ENABLED(CONFIG_KCSAN) },
		{ "KFENCE",		IS_ENABLED(CONFIG_KFENCE) },
		{ "KMEMLEAK",		IS_ENABLED(CONFIG_DEBUG_KMEMLEAK) },
		{ "SLUB_DEBUG",		IS_ENABLED(CONFIG_SLUB_DEBUG) },
		{ "SLUB_DEBUG_ON",	IS_ENABLED(CONFIG_SLUB_DEBUG_ON) },
		{ "PAGE_OWNER",		IS_ENABLED(CONFIG_PAGE_OWNER) },
		{ "PAGE_TABLE_CHECK",	IS_ENABLED(CONFIG_PAGE_TABLE_CHECK) },
		{ "MEM_ALLOC_PROFILING", IS_ENABLED(CONFIG_MEM_ALLOC_PROFILING) },
		{ "MEMCG",		IS_ENABLED(CONFIG_MEMCG) },
		{ "FAILSLAB",		IS_ENABLED(CONFIG_FAILSLAB) },
		{ "FAIL_PAGE_ALLOC",	IS_ENABLED(CONFIG_FAIL_PAGE_ALLOC) },
		{ "DEBUG_VM",		IS_ENABLED(CONFIG_DEBUG_VM) },
		{ "DEBUG_PREEMPT",	IS_ENABLED(CONFIG_DEBUG_PREEMPT) },
		{ "PROVE_LOCKING",	IS_ENABLED(CONFIG_PROVE_LOCKING) },
		{ "debug_pagealloc",	debug_pagealloc_enabled() },
		{ "init_on_alloc",	want_init_on_alloc(0) },
		{ "init_on_free",	want_init_on_free() },
	};
	unsigned int i;

	seq_puts(seq, "checks\t");
	for (i = 0; i < ARRAY_SIZE(checks); i++) {
		if (checks[i].on)
			seq_printf(seq, "%s ", checks[i].name);
	}
	seq_putc(seq, '\n');
}

static void show_frequencies(struct seq_file *seq, const struct kmst_bench_results *results)
{
	unsigned int cpu = cpumask_first(cpu_online_mask);

	if (!cpufreq_quick_get(cpu)) {
		seq_puts(seq, "cpu_khz\tnot known, there is no cpufreq\n");
		return;
	}
	seq_printf(seq, "cpu_khz\t%u now, at most %u\n", cpufreq_quick_get(cpu),
		   cpufreq_quick_get_max(cpu));
	if (results)
		seq_printf(seq, "run_khz\t%u to %u before and after its rounds\n",
			   results->freq_min, results->freq_max);
}

static void show_round(struct seq_file *seq, unsigned int nr, const struct kmst_round *round)
{
	char text[KMST_BENCH_TEXT];
	unsigned int i;

	seq_printf(seq, "%u\t%llu", nr, round->ops);
	for (i = 0; i < ARRAY_SIZE(round->ps); i++)
		seq_printf(seq, "\t%s", round->ops ?
			   kmst_bench_print_thousandths(round->ps[i], text) : "");
	for (i = 0; i < ARRAY_SIZE(round->khz); i++) {
		seq_putc(seq, '\t');
		if (round->khz[i])
			seq_printf(seq, "%u", round->khz[i]);
	}
	seq_printf(seq, "\t%s\n", !round->khz[0] ? "" : round->throttled ? "1" : "0");
}

/**
 * kmst_context_show_rounds() - Tell of each round, and of the CPUs at its two ends.
 * @seq:     where to
 * @results: the last run's, or NULL
 *
 * Context: process context, may sleep.
 */
void kmst_context_show_rounds(struct seq_file *seq, const struct kmst_bench_results *results)
{
	unsigned int i;

	seq_puts(seq, "round\tops\talloc_mean_ns\tfree_mean_ns\tkhz_before\tkhz_after\tthrottled\n");
	for (i = 0; results && i < results->nr_told; i++)
		show_round(seq, i + 1, &results->told[i]);
}

static const char *version(void)
{
#ifdef MODULE
	return THIS_MODULE->srcversion ?: "not told";
#else
	return "built in";
#endif
}

/**
 * kmst_context_show() - Tell what a result is of.
 * @seq:     where to
 * @results: the last run's, or NULL
 *
 * Context: process context, may sleep.
 */
void kmst_context_show(struct seq_file *seq, const struct kmst_bench_results *results)
{
	const struct new_utsname *name = &init_uts_ns.name;

	seq_printf(seq, "release\t%s\nversion\t%s\nmachine\t%s\n", name->release, name->version,
		   name->machine);
	seq_printf(seq, "driver\t%s\n", version());
	seq_printf(seq, "page_size\t%lu\nhz\t%u\npreemption\t%s\n", PAGE_SIZE, HZ, preemption());
	seq_printf(seq, "cpus\t%u\nnodes\t%u\nmemory_kb\t%lu\n", num_online_cpus(),
		   num_online_nodes(), totalram_pages() << (PAGE_SHIFT - 10));
	show_checks(seq);
	show_frequencies(seq, results);
	/* the firmware does it on a Raspberry Pi, and tells user space */
	seq_puts(seq, "throttled\tnot known here; on a Raspberry Pi: vcgencmd get_throttled\n");
}
