// SPDX-License-Identifier: GPL-2.0
/*
 * Ask the MMU of an arm64 CPU where a virtual address leads.
 */
#include <linux/bits.h>
#include <linux/irqflags.h>
#include <linux/sizes.h>
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
