// SPDX-License-Identifier: GPL-2.0
/*
 * A session with a front end that remembers what it was told.
 */
#include <linux/container_of.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "listener.h"

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

static void hear_scrub(struct listener *listener)
{
	WRITE_ONCE(listener->scrub_nice, task_nice(current));
	if (listener->hurry)
		kmst_session_hurry(&listener->session);
	WRITE_ONCE(listener->hurried_nice, task_nice(current));
}

static void hear_verified(struct kmst_session *session,
			  const struct kmst_arena *arena,
			  const struct kmst_report *report, bool scrub, int err)
{
	struct listener *listener = listener_of(session);

	if (scrub) {
		hear_scrub(listener);
		return;
	}
	listener->answer_nice = task_nice(current);
	listener->reports++;
	listener->last_err = err;
}

static void hear_lost(struct kmst_session *session, unsigned long nr_pages)
{
	struct listener *listener = listener_of(session);

	listener->held_at_lost = atomic_long_read(&kmst_counted.pages_held);
	listener->device_at_lost = session->share.device;
	/* the test reads the others once it has seen this one */
	smp_store_release(&listener->lost_pages, nr_pages);
}

static const struct kmst_session_ops listener_ops = {
	.hello		= hear_hello,
	.filled		= hear_filled,
	.verified	= hear_verified,
	.lost		= hear_lost,
};

static void close_listener(void *data)
{
	kmst_session_close(&((struct listener *)data)->session);
}

/**
 * kmst_listener_new() - Get another idle session, which the end of the test closes.
 * @test: the test
 *
 * Context: a test.
 * Return: the session.
 */
struct listener *kmst_listener_new(struct kunit *test)
{
	struct listener *listener = kunit_kzalloc(test, sizeof(*listener), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, listener);
	kmst_session_init(&listener->session, &listener_ops, "k_memory");
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, close_listener, listener), 0);
	return listener;
}

/**
 * kmst_listener_init() - Begin a test with an idle session, as its test->priv.
 * @test: the test
 *
 * Context: before each test.
 * Return: 0 or -ENOMEM.
 */
int kmst_listener_init(struct kunit *test)
{
	struct listener *listener = kunit_kzalloc(test, sizeof(*listener), GFP_KERNEL);

	if (!listener)
		return -ENOMEM;
	kmst_session_init(&listener->session, &listener_ops, "k_memory");
	kmst_counted_reset();
	test->priv = listener;
	return 0;
}

/**
 * kmst_listener_exit() - Close the test's session; nothing is held any more.
 * @test: the test
 *
 * Context: after each test.
 */
void kmst_listener_exit(struct kunit *test)
{
	struct listener *listener = test->priv;

	WRITE_ONCE(kmst_counted.hang, false);
	if (!listener)
		return;
	kmst_session_close(&listener->session);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&kmst_counted.pages_held), 0L);
}
