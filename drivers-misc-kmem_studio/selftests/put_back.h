/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a program has changed is put back also when a signal ends it: by a child that does
 * nothing but wait for that.
 */
#ifndef KMEM_STUDIO_PUT_BACK_H
#define KMEM_STUDIO_PUT_BACK_H

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void (*put_back)(void);
static pid_t put_back_owner, put_back_child;

/* At exit, of this program and not of its children. */
static inline void put_back_at_exit(void)
{
	if (getpid() != put_back_owner)
		return;
	if (put_back_child > 0) {
		kill(put_back_child, SIGKILL);
		waitpid(put_back_child, NULL, 0);
	}
	put_back();
}

/* A session of its own, so that what is sent to its parent's group does not end it. */
static inline void wait_and_put_back(void)
{
	sigset_t all;
	int signal;

	setsid();
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	sigemptyset(&all);
	sigaddset(&all, SIGUSR1);
	prctl(PR_SET_PDEATHSIG, SIGUSR1);
	if (getppid() == put_back_owner)
		sigwait(&all, &signal);
	put_back();
	_exit(0);
}

/* Call @fn when this program ends, however it does. */
static inline void put_back_at_the_end(void (*fn)(void))
{
	put_back = fn;
	put_back_owner = getpid();
	atexit(put_back_at_exit);
	put_back_child = fork();
	if (!put_back_child)
		wait_and_put_back();
}

#endif /* KMEM_STUDIO_PUT_BACK_H */
