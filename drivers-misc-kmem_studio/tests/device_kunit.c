// SPDX-License-Identifier: GPL-2.0
/*
 * The driver's own device: what is flushed stays what it is.
 */
#include <kunit/test.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "../device.h"

#define ORDER	3
#define BYTES	(PAGE_SIZE << ORDER)

static void free_block(void *block)
{
	__free_pages(block, ORDER);
}

static void flushed_pages_hold_what_they_held(struct kunit *test)
{
	struct page *block = alloc_pages(GFP_KERNEL, ORDER);
	int value;

	KUNIT_ASSERT_NOT_NULL(test, block);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_block, block), 0);
	for (value = 0; value < 4; value++) {
		memset(page_address(block), value, BYTES);
		KUNIT_EXPECT_EQ(test, kmst_device_flush(block, 1 << ORDER, false),
				kmst_device_sees_memory());
		KUNIT_EXPECT_NULL(test, memchr_inv(page_address(block), value, BYTES));
	}
}

/* The device may have all memory, and nothing is copied for it. */
static void a_machine_without_coherent_devices_sees_memory(struct kunit *test)
{
	if (!IS_ENABLED(CONFIG_ARM64) && !IS_ENABLED(CONFIG_ARM)) {
		KUNIT_EXPECT_FALSE(test, kmst_device_sees_memory());
		return;
	}
	KUNIT_EXPECT_EQ(test, dma_get_mask(kmst_device()), DMA_BIT_MASK(64));
	KUNIT_EXPECT_TRUE(test, kmst_device_sees_memory());
}

static struct kunit_case device_cases[] = {
	KUNIT_CASE(flushed_pages_hold_what_they_held),
	KUNIT_CASE(a_machine_without_coherent_devices_sees_memory),
	{}
};

static struct kunit_suite device_suite = {
	.name = "kmem_studio_device",
	.test_cases = device_cases,
};

kunit_test_suite(device_suite);
