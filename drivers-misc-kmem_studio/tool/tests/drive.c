// SPDX-License-Identifier: GPL-2.0
/*
 * drive PROGRAM [ARGUMENT]...: run it on a terminal of its own, of 80 columns and 24 lines.
 * Each line of standard input is "TEXT|KEYS": when the text was shown, behind what the line
 * before waited for, the keys are typed. What is shown comes to standard output. Exit status:
 * the program's; 1 where a text was not shown within a minute, or it did not end.
 */
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SECONDS		60

static char shown[1 << 20];
static size_t nr_shown;
static int terminal;

/* Read what is there within a second. Return: may there be more? */
static int copy(void)
{
	struct pollfd fd = { .fd = terminal, .events = POLLIN };
	ssize_t nr;

	if (poll(&fd, 1, 1000) <= 0)
		return 1;
	nr = read(terminal, shown + nr_shown, sizeof(shown) - nr_shown);
	if (nr <= 0)
		return 0;
	fwrite(shown + nr_shown, 1, nr, stdout);
	nr_shown += nr;
	return 1;
}

/* Return: where the text ends, behind @from; 0 if it was not shown in time */
static size_t wait_for(const char *text, size_t from)
{
	time_t until = time(NULL) + SECONDS;
	char *at;

	do {
		at = memmem(shown + from, nr_shown - from, text, strlen(text));
		if (at)
			return at - shown + strlen(text);
	} while (copy() && time(NULL) < until);
	fprintf(stderr, "not shown: %s\n", text);
	return 0;
}

/* Return: was each text shown? */
static int follow(void)
{
	char line[256], *keys;
	size_t from = 0;

	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = 0;
		keys = strchr(line, '|');
		if (!keys)
			return 0;
		*keys++ = 0;
		from = wait_for(line, from);
		if (!from || write(terminal, keys, strlen(keys)) < 0)
			return 0;
	}
	return 1;
}

int main(int argc, char **argv)
{
	const struct winsize size = { .ws_row = 24, .ws_col = 80 };
	int followed, status;
	time_t until;
	pid_t pid;

	if (argc < 2)
		return 2;
	pid = forkpty(&terminal, NULL, NULL, &size);
	if (!pid) {
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (pid < 0)
		return 2;
	followed = follow();
	until = time(NULL) + SECONDS;
	while (followed && copy() && time(NULL) < until)
		;
	/* one that has ended does not mind */
	kill(pid, SIGKILL);
	if (waitpid(pid, &status, 0) != pid || !followed || !WIFEXITED(status))
		return 1;
	return WEXITSTATUS(status);
}
