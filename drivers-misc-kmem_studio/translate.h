/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 1: from struct page to PFN to physical to virtual address, and back.
 */
#ifndef KMEM_STUDIO_TRANSLATE_H
#define KMEM_STUDIO_TRANSLATE_H

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/types.h>

struct page;

/**
 * struct kmst_translation - one page, by every name it has
 * @page:      its descriptor in the memory map
 * @pfn:       page frame number: the index of @page in that map
 * @phys:      physical address of its first byte
 * @virt:      the same byte in the kernel's linear map; NULL for a page of
 *             highmem, which has no place there
 * @back_page: descriptor found from @virt
 * @back_pfn:  PFN found from @phys
 * @back_phys: physical address found from @virt
 * @hw_phys:   physical address that the MMU found for @virt
 * @hw_err:    0 if @hw_phys is valid, -EOPNOTSUPP if this machine has no such
 *             instruction, -EFAULT if the MMU found no translation
 */
struct kmst_translation {
	struct page	*page;
	unsigned long	pfn;
	phys_addr_t	phys;
	void		*virt;
	struct page	*back_page;
	unsigned long	back_pfn;
	phys_addr_t	back_phys;
	phys_addr_t	hw_phys;
	int		hw_err;
};

/* Routes that disagree with the chain: bits of what kmst_translation_compare() returns. */
#define KMST_ROUTE_VIRT		BIT(0)	/* no linear map address where one is needed */
#define KMST_ROUTE_PAGE		BIT(1)	/* virt -> page */
#define KMST_ROUTE_PFN		BIT(2)	/* phys -> pfn */
#define KMST_ROUTE_PHYS		BIT(3)	/* virt -> phys */
#define KMST_ROUTE_HARDWARE	BIT(4)	/* virt -> MMU -> phys */

void kmst_translate_page(struct page *page, struct kmst_translation *t);
void kmst_translate_back(struct kmst_translation *t);
unsigned int kmst_translation_compare(const struct kmst_translation *t);

#ifdef CONFIG_ARM64
int kmst_translate_hardware(const void *virt, phys_addr_t *phys);
#else
static inline int kmst_translate_hardware(const void *virt, phys_addr_t *phys)
{
	return -EOPNOTSUPP;
}
#endif

#endif /* KMEM_STUDIO_TRANSLATE_H */
