// SPDX-License-Identifier: GPL-2.0
/*
 * Each writer gets the answer to what it wrote, in order, and one that is gone is in nobody's
 * way.
 */
#include <kunit/test-bug.h>
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "../turn.h"

#define COMMAND		1
#define ANOTHER		2

/* Somebody else, who writes. */
struct other {
	struct kmst_turn	*turn;
	struct kmst_call	*call;
	struct completion	wrote;
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

static struct kmst_call *find(struct kmst_turn *turn, unsigned int command, u64 argument)
{
	guard(mutex)(&turn->lock);

	return kmst_turn_find(turn, command, argument);
}

static struct kmst_call *add(struct kmst_turn *turn, unsigned int command, u64 argument)
{
	struct kmst_call *call = kmst_call_new(command, argument);

	guard(mutex)(&turn->lock);

	if (call)
		kmst_turn_add(turn, call);
	return call;
}

static struct kmst_call *next(struct kmst_turn *turn)
{
	guard(mutex)(&turn->lock);

	return kmst_turn_next(turn);
}

static void end(struct kmst_turn *turn, int err)
{
	guard(mutex)(&turn->lock);

	kmst_turn_end(turn, err);
}

static int answer(struct kmst_turn *turn, struct kmst_call *call)
{
	guard(mutex)(&turn->lock);

	return kmst_turn_answer(turn, call);
}

static int write_command(void *data)
{
	struct other *other = data;

	other->call = add(other->turn, COMMAND, 0);
	complete(&other->wrote);
	wait_for_completion(&other->may_end);
	return 0;
}

static void let_end(void *data)
{
	struct other *other = data;

	complete(&other->may_end);
	kthread_stop_put(other->task);
}

static struct other *other_writes(struct kunit *test)
{
	struct other *other = kunit_kzalloc(test, sizeof(*other), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, other);
	other->turn = test->priv;
	init_completion(&other->wrote);
	init_completion(&other->may_end);
	other->task = kthread_create(write_command, other, "kmst_kunit");
	KUNIT_ASSERT_FALSE(test, IS_ERR(other->task));
	get_task_struct(other->task);
	wake_up_process(other->task);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, let_end, other), 0);
	wait_for_completion(&other->wrote);
	KUNIT_ASSERT_NOT_NULL(test, other->call);
	return other;
}

static void a_write_is_done_and_answered_once(struct kunit *test)
{
	struct kmst_turn *turn = test->priv;
	struct kmst_call *call;

	KUNIT_EXPECT_NULL(test, find(turn, COMMAND, 5));
	KUNIT_EXPECT_NULL(test, next(turn));
	KUNIT_EXPECT_EQ(test, turn->state, KMST_TURN_IDLE);

	call = add(turn, COMMAND, 5);
	KUNIT_ASSERT_NOT_NULL(test, call);
	KUNIT_EXPECT_PTR_EQ(test, find(turn, COMMAND, 5), call);
	KUNIT_EXPECT_EQ(test, call->state, KMST_CALL_WAITS);

	KUNIT_EXPECT_PTR_EQ(test, next(turn), call);
	KUNIT_EXPECT_EQ(test, turn->state, KMST_TURN_RUNNING);
	KUNIT_EXPECT_TRUE(test, kmst_turn_is_wanted(turn));
	end(turn, -EILSEQ);
	KUNIT_EXPECT_EQ(test, turn->state, KMST_TURN_DONE);
	KUNIT_EXPECT_NULL(test, next(turn));

	KUNIT_EXPECT_PTR_EQ(test, find(turn, COMMAND, 5), call);
	KUNIT_EXPECT_EQ(test, answer(turn, call), -EILSEQ);
	KUNIT_EXPECT_NULL(test, find(turn, COMMAND, 5));
}

/* A handler of a signal writes, too; or the program leaves it by a jump. */
static void an_answer_is_for_what_was_written(struct kunit *test)
{
	struct kmst_turn *turn = test->priv;

	KUNIT_ASSERT_NOT_NULL(test, add(turn, COMMAND, 0));
	KUNIT_EXPECT_NULL(test, find(turn, ANOTHER, 0));
	KUNIT_EXPECT_NULL(test, find(turn, COMMAND, 1));
	KUNIT_ASSERT_NOT_NULL(test, next(turn));
	end(turn, 0);
	KUNIT_ASSERT_NOT_NULL(test, find(turn, COMMAND, 0));
	KUNIT_ASSERT_NOT_NULL(test, add(turn, ANOTHER, 0));
	KUNIT_EXPECT_NOT_NULL(test, find(turn, COMMAND, 0));
}

/* Of those who write something else each time, and jump out. */
static void few_answers_are_kept(struct kunit *test)
{
	struct kmst_turn *turn = test->priv;
	u64 nr;

	for (nr = 0; nr < 100; nr++) {
		KUNIT_ASSERT_NOT_NULL(test, add(turn, COMMAND, nr));
		KUNIT_ASSERT_NOT_NULL(test, next(turn));
		end(turn, 0);
	}
	KUNIT_EXPECT_NOT_NULL(test, find(turn, COMMAND, 99));
	KUNIT_EXPECT_NULL(test, find(turn, COMMAND, 50));
	KUNIT_EXPECT_LE(test, list_count_nodes(&turn->calls), 6U);
}

/* Each gets its own, however late it comes, and whoever wrote first is first. */
static void writes_are_done_in_order(struct kunit *test)
{
	struct kmst_turn *turn = test->priv;
	struct other *first = other_writes(test);
	struct kmst_call *own = add(turn, COMMAND, 0);
	struct other *third = other_writes(test);

	KUNIT_ASSERT_NOT_NULL(test, own);
	KUNIT_EXPECT_PTR_EQ(test, find(turn, COMMAND, 0), own);
	KUNIT_EXPECT_PTR_EQ(test, next(turn), first->call);
	end(turn, -EILSEQ);
	KUNIT_EXPECT_PTR_EQ(test, next(turn), own);
	end(turn, 0);
	KUNIT_EXPECT_PTR_EQ(test, next(turn), third->call);
	end(turn, -EBUSY);
	KUNIT_EXPECT_NULL(test, next(turn));

	KUNIT_EXPECT_EQ(test, answer(turn, own), 0);
	KUNIT_EXPECT_EQ(test, first->call->state, KMST_CALL_OVER);
	KUNIT_EXPECT_EQ(test, first->call->err, -EILSEQ);
	KUNIT_EXPECT_EQ(test, third->call->err, -EBUSY);
}

static void who_is_gone_is_in_nobodys_way(struct kunit *test)
{
	struct kmst_turn *turn = test->priv;
	struct other *first = other_writes(test);
	struct other *second = other_writes(test);
	struct kmst_call *own;

	KUNIT_EXPECT_PTR_EQ(test, next(turn), first->call);
	KUNIT_EXPECT_TRUE(test, kmst_turn_is_wanted(turn));
	kunit_release_action(test, let_end, first);
	kunit_release_action(test, let_end, second);
	/* what is being done goes on, until somebody ends it */
	KUNIT_EXPECT_FALSE(test, kmst_turn_is_wanted(turn));
	own = add(turn, COMMAND, 0);
	KUNIT_EXPECT_PTR_EQ(test, turn->running, first->call);
	end(turn, 0);
	/* what was not begun is not done */
	KUNIT_EXPECT_PTR_EQ(test, next(turn), own);
	KUNIT_EXPECT_TRUE(test, list_is_singular(&turn->calls));
	end(turn, 0);
}

static void never_called(struct kmst_turn *turn)
{
	KUNIT_FAIL(kunit_get_current_test(), "nobody was killed");
}

/* Somebody who waits, and is killed meanwhile. */
struct waiter {
	struct kmst_turn	*turn;
	struct completion	waits;
	struct completion	left;
	struct task_struct	*task;
	atomic_t		told;
	int			err;
};

static struct waiter *the_waiter;

static void tell_waiter(struct kmst_turn *turn)
{
	atomic_inc(&the_waiter->told);
}

static int wait_thread(void *data)
{
	struct waiter *waiter = data;
	struct kmst_call *call;

	allow_signal(SIGKILL);
	call = add(waiter->turn, COMMAND, 0);
	complete(&waiter->waits);
	do {
		waiter->err = call ? kmst_turn_wait(waiter->turn, call, tell_waiter) : -ENOMEM;
		/* what restart_syscall() leaves, and not what kills */
		if (waiter->err == -ERESTARTNOINTR && !fatal_signal_pending(current))
			flush_signals(current);
	} while (waiter->err == -ERESTARTNOINTR);
	complete(&waiter->left);
	/* the test holds a reference to the task: returning early is safe */
	return 0;
}

static void end_waiter(void *data)
{
	struct waiter *waiter = data;

	send_sig(SIGKILL, waiter->task, 1);
	wait_for_completion(&waiter->left);
	kthread_stop_put(waiter->task);
}

static struct waiter *start_waiter(struct kunit *test)
{
	struct waiter *waiter = kunit_kzalloc(test, sizeof(*waiter), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, waiter);
	the_waiter = waiter;
	waiter->turn = test->priv;
	init_completion(&waiter->waits);
	init_completion(&waiter->left);
	waiter->task = kthread_create(wait_thread, waiter, "kmst_kunit");
	KUNIT_ASSERT_FALSE(test, IS_ERR(waiter->task));
	get_task_struct(waiter->task);
	wake_up_process(waiter->task);
	wait_for_completion(&waiter->waits);
	return waiter;
}

static void what_was_not_begun_goes_with_its_writer(struct kunit *test)
{
	struct kmst_turn *turn = test->priv;
	struct waiter *waiter = start_waiter(test);

	end_waiter(waiter);
	KUNIT_EXPECT_EQ(test, waiter->err, -EINTR);
	KUNIT_EXPECT_EQ(test, atomic_read(&waiter->told), 0);
	KUNIT_EXPECT_TRUE(test, list_empty(&turn->calls));
	KUNIT_EXPECT_NULL(test, next(turn));
}

static void what_was_begun_is_told(struct kunit *test)
{
	struct kmst_turn *turn = test->priv;
	struct waiter *waiter = start_waiter(test);

	KUNIT_EXPECT_NOT_NULL(test, next(turn));
	KUNIT_EXPECT_TRUE(test, kmst_turn_is_wanted(turn));
	end_waiter(waiter);
	KUNIT_EXPECT_EQ(test, waiter->err, -EINTR);
	KUNIT_EXPECT_EQ(test, atomic_read(&waiter->told), 1);
	KUNIT_EXPECT_FALSE(test, kmst_turn_is_wanted(turn));
	/* nobody comes for the answer */
	end(turn, 0);
	KUNIT_EXPECT_TRUE(test, list_empty(&turn->calls));
}

/* The call is made again: whoever waits for the writer's locks goes on in between. */
static void a_wait_is_a_slice(struct kunit *test)
{
	struct kmst_turn *turn = test->priv;
	struct kmst_call *call = add(turn, COMMAND, 0);

	KUNIT_ASSERT_NOT_NULL(test, call);
	KUNIT_EXPECT_EQ(test, kmst_turn_wait(turn, call, never_called), -ERESTARTNOINTR);
	KUNIT_EXPECT_TRUE(test, signal_pending(current));
	/* as the kernel does on the way to user space */
	flush_signals(current);
	KUNIT_ASSERT_PTR_EQ(test, next(turn), call);
	end(turn, 0);
	KUNIT_EXPECT_EQ(test, kmst_turn_wait(turn, call, never_called), 0);
	KUNIT_EXPECT_FALSE(test, signal_pending(current));
}

static struct kunit_case turn_cases[] = {
	KUNIT_CASE(a_write_is_done_and_answered_once),
	KUNIT_CASE(an_answer_is_for_what_was_written),
	KUNIT_CASE(few_answers_are_kept),
	KUNIT_CASE(writes_are_done_in_order),
	KUNIT_CASE(who_is_gone_is_in_nobodys_way),
	KUNIT_CASE(what_was_not_begun_goes_with_its_writer),
	KUNIT_CASE(what_was_begun_is_told),
	KUNIT_CASE_SLOW(a_wait_is_a_slice),
	{}
};

static struct kunit_suite turn_suite = {
	.name = "kmem_studio_turn",
	.init = turn_init,
	.test_cases = turn_cases,
};

kunit_test_suite(turn_suite);
