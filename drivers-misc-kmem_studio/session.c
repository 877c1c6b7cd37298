// SPDX-License-Identifier: GPL-2.0
/*
 * A session's thread allocates and fills an arena, sleeps until it is told to stop,
 * verifies every word, frees the arena and ends. Meanwhile it may verify the arena
 * each time a period is over: that is a scrub.
 */
#include <linux/bitops.h>
#include <linux/cleanup.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/nodemask.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/string.h>

#include "session.h"
#include "trace.h"

/* The bit of a word that kmst_session_corrupt() flips. */
#define CORRUPT_MASK	BIT(0)

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
	session->owner = kmst_arena_new_owner();
	mutex_init(&session->lock);
	mutex_init(&session->words);
	spin_lock_init(&session->results_lock);
	init_completion(&session->started);
	init_waitqueue_head(&session->wake);
}

static u64 ns_since(u64 begin)
{
	return ktime_get_ns() - begin;
}

static void begin_results(struct kmst_session *session)
{
	struct kmst_plan plan;
	int nid;

	kmst_plan_init(&plan, session->config.arena.nr_structs, PAGE_SHIFT);
	for_each_online_node(nid)
		WRITE_ONCE(session->node_pages[nid], 0);

	spin_lock(&session->results_lock);
	session->results = (struct kmst_results){
		.state		 = KMST_STATE_STARTING,
		.order		 = plan.order,
		.bytes_requested = plan.bytes,
	};
	spin_unlock(&session->results_lock);
}

static void note_arena(struct kmst_session *session, const struct kmst_arena *arena)
{
	struct kmst_results *results = &session->results;

	kmst_arena_count_nodes(arena, session->node_pages);

	spin_lock(&session->results_lock);
	results->nr_pages = arena->nr_pages;
	results->nr_spans = kmst_arena_nr_spans(arena);
	results->bytes_allocated = arena->spans.bytes;
	results->alloc_ns = arena->alloc_ns;
	spin_unlock(&session->results_lock);
}

static void note_filled(struct kmst_session *session, u64 fill_ns)
{
	spin_lock(&session->results_lock);
	session->results.fill_ns = fill_ns;
	spin_unlock(&session->results_lock);
}

static void note_state(struct kmst_session *session, enum kmst_state state, int err)
{
	spin_lock(&session->results_lock);
	session->results.state = state;
	session->results.error = err;
	spin_unlock(&session->results_lock);
}

static void note_verified(struct kmst_session *session, u64 verify_ns, int err)
{
	struct kmst_results *results = &session->results;
	struct kmst_report *report = session->report;

	spin_lock(&session->results_lock);
	results->error = err;
	/* what was given up says nothing about the words that it has not seen */
	if (!err || err == -EILSEQ) {
		results->state = err ? KMST_STATE_CORRUPT : KMST_STATE_LIVE;
		results->words_verified = report->words + report->guards;
		results->mismatches = report->mismatches;
		results->poisoned = report->poisoned;
		results->cached = report->cached;
		results->verify_ns = verify_ns;
		results->verifications++;
	}
	spin_unlock(&session->results_lock);
}

static void note_freed(struct kmst_session *session, u64 free_ns)
{
	spin_lock(&session->results_lock);
	session->results.free_ns = free_ns;
	spin_unlock(&session->results_lock);
}

static u64 note_scrub(struct kmst_session *session)
{
	u64 scrubs;

	spin_lock(&session->results_lock);
	scrubs = ++session->results.scrubs;
	spin_unlock(&session->results_lock);
	return scrubs;
}

static struct kmst_arena *create_arena(struct kmst_session *session)
{
	struct kmst_arena *arena;

	arena = kmst_arena_create(&session->config.arena, &session->cancel, &session->why);
	if (!IS_ERR(arena))
		note_arena(session, arena);
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
	note_filled(session, ns_since(begin));
	session->ops->filled(session, arena);
	return 0;
}

/* Whoever still has the arena keeps its memory; it is counted as held then. */
static void free_arena(struct kmst_session *session, struct kmst_arena *arena)
{
	u64 begin = ktime_get_ns();

	kmst_arena_retire(arena);
	kmst_arena_put(arena);
	note_freed(session, ns_since(begin));
}

static int publish_arena(struct kmst_session *session, struct kmst_arena *arena)
{
	int err = 0;

	if (session->ops->publish)
		err = session->ops->publish(session, arena);
	if (err)
		session->why = (struct kmst_refusal){ .limit = KMST_LIMIT_PUBLISH };
	return err;
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
	spin_lock(&session->results_lock);
	session->arena = arena;
	spin_unlock(&session->results_lock);
}

static void retire_arena(struct kmst_session *session, struct kmst_arena *arena)
{
	if (session->ops->retire)
		session->ops->retire(session, arena);
	set_arena(session, NULL);
	free_arena(session, arena);
}

static int verify_locked(struct kmst_session *session, const struct kmst_arena *arena,
			 bool scrub, const struct kmst_cancel *cancel)
{
	u64 begin = ktime_get_ns();
	int err;

	lockdep_assert_held(&session->words);

	err = kmst_verify_check(arena, session->report, cancel);
	note_verified(session, ns_since(begin), err);
	session->ops->verified(session, arena, session->report, scrub, err);
	return err;
}

/* The answer is owed: no request to give up ends this early. */
static int verify_at_end(struct kmst_session *session, const struct kmst_arena *arena)
{
	guard(mutex)(&session->words);

	return verify_locked(session, arena, false, NULL);
}

static void scrub(struct kmst_session *session, const struct kmst_arena *arena)
{
	u64 scrubs;
	int err;

	guard(mutex)(&session->words);

	err = verify_locked(session, arena, true, &session->cancel);
	/* told to stop: the verification at the end says what is to be said */
	if (err == -EINTR)
		return;
	scrubs = note_scrub(session);
	trace_kmst_scrub(arena->name, scrubs, session->report->mismatches, err);
}

/* kthread_stop() wakes the thread; nothing else ends its sleep before a period does. */
static void sleep_until_stopped(struct kmst_session *session,
				const struct kmst_arena *arena)
{
	unsigned long period = msecs_to_jiffies(session->config.scrub_ms);

	while (!kthread_should_stop()) {
		if (!period) {
			wait_event_interruptible(session->wake, kthread_should_stop());
			continue;
		}
		wait_event_interruptible_timeout(session->wake, kthread_should_stop(),
						 period);
		if (!kthread_should_stop())
			scrub(session, arena);
	}
}

static int session_thread(void *data)
{
	struct kmst_session *session = data;
	struct kmst_arena *arena;
	int err;

	session->ops->hello(session, &session->config.arena);
	arena = create_ready_arena(session);
	session->start_err = PTR_ERR_OR_ZERO(arena);
	note_state(session, IS_ERR(arena) ? KMST_STATE_IDLE : KMST_STATE_LIVE,
		   session->start_err);
	if (IS_ERR(arena)) {
		/* Ending early is safe: the starter holds a task reference. */
		complete(&session->started);
		return PTR_ERR(arena);
	}

	set_arena(session, arena);
	complete(&session->started);
	sleep_until_stopped(session, arena);

	err = verify_at_end(session, arena);
	retire_arena(session, arena);
	note_state(session, KMST_STATE_IDLE, err);
	return err;
}

/* End the thread and wait until it has left the driver's code. */
static int join_thread(struct kmst_session *session)
{
	struct task_struct *task = session->task;

	lockdep_assert_held(&session->lock);

	/* a scrub that runs is not waited for */
	set_bit(KMST_CANCEL_STOPPED, &session->cancel.reasons);
	session->task = NULL;
	return kthread_stop_put(task);
}

/*
 * Wait for the fill, and give it up if whoever waits gets a signal. A fill that
 * won the race against the signal counts as done. Suspending the machine is such a
 * signal: a task that is frozen must hold no lock, and this one does.
 */
static void wait_started(struct kmst_session *session)
{
	if (!wait_for_completion_interruptible(&session->started))
		return;
	set_bit(KMST_CANCEL_INTERRUPTED, &session->cancel.reasons);
	wait_for_completion(&session->started);
	clear_bit(KMST_CANCEL_INTERRUPTED, &session->cancel.reasons);
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

	task = kthread_create(session_thread, session, "%s", session->thread_name);
	if (IS_ERR(task))
		return PTR_ERR(task);
	session->task = get_task_struct(task);
	wake_up_process(task);

	wait_started(session);
	if (session->start_err)
		join_thread(session);
	return session->start_err;
}

static int start_locked(struct kmst_session *session,
			const struct kmst_session_config *config,
			struct kmst_refusal *why)
{
	int err;

	lockdep_assert_held(&session->lock);

	/* the closed bit is for good, and makes the thread give up at once */
	clear_bit(KMST_CANCEL_STOPPED, &session->cancel.reasons);
	reinit_completion(&session->started);
	session->config = *config;
	session->config.arena.owner = session->owner;
	session->why = (struct kmst_refusal){};

	begin_results(session);
	err = new_report(session, config->max_mismatches);
	if (!err)
		err = run_thread(session);
	if (err)
		note_state(session, KMST_STATE_IDLE, err);
	*why = session->why;
	trace_kmst_live(config->arena.name, true, err);
	return err;
}

static int stop_locked(struct kmst_session *session)
{
	int err;

	lockdep_assert_held(&session->lock);

	if (!session->task)
		return 0;
	err = join_thread(session);
	trace_kmst_live(session->config.arena.name, false, err);
	return err;
}

static int check_locked(struct kmst_session *session,
			const struct kmst_session_config *config,
			struct kmst_refusal *why)
{
	const struct kmst_arena *old = session->arena;

	lockdep_assert_held(&session->lock);

	*why = (struct kmst_refusal){};
	if (test_bit(KMST_CANCEL_CLOSED, &session->cancel.reasons))
		return -ENODEV;
	/* who reads a table of the arena, or has its device open, would keep its memory */
	if (old && kref_read(&old->ref) != 1)
		old = NULL;
	return kmst_arena_check(&config->arena, old, why);
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
		       const struct kmst_session_config *config,
		       struct kmst_refusal *why)
{
	guard(mutex)(&session->lock);

	return check_locked(session, config, why);
}

/**
 * kmst_session_start() - Start an arena where there is none.
 * @session: the session
 * @config:  what the arena is to be
 * @why:     gets the limit in the way, if one is
 *
 * Context: process context, sleeps until the arena is filled. Takes the session's
 * lock. A signal makes the fill give up.
 * Return: 0, -EBUSY if an arena is live, else as kmst_session_restart() but for
 * -EILSEQ.
 */
int kmst_session_start(struct kmst_session *session,
		       const struct kmst_session_config *config,
		       struct kmst_refusal *why)
{
	int err;

	guard(mutex)(&session->lock);

	*why = (struct kmst_refusal){};
	if (session->task)
		return -EBUSY;
	err = check_locked(session, config, why);
	if (err) {
		note_state(session, KMST_STATE_IDLE, err);
		return err;
	}
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
 * session's lock. A signal makes the fill give up.
 * Return: 0, -ENODEV after kmst_session_close(), -EILSEQ if the old arena was
 * found corrupt (it is freed, and no new one started), -EINTR if the fill was
 * given up, else as kmst_arena_create() or kthread_create().
 */
int kmst_session_restart(struct kmst_session *session,
			 const struct kmst_session_config *config,
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
	return start_locked(session, config, why);
}

/**
 * kmst_session_verify() - Verify the live arena, which stays live.
 * @session: the session
 *
 * Context: process context, sleeps. Takes the session's locks. A signal makes it
 * stop waiting for them; a fatal one, or kmst_session_close(), ends the verification.
 * Return: 0, -EILSEQ if the arena was found corrupt, -EINTR if it was given up,
 * -ENODEV if there is none.
 */
int kmst_session_verify(struct kmst_session *session)
{
	scoped_cond_guard(mutex_intr, return -EINTR, &session->lock) {
		if (!session->arena)
			return -ENODEV;
		scoped_cond_guard(mutex_intr, return -EINTR, &session->words)
			return verify_locked(session, session->arena, false,
					     &session->cancel);
	}
	return -EINTR;
}

/**
 * kmst_session_corrupt() - Flip one bit of the live arena.
 * @session: the session
 * @word:    number of the word; those beyond the objects are guard words
 *
 * Context: process context, may sleep. Takes the session's locks.
 * Return: 0, -ERANGE if the arena has no such word, -EINTR if a signal came while it
 * waited for its turn, -ENODEV if there is no arena.
 */
int kmst_session_corrupt(struct kmst_session *session, u64 word)
{
	scoped_cond_guard(mutex_intr, return -EINTR, &session->lock) {
		if (!session->arena)
			return -ENODEV;
		scoped_cond_guard(mutex_intr, return -EINTR, &session->words)
			return kmst_verify_corrupt(session->arena, word, CORRUPT_MASK);
	}
	return -EINTR;
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
	int err;

	set_bit(KMST_CANCEL_CLOSED, &session->cancel.reasons);

	guard(mutex)(&session->lock);

	err = stop_locked(session);
	kmst_report_free(session->report);
	session->report = NULL;
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

	spin_lock(&session->results_lock);
	arena = session->arena;
	if (arena)
		kmst_arena_get(arena);
	spin_unlock(&session->results_lock);
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
	return kmst_arenas_held(session->owner);
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
	spin_lock(&session->results_lock);
	*results = session->results;
	spin_unlock(&session->results_lock);
}
