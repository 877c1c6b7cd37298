// SPDX-License-Identifier: GPL-2.0
/*
 * An arena from its start to its end, as the commands run, compare and report make them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "driver.h"
#include "kinds.h"
#include "klog.h"
#include "trial.h"

/* Return: an enum status */
int trial_configure(struct studio *st, const struct trial *trial)
{
	const struct {
		const char	*file;
		const char	*value;
	} values[] = {
		{ "nr_structs", trial->nr_structs },
		{ "allocator", trial->allocator },
		{ "pattern", trial->pattern },
		{ "node", trial->node },
		{ "gfp", trial->gfp },
		{ "seed", trial->seed },
		{ "max_mismatches", trial->max_mismatches },
		{ "give_way", trial->give_way },
		{ "scrub_ms", trial->scrub_ms },
		{ "cma_only", trial->cma_only ? "1" : NULL },
	};
	size_t i;
	int status = STATUS_OK;

	for (i = 0; !status && i < ARRAY_SIZE(values); i++) {
		if (values[i].value)
			status = item_set(st, ARENA, trial->name, values[i].file, values[i].value);
	}
	return status;
}

/* The last line of the driver's, without what it begins with. */
static char *reason(int mark, const char *name)
{
	struct text t = {};
	char *cursor, *line, *last = NULL;
	char *who = xasprintf(KLOG_OURS "arenas/%s: ", name);

	klog_since(mark, who, &t);
	for (cursor = t.s; (line = next_line(&cursor));) {
		free(last);
		last = xstrdup(strstr(line, who) + strlen(who));
	}
	free(who);
	text_free(&t);
	return last;
}

/* What the user calls it. */
static const char *name_of(const struct trial *trial)
{
	return is_own_name(trial->name) ? trial->allocator : trial->name;
}

/* From here on it is taken down at the end, however that comes. Return: an enum status */
static int make(struct studio *st, struct trial *trial)
{
	char first[32];
	int status;

	if (trial->name) {
		status = item_make(st, ARENA, trial->name);
	} else {
		own_name(first, sizeof(first));
		status = item_make_free(st, ARENA, trial->first ? trial->first : first,
					trial->own, sizeof(trial->own));
		trial->name = trial->own;
	}
	trial->made = !status;
	if (trial->made)
		item_undo_later(st, ARENA, trial->name);
	return status;
}

/*
 * Return: STATUS_OK if it is live, and then trial_end() has to follow; STATUS_REFUSED if
 * not, @trial->err and @trial->why say why.
 */
int trial_start(struct studio *st, struct trial *trial)
{
	int status, mark;
	char *path;

	status = make(st, trial);
	if (!status)
		status = trial_configure(st, trial);
	if (status)
		return status;
	mark = klog_mark(st);
	path = arena_path(trial->name, "live");
	trial->err = driver_write_or_kill(st, path, "1");
	free(path);
	if (trial->err) {
		trial->why = reason(mark, trial->name);
		if (!trial->quiet)
			say("%s: not started: %s", name_of(trial),
			    trial->why ? trial->why : errno_words(trial->err));
		return STATUS_REFUSED;
	}
	klog_forget(mark);
	trial->started = true;
	arena_read(st, trial->name, &trial->live);
	arena_spans(st, trial->name, &trial->spans);
	return STATUS_OK;
}

/* Remove what the trial made: one of that name that it did not make is somebody else's. */
void trial_remove(struct studio *st, struct trial *trial)
{
	if (!trial->made)
		return;
	item_remove(st, ARENA, trial->name);
	item_keep(st, ARENA, trial->name);
	trial->made = false;
}

/* Stop and remove it. Return: an enum status */
int trial_end(struct studio *st, struct trial *trial)
{
	int mark;

	if (trial->started) {
		mark = klog_mark(st);
		trial->err = arena_set(st, trial->name, "live", "0");
		arena_read(st, trial->name, &trial->after);
		if (trial->err && !trial->quiet)
			driver_say_error(st, mark, name_of(trial), "was stopped", trial->err);
		else
			klog_forget(mark);
	}
	trial_remove(st, trial);
	if (trial->err == -EILSEQ)
		return STATUS_WRONG;
	return trial->err ? STATUS_REFUSED : STATUS_OK;
}

/* What it was, or what it was before somebody else removed it. */
const struct item *trial_values(const struct trial *trial)
{
	return trial->after.nr ? &trial->after : &trial->live;
}

void trial_free(struct trial *trial)
{
	item_free(&trial->live);
	item_free(&trial->after);
	spans_free(&trial->spans);
	free(trial->why);
	trial->why = NULL;
}

/* Runs of physical neighbours, blocks that happen to be neighbours being one. */
u64 spans_runs(const struct spans *spans, u64 *largest)
{
	u64 runs = 0, pages = 0;
	size_t i;

	*largest = 0;
	for (i = 0; i < spans->nr; i++) {
		const struct span *span = &spans->span[i];

		if (!i || span->pfn != span[-1].pfn + span[-1].pages) {
			runs++;
			pages = 0;
		}
		pages += span->pages;
		if (pages > *largest)
			*largest = pages;
	}
	return runs;
}
