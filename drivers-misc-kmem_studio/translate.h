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
 * enum kmst_kind - where the kernel maps a page
 * @KMST_KIND_LINEAR:  in its linear map
 * @KMST_KIND_VMALLOC: in the area of vmalloc(), by the page table
 * @KMST_KIND_HIGHMEM: nowhere, until kmap_local_page()
 */
enum kmst_kind {
	KMST_KIND_LINEAR,
	KMST_KIND_VMALLOC,
	KMST_KIND_HIGHMEM,
};

/**
 * enum kmst_place_kind - what an address or a PFN is
 * @KMST_IS_MEMORY:   RAM with a struct page
 * @KMST_IS_RESERVED: such RAM, but PageReserved(): not the page allocator's
 * @KMST_IS_HIDDEN:   such RAM, unmapped for now (DEBUG_PAGEALLOC, KFENCE, secretmem)
 * @KMST_IS_NOMAP:    a struct page, but of a hole, or of RAM outside of the linear map
 * @KMST_IS_USER:     an address of user space
 * @KMST_IS_HOLE:     no struct page, or of memory that is offline
 * @KMST_IS_UNMAPPED: in the area of vmalloc(), and not mapped
 * @KMST_IS_DEVICE:   in the area of vmalloc(), and mapped to what is not RAM
 * @KMST_IS_UNKNOWN:  in the area of vmalloc(), and this kernel has no safe way to walk a
 *                    page table that may change meanwhile
 * @KMST_IS_OTHER:    a kernel address outside of the linear map and of that area
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
 * @page:      its struct page, NULL if the page table has no page there
 * @pfn:       page frame number: the index of @page in that map
 * @phys:      physical address of its first byte
 * @virt:      virtual address of that byte, in the linear map or in the area of
 *             vmalloc(); NULL for highmem, which has no permanent mapping
 * @back_page: struct page found from @virt, for highmem from @back_pfn
 * @back_pfn:  PFN found from @phys
 * @back_phys: physical address found from @virt
 * @hw_phys:   physical address that the MMU found for @virt
 * @hw_err:    0 if @hw_phys is valid, -EOPNOTSUPP if no instruction of this machine asks
 *             the MMU, -EFAULT if the MMU found no translation
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

/* Routes that disagree with the chain, as kmst_translation_compare() returns them. */
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
