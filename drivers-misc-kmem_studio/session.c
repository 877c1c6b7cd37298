// SPDX-License-Identifier: GPL-2.0
/*
 * A session's thread allocates and fills an arena, sleeps until it is told to stop,
 * verifies every word, frees the arena and ends. Meanwhile it may verify the arena
 * each time a period is over: that is a scrub.
 *
 * When the machine runs out of memory, sessions give theirs back before programs are
 * killed for it, the largest first.
 */
#include <linux/bitops.h>
#include <linux/cleanup.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/nodemask.h>
#include <linux/notifier.h>
#include <linux/oom.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/string.h>

#include "session.h"
#include "trace.h"

/* The bit of a word that kmst_session_corrupt() flips. */
#define CORRUPT_MASK	BIT(0)

/* While it scrubs, a thread leaves the CPU to all others. */
#define SCRUB_NICE	MAX_NICE

/* Who waits for a fill or a stop holds locks: of configfs, of sysfs, and the session's. */
#define WAIT_STATE	(TASK_KILLABLE | TASK_FREEZABLE_UNSAFE)

/* Sessions that have a thread: those that may give way. */
static LIST_HEAD(sessions);
static DEFINE_SPINLOCK(sessions_lock);

/* How many have given way, and who waits for one to do so. */
static atomic_t nr_given;
static DECLARE_WAIT_QUEUE_HEAD(given);

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
	INIT_LIST_HEAD(&session->list);
	init_completion(&session->started);
	init_completion(&session->ended);
	init_waitqueue_head(&session->wake);
}

static u64 ns_since(u64 begin)
{
	return ktime_get_ns() - begin;
}

/* --- results --- */

static void begin_results(struct kmst_session *session,
			  const struct kmst_session_config *config)
{
	struct kmst_plan plan;

	kmst_plan_init(&plan, config->arena.nr_structs, PAGE_SHIFT);

	spin_lock(&session->results_lock);
	session->results = (struct kmst_results){
		.run		 = session->results.run + 1,
		.state		 = KMST_STATE_STARTING,
		.order		 = kmst_allocator_takes_order(config->arena.allocator) ?
				   (int)plan.order : -1,
		.bytes_requested = plan.bytes,
	};
	memset(session->node_pages, 0, sizeof(session->node_pages));
	spin_unlock(&session->results_lock);
}

static void note_arena(struct kmst_session *session, const struct kmst_arena *arena)
{
	struct kmst_results *results = &session->results;

	memset(session->node_count, 0, sizeof(session->node_count));
	kmst_arena_count_nodes(arena, session->node_count);

	spin_lock(&session->results_lock);
	memcpy(session->node_pages, session->node_count, sizeof(session->node_pages));
	results->source = kmst_arena_source(arena);
	results->nr_pages = arena->nr_pages;
	results->nr_spans = kmst_arena_nr_spans(arena);
	results->bytes_allocated = arena->spans.bytes;
	results->usable_only = arena->spans.usable_only;
	results->bytes_on_pages = (u64)arena->nr_pages << PAGE_SHIFT;
	results->bytes_bookkeeping = kmst_arena_bookkeeping(arena);
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

	/* the program that asked will ask again */
	if (err == -ERESTARTNOINTR)
		return;
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

/* --- the thread --- */

static bool is_told(const struct kmst_session *session, enum kmst_cancel_reason reason)
{
	return test_bit(reason, &session->cancel.reasons);
}

/* Who stopped waiting for the start does not matter any more once it has come to its end. */
static bool is_told_to_end(const struct kmst_session *session)
{
	return kthread_should_stop() ||
	       READ_ONCE(session->cancel.reasons) & ~BIT(KMST_CANCEL_INTERRUPTED);
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

/* Nobody finds the arena any more before no more users are let in. */
static void retire_arena(struct kmst_session *session, struct kmst_arena *arena)
{
	set_arena(session, NULL);
	if (session->ops->retire)
		session->ops->retire(session);
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

	set_user_nice(current, SCRUB_NICE);
	err = verify_locked(session, arena, true, &session->cancel);
	/* who waits for the lock, or for the end, must not wait for a low priority */
	set_user_nice(current, 0);
	/* told to stop: the verification at the end says what is to be said */
	if (err == -EINTR)
		return;
	scrubs = note_scrub(session);
	trace_kmst_scrub(arena->name, scrubs, session->report->mismatches, err);
}

static void sleep_until_told(struct kmst_session *session,
			     const struct kmst_arena *arena)
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

/*
 * Somebody waits for this memory, and for nothing that would need more of it: the name of the
 * device goes afterwards.
 */
static int give_arena_back(struct kmst_session *session, struct kmst_arena *arena)
{
	unsigned long nr_pages = arena->nr_pages;

	/* who verifies has a reference, and is about to give up */
	mutex_lock(&session->words);
	set_arena(session, NULL);
	if (session->ops->hide)
		session->ops->hide(session);
	free_arena(session, arena);
	mutex_unlock(&session->words);
	note_state(session, KMST_STATE_LOST, -ENOMEM);
	atomic_inc(&nr_given);
	wake_up_all(&given);
	if (session->ops->retire)
		session->ops->retire(session);
	if (session->ops->lost)
		session->ops->lost(session, nr_pages);
	return -ENOMEM;
}

static int end_arena(struct kmst_session *session, struct kmst_arena *arena)
{
	int err;

	if (is_told(session, KMST_CANCEL_LOST))
		return give_arena_back(session, arena);
	err = verify_at_end(session, arena);
	retire_arena(session, arena);
	note_state(session, KMST_STATE_IDLE, err);
	return err;
}

/* A start that gave way has nothing any more, and ran out of memory. */
static int why_not_started(struct kmst_session *session, int err)
{
	if (!is_told(session, KMST_CANCEL_LOST) || err != -EINTR)
		return err;
	atomic_inc(&nr_given);
	wake_up_all(&given);
	return -ENOMEM;
}

static int live_and_end(struct kmst_session *session)
{
	struct kmst_arena *arena;

	session->ops->hello(session, &session->config.arena);
	arena = create_ready_arena(session);
	if (IS_ERR(arena)) {
		session->start_err = why_not_started(session, PTR_ERR(arena));
		note_state(session, KMST_STATE_IDLE, session->start_err);
		complete(&session->started);
		return session->start_err;
	}
	session->start_err = 0;
	note_state(session, KMST_STATE_LIVE, 0);
	set_arena(session, arena);
	complete(&session->started);
	sleep_until_told(session, arena);
	return end_arena(session, arena);
}

static void list_session(struct kmst_session *session)
{
	spin_lock(&sessions_lock);
	session->late = false;
	list_add(&session->list, &sessions);
	spin_unlock(&sessions_lock);
}

static void unlist_session(struct kmst_session *session)
{
	spin_lock(&sessions_lock);
	list_del_init(&session->list);
	spin_unlock(&sessions_lock);
}

static int session_thread(void *data)
{
	struct kmst_session *session = data;
	int err;

	list_session(session);
	err = live_and_end(session);
	unlist_session(session);
	/* Ending before it is joined is safe: the starter holds a task reference. */
	complete(&session->ended);
	return err;
}

/* --- start and stop --- */

/* End the thread, which has no arena any more, or soon will not have one. */
static int join_thread(struct kmst_session *session)
{
	int err;

	lockdep_assert_held(&session->lock);

	/* who is asked for memory looks at it while the thread runs */
	err = kthread_stop_put(session->task);
	session->task = NULL;
	return err;
}

static void tell_to_stop(struct kmst_session *session)
{
	/* a scrub that runs is not waited for */
	set_bit(KMST_CANCEL_STOPPED, &session->cancel.reasons);
	wake_up(&session->wake);
}

/*
 * Wait for the fill, and give it up if whoever waits is killed. A fill that won the race
 * against the signal counts as done.
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

	task = kthread_create(session_thread, session, "%s", session->thread_name);
	if (IS_ERR(task))
		return PTR_ERR(task);
	session->task = get_task_struct(task);
	wake_up_process(task);

	wait_started(session);
	if (!session->start_err) {
		/* it is there, whoever was told so */
		clear_bit(KMST_CANCEL_INTERRUPTED, &session->cancel.reasons);
		return 0;
	}
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
	clear_bit(KMST_CANCEL_LOST, &session->cancel.reasons);
	clear_bit(KMST_CANCEL_INTERRUPTED, &session->cancel.reasons);
	reinit_completion(&session->started);
	reinit_completion(&session->ended);
	session->config = *config;
	session->config.arena.owner = session->owner;
	session->why = (struct kmst_refusal){};

	begin_results(session, config);
	err = new_report(session, config->max_mismatches);
	if (!err)
		err = run_thread(session);
	if (err)
		note_state(session, KMST_STATE_IDLE, err);
	*why = session->why;
	trace_kmst_live(config->arena.name, true, err);
	return err;
}

/* Who is killed while it waits leaves the rest to whoever comes next. */
static int stop_locked(struct kmst_session *session)
{
	int err;

	lockdep_assert_held(&session->lock);

	if (!session->task)
		return 0;
	tell_to_stop(session);
	if (wait_for_completion_state(&session->ended, WAIT_STATE))
		return -EINTR;
	err = join_thread(session);
	note_state(session, KMST_STATE_IDLE, err);
	trace_kmst_live(session->config.arena.name, false, err);
	return err;
}

static int check_locked(struct kmst_session *session,
			const struct kmst_session_config *config,
			struct kmst_refusal *why)
{
	struct kmst_arena *old;
	int err;

	lockdep_assert_held(&session->lock);

	*why = (struct kmst_refusal){};
	if (is_told(session, KMST_CANCEL_CLOSED))
		return -ENODEV;
	old = kmst_session_arena(session);
	if (!old)
		return kmst_arena_check(&config->arena, NULL, why);
	/* who reads a table of the arena, or has its device open, would keep its memory */
	err = kmst_arena_check(&config->arena, kref_read(&old->ref) == 2 ? old : NULL, why);
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
		return check_locked(session, config, why);
	return -ERESTARTNOINTR;
}

/* A thread that gave its arena back, or whose stop was not waited for, is no run. */
static void join_ended(struct kmst_session *session)
{
	lockdep_assert_held(&session->lock);

	if (session->task && completion_done(&session->ended))
		join_thread(session);
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
	err = check_locked(session, config, why);
	if (err == -ERESTARTNOINTR)
		return err;
	if (err) {
		/* it is a run that ended before it began: no figures of another one */
		begin_results(session, config);
		note_state(session, KMST_STATE_IDLE, err);
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
 * lock. A fatal signal makes the fill give up.
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

	err = check_locked(session, config, why);
	if (err)
		return err;
	/* the log has told of an arena that was given back */
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

/* What there is instead of an arena. */
static int why_no_arena(struct kmst_session *session)
{
	struct kmst_results results;

	kmst_session_results(session, &results);
	return results.state == KMST_STATE_LOST ? -ENOMEM : -ENODEV;
}

/* The live arena, which the OOM notifier may still have, as this is given up for it. */
static struct kmst_arena *arena_to_verify(struct kmst_session *session)
{
	struct kmst_arena *arena;

	spin_lock(&session->results_lock);
	arena = session->arena;
	if (arena) {
		kmst_arena_get(arena);
		session->verifying = true;
	}
	spin_unlock(&session->results_lock);
	return arena;
}

static void put_verified(struct kmst_session *session, struct kmst_arena *arena)
{
	spin_lock(&session->results_lock);
	session->verifying = false;
	spin_unlock(&session->results_lock);
	kmst_arena_put(arena);
}

static int verify_now(struct kmst_session *session, const struct kmst_arena *arena)
{
	int err;

	lockdep_assert_held(&session->lock);

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &session->words) {
		err = verify_locked(session, arena, false, &session->cancel);
		if (err == -EINTR && is_told(session, KMST_CANCEL_LOST))
			return -ENOMEM;
		return err;
	}
	return -ERESTARTNOINTR;
}

/**
 * kmst_session_verify() - Verify the live arena, which stays live.
 * @session: the session
 *
 * Context: process context, sleeps. Takes the session's locks. A fatal signal, or
 * kmst_session_close(), ends the verification.
 * Return: 0, -EILSEQ if the arena was found corrupt, -EINTR if it was given up,
 * -ERESTARTNOINTR if a signal came while it waited for its turn, or the machine is to be
 * suspended, -ENODEV if there is none, -ENOMEM if it was given back as memory ran out.
 */
int kmst_session_verify(struct kmst_session *session)
{
	struct kmst_arena *arena;
	int err = -ERESTARTNOINTR;

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &session->lock) {
		arena = arena_to_verify(session);
		if (!arena)
			return why_no_arena(session);
		err = verify_now(session, arena);
		put_verified(session, arena);
	}
	return err;
}

static int corrupt_now(struct kmst_session *session, const struct kmst_arena *arena,
		       u64 word)
{
	lockdep_assert_held(&session->lock);

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &session->words)
		return kmst_verify_corrupt(arena, word, CORRUPT_MASK);
	return -ERESTARTNOINTR;
}

/**
 * kmst_session_corrupt() - Flip one bit of the live arena.
 * @session: the session
 * @word:    number of the word; those beyond the objects are guard words
 *
 * Context: process context, may sleep. Takes the session's locks.
 * Return: 0, -ERANGE if the arena has no such word, -ERESTARTNOINTR if a signal came while
 * it waited for its turn, -ENODEV if there is no arena, -ENOMEM if it was given back as
 * memory ran out.
 */
int kmst_session_corrupt(struct kmst_session *session, u64 word)
{
	struct kmst_arena *arena;
	int err = -ERESTARTNOINTR;

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &session->lock) {
		arena = arena_to_verify(session);
		if (!arena)
			return why_no_arena(session);
		err = corrupt_now(session, arena, word);
		put_verified(session, arena);
	}
	return err;
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
 * A live arena is verified and freed by its thread.
 *
 * Context: any.
 */
void kmst_session_end(struct kmst_session *session)
{
	set_bit(KMST_CANCEL_CLOSED, &session->cancel.reasons);
	wake_up(&session->wake);
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
	int err = 0;

	kmst_session_end(session);

	guard(mutex)(&session->lock);

	if (session->task) {
		err = join_thread(session);
		note_state(session, KMST_STATE_IDLE, err);
		trace_kmst_live(session->config.arena.name, false, err);
	}
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
 * Does not wait for a fill or a verification that runs.
 *
 * Context: process context, does not wait for anything that takes long.
 * Return: objects, 0 while there is no arena, or none that is filled.
 */
unsigned int kmst_session_nr_structs(struct kmst_session *session)
{
	unsigned int nr;

	spin_lock(&session->results_lock);
	nr = session->arena ? session->arena->plan.nr_structs : 0;
	spin_unlock(&session->results_lock);
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
	spin_lock(&session->results_lock);
	*results = session->results;
	spin_unlock(&session->results_lock);
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
	unsigned long nr_pages;

	spin_lock(&session->results_lock);
	nr_pages = session->node_pages[nid];
	spin_unlock(&session->results_lock);
	return nr_pages;
}

/* --- when the machine runs out of memory --- */

/* How long the OOM killer waits for an arena to be given back. */
#define GIVE_WAY_JIFFIES	(2 * HZ)

/* Pages that a session would free, 0 if it would not, or is not to. */
static unsigned long pages_to_give(struct kmst_session *session)
{
	const struct kmst_arena *arena;
	unsigned long pages = 0;

	lockdep_assert_held(&sessions_lock);

	/* it verifies, which may take long, and frees its arena then */
	if (session->late || is_told(session, KMST_CANCEL_STOPPED) ||
	    is_told(session, KMST_CANCEL_CLOSED))
		return 0;
	/* a thread that asks for memory cannot give any */
	if (!session->config.give_way || session->task == current)
		return 0;
	spin_lock(&session->results_lock);
	arena = session->arena;
	if (!arena && session->results.state == KMST_STATE_STARTING)
		pages = session->results.nr_pages;
	/* what a program has open or mapped does not become free */
	if (arena && kref_read(&arena->ref) - session->verifying == 1)
		pages = arena->nr_pages;
	spin_unlock(&session->results_lock);
	return pages;
}

/* Tell the one that has most. Returns what it has, or what one that was told before has. */
static unsigned long tell_one_to_give_way(void)
{
	struct kmst_session *session, *largest = NULL;
	unsigned long pages, most = 0;
	bool told;

	spin_lock(&sessions_lock);
	list_for_each_entry(session, &sessions, list) {
		pages = pages_to_give(session);
		told = pages && is_told(session, KMST_CANCEL_LOST);
		if (!told && pages <= most)
			continue;
		most = pages;
		largest = session;
		if (told)
			break;
	}
	if (largest) {
		set_bit(KMST_CANCEL_LOST, &largest->cancel.reasons);
		wake_up(&largest->wake);
	}
	spin_unlock(&sessions_lock);
	return most;
}

/* Ask somebody else the next time. */
static void note_late(void)
{
	struct kmst_session *session;

	spin_lock(&sessions_lock);
	list_for_each_entry(session, &sessions, list)
		session->late |= is_told(session, KMST_CANCEL_LOST);
	spin_unlock(&sessions_lock);
}

/**
 * kmst_sessions_give_way() - Have the session that has most memory give it back.
 *
 * Those that were not told to give way, that end anyhow, and arenas that a program has open
 * or mapped, are left alone. The thread that frees needs no memory for that. It may need a
 * lock, which a thread that asks for memory has: so the wait ends after a while, and that
 * session is not asked again.
 *
 * Context: process context, sleeps. Locks of a session may be held. Allocates nothing.
 * Return: pages that were given back, 0 if there was nobody to do so, or not in time.
 */
unsigned long kmst_sessions_give_way(void)
{
	int before = atomic_read(&nr_given);
	unsigned long pages = tell_one_to_give_way();

	if (!pages)
		return 0;
	if (wait_event_timeout(given, atomic_read(&nr_given) != before, GIVE_WAY_JIFFIES))
		return pages;
	note_late();
	return 0;
}

/* Called before the OOM killer chooses a program: it does not, if this frees anything. */
static int give_way(struct notifier_block *block, unsigned long unused, void *data)
{
	unsigned long *freed = data;

	*freed += kmst_sessions_give_way();
	return NOTIFY_OK;
}

static struct notifier_block oom_notifier = {
	.notifier_call = give_way,
};

/**
 * kmst_sessions_init() - Have sessions give way when memory runs out.
 *
 * Context: process context, may sleep.
 * Return: 0, or as register_oom_notifier().
 */
int kmst_sessions_init(void)
{
	return register_oom_notifier(&oom_notifier);
}

/**
 * kmst_sessions_exit() - End what kmst_sessions_init() began.
 *
 * Context: process context, may sleep.
 */
void kmst_sessions_exit(void)
{
	unregister_oom_notifier(&oom_notifier);
}
