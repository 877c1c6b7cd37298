// SPDX-License-Identifier: GPL-2.0
/*
 * A session's thread, k_memory, allocates and fills an arena, sleeps until it is
 * told to stop, verifies every word, frees the arena and ends.
 */
#include <linux/cleanup.h>
#include <linux/kthread.h>
#include <linux/lockdep.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/string.h>

#include "session.h"

/**
 * kmst_session_init() - Prepare an idle session.
 * @session: the session
 * @ops:     whom to tell; stays valid as long as @session
 *
 * Context: any.
 */
void kmst_session_init(struct kmst_session *session,
		       const struct kmst_session_ops *ops)
{
	memset(session, 0, sizeof(*session));
	session->ops = ops;
	mutex_init(&session->lock);
	init_completion(&session->started);
	init_waitqueue_head(&session->wake);
}

static struct kmst_arena *create_filled_arena(struct kmst_session *session)
{
	struct kmst_arena *arena;
	int err;

	arena = kmst_arena_create(&session->config, &session->cancel, &session->why);
	if (IS_ERR(arena))
		return arena;

	err = kmst_verify_fill(arena, &session->cancel);
	if (err) {
		kmst_arena_put(arena);
		return ERR_PTR(err);
	}
	return arena;
}

static int session_thread(void *data)
{
	struct kmst_session *session = data;
	struct kmst_arena *arena;
	int err;

	session->ops->hello(session, &session->config);
	arena = create_filled_arena(session);
	session->start_err = PTR_ERR_OR_ZERO(arena);
	if (IS_ERR(arena)) {
		/* Ending early is safe: the starter holds a task reference. */
		complete(&session->started);
		return PTR_ERR(arena);
	}

	session->ops->filled(session, arena);
	session->arena = arena;
	complete(&session->started);

	/* kthread_stop() wakes the thread; nothing else ends its sleep. */
	while (!kthread_should_stop())
		wait_event_interruptible(session->wake, kthread_should_stop());

	/* The answer is owed: no request to give up ends this early. */
	err = kmst_verify_check(arena, &session->report, NULL);
	session->ops->verified(session, arena, &session->report, err);
	session->arena = NULL;
	kmst_arena_put(arena);
	return err;
}

/* End the thread and wait until it has left the driver's code. */
static int join_thread(struct kmst_session *session)
{
	struct task_struct *task = session->task;

	lockdep_assert_held(&session->lock);

	session->task = NULL;
	return kthread_stop_put(task);
}

/*
 * Wait for the fill, and give it up if whoever waits gets a signal. A fill that
 * won the race against the signal counts as done. Suspending the machine is no
 * signal: the wait goes on afterwards.
 */
static void wait_started(struct kmst_session *session)
{
	if (!wait_for_completion_state(&session->started,
				       TASK_INTERRUPTIBLE | TASK_FREEZABLE))
		return;
	set_bit(KMST_CANCEL_INTERRUPTED, &session->cancel.reasons);
	wait_for_completion(&session->started);
}

static int start_locked(struct kmst_session *session,
			const struct kmst_arena_config *config)
{
	struct task_struct *task;

	lockdep_assert_held(&session->lock);

	/* the other bit is for good, and makes the thread give up at once */
	clear_bit(KMST_CANCEL_INTERRUPTED, &session->cancel.reasons);
	reinit_completion(&session->started);
	session->config = *config;
	session->why = (struct kmst_refusal){};

	task = kthread_create(session_thread, session, "k_memory");
	if (IS_ERR(task))
		return PTR_ERR(task);
	session->task = get_task_struct(task);
	wake_up_process(task);

	wait_started(session);
	if (session->start_err) {
		join_thread(session);
		return session->start_err;
	}
	return 0;
}

static int stop_locked(struct kmst_session *session)
{
	lockdep_assert_held(&session->lock);

	return session->task ? join_thread(session) : 0;
}

static int check_locked(struct kmst_session *session,
			const struct kmst_arena_config *config,
			struct kmst_refusal *why)
{
	unsigned long reusable = 0;

	lockdep_assert_held(&session->lock);

	*why = (struct kmst_refusal){};
	if (test_bit(KMST_CANCEL_CLOSED, &session->cancel.reasons))
		return -ENODEV;
	if (session->arena)
		reusable = session->arena->spans.nr_pages;
	return kmst_arena_check(config, reusable, why);
}

/**
 * kmst_session_check() - See whether an arena could be started.
 * @session: the session
 * @config:  what it is to be
 * @why:     gets the limit in the way
 *
 * The pages of a live arena count as free: a restart gives them back first.
 *
 * Context: process context, may sleep. Takes the session's lock.
 * Return: 0, -ENODEV after kmst_session_close(), else as kmst_arena_check().
 */
int kmst_session_check(struct kmst_session *session,
		       const struct kmst_arena_config *config,
		       struct kmst_refusal *why)
{
	guard(mutex)(&session->lock);

	return check_locked(session, config, why);
}

/**
 * kmst_session_restart() - Stop what is live, then start an arena.
 * @session: the session
 * @config:  what the new arena is to be
 * @why:     gets the limit in the way, if one is
 *
 * What kmst_arena_check() refuses is refused before the live arena is touched,
 * and leaves it live. After that the session is either live with the new arena
 * or idle: the old one has to go first, to make room.
 *
 * Context: process context, sleeps until the new arena is filled. Takes the
 * session's lock. A signal makes the fill give up.
 * Return: 0, -ENODEV after kmst_session_close(), -EILSEQ if the old arena was
 * found corrupt (it is freed, and no new one started), -EINTR if the fill was
 * given up, else as kmst_arena_create() or kthread_create().
 */
int kmst_session_restart(struct kmst_session *session,
			 const struct kmst_arena_config *config,
			 struct kmst_refusal *why)
{
	int err;

	guard(mutex)(&session->lock);

	err = check_locked(session, config, why);
	if (err)
		return err;
	err = stop_locked(session);
	if (err)
		return err;
	err = start_locked(session, config);
	*why = session->why;
	return err;
}

/**
 * kmst_session_stop() - Verify and free the live arena, end the thread.
 * @session: the session, may be idle
 *
 * Context: process context, sleeps for the verification. Takes the session's lock.
 * Return: 0, or -EILSEQ if the arena was found corrupt. It is freed either way.
 */
int kmst_session_stop(struct kmst_session *session)
{
	guard(mutex)(&session->lock);

	return stop_locked(session);
}

/**
 * kmst_session_close() - Stop, for good.
 * @session: the session
 *
 * A start that is under way gives up and returns -EINTR; later ones are refused
 * with -ENODEV. A live arena is verified as by kmst_session_stop().
 *
 * Context: process context, sleeps for the verification. Takes the session's lock.
 * Return: as kmst_session_stop().
 */
int kmst_session_close(struct kmst_session *session)
{
	set_bit(KMST_CANCEL_CLOSED, &session->cancel.reasons);

	return kmst_session_stop(session);
}

/**
 * kmst_session_nr_structs() - Objects of the live arena.
 * @session: the session
 *
 * Context: process context, may sleep. Takes the session's lock.
 * Return: objects, 0 when idle.
 */
unsigned int kmst_session_nr_structs(struct kmst_session *session)
{
	guard(mutex)(&session->lock);

	return session->arena ? session->arena->plan.nr_structs : 0;
}
