// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/kmem_studio/NAME: the objects of a live arena, to be read, or mapped read-only.
 *
 * An open file or a mapping holds a reference to the arena, so that its memory is not freed
 * when it is stopped, but with the last reference. A page that was pinned through the
 * mapping, or referenced (vmsplice()), outlives even that. Compound pages and those of the
 * DMA API are mapped as frames (VM_PFNMAP), which can be neither.
 *
 * Nothing here takes a session's lock, or waits for the users of a device.
 */
#include <linux/capability.h>
#include <linux/cdev.h>
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/device/class.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kref.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pfn.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/security.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/uio.h>
#include <linux/wait.h>
#include <linux/xarray.h>

#include "allocators/maps.h"
#include "arena.h"
#include "cancel.h"
#include "chardev.h"

/* Devices at a time: one for each arena, and the lab's. */
#define MAX_DEVICES	1025

/* Pages that a fault maps at most (fault-around). */
#define FAULT_PAGES	(SZ_256K / PAGE_SIZE)

/* Bytes that a read copies before it calls cond_resched(). */
#define POINT_BYTES	(KMST_PAGES_PER_POINT * PAGE_SIZE)

#define WORD_BYTES	sizeof(unsigned int)

/**
 * struct kmst_chardev - the device of an arena
 * @ref:     held by the owner of the device, and by each open file
 * @lock:    serialises kmst_chardev_remove()
 * @minor:   its minor number
 * @arena:   the arena, without a reference: valid until @gone; open files have their own
 * @wait:    those who poll; its lock protects @alarms and @corrupt
 * @alarms:  verifications that found something wrong
 * @corrupt: the last verification did
 * @split_lock: serialises changes of the reference counts of the arena's pages
 * @gone:    open() fails from now on; protected by the lock of the xarray of devices
 * @removed: its name and number are free, or another device's; protected by @lock
 */
struct kmst_chardev {
	struct kref		ref;
	struct mutex		lock;	/* see above */
	struct mutex		split_lock;	/* see above */
	u32			minor;
	struct kmst_arena	*arena;
	wait_queue_head_t	wait;
	unsigned int		alarms;
	bool			corrupt;
	bool			gone;
	bool			removed;
};

/* The driver's device numbers, and the device behind each minor. */
static dev_t first_number;
static struct cdev numbers;
static DEFINE_XARRAY_ALLOC(devices);
static u32 next_minor;

static dev_t number_of(u32 minor)
{
	return MKDEV(MAJOR(first_number), MINOR(first_number) + minor);
}

/**
 * struct opened - an open file of a device
 * @device: the device
 * @arena:  its arena
 * @heard:  alarms that this file's user has acknowledged
 */
struct opened {
	struct kmst_chardev	*device;
	struct kmst_arena	*arena;
	unsigned int		heard;
};

/* The last alarm is not acknowledged yet if the arena is corrupt: poll() reports it. */
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
	struct kmst_chardev *device = container_of(ref, struct kmst_chardev, ref);

	mutex_destroy(&device->split_lock);
	mutex_destroy(&device->lock);
	kfree(device);
}

/* --- open and close --- */

/* This is memory of the kernel: the checks are those of /dev/mem and pagemap. */
static int check_open(const struct file *file)
{
	int err = security_locked_down(LOCKDOWN_DEV_MEM);

	if (err)
		return err;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	return file->f_mode & FMODE_WRITE ? -EACCES : 0;
}

/* Under the lock, a device that is not @gone has an arena to be referenced. */
static int find_device(u32 minor, struct opened *opened)
{
	struct kmst_chardev *device;

	xa_lock(&devices);
	device = xa_load(&devices, minor);
	if (device && device->gone)
		device = NULL;
	if (device) {
		kref_get(&device->ref);
		opened->device = device;
		opened->arena = kmst_arena_get(device->arena);
	}
	xa_unlock(&devices);
	return device ? 0 : -ENXIO;
}

static int device_open(struct inode *inode, struct file *file)
{
	struct opened *opened;
	int err;

	err = check_open(file);
	if (err)
		return err;
	opened = kzalloc_obj(*opened);
	if (!opened)
		return -ENOMEM;
	err = find_device(iminor(inode) - MINOR(first_number), opened);
	if (err) {
		kfree(opened);
		return err;
	}
	opened->heard = alarms_heard(opened->device);
	file->private_data = opened;
	return 0;
}

static int device_release(struct inode *inode, struct file *file)
{
	struct opened *opened = file->private_data;

	kmst_arena_put_later(opened->arena);
	kmst_chardev_put(opened->device);
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

/*
 * Copy one run from byte @pos on. Returns bytes, -EFAULT for a bad address, -EIO for a
 * page that is hwpoisoned, or that vmalloc's page table has lost.
 */
static ssize_t copy_row(const struct kmst_arena *arena, loff_t pos, size_t left,
			struct iov_iter *to)
{
	size_t skip = (u64)pos % WORD_BYTES;
	struct kmst_run run;
	size_t bytes, copied;

	if (!kmst_memory_row(&arena->memory, (u64)pos / WORD_BYTES, &run))
		return -EFAULT;
	bytes = kmst_run_readable_bytes(&run, skip, run.nr_words * WORD_BYTES);
	if (!bytes)
		return -EIO;
	bytes = min(left, bytes);
	if (run.virt)
		copied = copy_to_iter(run.virt + skip, bytes, to);
	else
		copied = copy_page_to_iter(run.page, run.offset + skip, bytes, to);
	return copied ?: -EFAULT;
}

/* Bytes that a read gets from @pos on. */
static size_t bytes_left(const struct opened *opened, loff_t pos, size_t wanted)
{
	if (pos >= bytes_of(opened))
		return 0;
	return min_t(u64, wanted, bytes_of(opened) - pos);
}

static ssize_t device_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct opened *opened = iocb->ki_filp->private_data;
	size_t left, done = 0, next_point = POINT_BYTES;
	ssize_t copied = 0;

	if (READ_ONCE(opened->device->gone))
		return -ENODEV;
	/* a read acknowledges the alarm that poll() reported */
	WRITE_ONCE(opened->heard, READ_ONCE(opened->device->alarms));

	left = bytes_left(opened, iocb->ki_pos, iov_iter_count(to));
	while (done < left) {
		copied = copy_row(opened->arena, iocb->ki_pos + done, left - done, to);
		if (copied < 0)
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
	/* a short read: the next one begins at the error, and returns it */
	return done ? done : min(copied, 0);
}

/* --- map --- */

/* Pages of slack are not mapped. */
static unsigned long pages_mappable(const struct kmst_arena *arena)
{
	return arena->plan.nr_pages;
}

/*
 * The pages from @index on for a fault-around: to the end of the mapping, of the arena, or
 * of the aligned block of FAULT_PAGES, whichever comes first, or to a page that is lost.
 */
static unsigned long collect_pages(const struct kmst_arena *arena, unsigned long index,
				   unsigned long most, struct page **pages)
{
	if (index >= pages_mappable(arena))
		return 0;
	most = min3(most, pages_mappable(arena) - index, FAULT_PAGES - index % FAULT_PAGES);
	return kmst_memory_pages(&arena->memory, index, most, pages);
}

/* Pages in front of the first hwpoisoned one. */
static unsigned long count_sound(struct page **pages, unsigned long nr)
{
	unsigned long i;

	for (i = 0; i < nr && !PageHWPoison(pages[i]); i++)
		;
	return i;
}

/*
 * From now on each page of the blocks that these are part of has a reference of its own: what
 * user space has does not become free with the arena. Where pages lie, and what they hold, is
 * left as it is.
 */
static void split(const struct opened *opened, unsigned long index, unsigned long nr_pages)
{
	const struct kmst_maps *maps = opened->arena->allocator->maps;

	if (!maps || !maps->split)
		return;

	guard(mutex)(&opened->device->split_lock);

	maps->split(&opened->arena->memory, index, nr_pages);
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
	nr = count_sound(pages, nr);
	if (!nr)
		return VM_FAULT_HWPOISON;

	split(opened, vmf->pgoff, nr);
	left = nr;
	err = vm_insert_pages(vmf->vma, vmf->address, pages, &left);
	/* -EBUSY: a fault of another thread was first */
	if (!err || err == -EBUSY || left < nr)
		return VM_FAULT_NOPAGE;
	return err == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
}

static const struct vm_operations_struct device_vm_ops = {
	.fault = device_fault,
};

/* Pages that mmap() maps have no fault that would check them later. */
static bool is_sound(const struct kmst_arena *arena, unsigned long index, unsigned long nr)
{
	struct kmst_page_at at;
	bool more;

	if (!IS_ENABLED(CONFIG_MEMORY_FAILURE))
		return true;
	for (more = kmst_memory_page(&arena->memory, index, &at); more && at.index < index + nr;
	     more = kmst_memory_next_page(&arena->memory, &at)) {
		if (PageHWPoison(at.page))
			return false;
		if (!(at.index % KMST_PAGES_PER_POINT))
			cond_resched();
	}
	return true;
}

static int map_at_once(const struct kmst_arena *arena, struct vm_area_struct *vma)
{
	if (!is_sound(arena, vma->vm_pgoff, vma_pages(vma)))
		return -EHWPOISON;
	return arena->allocator->maps->map(&arena->memory, vma);
}

static bool maps_frames(const struct kmst_arena *arena)
{
	const struct kmst_maps *maps = arena->allocator->maps;

	if (!maps)
		return false;
	return !maps->maps_frames || maps->maps_frames(&arena->memory);
}

static int device_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct opened *opened = file->private_data;
	struct kmst_arena *arena = opened->arena;
	unsigned long nr_pages = pages_mappable(arena);

	if (READ_ONCE(opened->device->gone))
		return -ENODEV;
	if (!(arena->allocator->promises & KMST_MAPPABLE))
		return -ENODEV;
	/* VM_SHARED is cleared for a file that is open read-only */
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (vma->vm_flags & (VM_WRITE | VM_EXEC))
		return -EPERM;
	if (vma->vm_pgoff >= nr_pages || vma_pages(vma) > nr_pages - vma->vm_pgoff)
		return -EINVAL;

	vm_flags_mod(vma, VM_DONTEXPAND | VM_DONTDUMP, VM_MAYWRITE | VM_MAYEXEC);
	if (maps_frames(arena))
		return map_at_once(arena, vma);
	/* for vm_insert_pages(), which cannot set it in a fault */
	vm_flags_set(vma, VM_MIXEDMAP);
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

static char *device_devnode(const struct device *dev, umode_t *mode)
{
	if (mode)
		*mode = 0400;
	return kasprintf(GFP_KERNEL, "kmem_studio/%s", dev_name(dev));
}

static const struct class device_class = {
	.name		= "kmem_studio",
	.devnode	= device_devnode,
};

/* --- for the driver's begin and end --- */

/**
 * kmst_chardev_init() - Register the device numbers and the class.
 *
 * Context: process context, may sleep.
 * Return: 0, or an errno of alloc_chrdev_region(), class_register() or cdev_add().
 */
int __init kmst_chardev_init(void)
{
	int err;

	err = alloc_chrdev_region(&first_number, 0, MAX_DEVICES, "kmem_studio");
	if (err)
		return err;
	err = class_register(&device_class);
	if (err)
		goto out_unregister_region;
	cdev_init(&numbers, &device_fops);
	numbers.owner = THIS_MODULE;
	err = cdev_add(&numbers, first_number, MAX_DEVICES);
	if (err)
		goto out_unregister_class;
	return 0;

out_unregister_class:
	class_unregister(&device_class);
out_unregister_region:
	unregister_chrdev_region(first_number, MAX_DEVICES);
	return err;
}

/**
 * kmst_chardev_exit() - Unregister the device numbers and the class.
 *
 * Context: process context, may sleep. No device is left.
 */
void kmst_chardev_exit(void)
{
	cdev_del(&numbers);
	class_unregister(&device_class);
	unregister_chrdev_region(first_number, MAX_DEVICES);
	xa_destroy(&devices);
}

/* --- for the owner of an arena --- */

static struct kmst_chardev *new_device(struct kmst_arena *arena)
{
	struct kmst_chardev *device = kzalloc_obj(*device);

	if (!device)
		return NULL;
	kref_init(&device->ref);
	mutex_init(&device->lock);
	mutex_init(&device->split_lock);
	init_waitqueue_head(&device->wait);
	device->arena = arena;
	return device;
}

/**
 * kmst_chardev_hide() - Let open() fail from now on, and wake those who poll.
 * @device: the device
 *
 * kmst_chardev_remove() without the name, which stays: nothing is allocated or waited for.
 * The owner may put its reference to the arena afterwards.
 *
 * Context: process context. The caller holds a reference.
 */
void kmst_chardev_hide(struct kmst_chardev *device)
{
	xa_lock(&devices);
	WRITE_ONCE(device->gone, true);
	xa_unlock(&devices);
	wake_up_interruptible_poll(&device->wait, EPOLLERR | EPOLLHUP);
}

/**
 * kmst_chardev_add() - Make the device of an arena.
 * @name:  name of the arena, less than KMST_ARENA_NAME_LEN characters
 * @arena: the arena, filled; stays until kmst_chardev_hide() or kmst_chardev_remove()
 *
 * Not before the module's init can no longer fail: an open file does not pin a module whose
 * init fails.
 *
 * Context: process context, may sleep. Waits for nobody who uses a device.
 * Return: the device with a reference for its owner, or ERR_PTR of -ENOMEM, -EBUSY when
 * there are too many, or of what device_create() returns.
 */
struct kmst_chardev *kmst_chardev_add(const char *name, struct kmst_arena *arena)
{
	struct kmst_chardev *device = new_device(arena);
	struct device *dev;
	int err;

	if (!device)
		return ERR_PTR(-ENOMEM);
	/* cyclic: a stale node in /dev must not lead to the next arena */
	err = xa_alloc_cyclic(&devices, &device->minor, device,
			      XA_LIMIT(0, MAX_DEVICES - 1), &next_minor, GFP_KERNEL);
	if (err < 0)
		goto out_put_device;
	dev = device_create(&device_class, NULL, number_of(device->minor), NULL, "%s", name);
	if (IS_ERR(dev)) {
		err = PTR_ERR(dev);
		goto out_erase;
	}
	return device;

out_erase:
	/* somebody may have made a node by mknod(), and opened it */
	kmst_chardev_hide(device);
	xa_erase(&devices, device->minor);
out_put_device:
	kmst_chardev_put(device);
	return ERR_PTR(err);
}

/**
 * kmst_chardev_remove() - Take the device of an arena away.
 * @device: the device, may be removed already
 *
 * Open files keep their references to the arena, but read() and mmap() of them fail, and
 * poll() returns. Afterwards the name is free for another device.
 *
 * Context: process context, may sleep. Waits for nobody who uses the device. The caller
 * holds a reference.
 */
void kmst_chardev_remove(struct kmst_chardev *device)
{
	guard(mutex)(&device->lock);

	if (device->removed)
		return;
	device->removed = true;
	kmst_chardev_hide(device);
	/* the name first: xa_erase() gives the number to others */
	device_destroy(&device_class, number_of(device->minor));
	xa_erase(&devices, device->minor);
}

/**
 * kmst_chardev_put() - Drop a reference; the owner does so after kmst_chardev_remove().
 * @device: the device
 *
 * Context: process context, may sleep.
 */
void kmst_chardev_put(struct kmst_chardev *device)
{
	kref_put(&device->ref, device_free);
}

/**
 * kmst_chardev_note() - Tell the device what came of a verification.
 * @device: the device
 * @err:    0, or -EILSEQ if it found something wrong; others are ignored
 *
 * Safe after kmst_chardev_remove(), and beside it.
 *
 * Context: process context. The caller holds a reference.
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
