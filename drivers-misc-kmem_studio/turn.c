// SPDX-License-Identifier: GPL-2.0
/*
 * While a file of configfs is written, others wait for locks: an rmdir of its folder, and
 * whoever waits for that. So a command that takes long is run by somebody else, a work item
 * or a thread, and the writer waits for it for a fraction of a second at a time: then its
 * call is made again by the kernel, as if there had been a signal. In between, an rmdir can
 * go on, which ends the command, and so can the freezer. A writer that does not come back,
 * as it was killed in between, is seen by kmst_turn_is_wanted().
 */
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "turn.h"

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
 * kmst_turn_init() - Make the turn of a folder that nothing was asked of.
 * @turn: it
 *
 * Context: any.
 */
void kmst_turn_init(struct kmst_turn *turn)
{
	*turn = (struct kmst_turn){};
	mutex_init(&turn->lock);
	init_waitqueue_head(&turn->wait);
}

static void forget_writer(struct kmst_turn *turn)
{
	if (turn->writer)
		put_task_struct(turn->writer);
	WRITE_ONCE(turn->writer, NULL);
}

/**
 * kmst_turn_destroy() - Let go of whoever did not get its answer.
 * @turn: that of a folder that is gone; nothing runs
 *
 * Context: process context, may sleep.
 */
void kmst_turn_destroy(struct kmst_turn *turn)
{
	forget_writer(turn);
	mutex_destroy(&turn->lock);
}

/**
 * kmst_turn_is_wanted() - See whether the answer of what runs has somebody to wait for it.
 * @turn: a command of it runs, or the caller holds its lock
 *
 * Context: any.
 * Return: false if the writer was killed.
 */
bool kmst_turn_is_wanted(const struct kmst_turn *turn)
{
	struct task_struct *writer = turn->writer;

	return writer && !(READ_ONCE(writer->flags) & PF_EXITING) &&
	       !fatal_signal_pending(writer);
}

/* It is over, and its writer is about to come for the answer. */
static bool is_about_to_be_answered(const struct kmst_turn *turn)
{
	return turn->writer != current && kmst_turn_is_wanted(turn) &&
	       time_before(jiffies, turn->done_at + 2 * kmst_turn_slice());
}

/**
 * kmst_turn_ask() - See whose turn it is.
 * @turn:     that of the folder
 * @command:  what the caller wants, or wanted when its call was made for the first time
 * @argument: and of what
 *
 * Context: a program's system call. The caller holds the lock.
 * Return: whose it is.
 */
enum kmst_turn_whose kmst_turn_ask(struct kmst_turn *turn, unsigned int command, u64 argument)
{
	bool runs = turn->state == KMST_TURN_RUNNING;

	lockdep_assert_held(&turn->lock);

	if (turn->writer == current && turn->command == command && turn->argument == argument)
		return runs ? KMST_TURN_OWN : KMST_TURN_OVER;
	return runs || is_about_to_be_answered(turn) ? KMST_TURN_OTHERS : KMST_TURN_FREE;
}

/**
 * kmst_turn_begin() - Take the turn; a command is about to run.
 * @turn:     KMST_TURN_FREE
 * @command:  the command
 * @argument: its argument
 *
 * Context: the writer's system call, may sleep. The caller holds the lock.
 */
void kmst_turn_begin(struct kmst_turn *turn, unsigned int command, u64 argument)
{
	lockdep_assert_held(&turn->lock);

	forget_writer(turn);
	turn->command = command;
	turn->argument = argument;
	WRITE_ONCE(turn->writer, get_task_struct(current));
	WRITE_ONCE(turn->state, KMST_TURN_RUNNING);
}

/**
 * kmst_turn_end() - The command is over, and its answer is there.
 * @turn: it
 *
 * Context: any that may sleep. The caller holds the lock.
 */
void kmst_turn_end(struct kmst_turn *turn)
{
	lockdep_assert_held(&turn->lock);

	turn->done_at = jiffies;
	WRITE_ONCE(turn->state, KMST_TURN_DONE);
	wake_up_all(&turn->wait);
}

/**
 * kmst_turn_answered() - The writer has its answer.
 * @turn: KMST_TURN_OVER
 *
 * Context: the writer's system call, may sleep. The caller holds the lock.
 */
void kmst_turn_answered(struct kmst_turn *turn)
{
	lockdep_assert_held(&turn->lock);

	forget_writer(turn);
	wake_up_all(&turn->wait);
}

static bool is_over(const struct kmst_turn *turn)
{
	return READ_ONCE(turn->state) != KMST_TURN_RUNNING;
}

static bool is_of_current(const struct kmst_turn *turn)
{
	return READ_ONCE(turn->writer) == current;
}

static bool is_worth_asking(const struct kmst_turn *turn)
{
	return is_over(turn) && (!READ_ONCE(turn->writer) || is_of_current(turn));
}

/* Who is killed ends its own command, and no other that began meanwhile. */
static int give_up_own(struct kmst_turn *turn, bool (*give_up)(struct kmst_turn *turn))
{
	scoped_guard(mutex, &turn->lock) {
		if (!is_of_current(turn))
			return -EINTR;
		if (!is_over(turn) && !give_up(turn))
			return -EINTR;
	}
	wait_event(turn->wait, is_over(turn) || !is_of_current(turn));
	return is_of_current(turn) ? 0 : -EINTR;
}

/**
 * kmst_turn_wait() - Wait until it is worth while to ask again.
 * @turn:    KMST_TURN_OWN or KMST_TURN_OTHERS
 * @give_up: called with the lock held, if the caller was killed and its command runs: tells
 *           that to end, and returns true if that will not take long
 *
 * Context: a program's system call, which may be made again; sleeps. The caller does not hold
 * the lock.
 * Return: 0 to ask again, -ERESTARTNOINTR if the call is to be made again, -EINTR if the
 * caller was killed and has no answer to wait for.
 */
int kmst_turn_wait(struct kmst_turn *turn, bool (*give_up)(struct kmst_turn *turn))
{
	/* io_uring does not make calls again; rmdir has to wait for its workers */
	bool is_restarted = !(current->flags & PF_IO_WORKER);
	long left;

	left = wait_event_killable_timeout(turn->wait, is_worth_asking(turn),
					   is_restarted ? kmst_turn_slice() :
							  MAX_SCHEDULE_TIMEOUT);
	if (left > 0)
		return 0;
	return left ? give_up_own(turn, give_up) : restart_syscall();
}
