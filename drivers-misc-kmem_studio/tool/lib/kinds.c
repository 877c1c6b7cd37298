// SPDX-License-Identifier: GPL-2.0
/*
 * Things made at run time: arenas, benches, pressures. A name is looked for among all; with
 * its folder in front ("benches/x") it is that one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "driver.h"
#include "kinds.h"
#include "klog.h"

/* Names that are tried where the first ones are taken. */
#define MOST_SERIAL	999

const struct kind kinds[] = {
	{ "arena", "arenas", STUDIO_CONFIG "/arenas", "live", "live" },
	{ "bench", "benches", STUDIO_CONFIG "/benches", "run", NULL },
	{ "pressure", "pressures", STUDIO_CONFIG "/pressures", "live", "live" },
};

const size_t nr_kinds = ARRAY_SIZE(kinds);

bool kind_is_there(struct studio *st, const struct kind *kind)
{
	return file_exists(st, kind->folder);
}

/* What there is of a kind. Return: 0 or a negative errno. */
int kind_names(struct studio *st, const struct kind *kind, struct names *names)
{
	*names = (struct names){};
	return kind == ARENA ? arena_names(st, names) : item_names(st, kind->folder, names);
}

/* What a file of an arena is called there: a pressure has another one for its pages. */
const char *kind_file(const struct kind *kind, const char *file)
{
	return kind == PRESSURE && !strcmp(file, "nr_pages") ? "pages_held" : file;
}

/* Return: a word for people, NULL if it is not known */
const char *kind_state(const struct kind *kind, const struct item *item)
{
	const char *live, *ended;

	if (kind != PRESSURE)
		return item_value(item, "state");
	live = item_value(item, "live");
	ended = item_value(item, "ended");
	/* one that gave way reads as live, and holds nothing */
	if (ended && (!strcmp(ended, "taking") || !strcmp(ended, "lost")))
		return ended;
	return !live ? NULL : strcmp(live, "1") ? "idle" : "live";
}

static char *path_to(const struct kind *kind, const char *name, const char *file)
{
	return xasprintf("%s/%s%s%s", kind->folder, name, file ? "/" : "", file ? file : "");
}

static bool has(struct studio *st, const struct kind *kind, const char *name)
{
	char *path = path_to(kind, name, NULL);
	bool is = name_is_allowed(name) && file_exists(st, path);

	free(path);
	return is;
}

/* Is there one of that name? Then it is @kind's, and @bare is the name without the folder. */
bool has_item(struct studio *st, const char *name, const struct kind **kind,
	      const char **bare)
{
	size_t i;

	for (i = 0; i < nr_kinds; i++) {
		size_t len = strlen(kinds[i].many);

		*bare = name;
		if (!strncmp(name, kinds[i].many, len) && name[len] == '/')
			*bare = name + len + 1;
		else if (strchr(name, '/'))
			continue;
		*kind = &kinds[i];
		if (has(st, *kind, *bare))
			return true;
	}
	*kind = ARENA;
	*bare = name;
	return !strcmp(name, LAB);
}

/*
 * The same. Return: STATUS_OK, STATUS_REFUSED when it has been told that there is none, or
 * STATUS_MISSING when it has been told why that cannot be known.
 */
int find_item(struct studio *st, const char *name, const struct kind **kind,
	      const char **bare)
{
	int status;

	if (has_item(st, name, kind, bare))
		return STATUS_OK;
	status = driver_need(st, NEED_CONFIGFS);
	if (status)
		return status;
	return fail(STATUS_REFUSED,
		    "there is no arena, bench or pressure \"%s\": kmem-studio list shows what there is",
		    name);
}

/* The same for who works on arenas only. */
int find_arena(struct studio *st, const char *name, const char **bare)
{
	const struct kind *kind;
	int status = find_item(st, name, &kind, bare);

	if (status || kind == ARENA)
		return status;
	return fail(STATUS_REFUSED,
		    "%s is a %s, and this takes an arena: kmem-studio list shows which is which",
		    name, kind->word);
}

/* Return: STATUS_OK if the arena is live, STATUS_REFUSED when it has been told that not. */
int need_live(struct studio *st, const char *name)
{
	struct item arena;
	bool live;

	if (arena_read(st, name, &arena))
		return fail(STATUS_REFUSED, "%s cannot be read", name);
	live = arena_is_live(&arena);
	item_free(&arena);
	if (live)
		return STATUS_OK;
	if (!strcmp(name, LAB))
		return fail(STATUS_REFUSED,
			    "lab is not live: modprobe kmem_studio nr_structs=N starts it");
	return fail(STATUS_REFUSED, "%s is not live: kmem-studio start %s starts it", name, name);
}

/*
 * @name has @nr of what the word says, and @index is none of them. Return: STATUS_REFUSED
 */
int no_such_index(const char *name, const char *what, u64 index, u64 nr)
{
	if (!nr)
		return fail(STATUS_REFUSED, "%s has no %s %llu: it has none", name, what, index);
	if (nr == 1)
		return fail(STATUS_REFUSED, "%s has no %s %llu: it has one, number 0", name, what,
			    index);
	return fail(STATUS_REFUSED, "%s has no %s %llu: it has those from 0 to %llu", name, what,
		    index, nr - 1);
}

/* Return: STATUS_OK, or STATUS_MISSING when it has been told what is. */
int kind_need(struct studio *st, const struct kind *kind, unsigned int needs)
{
	int status = driver_need(st, needs | NEED_CONFIGFS);

	if (status || kind_is_there(st, kind))
		return status;
	return fail(STATUS_MISSING, "the driver that runs is older and has no %s (%s is not there)",
		    kind->many, kind->folder);
}

static int make(struct studio *st, const struct kind *kind, const char *name)
{
	char *path = path_to(kind, name, NULL);
	int err = name_is_allowed(name) ? folder_make(st, path) : -EINVAL;

	free(path);
	return err;
}

/* With a line for people where it fails. Return: an enum status */
int item_make(struct studio *st, const struct kind *kind, const char *name)
{
	int mark = klog_mark(st);
	int err = make(st, kind, name);

	if (err == -EINVAL)
		say("a name takes at most 31 letters, digits, _, - and .");
	if (err)
		return driver_say_error(st, mark, is_own_name(name) ? kind->word : name,
					"is not made", err);
	klog_forget(mark);
	return STATUS_OK;
}

/*
 * The same by the first name that is free: @name, else @name-2 and so on, which is @made then,
 * of @size bytes. Return: an enum status
 */
int item_make_free(struct studio *st, const struct kind *kind, const char *name, char *made,
		   size_t size)
{
	int mark = klog_mark(st), err;
	unsigned int serial = 2;

	snprintf(made, size, "%s", name);
	while ((err = make(st, kind, made)) == -EEXIST && serial <= MOST_SERIAL)
		snprintf(made, size, "%s-%u", name, serial++);
	if (err)
		return driver_say_error(st, mark, is_own_name(made) ? kind->word : made,
					"is not made", err);
	klog_forget(mark);
	return STATUS_OK;
}

/* A value was not taken, since @mark. Return: an enum status */
static int tell_not_set(struct studio *st, int mark, const struct kind *kind, const char *name,
			const char *file, const char *value, int err)
{
	bool own = is_own_name(name);
	char *what;
	int status;

	if (err == -ENOENT && has(st, kind, name)) {
		klog_forget(mark);
		return fail(STATUS_MISSING,
			    "%s%sthe driver that runs is older: its %s have no file %s",
			    own ? "" : name, own ? "" : ": ", kind->many, file);
	}
	if (own && !strcmp(file, kind->start))
		what = xasprintf("%s: is not started", kind->word);
	else if (!strcmp(file, "verify"))
		what = xstrdup("verification");
	else
		what = xasprintf("%s%c%s", file, own ? ' ' : '=', value);
	status = driver_say_error(st, mark, name, what, err);
	free(what);
	return status;
}

/* A run of a bench is as long as somebody wanted it, and memory may be large. */
static bool takes_long(const struct kind *kind, const char *file, const char *value)
{
	return strcmp(value, "0") && (!strcmp(file, kind->start) || !strcmp(file, "verify"));
}

/* The same for a value. Return: an enum status */
int item_set(struct studio *st, const struct kind *kind, const char *name, const char *file,
	     const char *value)
{
	char *path = path_to(kind, name, file);
	int mark = klog_mark(st), err;

	value = without_zeros(value);
	if (takes_long(kind, file, value))
		err = driver_write_or_kill(st, path, value);
	else
		err = file_write(st, path, value);
	/* it may have been live when its writer was killed */
	if (err == -EINTR && kind->stop && !strcmp(file, kind->start))
		file_write(st, path, "0");
	free(path);
	if (err)
		return tell_not_set(st, mark, kind, name, file, value, err);
	klog_forget(mark);
	return STATUS_OK;
}

int item_remove(struct studio *st, const struct kind *kind, const char *name)
{
	char *path = path_to(kind, name, NULL);
	int err = folder_remove(st, path);

	free(path);
	return err;
}

static void undo(struct studio *st, const char *path)
{
	folder_remove(st, path);
}

/* It is removed at the end, however that comes. */
void item_undo_later(struct studio *st, const struct kind *kind, const char *name)
{
	char *path = path_to(kind, name, NULL);

	undo_later(st, undo, path);
	free(path);
}

void item_keep(struct studio *st, const struct kind *kind, const char *name)
{
	char *path = path_to(kind, name, NULL);

	undo_never(st, path);
	free(path);
}
