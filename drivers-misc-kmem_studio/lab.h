/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 5: the lab. Module parameters go in, lines of the kernel log come out.
 */
#ifndef KMEM_STUDIO_LAB_H
#define KMEM_STUDIO_LAB_H

int kmst_lab_init(void);
void kmst_lab_exit(void);

#endif /* KMEM_STUDIO_LAB_H */
