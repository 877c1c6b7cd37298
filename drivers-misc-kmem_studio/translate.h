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
 * enum kmst_kind - where the kernel sees a page
 * @KMST_KIND_LINEAR:  in its linear map
 * @KMST_KIND_VMALLOC: where its page table says, in the area of vmalloc()
 * @KMST_KIND_HIGHMEM: nowhere, until it is mapped
 */
enum kmst_kind {
	KMST_KIND_LINEAR,
	KMST_KIND_VMALLOC,
	KMST_KIND_HIGHMEM,
};

/**
 * enum kmst_place_kind - what an address or a PFN is
 * @KMST_IS_MEMORY:   RAM that the kernel has a descriptor for
 * @KMST_IS_RESERVED: such RAM, but never the page allocator's
 * @KMST_IS_HIDDEN:   such RAM, but the MMU does not map the address now
 * @KMST_IS_NOMAP:    there is a descriptor, but the kernel does not map what it is for
 * @KMST_IS_USER:     an address of user space
 * @KMST_IS_HOLE:     no RAM is there
 * @KMST_IS_UNMAPPED: in the area of vmalloc(), and nothing is mapped there
 * @KMST_IS_DEVICE:   in the area of vmalloc(), mapped to something that is not RAM
 * @KMST_IS_UNKNOWN:  in the area of vmalloc(), whose page table may change at any time,
 *                    and this kernel has no safe way to read it
 * @KMST_IS_OTHER:    of the kernel, neither in its linear map nor in that area
 */
enum kmst_place_kind {
	KMST_IS_MEMORY,
	KMST_IS_RESERVED,
	KMST_IS_HIDDEN,
	KMST_IS_NOMAP,
	KMST_IS_USER,
	KMST_IS_HOLE,
	KMST_IS_UNMAPPED,
	KMST_IS_DEVICE,
	KMST_IS_UNKNOWN,
	KMST_IS_OTHER,
};

/**
 * struct kmst_translation - one page, by every name it has
 * @kind:      where the kernel sees it
 * @page:      its descriptor in the memory map, NULL if the page table has no page there
 * @pfn:       page frame number: the index of @page in that map
 * @phys:      physical address of its first byte
 * @virt:      the same byte in the kernel's linear map, or in the area of vmalloc();
 *             NULL for a page of highmem, which has no lasting place
 * @back_page: descriptor found from @virt
 * @back_pfn:  PFN found from @phys
 * @back_phys: physical address found from @virt
 * @hw_phys:   physical address that the MMU found for @virt
 * @hw_err:    0 if @hw_phys is valid, -EOPNOTSUPP if this machine has no such
 *             instruction, -EFAULT if the MMU found no translation
 */
struct kmst_translation {
	enum kmst_kind	kind;
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
#define KMST_ROUTE_VIRT		BIT(0)	/* no address where one is needed */
#define KMST_ROUTE_PAGE		BIT(1)	/* virt -> page */
#define KMST_ROUTE_PFN		BIT(2)	/* phys -> pfn */
#define KMST_ROUTE_PHYS		BIT(3)	/* virt -> phys */
#define KMST_ROUTE_HARDWARE	BIT(4)	/* virt -> MMU -> phys */
#define KMST_ROUTE_UNMAPPED	BIT(5)	/* the MMU does not map virt now */

void kmst_translate_page(struct page *page, struct kmst_translation *t);
int kmst_translate_vmalloc(const void *virt, struct kmst_translation *t);
enum kmst_place_kind kmst_translate_pfn(unsigned long pfn,
					struct kmst_translation *t);
enum kmst_place_kind kmst_translate_address(unsigned long address,
					    struct kmst_translation *t);
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

#if defined(CONFIG_ARM64) || defined(CONFIG_ARM)
int kmst_translate_table(const void *virt, phys_addr_t *phys);
#else
static inline int kmst_translate_table(const void *virt, phys_addr_t *phys)
{
	return -EOPNOTSUPP;
}
#endif

#endif /* KMEM_STUDIO_TRANSLATE_H */
