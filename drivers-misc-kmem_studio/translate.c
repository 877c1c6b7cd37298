// SPDX-License-Identifier: GPL-2.0
/*
 * The chain of the lab, page -> PFN -> physical -> virtual, and the ways back.
 *
 * The linear map is an offset: virtual = physical + constant. All of this holds
 * for the pages in it, and for no other: not for highmem, and not for vmalloc
 * addresses, whose pages lie wherever the page tables say.
 */
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/pfn.h>

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
	t->page = page;
	t->pfn = page_to_pfn(page);
	t->phys = PFN_PHYS(t->pfn);
	t->virt = PageHighMem(page) ? NULL : phys_to_virt(t->phys);
}

/**
 * kmst_translate_back() - Go the ways back, each from another name of the page.
 * @t: a translation that kmst_translate_page() filled in
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
	if (!t->virt)
		return;

	t->back_page = virt_to_page(t->virt);
	t->back_phys = virt_to_phys(t->virt);
	t->hw_err = kmst_translate_hardware(t->virt, &t->hw_phys);
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
	if (!t->virt)
		return differ | KMST_ROUTE_VIRT;
	if (t->back_page != t->page)
		differ |= KMST_ROUTE_PAGE;
	if (t->back_phys != t->phys)
		differ |= KMST_ROUTE_PHYS;
	if (t->hw_err == -EOPNOTSUPP)
		return differ;
	if (t->hw_err || t->hw_phys != t->phys)
		differ |= KMST_ROUTE_HARDWARE;
	return differ;
}
