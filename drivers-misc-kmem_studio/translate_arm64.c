// SPDX-License-Identifier: GPL-2.0
/*
 * Ask the MMU of an arm64 CPU where a virtual address leads, and read the page tables
 * that it goes by.
 */
#include <linux/bits.h>
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/pgtable.h>
#include <linux/sizes.h>
#include <linux/uaccess.h>
#include <asm/barrier.h>
#include <asm/sysreg.h>

#include "translate.h"

/* PAR_EL1.PA after a translation that worked: bits of a 4K frame. */
#define PAR_PA_MASK	GENMASK_ULL(CONFIG_ARM64_PA_BITS - 1, 12)

/**
 * kmst_translate_hardware() - Translate a kernel virtual address by hardware.
 * @virt: the address
 * @phys: gets the physical address
 *
 * AT S1E1R walks the page tables as a read by the kernel would, and leaves the
 * answer in PAR_EL1 (Arm ARM, D8.15 "Address translation instructions"). The
 * register is this CPU's only one: an interrupt must not use it in between.
 *
 * Context: any, does not sleep.
 * Return: 0, or -EFAULT if the address has no translation.
 */
int kmst_translate_hardware(const void *virt, phys_addr_t *phys)
{
	unsigned long flags;
	u64 par;

	local_irq_save(flags);
	asm volatile("at s1e1r, %0" : : "r" (virt));
	isb();
	par = read_sysreg_par();
	local_irq_restore(flags);

	if (par & SYS_PAR_EL1_F)
		return -EFAULT;

	*phys = (par & PAR_PA_MASK) | ((unsigned long)virt & (SZ_4K - 1));
	return 0;
}

/*
 * The kernel's first table, by the register that tells the MMU of it. What is not its
 * address there is the ASID above bit 47, and flags below the first page.
 */
static pgd_t *kernel_pgd(unsigned long address)
{
	phys_addr_t table = read_sysreg(ttbr1_el1) & GENMASK_ULL(47, PAGE_SHIFT);

	return pgd_offset_pgd((pgd_t *)phys_to_virt(table), address);
}

static phys_addr_t leaf(phys_addr_t block, unsigned long address, unsigned long mask)
{
	return block | (address & ~mask);
}

/*
 * An entry of a table. Where a huge page takes the place of a table, nothing holds off the
 * freeing of the table: what is read then may be anything, but reading it is safe. So an
 * entry is read once, and the next table is where that one said. The tables from the first
 * to those of puds stay.
 */
#define read_entry(entry, entryp)	(!get_kernel_nofault(entry, entryp))

static int walk_pmd(pud_t pud, unsigned long address, phys_addr_t *phys)
{
	pmd_t pmd;
	pte_t pte;

	if (!read_entry(pmd, pmd_offset(&pud, address)) || !pmd_present(pmd))
		return -EFAULT;
	if (pmd_leaf(pmd)) {
		*phys = leaf(__pmd_to_phys(pmd), address, PMD_MASK);
		return 0;
	}
	if (!read_entry(pte, pte_offset_kernel(&pmd, address)) || !pte_present(pte))
		return -EFAULT;
	*phys = leaf(__pte_to_phys(pte), address, PAGE_MASK);
	return 0;
}

static int walk_p4d(pgd_t *pgdp, unsigned long address, phys_addr_t *phys)
{
	p4d_t *p4dp = p4d_offset(pgdp, address);
	pud_t *pudp, pud;

	if (p4d_none(READ_ONCE(*p4dp)))
		return -EFAULT;
	pudp = pud_offset(p4dp, address);
	if (!read_entry(pud, pudp) || !pud_present(pud))
		return -EFAULT;
	if (pud_leaf(pud)) {
		*phys = leaf(__pud_to_phys(pud), address, PUD_MASK);
		return 0;
	}
	return walk_pmd(pud, address, phys);
}

/**
 * kmst_translate_table() - Translate a kernel virtual address by reading the tables.
 * @virt: the address, of the kernel's half
 * @phys: gets the physical address
 *
 * Every level may end in a block: the linear map is made of the largest that fit.
 *
 * Context: any, does not sleep.
 * Return: 0, -EFAULT if the address has no translation, or -EOPNOTSUPP if the kernel is
 * built for 52 bits of physical address, whose tables look different.
 */
int kmst_translate_table(const void *virt, phys_addr_t *phys)
{
	unsigned long address = (unsigned long)virt;
	pgd_t *pgdp;

	if (IS_ENABLED(CONFIG_ARM64_PA_BITS_52))
		return -EOPNOTSUPP;
	/* bit 55 chooses the half */
	if (!(address & BIT(55)))
		return -EFAULT;
	pgdp = kernel_pgd(address);
	if (pgd_none(READ_ONCE(*pgdp)))
		return -EFAULT;
	return walk_p4d(pgdp, address, phys);
}
