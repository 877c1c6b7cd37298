/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pages that a test got from the kernel and did not give back, by the kernel's own events.
 */
#ifndef KMEM_STUDIO_TESTS_KEPT_H
#define KMEM_STUDIO_TESTS_KEPT_H

struct kmst_kept;
struct kunit;

struct kmst_kept *kmst_kept_watch(struct kunit *test);
void kmst_kept_forget(struct kmst_kept *kept);
unsigned long kmst_kept_pages(const struct kmst_kept *kept);

#endif /* KMEM_STUDIO_TESTS_KEPT_H */
