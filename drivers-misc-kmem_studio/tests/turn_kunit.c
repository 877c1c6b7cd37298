// SPDX-License-Identifier: GPL-2.0
/*
 * Whose turn it is: each writer gets the answer to what it wrote, and a writer that is gone is
 * in nobody's way.
 */
#include <kunit/test-bug.h>
#include <kunit/test.h>
#include <linux/cleanup.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "../turn.h"

#define COMMAND		1
#define ANOTHER		2

/* Somebody else, who takes the turn. */
struct other {
	struct kmst_turn	*turn;
	struct completion	took;
	struct completion	may_end;
	struct task_struct	*task;
};

static void destroy(void *turn)
{
	kmst_turn_destroy(turn);
}

static int turn_init(struct kunit *test)
{
	struct kmst_turn *turn = kunit_kzalloc(test, sizeof(*turn), GFP_KERNEL);

	if (!turn)
		return -ENOMEM;
	kmst_turn_init(turn);
	test->priv = turn;
	return kunit_add_action_or_reset(test, destroy, turn);
}

static enum kmst_turn_whose ask(struct kunit *test, unsigned int command, u64 argument)
{
	struct kmst_turn *turn = test->priv;

	guard(mutex)(&turn->lock);

	return kmst_turn_ask(turn, command, argument);
}

static void begin(struct kmst_turn *turn)
{
	guard(mutex)(&turn->lock);

	kmst_turn_begin(turn, COMMAND, 0);
}

static void end(struct kunit *test)
{
	struct kmst_turn *turn = test->priv;

	guard(mutex)(&turn->lock);

	kmst_turn_end(turn);
}

static int take(void *data)
{
	struct other *other = data;

	begin(other->turn);
	complete(&other->took);
	wait_for_completion(&other->may_end);
	return 0;
}

static void let_end(void *data)
{
	struct other *other = data;

	complete(&other->may_end);
	kthread_stop_put(other->task);
	other->task = NULL;
}

static struct other *other_takes(struct kunit *test)
{
	struct other *other = kunit_kzalloc(test, sizeof(*other), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, other);
	other->turn = test->priv;
	init_completion(&other->took);
	init_completion(&other->may_end);
	other->task = kthread_create(take, other, "kmst_kunit");
	KUNIT_ASSERT_FALSE(test, IS_ERR(other->task));
	get_task_struct(other->task);
	wake_up_process(other->task);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, let_end, other), 0);
	wait_for_completion(&other->took);
	return other;
}

static void a_command_is_answered_once(struct kunit *test)
{
	struct kmst_turn *turn = test->priv;

	KUNIT_EXPECT_EQ(test, ask(test, COMMAND, 0), KMST_TURN_FREE);
	begin(turn);
	KUNIT_EXPECT_EQ(test, turn->state, KMST_TURN_RUNNING);
	KUNIT_EXPECT_EQ(test, ask(test, COMMAND, 0), KMST_TURN_OWN);
	end(test);
	KUNIT_EXPECT_EQ(test, turn->state, KMST_TURN_DONE);
	KUNIT_EXPECT_EQ(test, ask(test, COMMAND, 0), KMST_TURN_OVER);
	scoped_guard(mutex, &turn->lock)
		kmst_turn_answered(turn);
	KUNIT_EXPECT_NULL(test, turn->writer);
	KUNIT_EXPECT_EQ(test, ask(test, COMMAND, 0), KMST_TURN_FREE);
}

/* A program that left a signal handler by a jump asks for something else. */
static void an_answer_is_for_what_was_asked(struct kunit *test)
{
	begin(test->priv);
	KUNIT_EXPECT_EQ(test, ask(test, ANOTHER, 0), KMST_TURN_OTHERS);
	KUNIT_EXPECT_EQ(test, ask(test, COMMAND, 1), KMST_TURN_OTHERS);
	end(test);
	KUNIT_EXPECT_EQ(test, ask(test, ANOTHER, 0), KMST_TURN_FREE);
	KUNIT_EXPECT_EQ(test, ask(test, COMMAND, 1), KMST_TURN_FREE);
	KUNIT_EXPECT_EQ(test, ask(test, COMMAND, 0), KMST_TURN_OVER);
}

static void others_are_answered_first(struct kunit *test)
{
	struct kmst_turn *turn = test->priv;

	other_takes(test);
	KUNIT_EXPECT_EQ(test, ask(test, COMMAND, 0), KMST_TURN_OTHERS);
	KUNIT_EXPECT_TRUE(test, kmst_turn_is_wanted(turn));
	end(test);
	/* over, but its writer has not come for the answer: for a while it may */
	turn->done_at = jiffies + 60 * HZ;
	KUNIT_EXPECT_EQ(test, ask(test, COMMAND, 0), KMST_TURN_OTHERS);
	turn->done_at = jiffies - 2 * kmst_turn_slice() - 1;
	KUNIT_EXPECT_EQ(test, ask(test, COMMAND, 0), KMST_TURN_FREE);
}

static void who_is_gone_is_not_waited_for(struct kunit *test)
{
	struct kmst_turn *turn = test->priv;
	struct other *other = other_takes(test);

	KUNIT_EXPECT_TRUE(test, kmst_turn_is_wanted(turn));
	kunit_release_action(test, let_end, other);
	KUNIT_EXPECT_FALSE(test, kmst_turn_is_wanted(turn));
	/* what it asked for runs on, until somebody ends it */
	KUNIT_EXPECT_EQ(test, ask(test, COMMAND, 0), KMST_TURN_OTHERS);
	end(test);
	turn->done_at = jiffies + 60 * HZ;
	KUNIT_EXPECT_EQ(test, ask(test, COMMAND, 0), KMST_TURN_FREE);
}

static bool never_called(struct kmst_turn *turn)
{
	KUNIT_FAIL(kunit_get_current_test(), "nobody was killed");
	return true;
}

/* The call is made again: whoever waits for the writer's locks goes on in between. */
static void a_wait_is_a_slice(struct kunit *test)
{
	struct kmst_turn *turn = test->priv;

	begin(turn);
	KUNIT_EXPECT_EQ(test, kmst_turn_wait(turn, never_called), -ERESTARTNOINTR);
	KUNIT_EXPECT_TRUE(test, signal_pending(current));
	/* as the kernel does on the way to user space */
	flush_signals(current);
	end(test);
	KUNIT_EXPECT_EQ(test, kmst_turn_wait(turn, never_called), 0);
	KUNIT_EXPECT_FALSE(test, signal_pending(current));
}

static struct kunit_case turn_cases[] = {
	KUNIT_CASE(a_command_is_answered_once),
	KUNIT_CASE(an_answer_is_for_what_was_asked),
	KUNIT_CASE(others_are_answered_first),
	KUNIT_CASE(who_is_gone_is_not_waited_for),
	KUNIT_CASE_SLOW(a_wait_is_a_slice),
	{}
};

static struct kunit_suite turn_suite = {
	.name = "kmem_studio_turn",
	.init = turn_init,
	.test_cases = turn_cases,
};

kunit_test_suite(turn_suite);
