// SPDX-License-Identifier: GPL-2.0
/*
 * An allocator for tests, one span a page. It is not in the driver's table. Its
 * state is global because threads other than the test's use it, too; KUnit runs one
 * test at a time.
 */
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/sched.h>

#include "../cancel.h"
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
	kmst_counted.spans_until_failure = -1;
	kmst_counted.hang = false;
	atomic_long_set(&kmst_counted.pages_held, 0);
	atomic_set(&kmst_counted.entered, 0);
	kmst_counted.freed_by = NULL;
}

static unsigned long counted_nr_pages(const struct kmst_plan *plan)
{
	return plan->nr_pages;
}

static int add_counted_page(struct kmst_spans *spans)
{
	unsigned long virt = __get_free_page(GFP_KERNEL);
	int err;

	if (!virt)
		return -ENOMEM;
	err = kmst_spans_add(spans, (void *)virt, PAGE_SIZE, PAGE_SIZE);
	if (err)
		free_page(virt);
	else
		atomic_long_inc(&kmst_counted.pages_held);
	return err;
}

static int counted_alloc(const struct kmst_request *request,
			 struct kmst_spans *spans)
{
	int left = kmst_counted.spans_until_failure;
	unsigned long i;
	int err;

	atomic_inc(&kmst_counted.entered);
	for (i = 0; i < request->plan->nr_pages; i++) {
		if (!left--)
			return -ENOMEM;
		err = add_counted_page(spans);
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

static void free_counted_page(const struct kmst_span *span)
{
	free_page((unsigned long)span->virt);
	atomic_long_dec(&kmst_counted.pages_held);
}

static void counted_free(struct kmst_spans *spans)
{
	WRITE_ONCE(kmst_counted.freed_by, current);
	kmst_spans_free_each(spans, free_counted_page);
}

const struct kmst_allocator kmst_counted_allocator = {
	.name		= "counted",
	.max_order	= -1,
	.takes_node	= true,
	.nr_pages	= counted_nr_pages,
	.alloc		= counted_alloc,
	.free		= counted_free,
};
