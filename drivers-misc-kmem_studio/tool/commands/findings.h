/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KST_FINDINGS_H
#define KST_FINDINGS_H

#include "../lib/chain.h"
#include "../lib/frames.h"
#include "../lib/pictures.h"
#include "../lib/table.h"
#include "commands.h"

/* How many structs the arenas of a report are of: not a power of two of pages anywhere. */
#define REPORT_STRUCTS	"10000"

/**
 * struct findings - all that a report is about
 * @m:       the machine
 * @frames:  what its page frames are used for
 * @list:    the arenas that were live
 * @chain:   one page by all its names
 * @has_chain: was there one?
 * @lab:     the table of the lab
 * @log:     what the kernel logged meanwhile
 * @compare: the table of the allocators
 * @bench:   what allocations of each order cost, empty where the driver has no benches
 * @histogram: how the times of single pages are spread, empty as well
 * @failed:  a line for each thing that could not be had
 * @when:    when it was measured
 * @status:  what the measurements came to, an enum status
 */
struct findings {
	struct machine		m;
	struct frames		frames;
	struct placed_list	list;
	struct chain		chain;
	bool			has_chain;
	struct table		lab;
	struct text		log;
	struct table		compare;
	struct table		bench;
	struct table		histogram;
	struct text		failed;
	char			*when;
	int			status;
};

/* What is measured for a report, and for a saved copy. */
#define MEASURE_LAB	1	/* the lab, and all allocators */
#define MEASURE_BENCH	2	/* what allocations cost, where the driver has benches */
#define MEASURE_ALL	(MEASURE_LAB | MEASURE_BENCH)

void findings_measure(struct studio *st, struct findings *f, unsigned int measure);
void findings_look(struct studio *st, struct findings *f);
void findings_read(struct studio *st, struct findings *f);
void findings_free(struct findings *f);
void findings_json(const struct findings *f, const char *command, struct json *j);
void findings_html(const struct findings *f, bool course, struct text *out);
void html_begin(struct text *out, const char *title);
void html_end(struct text *out);
void html_pair(struct text *out, struct canvas *narrow, struct canvas *wide);
void course_html(const struct findings *f, struct text *out);
int report_compare(struct studio *st, const char *a, const char *b, const char *output);
const char *finding(const struct table *table, const char *key, const char *column);

/* Columns of a picture on narrow and on wide screens. */
#define NARROW	42
#define WIDE	84

#define JSON_BEGIN	"<script type=\"application/json\" id=\"kmem-studio\">"
#define JSON_END	"</script>"

#endif
