/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 2: the parts that a round of a bench is made of.
 */
#ifndef KMEM_STUDIO_BENCH_PARTS_H
#define KMEM_STUDIO_BENCH_PARTS_H

#include "running.h"

void kmst_run_fail(struct kmst_running *run, int err);
int kmst_parts_get(struct kmst_worker *worker, const struct kmst_one *one, unsigned int nr,
		   unsigned int batch);
int kmst_parts_put(struct kmst_worker *worker, const struct kmst_one *one,
		   struct kmst_worker *owner, unsigned int batch);
int kmst_parts_touch(struct kmst_worker *worker, const struct kmst_one *one, unsigned int batch);
int kmst_parts_number(struct kmst_worker *worker, const struct kmst_one *one);
int kmst_parts_check(struct kmst_worker *worker, const struct kmst_one *one,
		     struct kmst_worker *owner);

#endif /* KMEM_STUDIO_BENCH_PARTS_H */
