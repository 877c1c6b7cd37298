// SPDX-License-Identifier: GPL-2.0
/*
 * While a file of configfs is written, others wait for locks: an rmdir of its folder, and
 * whoever waits for that. So what takes long is done by a work item, and the writer waits for
 * it for a fraction of a second at a time: then its call is made again by the kernel, as if
 * there had been a signal. In between, an rmdir can go on, and so can the freezer. When the
 * writer comes back, be it much later, it finds what it wrote by who it is and what that was:
 * each write is done once, in order, and has one answer.
 *
 * A writer that was killed in between does not come back: kmst_turn_is_wanted(). One that
 * jumps out of a signal handler leaves its answer, and gets it if it writes the same again. So
 * does one that writes by AIO, which makes no call again: it gets EINTR meanwhile.
 */
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/freezer.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "turn.h"

/* Unclaimed answers kept per writer: it may jump out of a signal handler, or write in one. */
#define MOST_LEFT	4

/* A wait is freezable, although locks of configfs are held: hence UNSAFE. */
#define WAIT_STATE	(TASK_KILLABLE | TASK_FREEZABLE_UNSAFE)

/**
 * kmst_turn_slice() - How long a writer waits before its call is made again.
 *
 * Context: any.
 * Return: jiffies.
 */
unsigned long kmst_turn_slice(void)
{
	return HZ / 10 ?: 1;
}

/**
 * kmst_turn_init() - Make the turn of a folder that nothing was written to.
 * @turn: it
 *
 * Context: any.
 */
void kmst_turn_init(struct kmst_turn *turn)
{
	*turn = (struct kmst_turn){};
	mutex_init(&turn->lock);
	init_waitqueue_head(&turn->wait);
	INIT_LIST_HEAD(&turn->calls);
}

static void forget(struct kmst_call *call)
{
	list_del(&call->list);
	put_task_struct(call->writer);
	kfree(call);
}

/**
 * kmst_turn_destroy() - Forget whoever did not get its answer.
 * @turn: that of a folder that is gone; nothing is being done
 *
 * Context: process context, may sleep.
 */
void kmst_turn_destroy(struct kmst_turn *turn)
{
	struct kmst_call *call, *next;

	list_for_each_entry_safe(call, next, &turn->calls, list)
		forget(call);
	mutex_destroy(&turn->lock);
}

static bool has_exited(const struct kmst_call *call)
{
	return READ_ONCE(call->writer->flags) & PF_EXITING;
}

/* Its writer may still look at it: until it exits. */
static bool is_killed(const struct kmst_call *call)
{
	/* racy: the next look sees what this one misses */
	return has_exited(call) || data_race(fatal_signal_pending(call->writer));
}

/**
 * kmst_turn_forget_gone() - Forget what writers wrote that have exited.
 * @turn: that of the folder
 *
 * Context: process context, may sleep. The caller holds the lock.
 */
void kmst_turn_forget_gone(struct kmst_turn *turn)
{
	struct kmst_call *call, *next;

	lockdep_assert_held(&turn->lock);

	list_for_each_entry_safe(call, next, &turn->calls, list) {
		if (call != turn->running && has_exited(call))
			forget(call);
	}
}

/**
 * kmst_turn_find() - Find what the caller wrote, when its call is made again.
 * @turn:     that of the folder
 * @command:  what it writes
 * @argument: and of what
 *
 * Context: a program's system call. The caller holds the lock.
 * Return: the write, or NULL if it is a new one.
 */
struct kmst_call *kmst_turn_find(struct kmst_turn *turn, unsigned int command, u64 argument)
{
	struct kmst_call *call;

	lockdep_assert_held(&turn->lock);

	list_for_each_entry(call, &turn->calls, list) {
		if (call->writer == current && call->command == command &&
		    call->argument == argument)
			return call;
	}
	return NULL;
}

/* The caller has left it, and will most likely never come for it. */
static void forget_oldest_answer(struct kmst_turn *turn)
{
	struct kmst_call *call, *oldest = NULL;
	unsigned int nr = 0;

	list_for_each_entry(call, &turn->calls, list) {
		if (call->writer != current || call->state != KMST_CALL_OVER)
			continue;
		oldest = oldest ?: call;
		nr++;
	}
	if (nr > MOST_LEFT)
		forget(oldest);
}

/**
 * kmst_call_new() - Make a write of the caller.
 * @command:  what it writes
 * @argument: and of what
 *
 * Context: the writer's system call, may sleep.
 * Return: the write, for kmst_turn_add() or kfree(), or NULL if there is no memory.
 */
struct kmst_call *kmst_call_new(unsigned int command, u64 argument)
{
	struct kmst_call *call = kzalloc_obj(*call);

	if (!call)
		return NULL;
	call->command = command;
	call->argument = argument;
	return call;
}

/**
 * kmst_turn_add() - Add a write; somebody is to do it, see kmst_turn_next().
 * @turn: that of the folder
 * @call: the write
 *
 * Context: the writer's system call, may sleep. The caller holds the lock.
 */
void kmst_turn_add(struct kmst_turn *turn, struct kmst_call *call)
{
	lockdep_assert_held(&turn->lock);

	kmst_turn_forget_gone(turn);
	forget_oldest_answer(turn);
	call->writer = get_task_struct(current);
	list_add_tail(&call->list, &turn->calls);
}

/**
 * kmst_turn_next() - Begin with the next write.
 * @turn: nothing is being done
 *
 * Context: any that may sleep. The caller holds the lock.
 * Return: the oldest write that is not done and has a writer to wait for it, to be done by
 * the caller, until kmst_turn_end(); NULL for none.
 */
struct kmst_call *kmst_turn_next(struct kmst_turn *turn)
{
	struct kmst_call *call;

	lockdep_assert_held(&turn->lock);

	kmst_turn_forget_gone(turn);
	list_for_each_entry(call, &turn->calls, list) {
		if (call->state != KMST_CALL_WAITS || is_killed(call))
			continue;
		WRITE_ONCE(call->state, KMST_CALL_RUNS);
		turn->running = call;
		WRITE_ONCE(turn->state, KMST_TURN_RUNNING);
		return call;
	}
	return NULL;
}

/**
 * kmst_turn_end() - What was begun is done.
 * @turn: it
 * @err:  the answer
 *
 * Context: any that may sleep. The caller holds the lock.
 */
void kmst_turn_end(struct kmst_turn *turn, int err)
{
	struct kmst_call *call = turn->running;

	lockdep_assert_held(&turn->lock);

	call->err = err;
	WRITE_ONCE(call->state, KMST_CALL_OVER);
	if (call->left)
		forget(call);
	turn->running = NULL;
	WRITE_ONCE(turn->state, KMST_TURN_DONE);
	wake_up_all(&turn->wait);
}

/**
 * kmst_turn_answer() - Take the answer.
 * @turn: that of the folder
 * @call: what the caller wrote, KMST_CALL_OVER; is gone
 *
 * Context: the writer's system call, may sleep. The caller holds the lock.
 * Return: what kmst_turn_end() was told.
 */
int kmst_turn_answer(struct kmst_turn *turn, struct kmst_call *call)
{
	int err = call->err;

	lockdep_assert_held(&turn->lock);

	forget(call);
	return err;
}

/**
 * kmst_turn_is_wanted() - See whether what is being done has somebody to wait for it.
 * @turn: something is being done
 *
 * Context: that of who does it, or any with the lock held. Does not sleep.
 * Return: false if the writer was killed.
 */
bool kmst_turn_is_wanted(const struct kmst_turn *turn)
{
	const struct kmst_call *call = turn->running;

	return !is_killed(call);
}

static bool is_over(const struct kmst_call *call)
{
	return READ_ONCE(call->state) == KMST_CALL_OVER;
}

/* The caller was killed. */
static int leave(struct kmst_turn *turn, struct kmst_call *call,
		 void (*give_up)(struct kmst_turn *turn))
{
	guard(mutex)(&turn->lock);

	if (call->state == KMST_CALL_RUNS) {
		call->left = true;
		give_up(turn);
	} else {
		forget(call);
	}
	return -EINTR;
}

/**
 * kmst_turn_wait() - Wait for an answer.
 * @turn:    that of the folder
 * @call:    what the caller wrote
 * @give_up: called with the lock held, if the caller is killed while this is being done:
 *           tells whoever does it to end
 *
 * Context: a program's system call, which may be made again; sleeps. The caller does not hold
 * the lock.
 * Return: 0 when the answer is there, -ERESTARTNOINTR if the call is to be made again, -EINTR
 * if the caller was killed.
 */
int kmst_turn_wait(struct kmst_turn *turn, struct kmst_call *call,
		   void (*give_up)(struct kmst_turn *turn))
{
	long left;

	/* io_uring makes no call again */
	if (current->flags & PF_IO_WORKER)
		left = wait_event_state(turn->wait, is_over(call), WAIT_STATE) ?: 1;
	else
		left = wait_event_killable_timeout(turn->wait, is_over(call), kmst_turn_slice());
	if (left > 0)
		return 0;
	return left ? leave(turn, call, give_up) : restart_syscall();
}
