/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 4: a bench between its runs, and who waits for a run.
 */
#ifndef KMEM_STUDIO_BENCH_JOB_H
#define KMEM_STUDIO_BENCH_JOB_H

#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "../cancel.h"
#include "engine.h"

struct task_struct;

/**
 * enum kmst_job_state - what a bench is doing
 * @KMST_JOB_IDLE:    it has not run yet
 * @KMST_JOB_RUNNING: it runs
 * @KMST_JOB_DONE:    it has run
 */
enum kmst_job_state {
	KMST_JOB_IDLE,
	KMST_JOB_RUNNING,
	KMST_JOB_DONE,
};

/**
 * struct kmst_job - a bench
 * @lock:    the others; nothing but short work is done under it
 * @config:  what the next run goes by; stays as it is while one runs
 * @ran:     what the last run went by, or goes by
 * @state:   what it is doing; a waiter reads it without the lock
 * @error:   of the last run
 * @end:     what @error comes from
 * @results: of the last run, NULL for none
 * @cancel:  request to end the run
 * @writer:  who wants the run, and has not got its answer yet
 * @wait:    where that one waits
 * @done_at: when the last run was done, in jiffies
 * @work:    the run
 */
struct kmst_job {
	struct mutex			lock;	/* see above */
	struct kmst_bench_config	config;
	struct kmst_bench_config	ran;
	enum kmst_job_state		state;
	int				error;
	struct kmst_bench_end		end;
	struct kmst_bench_results	*results;
	struct kmst_cancel		cancel;
	struct task_struct		*writer;
	wait_queue_head_t		wait;
	unsigned long			done_at;
	struct work_struct		work;
};

/**
 * struct kmst_job_view - a bench at one time
 * @state:   what it was doing
 * @error:   of its last run
 * @config:  what that went by, or what the first one would
 * @results: of that run, referenced; NULL for none
 */
struct kmst_job_view {
	enum kmst_job_state		state;
	int				error;
	struct kmst_bench_config	config;
	struct kmst_bench_results	*results;
};

void kmst_job_init(struct kmst_job *job);
int kmst_job_run(struct kmst_job *job, unsigned int max_percent,
		 struct kmst_bench_config *ran, struct kmst_bench_end *end);
int kmst_job_look(struct kmst_job *job, struct kmst_job_view *view);
void kmst_job_look_away(struct kmst_job_view *view);
void kmst_job_end(struct kmst_job *job);
void kmst_job_close(struct kmst_job *job);
int kmst_jobs_init(void);
void kmst_jobs_exit(void);
void kmst_jobs_queue(struct work_struct *work);

#endif /* KMEM_STUDIO_BENCH_JOB_H */
