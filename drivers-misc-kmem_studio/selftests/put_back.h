/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a program has changed is put back also when a signal ends it: by a child that does
 * nothing but wait for that.
 */
#ifndef KMEM_STUDIO_PUT_BACK_H
#define KMEM_STUDIO_PUT_BACK_H

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void (*put_back)(void);
static pid_t put_back_owner, put_back_group, put_back_child;

/* The process group of the case that runs: all of them see it. */
static pid_t *put_back_case;

/*
 * For a case of kselftest_harness.h, which has a process group of its own and outlives its
 * program: it is killed before anything is put back.
 */
static inline void put_back_ends_this_case(void)
{
	pid_t group = getpgrp();

	if (put_back_case && group != put_back_group)
		*put_back_case = group;
}

/* Who is killed is gone after a while. */
static inline void put_back_end_case(void)
{
	int naps;

	if (!put_back_case || !*put_back_case)
		return;
	kill(-*put_back_case, SIGKILL);
	for (naps = 0; naps < 1000 && !kill(-*put_back_case, 0); naps++)
		poll(NULL, 0, 10);
}

/* At exit, of this program and not of its children. */
static inline void put_back_at_exit(void)
{
	if (getpid() != put_back_owner)
		return;
	put_back();
	if (put_back_child > 0) {
		kill(put_back_child, SIGKILL);
		waitpid(put_back_child, NULL, 0);
	}
}

/*
 * In a session of its own, so that what is sent to its parent's group does not end it. All
 * signals are blocked.
 */
static inline void wait_and_put_back(void)
{
	sigset_t wanted;
	int signal;

	setsid();
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGUSR1);
	prctl(PR_SET_PDEATHSIG, SIGUSR1);
	if (getppid() == put_back_owner)
		sigwait(&wanted, &signal);
	put_back_end_case();
	put_back();
	_exit(0);
}

/* Call @fn when this program ends, however it does: maybe twice. */
static inline void put_back_at_the_end(void (*fn)(void))
{
	sigset_t all, before;

	put_back = fn;
	put_back_owner = getpid();
	put_back_group = getpgrp();
	put_back_case = mmap(NULL, sizeof(*put_back_case), PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (put_back_case == MAP_FAILED)
		put_back_case = NULL;
	atexit(put_back_at_exit);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	put_back_child = fork();
	if (!put_back_child)
		wait_and_put_back();
	sigprocmask(SIG_SETMASK, &before, NULL);
}

#endif /* KMEM_STUDIO_PUT_BACK_H */
