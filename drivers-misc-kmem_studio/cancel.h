/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 0: how a long loop is told to give up.
 */
#ifndef KMEM_STUDIO_CANCEL_H
#define KMEM_STUDIO_CANCEL_H

#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/freezer.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

/* Pages that a loop handles between two calls of kmst_cancel_point(). */
#define KMST_PAGES_PER_POINT	64UL

/* How often a wait looks at what tells it to give up. */
#define KMST_LOOK_JIFFIES	(HZ / 10)

/**
 * enum kmst_cancel_reason - bits of struct kmst_cancel
 * @KMST_CANCEL_INTERRUPTED: whoever waits for the result stopped waiting
 * @KMST_CANCEL_STOPPED:     the work at hand is no longer wanted
 * @KMST_CANCEL_CLOSED:      whoever would own the result is going away, for good
 * @KMST_CANCEL_LOST:        the memory is needed by others, now
 */
enum kmst_cancel_reason {
	KMST_CANCEL_INTERRUPTED,
	KMST_CANCEL_STOPPED,
	KMST_CANCEL_CLOSED,
	KMST_CANCEL_LOST,
};

/**
 * struct kmst_cancel - request to give up, from one task to another
 * @reasons: a bit for each enum kmst_cancel_reason, set and cleared atomically
 */
struct kmst_cancel {
	unsigned long reasons;
};

/**
 * kmst_cancel_point() - Let others run, and see whether to go on.
 * @cancel: the request to watch, NULL for work that must be finished
 *
 * Every loop over pages or objects calls this once in KMST_PAGES_PER_POINT pages. A
 * kernel thread gets no fatal signal, and is not frozen; a caller in a program's context
 * may be.
 *
 * Context: process context, may sleep.
 * Return: 0 to go on, -EINTR when asked to give up or when the caller was killed,
 * -ERESTARTNOINTR when the machine is about to be suspended: the program makes its call
 * again after that, and does not see it.
 */
static inline int kmst_cancel_point(const struct kmst_cancel *cancel)
{
	cond_resched();
	if (!cancel)
		return 0;
	if (READ_ONCE(cancel->reasons) || fatal_signal_pending(current))
		return -EINTR;
	/* without a signal pending, the errno would reach the program */
	return signal_pending(current) && freezing(current) ? -ERESTARTNOINTR : 0;
}

/**
 * kmst_cancel_wait() - See whether to wait on.
 * @cancel: the request to watch, or NULL
 *
 * For waits that no signal but a fatal one ends, every KMST_LOOK_JIFFIES.
 *
 * Context: process context, may sleep.
 * Return: as kmst_cancel_point(), but -ERESTARTNOINTR also without @cancel.
 */
static inline int kmst_cancel_wait(const struct kmst_cancel *cancel)
{
	if (signal_pending(current) && freezing(current))
		return -ERESTARTNOINTR;
	return kmst_cancel_point(cancel);
}

#endif /* KMEM_STUDIO_CANCEL_H */
