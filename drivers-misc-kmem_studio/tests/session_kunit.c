// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a session's thread: it starts whole or not at all, sleeps, answers,
 * and ends, whoever stops it and whenever.
 */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/numa.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "../session.h"
#include "counted.h"

#define PER_PAGE	((unsigned int)(PAGE_SIZE / sizeof(struct kmst_struct)))

/* A session, and what its front end was told. */
struct listener {
	struct kmst_session	session;
	const struct kmst_arena	*arena;
	u64			corrupt_word;
	bool			corrupt;
	int			hellos;
	int			fills;
	int			reports;
	int			last_err;
	unsigned long		lost_pages;
	long			held_at_hide;
	long			held_at_retire;
};

static struct listener *listener_of(struct kmst_session *session)
{
	return container_of(session, struct listener, session);
}

static void hear_hello(struct kmst_session *session,
		       const struct kmst_arena_config *config)
{
	listener_of(session)->hellos++;
}

static void hear_filled(struct kmst_session *session,
			const struct kmst_arena *arena)
{
	struct listener *listener = listener_of(session);

	listener->fills++;
	listener->arena = arena;
	if (listener->corrupt)
		kmst_verify_corrupt(arena, listener->corrupt_word, 1);
}

static void hear_verified(struct kmst_session *session,
			  const struct kmst_arena *arena,
			  const struct kmst_report *report, bool scrub, int err)
{
	if (scrub)
		return;
	listener_of(session)->reports++;
	listener_of(session)->last_err = err;
}

static void hear_lost(struct kmst_session *session, unsigned long nr_pages)
{
	listener_of(session)->lost_pages = nr_pages;
}

static void hear_hide(struct kmst_session *session)
{
	listener_of(session)->held_at_hide = atomic_long_read(&kmst_counted.pages_held);
}

static void hear_retire(struct kmst_session *session)
{
	listener_of(session)->held_at_retire = atomic_long_read(&kmst_counted.pages_held);
}

static const struct kmst_session_ops listener_ops = {
	.hello		= hear_hello,
	.filled		= hear_filled,
	.verified	= hear_verified,
	.hide		= hear_hide,
	.retire		= hear_retire,
	.lost		= hear_lost,
};

static int session_init(struct kunit *test)
{
	struct listener *listener = kunit_kzalloc(test, sizeof(*listener), GFP_KERNEL);

	if (!listener)
		return -ENOMEM;
	kmst_session_init(&listener->session, &listener_ops, "k_memory");
	kmst_counted_reset();
	test->priv = listener;
	return 0;
}

static void session_exit(struct kunit *test)
{
	struct listener *listener = test->priv;

	WRITE_ONCE(kmst_counted.hang, false);
	if (!listener)
		return;
	kmst_session_close(&listener->session);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&kmst_counted.pages_held), 0L);
}

static struct kmst_session_config config_of(const struct kmst_allocator *allocator,
					    unsigned int nr_structs)
{
	return (struct kmst_session_config){
		.arena = {
			.allocator	= allocator,
			.nr_structs	= nr_structs,
			.max_percent	= 50,
			.gfp		= GFP_KERNEL,
			.nid		= NUMA_NO_NODE,
			.name		= "test",
		},
		.max_mismatches = KMST_REPORT_BAD_WORDS,
	};
}

static int restart(struct listener *listener, unsigned int nr_structs)
{
	struct kmst_session_config config = config_of(&kmst_counted_allocator, nr_structs);
	struct kmst_refusal why;

	return kmst_session_restart(&listener->session, &config, &why);
}

static void expect_idle(struct kunit *test, struct listener *listener)
{
	KUNIT_EXPECT_EQ(test, kmst_session_nr_structs(&listener->session), 0U);
	KUNIT_EXPECT_NULL(test, listener->session.task);
	KUNIT_EXPECT_NULL(test, listener->session.arena);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&kmst_counted.pages_held), 0L);
}

static void an_arena_starts_and_stops(struct kunit *test)
{
	struct listener *listener = test->priv;

	KUNIT_EXPECT_EQ(test, restart(listener, 1000), 0);
	KUNIT_EXPECT_EQ(test, kmst_session_nr_structs(&listener->session), 1000U);
	KUNIT_EXPECT_EQ(test, listener->hellos, 1);
	KUNIT_EXPECT_EQ(test, listener->fills, 1);
	KUNIT_EXPECT_EQ(test, listener->reports, 0);

	KUNIT_EXPECT_EQ(test, kmst_session_stop(&listener->session), 0);
	KUNIT_EXPECT_EQ(test, listener->reports, 1);
	KUNIT_EXPECT_EQ(test, listener->last_err, 0);
	KUNIT_EXPECT_EQ(test, listener->session.report->words, 8000ULL);
	expect_idle(test, listener);
}

static void stopping_an_idle_session_does_nothing(struct kunit *test)
{
	struct listener *listener = test->priv;

	KUNIT_EXPECT_EQ(test, kmst_session_stop(&listener->session), 0);
	KUNIT_EXPECT_EQ(test, restart(listener, 1), 0);
	KUNIT_EXPECT_EQ(test, kmst_session_stop(&listener->session), 0);
	KUNIT_EXPECT_EQ(test, kmst_session_stop(&listener->session), 0);
	KUNIT_EXPECT_EQ(test, listener->reports, 1);
	expect_idle(test, listener);
}

static void a_restart_verifies_the_old_arena(struct kunit *test)
{
	struct listener *listener = test->priv;

	KUNIT_EXPECT_EQ(test, restart(listener, PER_PAGE), 0);
	KUNIT_EXPECT_EQ(test, restart(listener, 2 * PER_PAGE), 0);
	KUNIT_EXPECT_EQ(test, listener->reports, 1);
	KUNIT_EXPECT_EQ(test, kmst_session_nr_structs(&listener->session), 2 * PER_PAGE);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&kmst_counted.pages_held), 2L);
}

static void a_corrupt_arena_is_reported_and_freed(struct kunit *test)
{
	struct listener *listener = test->priv;

	listener->corrupt = true;
	listener->corrupt_word = 4321;
	KUNIT_ASSERT_EQ(test, restart(listener, 1000), 0);
	KUNIT_EXPECT_EQ(test, kmst_session_stop(&listener->session), -EILSEQ);
	KUNIT_EXPECT_EQ(test, listener->last_err, -EILSEQ);
	KUNIT_EXPECT_EQ(test, listener->session.report->bad[0].word, 4321ULL);
	expect_idle(test, listener);
}

static void a_corrupt_arena_stops_a_restart(struct kunit *test)
{
	struct listener *listener = test->priv;

	listener->corrupt = true;
	KUNIT_ASSERT_EQ(test, restart(listener, 1000), 0);
	KUNIT_EXPECT_EQ(test, restart(listener, 2000), -EILSEQ);
	KUNIT_EXPECT_EQ(test, listener->fills, 1);
	expect_idle(test, listener);

	listener->corrupt = false;
	KUNIT_EXPECT_EQ(test, restart(listener, 2000), 0);
}

/* The thread returns before anybody calls kthread_stop() on it. */
static void a_thread_that_ends_early_is_safe(struct kunit *test)
{
	struct listener *listener = test->priv;
	int n;

	for (n = 0; n < 20; n++) {
		kmst_counted.spans_until_failure = n % 5;
		KUNIT_EXPECT_EQ(test, restart(listener, 5 * PER_PAGE), -ENOMEM);
		expect_idle(test, listener);
	}
	KUNIT_EXPECT_EQ(test, listener->hellos, 20);
	KUNIT_EXPECT_EQ(test, listener->fills, 0);
	KUNIT_EXPECT_EQ(test, kmst_session_stop(&listener->session), 0);

	kmst_counted.spans_until_failure = -1;
	KUNIT_EXPECT_EQ(test, restart(listener, 1), 0);
}

static void a_refused_request_leaves_the_live_arena(struct kunit *test)
{
	struct kmst_session_config too_many = config_of(kmst_allocator_find("page"), U32_MAX);
	struct listener *listener = test->priv;
	const struct kmst_arena *arena;
	struct kmst_refusal why;

	KUNIT_ASSERT_EQ(test, restart(listener, 1000), 0);
	arena = listener->session.arena;
	KUNIT_EXPECT_EQ(test, kmst_session_check(&listener->session, &too_many, &why),
			-E2BIG);
	KUNIT_EXPECT_EQ(test, kmst_session_restart(&listener->session, &too_many, &why),
			-E2BIG);
	KUNIT_EXPECT_EQ(test, why.limit, KMST_LIMIT_ORDER);
	KUNIT_EXPECT_PTR_EQ(test, listener->session.arena, arena);
	KUNIT_EXPECT_EQ(test, listener->reports, 0);
	KUNIT_EXPECT_EQ(test, kmst_session_stop(&listener->session), 0);
}

static void a_closed_session_refuses_to_start(struct kunit *test)
{
	struct listener *listener = test->priv;

	KUNIT_ASSERT_EQ(test, restart(listener, 1000), 0);
	KUNIT_EXPECT_EQ(test, kmst_session_close(&listener->session), 0);
	KUNIT_EXPECT_EQ(test, listener->reports, 1);
	KUNIT_EXPECT_EQ(test, restart(listener, 1000), -ENODEV);
	KUNIT_EXPECT_EQ(test, kmst_session_close(&listener->session), 0);
	expect_idle(test, listener);
}

/* A condition that another thread brings about soon, or not at all. */
#define expect_soon(test, condition)						\
({										\
	int tries = 500;							\
	bool met;								\
										\
	while (!(met = (condition)) && tries--)					\
		msleep(20);							\
	KUNIT_EXPECT_TRUE_MSG(test, met, "%s", #condition);			\
	met;									\
})

static void the_thread_sleeps(struct kunit *test)
{
	struct listener *listener = test->priv;
	unsigned long switches;
	struct task_struct *task;
	u64 runtime;

	KUNIT_ASSERT_EQ(test, restart(listener, 1000), 0);
	task = listener->session.task;
	KUNIT_EXPECT_STREQ(test, task->comm, "k_memory");

	expect_soon(test, READ_ONCE(task->__state) & TASK_INTERRUPTIBLE);
	msleep(20);
	switches = task->nvcsw + task->nivcsw;
	runtime = task->se.sum_exec_runtime;
	msleep(100);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(task->__state) & TASK_INTERRUPTIBLE);
	KUNIT_EXPECT_EQ(test, task->nvcsw + task->nivcsw, switches);
	KUNIT_EXPECT_EQ(test, task->se.sum_exec_runtime, runtime);
}

/* Somebody else who starts an arena, and can be sent a signal. */
struct starter {
	struct listener		*listener;
	struct task_struct	*task;
	struct completion	done;
	int			err;
};

static int starter_thread(void *data)
{
	struct starter *starter = data;

	allow_signal(SIGINT);
	allow_signal(SIGKILL);
	starter->err = restart(starter->listener, 10 * PER_PAGE);
	complete(&starter->done);
	/* the test holds a reference to the task: returning early is safe */
	return 0;
}

/* Whatever became of the test: nobody is left inside of the session. */
static void end_starter(void *data)
{
	struct starter *starter = data;

	WRITE_ONCE(kmst_counted.hang, false);
	kthread_stop_put(starter->task);
}

static struct starter *start_another(struct kunit *test)
{
	struct starter *starter = kunit_kzalloc(test, sizeof(*starter), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, starter);
	starter->listener = test->priv;
	init_completion(&starter->done);
	starter->task = kthread_create(starter_thread, starter, "kmst_starter");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, starter->task);
	get_task_struct(starter->task);
	wake_up_process(starter->task);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, end_starter, starter), 0);
	return starter;
}

static struct starter *start_in_background(struct kunit *test)
{
	struct starter *starter;

	kmst_counted.hang = true;
	starter = start_another(test);
	KUNIT_ASSERT_TRUE(test, expect_soon(test, atomic_read(&kmst_counted.entered)));
	return starter;
}

static int start_scrubbed(struct listener *listener, unsigned int scrub_ms)
{
	struct kmst_session_config config = config_of(&kmst_counted_allocator, 1000);
	struct kmst_refusal why;

	config.scrub_ms = scrub_ms;
	return kmst_session_start(&listener->session, &config, &why);
}

static struct kmst_results results_of(struct listener *listener)
{
	struct kmst_results results;

	kmst_session_results(&listener->session, &results);
	return results;
}

static void a_live_arena_is_verified_and_stays(struct kunit *test)
{
	struct listener *listener = test->priv;
	int n;

	KUNIT_EXPECT_EQ(test, kmst_session_verify(&listener->session), -ENODEV);
	KUNIT_ASSERT_EQ(test, start_scrubbed(listener, 0), 0);
	KUNIT_EXPECT_EQ(test, start_scrubbed(listener, 0), -EBUSY);
	for (n = 1; n <= 3; n++) {
		KUNIT_EXPECT_EQ(test, kmst_session_verify(&listener->session), 0);
		KUNIT_EXPECT_EQ(test, listener->reports, n);
	}
	KUNIT_EXPECT_EQ(test, results_of(listener).state, KMST_STATE_LIVE);
	KUNIT_EXPECT_EQ(test, kmst_session_nr_structs(&listener->session), 1000U);
}

static void a_corrupted_word_is_found_while_live(struct kunit *test)
{
	struct listener *listener = test->priv;

	KUNIT_EXPECT_EQ(test, kmst_session_corrupt(&listener->session, 0), -ENODEV);
	KUNIT_ASSERT_EQ(test, start_scrubbed(listener, 0), 0);
	KUNIT_EXPECT_EQ(test, kmst_session_corrupt(&listener->session, U64_MAX), -ERANGE);
	KUNIT_EXPECT_EQ(test, kmst_session_corrupt(&listener->session, 4321), 0);
	KUNIT_EXPECT_EQ(test, kmst_session_verify(&listener->session), -EILSEQ);
	KUNIT_EXPECT_EQ(test, listener->session.report->bad[0].word, 4321ULL);
	KUNIT_EXPECT_EQ(test, results_of(listener).state, KMST_STATE_CORRUPT);
	KUNIT_EXPECT_EQ(test, results_of(listener).error, -EILSEQ);
	KUNIT_EXPECT_EQ(test, results_of(listener).mismatches, 1ULL);

	/* the same bit again, and all is well */
	KUNIT_EXPECT_EQ(test, kmst_session_corrupt(&listener->session, 4321), 0);
	KUNIT_EXPECT_EQ(test, kmst_session_verify(&listener->session), 0);
	KUNIT_EXPECT_EQ(test, results_of(listener).state, KMST_STATE_LIVE);
	KUNIT_EXPECT_EQ(test, kmst_session_corrupt(&listener->session, 7), 0);
	KUNIT_EXPECT_EQ(test, kmst_session_stop(&listener->session), -EILSEQ);
	KUNIT_EXPECT_EQ(test, results_of(listener).state, KMST_STATE_IDLE);
	KUNIT_EXPECT_EQ(test, results_of(listener).error, -EILSEQ);
	expect_idle(test, listener);
}

static void a_scrub_finds_a_corrupted_word(struct kunit *test)
{
	struct listener *listener = test->priv;

	KUNIT_ASSERT_EQ(test, start_scrubbed(listener, 10), 0);
	expect_soon(test, results_of(listener).scrubs >= 3);
	KUNIT_EXPECT_EQ(test, results_of(listener).mismatches, 0ULL);
	KUNIT_EXPECT_EQ(test, kmst_session_corrupt(&listener->session, 99), 0);
	expect_soon(test, results_of(listener).mismatches == 1);
	KUNIT_EXPECT_EQ(test, results_of(listener).state, KMST_STATE_CORRUPT);
	KUNIT_EXPECT_EQ(test, kmst_session_stop(&listener->session), -EILSEQ);
	expect_idle(test, listener);
}

/* Told to stop while it verifies, the thread leaves off and verifies for the answer. */
static void a_scrub_that_runs_is_stopped(struct kunit *test)
{
	struct kmst_session_config config = config_of(kmst_allocator_find("chunk"),
						      2000 * PER_PAGE);
	struct listener *listener = test->priv;
	struct kmst_refusal why;
	int n;

	config.scrub_ms = 1;
	for (n = 1; n <= 10; n++) {
		KUNIT_ASSERT_EQ(test,
				kmst_session_start(&listener->session, &config, &why), 0);
		expect_soon(test, results_of(listener).scrubs);
		KUNIT_EXPECT_EQ(test, kmst_session_stop(&listener->session), 0);
		KUNIT_EXPECT_EQ(test, listener->reports, n);
		KUNIT_EXPECT_EQ(test, results_of(listener).mismatches, 0ULL);
		KUNIT_EXPECT_EQ(test, results_of(listener).words_verified,
				2000ULL * PAGE_SIZE / 4);
	}
}

/* A period is no time that a stop would have to wait for. */
static void a_scrub_that_waits_is_stopped(struct kunit *test)
{
	struct listener *listener = test->priv;
	unsigned long begin = jiffies;

	KUNIT_ASSERT_EQ(test, start_scrubbed(listener, 3600000), 0);
	KUNIT_EXPECT_EQ(test, kmst_session_stop(&listener->session), 0);
	KUNIT_EXPECT_TRUE(test, time_before(jiffies, begin + 600 * HZ));
	KUNIT_EXPECT_EQ(test, results_of(listener).scrubs, 0ULL);
}

static void the_results_tell_of_the_run(struct kunit *test)
{
	struct listener *listener = test->priv;
	struct kmst_results results = results_of(listener);

	KUNIT_EXPECT_EQ(test, results.state, KMST_STATE_IDLE);
	KUNIT_ASSERT_EQ(test, start_scrubbed(listener, 0), 0);
	results = results_of(listener);
	KUNIT_EXPECT_EQ(test, results.state, KMST_STATE_LIVE);
	KUNIT_EXPECT_EQ(test, results.bytes_requested, 32000ULL);
	KUNIT_EXPECT_EQ(test, results.nr_pages, DIV_ROUND_UP(1000, PER_PAGE) + 0UL);
	KUNIT_EXPECT_EQ(test, results.nr_spans, results.nr_pages);
	KUNIT_EXPECT_EQ(test, results.bytes_allocated, (u64)results.nr_pages * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, results.words_verified, 0ULL);

	KUNIT_EXPECT_EQ(test, kmst_session_stop(&listener->session), 0);
	results = results_of(listener);
	KUNIT_EXPECT_EQ(test, results.state, KMST_STATE_IDLE);
	KUNIT_EXPECT_EQ(test, results.words_verified, results.bytes_allocated / 4);
	KUNIT_EXPECT_EQ(test, results.verifications, 1ULL);

	kmst_counted.spans_until_failure = 1;
	KUNIT_EXPECT_EQ(test, restart(listener, 5 * PER_PAGE), -ENOMEM);
	results = results_of(listener);
	KUNIT_EXPECT_EQ(test, results.state, KMST_STATE_IDLE);
	KUNIT_EXPECT_EQ(test, results.error, -ENOMEM);
	KUNIT_EXPECT_EQ(test, results.nr_pages, 0UL);
}

static void a_fatal_signal_ends_a_fill(struct kunit *test)
{
	struct listener *listener = test->priv;
	struct starter *starter = start_in_background(test);

	KUNIT_EXPECT_FALSE(test, completion_done(&starter->done));
	send_sig(SIGKILL, starter->task, 1);
	KUNIT_ASSERT_NE(test, wait_for_completion_timeout(&starter->done, 10 * HZ), 0UL);
	KUNIT_EXPECT_EQ(test, starter->err, -EINTR);
	expect_idle(test, listener);
	KUNIT_EXPECT_EQ(test, listener->fills, 0);

	/* the request to give up was for that start only */
	kmst_counted.hang = false;
	KUNIT_EXPECT_EQ(test, restart(listener, 1000), 0);
}

static void another_signal_does_not(struct kunit *test)
{
	struct listener *listener = test->priv;
	struct starter *starter = start_in_background(test);

	send_sig(SIGINT, starter->task, 1);
	msleep(100);
	KUNIT_EXPECT_FALSE(test, completion_done(&starter->done));
	WRITE_ONCE(kmst_counted.hang, false);
	KUNIT_ASSERT_NE(test, wait_for_completion_timeout(&starter->done, 10 * HZ), 0UL);
	KUNIT_EXPECT_EQ(test, starter->err, 0);
	KUNIT_EXPECT_EQ(test, kmst_session_nr_structs(&listener->session), 10 * PER_PAGE);
}

/* A reader that waited would do so for ever: the fill is held back. */
static void readers_do_not_wait_for_a_fill(struct kunit *test)
{
	struct listener *listener = test->priv;
	struct starter *starter = start_in_background(test);

	KUNIT_EXPECT_EQ(test, kmst_session_nr_structs(&listener->session), 0U);
	KUNIT_EXPECT_NULL(test, kmst_session_arena(&listener->session));
	KUNIT_EXPECT_EQ(test, results_of(listener).state, KMST_STATE_STARTING);
	KUNIT_EXPECT_EQ(test, kmst_session_node_pages(&listener->session, 0), 0UL);
	KUNIT_EXPECT_FALSE(test, completion_done(&starter->done));
}

/* Whoever waits for its turn and gets a signal is asked to come again. */
static void waiting_for_a_turn_is_started_again(struct kunit *test)
{
	struct listener *listener = test->priv;
	struct starter *first = start_in_background(test);
	struct starter *second = start_another(test);

	msleep(100);
	send_sig(SIGINT, second->task, 1);
	KUNIT_ASSERT_NE(test, wait_for_completion_timeout(&second->done, 10 * HZ), 0UL);
	KUNIT_EXPECT_EQ(test, second->err, -ERESTARTNOINTR);
	KUNIT_EXPECT_FALSE(test, completion_done(&first->done));
	KUNIT_EXPECT_EQ(test, listener->hellos, 1);
}

/* The thread verifies and frees, while nobody waits. */
static void an_end_is_not_waited_for(struct kunit *test)
{
	struct listener *listener = test->priv;

	listener->corrupt = true;
	KUNIT_ASSERT_EQ(test, restart(listener, 1000), 0);
	kmst_session_end(&listener->session);
	KUNIT_EXPECT_TRUE(test, expect_soon(test, !kmst_session_nr_structs(&listener->session)));
	KUNIT_EXPECT_TRUE(test, expect_soon(test, !atomic_long_read(&kmst_counted.pages_held)));
	KUNIT_EXPECT_EQ(test, restart(listener, 1000), -ENODEV);
	KUNIT_EXPECT_EQ(test, kmst_session_close(&listener->session), -EILSEQ);
	KUNIT_EXPECT_EQ(test, listener->reports, 1);
}

static int start_giving_way(struct listener *listener, unsigned int nr_structs,
			    bool give_way)
{
	struct kmst_session_config config = config_of(&kmst_counted_allocator, nr_structs);
	struct kmst_refusal why;

	config.give_way = give_way;
	return kmst_session_start(&listener->session, &config, &why);
}

static void close_listener(void *data)
{
	kmst_session_close(&((struct listener *)data)->session);
}

static struct listener *new_listener(struct kunit *test)
{
	struct listener *listener = kunit_kzalloc(test, sizeof(*listener), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, listener);
	kmst_session_init(&listener->session, &listener_ops, "k_memory");
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, close_listener, listener), 0);
	return listener;
}

static void the_largest_gives_way(struct kunit *test)
{
	struct listener *small = test->priv;
	struct listener *large = new_listener(test);
	struct listener *kept = new_listener(test);

	KUNIT_ASSERT_EQ(test, start_giving_way(small, PER_PAGE, true), 0);
	KUNIT_ASSERT_EQ(test, start_giving_way(large, 20 * PER_PAGE, true), 0);
	KUNIT_ASSERT_EQ(test, start_giving_way(kept, 40 * PER_PAGE, false), 0);

	KUNIT_EXPECT_EQ(test, kmst_sessions_give_way(), 20UL);
	KUNIT_EXPECT_EQ(test, results_of(large).state, KMST_STATE_LOST);
	KUNIT_EXPECT_EQ(test, kmst_session_nr_structs(&large->session), 0U);
	KUNIT_EXPECT_EQ(test, kmst_session_verify(&large->session), -ENOMEM);
	KUNIT_EXPECT_EQ(test, kmst_session_corrupt(&large->session, 0), -ENOMEM);
	KUNIT_EXPECT_EQ(test, large->reports, 0);
	KUNIT_EXPECT_TRUE(test, expect_soon(test, READ_ONCE(large->lost_pages) == 20));
	/* what may need memory comes after the memory was given back */
	KUNIT_EXPECT_EQ(test, large->held_at_hide, 61L);
	KUNIT_EXPECT_EQ(test, large->held_at_retire, 41L);
	KUNIT_EXPECT_EQ(test, kmst_session_verify(&small->session), 0);

	KUNIT_EXPECT_EQ(test, kmst_sessions_give_way(), 1UL);
	KUNIT_EXPECT_EQ(test, results_of(small).state, KMST_STATE_LOST);
	/* nobody is left who may be asked */
	KUNIT_EXPECT_EQ(test, kmst_sessions_give_way(), 0UL);
	KUNIT_EXPECT_EQ(test, kmst_session_verify(&kept->session), 0);

	KUNIT_EXPECT_EQ(test, kmst_session_stop(&large->session), -ENOMEM);
	KUNIT_EXPECT_EQ(test, results_of(large).state, KMST_STATE_IDLE);
	KUNIT_EXPECT_EQ(test, start_giving_way(large, PER_PAGE, true), 0);
	/* without a stop, too */
	KUNIT_EXPECT_TRUE(test, expect_soon(test, completion_done(&small->session.ended)));
	KUNIT_EXPECT_EQ(test, start_giving_way(small, PER_PAGE, true), 0);
	KUNIT_EXPECT_EQ(test, kmst_session_verify(&small->session), 0);
	/* what is held is counted before they are closed for good */
	kmst_session_close(&large->session);
	kmst_session_close(&kept->session);
}

/* What somebody else has would not become free. */
static void what_is_held_does_not_give_way(struct kunit *test)
{
	struct listener *listener = test->priv;
	struct kmst_arena *arena;

	KUNIT_ASSERT_EQ(test, start_giving_way(listener, PER_PAGE, true), 0);
	arena = kmst_session_arena(&listener->session);
	KUNIT_EXPECT_EQ(test, kmst_sessions_give_way(), 0UL);
	KUNIT_EXPECT_EQ(test, kmst_session_verify(&listener->session), 0);
	kmst_arena_put(arena);
	KUNIT_EXPECT_EQ(test, kmst_sessions_give_way(), 1UL);
}

/* One that ends is not waited for: the next one is asked. One that is late, only once. */
static void who_does_not_give_way_is_not_asked_again(struct kunit *test)
{
	struct listener *ends = new_listener(test);
	struct listener *late = new_listener(test);
	struct listener *small = test->priv;

	KUNIT_ASSERT_EQ(test, start_giving_way(small, PER_PAGE, true), 0);
	KUNIT_ASSERT_EQ(test, start_giving_way(late, 20 * PER_PAGE, true), 0);
	KUNIT_ASSERT_EQ(test, start_giving_way(ends, 40 * PER_PAGE, true), 0);

	/* neither can go on while somebody has its words */
	mutex_lock(&ends->session.words);
	mutex_lock_nested(&late->session.words, SINGLE_DEPTH_NESTING);
	kmst_session_end(&ends->session);
	KUNIT_EXPECT_EQ(test, kmst_sessions_give_way(), 0UL);
	KUNIT_EXPECT_EQ(test, kmst_sessions_give_way(), 1UL);
	mutex_unlock(&late->session.words);
	mutex_unlock(&ends->session.words);
	KUNIT_EXPECT_EQ(test, kmst_session_close(&ends->session), 0);
	KUNIT_EXPECT_EQ(test, kmst_session_close(&late->session), -ENOMEM);
}

static void results_are_of_one_run(struct kunit *test)
{
	struct kmst_session_config too_many = config_of(kmst_allocator_find("page"), U32_MAX);
	struct listener *listener = test->priv;
	struct kmst_refusal why;

	KUNIT_EXPECT_EQ(test, results_of(listener).run, 0ULL);
	listener->corrupt = true;
	KUNIT_ASSERT_EQ(test, restart(listener, 1000), 0);
	KUNIT_EXPECT_EQ(test, kmst_session_stop(&listener->session), -EILSEQ);
	KUNIT_EXPECT_EQ(test, results_of(listener).run, 1ULL);
	KUNIT_EXPECT_EQ(test, results_of(listener).error, -EILSEQ);
	KUNIT_EXPECT_EQ(test, results_of(listener).mismatches, 1ULL);

	/* a start that is refused is a run of its own, which found nothing */
	KUNIT_EXPECT_EQ(test, kmst_session_start(&listener->session, &too_many, &why), -E2BIG);
	KUNIT_EXPECT_EQ(test, results_of(listener).run, 2ULL);
	KUNIT_EXPECT_EQ(test, results_of(listener).error, -E2BIG);
	KUNIT_EXPECT_EQ(test, results_of(listener).mismatches, 0ULL);
	KUNIT_EXPECT_EQ(test, results_of(listener).verifications, 0ULL);
}

static void closing_ends_a_fill(struct kunit *test)
{
	struct listener *listener = test->priv;
	struct starter *starter = start_in_background(test);

	KUNIT_EXPECT_FALSE(test, completion_done(&starter->done));
	KUNIT_EXPECT_EQ(test, kmst_session_close(&listener->session), 0);
	expect_idle(test, listener);
	KUNIT_ASSERT_NE(test, wait_for_completion_timeout(&starter->done, 10 * HZ), 0UL);
	KUNIT_EXPECT_EQ(test, starter->err, -EINTR);
	KUNIT_EXPECT_EQ(test, listener->fills, 0);
	KUNIT_EXPECT_EQ(test, listener->reports, 0);
}

static struct kunit_case session_cases[] = {
	KUNIT_CASE(an_arena_starts_and_stops),
	KUNIT_CASE(stopping_an_idle_session_does_nothing),
	KUNIT_CASE(a_restart_verifies_the_old_arena),
	KUNIT_CASE(a_corrupt_arena_is_reported_and_freed),
	KUNIT_CASE(a_corrupt_arena_stops_a_restart),
	KUNIT_CASE(a_thread_that_ends_early_is_safe),
	KUNIT_CASE(a_refused_request_leaves_the_live_arena),
	KUNIT_CASE(a_closed_session_refuses_to_start),
	KUNIT_CASE(the_thread_sleeps),
	KUNIT_CASE(a_live_arena_is_verified_and_stays),
	KUNIT_CASE(a_corrupted_word_is_found_while_live),
	KUNIT_CASE(a_scrub_finds_a_corrupted_word),
	KUNIT_CASE(a_scrub_that_runs_is_stopped),
	KUNIT_CASE(a_scrub_that_waits_is_stopped),
	KUNIT_CASE(the_results_tell_of_the_run),
	KUNIT_CASE(a_fatal_signal_ends_a_fill),
	KUNIT_CASE(another_signal_does_not),
	KUNIT_CASE(readers_do_not_wait_for_a_fill),
	KUNIT_CASE(waiting_for_a_turn_is_started_again),
	KUNIT_CASE(an_end_is_not_waited_for),
	KUNIT_CASE(the_largest_gives_way),
	KUNIT_CASE(what_is_held_does_not_give_way),
	KUNIT_CASE(who_does_not_give_way_is_not_asked_again),
	KUNIT_CASE(results_are_of_one_run),
	KUNIT_CASE(closing_ends_a_fill),
	{}
};

static struct kunit_suite session_suite = {
	.name = "kmem_studio_session",
	.init = session_init,
	.exit = session_exit,
	.test_cases = session_cases,
};

kunit_test_suite(session_suite);
