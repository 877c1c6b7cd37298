// SPDX-License-Identifier: GPL-2.0
/*
 * Sessions, as their front ends see them. The thread that is started and stopped here is in
 * session_thread.c.
 */
#include <linux/bitops.h>
#include <linux/cleanup.h>
#include <linux/kthread.h>
#include <linux/lockdep.h>
#include <linux/nodemask.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/string.h>

#include "session.h"
#include "session_oom.h"
#include "session_thread.h"
#include "trace.h"

/* The bit of a word that kmst_session_corrupt() flips. */
#define CORRUPT_MASK	BIT(0)

/*
 * The wait for a fill or a stop is freezable, although locks of sysfs are held: hence UNSAFE.
 */
#define WAIT_STATE	(TASK_KILLABLE | TASK_FREEZABLE_UNSAFE)

/* However long an arena is verified: no hang, as kthread_stop() is, nor in a suspend's way. */
#define JOIN_STATE	(TASK_IDLE | TASK_FREEZABLE_UNSAFE)

/**
 * kmst_session_init() - Prepare an idle session.
 * @session:     the session
 * @ops:         whom to tell; stays valid as long as @session
 * @thread_name: what its thread is called; stays valid as long as @session
 *
 * Context: any.
 */
void kmst_session_init(struct kmst_session *session,
		       const struct kmst_session_ops *ops, const char *thread_name)
{
	memset(session, 0, sizeof(*session));
	session->ops = ops;
	session->thread_name = thread_name;
	session->owner = kmst_registry_new_owner();
	mutex_init(&session->lock);
	mutex_init(&session->words);
	spin_lock_init(&session->record.lock);
	mutex_init(&session->share.lock);
	kmst_session_oom_init(session);
	init_completion(&session->started);
	init_completion(&session->ended);
	init_waitqueue_head(&session->wake);
}

/**
 * kmst_session_open() - Let users in to live arenas: they get a device.
 * @session: the session
 *
 * Context: process context, may sleep.
 * Return: as kmst_share_open().
 */
int kmst_session_open(struct kmst_session *session)
{
	return kmst_share_open(&session->share);
}

/* --- start and stop --- */

/* What an arena that has ended was told. CLOSED is for good. */
static void forget_what_was_told(struct kmst_session *session)
{
	lockdep_assert_held(&session->lock);

	clear_bit(KMST_CANCEL_STOPPED, &session->cancel.reasons);
	clear_bit(KMST_CANCEL_LOST, &session->cancel.reasons);
	clear_bit(KMST_CANCEL_STOPPED, &session->end.reasons);
	clear_bit(KMST_CANCEL_LOST, &session->end.reasons);
}

/* Join the thread, which has been told to end, or has ended. */
static int join_thread(struct kmst_session *session)
{
	int err;

	lockdep_assert_held(&session->lock);

	/* the OOM notifier reads it while the thread runs */
	err = kthread_stop_put(session->task);
	session->task = NULL;
	return err;
}

/*
 * Wait for the fill; a fatal signal makes it give up. A fill that is done by then counts.
 */
static void wait_started(struct kmst_session *session)
{
	if (!wait_for_completion_state(&session->started, WAIT_STATE))
		return;
	set_bit(KMST_CANCEL_INTERRUPTED, &session->cancel.reasons);
	wait_for_completion(&session->started);
}

static int new_report(struct kmst_session *session, unsigned int max_mismatches)
{
	struct kmst_report *report = kmst_report_alloc(max_mismatches);

	lockdep_assert_held(&session->lock);

	if (!report)
		return -ENOMEM;
	kmst_report_free(session->report);
	session->report = report;
	return 0;
}

static int run_thread(struct kmst_session *session)
{
	struct task_struct *task;

	lockdep_assert_held(&session->lock);

	task = kthread_create(kmst_session_thread, session, "%s", session->thread_name);
	if (IS_ERR(task))
		return PTR_ERR(task);
	session->task = get_task_struct(task);
	wake_up_process(task);

	wait_started(session);
	/* it was for this start alone; the fill may have won the race */
	clear_bit(KMST_CANCEL_INTERRUPTED, &session->cancel.reasons);
	if (!session->start_err)
		return 0;
	join_thread(session);
	return session->start_err;
}

static int start_locked(struct kmst_session *session,
			const struct kmst_session_config *config,
			struct kmst_refusal *why)
{
	int err;

	lockdep_assert_held(&session->lock);

	forget_what_was_told(session);
	reinit_completion(&session->started);
	reinit_completion(&session->ended);
	session->config = *config;
	session->config.arena.owner = session->owner;
	session->why = (struct kmst_refusal){};

	kmst_record_begin(&session->record, &config->arena);
	err = new_report(session, config->max_mismatches);
	if (!err)
		err = run_thread(session);
	if (err)
		kmst_record_state(&session->record, KMST_STATE_IDLE, err);
	*why = session->why;
	trace_kmst_live(config->arena.name, true, err);
	return err;
}

/* A caller that is killed leaves the join to whoever comes next. */
static int stop_locked(struct kmst_session *session)
{
	int err;

	lockdep_assert_held(&session->lock);

	if (!session->task)
		return 0;
	/* a scrub that runs is not waited for */
	kmst_session_tell(session, KMST_CANCEL_STOPPED);
	if (wait_for_completion_state(&session->ended, WAIT_STATE))
		return -EINTR;
	err = join_thread(session);
	kmst_record_state(&session->record, KMST_STATE_IDLE, err);
	trace_kmst_live(session->config.arena.name, false, err);
	return err;
}

static int check_locked(struct kmst_session *session,
			const struct kmst_session_config *config,
			const struct kmst_cancel *cancel, struct kmst_refusal *why)
{
	struct kmst_arena *old;
	int err;

	lockdep_assert_held(&session->lock);

	*why = (struct kmst_refusal){};
	if (kmst_session_told(session, KMST_CANCEL_CLOSED))
		return -ENODEV;
	old = kmst_session_arena(session);
	if (!old)
		return kmst_arena_check(&config->arena, NULL, cancel, why);
	/* a user who has a table or the device open would keep the memory */
	err = kmst_arena_check(&config->arena, kmst_arena_users(old) == 2 ? old : NULL, cancel,
			       why);
	kmst_arena_put(old);
	return err;
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
 * Return: 0, -ENODEV after kmst_session_close(), -ERESTARTNOINTR if a signal came while it
 * waited for its turn, else as kmst_arena_check().
 */
int kmst_session_check(struct kmst_session *session,
		       const struct kmst_session_config *config,
		       struct kmst_refusal *why)
{
	*why = (struct kmst_refusal){};
	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &session->lock)
		return check_locked(session, config, NULL, why);
	return -ERESTARTNOINTR;
}

/* Join a thread that gave way, or whose stop was not waited for. */
static void join_ended(struct kmst_session *session)
{
	int err;

	lockdep_assert_held(&session->lock);

	if (!session->task)
		return;
	/* one that gives way ends soon: it shows that before it has ended */
	if (!completion_done(&session->ended) &&
	    (!kmst_session_told(session, KMST_CANCEL_LOST) ||
	     wait_for_completion_killable(&session->ended)))
		return;
	err = join_thread(session);
	trace_kmst_live(session->config.arena.name, false, err);
}

static int start_if_idle(struct kmst_session *session,
			 const struct kmst_session_config *config,
			 struct kmst_refusal *why)
{
	int err;

	lockdep_assert_held(&session->lock);

	join_ended(session);
	if (session->task)
		return -EBUSY;
	forget_what_was_told(session);
	err = check_locked(session, config, &session->cancel, why);
	if (err == -ERESTARTNOINTR)
		return err;
	if (err) {
		/* a run of its own, so that the last run's figures do not stay */
		kmst_record_begin(&session->record, &config->arena);
		kmst_record_state(&session->record, KMST_STATE_IDLE, err);
		return err;
	}
	return start_locked(session, config, why);
}

/**
 * kmst_session_start() - Start an arena where there is none.
 * @session: the session
 * @config:  what the arena is to be
 * @why:     gets the limit in the way, if one is
 *
 * Context: process context, sleeps until the arena is filled. Takes the session's
 * lock. A fatal signal makes the fill give up, and so does kmst_session_interrupt().
 * Return: 0, -EBUSY if an arena is live, else as kmst_session_restart() but for
 * -EILSEQ.
 */
int kmst_session_start(struct kmst_session *session,
		       const struct kmst_session_config *config,
		       struct kmst_refusal *why)
{
	*why = (struct kmst_refusal){};
	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &session->lock)
		return start_if_idle(session, config, why);
	return -ERESTARTNOINTR;
}

static int restart_locked(struct kmst_session *session,
			  const struct kmst_session_config *config,
			  struct kmst_refusal *why)
{
	int err;

	lockdep_assert_held(&session->lock);

	err = check_locked(session, config, NULL, why);
	if (err)
		return err;
	/* no error: the log has told of an arena that gave way */
	join_ended(session);
	err = stop_locked(session);
	if (err)
		return err;
	return start_locked(session, config, why);
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
 * session's lock. A fatal signal makes the fill give up.
 * Return: 0, -ENODEV after kmst_session_close(), -EILSEQ if the old arena was
 * found corrupt (it is freed, and no new one started), -EINTR if the fill was
 * given up, -ERESTARTNOINTR if a signal came while it waited for its turn, -ENOMEM if the
 * memory was needed by others before it was filled, else as kmst_arena_create() or
 * kthread_create().
 */
int kmst_session_restart(struct kmst_session *session,
			 const struct kmst_session_config *config,
			 struct kmst_refusal *why)
{
	*why = (struct kmst_refusal){};
	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &session->lock)
		return restart_locked(session, config, why);
	return -ERESTARTNOINTR;
}

/**
 * kmst_session_interrupt() - Have a start or a verification give up, which others asked for.
 * @session: the session
 *
 * A scrub and a stop do not. kmst_session_go_on() is to follow when that is over.
 *
 * Context: any, does not sleep.
 */
void kmst_session_interrupt(struct kmst_session *session)
{
	set_bit(KMST_CANCEL_INTERRUPTED, &session->cancel.reasons);
}

/**
 * kmst_session_go_on() - What was interrupted is over.
 * @session: the session
 *
 * Context: any, does not sleep. Nobody else interrupts meanwhile.
 */
void kmst_session_go_on(struct kmst_session *session)
{
	clear_bit(KMST_CANCEL_INTERRUPTED, &session->cancel.reasons);
}

/* -ENOMEM for an arena that gave way. */
static int why_no_arena(struct kmst_session *session)
{
	struct kmst_results results;

	kmst_session_results(session, &results);
	return results.state == KMST_STATE_LOST ? -ENOMEM : -ENODEV;
}

static int verify_locked(struct kmst_session *session)
{
	int err;

	lockdep_assert_held(&session->words);

	if (!session->arena)
		return why_no_arena(session);
	err = kmst_session_verify_words(session, session->arena, false, &session->cancel);
	if (err == -EINTR && kmst_session_told(session, KMST_CANCEL_LOST))
		return -ENOMEM;
	return err;
}

/**
 * kmst_session_verify() - Verify the live arena, which stays live.
 * @session: the session
 *
 * Context: process context, sleeps. Takes the session's locks. A fatal signal,
 * kmst_session_interrupt(), or kmst_session_end() ends the verification.
 * Return: 0, -EILSEQ if the arena was found corrupt, -EINTR if it was given up,
 * -ERESTARTNOINTR if a signal came while it waited for its turn, -ENODEV if there is none,
 * -ENOMEM if it was given back as memory ran out.
 */
int kmst_session_verify(struct kmst_session *session)
{
	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &session->lock) {
		kmst_session_hurry(session);
		scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &session->words)
			return verify_locked(session);
	}
	return -ERESTARTNOINTR;
}

static int corrupt_locked(struct kmst_session *session, u64 word)
{
	lockdep_assert_held(&session->words);

	if (!session->arena)
		return why_no_arena(session);
	if (kmst_session_told(session, KMST_CANCEL_INTERRUPTED))
		return -EINTR;
	return kmst_verify_corrupt(session->arena, word, CORRUPT_MASK);
}

/**
 * kmst_session_corrupt() - Flip one bit of the live arena.
 * @session: the session
 * @word:    number of the word; those beyond the objects are guard words
 *
 * Context: process context, may sleep. Takes the session's locks.
 * Return: 0, -ERANGE if the arena has no such word, -ERESTARTNOINTR if a signal came while
 * it waited for its turn, -EINTR after kmst_session_interrupt(), -ENODEV if there is no
 * arena, -ENOMEM if it was given back as memory ran out.
 */
int kmst_session_corrupt(struct kmst_session *session, u64 word)
{
	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &session->lock) {
		kmst_session_hurry(session);
		scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &session->words)
			return corrupt_locked(session, word);
	}
	return -ERESTARTNOINTR;
}

/**
 * kmst_session_stop() - Verify and free the live arena, end the thread.
 * @session: the session, may be idle
 *
 * Context: process context, sleeps for the verification. Takes the session's lock.
 * Return: 0, -EILSEQ if the arena was found corrupt (it is freed either way), -ENOMEM if it
 * was given back before, not verified, -EINTR if the caller was killed while it waited: the
 * arena is verified and freed all the same, -ERESTARTNOINTR if a signal came while it waited
 * for its turn.
 */
int kmst_session_stop(struct kmst_session *session)
{
	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &session->lock)
		return stop_locked(session);
	return -ERESTARTNOINTR;
}

/**
 * kmst_session_end() - Ask for an end, for good, and do not wait for it.
 * @session: the session; kmst_session_close() is to follow
 *
 * No more users are let in. A live arena is verified and freed by its thread.
 *
 * Context: process context, may sleep. Waits for nobody who uses the device.
 */
void kmst_session_end(struct kmst_session *session)
{
	/* first: nobody who needs memory below is to wait for this arena to give way */
	kmst_session_tell(session, KMST_CANCEL_CLOSED);
	kmst_share_close(&session->share);
}

static int close_locked(struct kmst_session *session)
{
	int err = 0;

	lockdep_assert_held(&session->lock);

	if (session->task) {
		wait_for_completion_state(&session->ended, JOIN_STATE);
		err = join_thread(session);
		kmst_record_state(&session->record, KMST_STATE_IDLE, err);
		trace_kmst_live(session->config.arena.name, false, err);
	}
	kmst_report_free(session->report);
	session->report = NULL;
	return err;
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
	int err;

	kmst_session_tell(session, KMST_CANCEL_CLOSED);
	/* a stop may have it for as long: killable is no hang, who is killed waits on */
	if (mutex_lock_killable(&session->lock))
		mutex_lock(&session->lock);
	err = close_locked(session);
	mutex_unlock(&session->lock);
	return err;
}

/**
 * kmst_session_arena() - Get hold of the live arena.
 * @session: the session
 *
 * Its memory stays until the caller lets go of it by kmst_arena_put(), even if the
 * session is stopped before. Does not wait for a fill or a verification that runs.
 *
 * Context: process context, does not wait for anything that takes long.
 * Return: the arena with a reference taken, or NULL when idle.
 */
struct kmst_arena *kmst_session_arena(struct kmst_session *session)
{
	struct kmst_arena *arena;

	spin_lock(&session->record.lock);
	arena = session->arena;
	if (arena)
		kmst_arena_get(arena);
	spin_unlock(&session->record.lock);
	return arena;
}

/**
 * kmst_session_snapshot() - Get hold of the live arena, with the figures of its run.
 * @session: the session
 * @results: gets the figures of the current or the last run
 * @nodes:   gets the pages that each node gave to it, of nr_node_ids nodes
 *
 * As kmst_session_arena() and kmst_session_results(), with no other run in between.
 *
 * Context: process context, does not wait for anything that takes long.
 * Return: the arena with a reference taken, or NULL when idle.
 */
struct kmst_arena *kmst_session_snapshot(struct kmst_session *session,
					 struct kmst_results *results, unsigned long *nodes)
{
	struct kmst_record *record = &session->record;
	struct kmst_arena *arena;

	spin_lock(&record->lock);
	*results = record->results;
	memcpy(nodes, record->node_pages, array_size(nr_node_ids, sizeof(*nodes)));
	arena = session->arena;
	if (arena)
		kmst_arena_get(arena);
	spin_unlock(&record->lock);
	return arena;
}

/**
 * kmst_session_pages_held() - Count what users still hold of runs that have ended.
 * @session: the session
 *
 * Context: process context, may sleep.
 * Return: pages of arenas that were stopped while somebody had them open or mapped.
 */
unsigned long kmst_session_pages_held(const struct kmst_session *session)
{
	return kmst_registry_held(session->owner);
}

/**
 * kmst_session_nr_structs() - Objects of the live arena.
 * @session: the session
 *
 * Does not wait for a fill or a verification that runs.
 *
 * Context: process context, does not wait for anything that takes long.
 * Return: objects, 0 while there is no arena, or none that is filled.
 */
unsigned int kmst_session_nr_structs(struct kmst_session *session)
{
	unsigned int nr;

	spin_lock(&session->record.lock);
	nr = session->arena ? session->arena->plan.nr_structs : 0;
	spin_unlock(&session->record.lock);
	return nr;
}

/**
 * kmst_session_results() - Copy the figures of the current or the last run.
 * @session: the session
 * @results: gets them
 *
 * Does not wait for a fill or a verification that runs.
 *
 * Context: process context, does not wait for anything that takes long.
 */
void kmst_session_results(struct kmst_session *session,
			  struct kmst_results *results)
{
	kmst_record_read(&session->record, results);
}

/**
 * kmst_session_node_pages() - Pages that a NUMA node gave to the current or the last run.
 * @session: the session
 * @nid:     the node, less than MAX_NUMNODES
 *
 * Context: process context, does not wait for anything that takes long.
 * Return: pages.
 */
unsigned long kmst_session_node_pages(struct kmst_session *session, int nid)
{
	return kmst_record_node_pages(&session->record, nid);
}
