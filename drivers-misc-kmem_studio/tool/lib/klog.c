// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's log: /dev/kmsg, or the file that a saved copy has in its place.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "klog.h"

#define SAVED_LOG	"/kernel.log"
#define RECORD		8192

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? at - digits : -1;
}

/* "6,339,5140900,-;text\n KEY=value\n": only the text, whose TABs come as \x09. */
static void add_record(struct text *t, char *record, const char *filter)
{
	char *text = strchr(record, ';');
	char *s, *to;

	if (!text)
		return;
	text++;
	text[strcspn(text, "\n")] = 0;
	for (s = to = text; *s;) {
		bool escaped = s[0] == '\\' && s[1] == 'x' && hex_digit(s[2]) >= 0 &&
			       hex_digit(s[3]) >= 0;

		*to++ = escaped ? hex_digit(s[2]) << 4 | hex_digit(s[3]) : *s;
		s += escaped ? 4 : 1;
	}
	*to = 0;
	if (filter && !strstr(text, filter))
		return;
	make_printable(text);
	text_puts(t, text);
	text_putc(t, '\n');
}

static void read_records(int fd, const char *filter, struct text *t)
{
	char record[RECORD + 1];
	ssize_t n;

	for (;;) {
		n = read(fd, record, RECORD);
		if (n < 0 && errno == EPIPE)
			continue;	/* was overwritten meanwhile */
		if (n <= 0)
			return;
		record[n] = 0;
		add_record(t, record, filter);
	}
}

/* Lines that have @filter in them, all for NULL. Return: 0 or a negative errno. */
int klog_read(struct studio *st, const char *filter, struct text *t)
{
	int fd, err;

	text_put(t, "", 0);
	if (is_saved(st)) {
		struct text all = {};
		char *cursor, *line;

		err = file_read(st, SAVED_LOG, &all);
		for (cursor = all.s; (line = next_line(&cursor));) {
			if (filter && !strstr(line, filter))
				continue;
			make_printable(line);
			text_puts(t, line);
			text_putc(t, '\n');
		}
		text_free(&all);
		return err;
	}
	fd = open("/dev/kmsg", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	read_records(fd, filter, t);
	close(fd);
	return 0;
}

/* A place in the log: what comes after it is for klog_since(). Return: it, -1 if none. */
int klog_mark(struct studio *st)
{
	int fd;

	if (is_saved(st))
		return -1;
	fd = open("/dev/kmsg", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0)
		lseek(fd, 0, SEEK_END);
	return fd;
}

/* Ends the mark. */
void klog_since(int mark, const char *filter, struct text *t)
{
	text_put(t, "", 0);
	if (mark < 0)
		return;
	read_records(mark, filter, t);
	close(mark);
}

void klog_forget(int mark)
{
	if (mark >= 0)
		close(mark);
}

/* "benches/NAME: text" without what nobody has typed. */
static const char *without_own_name(const char *line)
{
	const char *name = strchr(line, '/'), *text = strstr(line, ": ");

	return name && text && name < text && is_own_name(name + 1) ? text + 2 : line;
}

/* What the driver had to say about the step that began at @mark. */
void klog_explain(int mark)
{
	struct text t = {};
	char *cursor, *line;

	klog_since(mark, KLOG_OURS, &t);
	for (cursor = t.s; (line = next_line(&cursor));)
		say("the kernel: %s",
		    without_own_name(strstr(line, KLOG_OURS) + strlen(KLOG_OURS)));
	text_free(&t);
}

static bool number_after(const char *line, const char *label, u64 *value)
{
	const char *at = strstr(line, label);
	char word[32];
	size_t len;

	if (!at)
		return false;
	at += strlen(label);
	len = strcspn(at, " \t\n");
	if (!len || len >= sizeof(word))
		return false;
	memcpy(word, at, len);
	word[len] = 0;
	return parse_u64(word, value);
}

/* Is @name what the line is about? The lab's lines have no name in them. */
static bool line_of(const char *line, const char *name, const char *what)
{
	const char *at = strstr(line, KLOG_OURS);
	size_t len = strlen(name);

	if (!at)
		return false;
	at += strlen(KLOG_OURS);
	if (!strncmp(at, "arenas/", 7)) {
		at += 7;
		if (strncmp(at, name, len) || strncmp(at + len, ": ", 2))
			return false;
		at += len + 2;
	} else if (strcmp(name, "lab")) {
		return false;
	}
	return !strncmp(at, what, strlen(what));
}

/* "Mismatch in page: 4\tstruct: 555\tindex: 3\tphysical address: 0x..." */
bool klog_bad_word(const char *line, const char *arena, u64 *page, u64 *word,
		   u64 *phys)
{
	u64 nr, index;

	if (!line_of(line, arena, "Mismatch in page: "))
		return false;
	if (!number_after(line, "page: ", page) || !number_after(line, "struct: ", &nr) ||
	    !number_after(line, "index: ", &index) ||
	    !number_after(line, "physical address: ", phys))
		return false;
	*word = nr * 8 + index;
	return true;
}

/* Does it tell what a verification found, before the line that counts all of that? */
static bool is_finding(const char *line, const char *arena)
{
	static const char * const findings[] = {
		"Mismatch in page: ", "Address translation differs on ",
		"A second look found ", "Hardware-poisoned pages: ",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(findings); i++) {
		if (line_of(line, arena, findings[i]))
			return true;
	}
	return false;
}

/*
 * The lines of the last verification that found something wrong, of which the last one counts
 * it. To be freed; empty if there is none.
 */
char *klog_last_report(struct studio *st, const char *arena)
{
	struct text all = {}, report = {}, last = {};
	char *cursor, *line;

	klog_read(st, KLOG_OURS, &all);
	text_put(&last, "", 0);
	for (cursor = all.s; (line = next_line(&cursor));) {
		if (is_finding(line, arena)) {
			text_puts(&report, line);
			text_putc(&report, '\n');
		} else if (line_of(line, arena, "Verification failed: ")) {
			text_puts(&report, line);
			text_putc(&report, '\n');
			text_free(&last);
			last = report;
			report = (struct text){};
		}
	}
	text_free(&report);
	text_free(&all);
	return last.s;
}
