// SPDX-License-Identifier: GPL-2.0
/*
 * The machine: its page size, RAM, zones, nodes and the area set aside for DMA.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "klog.h"
#include "machine.h"

#define MAX_RANGES	4096
#define MAX_ZONES	1024
#define MAX_PFN		BIT_ULL(52)

/* Smallest n with 2^n >= pages. */
unsigned int order_of(u64 pages)
{
	unsigned int order = 0;

	while (order < 63 && (1ULL << order) < pages)
		order++;
	return order;
}

/* "key: value" of a copy's own description of where it was made. */
static char *saved_fact(struct studio *st, const char *key)
{
	char *cursor, *line, *value = NULL;
	size_t len = strlen(key);
	struct text t = {};

	if (is_saved(st) && !file_read(st, "/machine", &t)) {
		for (cursor = t.s; !value && (line = next_line(&cursor));) {
			if (!strncmp(line, key, len) && !strncmp(line + len, ": ", 2))
				value = xstrdup(trim(line + len + 2));
		}
	}
	if (value)
		make_printable(value);
	text_free(&t);
	return value;
}

static u64 page_size_of(struct studio *st)
{
	char *saved = saved_fact(st, "page_size");
	u64 size = 0;

	if (!is_saved(st))
		size = sysconf(_SC_PAGESIZE);
	else if (saved)
		parse_u64(saved, &size);
	free(saved);
	/* a power of two, that of some machine */
	if (size < 1024 || size > 1 << 24 || size & (size - 1))
		size = 4096;
	return size;
}

static void read_names(struct studio *st, struct machine *m)
{
	struct text t = {};
	struct utsname uts;

	if (file_value(st, "/proc/device-tree/model", &t) ||
	    file_value(st, "/sys/devices/virtual/dmi/id/product_name", &t))
		m->model = xstrdup(t.s);
	else
		m->model = xstrdup("unknown");
	if (file_value(st, "/proc/sys/kernel/osrelease", &t))
		m->kernel = xstrdup(t.s);
	else
		m->kernel = xstrdup("unknown");
	if (is_saved(st))
		m->arch = saved_fact(st, "arch");
	else if (!uname(&uts))
		m->arch = xstrdup(uts.machine);
	if (!m->arch)
		m->arch = xstrdup("unknown");
	text_free(&t);
}

/* "40000000-5fffffff : System RAM", addresses are 0 for who may not see them. */
static void read_ram(struct studio *st, struct machine *m)
{
	struct text t = {};
	char *cursor, *line;

	file_read(st, "/proc/iomem", &t);
	for (cursor = t.s; (line = next_line(&cursor)) && m->nr_ram < MAX_RANGES;) {
		u64 first, last;
		char *end;

		if (*line == ' ' || !strstr(line, " : System RAM"))
			continue;
		first = strtoull(line, &end, 16);
		if (*end != '-')
			continue;
		last = strtoull(end + 1, NULL, 16);
		if (!last) {
			m->hidden = true;
			continue;
		}
		first = (first + m->page_size - 1) / m->page_size;
		last = last / m->page_size + 1;
		if (last <= first || last >= MAX_PFN)
			continue;
		/* in order, or it is no list of RAM */
		if (m->nr_ram && first < m->ram[m->nr_ram - 1].first + m->ram[m->nr_ram - 1].nr)
			continue;
		m->ram = grow(m->ram, m->nr_ram, sizeof(*m->ram));
		m->ram[m->nr_ram++] = (struct range){ first, last - first };
	}
	text_free(&t);
}

static bool number_in(const char *line, const char *label, u64 *value)
{
	const char *at = strstr(line, label);
	char word[32];
	size_t len;

	if (!at)
		return false;
	at += strlen(label);
	at += strspn(at, " \t");
	len = strcspn(at, " \t\n,");
	if (len >= sizeof(word))
		return false;
	memcpy(word, at, len);
	word[len] = 0;
	return parse_u64(word, value) && *value < MAX_PFN;
}

static struct zone *find_zone(struct machine *m, s64 node, const char *name)
{
	size_t i;

	for (i = 0; i < m->nr_zones; i++) {
		if (m->zone[i].node == node && !strcmp(m->zone[i].name, name))
			return &m->zone[i];
	}
	return NULL;
}

/* "Node 0, zone   Normal": both, and where the text goes on. */
static bool parse_zone_line(const char *line, s64 *node, char name[16], int *used)
{
	long long nid;

	*used = 0;
	if (sscanf(line, "Node %lld, zone %15s%n", &nid, name, used) != 2)
		return false;
	*node = nid;
	make_printable(name);
	return true;
}

static void read_zones(struct studio *st, struct machine *m)
{
	struct zone *zone = NULL;
	struct text t = {};
	char *cursor, *line;

	file_read(st, "/proc/zoneinfo", &t);
	for (cursor = t.s; (line = next_line(&cursor));) {
		struct zone found = {};
		int used;

		if (parse_zone_line(line, &found.node, found.name, &used)) {
			if (m->nr_zones == MAX_ZONES)
				break;
			m->zone = grow(m->zone, m->nr_zones, sizeof(*m->zone));
			zone = &m->zone[m->nr_zones++];
			*zone = found;
		} else if (zone && !strncmp(line, "  pages free", 12)) {
			number_in(line, "pages free", &zone->free);
		} else if (zone && !strncmp(line, "        spanned", 15)) {
			number_in(line, "spanned", &zone->span.nr);
		} else if (zone && !strncmp(line, "        present", 15)) {
			number_in(line, "present", &zone->present);
		} else if (zone && !strncmp(line, "        managed", 15)) {
			number_in(line, "managed", &zone->managed);
		} else if (zone && !strncmp(line, "        cma", 11)) {
			number_in(line, "cma", &zone->cma);
		} else if (zone && strstr(line, "start_pfn:")) {
			number_in(line, "start_pfn:", &zone->span.first);
		}
	}
	text_free(&t);
}

static void drop_empty_zones(struct machine *m)
{
	size_t i, kept = 0;

	for (i = 0; i < m->nr_zones; i++) {
		if (m->zone[i].present)
			m->zone[kept++] = m->zone[i];
	}
	m->nr_zones = kept;
}

static void read_blocks(struct studio *st, struct machine *m)
{
	struct text t = {};
	char *cursor, *line;

	file_read(st, "/proc/buddyinfo", &t);
	for (cursor = t.s; (line = next_line(&cursor));) {
		struct zone *zone;
		s64 node;
		char name[16];
		char *at;
		int used;

		if (!parse_zone_line(line, &node, name, &used))
			continue;
		zone = find_zone(m, node, name);
		if (!zone)
			continue;
		zone->nr_orders = 0;
		for (at = line + used; zone->nr_orders < MAX_ORDERS;) {
			char *end;
			unsigned long long n = strtoull(at, &end, 10);

			if (end == at)
				break;
			zone->blocks[zone->nr_orders++] = n < MAX_PFN ? n : 0;
			at = end;
		}
	}
	text_free(&t);
}

static void read_meminfo(struct studio *st, struct machine *m)
{
	struct text t = {};
	char *cursor, *line;

	file_read(st, "/proc/meminfo", &t);
	for (cursor = t.s; (line = next_line(&cursor));) {
		number_in(line, "MemTotal:", &m->total_kb);
		number_in(line, "MemFree:", &m->free_kb);
		number_in(line, "CmaTotal:", &m->cma_kb);
	}
	text_free(&t);
}

/* "... CMA memory pool at 0x38000000, size 64 MiB", or of newer kernels and cma=. */
static void cma_of_log(struct studio *st, struct machine *m)
{
	struct text t = {};
	char *cursor, *line;
	u64 phys, mib;

	klog_read(st, " MiB", &t);
	for (cursor = t.s; !m->cma.nr && (line = next_line(&cursor));) {
		if (strstr(line, "CMA memory pool at")) {
			if (!number_in(line, "pool at ", &phys) || !number_in(line, "size ", &mib))
				continue;
		} else if (strstr(line, "cma: Reserved ")) {
			if (!number_in(line, "Reserved ", &mib) || !number_in(line, " at ", &phys))
				continue;
		} else {
			continue;
		}
		if (mib * 1024 == m->cma_kb)
			m->cma = (struct range){ phys / m->page_size,
						 (mib << 20) / m->page_size };
	}
	text_free(&t);
}

static void read_cma(struct studio *st, struct machine *m)
{
	struct names areas;
	size_t i;

	if (!m->cma_kb)
		return;
	/* the default area is the one that drivers get theirs from; take the largest */
	if (!folder_list(st, DEBUGFS "/cma", &areas)) {
		for (i = 0; i < areas.nr; i++) {
			char *base = xasprintf(DEBUGFS "/cma/%s/base_pfn", areas.name[i]);
			char *count = xasprintf(DEBUGFS "/cma/%s/count", areas.name[i]);
			struct range range = {};

			if (file_u64(st, base, &range.first) && file_u64(st, count, &range.nr) &&
			    range.first < MAX_PFN && range.nr < MAX_PFN && range.nr > m->cma.nr)
				m->cma = range;
			free(base);
			free(count);
		}
		names_free(&areas);
	}
	if (!m->cma.nr)
		cma_of_log(st, m);
}

void machine_read(struct studio *st, struct machine *m)
{
	*m = (struct machine){};
	m->page_size = page_size_of(st);
	read_names(st, m);
	read_meminfo(st, m);
	read_ram(st, m);
	read_zones(st, m);
	drop_empty_zones(m);
	read_blocks(st, m);
	read_cma(st, m);
}

void machine_free(struct machine *m)
{
	free(m->model);
	free(m->kernel);
	free(m->arch);
	free(m->ram);
	free(m->zone);
	*m = (struct machine){};
}

const struct zone *machine_zone(const struct machine *m, u64 pfn)
{
	size_t i;

	for (i = 0; i < m->nr_zones; i++) {
		if (pfn - m->zone[i].span.first < m->zone[i].span.nr)
			return &m->zone[i];
	}
	return NULL;
}

u64 machine_ram_pages(const struct machine *m)
{
	u64 pages = 0;
	size_t i;

	for (i = 0; i < m->nr_ram; i++)
		pages += m->ram[i].nr;
	return pages;
}

unsigned int machine_nodes(const struct machine *m)
{
	unsigned int nr = 0;
	size_t i, j;

	for (i = 0; i < m->nr_zones; i++) {
		for (j = 0; j < i && m->zone[j].node != m->zone[i].node; j++)
			;
		nr += j == i;
	}
	return nr;
}

/* A hash has no bits above the lowest 32; at boot there is not even one. */
bool is_hidden(const struct machine *m, const char *virt)
{
	return virt && (*virt == '(' || (strstr(m->arch, "64") && !strncmp(virt, "00000000", 8)));
}
