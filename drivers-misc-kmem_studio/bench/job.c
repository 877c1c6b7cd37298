// SPDX-License-Identifier: GPL-2.0
/*
 * A run is done by a work item, so that nothing depends on who asked for it, and who did
 * waits as turn.c lets it. A writer that does not come back is seen by what runs.
 */
#include <linux/cleanup.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/numa.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "../allocator.h"
#include "job.h"
#include "order.h"

#define DEFAULT_HELD	1000
#define DEFAULT_ROUNDS	30
#define DEFAULT_WARMUP	3

/* Runs, and what waits for their end. */
static struct workqueue_struct *jobs;

/* A job has one command. */
#define RUN	0

static bool is_wanted(void *data)
{
	struct kmst_job *job = data;

	return kmst_turn_is_wanted(&job->turn);
}

static void run(struct work_struct *work)
{
	struct kmst_job *job = container_of(work, struct kmst_job, work);
	const struct kmst_bench_watch watch = { .wanted = is_wanted, .data = job };
	struct kmst_bench_results *results;
	struct kmst_bench_end end;
	int err;

	err = kmst_bench_run(&job->config, &job->cancel, &watch, &results, &end);
	if (job->ended && !test_bit(KMST_CANCEL_CLOSED, &job->cancel.reasons))
		job->ended(job, &end, err);

	guard(mutex)(&job->turn.lock);

	job->results = results;
	job->error = err;
	kmst_turn_end(&job->turn, err);
}

/**
 * kmst_job_init() - Make a bench that has not run.
 * @job: the bench
 *
 * Context: process context, may sleep.
 */
void kmst_job_init(struct kmst_job *job)
{
	*job = (struct kmst_job){
		.config = {
			.allocator	= kmst_allocator_at(0),
			.order		= kmst_order_at(0),
			.bytes		= PAGE_SIZE,
			.gfp		= GFP_KERNEL,
			.nid		= NUMA_NO_NODE,
			.held		= DEFAULT_HELD,
			.rounds		= DEFAULT_ROUNDS,
			.warmup		= DEFAULT_WARMUP,
		},
	};
	cpumask_set_cpu(cpumask_first(cpu_online_mask), &job->config.cpus);
	kmst_turn_init(&job->turn);
	INIT_WORK(&job->work, run);
}

static void start(struct kmst_job *job, unsigned int max_percent)
{
	lockdep_assert_held(&job->turn.lock);

	kmst_bench_results_put(job->results);
	job->results = NULL;
	job->error = 0;
	job->config.max_percent = max_percent;
	job->ran = job->config;
	job->cancel.reasons = 0;
	queue_work(jobs, &job->work);
}

/* The threads look for that between any two operations. */
static void interrupt(struct kmst_turn *turn)
{
	struct kmst_job *job = container_of(turn, struct kmst_job, turn);

	set_bit(KMST_CANCEL_INTERRUPTED, &job->cancel.reasons);
}

/* A run is found again, unless it is the first time. */
static struct kmst_call *find_or_start(struct kmst_job *job, unsigned int max_percent)
{
	struct kmst_call *call;

	scoped_cond_guard(mutex_intr, return ERR_PTR(-ERESTARTNOINTR), &job->turn.lock)
		call = kmst_turn_find(&job->turn, RUN, 0);
	if (call)
		return call;
	call = kmst_call_new(RUN, 0);
	if (!call)
		return ERR_PTR(-ENOMEM);

	guard(mutex)(&job->turn.lock);

	if (job->turn.running) {
		kfree(call);
		return ERR_PTR(-EBUSY);
	}
	kmst_turn_add(&job->turn, call);
	/* not if its writer is killed just now, which it will see */
	if (kmst_turn_next(&job->turn))
		start(job, max_percent);
	return call;
}

/**
 * kmst_job_run() - Run a bench, and wait for the end.
 * @job:         the bench
 * @max_percent: largest share of each kind of memory that all arenas, benches and pressures
 *               together may take
 *
 * Context: a program's system call, which may be made again; sleeps. A fatal signal ends the
 * run.
 * Return: as kmst_bench_run(), -EBUSY if it runs already for somebody else, -ENOMEM,
 * -ERESTARTNOINTR if the call is to be made again.
 */
int kmst_job_run(struct kmst_job *job, unsigned int max_percent)
{
	struct kmst_call *call = find_or_start(job, max_percent);
	int err;

	if (IS_ERR(call))
		return PTR_ERR(call);
	err = kmst_turn_wait(&job->turn, call, interrupt);
	if (err)
		return err;
	scoped_guard(mutex, &job->turn.lock)
		err = kmst_turn_answer(&job->turn, call);
	return err;
}

/**
 * kmst_job_look() - See a bench as it is at one time.
 * @job:  the bench
 * @view: gets it, for kmst_job_look_away()
 *
 * Runs and settings that follow are not seen in it.
 *
 * Context: a program's system call; sleeps.
 * Return: 0, or -ERESTARTNOINTR if a signal came.
 */
int kmst_job_look(struct kmst_job *job, struct kmst_job_view *view)
{
	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &job->turn.lock) {
		view->state = job->turn.state;
		view->error = job->error;
		view->config = job->turn.state == KMST_TURN_IDLE ? job->config : job->ran;
		view->results = job->results;
		if (view->results)
			kref_get(&view->results->ref);
	}
	return 0;
}

/**
 * kmst_job_look_away() - Let go of what kmst_job_look() got.
 * @view: it; the bench may be gone
 *
 * Context: process context, may sleep.
 */
void kmst_job_look_away(struct kmst_job_view *view)
{
	kmst_bench_results_put(view->results);
}

/**
 * kmst_job_end() - Tell a run to end, for good.
 * @job: the bench; is run no more
 *
 * Context: any, does not sleep.
 */
void kmst_job_end(struct kmst_job *job)
{
	set_bit(KMST_CANCEL_CLOSED, &job->cancel.reasons);
}

/**
 * kmst_job_close() - Wait for the end of a run, and free what it left.
 * @job: the bench, after kmst_job_end()
 *
 * Context: process context, sleeps.
 */
void kmst_job_close(struct kmst_job *job)
{
	/* idle: a run that frees much is not to be taken for a hang; then little is left of it */
	wait_event_idle(job->turn.wait, READ_ONCE(job->turn.state) != KMST_TURN_RUNNING);
	flush_work(&job->work);
	kmst_turn_destroy(&job->turn);
	kmst_bench_results_put(job->results);
}

/**
 * kmst_jobs_queue() - Have something done that waits for runs.
 * @work: it
 *
 * Context: any.
 */
void kmst_jobs_queue(struct work_struct *work)
{
	queue_work(jobs, work);
}

/**
 * kmst_jobs_init() - Get ready for runs.
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int __init kmst_jobs_init(void)
{
	jobs = alloc_workqueue("kmem_studio_bench", WQ_UNBOUND, 0);
	return jobs ? 0 : -ENOMEM;
}

/**
 * kmst_jobs_exit() - Wait for all that was queued.
 *
 * Context: process context, sleeps.
 */
void kmst_jobs_exit(void)
{
	destroy_workqueue(jobs);
}
