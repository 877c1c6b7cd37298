// SPDX-License-Identifier: GPL-2.0
/*
 * Arenas: their files in configfs, their tables in debugfs. That of the module's parameters,
 * the lab's, is in debugfs alone.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"

/* Lines of a table that are taken. */
#define MAX_SPANS	(4UL << 20)
#define MAX_PFN		BIT_ULL(52)

static void item_add(struct item *item, const char *name, const char *value)
{
	item->attr = grow(item->attr, item->nr, sizeof(*item->attr));
	item->attr[item->nr++] = (struct attr){ xstrdup(name), xstrdup(value) };
	make_printable(item->attr[item->nr - 1].name);
	make_printable(item->attr[item->nr - 1].value);
}

void item_free(struct item *item)
{
	size_t i;

	for (i = 0; i < item->nr; i++) {
		free(item->attr[i].name);
		free(item->attr[i].value);
	}
	free(item->attr);
	free(item->name);
	*item = (struct item){};
}

const char *item_value(const struct item *item, const char *name)
{
	size_t i;

	for (i = 0; i < item->nr; i++) {
		if (!strcmp(item->attr[i].name, name))
			return item->attr[i].value;
	}
	return NULL;
}

/* The number that a value begins with: "4096 usable" has one. */
bool item_u64(const struct item *item, const char *name, u64 *value)
{
	const char *s = item_value(item, name);
	char word[32];
	size_t len;

	if (!s)
		return false;
	len = strcspn(s, " \t\n");
	if (len >= sizeof(word))
		return false;
	memcpy(word, s, len);
	word[len] = 0;
	return parse_u64(word, value);
}

u64 item_number(const struct item *item, const char *name)
{
	u64 value;

	return item_u64(item, name, &value) ? value : 0;
}

/* An object of all its values. */
void item_json(const struct item *item, const char *key, struct json *j)
{
	size_t i;

	js_open(j, key, '{');
	for (i = 0; i < item->nr; i++)
		js_value(j, item->attr[i].name, item->attr[i].value);
	js_close(j, '}');
}

static void read_folder(struct studio *st, const char *path, struct names *files,
			struct item *item)
{
	struct text t = {};
	size_t i;

	for (i = 0; i < files->nr; i++) {
		char *file = xasprintf("%s/%s", path, files->name[i]);

		/* those that are only written to say so */
		if (file_value(st, file, &t))
			item_add(item, files->name[i], t.s);
		free(file);
	}
	text_free(&t);
}

/*
 * All values of one run: where another one began between the first and the last, all are
 * read again. Return: 0 or a negative errno.
 */
int item_read(struct studio *st, const char *folder, const char *name, struct item *item)
{
	char *path = xasprintf("%s/%s", folder, name);
	char *run = xasprintf("%s/run", path);
	u64 before, after;
	struct names files;
	int tries, err;

	*item = (struct item){};
	err = folder_list(st, path, &files);
	for (tries = 0; !err && tries < 3; tries++) {
		bool counts = file_u64(st, run, &before);

		item_free(item);
		read_folder(st, path, &files, item);
		if (!counts || !file_u64(st, run, &after) || before == after)
			break;
	}
	if (!err) {
		item->name = xstrdup(name);
		names_free(&files);
	}
	free(run);
	free(path);
	return err;
}

/* "name:\tvalue" a line, with the names that configfs has. */
static void parse_summary(char *text, struct item *item)
{
	struct text nodes = {};
	char *line;

	while ((line = next_line(&text))) {
		char *value = line;
		char *name = next_field(&value, ':');
		size_t len;

		if (!value)
			continue;
		value = trim(value);
		if (!strcmp(name, "pages"))
			name = "nr_pages";
		else if (!strcmp(name, "spans"))
			name = "nr_spans";
		if (!strncmp(name, "pages_on_node_", 14)) {
			text_printf(&nodes, "%s%s %s", nodes.len ? "\n" : "", name + 14, value);
			continue;
		}
		/* "page (alloc_pages: ...)" */
		len = strcspn(value, " ");
		if (!strcmp(name, "allocator"))
			value[len] = 0;
		item_add(item, name, value);
	}
	if (nodes.len)
		item_add(item, "nodes", nodes.s);
	text_free(&nodes);
}

static int read_lab(struct studio *st, struct item *arena)
{
	static const char path[] = STUDIO_MODULE "/parameters/nr_structs";
	struct text t = {};
	int err;

	*arena = (struct item){};
	err = file_read(st, ARENAS_DEBUG "/" LAB "/summary", &t);
	if (!err) {
		parse_summary(t.s, arena);
	} else if (file_value(st, path, &t)) {
		/* who may not see the tables knows at least how many there are */
		item_add(arena, "nr_structs", t.s);
		item_add(arena, "state", strcmp(t.s, "0") ? "live" : "idle");
		if (file_value(st, STUDIO_MODULE "/parameters/allocator", &t))
			item_add(arena, "allocator", t.s);
		err = 0;
	}
	if (!err)
		arena->name = xstrdup(LAB);
	text_free(&t);
	return err;
}

/* Return: 0 or a negative errno. */
int arena_read(struct studio *st, const char *name, struct item *arena)
{
	*arena = (struct item){};
	if (!strcmp(name, LAB))
		return read_lab(st, arena);
	if (!name_is_allowed(name))
		return -ENOENT;
	return item_read(st, ARENAS_CONFIG, name, arena);
}

/* What a folder of configfs has, added to @names. Return: 0 or a negative errno. */
int item_names(struct studio *st, const char *folder, struct names *names)
{
	struct names all;
	size_t i;
	int err;

	err = folder_list(st, folder, &all);
	for (i = 0; i < all.nr; i++) {
		/* of a copy that somebody made up */
		if (name_is_allowed(all.name[i]))
			names_add(names, xstrdup(all.name[i]));
	}
	names_free(&all);
	return err;
}

/* Those of configfs, and the lab's where there is one. Return: 0 or a negative errno. */
int arena_names(struct studio *st, struct names *names)
{
	u64 lab = 0;
	int err;

	*names = (struct names){};
	file_u64(st, STUDIO_MODULE "/parameters/nr_structs", &lab);
	if (lab)
		names_add(names, xstrdup(LAB));
	err = item_names(st, ARENAS_CONFIG, names);
	return lab ? 0 : err;
}

bool arena_is_live(const struct item *arena)
{
	const char *state = item_value(arena, "state");

	return state && (!strcmp(state, "live") || !strcmp(state, "corrupt"));
}

/* As the driver has it: what is part of lines, of columns and of paths. */
bool name_is_allowed(const char *name)
{
	size_t len = strspn(name,
			    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");

	return len && !name[len] && len < 32 && strcmp(name, ".") && strcmp(name, "..");
}

char *arena_path(const char *name, const char *file)
{
	return xasprintf(ARENAS_CONFIG "/%s%s%s", name, file ? "/" : "", file ? file : "");
}

int arena_set(struct studio *st, const char *name, const char *file, const char *value)
{
	char *path = arena_path(name, file);
	int err = file_write(st, path, without_zeros(value));

	free(path);
	return err;
}

/* --- tables --- */

#define MAX_COLUMNS	16

/* A line of TABs becomes fields; those beyond the last column are left out. */
static size_t split(char *line, char **field)
{
	size_t nr = 0;

	while (line && nr < MAX_COLUMNS)
		field[nr++] = next_field(&line, '\t');
	return nr;
}

static const char *field_of(char **names, char **fields, size_t nr, const char *name)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (!strcmp(names[i], name))
			return fields[i];
	}
	return "";
}

static void take(char *to, size_t size, const char *from)
{
	size_t len = strlen(from);

	if (len >= size)
		len = size - 1;
	memcpy(to, from, len);
	to[len] = 0;
	make_printable(to);
}

static bool parse_span(char **names, char **fields, size_t nr, struct span *span)
{
	*span = (struct span){};
	if (!parse_u64(field_of(names, fields, nr, "index"), &span->index) ||
	    !parse_u64(field_of(names, fields, nr, "pfn"), &span->pfn) ||
	    !parse_u64(field_of(names, fields, nr, "pages"), &span->pages) ||
	    !parse_i64(field_of(names, fields, nr, "node"), &span->node))
		return false;
	if (span->index >= MAX_PFN || span->pfn >= MAX_PFN || !span->pages ||
	    span->pages > MAX_PFN - span->index || span->pages > MAX_PFN - span->pfn)
		return false;
	take(span->zone, sizeof(span->zone), field_of(names, fields, nr, "zone"));
	take(span->kind, sizeof(span->kind), field_of(names, fields, nr, "kind"));
	take(span->virt, sizeof(span->virt), field_of(names, fields, nr, "virt"));
	return true;
}

/* Return: 0 or a negative errno; lines that are none, or not in order, are left out. */
int arena_spans(struct studio *st, const char *name, struct spans *spans)
{
	char *path = xasprintf(ARENAS_DEBUG "/%s/spans", name);
	char *names[MAX_COLUMNS], *fields[MAX_COLUMNS];
	struct text t = {};
	char *cursor, *line;
	size_t columns = 0;
	u64 next = 0;
	int err;

	*spans = (struct spans){};
	err = name_is_allowed(name) ? file_read(st, path, &t) : -ENOENT;
	free(path);
	cursor = t.s;
	line = err ? NULL : next_line(&cursor);
	if (line)
		columns = split(line, names);
	while (columns && (line = next_line(&cursor)) && spans->nr < MAX_SPANS) {
		struct span span;

		if (split(line, fields) < columns ||
		    !parse_span(names, fields, columns, &span) || span.index < next)
			continue;
		next = span.index + span.pages;
		spans->span = grow(spans->span, spans->nr, sizeof(*spans->span));
		spans->span[spans->nr++] = span;
		spans->pages += span.pages;
	}
	text_free(&t);
	return err;
}

void spans_free(struct spans *spans)
{
	free(spans->span);
	*spans = (struct spans){};
}

/*
 * The line of one page of the table pages, its columns as values. Return: is there one?
 * If not, @nr is how many pages there are, 0 where the table is not to be read.
 */
bool arena_page_row(struct studio *st, const char *name, u64 index, struct item *row,
		    u64 *nr)
{
	char *path = xasprintf(ARENAS_DEBUG "/%s/pages", name);
	char *names[MAX_COLUMNS], *fields[MAX_COLUMNS];
	struct text t = {};
	char *cursor, *line;
	size_t columns = 0, i;
	bool found = false;

	*row = (struct item){};
	*nr = 0;
	if (name_is_allowed(name))
		file_read(st, path, &t);
	free(path);
	cursor = t.s;
	line = next_line(&cursor);
	if (line)
		columns = split(line, names);
	while (columns && !found && (line = next_line(&cursor))) {
		u64 at;

		if (split(line, fields) < columns ||
		    !parse_u64(field_of(names, fields, columns, "index"), &at) || at >= MAX_PFN)
			continue;
		found = at == index;
		if (at >= *nr)
			*nr = at + 1;
	}
	for (i = 0; found && i < columns; i++)
		item_add(row, names[i], fields[i]);
	if (found)
		row->name = xstrdup(name);
	text_free(&t);
	return found;
}
