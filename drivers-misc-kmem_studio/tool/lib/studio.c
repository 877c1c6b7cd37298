// SPDX-License-Identifier: GPL-2.0
/*
 * One run of the program: what it says to people, and what it takes down at its end,
 * however it ends.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "studio.h"

static sig_atomic_t got_signal;

static void vsay(const char *fmt, va_list ap)
{
	struct text t = {};

	text_vprintf(&t, fmt, ap);
	make_printable(t.s);
	fprintf(stderr, "kmem-studio: %s\n", t.s);
	text_free(&t);
}

/* A line for people, beside the results. */
void say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsay(fmt, ap);
	va_end(ap);
}

/* Which of two statuses the end tells: that memory was found wrong, whatever else failed. */
int worse(int a, int b)
{
	if (a == STATUS_WRONG || b == STATUS_WRONG)
		return STATUS_WRONG;
	return a > b ? a : b;
}

int fail(int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsay(fmt, ap);
	va_end(ap);
	return status;
}

/* Has it nothing that moves a cursor, or sets a colour? */
bool terminal_is_dumb(void)
{
	const char *term = getenv("TERM");

	return !term || !*term || !strcmp(term, "dumb");
}

/* What an arena, a bench or a pressure is called that nobody has named. */
void own_name(char *name, size_t size)
{
	snprintf(name, size, "tool-%d", getpid());
}

/* Does it begin with that? Who has not typed it does not want to read it. */
bool is_own_name(const char *name)
{
	char own[32];
	size_t len;

	own_name(own, sizeof(own));
	len = strlen(own);
	return !strncmp(name, own, len) && strchr("-:", name[len]);
}

static void note_signal(int sig)
{
	__atomic_store_n(&got_signal, sig, __ATOMIC_RELAXED);
}

/*
 * No SA_RESTART: who waits for the kernel comes back and sees to what it has started. A
 * pipe that closes is an error of a write, for the same reason.
 */
void catch_signals(void)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction action = { .sa_handler = note_signal };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		struct sigaction before;

		/* of nohup; a shell ignores SIGINT for what is in the background */
		if (ends[i] == SIGHUP && !sigaction(SIGHUP, NULL, &before) &&
		    before.sa_handler == SIG_IGN)
			continue;
		sigaction(ends[i], &action, NULL);
	}
	signal(SIGPIPE, SIG_IGN);
	/* so is a file that may not become that large */
	signal(SIGXFSZ, SIG_IGN);
}

bool interrupted(void)
{
	return __atomic_load_n(&got_signal, __ATOMIC_RELAXED);
}

void undo_later(struct studio *st, void (*undo)(struct studio *st, const char *what),
		const char *what)
{
	st->cleanups = grow(st->cleanups, st->nr_cleanups, sizeof(*st->cleanups));
	st->cleanups[st->nr_cleanups++] = (struct cleanup){ undo, xstrdup(what) };
}

/* It is to stay, or is gone already. */
void undo_never(struct studio *st, const char *what)
{
	size_t i;

	for (i = 0; i < st->nr_cleanups; i++) {
		if (strcmp(st->cleanups[i].what, what))
			continue;
		free(st->cleanups[i].what);
		memmove(&st->cleanups[i], &st->cleanups[i + 1],
			(--st->nr_cleanups - i) * sizeof(*st->cleanups));
		return;
	}
}

void undo_all(struct studio *st)
{
	while (st->nr_cleanups) {
		struct cleanup last = st->cleanups[--st->nr_cleanups];

		last.undo(st, last.what);
		free(last.what);
	}
	free(st->cleanups);
	st->cleanups = NULL;
}

/* Shorter if a signal comes. */
void pause_ms(unsigned int ms)
{
	struct timespec left = { ms / 1000, ms % 1000 * 1000000L };

	while (!interrupted() && nanosleep(&left, &left) && errno == EINTR)
		;
}
