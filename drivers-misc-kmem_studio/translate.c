// SPDX-License-Identifier: GPL-2.0
/*
 * The chain of the lab, page -> PFN -> physical -> virtual, and the ways back.
 *
 * The linear map is an offset: virtual = physical + constant. That holds for the pages
 * in it, and for no other: not for highmem, and not for vmalloc addresses, whose pages
 * lie wherever the page tables say.
 */
#include <linux/highmem.h>
#include <linux/io.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/pfn.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "translate.h"

/**
 * kmst_translate_page() - Follow the chain from a page to its virtual address.
 * @page: a page of RAM
 * @t:    gets the four names of the page; the ways back are left untouched
 *
 * Context: any, does not sleep. The caller holds the page.
 */
void kmst_translate_page(struct page *page, struct kmst_translation *t)
{
	t->kind = PageHighMem(page) ? KMST_KIND_HIGHMEM : KMST_KIND_LINEAR;
	t->page = page;
	t->pfn = page_to_pfn(page);
	t->phys = PFN_PHYS(t->pfn);
	t->virt = t->kind == KMST_KIND_HIGHMEM ? NULL : phys_to_virt(t->phys);
}

/**
 * kmst_translate_vmalloc() - Follow the page table from a vmalloc address to its page.
 * @virt: an address in the area of vmalloc()
 * @t:    gets the four names of the page; the ways back are left untouched
 *
 * Context: any, does not sleep. The caller holds the area, and it is made of RAM.
 * Return: 0, or -EFAULT if nothing is mapped there: @t then has no page, and does not
 * pass kmst_translation_compare().
 */
int kmst_translate_vmalloc(const void *virt, struct kmst_translation *t)
{
	t->kind = KMST_KIND_VMALLOC;
	t->virt = (void *)((unsigned long)virt & PAGE_MASK);
	t->page = vmalloc_to_page(t->virt);
	t->pfn = t->page ? page_to_pfn(t->page) : 0;
	t->phys = PFN_PHYS(t->pfn);
	return t->page ? 0 : -EFAULT;
}

static void linear_back(struct kmst_translation *t)
{
	t->back_page = virt_to_page(t->virt);
	t->back_phys = virt_to_phys(t->virt);
}

static void vmalloc_back(struct kmst_translation *t)
{
	t->back_page = vmalloc_to_page(t->virt);
	if (t->back_page)
		t->back_phys = page_to_phys(t->back_page);
}

static void ask_hardware(struct kmst_translation *t)
{
	t->hw_phys = 0;
	t->hw_err = kmst_translate_hardware(t->virt, &t->hw_phys);
}

/**
 * kmst_translate_back() - Go the ways back, each from another name of the page.
 * @t: a translation that kmst_translate_page() or kmst_translate_vmalloc() filled in
 *
 * Context: any, does not sleep. The caller holds the page.
 */
void kmst_translate_back(struct kmst_translation *t)
{
	t->back_pfn = PHYS_PFN(t->phys);
	t->back_page = NULL;
	t->back_phys = 0;
	t->hw_phys = 0;
	t->hw_err = -EOPNOTSUPP;
	if (t->kind == KMST_KIND_HIGHMEM)
		t->back_page = pfn_to_page(t->back_pfn);
	if (!t->virt)
		return;

	if (t->kind == KMST_KIND_VMALLOC)
		vmalloc_back(t);
	else
		linear_back(t);
	ask_hardware(t);
}

/* A page of RAM may be unmapped for the time being (DEBUG_PAGEALLOC, KFENCE, secretmem). */
static enum kmst_place_kind kind_of_ram(const struct kmst_translation *t)
{
	phys_addr_t phys;
	int err = t->hw_err;

	if (t->virt && err == -EOPNOTSUPP)
		err = kmst_translate_table(t->virt, &phys);
	if (err == -EFAULT)
		return KMST_IS_HIDDEN;
	return PageReserved(t->page) ? KMST_IS_RESERVED : KMST_IS_MEMORY;
}

/**
 * kmst_translate_pfn() - Follow the chain from any number.
 * @pfn: the number of a page, or of none
 * @t:   gets the names of the page and the ways back, if it is one
 *
 * Context: any, does not sleep.
 * Return: KMST_IS_MEMORY, KMST_IS_RESERVED, KMST_IS_HIDDEN, or KMST_IS_HOLE or
 * KMST_IS_NOMAP with nothing that holds in @t.
 */
enum kmst_place_kind kmst_translate_pfn(unsigned long pfn,
					struct kmst_translation *t)
{
	struct page *page = pfn_to_online_page(pfn);

	if (!page)
		return KMST_IS_HOLE;
	kmst_translate_page(page, t);
	/* a section of the memory map has descriptors for holes, too */
	if (t->virt && !virt_addr_valid(t->virt))
		return KMST_IS_NOMAP;
	kmst_translate_back(t);
	return kind_of_ram(t);
}

/*
 * Is vmalloc_to_page() safe for an area that nobody holds? Not where a huge mapping may
 * free a table under it, nor where pfn_to_page() of a PFN that is no RAM looks it up in
 * tables (classic SPARSEMEM).
 */
static bool any_area_may_be_walked(void)
{
	if (IS_ENABLED(CONFIG_HAVE_ARCH_HUGE_VMAP))
		return false;
	return !IS_ENABLED(CONFIG_SPARSEMEM) || IS_ENABLED(CONFIG_SPARSEMEM_VMEMMAP);
}

/*
 * Where an address of vmalloc's area leads, which may be unmapped at any time. -EFAULT if
 * nowhere, -EOPNOTSUPP if this kernel has no safe way to tell.
 */
static int find_mapped(const void *virt, phys_addr_t *phys)
{
	struct page *page;
	int err;

	err = kmst_translate_table(virt, phys);
	if (err == -EOPNOTSUPP)
		err = kmst_translate_hardware(virt, phys);
	if (err != -EOPNOTSUPP || !any_area_may_be_walked())
		return err;

	page = vmalloc_to_page(virt);
	if (!page)
		return -EFAULT;
	*phys = PFN_PHYS(page_to_pfn(page));
	return 0;
}

/* The page of RAM, NULL for what is none: the memory map has descriptors for holes, too. */
static struct page *ram_page(phys_addr_t phys)
{
	struct page *page = pfn_to_online_page(PHYS_PFN(phys));

	if (page && !PageHighMem(page) && !virt_addr_valid(phys_to_virt(phys)))
		return NULL;
	return page;
}

/* Translate an address outside of the linear map. */
static enum kmst_place_kind translate_mapped(unsigned long address,
					     struct kmst_translation *t)
{
	int err;

	if (!is_vmalloc_or_module_addr((void *)address))
		return address < TASK_SIZE_MAX ? KMST_IS_USER : KMST_IS_OTHER;

	t->kind = KMST_KIND_VMALLOC;
	t->virt = (void *)(address & PAGE_MASK);
	err = find_mapped(t->virt, &t->phys);
	if (err)
		return err == -EOPNOTSUPP ? KMST_IS_UNKNOWN : KMST_IS_UNMAPPED;
	t->page = ram_page(t->phys);
	if (!t->page)
		return KMST_IS_DEVICE;
	t->pfn = page_to_pfn(t->page);

	t->back_pfn = PHYS_PFN(t->phys);
	if (find_mapped(t->virt, &t->back_phys))
		return KMST_IS_UNMAPPED;
	t->back_page = ram_page(t->back_phys);
	ask_hardware(t);
	return kind_of_ram(t);
}

/**
 * kmst_translate_address() - Find the page of any address.
 * @address: the address, of the kernel or not
 * @t:       gets the names of the page and the ways back, if there is one
 *
 * Nothing is read through the address.
 *
 * Context: any, does not sleep.
 * Return: KMST_IS_MEMORY, KMST_IS_RESERVED, KMST_IS_HIDDEN, or why there is no page, with
 * nothing that holds in @t.
 */
enum kmst_place_kind kmst_translate_address(unsigned long address,
					    struct kmst_translation *t)
{
	if (virt_addr_valid((void *)address))
		return kmst_translate_pfn(PHYS_PFN(virt_to_phys((void *)address)), t);
	return translate_mapped(address, t);
}

/**
 * kmst_translation_compare() - Say which ways back did not arrive at the page.
 * @t: a translation with its ways back
 *
 * Context: any, pure.
 * Return: 0 if all agree, else KMST_ROUTE_* bits.
 */
unsigned int kmst_translation_compare(const struct kmst_translation *t)
{
	unsigned int differ = 0;

	if (t->back_pfn != t->pfn)
		differ |= KMST_ROUTE_PFN;
	if (!t->page || t->back_page != t->page)
		differ |= KMST_ROUTE_PAGE;
	if (t->kind == KMST_KIND_HIGHMEM)
		return differ;
	if (!t->virt)
		return differ | KMST_ROUTE_VIRT;
	if (t->back_phys != t->phys)
		differ |= KMST_ROUTE_PHYS;
	if (t->hw_err == -EOPNOTSUPP)
		return differ;
	if (t->hw_err)
		return differ | KMST_ROUTE_UNMAPPED;
	if (t->hw_phys != t->phys)
		differ |= KMST_ROUTE_HARDWARE;
	return differ;
}
