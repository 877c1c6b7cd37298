// SPDX-License-Identifier: GPL-2.0
/*
 * The results of a bench as tables: the histogram for programs, the summary for people, and
 * what makes both comparable.
 */
#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "../allocator.h"
#include "bench_debugfs.h"
#include "bench_text.h"
#include "context.h"
#include "order.h"

static struct dentry *benches_folder;

/* --- an open table is of one time, and so of one run --- */

static int view_open(struct inode *inode, struct file *file,
		     int (*show)(struct seq_file *seq, void *unused))
{
	struct kmst_job_view *view = kzalloc_obj(*view);
	int err;

	if (!view)
		return -ENOMEM;
	err = kmst_job_look(inode->i_private, view);
	if (err)
		goto out_free_view;
	err = single_open(file, show, view);
	if (err)
		goto out_look_away;
	return 0;

out_look_away:
	kmst_job_look_away(view);
out_free_view:
	kfree(view);
	return err;
}

static int view_release(struct inode *inode, struct file *file)
{
	struct seq_file *seq = file->private_data;

	kmst_job_look_away(seq->private);
	kfree(seq->private);
	return single_release(inode, file);
}

#define VIEW(_name)								\
static int _name##_open(struct inode *inode, struct file *file)			\
{										\
	return view_open(inode, file, _name##_show);				\
}										\
										\
static const struct file_operations _name##_fops = {				\
	.owner		= THIS_MODULE,						\
	.open		= _name##_open,						\
	.read		= seq_read,						\
	.llseek		= seq_lseek,						\
	.release	= view_release,						\
}

/* --- histogram: a line a bucket, of each CPU and in all --- */

static void show_bucket(struct seq_file *seq, const char *cpu,
			const struct kmst_histogram *phases, unsigned int i)
{
	char low[KMST_BENCH_TEXT], high[KMST_BENCH_TEXT];

	if (!phases[KMST_ALLOC].buckets[i] && !phases[KMST_FREE].buckets[i] &&
	    !phases[KMST_TOUCH].buckets[i])
		return;
	kmst_bench_print_thousandths(kmst_histogram_low(i), low);
	kmst_bench_print_thousandths(kmst_histogram_low(i + 1), high);
	seq_printf(seq, "%s\t%s\t%s\t%llu\t%llu\t%llu\n", cpu, low, high,
		   phases[KMST_ALLOC].buckets[i], phases[KMST_FREE].buckets[i],
		   phases[KMST_TOUCH].buckets[i]);
}

static void show_buckets(struct seq_file *seq, const char *cpu,
			 const struct kmst_histogram *phases)
{
	unsigned int i;

	for (i = 0; i < KMST_HISTOGRAM_BUCKETS; i++)
		show_bucket(seq, cpu, phases, i);
	cond_resched();
}

static int histogram_show(struct seq_file *seq, void *unused)
{
	const struct kmst_job_view *view = seq->private;
	const struct kmst_bench_results *results = view->results;
	char cpu[sizeof("4294967295")];
	unsigned int i;

	seq_puts(seq, "cpu\tfrom_ns\tto_ns\talloc\tfree\ttouch\n");
	if (!results)
		return 0;
	show_buckets(seq, "all", results->all);
	for (i = 0; i < results->nr_cpus; i++) {
		snprintf(cpu, sizeof(cpu), "%u", results->cpus[i].cpu);
		show_buckets(seq, cpu, results->cpus[i].phases);
	}
	return 0;
}

VIEW(histogram);

/* --- summary: for people --- */

static void show_figure(struct seq_file *seq, const struct kmst_bench_results *results,
			enum kmst_phase phase, enum kmst_figure figure)
{
	char text[KMST_BENCH_TEXT] = "-";
	u64 value;

	if (kmst_bench_figure(results, phase, figure, &value))
		kmst_bench_print_thousandths(value, text);
	seq_printf(seq, " %12s", text);
}

static void show_phase(struct seq_file *seq, const struct kmst_bench_results *results,
		       const char *name, enum kmst_phase phase)
{
	unsigned int figure;

	if (!results->all[phase].count)
		return;
	seq_printf(seq, "%-6s", name);
	for (figure = KMST_FIGURE_MEAN; figure <= KMST_FIGURE_INSTRUCTIONS; figure++)
		show_figure(seq, results, phase, figure);
	seq_putc(seq, '\n');
}

static void show_pair(struct seq_file *seq, const struct kmst_bench_results *results)
{
	static const char * const names[] = {
		[KMST_CYCLES]		= "cycles",
		[KMST_INSTRUCTIONS]	= "instructions",
	};
	char text[KMST_BENCH_TEXT];
	unsigned int i;
	u64 events;

	if (!results->paired)
		return;
	for (i = 0; i < KMST_NR_COUNTERS; i++) {
		if (kmst_bench_events(results, KMST_ALLOC, i, &events))
			seq_printf(seq, "To allocate and to free takes %s %s.\n",
				   kmst_bench_print_thousandths(events, text), names[i]);
	}
}

static void show_meaning(struct seq_file *seq, const struct kmst_bench_results *results)
{
	char text[KMST_BENCH_TEXT];

	kmst_bench_print_thousandths(results->resolution, text);
	seq_printf(seq, "The clock was seen to tick every %s ns;", text);
	kmst_bench_print_thousandths(results->cost, text);
	seq_printf(seq, " to read it takes %s ns, which are subtracted.\n", text);
	if (results->batch > 1)
		seq_printf(seq, "%u operations were timed together: percentiles are of their means.\n",
			   results->batch);
	kmst_bench_print_thousandths(kmst_bench_results_meaningful(results), text);
	seq_printf(seq, "Percentiles below %s ns tell of the clock; means do not.\n", text);
}

static void show_results(struct seq_file *seq, const struct kmst_bench_results *results)
{
	seq_printf(seq, "%llu operations in %u rounds, %llu of which ended for want of memory",
		   results->ops, results->rounds, results->failures);
	if (results->failures)
		seq_printf(seq, " of order %u", results->failed_order);
	if (results->fallbacks)
		seq_printf(seq, "\n%llu allocations came from elsewhere: blocks for cma, areas of vmalloc() for kvmalloc",
			   results->fallbacks);
	seq_puts(seq, "\n\n");
	seq_printf(seq, "%-6s %12s %12s %12s %12s %12s %12s %12s %12s %12s %12s\n", "ns", "mean",
		   "+-95%", "min", "50%", "90%", "99%", "99.9%", "max", "cycles", "instr");
	show_phase(seq, results, "alloc", KMST_ALLOC);
	show_phase(seq, results, "free", KMST_FREE);
	show_phase(seq, results, "touch", KMST_TOUCH);
	seq_putc(seq, '\n');
	show_pair(seq, results);
	show_meaning(seq, results);
}

static int summary_show(struct seq_file *seq, void *unused)
{
	const struct kmst_job_view *view = seq->private;
	const struct kmst_bench_config *config = &view->config;

	seq_printf(seq, "%s: %llu bytes, %s, %u held by each of CPUs %*pbl\n",
		   config->allocator->name, config->bytes, config->order->name, config->held,
		   cpumask_pr_args(&config->cpus));
	seq_printf(seq, "%s, error %d\n", kmst_job_state_name(view->state), view->error);
	if (view->results)
		show_results(seq, view->results);
	return 0;
}

VIEW(summary);

static int context_show(struct seq_file *seq, void *unused)
{
	const struct kmst_job_view *view = seq->private;

	kmst_context_show(seq, view->results);
	return 0;
}

VIEW(context);

static int rounds_show(struct seq_file *seq, void *unused)
{
	const struct kmst_job_view *view = seq->private;

	kmst_context_show_rounds(seq, view->results);
	return 0;
}

VIEW(rounds);

/* --- folders --- */

/**
 * kmst_bench_debugfs_add() - Show a bench.
 * @name: name of its folder
 * @job:  the bench; stays until kmst_bench_debugfs_remove()
 *
 * Context: process context, may sleep.
 * Return: the folder. Errors are none of the caller's.
 */
struct dentry *kmst_bench_debugfs_add(const char *name, struct kmst_job *job)
{
	struct dentry *folder = debugfs_create_dir(name, benches_folder);

	debugfs_create_file("histogram", 0400, folder, job, &histogram_fops);
	debugfs_create_file("summary", 0400, folder, job, &summary_fops);
	debugfs_create_file("context", 0400, folder, job, &context_fops);
	debugfs_create_file("rounds", 0400, folder, job, &rounds_fops);
	return folder;
}

/**
 * kmst_bench_debugfs_remove() - Show a bench no longer.
 * @folder: what kmst_bench_debugfs_add() returned
 *
 * Context: process context, sleeps while it is read.
 */
void kmst_bench_debugfs_remove(struct dentry *folder)
{
	debugfs_remove(folder);
}

/**
 * kmst_bench_debugfs_init() - Make the folder of benches.
 * @root: where to; it takes the folder with it when it goes
 *
 * Context: process context, may sleep.
 */
void __init kmst_bench_debugfs_init(struct dentry *root)
{
	benches_folder = debugfs_create_dir("benches", root);
}
