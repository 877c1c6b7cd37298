// SPDX-License-Identifier: GPL-2.0
/*
 * A bench between its runs: what is seen of it is of one run, whatever follows.
 */
#include <kunit/test.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "../bench/job.h"
#include "alone.h"

#define ROUNDS	2U

static void close_job(void *data)
{
	kmst_job_end(data);
	kmst_job_close(data);
}

static void look_away(void *view)
{
	kmst_job_look_away(view);
}

static int job_init(struct kunit *test)
{
	struct kmst_job *job = kunit_kzalloc(test, sizeof(*job), GFP_KERNEL);

	if (!job)
		return -ENOMEM;
	kmst_job_init(job);
	job->config.rounds = ROUNDS;
	test->priv = job;
	return kunit_add_action_or_reset(test, close_job, job);
}

static void run_job(struct kunit *test, unsigned int held)
{
	struct kmst_job *job = test->priv;
	int err;

	job->config.held = held;
	do {
		err = kmst_job_run(job, 50);
		/* a program's call would be made again by this */
		flush_signals(current);
	} while (err == -ERESTARTNOINTR);
	KUNIT_ASSERT_EQ(test, err, 0);
}

static const struct kmst_job_view *look(struct kunit *test)
{
	struct kmst_job_view *view = kunit_kzalloc(test, sizeof(*view), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, view);
	KUNIT_ASSERT_EQ(test, kmst_job_look(test->priv, view), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, look_away, view), 0);
	return view;
}

static void expect_run(struct kunit *test, const struct kmst_job_view *view, unsigned int held)
{
	KUNIT_EXPECT_EQ(test, view->state, KMST_TURN_DONE);
	KUNIT_EXPECT_EQ(test, view->error, 0);
	KUNIT_EXPECT_EQ(test, view->config.held, held);
	KUNIT_ASSERT_NOT_NULL(test, view->results);
	KUNIT_EXPECT_EQ(test, view->results->ops, (u64)held * ROUNDS);
}

static void before_the_first_run_there_are_settings(struct kunit *test)
{
	struct kmst_job *job = test->priv;
	const struct kmst_job_view *view;

	job->config.held = 7;
	view = look(test);
	KUNIT_EXPECT_EQ(test, view->state, KMST_TURN_IDLE);
	KUNIT_EXPECT_EQ(test, view->config.held, 7U);
	KUNIT_EXPECT_NULL(test, view->results);
}

static void what_is_seen_is_of_one_run(struct kunit *test)
{
	const struct kmst_job_view *first, *second, *third;
	struct kmst_job *job = test->priv;

	needs_to_be_alone(test);
	run_job(test, 10);
	first = look(test);
	run_job(test, 20);
	second = look(test);
	/* what the next run goes by is not what the last one has measured */
	job->config.held = 30;
	third = look(test);
	expect_run(test, first, 10);
	expect_run(test, second, 20);
	expect_run(test, third, 20);
}

static void what_is_seen_outlives_the_bench(struct kunit *test)
{
	const struct kmst_job_view *view;

	needs_to_be_alone(test);
	run_job(test, 10);
	view = look(test);
	kunit_release_action(test, close_job, test->priv);
	expect_run(test, view, 10);
}

static struct kunit_case job_cases[] = {
	KUNIT_CASE(before_the_first_run_there_are_settings),
	KUNIT_CASE(what_is_seen_is_of_one_run),
	KUNIT_CASE(what_is_seen_outlives_the_bench),
	{}
};

static struct kunit_suite job_suite = {
	.name = "kmem_studio_job",
	.init = job_init,
	.test_cases = job_cases,
};

kunit_test_suite(job_suite);
