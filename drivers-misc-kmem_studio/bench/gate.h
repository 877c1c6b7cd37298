/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 1: where threads wait for each other, to begin together.
 */
#ifndef KMEM_STUDIO_BENCH_GATE_H
#define KMEM_STUDIO_BENCH_GATE_H

#include <linux/atomic.h>
#include <linux/types.h>
#include <linux/wait.h>

/**
 * struct kmst_gate - a gate that opens when all are there, and closes behind them
 * @nr:         threads that go through
 * @waiting:    those that are there, under the lock of @wait
 * @generation: how often it has opened
 * @open:       it stays open: whoever comes is told to go home
 * @awake:      threads that woke up, since the beginning
 * @wait:       where they sleep
 */
struct kmst_gate {
	unsigned int		nr;
	unsigned int		waiting;
	unsigned int		generation;
	bool			open;
	atomic_t		awake;
	wait_queue_head_t	wait;
};

void kmst_gate_init(struct kmst_gate *gate, unsigned int nr);
int kmst_gate_pass(struct kmst_gate *gate);
void kmst_gate_open(struct kmst_gate *gate);

#endif /* KMEM_STUDIO_BENCH_GATE_H */
