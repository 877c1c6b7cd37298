// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/kmem_studio/translate: what is this address, or this PFN?
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/capability.h>
#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/kstrtox.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pfn.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "arena.h"
#include "debugfs_translate.h"
#include "log.h"
#include "names.h"
#include "translate.h"

/* Longest question. */
#define MAX_QUESTION	64

/**
 * enum question_kind - what was written to translate
 * @QUESTION_NONE:    nothing yet
 * @QUESTION_ADDRESS: a virtual address
 * @QUESTION_PFN:     a page frame number
 * @QUESTION_PHYS:    a physical address
 */
enum question_kind {
	QUESTION_NONE,
	QUESTION_ADDRESS,
	QUESTION_PFN,
	QUESTION_PHYS,
};

/**
 * struct question - what was asked; the answer is worked out when it is read
 * @kind:  what kind of number it is
 * @value: the number
 */
struct question {
	enum question_kind	kind;
	u64			value;
};

/*
 * The last question of all: the default of a file that is opened to be read. Whoever writes
 * and reads through one open file has its own.
 */
static struct question last_question;
static DEFINE_MUTEX(questions_lock);

static const char * const verdicts[] = {
	[KMST_IS_MEMORY]   = "memory: the kernel has a descriptor for it",
	[KMST_IS_RESERVED] = "reserved: RAM, but kept by the kernel or firmware from the start",
	[KMST_IS_HIDDEN]   = "memory: but the MMU does not map it now (free, a guard, or secret)",
	[KMST_IS_NOMAP]	   = "no memory: registers, a hole, or RAM that is not the kernel's",
	[KMST_IS_USER]	   = "no memory: user space's, only its process can translate it",
	[KMST_IS_HOLE]	   = "no memory: a hole, no RAM is there",
	[KMST_IS_UNMAPPED] = "no memory: in the area of vmalloc, and nothing is mapped there",
	[KMST_IS_DEVICE]   = "no memory: in the area of vmalloc, mapped to a device",
	[KMST_IS_UNKNOWN]  = "unknown: in the area of vmalloc, not looked up on this machine",
	[KMST_IS_OTHER]	   = "no memory: neither in the linear map nor in the area of vmalloc",
};

static void show_table_route(struct seq_file *seq, const struct kmst_translation *t)
{
	phys_addr_t phys;
	int err;

	err = kmst_translate_table(t->virt, &phys);
	if (!err)
		seq_printf(seq, "page_table:\t%pa\n", &phys);
	else
		seq_printf(seq, "page_table:\t%s\n", err == -EOPNOTSUPP ?
			   "not read on this machine" : "no translation");
	if (!t->hw_err)
		seq_printf(seq, "hardware:\t%pa\n", &t->hw_phys);
	else
		seq_printf(seq, "hardware:\t%s\n", t->hw_err == -EOPNOTSUPP ?
			   "this machine has no such instruction" : "no translation");
}

static void show_owner(struct seq_file *seq, unsigned long pfn)
{
	struct kmst_arena *arena = kmst_arena_find(pfn);

	seq_printf(seq, "arena:\t%s\n", arena ? arena->name : "none");
	if (arena)
		kmst_arena_put_later(arena);
}

/* Nobody holds the page: that the MMU does not map it now is no contradiction. */
static const char *routes_of(const struct kmst_translation *t)
{
	unsigned int differ = kmst_translation_compare(t);

	if (differ == KMST_ROUTE_UNMAPPED)
		return "agree, but for the MMU, which has none";
	return differ ? "DIFFER" : "agree";
}

static void show_translation(struct seq_file *seq, const struct kmst_translation *t)
{
	seq_printf(seq, "page:\t%p\npfn:\t0x%lx\nphys:\t%pa\nvirt:\t%p\n", t->page,
		   t->pfn, &t->phys, t->virt);
	seq_printf(seq, "kind:\t%s\nnode:\t%d\nzone:\t%s\n", kmst_kind_name(t),
		   page_to_nid(t->page), page_zone(t->page)->name);
	if (t->kind == KMST_KIND_VMALLOC)
		seq_puts(seq, "note:\ta vmalloc address: __pa() and virt_to_page() do not hold for it, the page table does\n");
	if (t->kind == KMST_KIND_HIGHMEM)
		seq_puts(seq, "note:\thighmem: no virtual address until kmap_local_page() gives one\n");
	seq_printf(seq, "phys_to_pfn:\t0x%lx\n", t->back_pfn);
	if (t->virt) {
		const char *from = t->kind == KMST_KIND_VMALLOC ? "vmalloc" : "virt";

		seq_printf(seq, "%s_to_phys:\t%pa\n%s_to_page:\t%p\n", from,
			   &t->back_phys, from, t->back_page);
		show_table_route(seq, t);
	}
	seq_printf(seq, "routes:\t%s\n", routes_of(t));
	show_owner(seq, t->pfn);
}

static enum kmst_place_kind answer(const struct question *question,
				   struct kmst_translation *t)
{
	if (question->kind == QUESTION_ADDRESS)
		return kmst_translate_address(question->value, t);
	if (question->kind == QUESTION_PHYS)
		return kmst_translate_pfn(PHYS_PFN(question->value), t);
	return kmst_translate_pfn(question->value, t);
}

static struct question question_of(struct seq_file *seq)
{
	const struct question *own = seq->private;

	guard(mutex)(&questions_lock);

	return *own;
}

static int translate_show(struct seq_file *seq, void *v)
{
	static const char * const prefixes[] = { "", "", "pfn:", "phys:" };
	struct question question = question_of(seq);
	enum kmst_place_kind verdict;
	struct kmst_translation t;

	if (question.kind == QUESTION_NONE) {
		seq_puts(seq, "write a kernel virtual address, pfn:N or phys:N, then read the answer\n");
		return 0;
	}
	verdict = answer(&question, &t);
	seq_printf(seq, "question:\t%s0x%llx\nanswer:\t%s\n", prefixes[question.kind],
		   question.value, verdicts[verdict]);
	if (verdict == KMST_IS_MEMORY || verdict == KMST_IS_RESERVED ||
	    verdict == KMST_IS_HIDDEN)
		show_translation(seq, &t);
	return 0;
}

static int translate_open(struct inode *inode, struct file *file)
{
	struct question *question;
	int err;

	/* it tells PFNs, as pagemap does */
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	question = kmalloc_obj(*question);
	if (!question)
		return -ENOMEM;
	mutex_lock(&questions_lock);
	*question = last_question;
	mutex_unlock(&questions_lock);
	err = single_open(file, translate_show, question);
	if (err)
		kfree(question);
	return err;
}

static int translate_release(struct inode *inode, struct file *file)
{
	struct seq_file *seq = file->private_data;

	kfree(seq->private);
	return single_release(inode, file);
}

/* Does the machine's type for it hold the number? */
static bool fits(enum question_kind kind, u64 value)
{
	if (kind == QUESTION_PHYS)
		return value == (phys_addr_t)value && value >> PAGE_SHIFT <= ULONG_MAX;
	return value <= ULONG_MAX;
}

static ssize_t translate_write(struct file *file, const char __user *buffer, size_t len,
			       loff_t *pos)
{
	struct seq_file *seq = file->private_data;
	enum question_kind kind = QUESTION_ADDRESS;
	size_t taken = min_t(size_t, len, MAX_QUESTION - 1);
	struct question *own = seq->private;
	char text[MAX_QUESTION];
	const char *number = text;
	u64 value;

	if (copy_from_user(text, buffer, taken))
		return -EFAULT;
	text[taken] = 0;

	if (str_has_prefix(text, "pfn:"))
		kind = QUESTION_PFN;
	else if (str_has_prefix(text, "phys:"))
		kind = QUESTION_PHYS;
	if (kind != QUESTION_ADDRESS)
		number = strchr(text, ':') + 1;
	/* %p prints an address without 0x */
	if (taken < len || kstrtou64(number, kind == QUESTION_ADDRESS ? 16 : 0, &value) ||
	    !fits(kind, value))
		return kmst_log_value("", "translate", text,
				      "a kernel virtual address, pfn:N or phys:N");

	guard(mutex)(&questions_lock);

	*own = (struct question){ kind, value };
	last_question = *own;
	/* an answer that was read before must not be the end of the file */
	*pos = 0;
	return len;
}

/* The file translate. */
const struct file_operations kmst_translate_fops = {
	.owner		= THIS_MODULE,
	.open		= translate_open,
	.read		= seq_read,
	.write		= translate_write,
	.llseek		= seq_lseek,
	.release	= translate_release,
};
