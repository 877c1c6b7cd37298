// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a session's thread: it starts whole or not at all, sleeps, answers,
 * and ends, whoever stops it and whenever.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "../giveway.h"
#include "../session.h"
#include "alone.h"
#include "counted.h"
#include "listener.h"

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
		kmst_counted.pages_until_failure = n % 5;
		KUNIT_EXPECT_EQ(test, restart(listener, 5 * PER_PAGE), -ENOMEM);
		expect_idle(test, listener);
	}
	KUNIT_EXPECT_EQ(test, listener->hellos, 20);
	KUNIT_EXPECT_EQ(test, listener->fills, 0);
	KUNIT_EXPECT_EQ(test, kmst_session_stop(&listener->session), 0);

	kmst_counted.pages_until_failure = -1;
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
	/* it has that state a moment before it sleeps */
	expect_soon(test, !READ_ONCE(task->on_rq));
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

/* Who waits for a scrub waits for no thread that gives way to all others. */
static void a_scrub_that_is_waited_for_is_not_nice(struct kunit *test)
{
	struct listener *listener = test->priv;

	listener->hurry = true;
	KUNIT_ASSERT_EQ(test, start_scrubbed(listener, 1), 0);
	/* the second of them is nice again; the stop hurries one, too */
	expect_soon(test, results_of(listener).scrubs > 1);
	KUNIT_EXPECT_EQ(test, READ_ONCE(listener->scrub_nice), MAX_NICE);
	KUNIT_EXPECT_EQ(test, READ_ONCE(listener->hurried_nice), 0);
	KUNIT_EXPECT_EQ(test, kmst_session_stop(&listener->session), 0);
	KUNIT_EXPECT_EQ(test, listener->answer_nice, 0);
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

	kmst_counted.pages_until_failure = 1;
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
	wait_for_completion(&starter->done);
	KUNIT_EXPECT_EQ(test, starter->err, -EINTR);
	expect_idle(test, listener);
	KUNIT_EXPECT_EQ(test, listener->fills, 0);

	/* the request to give up was for that start only */
	kmst_counted.hang = false;
	KUNIT_EXPECT_EQ(test, restart(listener, 1000), 0);
}

/* Who asked is gone, and cannot send a signal to whoever does it. */
static void an_interrupt_ends_a_fill(struct kunit *test)
{
	struct listener *listener = test->priv;
	struct starter *starter = start_in_background(test);

	kmst_session_interrupt(&listener->session);
	wait_for_completion(&starter->done);
	KUNIT_EXPECT_EQ(test, starter->err, -EINTR);
	expect_idle(test, listener);
	KUNIT_EXPECT_EQ(test, listener->fills, 0);

	/* that was for this start only */
	kmst_counted.hang = false;
	KUNIT_EXPECT_EQ(test, restart(listener, 1000), 0);
}

static void an_interrupt_ends_a_verification(struct kunit *test)
{
	struct listener *listener = test->priv;

	KUNIT_ASSERT_EQ(test, start_scrubbed(listener, 0), 0);
	kmst_session_interrupt(&listener->session);
	KUNIT_EXPECT_EQ(test, kmst_session_verify(&listener->session), -EINTR);
	KUNIT_EXPECT_EQ(test, results_of(listener).state, KMST_STATE_LIVE);
	KUNIT_EXPECT_EQ(test, results_of(listener).error, -EINTR);
	kmst_session_go_on(&listener->session);
	KUNIT_EXPECT_EQ(test, kmst_session_verify(&listener->session), 0);
	kmst_session_interrupt(&listener->session);
	KUNIT_EXPECT_EQ(test, kmst_session_corrupt(&listener->session, 0), -EINTR);
	/* a stop owes an answer */
	listener->reports = 0;
	KUNIT_EXPECT_EQ(test, kmst_session_stop(&listener->session), 0);
	KUNIT_EXPECT_EQ(test, listener->reports, 1);
}

/* What a scrub has seen is told, whoever waits for its end is gone. */
static void an_interrupt_does_not_end_a_scrub(struct kunit *test)
{
	struct listener *listener = test->priv;
	u64 scrubs;

	KUNIT_ASSERT_EQ(test, start_scrubbed(listener, 1), 0);
	kmst_session_interrupt(&listener->session);
	KUNIT_EXPECT_EQ(test, kmst_session_corrupt(&listener->session, 0), -EINTR);
	/* one more may have begun before */
	scrubs = results_of(listener).scrubs;
	expect_soon(test, results_of(listener).scrubs > scrubs + 1);
	KUNIT_EXPECT_EQ(test, results_of(listener).error, 0);
	kmst_session_go_on(&listener->session);
	KUNIT_EXPECT_EQ(test, kmst_session_stop(&listener->session), 0);
}

static void another_signal_does_not(struct kunit *test)
{
	struct listener *listener = test->priv;
	struct starter *starter = start_in_background(test);

	send_sig(SIGINT, starter->task, 1);
	msleep(100);
	KUNIT_EXPECT_FALSE(test, completion_done(&starter->done));
	WRITE_ONCE(kmst_counted.hang, false);
	wait_for_completion(&starter->done);
	KUNIT_EXPECT_EQ(test, starter->err, 0);
	KUNIT_EXPECT_EQ(test, kmst_session_nr_structs(&listener->session), 10 * PER_PAGE);
}

/* What is being allocated is given back, too, before there is an arena. */
static void a_start_gives_way(struct kunit *test)
{
	struct listener *listener = test->priv;
	struct starter *starter;

	needs_to_be_alone(test);
	starter = start_in_background(test);
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 0UL);
	WRITE_ONCE(listener->session.config.give_way, true);
	KUNIT_EXPECT_GE(test, kmst_giveway_now(), 10UL);
	wait_for_completion(&starter->done);
	KUNIT_EXPECT_EQ(test, starter->err, -ENOMEM);
	expect_idle(test, listener);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&kmst_counted.pages_held), 0L);
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

	/* a signal is for who has asked for it */
	KUNIT_ASSERT_TRUE(test, expect_soon(test, READ_ONCE(second->task->__state) &
						  TASK_INTERRUPTIBLE));
	send_sig(SIGINT, second->task, 1);
	wait_for_completion(&second->done);
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

/* An arena has a device while users are let in, and from then on. */
static void users_are_let_in_and_out(struct kunit *test)
{
	struct listener *listener = test->priv;

	KUNIT_ASSERT_EQ(test, restart(listener, PER_PAGE), 0);
	KUNIT_EXPECT_NULL(test, listener->session.share.device);
	KUNIT_EXPECT_EQ(test, kmst_session_open(&listener->session), 0);
	KUNIT_EXPECT_NOT_NULL(test, listener->session.share.device);
	KUNIT_EXPECT_EQ(test, kmst_session_stop(&listener->session), 0);
	KUNIT_EXPECT_NULL(test, listener->session.share.device);
	KUNIT_ASSERT_EQ(test, restart(listener, PER_PAGE), 0);
	KUNIT_EXPECT_NOT_NULL(test, listener->session.share.device);
	kmst_session_end(&listener->session);
	KUNIT_EXPECT_NULL(test, listener->session.share.device);
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
	wait_for_completion(&starter->done);
	KUNIT_EXPECT_EQ(test, starter->err, -EINTR);
	KUNIT_EXPECT_EQ(test, listener->fills, 0);
	KUNIT_EXPECT_EQ(test, listener->reports, 0);
}

static int closer_thread(void *data)
{
	return kmst_session_close(&((struct listener *)data)->session);
}

/* For another close or stop, or a verification, of any length: as hung tasks are told. */
static void a_close_that_waits_is_no_hang(struct kunit *test)
{
	struct listener *listener = test->priv;
	struct task_struct *closer;

	KUNIT_ASSERT_EQ(test, start_scrubbed(listener, 0), 0);
	closer = kthread_create(closer_thread, listener, "kmst_closer");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, closer);
	get_task_struct(closer);
	mutex_lock(&listener->session.lock);
	mutex_lock(&listener->session.words);
	wake_up_process(closer);
	expect_soon(test, READ_ONCE(closer->__state) & TASK_WAKEKILL);
	mutex_unlock(&listener->session.lock);
	expect_soon(test, READ_ONCE(closer->__state) & TASK_NOLOAD);
	mutex_unlock(&listener->session.words);
	KUNIT_EXPECT_EQ(test, kthread_stop_put(closer), 0);
	expect_idle(test, listener);
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
	KUNIT_CASE(a_scrub_that_is_waited_for_is_not_nice),
	KUNIT_CASE(a_scrub_that_waits_is_stopped),
	KUNIT_CASE(the_results_tell_of_the_run),
	KUNIT_CASE(a_fatal_signal_ends_a_fill),
	KUNIT_CASE(an_interrupt_ends_a_fill),
	KUNIT_CASE(an_interrupt_ends_a_verification),
	KUNIT_CASE(an_interrupt_does_not_end_a_scrub),
	KUNIT_CASE(another_signal_does_not),
	KUNIT_CASE(a_start_gives_way),
	KUNIT_CASE(readers_do_not_wait_for_a_fill),
	KUNIT_CASE(waiting_for_a_turn_is_started_again),
	KUNIT_CASE(an_end_is_not_waited_for),
	KUNIT_CASE(users_are_let_in_and_out),
	KUNIT_CASE(results_are_of_one_run),
	KUNIT_CASE(closing_ends_a_fill),
	KUNIT_CASE(a_close_that_waits_is_no_hang),
	{}
};

static struct kunit_suite session_suite = {
	.name = "kmem_studio_session",
	.init = kmst_listener_init,
	.exit = kmst_listener_exit,
	.test_cases = session_cases,
};

kunit_test_suite(session_suite);
