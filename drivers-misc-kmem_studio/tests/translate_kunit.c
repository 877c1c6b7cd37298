// SPDX-License-Identifier: GPL-2.0
/*
 * The chain page -> PFN -> physical -> virtual, and the ways back.
 */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/io.h>
#include <linux/kasan.h>
#include <linux/kfence.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/pfn.h>
#include <linux/sizes.h>
#include <linux/vmalloc.h>

#include "../translate.h"
#include "orders.h"

KUNIT_ARRAY_PARAM(order, orders, order_desc);

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
	KUNIT_EXPECT_EQ(test, kmst_translation_compare(&wrong), (u32)KMST_ROUTE_UNMAPPED);
	/* no page from either end is no agreement */
	wrong = right;
	wrong.page = NULL;
	wrong.back_page = NULL;
	KUNIT_EXPECT_EQ(test, kmst_translation_compare(&wrong), (u32)KMST_ROUTE_PAGE);
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

/* Nothing found twice is no agreement, whatever stood in the translation before. */
static void a_page_that_the_table_has_not_is_no_agreement(struct kunit *test)
{
	struct kmst_translation t = {};
	void *area;

	area = vmalloc(PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, area);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_area, area), 0);

	KUNIT_EXPECT_EQ(test, kmst_translate_vmalloc(area + PAGE_SIZE, &t), -EFAULT);
	kmst_translate_back(&t);
	KUNIT_EXPECT_TRUE(test, kmst_translation_compare(&t) & KMST_ROUTE_PAGE);

	KUNIT_ASSERT_EQ(test, kmst_translate_vmalloc(area, &t), 0);
	kmst_translate_back(&t);
	KUNIT_ASSERT_EQ(test, kmst_translation_compare(&t), 0U);
	KUNIT_EXPECT_EQ(test, kmst_translate_vmalloc(area + PAGE_SIZE, &t), -EFAULT);
	KUNIT_EXPECT_TRUE(test, kmst_translation_compare(&t) & KMST_ROUTE_PAGE);
	KUNIT_EXPECT_NULL(test, t.page);
	KUNIT_EXPECT_EQ(test, t.pfn, 0UL);
}

static void tables_agree_with_the_chain(struct kunit *test)
{
	struct page *page = new_block(test, GFP_KERNEL, 0);
	phys_addr_t phys = 0;
	int err;

	err = kmst_translate_table(page_address(page) + 20, &phys);
	if (err == -EOPNOTSUPP)
		kunit_skip(test, "only Arm CPUs have their tables read");
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, phys, page_to_phys(page) + 20);
	KUNIT_EXPECT_EQ(test, kmst_translate_table((void *)0x1000, &phys), -EFAULT);
}

/* Is @address RAM that the MMU does not map, and do all others agree about the page? */
static bool is_hidden(struct kunit *test, const void *address, unsigned long pfn)
{
	struct kmst_translation t;
	enum kmst_place_kind kind;

	kind = kmst_translate_address((unsigned long)address, &t);
	KUNIT_EXPECT_EQ(test, t.pfn, pfn);
	KUNIT_EXPECT_EQ(test, kmst_translation_compare(&t) & ~(u32)KMST_ROUTE_UNMAPPED, 0U);
	if (kind != KMST_IS_HIDDEN)
		return false;
	if (t.hw_err != -EOPNOTSUPP)
		KUNIT_EXPECT_EQ(test, kmst_translation_compare(&t), (u32)KMST_ROUTE_UNMAPPED);
	KUNIT_EXPECT_EQ(test, kmst_translate_pfn(pfn, &t), KMST_IS_HIDDEN);
	return true;
}

/* The pool of KFENCE begins with two pages that are never mapped. */
static void *guard_of_kfence(void)
{
#ifdef CONFIG_KFENCE
	return __kfence_pool;
#else
	return NULL;
#endif
}

static void a_guard_of_kfence_is_not_mapped_now(struct kunit *test)
{
	void *guard = guard_of_kfence();
	phys_addr_t phys;

	if (!guard)
		kunit_skip(test, "this kernel has no KFENCE");
	if (kmst_translate_table(guard, &phys) == -EOPNOTSUPP)
		kunit_skip(test, "only Arm CPUs have their tables read");

	KUNIT_EXPECT_TRUE(test, is_hidden(test, guard, PHYS_PFN(virt_to_phys(guard))));
	KUNIT_EXPECT_EQ(test, kmst_translate_table(guard, &phys), -EFAULT);
}

/* Somebody else may get the page, and have it mapped again, before it is looked up. */
static void a_free_page_may_not_be_mapped_now(struct kunit *test)
{
	unsigned int tries;
	struct page *page;
	bool hidden = false;

	for (tries = 0; tries < 100 && !hidden; tries++) {
		page = alloc_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, page);
		__free_page(page);
		hidden = is_hidden(test, page_address(page), page_to_pfn(page));
	}
	if (!debug_pagealloc_enabled() || !IS_ENABLED(CONFIG_ARCH_SUPPORTS_DEBUG_PAGEALLOC))
		KUNIT_EXPECT_FALSE(test, hidden);
	else
		KUNIT_EXPECT_TRUE(test, hidden);
}

/* Physical addresses, a whole number of large blocks, that no descriptor is for. */
static phys_addr_t find_hole(void)
{
	u64 phys;

	for (phys = SZ_2G; phys < BIT_ULL(36); phys += SZ_16M) {
		if ((phys_addr_t)phys != phys)
			break;
		if (!pfn_valid(PHYS_PFN(phys)) && !pfn_valid(PHYS_PFN(phys + SZ_8M)))
			return phys;
	}
	return 0;
}

static void unmap_hole(void *area)
{
	iounmap((void __iomem *)area);
}

/* Nothing is read there: an address of a hole has no descriptor, and may not be asked for one. */
static void a_mapped_hole_is_no_memory(struct kunit *test)
{
	static const unsigned long offsets[] = { 0, SZ_64K, SZ_1M, 3 * SZ_1M + SZ_64K };
	phys_addr_t found, hole = find_hole();
	struct kmst_translation t;
	void *area;
	int i;

	if (!IS_ENABLED(CONFIG_HAS_IOMEM) || !hole)
		kunit_skip(test, "this machine has nothing to map but memory");
	area = (__force void *)ioremap(hole, SZ_4M);
	/* User Mode Linux has the call, and maps nothing */
	if (!area)
		kunit_skip(test, "this machine maps nothing but memory");
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, unmap_hole, area), 0);
	for (i = 0; i < ARRAY_SIZE(offsets); i++) {
		KUNIT_EXPECT_EQ(test, kmst_translate_address((unsigned long)area + offsets[i], &t),
				KMST_IS_DEVICE);
		if (kmst_translate_table(area + offsets[i], &found) == -EOPNOTSUPP)
			continue;
		KUNIT_EXPECT_EQ(test, found, hole + offsets[i]);
	}
	kunit_release_action(test, unmap_hole, area);
	KUNIT_EXPECT_EQ(test, kmst_translate_address((unsigned long)area, &t), KMST_IS_UNMAPPED);
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

/* Areas that a thread makes and frees. */
struct comers {
	struct task_struct	*thread;
	unsigned long		size;	/* of each, in bytes */
	unsigned long		at;	/* where the last of them is, or was */
	unsigned long		nr;
};

/*
 * As large as a huge page of each node, and of pages and of huge pages in turn: where one
 * was, the other comes later, and a huge page may take the place of a table of pages.
 */
static void *make_area(const struct comers *comers)
{
	const gfp_t gfp = GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN;

	if (comers->nr % 2)
		return vmalloc_huge(comers->size, gfp);
	return __vmalloc(comers->size, gfp);
}

static int come_and_go(void *data)
{
	struct comers *comers = data;
	void *area;

	while (!kthread_should_stop()) {
		area = make_area(comers);
		if (area)
			WRITE_ONCE(comers->at, (unsigned long)area);
		WRITE_ONCE(comers->nr, comers->nr + 1);
		cond_resched();
		vfree(area);
	}
	return 0;
}

static void stop_comers(void *data)
{
	struct comers *comers = data;

	kthread_stop(comers->thread);
}

/* Some times as much as vfree() leaves mapped until it is worth its while. */
#define BYTES_OF_AREAS	SZ_512M

/* Nobody holds what is walked: it has an answer, which may be wrong by then, and no fault. */
static void areas_that_come_and_go_are_walked(struct kunit *test)
{
	struct comers *comers = kunit_kzalloc(test, sizeof(*comers), GFP_KERNEL);
	struct kmst_translation t;
	enum kmst_place_kind kind;
	unsigned long kept, walked;

	KUNIT_ASSERT_NOT_NULL(test, comers);
	comers->size = PMD_SIZE * num_online_nodes();
	/* huge pages of 512 MB are too large */
	if (comers->size > SZ_128M)
		comers->size = SZ_2M;
	kept = (unsigned long)vmalloc(PAGE_SIZE);
	KUNIT_ASSERT_NE(test, kept, 0UL);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_area, (void *)kept), 0);
	kind = kmst_translate_address(kept, &t);
	KUNIT_EXPECT_TRUE(test, kind == KMST_IS_MEMORY || kind == KMST_IS_UNKNOWN);

	comers->thread = kthread_run(come_and_go, comers, "kmst_comers");
	KUNIT_ASSERT_FALSE(test, IS_ERR(comers->thread));
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, stop_comers, comers), 0);
	while (READ_ONCE(comers->nr) < BYTES_OF_AREAS / comers->size) {
		walked = READ_ONCE(comers->at);
		if (walked)
			kmst_translate_address(walked + comers->size / 2, &t);
		KUNIT_ASSERT_EQ(test, (int)kmst_translate_address(kept, &t), (int)kind);
		cond_resched();
	}
	if (!READ_ONCE(comers->at))
		kunit_skip(test, "there is no memory for an area");
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
	KUNIT_CASE(a_page_that_the_table_has_not_is_no_agreement),
	KUNIT_CASE(tables_agree_with_the_chain),
	KUNIT_CASE(a_guard_of_kfence_is_not_mapped_now),
	KUNIT_CASE(a_free_page_may_not_be_mapped_now),
	KUNIT_CASE(a_mapped_hole_is_no_memory),
	KUNIT_CASE(any_address_gets_an_answer),
	KUNIT_CASE(areas_that_come_and_go_are_walked),
	{}
};

static struct kunit_suite translate_suite = {
	.name = "kmem_studio_translate",
	.test_cases = translate_cases,
};

kunit_test_suite(translate_suite);
