/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 7: the lab. Module parameters go in, lines of the kernel log come out.
 */
#ifndef KMEM_STUDIO_LAB_H
#define KMEM_STUDIO_LAB_H

int kmst_lab_init(void);
void kmst_lab_open(void);
void kmst_lab_exit(void);
unsigned int kmst_lab_max_percent(void);

#endif /* KMEM_STUDIO_LAB_H */
