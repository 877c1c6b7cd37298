// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/kmem_studio: where the memory of each arena landed, in tables for
 * people.
 *
 * An open file holds a reference to its arena: the table stays as it is, and a stopped
 * arena's memory is freed when the file is closed.
 */
#include <linux/capability.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/kasan.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/module.h>
#include <linux/nodemask.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string_choices.h>

#include "arena.h"
#include "bench/bench_debugfs.h"
#include "bench/probe_debugfs.h"
#include "debugfs.h"
#include "debugfs_translate.h"
#include "names.h"
#include "pattern.h"
#include "session.h"
#include "translate.h"

static struct dentry *root;
static struct dentry *arenas_folder;

/* --- pages: a line a page --- */

/**
 * struct view - an open file of an arena
 * @arena: the arena, NULL if none was live at the open
 * @at:    the page that comes next; its index is the position in the file
 */
struct view {
	struct kmst_arena	*arena;
	struct kmst_page_at	at;
};

/* vmalloc's pages have the address of their area, not that of the linear map. */
static void translate_at(const struct kmst_page_at *at, struct kmst_translation *t)
{
	kmst_translate_page(at->page, t);
	if (!at->virt || !is_vmalloc_addr(at->virt))
		return;
	t->kind = KMST_KIND_VMALLOC;
	t->virt = at->virt;
}

static void *view_start(struct seq_file *seq, loff_t *pos)
{
	struct view *view = seq->private;

	if (!*pos)
		return SEQ_START_TOKEN;
	if (!view->arena || *pos > view->arena->memory.nr_pages)
		return NULL;
	/* the header is at position 0 */
	return kmst_memory_page(&view->arena->memory, *pos - 1, &view->at) ? view : NULL;
}

static void view_stop(struct seq_file *seq, void *v)
{
}

/* seq_file generates all lines up to a seek's target: end that on a signal. */
static int view_point(const struct view *view)
{
	if (view->at.index % KMST_PAGES_PER_POINT)
		return 0;
	cond_resched();
	return fatal_signal_pending(current) ? -EINTR : 0;
}

static void *pages_next(struct seq_file *seq, void *v, loff_t *pos)
{
	struct view *view = seq->private;

	++*pos;
	if (v == SEQ_START_TOKEN)
		return view_start(seq, pos);
	return kmst_memory_next_page(&view->arena->memory, &view->at) ? view : NULL;
}

/*
 * Times that user space has mapped a page. Typed pages (slab, for one) have their type in
 * the place of the counter.
 */
static int times_mapped(const struct page *page)
{
	return page_has_type(page) ? 0 : atomic_read(&page->_mapcount) + 1;
}

static int pages_show(struct seq_file *seq, void *v)
{
	struct view *view = seq->private;
	struct kmst_translation t;

	if (v == SEQ_START_TOKEN) {
		seq_puts(seq, "index\tpage\tpfn\tphys\tvirt\tnode\tzone\trefs\tkind\tflags\tmaps\n");
		return 0;
	}
	if (!view->at.page) {
		/* that of a vmalloc address, which the page table has no more */
		seq_printf(seq, "%lu\t-\t-\t-\t%p\t-\t-\t-\tlost\t-\t-\n", view->at.index,
			   view->at.virt);
		return view_point(view);
	}
	translate_at(&view->at, &t);
	seq_printf(seq, "%lu\t%p\t0x%lx\t%pa\t%p\t%d\t%s\t%d\t%s\t%pGp\t%d\n",
		   view->at.index, t.page, t.pfn, &t.phys, t.virt, page_to_nid(t.page),
		   page_zone(t.page)->name, page_count(t.page), kmst_kind_name(&t),
		   &t.page->flags, times_mapped(t.page));
	return view_point(view);
}

static const struct seq_operations pages_ops = {
	.start	= view_start,
	.next	= pages_next,
	.stop	= view_stop,
	.show	= pages_show,
};

/* --- spans: a line a run of neighbours --- */

/**
 * struct neighbours - pages that follow each other in physical addresses
 * @first:    the first of them
 * @nr_pages: pages
 */
struct neighbours {
	struct kmst_page_at	first;
	unsigned long		nr_pages;
};

/* Does @at follow @last in physical and, where it has one, in virtual addresses? */
static bool follows(const struct kmst_page_at *at, const struct kmst_page_at *last)
{
	if (!at->page || !last->page)
		return false;
	if (page_to_pfn(at->page) != page_to_pfn(last->page) + 1)
		return false;
	if (page_zone(at->page) != page_zone(last->page))
		return false;
	if (!at->virt || !last->virt)
		return !at->virt && !last->virt;
	return kasan_reset_tag(at->virt) == kasan_reset_tag(last->virt) + PAGE_SIZE;
}

/*
 * Collect contiguous pages from @at on, and leave @at behind them. With @blocks, end at the
 * end of the allocator's block. Returns false past the last page.
 */
static bool collect(const struct kmst_arena *arena, struct kmst_page_at *at, bool blocks,
		    struct neighbours *run)
{
	struct kmst_page_at last;

	*run = (struct neighbours){ *at };
	do {
		run->nr_pages++;
		last = *at;
		if (!(at->index % KMST_PAGES_PER_POINT))
			cond_resched();
		if (!kmst_memory_next_page(&arena->memory, at))
			return false;
	} while (follows(at, &last) && !(blocks && at->block != last.block));
	return true;
}

static void *spans_next(struct seq_file *seq, void *v, loff_t *pos)
{
	struct view *view = seq->private;

	if (v == SEQ_START_TOKEN) {
		++*pos;
		return view_start(seq, pos);
	}
	/* spans_show() has moved on to the page behind the run */
	*pos = view->at.index + 1;
	return view->at.index < view->arena->memory.nr_pages ? view : NULL;
}

static int spans_show(struct seq_file *seq, void *v)
{
	struct view *view = seq->private;
	struct neighbours run;
	struct kmst_translation t;
	phys_addr_t last;

	if (v == SEQ_START_TOKEN) {
		seq_puts(seq, "index\tvirt\tphys\tlast_phys\tpfn\tlast_pfn\tpages\torder\tnode\tzone\tkind\n");
		return 0;
	}
	collect(view->arena, &view->at, true, &run);
	if (!run.first.page) {
		seq_printf(seq, "%lu\t%p\t-\t-\t-\t-\t1\t0\t-\t-\tlost\n", run.first.index,
			   run.first.virt);
		return view_point(view);
	}
	translate_at(&run.first, &t);
	last = t.phys + ((phys_addr_t)run.nr_pages << PAGE_SHIFT) - 1;
	seq_printf(seq, "%lu\t%p\t%pa\t%pa\t0x%lx\t0x%lx\t%lu\t%u\t%d\t%s\t%s\n",
		   run.first.index, t.virt, &t.phys, &last, t.pfn,
		   t.pfn + run.nr_pages - 1, run.nr_pages, kmst_plan_order(run.nr_pages),
		   page_to_nid(t.page), page_zone(t.page)->name, kmst_kind_name(&t));
	return view_point(view);
}

static const struct seq_operations spans_ops = {
	.start	= view_start,
	.next	= spans_next,
	.stop	= view_stop,
	.show	= spans_show,
};

static int view_open(struct inode *inode, struct file *file,
		     const struct seq_operations *ops)
{
	struct kmst_session *session = inode->i_private;
	struct kmst_arena *arena;
	struct view *view;

	/* as for the PFNs of pagemap */
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	arena = kmst_session_arena(session);
	view = __seq_open_private(file, ops, sizeof(*view));
	if (!view) {
		if (arena)
			kmst_arena_put_later(arena);
		return -ENOMEM;
	}
	view->arena = arena;
	return 0;
}

static int view_release(struct inode *inode, struct file *file)
{
	struct seq_file *seq = file->private_data;
	struct view *view = seq->private;

	if (view->arena)
		kmst_arena_put_later(view->arena);
	return seq_release_private(inode, file);
}

static int pages_open(struct inode *inode, struct file *file)
{
	return view_open(inode, file, &pages_ops);
}

static int spans_open(struct inode *inode, struct file *file)
{
	return view_open(inode, file, &spans_ops);
}

static const struct file_operations pages_fops = {
	.owner		= THIS_MODULE,
	.open		= pages_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= view_release,
};

static const struct file_operations spans_fops = {
	.owner		= THIS_MODULE,
	.open		= spans_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= view_release,
};

/* --- summary: all of an arena for people --- */

/**
 * struct contiguity - how scattered an arena is
 * @nr_runs: runs of pages that follow each other
 * @largest: pages in the longest of them
 */
struct contiguity {
	unsigned long	nr_runs;
	unsigned long	largest;
};

static void measure_contiguity(const struct kmst_arena *arena,
			       struct contiguity *contiguity)
{
	struct kmst_page_at at;
	struct neighbours run;
	bool more;

	*contiguity = (struct contiguity){};
	for (more = kmst_memory_page(&arena->memory, 0, &at); more;) {
		more = collect(arena, &at, false, &run);
		contiguity->nr_runs++;
		contiguity->largest = max(contiguity->largest, run.nr_pages);
	}
}

static void show_placement(struct seq_file *seq, const struct kmst_arena *arena,
			   const unsigned long *nodes)
{
	struct contiguity contiguity;
	struct kmst_translation t;
	struct kmst_page_at at;
	int nid;

	measure_contiguity(arena, &contiguity);
	seq_printf(seq, "contiguous_runs:\t%lu\n", contiguity.nr_runs);
	seq_printf(seq, "largest_run_pages:\t%lu\n", contiguity.largest);
	if (kmst_memory_page(&arena->memory, 0, &at) && at.page) {
		translate_at(&at, &t);
		seq_printf(seq, "kind:\t%s\n", kmst_kind_name(&t));
	}
	for_each_online_node(nid)
		seq_printf(seq, "pages_on_node_%d:\t%lu\n", nid, nodes[nid]);
}

static void show_arena(struct seq_file *seq, const struct kmst_arena *arena)
{
	const struct kmst_allocator *allocator = arena->allocator;
	char flags[KMST_GFP_TEXT];

	kmst_gfp_print(arena->gfp, flags);
	seq_printf(seq, "allocator:\t%s (%s)\n", allocator->name, allocator->description);
	seq_printf(seq, "contiguous:\t%s\nmappable:\t%s\nper_object:\t%s\n",
		   str_yes_no(allocator->promises & KMST_CONTIGUOUS),
		   str_yes_no(allocator->promises & KMST_MAPPABLE),
		   str_yes_no(allocator->promises & KMST_PER_OBJECT));
	seq_printf(seq, "gfp:\t%s\nnode:\t%d\n", flags, arena->nid);
	if (allocator->calls) {
		struct kmst_calls calls = allocator->calls(&arena->memory);

		seq_printf(seq, "bulk_calls:\t%lu\nbulk_calls_single:\t%lu\n", calls.nr,
			   calls.single);
	}
	seq_printf(seq, "pattern:\t%s\nseed:\t%llu\n", arena->pattern->name, arena->seed);
	seq_printf(seq, "nr_structs:\t%u\n", arena->plan.nr_structs);
	if (kmst_allocator_takes_order(allocator))
		seq_printf(seq, "order:\t%u\n", arena->plan.order);
}

static void show_results(struct seq_file *seq, const struct kmst_results *results)
{
	seq_printf(seq, "run:\t%llu\nstate:\t%s\nerror:\t%d\n", results->run,
		   kmst_state_name(results->state), results->error);
	seq_printf(seq, "source:\t%s\n", kmst_source_name(results->source));
	seq_printf(seq, "pages:\t%lu\nspans:\t%lu\n", results->nr_pages, results->nr_spans);
	seq_printf(seq, "bytes_requested:\t%llu\nbytes_allocated:\t%llu%s\nbytes_slack:\t%llu\n",
		   results->bytes_requested, results->bytes_allocated,
		   results->usable_only ? " usable" : "",
		   results->bytes_allocated ?
		   results->bytes_allocated - results->bytes_requested : 0);
	seq_printf(seq, "bytes_on_pages:\t%llu\nbytes_bookkeeping:\t%llu\n",
		   results->bytes_on_pages, results->bytes_bookkeeping);
	seq_printf(seq, "verifications:\t%llu\nscrubs:\t%llu\nwords_verified:\t%llu\nmismatches:\t%llu\n",
		   results->verifications, results->scrubs, results->words_verified,
		   results->mismatches);
	seq_printf(seq, "poisoned:\t%lu\nverified_in:\t%s\n", results->poisoned,
		   kmst_verified_in_name(results));
	seq_printf(seq, "alloc_ns:\t%llu\nfill_ns:\t%llu\nverify_ns:\t%llu\nfree_ns:\t%llu\n",
		   results->alloc_ns, results->fill_ns, results->verify_ns,
		   results->free_ns);
}

static int summary_show(struct seq_file *seq, void *v)
{
	struct kmst_session *session = seq->private;
	struct kmst_results results;
	struct kmst_arena *arena;
	unsigned long *nodes;

	nodes = kcalloc(nr_node_ids, sizeof(*nodes), GFP_KERNEL);
	if (!nodes)
		return -ENOMEM;
	arena = kmst_session_snapshot(session, &results, nodes);
	show_results(seq, &results);
	seq_printf(seq, "pages_held:\t%lu\n", kmst_session_pages_held(session));
	if (arena) {
		show_arena(seq, arena);
		show_placement(seq, arena, nodes);
		kmst_arena_put_later(arena);
	}
	kfree(nodes);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(summary);

/* --- folders --- */

/**
 * kmst_debugfs_add() - Show an arena.
 * @name:    name of its folder
 * @session: the arena's session; stays until kmst_debugfs_remove()
 *
 * Context: process context, may sleep.
 * Return: the folder, for kmst_debugfs_remove(). Errors are none of the caller's: a
 * kernel may have no debugfs.
 */
struct dentry *kmst_debugfs_add(const char *name, struct kmst_session *session)
{
	struct dentry *folder = debugfs_create_dir(name, arenas_folder);

	debugfs_create_file("summary", 0400, folder, session, &summary_fops);
	debugfs_create_file("spans", 0400, folder, session, &spans_fops);
	debugfs_create_file("pages", 0400, folder, session, &pages_fops);
	return folder;
}

/**
 * kmst_debugfs_remove() - Show an arena no longer.
 * @folder: what kmst_debugfs_add() returned
 *
 * Waits for reads that run.
 *
 * Context: process context, may sleep.
 */
void kmst_debugfs_remove(struct dentry *folder)
{
	debugfs_remove(folder);
}

/**
 * kmst_debugfs_init() - Make the folder kmem_studio in debugfs, without files.
 *
 * Context: process context, may sleep.
 * Return: 0, as the driver works without debugfs, too.
 */
int __init kmst_debugfs_init(void)
{
	root = debugfs_create_dir("kmem_studio", NULL);
	arenas_folder = debugfs_create_dir("arenas", root);
	kmst_bench_debugfs_init(root);
	return 0;
}

/**
 * kmst_debugfs_open() - Let users in, as the last step of the module's init.
 *
 * A file that is open does not keep a module that fails to load.
 *
 * Context: process context, may sleep.
 */
void __init kmst_debugfs_open(void)
{
	debugfs_create_file("translate", 0600, root, NULL, &kmst_translate_fops);
	debugfs_create_file("probe", 0400, root, NULL, &kmst_probe_fops);
}

/**
 * kmst_debugfs_exit() - Remove the folder.
 *
 * Context: process context, may sleep.
 */
void kmst_debugfs_exit(void)
{
	debugfs_remove(root);
}
