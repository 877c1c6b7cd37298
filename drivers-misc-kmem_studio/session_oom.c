// SPDX-License-Identifier: GPL-2.0
/*
 * When the machine runs out of memory, sessions give their arenas back before the OOM
 * killer chooses a program: one at a time, the largest first.
 */
#include <linux/atomic.h>
#include <linux/init.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/notifier.h>
#include <linux/oom.h>
#include <linux/pfn.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "session_oom.h"
#include "session_state.h"

/* How long the OOM killer waits for an arena to be given back. */
#define GIVE_WAY_JIFFIES	(2 * HZ)

/* Sessions that have a thread, by oom_list. */
static LIST_HEAD(sessions);
static DEFINE_SPINLOCK(sessions_lock);

/* How many have given way, and who waits for one to do so. */
static atomic_t nr_given;
static DECLARE_WAIT_QUEUE_HEAD(given);

/**
 * kmst_session_oom_add() - A session has a thread: it may be asked to give way.
 * @session: the session
 *
 * Context: process context, does not sleep.
 */
void kmst_session_oom_add(struct kmst_session *session)
{
	spin_lock(&sessions_lock);
	session->oom_late = false;
	list_add(&session->oom_list, &sessions);
	spin_unlock(&sessions_lock);
}

/**
 * kmst_session_oom_del() - The thread is about to end: it has nothing to give.
 * @session: the session
 *
 * Context: process context, does not sleep.
 */
void kmst_session_oom_del(struct kmst_session *session)
{
	spin_lock(&sessions_lock);
	list_del_init(&session->oom_list);
	spin_unlock(&sessions_lock);
}

/**
 * kmst_session_has_given() - A session has given its arena back.
 *
 * Context: any.
 */
void kmst_session_has_given(void)
{
	atomic_inc(&nr_given);
	wake_up_all(&given);
}

/* Pages that a session would free, 0 if it would not, or is not to. */
static unsigned long pages_to_give(struct kmst_session *session)
{
	const struct kmst_arena *arena;
	unsigned long pages = 0;

	lockdep_assert_held(&sessions_lock);

	/* it is about to verify, which may take long, and frees its arena anyhow */
	if (session->oom_late || kmst_session_told(session, KMST_CANCEL_STOPPED) ||
	    kmst_session_told(session, KMST_CANCEL_CLOSED))
		return 0;
	/* a thread that asks for memory cannot give any */
	if (!session->config.give_way || session->task == current)
		return 0;

	spin_lock(&session->record.lock);
	arena = session->arena;
	/* while it allocates, what it is about to have */
	if (!arena && session->record.results.state == KMST_STATE_STARTING)
		pages = session->record.results.nr_pages ?:
			PHYS_PFN(session->record.results.bytes_requested) + 1;
	/* memory of an arena with other users would not become free */
	if (arena && kmst_arena_users(arena) == 1)
		pages = arena->memory.nr_pages;
	spin_unlock(&session->record.lock);
	return pages;
}

/* Tell the session that has most, unless one was told already. Returns its pages. */
static unsigned long tell_one_to_give_way(void)
{
	struct kmst_session *session, *largest = NULL;
	unsigned long pages, most = 0;
	bool told;

	spin_lock(&sessions_lock);
	list_for_each_entry(session, &sessions, oom_list) {
		pages = pages_to_give(session);
		told = pages && kmst_session_told(session, KMST_CANCEL_LOST);
		if (!told && pages <= most)
			continue;
		most = pages;
		largest = session;
		if (told)
			break;
	}
	if (largest)
		kmst_session_tell(largest, KMST_CANCEL_LOST);
	spin_unlock(&sessions_lock);
	return most;
}

/* Ask somebody else the next time. */
static void note_late(void)
{
	struct kmst_session *session;

	spin_lock(&sessions_lock);
	list_for_each_entry(session, &sessions, oom_list)
		session->oom_late |= kmst_session_told(session, KMST_CANCEL_LOST);
	spin_unlock(&sessions_lock);
}

/**
 * kmst_sessions_give_way() - Have the session that has most memory give it back.
 *
 * Sessions that are not to give way, or end anyhow, and arenas that a program has open or
 * mapped are left alone. The thread that frees needs no memory for it. It may need a lock,
 * which a thread that asks for memory holds: so the wait ends after a while, and that
 * session is not asked again.
 *
 * Context: process context, sleeps. Locks of a session may be held. Allocates nothing.
 * Return: pages that were given back, 0 if there was nobody to do so, or not in time.
 */
unsigned long kmst_sessions_give_way(void)
{
	int before = atomic_read(&nr_given);
	unsigned long pages = tell_one_to_give_way();

	if (!pages)
		return 0;
	if (wait_event_timeout(given, atomic_read(&nr_given) != before, GIVE_WAY_JIFFIES))
		return pages;
	note_late();
	return 0;
}

/* The OOM killer chooses no program if this frees anything. */
static int give_way(struct notifier_block *block, unsigned long unused, void *data)
{
	unsigned long *freed = data;

	*freed += kmst_sessions_give_way();
	return NOTIFY_OK;
}

static struct notifier_block oom_notifier = {
	.notifier_call = give_way,
};

/**
 * kmst_sessions_init() - Have sessions give way when memory runs out.
 *
 * Context: process context, may sleep.
 * Return: 0, or as register_oom_notifier().
 */
int __init kmst_sessions_init(void)
{
	return register_oom_notifier(&oom_notifier);
}

/**
 * kmst_sessions_exit() - End what kmst_sessions_init() began.
 *
 * Context: process context, may sleep.
 */
void kmst_sessions_exit(void)
{
	unregister_oom_notifier(&oom_notifier);
}
