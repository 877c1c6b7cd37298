// SPDX-License-Identifier: GPL-2.0
/*
 * One page by all its names: what a program's page table, the kernel's, and the driver's
 * own ways say of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "chain.h"
#include "frames.h"
#include "machine.h"

#define TRANSLATE	STUDIO_DEBUG "/translate"
#define ANSWER_ROOM	16384

/* uapi/asm-generic/mman-common.h, since 5.14 */
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ	22
#endif

/* Of /proc/self/pagemap, see Documentation/admin-guide/mm/pagemap.rst */
#define PAGEMAP_PRESENT	BIT_ULL(63)
#define PAGEMAP_PFN	((1ULL << 55) - 1)

static void item_put(struct item *item, const char *name, const char *value)
{
	item->attr = grow(item->attr, item->nr, sizeof(*item->attr));
	item->attr[item->nr++] = (struct attr){ xstrdup(name), xstrdup(value) };
}

/* "name:\tvalue" a line. */
static void parse_answer(char *text, struct item *answer)
{
	char *line;

	make_printable(text);
	while ((line = next_line(&text))) {
		char *value = line;
		char *name = next_field(&value, ':');

		if (value)
			item_put(answer, name, trim(value));
	}
}

/* Ask and read through one open file, so that nobody comes between. Return: 0 or -errno */
int translate_ask(struct studio *st, const char *question, struct item *answer)
{
	char text[ANSWER_ROOM + 1];
	char *path;
	ssize_t n;
	int fd, err = 0;

	*answer = (struct item){};
	if (is_saved(st))
		return -EROFS;
	path = path_of(st, TRANSLATE);
	fd = open(path, O_RDWR | O_CLOEXEC);
	free(path);
	if (fd < 0)
		return -errno;
	if (write(fd, question, strlen(question)) < 0) {
		err = -errno;
	} else {
		n = pread(fd, text, ANSWER_ROOM, 0);
		if (n < 0) {
			err = -errno;
		} else {
			text[n] = 0;
			parse_answer(text, answer);
		}
	}
	close(fd);
	return err;
}

static u64 pagemap_pfn(const void *address)
{
	u64 entry = 0, size = sysconf(_SC_PAGESIZE);
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	if (pread(fd, &entry, sizeof(entry), (uintptr_t)address / size * 8) != sizeof(entry))
		entry = 0;
	close(fd);
	return entry & PAGEMAP_PRESENT ? entry & PAGEMAP_PFN : 0;
}

/* The program's side: map the page, touch it, and look into our own page table. */
static void look_from_here(struct studio *st, struct chain *chain)
{
	size_t size = sysconf(_SC_PAGESIZE);
	char *path = xasprintf("%s/dev/kmem_studio/%s", st->root, chain->name);
	const char *at;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	free(path);
	if (fd < 0) {
		chain->user_why = xasprintf("no device: %s", strerror(errno));
		return;
	}
	at = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, (off_t)(chain->index * size));
	if (at == MAP_FAILED) {
		chain->user_why = errno == ENODEV ?
			xstrdup("not mappable: its pages hold others' objects, too") :
			xasprintf("not mapped: %s", strerror(errno));
		close(fd);
		return;
	}
	chain->user_virt = (uintptr_t)at;
	/*
	 * The page table has it once it was touched, which a broken page ends by SIGBUS; this
	 * gives an error. What is mapped as a device's memory is there already (EINVAL).
	 */
	if (madvise((char *)at, size, MADV_POPULATE_READ) && errno != EINVAL)
		chain->user_why = xasprintf("it cannot be read there: %s", strerror(errno));
	else
		chain->user_pfn = pagemap_pfn(at);
	if (!chain->user_pfn && !chain->user_why)
		chain->user_why = xstrdup("pagemap shows no frame: mapped as a device's memory is");
	munmap((char *)at, size);
	close(fd);
}

static char *saved_path(const struct chain *chain)
{
	return xasprintf("/answers/%s.%llu", chain->name, chain->index);
}

/* What chain_save() put behind the driver's words. Return: 0 if it is not there */
static u64 take_number(struct item *answer, const char *name)
{
	u64 number = item_number(answer, name);
	struct attr *attr = answer->attr, *end = attr + answer->nr;

	while (attr < end && strcmp(attr->name, name))
		attr++;
	if (attr == end)
		return 0;
	free(attr->name);
	free(attr->value);
	memmove(attr, attr + 1, (end - attr - 1) * sizeof(*attr));
	answer->nr--;
	return number;
}

static void read_saved(struct studio *st, struct chain *chain)
{
	char *path = saved_path(chain);
	struct text t = {};

	if (!file_read(st, path, &t))
		parse_answer(t.s, &chain->answer);
	chain->user_virt = take_number(&chain->answer, "program_virt");
	chain->user_pfn = take_number(&chain->answer, "program_pfn");
	if (!chain->user_virt)
		chain->user_why = xstrdup("not looked at when the copy was made");
	text_free(&t);
	free(path);
}

/* Of the driver's word about the routes, and of the verdict. */
bool says_differ(const char *verdict)
{
	return !strncmp(verdict, "DIFFER", 6);
}

/* Of these words of the driver's that a kernel may hide. */
static bool is_address(const char *name)
{
	return !strcmp(name, "virt") || !strcmp(name, "page") || !strcmp(name, "virt_to_page") ||
	       !strcmp(name, "vmalloc_to_page");
}

/* Are there hashes, or "(____ptrval____)", where addresses would be? */
bool hides_addresses(const struct machine *m, const struct item *item)
{
	size_t i;

	for (i = 0; i < item->nr; i++) {
		const struct attr *attr = &item->attr[i];

		/* in brackets there are words, too */
		if (*attr->value == '(' ? !!strstr(attr->value, "ptrval") :
		    is_address(attr->name) && is_hidden(m, attr->value))
			return true;
	}
	return false;
}

static bool is_vmalloc(const struct chain *chain)
{
	const char *kind = item_value(&chain->row, "kind");

	return kind && !strcmp(kind, "vmalloc");
}

/* Do all that were asked say the same? All is said only where all were. To be freed. */
static char *make_verdict(const struct chain *chain, u64 pfn)
{
	const char *routes = item_value(&chain->answer, "routes");
	bool hidden = is_vmalloc(chain) && !item_value(&chain->answer, "vmalloc_to_phys");

	if (chain->user_pfn && chain->user_pfn != pfn)
		return xstrdup("DIFFER: the program's page table leads to another frame");
	if (routes && says_differ(routes))
		return xstrdup("DIFFER: the kernel's ways lead to other frames");
	if (!routes && !chain->user_pfn)
		return xstrdup("one way only: the table pages");
	if (!routes)
		return xstrdup("the program's way leads there; the kernel's were not followed");
	if (chain->user_pfn && !hidden)
		return xstrdup("all ways lead to the same frame");
	return xasprintf("%s lead to the same frame%s%s%s",
			 chain->user_pfn ? "the ways that were followed" : "the kernel's ways",
			 hidden ? "; its vmalloc address was not asked (the kernel hides it)" : "",
			 chain->user_pfn ? "" : "; the program's was not followed: ",
			 chain->user_pfn ? "" : chain->user_why ? : "its page table shows none");
}

/*
 * The driver is asked for the frame, or for the address where a vmalloc mapping has it: so those
 * routes are gone, too. A kernel that hides addresses prints others, which lead elsewhere.
 */
static void ask_driver(struct studio *st, u64 pfn, struct chain *chain)
{
	const char *virt = item_value(&chain->row, "virt");
	char question[40];
	u64 answered;

	if (is_vmalloc(chain) && virt && (!strncmp(virt, "ffff", 4) || strlen(virt) == 8)) {
		translate_ask(st, virt, &chain->answer);
		if (strlen(virt) > 8 ||
		    (item_u64(&chain->answer, "pfn", &answered) && answered == pfn))
			return;
		item_free(&chain->answer);
	}
	snprintf(question, sizeof(question), "pfn:0x%llx", pfn);
	translate_ask(st, question, &chain->answer);
}

/* Behind the last page with an object; those of slabs are in no order that is known here. */
static bool is_rounding(struct studio *st, const struct chain *chain)
{
	const char *kind = item_value(&chain->row, "kind");
	bool rounding = false;
	struct item arena;
	struct machine m;
	u64 bytes;

	if ((kind && !strcmp(kind, "slab")) || arena_read(st, chain->name, &arena))
		return false;
	machine_read(st, &m);
	if (item_u64(&arena, "bytes_requested", &bytes) && m.page_size)
		rounding = chain->index >= (bytes + m.page_size - 1) / m.page_size;
	machine_free(&m);
	item_free(&arena);
	return rounding;
}

/* Return: is there such a page? */
bool chain_read(struct studio *st, const char *name, u64 index, struct chain *chain)
{
	u64 pfn;

	*chain = (struct chain){ .name = name, .index = index };
	if (!arena_page_row(st, name, index, &chain->row, &chain->nr_pages) ||
	    !item_u64(&chain->row, "pfn", &pfn)) {
		item_free(&chain->row);
		return false;
	}
	chain->has_flags = page_flags_at(st, pfn, &chain->flags);
	chain->rounding = is_rounding(st, chain);
	if (is_saved(st)) {
		read_saved(st, chain);
	} else {
		ask_driver(st, pfn, chain);
		look_from_here(st, chain);
	}
	chain->verdict = make_verdict(chain, pfn);
	return true;
}

/* What read_saved() reads. */
void chain_save(const struct chain *chain, struct text *t)
{
	size_t i;

	text_put(t, "", 0);
	for (i = 0; i < chain->answer.nr; i++)
		text_printf(t, "%s:\t%s\n", chain->answer.attr[i].name,
			    chain->answer.attr[i].value);
	if (chain->user_virt)
		text_printf(t, "program_virt:\t0x%llx\nprogram_pfn:\t0x%llx\n",
			    chain->user_virt,
			    chain->user_pfn);
}

void chain_free(struct chain *chain)
{
	item_free(&chain->row);
	item_free(&chain->answer);
	free(chain->user_why);
	free(chain->verdict);
	*chain = (struct chain){};
}

/* --- the same as a table --- */

static const struct column name_columns[] = {
	{ "from", "FROM", COLUMN_TEXT },
	{ "name", "NAME", COLUMN_TEXT },
	{ "value", "VALUE", COLUMN_TEXT },
	{ "agrees", "AGREES", COLUMN_TEXT },
};

void names_table(struct table *table)
{
	table_init(table, name_columns, ARRAY_SIZE(name_columns));
}

static void add_name(struct table *table, const char *from, const char *name, const char *value,
		     const char *agrees)
{
	table_cell(table, from);
	table_cell(table, name);
	table_cell(table, value);
	table_cell(table, agrees);
}

static const char *yes_or_no(bool is)
{
	return is ? "yes" : "no";
}

/* What a route is compared with: its end is a frame, a physical address or a struct page. */
static const char *end_of(const char *route)
{
	static const struct {
		const char	*route;
		const char	*end;
	} ends[] = {
		{ "pfn", "pfn" },
		{ "phys_to_pfn", "pfn" },
		{ "program_pfn", "pfn" },
		{ "phys", "phys" },
		{ "virt_to_phys", "phys" },
		{ "vmalloc_to_phys", "phys" },
		{ "page_table", "phys" },
		{ "hardware", "phys" },
		{ "page", "page" },
		{ "virt_to_page", "page" },
		{ "vmalloc_to_page", "page" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		if (!strcmp(ends[i].route, route))
			return ends[i].end;
	}
	return NULL;
}

/*
 * Does it lead where @expected says? Return: NULL for what is no route, and where one of the
 * two is not known: a struct page that the kernel hides, or words in the place of an address.
 */
static const char *agrees(const struct item *expected, const char *name, const char *value)
{
	const char *end = end_of(name), *wanted = end ? item_value(expected, end) : NULL;
	u64 a, b;

	if (!wanted || wanted == value)
		return NULL;
	if (strcmp(end, "page"))
		return parse_u64(wanted, &a) && parse_u64(value, &b) ? yes_or_no(a == b) : NULL;
	return *wanted == '(' || *value == '(' ? NULL : yes_or_no(!strcmp(wanted, value));
}

/* @expected: what routes are compared with, @answer itself if there is nothing else */
void names_of_answer(const struct item *answer, const struct item *expected,
		     struct table *table)
{
	size_t i;

	for (i = 0; i < answer->nr; i++) {
		const char *name = answer->attr[i].name, *value = answer->attr[i].value;

		add_name(table, "translate", name, value,
			 strcmp(name, "routes") ? agrees(expected, name, value) :
			 yes_or_no(!says_differ(value)));
	}
}

static void names_of_program(const struct chain *chain, struct table *table)
{
	char text[24];

	if (chain->user_virt) {
		snprintf(text, sizeof(text), "0x%llx", chain->user_virt);
		add_name(table, "program", "program_virt", text, NULL);
	}
	if (chain->user_pfn) {
		snprintf(text, sizeof(text), "0x%llx", chain->user_pfn);
		add_name(table, "program", "program_pfn", text,
			 agrees(&chain->row, "program_pfn", text));
	}
	if (chain->user_why)
		add_name(table, "program", "missing", chain->user_why, NULL);
}

/* By all its names, each with who says so, and whether it leads to the frame of the table. */
void names_of_chain(const struct chain *chain, struct table *table)
{
	bool one_way = !chain->user_pfn && !item_value(&chain->answer, "routes");
	struct text flags = {};
	size_t i;

	for (i = 0; i < chain->row.nr; i++)
		add_name(table, "pages", chain->row.attr[i].name, chain->row.attr[i].value, NULL);
	names_of_program(chain, table);
	if (chain->has_flags) {
		page_flags_words(&flags, chain->flags);
		add_name(table, "kpageflags", "kpageflags", flags.s, NULL);
		text_free(&flags);
	}
	names_of_answer(&chain->answer, &chain->row, table);
	if (chain->rounding)
		add_name(table, "all", "rounding", NO_OBJECT, NULL);
	add_name(table, "all", "verdict", chain->verdict,
		 one_way ? NULL : yes_or_no(!says_differ(chain->verdict)));
}
