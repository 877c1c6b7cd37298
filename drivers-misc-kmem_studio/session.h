/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 4: an arena with a life: a thread that fills it, sleeps, and verifies it.
 *
 * Lock order: kmst_session.lock, then kmst_session.words, then
 * kmst_session.results_lock; the spinlock of the list of sessions comes before the latter.
 * Below @words are what a front end's calls take (see struct kmst_session_ops), and then
 * what whoever drops the last reference to an arena takes: the lock of the list of arenas,
 * and that of the ledger of limits, which whoever starts an arena takes, too.
 * kmst_arena.split_lock is taken under a process's mmap_lock, and has none below it.
 *
 * @lock is held while the thread starts and while it is waited for at a stop, so the
 * thread never takes it. What only reads does not take it either, so nobody waits for a
 * fill to read a value. Who waits for @lock or @words and gets a signal is asked to
 * come again (-ERESTARTNOINTR), which a program does not see; only a fatal signal ends
 * the wait for a fill or for a stop. kmst_session_close() asks for an end before it takes
 * the lock: it does not wait for a fill to finish, only for the next point where the fill
 * looks, and for who is waiting to be let start while another arena is allocated.
 */
#ifndef KMEM_STUDIO_SESSION_H
#define KMEM_STUDIO_SESSION_H

#include <linux/completion.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/numa.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "arena.h"
#include "cancel.h"
#include "verify.h"

struct kmst_session;
struct task_struct;

/**
 * enum kmst_state - what a session does
 * @KMST_STATE_IDLE:     it has no arena
 * @KMST_STATE_STARTING: its thread allocates and fills
 * @KMST_STATE_LIVE:     its arena is there, and was right when last verified
 * @KMST_STATE_CORRUPT:  its arena is there, and was found corrupt
 * @KMST_STATE_LOST:     its arena was given back, not verified, as the machine ran out of
 *                       memory
 */
enum kmst_state {
	KMST_STATE_IDLE,
	KMST_STATE_STARTING,
	KMST_STATE_LIVE,
	KMST_STATE_CORRUPT,
	KMST_STATE_LOST,
};

/**
 * struct kmst_session_config - what a session is to do
 * @arena:          the arena that it is to have
 * @scrub_ms:       time between two verifications by the thread, 0 for none, in ms
 * @max_mismatches: bad words that a verification locates; all are counted
 * @give_way:       give the arena back rather than have programs killed for memory
 */
struct kmst_session_config {
	struct kmst_arena_config	arena;
	unsigned int			scrub_ms;
	unsigned int			max_mismatches;
	bool				give_way;
};

/**
 * struct kmst_results - what came of the current run, or of the last one
 * @run:             which run all of this is of: starts so far, those that failed too
 * @state:           what the session does
 * @error:           what the start, the last verification or the stop of that run returned
 * @source:          which part of the kernel gave the memory
 * @nr_pages:        pages that the arena lies on
 * @order:           order of the single block that holds its objects, -1 for an allocator
 *                   that takes no such block
 * @nr_spans:        spans, pages or objects that the allocator gave one by one
 * @bytes_requested: bytes of its objects
 * @bytes_allocated: bytes that they take from the kernel
 * @usable_only:     those are the bytes that may be used: what they take is more, and
 *                   cannot be known
 * @bytes_on_pages:  bytes of the pages that the objects lie on
 * @bytes_bookkeeping: bytes of the driver's own tables for them
 * @words_verified:  words that the last verification compared, guard words too
 * @mismatches:      words that it found wrong
 * @poisoned:        pages that it did not read, for the kernel has found them broken
 * @cached:          some of the words may have come from a cache
 * @verifications:   verifications so far, those by the thread too
 * @scrubs:          verifications by the thread
 * @alloc_ns:        time to allocate, in ns
 * @fill_ns:         time to fill, in ns
 * @verify_ns:       time of the last verification, in ns
 * @free_ns:         time to free, in ns
 */
struct kmst_results {
	u64		run;
	enum kmst_state	state;
	int		error;
	enum kmst_source source;
	unsigned long	nr_pages;
	int		order;
	unsigned long	nr_spans;
	u64		bytes_requested;
	u64		bytes_allocated;
	bool		usable_only;
	u64		bytes_on_pages;
	u64		bytes_bookkeeping;
	u64		words_verified;
	u64		mismatches;
	unsigned long	poisoned;
	bool		cached;
	u64		verifications;
	u64		scrubs;
	u64		alloc_ns;
	u64		fill_ns;
	u64		verify_ns;
	u64		free_ns;
};

/**
 * struct kmst_session_ops - what a front end wants to be told
 * @hello:    the thread runs and is about to allocate; @config is what it goes by
 * @filled:   every word of @arena is written
 * @publish:  @arena is about to be live: users may be let in. An errno fails the start
 * @hide:     memory ran out, and the arena is about to be freed, not verified: no more
 *            users are to be let in. Allocates nothing, and waits for nobody who does.
 *            @retire follows, after the arena is gone
 * @retire:   the arena is about to be freed, after its last verification: no more users
 *            are to be let in. Not called for an arena that was not published
 * @lost:     the arena was given back before it was verified, as memory ran out; it had
 *            @nr_pages
 * @verified: @arena was verified, by a scrub if @scrub; @err is 0, -EILSEQ, or
 *            -EINTR if it was given up
 *
 * All are called from the session's thread, but for the @verified of
 * kmst_session_verify(), which is called from its caller. All may sleep. @filled, @verified
 * and @hide are called with kmst_session.words held. @publish, @hide, @retire and @lost may
 * be NULL.
 */
struct kmst_session_ops {
	void (*hello)(struct kmst_session *session,
		      const struct kmst_arena_config *config);
	void (*filled)(struct kmst_session *session,
		       const struct kmst_arena *arena);
	int (*publish)(struct kmst_session *session, struct kmst_arena *arena);
	void (*hide)(struct kmst_session *session);
	void (*retire)(struct kmst_session *session);
	void (*lost)(struct kmst_session *session, unsigned long nr_pages);
	void (*verified)(struct kmst_session *session,
			 const struct kmst_arena *arena,
			 const struct kmst_report *report, bool scrub, int err);
};

/**
 * struct kmst_session - one arena at a time, and its thread
 * @lock:         serialises start, restart, verify, corrupt, stop and close
 * @words:        whoever writes or verifies the arena's words holds it; @report
 * @results_lock: a spinlock for @results, @node_pages, @arena and @verifying, so that they
 *                can be had while a fill or a verification runs
 * @list:         its place among the sessions that have a thread
 * @late:         it was told to give way, and did not in time; under the lock of the list
 * @ops:          whom to tell, constant
 * @thread_name:  what the thread is called, constant
 * @owner:        the number that its arenas carry, constant
 * @config:       what the live arena is; written under @lock while no thread runs
 * @task:         the thread, also after it has ended, NULL when idle; @lock
 * @arena:        the live arena, NULL when there is none; written by the thread
 * @verifying:    a caller of kmst_session_verify() has a reference to @arena
 * @started:      the thread has filled its arena, or failed to
 * @ended:        the thread is about to end, and has let go of its arena
 * @start_err:    0 or what failed; valid after @started
 * @why:          the limit that failed it; valid after @started
 * @report:       the last verification; made anew by each start
 * @results:      figures of the run
 * @node_pages:   pages that each node gave
 * @node_count:   where the thread counts them
 * @wake:         where the thread sleeps until @cancel tells it to stop
 * @cancel:       tells a start, a verification or a scrub to give up, and the thread to end
 */
struct kmst_session {
	struct mutex			lock;	/* see above */
	struct mutex			words;	/* see above */
	spinlock_t			results_lock;	/* see above */
	struct list_head		list;
	bool				late;
	const struct kmst_session_ops	*ops;
	const char			*thread_name;
	u64				owner;
	struct kmst_session_config	config;
	struct task_struct		*task;
	struct kmst_arena		*arena;
	bool				verifying;
	struct completion		started;
	struct completion		ended;
	int				start_err;
	struct kmst_refusal		why;
	struct kmst_report		*report;
	struct kmst_results		results;
	unsigned long			node_pages[MAX_NUMNODES];
	unsigned long			node_count[MAX_NUMNODES];
	wait_queue_head_t		wake;
	struct kmst_cancel		cancel;
};

int kmst_sessions_init(void);
void kmst_sessions_exit(void);
unsigned long kmst_sessions_give_way(void);
void kmst_session_init(struct kmst_session *session,
		       const struct kmst_session_ops *ops, const char *thread_name);
int kmst_session_check(struct kmst_session *session,
		       const struct kmst_session_config *config,
		       struct kmst_refusal *why);
int kmst_session_start(struct kmst_session *session,
		       const struct kmst_session_config *config,
		       struct kmst_refusal *why);
int kmst_session_restart(struct kmst_session *session,
			 const struct kmst_session_config *config,
			 struct kmst_refusal *why);
int kmst_session_verify(struct kmst_session *session);
int kmst_session_corrupt(struct kmst_session *session, u64 word);
int kmst_session_stop(struct kmst_session *session);
void kmst_session_end(struct kmst_session *session);
int kmst_session_close(struct kmst_session *session);
struct kmst_arena *kmst_session_arena(struct kmst_session *session);
unsigned long kmst_session_pages_held(const struct kmst_session *session);
unsigned int kmst_session_nr_structs(struct kmst_session *session);
void kmst_session_results(struct kmst_session *session,
			  struct kmst_results *results);
unsigned long kmst_session_node_pages(struct kmst_session *session, int nid);

#endif /* KMEM_STUDIO_SESSION_H */
