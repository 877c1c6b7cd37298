// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/kmem_studio/NAME: the objects of a live arena, to be read, or to be mapped and
 * seen in the very frames that the kernel wrote to.
 *
 * Who has the device open, or mapped, has the arena: its memory is given back when the
 * last one lets go, however early the arena was stopped. A page that something else took
 * from the mapping meanwhile (a pipe, for one) has a reference of its own and outlives even
 * that.
 *
 * Nothing here takes a lock of a session: a device is made and removed by the session's
 * thread, which waits for opens that run (they hold the lock of misc devices).
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kref.h>
#include <linux/minmax.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pfn.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/security.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include <linux/wait.h>

#include "arena.h"
#include "cancel.h"
#include "chardev.h"

/* Pages that one fault maps: the next ones are likely to be wanted, too. */
#define FAULT_PAGES	(SZ_256K / PAGE_SIZE)

/* Bytes that a read copies between two points where the CPU is given up. */
#define POINT_BYTES	(KMST_PAGES_PER_POINT * PAGE_SIZE)

#define WORD_BYTES	sizeof(unsigned int)

/**
 * struct kmst_chardev - the device of an arena
 * @ref:     the owner of the device, and each open file
 * @misc:    what the kernel knows of it
 * @arena:   the arena; valid until @misc is deregistered, open files have a reference
 * @wait:    who polls an open file; its lock is for the next two
 * @alarms:  verifications that found something wrong
 * @corrupt: the last one did
 * @gone:    the arena was stopped
 * @name:    name of @misc, in sysfs
 * @path:    its place in /dev
 */
struct kmst_chardev {
	struct kref		ref;
	struct miscdevice	misc;
	struct kmst_arena	*arena;
	wait_queue_head_t	wait;
	unsigned int		alarms;
	bool			corrupt;
	bool			gone;
	char			name[sizeof("kmem_studio-") + KMST_ARENA_NAME_LEN];
	char			path[sizeof("kmem_studio/") + KMST_ARENA_NAME_LEN];
};

/**
 * struct opened - an open file of a device
 * @device: the device
 * @arena:  its arena
 * @heard:  alarms that this file's user knows of
 */
struct opened {
	struct kmst_chardev	*device;
	struct kmst_arena	*arena;
	unsigned int		heard;
};

/* What is wrong now is news to who opens the file now. */
static unsigned int alarms_heard(struct kmst_chardev *device)
{
	unsigned int heard;

	spin_lock_irq(&device->wait.lock);
	heard = device->alarms - device->corrupt;
	spin_unlock_irq(&device->wait.lock);
	return heard;
}

static void device_free(struct kref *ref)
{
	kfree(container_of(ref, struct kmst_chardev, ref));
}

/* --- open and close --- */

static int device_open(struct inode *inode, struct file *file)
{
	struct kmst_chardev *device = container_of(file->private_data,
						   struct kmst_chardev, misc);
	struct opened *opened;
	int err;

	/* memory of the kernel, whose addresses are told elsewhere */
	err = security_locked_down(LOCKDOWN_DEV_MEM);
	if (err)
		return err;
	opened = kzalloc(sizeof(*opened), GFP_KERNEL);
	if (!opened)
		return -ENOMEM;

	kref_get(&device->ref);
	opened->device = device;
	opened->arena = kmst_arena_get(device->arena);
	opened->heard = alarms_heard(device);
	file->private_data = opened;
	return 0;
}

static int device_release(struct inode *inode, struct file *file)
{
	struct opened *opened = file->private_data;

	kmst_arena_put(opened->arena);
	kref_put(&opened->device->ref, device_free);
	kfree(opened);
	return 0;
}

/* --- read --- */

static loff_t bytes_of(const struct opened *opened)
{
	return opened->arena->plan.bytes;
}

static loff_t device_llseek(struct file *file, loff_t offset, int whence)
{
	loff_t bytes = bytes_of(file->private_data);

	return generic_file_llseek_size(file, offset, whence, bytes, bytes);
}

/* Copy from byte @pos on what lies there in a row. Returns bytes, 0 for a bad address. */
static size_t copy_row(const struct kmst_arena *arena, loff_t pos, size_t left,
		       struct iov_iter *to)
{
	size_t skip = (u64)pos % WORD_BYTES;
	struct kmst_run run;
	size_t bytes;

	if (!kmst_arena_row(arena, (u64)pos / WORD_BYTES, &run))
		return 0;
	bytes = min(left, run.nr_words * WORD_BYTES - skip);
	if (run.virt)
		return copy_to_iter(run.virt + skip, bytes, to);
	return copy_page_to_iter(run.page, run.offset + skip, bytes, to);
}

/* Bytes that a read may have from @pos on. */
static size_t bytes_left(const struct opened *opened, loff_t pos, size_t wanted)
{
	if (pos >= bytes_of(opened))
		return 0;
	return min_t(u64, wanted, bytes_of(opened) - pos);
}

static ssize_t device_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct opened *opened = iocb->ki_filp->private_data;
	size_t left, copied, done = 0, next_point = POINT_BYTES;

	if (READ_ONCE(opened->device->gone))
		return -ENODEV;
	/* whoever was told of an alarm comes here to see */
	WRITE_ONCE(opened->heard, READ_ONCE(opened->device->alarms));

	left = bytes_left(opened, iocb->ki_pos, iov_iter_count(to));
	while (done < left) {
		copied = copy_row(opened->arena, iocb->ki_pos + done, left - done, to);
		if (!copied)
			break;
		done += copied;
		if (done < next_point)
			continue;
		next_point = done + POINT_BYTES;
		cond_resched();
		if (fatal_signal_pending(current))
			break;
	}
	iocb->ki_pos += done;
	/* nothing is copied if the first byte cannot be */
	return done || !left ? done : -EFAULT;
}

/* --- map --- */

/* Pages that a mapping may have: those that objects lie on. */
static unsigned long pages_mappable(const struct kmst_arena *arena)
{
	return arena->plan.nr_pages;
}

/*
 * The pages from @index on that the fault may map: to the end of the mapping, of the
 * arena, or of the aligned block of FAULT_PAGES, whichever comes first.
 */
static unsigned long collect_pages(const struct kmst_arena *arena, unsigned long index,
				   unsigned long most, struct page **pages)
{
	if (index >= pages_mappable(arena))
		return 0;
	most = min3(most, pages_mappable(arena) - index, FAULT_PAGES - index % FAULT_PAGES);
	return kmst_arena_pages(arena, index, most, pages);
}

static vm_fault_t device_fault(struct vm_fault *vmf)
{
	const struct opened *opened = vmf->vma->vm_file->private_data;
	unsigned long most = PHYS_PFN(vmf->vma->vm_end - vmf->address);
	struct page *pages[FAULT_PAGES];
	unsigned long nr, left;
	int err;

	nr = collect_pages(opened->arena, vmf->pgoff, most, pages);
	if (!nr)
		return VM_FAULT_SIGBUS;

	left = nr;
	err = vm_insert_pages(vmf->vma, vmf->address, pages, &left);
	/* a page that is there already ends it: another thread was quicker */
	if (!err || err == -EBUSY || left < nr)
		return VM_FAULT_NOPAGE;
	return err == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
}

static const struct vm_operations_struct device_vm_ops = {
	.fault = device_fault,
};

static int device_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct opened *opened = file->private_data;
	struct kmst_arena *arena = opened->arena;
	unsigned long nr_pages = pages_mappable(arena);

	if (READ_ONCE(opened->device->gone))
		return -ENODEV;
	if (!(arena->allocator->promises & KMST_MAPPABLE))
		return -ENODEV;
	/* of a file that is open to be read only, VM_SHARED does not tell */
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (vma->vm_flags & (VM_WRITE | VM_EXEC))
		return -EPERM;
	if (vma->vm_pgoff >= nr_pages || vma_pages(vma) > nr_pages - vma->vm_pgoff)
		return -EINVAL;

	kmst_arena_share(arena);
	/* pages of RAM, each with its reference: VM_MIXEDMAP lets a fault map several */
	vm_flags_mod(vma, VM_MIXEDMAP | VM_DONTEXPAND | VM_DONTDUMP,
		     VM_MAYWRITE | VM_MAYEXEC);
	vma->vm_ops = &device_vm_ops;
	return 0;
}

/* --- poll --- */

static __poll_t device_poll(struct file *file, struct poll_table_struct *table)
{
	struct opened *opened = file->private_data;
	struct kmst_chardev *device = opened->device;
	__poll_t events = EPOLLIN | EPOLLRDNORM;

	poll_wait(file, &device->wait, table);
	if (READ_ONCE(device->gone))
		events = EPOLLERR | EPOLLHUP;
	if (READ_ONCE(device->alarms) != READ_ONCE(opened->heard))
		events |= EPOLLPRI;
	return events;
}

static const struct file_operations device_fops = {
	.owner		= THIS_MODULE,
	.open		= device_open,
	.release	= device_release,
	.llseek		= device_llseek,
	.read_iter	= device_read_iter,
	.splice_read	= copy_splice_read,
	.mmap		= device_mmap,
	.poll		= device_poll,
};

/* --- for the owner of an arena --- */

/**
 * kmst_chardev_add() - Make the device of an arena.
 * @name:  name of the arena, less than KMST_ARENA_NAME_LEN characters
 * @arena: the arena, filled; stays until kmst_chardev_remove()
 *
 * A file that is open does not keep a module that fails to load: not before that is
 * past.
 *
 * Context: process context, may sleep. Takes the lock of misc devices.
 * Return: the device, or ERR_PTR of -ENOMEM or of what misc_register() returns.
 */
struct kmst_chardev *kmst_chardev_add(const char *name, struct kmst_arena *arena)
{
	struct kmst_chardev *device = kzalloc(sizeof(*device), GFP_KERNEL);
	int err;

	if (!device)
		return ERR_PTR(-ENOMEM);
	kref_init(&device->ref);
	init_waitqueue_head(&device->wait);
	device->arena = arena;
	snprintf(device->name, sizeof(device->name), "kmem_studio-%s", name);
	snprintf(device->path, sizeof(device->path), "kmem_studio/%s", name);
	device->misc = (struct miscdevice){
		.minor		= MISC_DYNAMIC_MINOR,
		.name		= device->name,
		.nodename	= device->path,
		.mode		= 0600,
		.fops		= &device_fops,
	};
	err = misc_register(&device->misc);
	if (err) {
		kfree(device);
		return ERR_PTR(err);
	}
	return device;
}

/**
 * kmst_chardev_remove() - Take the device of an arena away.
 * @device: what kmst_chardev_add() returned; must not be used afterwards
 *
 * Files that are open stay so, and keep the arena; reads of them fail, and polls end.
 *
 * Context: process context, may sleep. Takes the lock of misc devices.
 */
void kmst_chardev_remove(struct kmst_chardev *device)
{
	misc_deregister(&device->misc);
	WRITE_ONCE(device->gone, true);
	wake_up_interruptible_poll(&device->wait, EPOLLERR | EPOLLHUP);
	kref_put(&device->ref, device_free);
}

/**
 * kmst_chardev_note() - Tell the device what came of a verification.
 * @device: the device
 * @err:    0, -EILSEQ if something was found wrong, else it says nothing
 *
 * Context: process context. One call at a time.
 */
void kmst_chardev_note(struct kmst_chardev *device, int err)
{
	if (err && err != -EILSEQ)
		return;
	spin_lock_irq(&device->wait.lock);
	device->corrupt = err;
	if (err) {
		WRITE_ONCE(device->alarms, device->alarms + 1);
		wake_up_locked_poll(&device->wait, EPOLLPRI);
	}
	spin_unlock_irq(&device->wait.lock);
}
