/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 4: what a session consists of.
 *
 * Lock order:
 *
 *   kmst_session.lock         a start, restart, verify, corrupt, stop or close at a time
 *     kmst_session.words      the words of the arena
 *       kmst_share.lock       its device
 *         kmst_chardev.lock   the device's name and number
 *         the locks of the registry and the ledger
 *     holders_lock            who may give way (giveway.c); the OOM killer has its own above it
 *       kmst_record.lock      figures, and kmst_session.arena
 *
 * kmst_pressure.lock is above the ledger's, and above holders_lock with what is below that;
 * who is asked to give way, under holders_lock, only tries to take it.
 * kmst_chardev.split_lock is taken under a process's mmap_lock, and has none below it.
 *
 * @lock is held while the thread starts, and while its end is waited for, so the thread
 * never takes it. Readers do not take it either, and so do not wait for a fill. Who waits
 * for @lock or @words and gets a signal is asked to come again (-ERESTARTNOINTR), which a
 * program does not see; only a fatal signal ends the wait for a fill or for a stop, or
 * kmst_session_interrupt(), where a work item waits for a program.
 */
#ifndef KMEM_STUDIO_SESSION_STATE_H
#define KMEM_STUDIO_SESSION_STATE_H

#include <linux/bitops.h>
#include <linux/completion.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "arena.h"
#include "cancel.h"
#include "giveway.h"
#include "results.h"
#include "share.h"
#include "verify.h"

struct kmst_session;
struct task_struct;

/**
 * struct kmst_session_config - what a session is to do
 * @arena:          the arena that it is to have
 * @scrub_ms:       time between two verifications by the thread, 0 for none, in ms
 * @max_mismatches: bad words that a verification locates; all are counted
 * @give_way:       give the arena back rather than have programs killed for memory
 */
struct kmst_session_config {
	struct kmst_arena_config	arena;
	unsigned int			scrub_ms;
	unsigned int			max_mismatches;
	bool				give_way;
};

/**
 * struct kmst_session_ops - what a front end has to say
 * @hello:    the thread runs and is about to allocate; may be NULL
 * @filled:   every word of @arena is written
 * @verified: @arena was verified, by a scrub if @scrub; @err is 0, -EILSEQ, or -EINTR if
 *            it was given up
 * @lost:     the arena, of @nr_pages, was given back as memory ran out, and was not verified
 *
 * All may sleep, and are called from the session's thread; @verified also from the caller of
 * kmst_session_verify(). @filled and @verified are called with kmst_session.words held.
 */
struct kmst_session_ops {
	void (*hello)(struct kmst_session *session,
		      const struct kmst_arena_config *config);
	void (*filled)(struct kmst_session *session,
		       const struct kmst_arena *arena);
	void (*verified)(struct kmst_session *session,
			 const struct kmst_arena *arena,
			 const struct kmst_report *report, bool scrub, int err);
	void (*lost)(struct kmst_session *session, unsigned long nr_pages);
};

/**
 * struct kmst_session - one arena at a time, and its thread
 * @lock:        serialises the calls below that start or stop, verify or corrupt
 * @words:       who fills, verifies, corrupts or frees the arena holds it; @report
 * @ops:         the front end, constant
 * @thread_name: what the thread is called, constant
 * @owner:       cookie that its arenas carry, constant
 * @config:      what the arena is; written under @lock while no thread runs
 * @task:        the thread, also after it has ended, NULL when idle; @lock
 * @started:     the thread has filled its arena, or failed to
 * @ended:       the thread has let go of its arena, and is about to end
 * @start_err:   0 or what failed; valid after @started
 * @why:         the limit that failed it; valid after @started
 * @wake:        where the thread sleeps until @end tells it to stop
 * @end:         tells the thread to end, and a scrub to give up
 * @cancel:      the same, and tells a start or a verification that somebody asked for to give
 *               up, as that one is gone
 * @arena:       the live arena, NULL for none; written by the thread, with @words and the
 *               lock of @record. One of the two is enough to read it
 * @report:      the last verification; a new one for each start
 * @record:      figures of the run
 * @share:       the device of the arena
 * @holder:      to give way
 * @given:       the thread has nothing to give, or not any more
 * @scrubs:      the thread verifies by itself, and is nice; the lock of @record
 */
struct kmst_session {
	struct mutex			lock;	/* see above */
	struct mutex			words;	/* see above */
	const struct kmst_session_ops	*ops;
	const char			*thread_name;
	u64				owner;
	struct kmst_session_config	config;
	struct task_struct		*task;
	struct completion		started;
	struct completion		ended;
	int				start_err;
	struct kmst_refusal		why;
	wait_queue_head_t		wake;
	struct kmst_cancel		end;
	struct kmst_cancel		cancel;
	struct kmst_arena		*arena;
	struct kmst_report		*report;
	struct kmst_record		record;
	struct kmst_share		share;
	struct kmst_holder		holder;
	bool				given;
	bool				scrubs;
};

/**
 * kmst_session_told() - See whether a session was told something.
 * @session: the session
 * @reason:  what
 *
 * Context: any.
 * Return: true if it was.
 */
static inline bool kmst_session_told(const struct kmst_session *session,
				     enum kmst_cancel_reason reason)
{
	/* whichever of them made the caller give up */
	return test_bit(reason, &session->end.reasons) ||
	       test_bit(reason, &session->cancel.reasons);
}

/**
 * kmst_session_hurry() - Let a scrub that others wait for be nice no more.
 * @session: the session
 *
 * Context: any, does not sleep. Takes the lock of the record: the thread stays in its scrub.
 */
static inline void kmst_session_hurry(struct kmst_session *session)
{
	spin_lock(&session->record.lock);
	if (session->scrubs)
		set_user_nice(session->task, 0);
	spin_unlock(&session->record.lock);
}

/**
 * kmst_session_tell() - Tell a session something; its thread wakes up for it.
 * @session: the session
 * @reason:  what
 *
 * Context: any, does not sleep. Takes the lock of the record.
 */
static inline void kmst_session_tell(struct kmst_session *session,
				     enum kmst_cancel_reason reason)
{
	set_bit(reason, &session->end.reasons);
	set_bit(reason, &session->cancel.reasons);
	wake_up(&session->wake);
	kmst_session_hurry(session);
}

#endif /* KMEM_STUDIO_SESSION_STATE_H */
