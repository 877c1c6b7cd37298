// SPDX-License-Identifier: GPL-2.0
/*
 * What single allocations of all kinds have in common: their size, and the number that each
 * of them carries while it is held. Two that share memory cannot both keep theirs.
 */
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/highmem.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../cancel.h"
#include "one.h"

/**
 * kmst_one_init() - Get ready for allocations of one size.
 * @one:   gets what is known of them
 * @ops:   who makes them
 * @bytes: size of each, in bytes
 * @gfp:   flags, with those that the allocator adds
 * @nid:   the NUMA node, or NUMA_NO_NODE
 *
 * Context: process context, may sleep.
 * Return: 0, -EINVAL for no bytes, -E2BIG for more than there can be, -ENOMEM. After an
 * error nothing is left to undo.
 */
int kmst_one_init(struct kmst_one *one, const struct kmst_one_ops *ops, u64 bytes, gfp_t gfp,
		  int nid)
{
	*one = (struct kmst_one){
		.ops	= ops,
		.gfp	= gfp,
		.nid	= nid,
	};
	if (!bytes)
		return -EINVAL;
	if (bytes > ops->max_bytes())
		return -E2BIG;
	one->bytes = bytes;
	one->size = ops->size(bytes);
	one->nr_pages = DIV_ROUND_UP_ULL(bytes, PAGE_SIZE);
	one->order = get_order(bytes);
	return ops->prepare ? ops->prepare(one) : 0;
}

/**
 * kmst_one_exit() - Undo kmst_one_init().
 * @one: what it got ready; nothing of it is held any more
 *
 * Context: process context, may sleep.
 */
void kmst_one_exit(struct kmst_one *one)
{
	if (one->ops->finish)
		one->ops->finish(one);
}

/**
 * kmst_one_pages() - Pages that allocations take.
 * @one: what they are
 * @nr:  how many, at most 2^32
 *
 * Context: any, pure.
 * Return: pages, as far as that is known before; U64_MAX for more than can be counted.
 */
u64 kmst_one_pages(const struct kmst_one *one, u64 nr)
{
	u64 pages;

	if (one->size < PAGE_SIZE)
		return DIV_ROUND_UP_ULL(one->size * nr, PAGE_SIZE);
	if (check_mul_overflow((u64)DIV_ROUND_UP_ULL(one->size, PAGE_SIZE), nr, &pages))
		return U64_MAX;
	return pages;
}

/* Bytes of a number that fit at the beginning of a page of an allocation. */
static size_t room(const struct kmst_one *one, unsigned long index)
{
	return min(one->bytes - (index << PAGE_SHIFT), sizeof(u32));
}

static void write_number(const struct kmst_one *one, void *held, unsigned long index,
			 struct kmst_one_at *at, u32 number)
{
	void *virt;

	if (!one->ops->page) {
		memcpy(held + (index << PAGE_SHIFT), &number, room(one, index));
		return;
	}
	virt = kmap_local_page(one->ops->page(held, index, at));
	memcpy(virt, &number, room(one, index));
	kunmap_local(virt);
}

static u32 read_number(const struct kmst_one *one, void *held, unsigned long index,
		       struct kmst_one_at *at)
{
	u32 number = 0;
	void *virt;

	if (!one->ops->page) {
		memcpy(&number, held + (index << PAGE_SHIFT), room(one, index));
		return number;
	}
	virt = kmap_local_page(one->ops->page(held, index, at));
	memcpy(&number, virt, room(one, index));
	kunmap_local(virt);
	return number;
}

/**
 * kmst_one_number() - Write an allocation's number to its first word.
 * @one:    what it is
 * @held:   the allocation
 * @number: the number; of less than four bytes the first ones are written
 *
 * Context: any.
 */
void kmst_one_number(const struct kmst_one *one, void *held, u32 number)
{
	write_number(one, held, 0, &(struct kmst_one_at){}, number);
}

/* One allocation may be as large as memory is. This is measured: it is to be rare. */
static void let_others_run(unsigned long index)
{
	if (!((index + 1) % KMST_ONE_PAGES_PER_POINT))
		kmst_cancel_point(NULL);
}

/**
 * kmst_one_touch() - Write an allocation's number to the first word of each of its pages.
 * @one:    what it is
 * @held:   the allocation
 * @number: the number
 *
 * Context: process context, may sleep.
 */
void kmst_one_touch(const struct kmst_one *one, void *held, u32 number)
{
	struct kmst_one_at at = {};
	unsigned long i;

	for (i = 0; i < one->nr_pages; i++) {
		write_number(one, held, i, &at, number);
		let_others_run(i);
	}
}

/**
 * kmst_one_has_number() - See whether an allocation still carries its number.
 * @one:     what it is
 * @held:    the allocation
 * @number:  the number
 * @touched: kmst_one_touch() wrote it, and not kmst_one_number()
 *
 * Context: process context, may sleep.
 * Return: false if it was overwritten.
 */
bool kmst_one_has_number(const struct kmst_one *one, void *held, u32 number, bool touched)
{
	unsigned long i, nr_pages = touched ? one->nr_pages : 1;
	struct kmst_one_at at = {};

	for (i = 0; i < nr_pages; i++) {
		u32 wanted = 0;

		memcpy(&wanted, &number, room(one, i));
		if (read_number(one, held, i, &at) != wanted)
			return false;
		let_others_run(i);
	}
	return true;
}

static u64 nothing_max(void)
{
	return PAGE_SIZE;
}

static u64 nothing_size(u64 bytes)
{
	return bytes;
}

static int nothing_prepare(struct kmst_one *one)
{
	one->source = kmalloc(PAGE_SIZE, GFP_KERNEL);
	return one->source ? 0 : -ENOMEM;
}

static void nothing_finish(struct kmst_one *one)
{
	kfree(one->source);
}

static void *same_place(const struct kmst_one *one)
{
	return one->source;
}

static void nowhere(const struct kmst_one *one, void *held)
{
}

/*
 * Called through pointers, so that they are not inlined: what is subtracted has the overhead of
 * the calls of an allocator.
 */
static void *(*get_nothing)(const struct kmst_one *one) = same_place;
static void (*put_nothing)(const struct kmst_one *one, void *held) = nowhere;

/* Asked where that of an allocator is, so that it is subtracted, too. */
static bool nothing_fell_back(const struct kmst_one *one, const void *held)
{
	return false;
}

static __always_inline void *nothing_get(const struct kmst_one *one)
{
	return READ_ONCE(get_nothing)(one);
}

static unsigned int nothing_gets(const struct kmst_one *one, void **held, unsigned int nr)
{
	return kmst_one_get_each(one, held, nr, nothing_get);
}

static __always_inline void nothing_put(const struct kmst_one *one, void *held)
{
	READ_ONCE(put_nothing)(one, held);
}

static void nothing_puts(const struct kmst_one *one, void **held, unsigned int nr)
{
	kmst_one_put_each(one, held, nr, nothing_put);
}

static int nothing_prepare_page(struct kmst_one *one)
{
	one->source = alloc_page(one->gfp);
	return one->source ? 0 : -ENOMEM;
}

static void nothing_finish_page(struct kmst_one *one)
{
	if (one->source)
		__free_page(one->source);
}

static struct page *nothing_page(void *held, unsigned long index, struct kmst_one_at *at)
{
	return held;
}

/*
 * What a measurement costs with nothing in it. All that is held is the same place: an address,
 * or a page that is to be mapped first, as those of the allocator are.
 */
const struct kmst_one_ops kmst_one_nothing = {
	.max_bytes	= nothing_max,
	.size		= nothing_size,
	.prepare	= nothing_prepare,
	.finish		= nothing_finish,
	.get		= nothing_gets,
	.put		= nothing_puts,
	.fell_back	= nothing_fell_back,
};

const struct kmst_one_ops kmst_one_no_page = {
	.max_bytes	= nothing_max,
	.size		= nothing_size,
	.prepare	= nothing_prepare_page,
	.finish		= nothing_finish_page,
	.get		= nothing_gets,
	.put		= nothing_puts,
	.page		= nothing_page,
	.fell_back	= nothing_fell_back,
};
