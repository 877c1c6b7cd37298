/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 4: an arena with a life: a thread that fills it, sleeps, and verifies it.
 *
 * Lock order: kmst_session.lock is taken first and is the only lock here. It is
 * held while the thread starts and while it stops, so the thread never takes it.
 * kmst_session_close() asks for an end before it takes the lock: it does not
 * wait for a fill to finish, only for the next point where the fill looks.
 */
#ifndef KMEM_STUDIO_SESSION_H
#define KMEM_STUDIO_SESSION_H

#include <linux/completion.h>
#include <linux/mutex.h>
#include <linux/wait.h>

#include "arena.h"
#include "cancel.h"
#include "verify.h"

struct kmst_session;
struct task_struct;

/**
 * struct kmst_session_ops - what a front end wants to be told
 * @hello:    the thread runs and is about to allocate; @config is what it goes by
 * @filled:   every word of @arena is written
 * @verified: @arena was verified before it is freed; @err is 0 or -EILSEQ
 *
 * All are called from the session's thread, and may sleep.
 */
struct kmst_session_ops {
	void (*hello)(struct kmst_session *session,
		      const struct kmst_arena_config *config);
	void (*filled)(struct kmst_session *session,
		       const struct kmst_arena *arena);
	void (*verified)(struct kmst_session *session,
			 const struct kmst_arena *arena,
			 const struct kmst_report *report, int err);
};

/**
 * struct kmst_session - one arena at a time, and its thread
 * @lock:      serialises start, restart, stop and close
 * @ops:       whom to tell, constant
 * @config:    what the live arena is; written under @lock while no thread runs
 * @task:      the thread, NULL when idle; @lock
 * @arena:     the live arena, NULL when idle; written by the thread before
 *             @started and after it was told to stop, read under @lock
 * @started:   the thread has filled its arena, or failed to
 * @start_err: 0 or what failed; valid after @started
 * @why:       the limit that failed it; valid after @started
 * @report:    the last verification; valid after the thread ended
 * @wake:      where the thread sleeps until kthread_stop() wakes it
 * @cancel:    tells a start to give up
 */
struct kmst_session {
	struct mutex			lock;	/* start, restart, stop, close */
	const struct kmst_session_ops	*ops;
	struct kmst_arena_config	config;
	struct task_struct		*task;
	struct kmst_arena		*arena;
	struct completion		started;
	int				start_err;
	struct kmst_refusal		why;
	struct kmst_report		report;
	wait_queue_head_t		wake;
	struct kmst_cancel		cancel;
};

void kmst_session_init(struct kmst_session *session,
		       const struct kmst_session_ops *ops);
int kmst_session_check(struct kmst_session *session,
		       const struct kmst_arena_config *config,
		       struct kmst_refusal *why);
int kmst_session_restart(struct kmst_session *session,
			 const struct kmst_arena_config *config,
			 struct kmst_refusal *why);
int kmst_session_stop(struct kmst_session *session);
int kmst_session_close(struct kmst_session *session);
unsigned int kmst_session_nr_structs(struct kmst_session *session);

#endif /* KMEM_STUDIO_SESSION_H */
