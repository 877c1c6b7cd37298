// SPDX-License-Identifier: GPL-2.0
/*
 * An allocator for tests, one block a page. It is not in the driver's table. Its
 * state is global because threads other than the test's use it, too; KUnit runs one
 * test at a time.
 */
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/sched.h>

#include "../cancel.h"
#include "../layout.h"
#include "../plan.h"
#include "counted.h"

struct kmst_counted kmst_counted;

/**
 * kmst_counted_reset() - Make the counting allocator give what it is asked for.
 *
 * Context: before each test, with nothing held.
 */
void kmst_counted_reset(void)
{
	kmst_counted.pages_until_failure = -1;
	kmst_counted.hang = false;
	atomic_long_set(&kmst_counted.pages_held, 0);
	atomic_set(&kmst_counted.entered, 0);
	kmst_counted.freed_by = NULL;
	kmst_counted.before_free = NULL;
}

static unsigned long counted_nr_pages(const struct kmst_plan *plan)
{
	return plan->nr_pages;
}

static int add_counted_page(struct kmst_memory *memory)
{
	unsigned long virt = __get_free_page(GFP_KERNEL);
	int err;

	if (!virt)
		return -ENOMEM;
	err = kmst_blocks_add(memory, (void *)virt, PAGE_SIZE, PAGE_SIZE);
	if (err)
		free_page(virt);
	else
		atomic_long_inc(&kmst_counted.pages_held);
	return err;
}

static int counted_alloc(const struct kmst_request *request,
			 struct kmst_memory *memory)
{
	int left = kmst_counted.pages_until_failure;
	unsigned long i;
	int err;

	atomic_inc(&kmst_counted.entered);
	memory->source = KMST_SOURCE_PAGES;
	for (i = 0; i < request->plan->nr_pages; i++) {
		if (!left--)
			return -ENOMEM;
		err = add_counted_page(memory);
		if (err)
			return err;
	}
	while (READ_ONCE(kmst_counted.hang)) {
		err = kmst_cancel_point(request->cancel);
		if (err)
			return err;
		msleep(20);
	}
	return 0;
}

static void free_counted_page(const struct kmst_block *block)
{
	free_page((unsigned long)block->virt);
	atomic_long_dec(&kmst_counted.pages_held);
}

static void counted_free(struct kmst_memory *memory)
{
	WRITE_ONCE(kmst_counted.freed_by, current);
	if (kmst_counted.before_free)
		kmst_counted.before_free();
	kmst_blocks_free_each(memory, free_counted_page);
}

const struct kmst_allocator kmst_counted_allocator = {
	.name		= "counted",
	.layout		= &kmst_layout_blocks,
	.max_order	= -1,
	.takes_node	= true,
	.nr_pages	= counted_nr_pages,
	.alloc		= counted_alloc,
	.free		= counted_free,
};
