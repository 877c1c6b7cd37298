// SPDX-License-Identifier: GPL-2.0
/*
 * Read the page tables that the MMU of a 32-bit Arm CPU goes by for the kernel.
 */
#include <linux/bits.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/pgtable.h>
#include <linux/sizes.h>
#include <linux/uaccess.h>

#include "translate.h"

/*
 * The kernel's first table. A process has a copy, which gets new entries only when they are
 * needed; TTBR1 has the table itself since ARMv6, and is where __switch_mm() takes it from
 * when no process is to be seen.
 */
#ifdef CONFIG_ARM_LPAE
static phys_addr_t first_table(void)
{
	u64 ttbr1;
	u32 ttbcr;

	asm volatile("mrrc p15, 1, %Q0, %R0, c2" : "=r" (ttbr1));
	asm volatile("mrc p15, 0, %0, c2, c0, 2" : "=r" (ttbcr));
	/* where the two halves have a table each, that of the kernel's begins later */
	if (ttbcr & TTBCR_T1SZ_MASK)
		ttbr1 -= TTBR1_OFFSET;
	return ttbr1 & GENMASK_ULL(39, 12);
}
#else
static phys_addr_t first_table(void)
{
	u32 ttbr1;

	asm volatile("mrc p15, 0, %0, c2, c0, 1" : "=r" (ttbr1));
	return ttbr1 & ~(u32)(SZ_16K - 1);
}
#endif

static pud_t *first_entry(unsigned long address)
{
	pgd_t *pgd = pgd_offset_pgd((pgd_t *)phys_to_virt(first_table()), address);

	return pud_offset(p4d_offset(pgd, address), address);
}

#define read_entry(entry, entryp)	(!get_kernel_nofault(entry, entryp))

#ifdef CONFIG_ARM_LPAE
static bool read_pmd(unsigned long address, pmd_t *pmd)
{
	pud_t pud;

	if (!read_entry(pud, first_entry(address)) || !pud_present(pud))
		return false;
	return read_entry(*pmd, pmd_offset(&pud, address));
}

static unsigned long block_size(pmd_t pmd)
{
	return PMD_SIZE;
}
#else
/* An entry of Linux is two of the MMU's, each for a section of 1 MB or for half a table. */
static bool read_pmd(unsigned long address, pmd_t *pmd)
{
	pmd_t *pmdp = pmd_offset(first_entry(address), address);
	pmd_t second;

	if (!read_entry(*pmd, pmdp) || !read_entry(second, pmdp + 1))
		return false;
	if (address & SECTION_SIZE && (pmd_none(second) || pmd_leaf(second)))
		*pmd = second;
	return true;
}

static unsigned long block_size(pmd_t pmd)
{
	return pmd_val(pmd) & PMD_SECT_SUPER ? SUPERSECTION_SIZE : SECTION_SIZE;
}
#endif

/**
 * kmst_translate_table() - Translate a kernel virtual address by reading the tables.
 * @virt: the address, of the kernel's part
 * @phys: gets the physical address
 *
 * Context: any, does not sleep.
 * Return: 0, -EFAULT if the address has no translation, or -EOPNOTSUPP for a CPU that is
 * older than ARMv6, which has no register that tells of the kernel's tables.
 */
int kmst_translate_table(const void *virt, phys_addr_t *phys)
{
	unsigned long address = (unsigned long)virt;
	unsigned long offset;
	pmd_t pmd;
	pte_t pte;

	if (__LINUX_ARM_ARCH__ < 6)
		return -EOPNOTSUPP;
	if (address < TASK_SIZE)
		return -EFAULT;
	if (!read_pmd(address, &pmd) || pmd_none(pmd))
		return -EFAULT;
	if (pmd_leaf(pmd)) {
		offset = block_size(pmd) - 1;
		*phys = (pmd_val(pmd) & PHYS_MASK & ~(phys_addr_t)offset) | (address & offset);
		return 0;
	}
	if (!read_entry(pte, pte_offset_kernel(&pmd, address)) || !pte_present(pte))
		return -EFAULT;
	*phys = PFN_PHYS(pte_pfn(pte)) | offset_in_page(address);
	return 0;
}
