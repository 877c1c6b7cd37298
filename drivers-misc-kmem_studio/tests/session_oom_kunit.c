// SPDX-License-Identifier: GPL-2.0
/*
 * Sessions that give way when memory runs out: most low memory first, once each, and nothing
 * that may need memory before theirs is free.
 */
#include <kunit/test.h>
#include <linux/bitops.h>
#include <linux/mutex.h>
#include <linux/sched.h>

#include "../giveway.h"
#include "../reserve.h"
#include "../session.h"
#include "alone.h"
#include "counted.h"
#include "listener.h"

/* Each case asks all sessions that there are. */
static int session_oom_init(struct kunit *test)
{
	needs_to_be_alone(test);
	return kmst_listener_init(test);
}

static int start_giving_way(struct listener *listener, unsigned int nr_structs,
			    bool give_way)
{
	struct kmst_session_config config = config_of(&kmst_counted_allocator, nr_structs);
	struct kmst_refusal why;

	config.give_way = give_way;
	return kmst_session_start(&listener->session, &config, &why);
}

static void the_largest_gives_way(struct kunit *test)
{
	struct listener *small = test->priv;
	struct listener *large = kmst_listener_new(test);
	struct listener *kept = kmst_listener_new(test);

	KUNIT_ASSERT_EQ(test, start_giving_way(small, PER_PAGE, true), 0);
	KUNIT_ASSERT_EQ(test, start_giving_way(large, 20 * PER_PAGE, true), 0);
	KUNIT_ASSERT_EQ(test, start_giving_way(kept, 40 * PER_PAGE, false), 0);

	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 20UL);
	KUNIT_EXPECT_EQ(test, results_of(large).state, KMST_STATE_LOST);
	KUNIT_EXPECT_EQ(test, kmst_session_nr_structs(&large->session), 0U);
	KUNIT_EXPECT_EQ(test, kmst_session_verify(&large->session), -ENOMEM);
	KUNIT_EXPECT_EQ(test, kmst_session_corrupt(&large->session, 0), -ENOMEM);
	KUNIT_EXPECT_EQ(test, large->reports, 0);
	KUNIT_EXPECT_TRUE(test, expect_soon(test, READ_ONCE(large->lost_pages) == 20));
	KUNIT_EXPECT_EQ(test, large->held_at_lost, 41L);
	KUNIT_EXPECT_EQ(test, kmst_session_verify(&small->session), 0);

	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 1UL);
	KUNIT_EXPECT_EQ(test, results_of(small).state, KMST_STATE_LOST);
	/* nobody is left who may be asked */
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 0UL);
	KUNIT_EXPECT_EQ(test, kmst_session_verify(&kept->session), 0);

	KUNIT_EXPECT_EQ(test, kmst_session_stop(&large->session), -ENOMEM);
	KUNIT_EXPECT_EQ(test, results_of(large).state, KMST_STATE_IDLE);
	KUNIT_EXPECT_EQ(test, start_giving_way(large, PER_PAGE, true), 0);
	/* without a stop, too, and though its thread may not have ended yet */
	KUNIT_EXPECT_EQ(test, start_giving_way(small, PER_PAGE, true), 0);
	KUNIT_EXPECT_EQ(test, kmst_session_verify(&small->session), 0);
	/* what is held is counted before they are closed for good */
	kmst_session_close(&large->session);
	kmst_session_close(&kept->session);
}

/* A write to the lab's parameter is that, whatever became of the arena before. */
static void a_restart_follows_one_that_gave_way(struct kunit *test)
{
	struct kmst_session_config config = config_of(&kmst_counted_allocator, PER_PAGE);
	struct listener *listener = test->priv;
	struct kmst_refusal why;

	KUNIT_ASSERT_EQ(test, start_giving_way(listener, 20 * PER_PAGE, true), 0);
	KUNIT_ASSERT_EQ(test, kmst_giveway_now(), 20UL);
	KUNIT_EXPECT_EQ(test, kmst_session_restart(&listener->session, &config, &why), 0);
	KUNIT_EXPECT_EQ(test, results_of(listener).state, KMST_STATE_LIVE);
	KUNIT_EXPECT_EQ(test, results_of(listener).nr_pages, 1UL);
	KUNIT_EXPECT_EQ(test, kmst_session_verify(&listener->session), 0);
}

/* An arena counts by its low memory, the largest without any comes after that. */
static void what_has_low_memory_gives_way_first(struct kunit *test)
{
	const unsigned long nothing[KMST_NR_POOLS] = {};
	struct listener *high = kmst_listener_new(test);
	const struct kmst_demand demand = {};
	struct listener *low = test->priv;
	struct kmst_refusal why;

	KUNIT_ASSERT_EQ(test, start_giving_way(low, PER_PAGE, true), 0);
	KUNIT_ASSERT_EQ(test, start_giving_way(high, 20 * PER_PAGE, true), 0);
	/* as if its pages were of the other kinds, which this machine need not have */
	KUNIT_ASSERT_EQ(test, kmst_reserve_settle(&demand, &high->session.arena->reservation,
						  nothing, &why), 0);

	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 1UL);
	KUNIT_EXPECT_EQ(test, results_of(low).state, KMST_STATE_LOST);
	KUNIT_EXPECT_EQ(test, results_of(high).state, KMST_STATE_LIVE);
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 20UL);
	KUNIT_EXPECT_EQ(test, results_of(high).state, KMST_STATE_LOST);
	kmst_session_close(&high->session);
}

/* What somebody else has would not become free. */
static void what_is_held_does_not_give_way(struct kunit *test)
{
	struct listener *listener = test->priv;
	struct kmst_arena *arena;

	KUNIT_ASSERT_EQ(test, start_giving_way(listener, PER_PAGE, true), 0);
	arena = kmst_session_arena(&listener->session);
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 0UL);
	KUNIT_EXPECT_EQ(test, kmst_session_verify(&listener->session), 0);
	kmst_arena_put(arena);
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 1UL);
}

/* One that ends is not waited for: the next one is asked. One that is late, only once. */
static void who_does_not_give_way_is_not_asked_again(struct kunit *test)
{
	struct listener *ends = kmst_listener_new(test);
	struct listener *late = kmst_listener_new(test);
	struct listener *small = test->priv;

	KUNIT_ASSERT_EQ(test, start_giving_way(small, PER_PAGE, true), 0);
	KUNIT_ASSERT_EQ(test, start_giving_way(late, 20 * PER_PAGE, true), 0);
	KUNIT_ASSERT_EQ(test, start_giving_way(ends, 40 * PER_PAGE, true), 0);

	/* neither can go on while somebody has its words */
	mutex_lock(&ends->session.words);
	mutex_lock_nested(&late->session.words, SINGLE_DEPTH_NESTING);
	kmst_session_end(&ends->session);
	kmst_giveway_now();
	KUNIT_EXPECT_FALSE(test, kmst_session_told(&ends->session, KMST_CANCEL_LOST));
	KUNIT_EXPECT_TRUE(test, kmst_session_told(&late->session, KMST_CANCEL_LOST));
	/* it has understood, and does not look again: to be told once more would be seen */
	expect_soon(test, READ_ONCE(late->session.task->__state) & TASK_UNINTERRUPTIBLE);
	clear_bit(KMST_CANCEL_LOST, &late->session.cancel.reasons);
	clear_bit(KMST_CANCEL_LOST, &late->session.end.reasons);
	/* where the machine stalls, the time was over before the small one's turn */
	kmst_giveway_now();
	KUNIT_EXPECT_FALSE(test, kmst_session_told(&ends->session, KMST_CANCEL_LOST));
	KUNIT_EXPECT_FALSE(test, kmst_session_told(&late->session, KMST_CANCEL_LOST));
	expect_soon(test, results_of(small).state == KMST_STATE_LOST);
	mutex_unlock(&late->session.words);
	mutex_unlock(&ends->session.words);
	KUNIT_EXPECT_EQ(test, kmst_session_close(&ends->session), 0);
	KUNIT_EXPECT_EQ(test, kmst_session_close(&late->session), -ENOMEM);
}

/* What was there when the memory was freed; written by the session's thread. */
static struct {
	struct listener	*listener;
	bool		hidden;
	bool		named;
} at_free;

static void note_at_free(void)
{
	struct kmst_share *share = &at_free.listener->session.share;
	struct kmst_arena *arena = kmst_session_arena(&at_free.listener->session);

	at_free.hidden = !arena && !share->arena;
	at_free.named = share->device;
	if (arena)
		kmst_arena_put(arena);
}

/* Nobody is let in when memory is freed; what may need memory comes after that. */
static void the_device_goes_after_the_memory(struct kunit *test)
{
	struct listener *listener = test->priv;

	at_free.listener = listener;
	at_free.hidden = false;
	at_free.named = false;
	KUNIT_ASSERT_EQ(test, kmst_session_open(&listener->session), 0);
	KUNIT_ASSERT_EQ(test, start_giving_way(listener, PER_PAGE, true), 0);
	KUNIT_EXPECT_NOT_NULL(test, listener->session.share.device);
	kmst_counted.before_free = note_at_free;
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 1UL);
	/* pairs with the release of the thread that notes it */
	KUNIT_EXPECT_TRUE(test, expect_soon(test, smp_load_acquire(&listener->lost_pages) == 1));
	KUNIT_EXPECT_TRUE(test, at_free.hidden);
	KUNIT_EXPECT_TRUE(test, at_free.named);
	KUNIT_EXPECT_NULL(test, listener->device_at_lost);
	kmst_counted.before_free = NULL;
}

static struct kunit_case session_oom_cases[] = {
	KUNIT_CASE(the_largest_gives_way),
	KUNIT_CASE(a_restart_follows_one_that_gave_way),
	KUNIT_CASE(what_has_low_memory_gives_way_first),
	KUNIT_CASE(what_is_held_does_not_give_way),
	KUNIT_CASE(who_does_not_give_way_is_not_asked_again),
	KUNIT_CASE(the_device_goes_after_the_memory),
	{}
};

static struct kunit_suite session_oom_suite = {
	.name = "kmem_studio_session_oom",
	.init = session_oom_init,
	.exit = kmst_listener_exit,
	.test_cases = session_oom_cases,
};

kunit_test_suite(session_oom_suite);
