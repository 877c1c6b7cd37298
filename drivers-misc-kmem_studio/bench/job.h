/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 4: a bench between its runs, and who waits for a run.
 */
#ifndef KMEM_STUDIO_BENCH_JOB_H
#define KMEM_STUDIO_BENCH_JOB_H

#include <linux/types.h>
#include <linux/workqueue.h>

#include "../cancel.h"
#include "../turn.h"
#include "engine.h"

/**
 * struct kmst_job - a bench
 * @turn:    its runs, and who waits for one; its lock is that of the others
 * @config:  what the next run goes by; stays as it is while one runs
 * @ran:     what the last run went by, or goes by
 * @error:   of the last run
 * @results: of the last run, NULL for none
 * @cancel:  request to end the run
 * @work:    the run
 * @ended:   told how a run ended, whose config is @ran, but not of one that was removed; may be
 *           NULL
 */
struct kmst_job {
	struct kmst_turn		turn;
	struct kmst_bench_config	config;
	struct kmst_bench_config	ran;
	int				error;
	struct kmst_bench_results	*results;
	struct kmst_cancel		cancel;
	struct work_struct		work;
	void (*ended)(struct kmst_job *job, const struct kmst_bench_end *end, int err);
};

/**
 * struct kmst_job_view - a bench at one time
 * @state:   what it was doing
 * @error:   of its last run
 * @config:  what that went by, or what the first one would
 * @results: of that run, referenced; NULL for none
 */
struct kmst_job_view {
	enum kmst_turn_state		state;
	int				error;
	struct kmst_bench_config	config;
	struct kmst_bench_results	*results;
};

void kmst_job_init(struct kmst_job *job);
int kmst_job_run(struct kmst_job *job, unsigned int max_percent);
int kmst_job_look(struct kmst_job *job, struct kmst_job_view *view);
void kmst_job_look_away(struct kmst_job_view *view);
void kmst_job_end(struct kmst_job *job);
void kmst_job_close(struct kmst_job *job);
int kmst_jobs_init(void);
void kmst_jobs_exit(void);
void kmst_jobs_queue(struct work_struct *work);

#endif /* KMEM_STUDIO_BENCH_JOB_H */
