// SPDX-License-Identifier: GPL-2.0
/*
 * The chain page -> PFN -> physical -> virtual, and the ways back.
 */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/kasan.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/pfn.h>
#include <linux/vmalloc.h>

#include "../translate.h"
#include "orders.h"

struct block {
	struct page	*page;
	unsigned int	order;
};

static void free_block(void *data)
{
	struct block *block = data;

	__free_pages(block->page, block->order);
}

static struct page *new_block(struct kunit *test, gfp_t gfp, unsigned int order)
{
	struct block *block = kunit_kzalloc(test, sizeof(*block), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, block);
	block->order = order;
	block->page = alloc_pages(gfp | __GFP_NORETRY | __GFP_NOWARN, order);
	if (!block->page)
		kunit_skip(test, "no free block of order %u", order);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_block, block), 0);
	return block->page;
}

static void translate(struct page *page, struct kmst_translation *t)
{
	kmst_translate_page(page, t);
	kmst_translate_back(t);
}

static void every_page_of_a_block_comes_back(struct kunit *test)
{
	unsigned int order = order_of_case(test);
	struct page *page = new_block(test, GFP_KERNEL, order);
	struct kmst_translation first, t;
	unsigned long i;

	translate(page, &first);
	KUNIT_EXPECT_PTR_EQ(test, first.virt, kasan_reset_tag(page_address(page)));
	for (i = 0; i < 1UL << order; i++) {
		translate(page + i, &t);
		KUNIT_ASSERT_EQ(test, kmst_translation_compare(&t), 0U);
		KUNIT_EXPECT_PTR_EQ(test, t.page, page + i);
		KUNIT_EXPECT_EQ(test, t.pfn, first.pfn + i);
		KUNIT_EXPECT_EQ(test, t.phys, first.phys + i * PAGE_SIZE);
		KUNIT_EXPECT_PTR_EQ(test, t.virt, first.virt + i * PAGE_SIZE);
	}
}

/* Bytes written through the chain's address are those at the kernel's own. */
static void virtual_address_reaches_the_page(struct kunit *test)
{
	struct page *page = new_block(test, GFP_KERNEL, 0);
	struct kmst_translation t;

	kmst_translate_page(page, &t);
	memset(t.virt, 0x5e, PAGE_SIZE);
	KUNIT_EXPECT_NULL(test, memchr_inv(page_address(page), 0x5e, PAGE_SIZE));
}

static void each_wrong_way_back_is_seen(struct kunit *test)
{
	struct page *page = new_block(test, GFP_KERNEL, 1);
	struct kmst_translation right, wrong;

	translate(page, &right);
	KUNIT_ASSERT_EQ(test, kmst_translation_compare(&right), 0U);

	wrong = right;
	wrong.back_page++;
	KUNIT_EXPECT_EQ(test, kmst_translation_compare(&wrong), (u32)KMST_ROUTE_PAGE);
	wrong = right;
	wrong.back_pfn++;
	KUNIT_EXPECT_EQ(test, kmst_translation_compare(&wrong), (u32)KMST_ROUTE_PFN);
	wrong = right;
	wrong.back_phys++;
	KUNIT_EXPECT_EQ(test, kmst_translation_compare(&wrong), (u32)KMST_ROUTE_PHYS);
	wrong = right;
	wrong.virt = NULL;
	KUNIT_EXPECT_EQ(test, kmst_translation_compare(&wrong), (u32)KMST_ROUTE_VIRT);
	wrong = right;
	wrong.hw_err = 0;
	wrong.hw_phys = right.phys + PAGE_SIZE;
	KUNIT_EXPECT_EQ(test, kmst_translation_compare(&wrong), (u32)KMST_ROUTE_HARDWARE);
	wrong.hw_err = -EFAULT;
	wrong.hw_phys = right.phys;
	KUNIT_EXPECT_EQ(test, kmst_translation_compare(&wrong), (u32)KMST_ROUTE_HARDWARE);
}

static void hardware_agrees(struct kunit *test)
{
	struct page *page = new_block(test, GFP_KERNEL, 0);
	phys_addr_t phys = 0;

	if (!IS_ENABLED(CONFIG_ARM64)) {
		KUNIT_EXPECT_EQ(test, kmst_translate_hardware(page_address(page), &phys),
				-EOPNOTSUPP);
		kunit_skip(test, "only arm64 has AT S1E1R");
	}

	KUNIT_EXPECT_EQ(test, kmst_translate_hardware(page_address(page), &phys), 0);
	KUNIT_EXPECT_EQ(test, phys, PFN_PHYS(page_to_pfn(page)));
	KUNIT_EXPECT_EQ(test, kmst_translate_hardware(page_address(page) + 12, &phys), 0);
	KUNIT_EXPECT_EQ(test, phys, PFN_PHYS(page_to_pfn(page)) + 12);
}

static void hardware_knows_no_hole(struct kunit *test)
{
	unsigned long hole = (unsigned long)BIT_ULL(54);
	phys_addr_t phys = 0;

	if (!IS_ENABLED(CONFIG_ARM64))
		kunit_skip(test, "only arm64 has AT S1E1R");

	/*
	 * Bit 55 chooses the half of the address space, the byte above it may be
	 * ignored: bit 54 alone is beyond the end of the lower half.
	 */
	KUNIT_EXPECT_EQ(test, kmst_translate_hardware((void *)hole, &phys), -EFAULT);
}

/* A physical address is wider than a pointer on 32-bit machines with LPAE. */
static void physical_addresses_are_wide_enough(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, sizeof_field(struct kmst_translation, phys),
			sizeof(phys_addr_t));
	KUNIT_EXPECT_EQ(test, sizeof_field(struct kmst_translation, hw_phys),
			sizeof(phys_addr_t));
}

static void highmem_has_no_linear_address(struct kunit *test)
{
	struct kmst_translation t = {};
	struct page *page;

	if (!totalhigh_pages())
		kunit_skip(test, "this machine has no highmem");
	page = new_block(test, GFP_HIGHUSER, 0);
	if (!PageHighMem(page))
		kunit_skip(test, "no highmem page is free");

	translate(page, &t);
	KUNIT_EXPECT_NULL(test, t.virt);
	KUNIT_EXPECT_EQ(test, t.pfn, page_to_pfn(page));
	KUNIT_EXPECT_EQ(test, t.phys, page_to_phys(page));
	KUNIT_EXPECT_EQ(test, t.kind, KMST_KIND_HIGHMEM);
	KUNIT_EXPECT_EQ(test, kmst_translation_compare(&t), 0U);
	t.back_page++;
	KUNIT_EXPECT_EQ(test, kmst_translation_compare(&t), (u32)KMST_ROUTE_PAGE);
}

static void free_area(void *area)
{
	vfree(area);
}

static void every_page_of_vmalloc_comes_back(struct kunit *test)
{
	struct kmst_translation t;
	phys_addr_t phys = 0;
	void *area;
	int i;

	area = vmalloc(3 * PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, area);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_area, area), 0);
	for (i = 0; i < 3; i++) {
		void *virt = area + i * PAGE_SIZE;

		KUNIT_ASSERT_EQ(test, kmst_translate_vmalloc(virt + 12, &t), 0);
		kmst_translate_back(&t);
		KUNIT_EXPECT_EQ(test, kmst_translation_compare(&t), 0U);
		KUNIT_EXPECT_EQ(test, t.kind, KMST_KIND_VMALLOC);
		KUNIT_EXPECT_PTR_EQ(test, t.page, vmalloc_to_page(virt));
		KUNIT_EXPECT_PTR_EQ(test, t.virt, virt);
		if (kmst_translate_table(virt, &phys) != -EOPNOTSUPP)
			KUNIT_EXPECT_EQ(test, phys, t.phys);
	}
	/* a page behind each area is left out, to catch who runs over its end */
	KUNIT_EXPECT_EQ(test, kmst_translate_vmalloc(area + 3 * PAGE_SIZE, &t), -EFAULT);
	KUNIT_EXPECT_EQ(test, kmst_translate_address((unsigned long)area + 3 * PAGE_SIZE, &t),
			KMST_IS_UNMAPPED);
}

static void tables_agree_with_the_chain(struct kunit *test)
{
	struct page *page = new_block(test, GFP_KERNEL, 0);
	phys_addr_t phys = 0;
	int err;

	err = kmst_translate_table(page_address(page) + 20, &phys);
	if (err == -EOPNOTSUPP)
		kunit_skip(test, "only arm64 has its tables read");
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, phys, page_to_phys(page) + 20);
	KUNIT_EXPECT_EQ(test, kmst_translate_table((void *)0x1000, &phys), -EFAULT);
}

static void any_address_gets_an_answer(struct kunit *test)
{
	struct page *page = new_block(test, GFP_KERNEL, 0);
	struct kmst_translation t;

	KUNIT_EXPECT_EQ(test, kmst_translate_address((unsigned long)page_address(page), &t),
			KMST_IS_MEMORY);
	KUNIT_EXPECT_PTR_EQ(test, t.page, page);
	KUNIT_EXPECT_EQ(test, kmst_translation_compare(&t), 0U);
	KUNIT_EXPECT_EQ(test, kmst_translate_pfn(page_to_pfn(page), &t), KMST_IS_MEMORY);
	KUNIT_EXPECT_PTR_EQ(test, t.page, page);
	KUNIT_EXPECT_EQ(test, kmst_translate_pfn(ULONG_MAX, &t), KMST_IS_HOLE);
	KUNIT_EXPECT_EQ(test, kmst_translate_pfn(ULONG_MAX >> PAGE_SHIFT, &t), KMST_IS_HOLE);
	KUNIT_EXPECT_EQ(test, kmst_translate_address(0x1000, &t), KMST_IS_USER);
	KUNIT_EXPECT_NE(test, kmst_translate_address(ULONG_MAX, &t), KMST_IS_MEMORY);
}

static struct kunit_case translate_cases[] = {
	KUNIT_CASE_PARAM(every_page_of_a_block_comes_back, order_gen_params),
	KUNIT_CASE(virtual_address_reaches_the_page),
	KUNIT_CASE(each_wrong_way_back_is_seen),
	KUNIT_CASE(hardware_agrees),
	KUNIT_CASE(hardware_knows_no_hole),
	KUNIT_CASE(physical_addresses_are_wide_enough),
	KUNIT_CASE(highmem_has_no_linear_address),
	KUNIT_CASE(every_page_of_vmalloc_comes_back),
	KUNIT_CASE(tables_agree_with_the_chain),
	KUNIT_CASE(any_address_gets_an_answer),
	{}
};

static struct kunit_suite translate_suite = {
	.name = "kmem_studio_translate",
	.test_cases = translate_cases,
};

kunit_test_suite(translate_suite);
