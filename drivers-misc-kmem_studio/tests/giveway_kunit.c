// SPDX-License-Identifier: GPL-2.0
/*
 * Who is asked for memory, and in which order: what is there to provoke before what is
 * somebody's work, the newest first, and what has most low memory.
 */
#include <kunit/test.h>
#include <linux/container_of.h>
#include <linux/jiffies.h>
#include <linux/sched.h>

#include "../giveway.h"
#include "alone.h"

/**
 * struct giver - a holder that tells when it was asked
 * @holder: the holder
 * @pages:  what it has
 * @low:    what of it is low memory
 * @keeps:  it does not give any of it
 * @slow:   it gives later, and says so
 * @again:  it could not be told
 * @late:   and takes so long to find out, in jiffies
 * @asked:  how many were asked until it was, 0 if it was not
 */
struct giver {
	struct kmst_holder	holder;
	unsigned long		pages;
	unsigned long		low;
	bool			keeps;
	bool			slow;
	bool			again;
	unsigned long		late;
	unsigned int		asked;
};

static unsigned int nr_asked;

static unsigned long giver_pages(struct kmst_holder *holder)
{
	return container_of(holder, struct giver, holder)->pages;
}

static unsigned long giver_low(struct kmst_holder *holder)
{
	return container_of(holder, struct giver, holder)->low;
}

static unsigned long giver_give(struct kmst_holder *holder)
{
	struct giver *giver = container_of(holder, struct giver, holder);
	unsigned long pages = giver->pages;

	giver->asked = ++nr_asked;
	if (giver->late)
		schedule_timeout_uninterruptible(giver->late);
	holder->again = giver->again;
	if (giver->keeps)
		return 0;
	if (!giver->slow)
		giver->pages = 0;
	return pages;
}

static const struct kmst_holder_ops keeps = {
	.keeps	= true,
	.pages	= giver_pages,
	.give	= giver_give,
};

static const struct kmst_holder_ops keeps_high = {
	.keeps	= true,
	.pages	= giver_pages,
	.low	= giver_low,
	.give	= giver_give,
};

static const struct kmst_holder_ops provokes = {
	.pages	= giver_pages,
	.give	= giver_give,
};

static void forget(void *holder)
{
	kmst_giveway_remove(holder);
}

static struct giver *new_giver(struct kunit *test, const struct kmst_holder_ops *ops,
			       unsigned long pages)
{
	struct giver *giver = kunit_kzalloc(test, sizeof(*giver), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, giver);
	giver->pages = pages;
	kmst_giveway_holder(&giver->holder, ops);
	kmst_giveway_add(&giver->holder);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, forget, &giver->holder), 0);
	return giver;
}

/* Whoever has something is asked, a user, too. */
static int giveway_init(struct kunit *test)
{
	needs_to_be_alone(test);
	nr_asked = 0;
	return 0;
}

/* However large and old they are. */
static void what_provokes_goes_first(struct kunit *test)
{
	new_giver(test, &provokes, 3);
	new_giver(test, &keeps, 100);
	new_giver(test, &provokes, 1);
	new_giver(test, &keeps, 200);
	new_giver(test, &provokes, 2);
	new_giver(test, &keeps, 50);

	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 2UL);
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 1UL);
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 3UL);
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 200UL);
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 100UL);
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 50UL);
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 0UL);
	KUNIT_EXPECT_EQ(test, nr_asked, 6U);
}

/* What the kernel's own requests cannot have is asked for last, and is, however. */
static void low_memory_goes_first(struct kunit *test)
{
	struct giver *tables;

	new_giver(test, &keeps_high, 100);
	new_giver(test, &keeps, 5);
	new_giver(test, &keeps_high, 200);
	tables = new_giver(test, &keeps_high, 150);
	tables->low = 2;

	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 5UL);
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 150UL);
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 200UL);
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 100UL);
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 0UL);
}

static void who_has_nothing_is_not_asked(struct kunit *test)
{
	struct giver *bench = new_giver(test, &provokes, 0);
	struct giver *arena = new_giver(test, &keeps, 0);

	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 0UL);
	KUNIT_EXPECT_EQ(test, nr_asked, 0U);
	/* and is, when it has something */
	arena->pages = 5;
	bench->pages = 4;
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 4UL);
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 5UL);
	kmst_giveway_remove(&arena->holder);
	arena->pages = 6;
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 0UL);
	/* who comes back is as good as new */
	kmst_giveway_add(&arena->holder);
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 6UL);
}

/* The next one is asked at once, and who gave nothing is not asked again. */
static void who_gives_nothing_is_asked_once(struct kunit *test)
{
	struct giver *small = new_giver(test, &keeps, 7);
	struct giver *large = new_giver(test, &keeps, 8);
	struct giver *bench = new_giver(test, &provokes, 9);

	bench->keeps = true;
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 8UL);
	KUNIT_EXPECT_EQ(test, bench->asked, 1U);
	KUNIT_EXPECT_EQ(test, large->asked, 2U);
	KUNIT_EXPECT_EQ(test, small->asked, 0U);
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 7UL);
	KUNIT_EXPECT_EQ(test, bench->asked, 1U);
}

/* Nobody else is asked until it has, or has had its time. */
static void who_is_about_to_give_is_not_asked_twice(struct kunit *test)
{
	struct giver *arena = new_giver(test, &keeps, 8);
	struct giver *bench = new_giver(test, &provokes, 9);

	bench->slow = true;
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 9UL);
	/* however slow this machine is */
	bench->holder.until = jiffies + 3600 * HZ;
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 9UL);
	KUNIT_EXPECT_EQ(test, nr_asked, 1U);
	bench->holder.until = jiffies;
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 8UL);
	KUNIT_EXPECT_EQ(test, arena->asked, 2U);
	/* and nobody waits for what has come */
	bench->holder.until = jiffies + 3600 * HZ;
	bench->pages = 0;
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 0UL);
}

/* The next one is asked in the same call, and it comes to this one in the call after. */
static void who_could_not_be_told_is_asked_later(struct kunit *test)
{
	struct giver *arena = new_giver(test, &keeps, 8);
	struct giver *bench = new_giver(test, &provokes, 9);

	bench->keeps = true;
	bench->again = true;
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 8UL);
	KUNIT_EXPECT_EQ(test, bench->asked, 1U);
	KUNIT_EXPECT_EQ(test, arena->asked, 2U);
	bench->keeps = false;
	bench->again = false;
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 9UL);
	KUNIT_EXPECT_EQ(test, bench->asked, 3U);
}

/* The OOM killer is not to wait for ever. */
static void there_is_an_end_to_it(struct kunit *test)
{
	struct giver *arena = new_giver(test, &keeps, 7);
	struct giver *late = new_giver(test, &provokes, 1);

	/* longer than anybody may take, and than all of them begin to be asked; never less */
	late->keeps = true;
	late->late = 2 * KMST_GIVE_WAY_JIFFIES;
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 0UL);
	KUNIT_EXPECT_EQ(test, nr_asked, 1U);
	/* who was not asked is, the next time */
	KUNIT_EXPECT_EQ(test, kmst_giveway_now(), 7UL);
	KUNIT_EXPECT_EQ(test, arena->asked, 2U);
}

static struct kunit_case giveway_cases[] = {
	KUNIT_CASE(what_provokes_goes_first),
	KUNIT_CASE(low_memory_goes_first),
	KUNIT_CASE(who_has_nothing_is_not_asked),
	KUNIT_CASE(who_gives_nothing_is_asked_once),
	KUNIT_CASE(who_is_about_to_give_is_not_asked_twice),
	KUNIT_CASE(who_could_not_be_told_is_asked_later),
	KUNIT_CASE_SLOW(there_is_an_end_to_it),
	{}
};

static struct kunit_suite giveway_suite = {
	.name		= "kmem_studio_giveway",
	.init		= giveway_init,
	.test_cases	= giveway_cases,
};

kunit_test_suite(giveway_suite);
