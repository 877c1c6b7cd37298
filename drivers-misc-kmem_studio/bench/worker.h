/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 2: the thread of a bench that is bound to one CPU.
 */
#ifndef KMEM_STUDIO_BENCH_WORKER_H
#define KMEM_STUDIO_BENCH_WORKER_H

#include "running.h"

int kmst_worker_run(void *worker);
void kmst_worker_release(struct kmst_worker *worker);

#endif /* KMEM_STUDIO_BENCH_WORKER_H */
