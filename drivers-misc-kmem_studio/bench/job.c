// SPDX-License-Identifier: GPL-2.0
/*
 * A run is done by a work item, so that nothing depends on who asked for it. Who did waits,
 * for a fraction of a second at a time: then the call is made again by the kernel, as if
 * there had been a signal. In between, whoever holds things up for that call's sake can go
 * on, such as an rmdir, which ends the run, and the freezer. A writer that does not come
 * back, as it was killed in between, is seen by the run.
 */
#include <linux/cleanup.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/numa.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "../allocator.h"
#include "job.h"
#include "order.h"

/* How long a writer waits before its call is made again. */
#define WAIT_JIFFIES	(HZ / 5 ?: 1)

#define DEFAULT_HELD	1000
#define DEFAULT_ROUNDS	30
#define DEFAULT_WARMUP	3

/* Runs, and what waits for their end. */
static struct workqueue_struct *jobs;

static bool is_wanted(void *data)
{
	struct kmst_job *job = data;
	struct task_struct *writer = job->writer;

	return !(READ_ONCE(writer->flags) & PF_EXITING) && !fatal_signal_pending(writer);
}

static void run(struct work_struct *work)
{
	struct kmst_job *job = container_of(work, struct kmst_job, work);
	const struct kmst_bench_watch watch = { .wanted = is_wanted, .data = job };
	struct kmst_bench_results *results;
	struct kmst_bench_end end;
	int err;

	err = kmst_bench_run(&job->config, &job->cancel, &watch, &results, &end);
	/* it was the freezer of another task */
	if (err == -ERESTARTNOINTR)
		err = -EINTR;

	guard(mutex)(&job->lock);

	job->results = results;
	job->end = end;
	job->error = err;
	job->done_at = jiffies;
	WRITE_ONCE(job->state, KMST_JOB_DONE);
	wake_up_all(&job->wait);
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
	mutex_init(&job->lock);
	init_waitqueue_head(&job->wait);
	INIT_WORK(&job->work, run);
}

static void forget_writer(struct kmst_job *job)
{
	if (job->writer)
		put_task_struct(job->writer);
	WRITE_ONCE(job->writer, NULL);
}

/* The answer, for whoever waited for it. */
static int collect(struct kmst_job *job, struct kmst_bench_config *ran,
		   struct kmst_bench_end *end)
{
	lockdep_assert_held(&job->lock);

	forget_writer(job);
	*ran = job->ran;
	*end = job->end;
	return job->error;
}

/* It runs, or has just run and its writer is about to take the answer. */
static bool is_busy(struct kmst_job *job)
{
	lockdep_assert_held(&job->lock);

	if (job->state == KMST_JOB_RUNNING)
		return true;
	return job->writer && is_wanted(job) &&
	       time_before(jiffies, job->done_at + 2 * WAIT_JIFFIES);
}

static void start(struct kmst_job *job, unsigned int max_percent)
{
	lockdep_assert_held(&job->lock);

	forget_writer(job);
	kmst_bench_results_put(job->results);
	job->results = NULL;
	job->error = 0;
	job->end = (struct kmst_bench_end){};
	job->config.max_percent = max_percent;
	job->ran = job->config;
	job->cancel.reasons = 0;
	WRITE_ONCE(job->writer, get_task_struct(current));
	WRITE_ONCE(job->state, KMST_JOB_RUNNING);
	queue_work(jobs, &job->work);
}

/* Returns 1 with the answer in the last three, 0 to wait. */
static int start_or_collect(struct kmst_job *job, unsigned int max_percent,
			    struct kmst_bench_config *ran, struct kmst_bench_end *end, int *err)
{
	lockdep_assert_held(&job->lock);

	if (job->writer == current) {
		if (job->state == KMST_JOB_RUNNING)
			return 0;
		*err = collect(job, ran, end);
		return 1;
	}
	if (is_busy(job)) {
		*err = -EBUSY;
		return 1;
	}
	start(job, max_percent);
	return 0;
}

static bool is_done(const struct kmst_job *job)
{
	return READ_ONCE(job->state) == KMST_JOB_DONE;
}

static bool is_run_of_current(const struct kmst_job *job)
{
	return READ_ONCE(job->writer) == current;
}

/* Whoever is killed ends its own run, and no other that began meanwhile. */
static bool interrupt(struct kmst_job *job)
{
	guard(mutex)(&job->lock);

	if (!is_run_of_current(job))
		return false;
	set_bit(KMST_CANCEL_INTERRUPTED, &job->cancel.reasons);
	return true;
}

/**
 * kmst_job_run() - Run a bench, and wait for the end.
 * @job:         the bench
 * @max_percent: largest share of each kind of memory that all arenas, benches and pressures
 *               together may take
 * @ran:         gets what the run went by
 * @end:         gets what an error comes from
 *
 * Context: a program's system call, which may be made again; sleeps. A fatal signal ends the
 * run.
 * Return: as kmst_bench_run(), -EBUSY if it runs already for somebody else, -ERESTARTNOINTR
 * if the call is to be made again.
 */
int kmst_job_run(struct kmst_job *job, unsigned int max_percent,
		 struct kmst_bench_config *ran, struct kmst_bench_end *end)
{
	long left;
	int err;

	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &job->lock) {
		if (start_or_collect(job, max_percent, ran, end, &err))
			return err;
	}
	left = wait_event_killable_timeout(job->wait, is_done(job), WAIT_JIFFIES);
	if (!left)
		return restart_syscall();
	if (left < 0) {
		if (!interrupt(job))
			return -EINTR;
		/* its threads look for that between any two operations */
		wait_event(job->wait, is_done(job) || !is_run_of_current(job));
	}

	guard(mutex)(&job->lock);

	/* if nobody else was quicker, who took this run for one that nobody waits for */
	return is_run_of_current(job) ? collect(job, ran, end) : -EINTR;
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
	scoped_cond_guard(mutex_intr, return -ERESTARTNOINTR, &job->lock) {
		view->state = job->state;
		view->error = job->error;
		view->config = job->state == KMST_JOB_IDLE ? job->config : job->ran;
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
	wait_event_idle(job->wait, READ_ONCE(job->state) != KMST_JOB_RUNNING);
	flush_work(&job->work);
	forget_writer(job);
	kmst_bench_results_put(job->results);
	mutex_destroy(&job->lock);
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
