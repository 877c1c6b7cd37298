// SPDX-License-Identifier: GPL-2.0
/*
 * A session's thread: it allocates and fills an arena, sleeps until it is told to stop,
 * verifies every word, frees the arena and ends. Meanwhile it verifies the arena each
 * time a period is over: that is a scrub.
 */
#include <linux/bitops.h>
#include <linux/cleanup.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/sched.h>

#include "session_oom.h"
#include "session_state.h"
#include "session_thread.h"
#include "trace.h"

/* While it scrubs, a thread leaves the CPU to all others. */
#define SCRUB_NICE	MAX_NICE

static u64 ns_since(u64 begin)
{
	return ktime_get_ns() - begin;
}

/* --- start --- */

static struct kmst_arena *create_arena(struct kmst_session *session)
{
	struct kmst_arena *arena;

	arena = kmst_arena_create(&session->config.arena, &session->cancel, &session->why);
	if (!IS_ERR(arena))
		kmst_record_arena(&session->record, arena);
	return arena;
}

static int fill_arena(struct kmst_session *session, const struct kmst_arena *arena)
{
	u64 begin = ktime_get_ns();
	int err;

	guard(mutex)(&session->words);

	err = kmst_verify_fill(arena, &session->cancel);
	if (err)
		return err;
	kmst_record_filled(&session->record, ns_since(begin));
	session->ops->filled(session, arena);
	return 0;
}

static int publish_arena(struct kmst_session *session, struct kmst_arena *arena)
{
	int err = kmst_share_publish(&session->share, arena);

	if (err)
		session->why = (struct kmst_refusal){ .limit = KMST_LIMIT_PUBLISH };
	return err;
}

/* Other users keep the memory, which is counted as held then. */
static void free_arena(struct kmst_session *session, struct kmst_arena *arena)
{
	u64 begin = ktime_get_ns();

	kmst_registry_retire(&arena->entry);
	kmst_arena_put(arena);
	kmst_record_freed(&session->record, ns_since(begin));
}

static struct kmst_arena *create_ready_arena(struct kmst_session *session)
{
	struct kmst_arena *arena;
	int err;

	arena = create_arena(session);
	if (IS_ERR(arena))
		return arena;

	err = fill_arena(session, arena);
	if (!err)
		err = publish_arena(session, arena);
	if (err) {
		free_arena(session, arena);
		return ERR_PTR(err);
	}
	return arena;
}

static void set_arena(struct kmst_session *session, struct kmst_arena *arena)
{
	lockdep_assert_held(&session->words);

	spin_lock(&session->record.lock);
	session->arena = arena;
	spin_unlock(&session->record.lock);
}

/* --- live --- */

static bool is_told_to_end(const struct kmst_session *session)
{
	return kthread_should_stop() ||
	       READ_ONCE(session->end.reasons);
}

/**
 * kmst_session_verify_words() - Verify a session's arena.
 * @session: the session
 * @arena:   its arena
 * @scrub:   its thread does so by itself
 * @cancel:  request to give up, or NULL
 *
 * Context: process context, sleeps. The caller holds kmst_session.words.
 * Return: as kmst_verify_check().
 */
int kmst_session_verify_words(struct kmst_session *session, const struct kmst_arena *arena,
			      bool scrub, const struct kmst_cancel *cancel)
{
	u64 begin = ktime_get_ns();
	int err;

	lockdep_assert_held(&session->words);

	err = kmst_verify_check(arena, session->report, cancel);
	kmst_record_verified(&session->record, session->report, ns_since(begin), err);
	kmst_share_note(&session->share, err);
	session->ops->verified(session, arena, session->report, scrub, err);
	return err;
}

static void set_scrubs(struct kmst_session *session, bool scrubs, int nice)
{
	spin_lock(&session->record.lock);
	session->scrubs = scrubs;
	set_user_nice(current, nice);
	spin_unlock(&session->record.lock);
}

static void scrub(struct kmst_session *session, const struct kmst_arena *arena)
{
	const int nice = task_nice(current);
	u64 mismatches, scrubs;
	int err;

	/* who has the words verifies them, for as long as that takes, or corrupts one */
	if (!mutex_trylock(&session->words))
		return;
	set_scrubs(session, true, SCRUB_NICE);
	err = kmst_session_verify_words(session, arena, true, &session->end);
	set_scrubs(session, false, nice);
	mismatches = session->report->mismatches;
	mutex_unlock(&session->words);
	/* told to stop: the verification at the end reports */
	if (err == -EINTR)
		return;
	scrubs = kmst_record_scrub(&session->record);
	trace_kmst_scrub(arena->name, scrubs, mismatches, err);
}

static void sleep_until_told(struct kmst_session *session, const struct kmst_arena *arena)
{
	unsigned long period = msecs_to_jiffies(session->config.scrub_ms);

	while (!is_told_to_end(session)) {
		if (!period) {
			wait_event_interruptible(session->wake, is_told_to_end(session));
			continue;
		}
		wait_event_interruptible_timeout(session->wake, is_told_to_end(session),
						 period);
		if (!is_told_to_end(session))
			scrub(session, arena);
	}
}

/* --- end --- */

/*
 * Give way. Whoever triggered the OOM killer waits for this memory: do nothing that may
 * allocate before it is free.
 */
static int give_arena_back(struct kmst_session *session, struct kmst_arena *arena)
{
	unsigned long nr_pages = arena->memory.nr_pages;

	scoped_guard(mutex, &session->words) {
		set_arena(session, NULL);
		kmst_share_hide(&session->share);
		free_arena(session, arena);
		/* a verification that waits for the words is told why there are none */
		kmst_record_state(&session->record, KMST_STATE_LOST, -ENOMEM);
	}
	kmst_session_has_given(session);
	kmst_share_retire(&session->share);
	session->ops->lost(session, nr_pages);
	return -ENOMEM;
}

/* A stop owes an answer: this verification cannot be cancelled. */
static int verify_and_free(struct kmst_session *session, struct kmst_arena *arena)
{
	int err;

	guard(mutex)(&session->words);

	err = kmst_session_verify_words(session, arena, false, NULL);
	set_arena(session, NULL);
	kmst_share_retire(&session->share);
	free_arena(session, arena);
	return err;
}

static int end_arena(struct kmst_session *session, struct kmst_arena *arena)
{
	int err;

	if (kmst_session_told(session, KMST_CANCEL_LOST))
		return give_arena_back(session, arena);
	err = verify_and_free(session, arena);
	kmst_record_state(&session->record, KMST_STATE_IDLE, err);
	return err;
}

/* A start that failed has freed everything. One that was told to give way fails for memory. */
static int start_failed(struct kmst_session *session, int err)
{
	/* wakes the OOM notifier, which asks no more */
	kmst_session_oom_del(session);
	if (err == -EINTR && kmst_session_told(session, KMST_CANCEL_LOST))
		err = -ENOMEM;
	kmst_record_state(&session->record, KMST_STATE_IDLE, err);
	return err;
}

static int live_and_end(struct kmst_session *session)
{
	struct kmst_arena *arena;

	if (session->ops->hello)
		session->ops->hello(session, &session->config.arena);
	arena = create_ready_arena(session);
	session->start_err = IS_ERR(arena) ? start_failed(session, PTR_ERR(arena)) : 0;
	if (IS_ERR(arena)) {
		complete(&session->started);
		return session->start_err;
	}
	/* before the state: who reads that it is live finds the arena */
	scoped_guard(mutex, &session->words)
		set_arena(session, arena);
	kmst_record_state(&session->record, KMST_STATE_LIVE, 0);
	complete(&session->started);
	sleep_until_told(session, arena);
	return end_arena(session, arena);
}

/**
 * kmst_session_thread() - The thread of a session, from its start to its end.
 * @data: the session
 *
 * To return before anybody joins it is safe: the starter holds a reference to the task.
 *
 * Context: a thread of its own.
 * Return: what the start or the stop returns.
 */
int kmst_session_thread(void *data)
{
	struct kmst_session *session = data;
	int err;

	kmst_session_oom_add(session);
	err = live_and_end(session);
	kmst_session_oom_del(session);
	complete(&session->ended);
	return err;
}
