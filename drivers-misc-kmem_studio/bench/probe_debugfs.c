// SPDX-License-Identifier: GPL-2.0
/*
 * What can be had now, asked whenever the file is read: a table for people, and one line
 * that begins with "probe:" for programs.
 */
#include <linux/capability.h>
#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/mmzone.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "bench_text.h"
#include "probe.h"
#include "probe_debugfs.h"

/* Orders of blocks, and of runs of the area. */
#define MAX_ROWS	64

/* Room for all of it: a file that has too little is asked for once more. */
#define TEXT_BYTES	16384

/* One probe at a time: they are to measure others, not each other. */
static DEFINE_MUTEX(probe_lock);

/**
 * struct rows - a probe of all orders
 * @nr:     how many
 * @blocks: the first so many are blocks, the others runs of the area
 * @rows:   each order
 */
struct rows {
	unsigned int		nr;
	unsigned int		blocks;
	struct kmst_probe	rows[MAX_ROWS];
};

static int probe_all(struct rows *rows)
{
	unsigned int order;
	int err = 0;

	for (order = 0; !err && order < NR_PAGE_ORDERS; order++)
		err = kmst_probe_blocks(order, &rows->rows[rows->nr++]);
	rows->blocks = rows->nr;
	for (order = 1; !err && order < kmst_probe_cma_orders() && rows->nr < MAX_ROWS; order++)
		err = kmst_probe_cma(order, &rows->rows[rows->nr++]);
	return err;
}

static const char *kind_of(const struct rows *rows, unsigned int i)
{
	return i < rows->blocks ? "page" : "cma";
}

static void show_row(struct seq_file *seq, const struct rows *rows, unsigned int i)
{
	const struct kmst_probe *probe = &rows->rows[i];
	char mean[KMST_BENCH_TEXT], worst[KMST_BENCH_TEXT];

	seq_printf(seq, "%-5s %5u %4u/%u %14s %14s %8lu %9lu  %s", kind_of(rows, i),
		   probe->order, probe->successes, KMST_PROBE_ATTEMPTS,
		   kmst_bench_print_thousandths(probe->mean, mean),
		   kmst_bench_print_thousandths(probe->worst, worst), probe->reclaims,
		   probe->compacted, probe->zone ?: "-");
	if (probe->zone)
		seq_printf(seq, "%s, node %d", i < rows->blocks ? "" : " (area)", probe->nid);
	seq_putc(seq, '\n');
}

static void show_line(struct seq_file *seq, const struct rows *rows)
{
	char mean[KMST_BENCH_TEXT], worst[KMST_BENCH_TEXT];
	unsigned int i;

	seq_puts(seq, "probe:");
	for (i = 0; i < rows->nr; i++) {
		const struct kmst_probe *probe = &rows->rows[i];

		seq_printf(seq, " %s%u=%u/%u,%s,%s,%lu,%lu,%s,%d", kind_of(rows, i),
			   probe->order, probe->successes, KMST_PROBE_ATTEMPTS,
			   kmst_bench_print_thousandths(probe->mean, mean),
			   kmst_bench_print_thousandths(probe->worst, worst), probe->reclaims,
			   probe->compacted, probe->zone ?: "-", probe->nid);
	}
	seq_putc(seq, '\n');
}

static int probe_show(struct seq_file *seq, void *unused)
{
	struct rows *rows __free(kfree) = kzalloc_obj(*rows);
	unsigned int i;
	int err = 0;

	if (!rows)
		return -ENOMEM;
	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &probe_lock)
		err = probe_all(rows);
	if (err)
		return err;
	seq_puts(seq, "kind  order    got        mean ns       worst ns reclaims compacted  from\n");
	for (i = 0; i < rows->nr; i++)
		show_row(seq, rows, i);
	show_line(seq, rows);
	return 0;
}

static int probe_open(struct inode *inode, struct file *file)
{
	/* it works for whoever reads it, as long as that takes */
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	return single_open_size(file, probe_show, NULL, TEXT_BYTES);
}

/* "probe" */
const struct file_operations kmst_probe_fops = {
	.owner		= THIS_MODULE,
	.open		= probe_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= single_release,
};
