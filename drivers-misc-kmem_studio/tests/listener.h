/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A session with a front end that remembers what it was told.
 */
#ifndef KMEM_STUDIO_TESTS_LISTENER_H
#define KMEM_STUDIO_TESTS_LISTENER_H

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/numa.h>

#include "../session.h"
#include "counted.h"
#include "per_page.h"

/**
 * struct listener - a session, and what its front end was told
 * @session:        the session
 * @arena:          the arena that was filled last
 * @corrupt:        flip a bit of @corrupt_word once it is filled
 * @corrupt_word:   number of the word
 * @hurry:          somebody waits for each scrub
 * @scrub_nice:     niceness of the thread in its last scrub
 * @hurried_nice:   the same once somebody waited for it
 * @answer_nice:    the same in the last verification that somebody waited for
 * @hellos:         threads that began
 * @fills:          arenas that were filled
 * @reports:        verifications that somebody waited for
 * @last_err:       what the last of them returned
 * @lost_pages:     pages that were given back
 * @held_at_lost:   pages of the counting allocator that were held then
 * @device_at_lost: the device that there was then
 */
struct listener {
	struct kmst_session		session;
	const struct kmst_arena		*arena;
	bool				corrupt;
	u64				corrupt_word;
	bool				hurry;
	int				scrub_nice;
	int				hurried_nice;
	int				answer_nice;
	int				hellos;
	int				fills;
	int				reports;
	int				last_err;
	unsigned long			lost_pages;
	long				held_at_lost;
	const struct kmst_chardev	*device_at_lost;
};

struct listener *kmst_listener_new(struct kunit *test);
int kmst_listener_init(struct kunit *test);
void kmst_listener_exit(struct kunit *test);

/* A condition that another thread brings about soon, or not at all. */
#define expect_soon(test, condition)						\
({										\
	int tries = 6000;							\
	bool met;								\
										\
	while (!(met = (condition)) && tries--)					\
		msleep(20);							\
	KUNIT_EXPECT_TRUE_MSG(test, met, "%s", #condition);			\
	met;									\
})

static inline struct kmst_session_config config_of(const struct kmst_allocator *allocator,
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

static inline struct kmst_results results_of(struct listener *listener)
{
	struct kmst_results results;

	kmst_session_results(&listener->session, &results);
	return results;
}

#endif /* KMEM_STUDIO_TESTS_LISTENER_H */
