// SPDX-License-Identifier: GPL-2.0
/*
 * A barrier whose threads sleep until the last one is there. Waking them takes a while,
 * which differs: those that are awake wait for the others a moment longer without sleeping,
 * as long as nobody else wants their CPU.
 */
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include "clock.h"
#include "gate.h"

/* A thread that wakes up later than this begins alone. */
#define MOMENT_NS	200000U

/**
 * kmst_gate_init() - Make a gate.
 * @gate: the gate
 * @nr:   threads that go through it
 *
 * Context: any.
 */
void kmst_gate_init(struct kmst_gate *gate, unsigned int nr)
{
	*gate = (struct kmst_gate){ .nr = nr };
	init_waitqueue_head(&gate->wait);
}

/* Does this one open it? If not, @generation is the one that is left behind. */
static bool is_last(struct kmst_gate *gate, unsigned int *generation)
{
	bool last;

	spin_lock_irq(&gate->wait.lock);
	*generation = gate->generation;
	last = ++gate->waiting == gate->nr;
	if (last) {
		gate->waiting = 0;
		WRITE_ONCE(gate->generation, *generation + 1);
		wake_up_all_locked(&gate->wait);
	}
	spin_unlock_irq(&gate->wait.lock);
	return last;
}

static bool all_awake(const struct kmst_gate *gate, unsigned int generation)
{
	return (int)(atomic_read(&gate->awake) - gate->nr * (generation + 1)) >= 0;
}

/* The others are on their way, each on a CPU of its own. */
static void wait_a_moment(struct kmst_gate *gate, unsigned int generation)
{
	u64 begin = kmst_clock_read();

	atomic_inc(&gate->awake);
	while (!all_awake(gate, generation) && !need_resched() && !READ_ONCE(gate->open) &&
	       kmst_clock_read() - begin < MOMENT_NS)
		cpu_relax();
}

static bool may_pass(const struct kmst_gate *gate, unsigned int generation)
{
	return READ_ONCE(gate->generation) != generation || READ_ONCE(gate->open);
}

/**
 * kmst_gate_pass() - Wait for the others.
 * @gate: the gate
 *
 * Context: a kernel thread, sleeps.
 * Return: 0, or -EINTR if the gate was opened for good: the others may not be there.
 */
int kmst_gate_pass(struct kmst_gate *gate)
{
	unsigned int generation;

	if (!is_last(gate, &generation))
		wait_event_idle(gate->wait, may_pass(gate, generation));
	if (READ_ONCE(gate->open))
		return -EINTR;
	if (gate->nr > 1)
		wait_a_moment(gate, generation);
	return 0;
}

/**
 * kmst_gate_open() - Let everybody through, now and later, and tell them.
 * @gate: the gate
 *
 * Context: any but hard interrupts.
 */
void kmst_gate_open(struct kmst_gate *gate)
{
	WRITE_ONCE(gate->open, true);
	wake_up_all(&gate->wait);
}
