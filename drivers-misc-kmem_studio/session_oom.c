// SPDX-License-Identifier: GPL-2.0
/*
 * When the machine runs out of memory, sessions give their arenas back before the OOM
 * killer chooses a program.
 */
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/pfn.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "session_oom.h"
#include "session_state.h"

/* Its thread is in the allocator, or about to be. */
static bool is_allocating(struct kmst_session *session)
{
	return !session->arena && session->record.results.state == KMST_STATE_STARTING;
}

/* Sessions that are not to give way, or end anyhow, and arenas with other users are left alone. */
static unsigned long pages_to_give(struct kmst_holder *holder)
{
	struct kmst_session *session = container_of(holder, struct kmst_session, holder);
	const struct kmst_arena *arena;
	unsigned long pages = 0;

	/* it is about to verify, which may take long, and frees its arena anyhow */
	if (kmst_session_told(session, KMST_CANCEL_STOPPED) ||
	    kmst_session_told(session, KMST_CANCEL_CLOSED))
		return 0;
	/* a thread that asks for memory cannot give any */
	if (!session->config.give_way || session->task == current)
		return 0;

	spin_lock(&session->record.lock);
	arena = session->arena;
	/* while it allocates, what it is about to have */
	if (is_allocating(session))
		pages = session->record.results.nr_pages ?:
			PHYS_PFN(session->record.results.bytes_requested) + 1;
	/* memory of an arena with other users would not become free */
	if (arena && kmst_arena_users(arena) == 1)
		pages = arena->memory.nr_pages;
	spin_unlock(&session->record.lock);
	return pages;
}

/* As reserved. Until that is settled, any of it may come to be low memory. */
static unsigned long low_to_give(struct kmst_holder *holder)
{
	struct kmst_session *session = container_of(holder, struct kmst_session, holder);
	unsigned long pages = pages_to_give(holder);

	spin_lock(&session->record.lock);
	/* the reservation is settled while there is an arena */
	if (pages && session->arena)
		pages = session->arena->reservation.pages[KMST_POOL_LOW];
	spin_unlock(&session->record.lock);
	return pages;
}

/*
 * To free allocates nothing, but may need a lock that whoever ran out of memory holds: so the
 * wait is bounded. A thread that is allocating returns only when the OOM killer is done: it is
 * told, and not waited for.
 */
static unsigned long give(struct kmst_holder *holder)
{
	struct kmst_session *session = container_of(holder, struct kmst_session, holder);
	unsigned long pages = pages_to_give(holder);
	bool allocates;

	if (!pages)
		return 0;
	spin_lock(&session->record.lock);
	allocates = is_allocating(session);
	spin_unlock(&session->record.lock);
	kmst_session_tell(session, KMST_CANCEL_LOST);
	if (allocates)
		return pages;
	if (!wait_event_timeout(session->wake, READ_ONCE(session->given), KMST_GIVE_WAY_JIFFIES))
		return 0;
	return pages;
}

static const struct kmst_holder_ops holder_ops = {
	.keeps	= true,
	.pages	= pages_to_give,
	.low	= low_to_give,
	.give	= give,
};

/**
 * kmst_session_oom_init() - Make a session that may be asked to give way later on.
 * @session: the session
 *
 * Context: any.
 */
void kmst_session_oom_init(struct kmst_session *session)
{
	kmst_giveway_holder(&session->holder, &holder_ops);
}

/**
 * kmst_session_oom_add() - A session has a thread: it may be asked to give way.
 * @session: the session
 *
 * Context: process context, may sleep.
 */
void kmst_session_oom_add(struct kmst_session *session)
{
	WRITE_ONCE(session->given, false);
	kmst_giveway_add(&session->holder);
}

/**
 * kmst_session_oom_del() - The thread is about to end: it has nothing to give any more.
 * @session: the session
 *
 * Context: process context, sleeps while somebody is being asked.
 */
void kmst_session_oom_del(struct kmst_session *session)
{
	kmst_session_has_given(session);
	kmst_giveway_remove(&session->holder);
}

/**
 * kmst_session_has_given() - A session has given its arena back.
 * @session: the session
 *
 * Context: any.
 */
void kmst_session_has_given(struct kmst_session *session)
{
	WRITE_ONCE(session->given, true);
	wake_up_all(&session->wake);
}
