// SPDX-License-Identifier: GPL-2.0
/*
 * report: one file with all that was measured, to be read, printed and handed in.
 */
#include <getopt.h>
#include <string.h>

#include "../lib/driver.h"
#include "../lib/files.h"
#include "../lib/options.h"
#include "findings.h"

enum { OPT_COURSE = LONG_ONLY, OPT_COMPARE, OPT_NO_RUN, OPT_NO_BENCH };

static const struct choice choices[] = {
	{ "course", NULL, OPT_COURSE,
	  "with the questions of the course, each with what was measured, and room for an answer" },
	{ "no-run", NULL, OPT_NO_RUN,
	  "measure nothing" },
	{ "no-bench", NULL, OPT_NO_BENCH,
	  "measure all but what an allocation of each order costs, which takes longest" },
	{ "compare", NULL, OPT_COMPARE,
	  "two reports side by side, by the data in them" },
	{ "output", "FILE", 'o',
	  "where the page goes, - is standard output (default: report.html; with --compare a table on the terminal)"
	},
	{}
};

/* Has somebody typed into the boxes of the page that is there, and saved it? */
static bool has_answers(const char *path)
{
	static const char box[] = "aria-label=\"Answer\">";
	struct studio here = { .root = "" };
	struct text t = {};
	bool has = false;
	const char *at;

	if (strcmp(path, "-") && !bytes_read(&here, path, &t)) {
		for (at = t.s; !has && (at = strstr(at, box)); ) {
			at += strlen(box);
			has = strncmp(at, "</div>", 6);
		}
	}
	text_free(&t);
	return has;
}

static int write_report(struct studio *st, const struct findings *f, bool course,
			const char *output)
{
	struct text out = {};
	struct json j;
	int status;

	if (st->format == FORMAT_JSON) {
		findings_json(f, "report", &j);
		status = js_print(&j);
		if (!output)
			return status;
	}
	findings_html(f, course, &out);
	status = output_write(output ? output : "report.html", out.s, out.len);
	text_free(&out);
	if (!status && st->format == FORMAT_TEXT && !(output && !strcmp(output, "-")))
		printf("%s is written\n", output ? output : "report.html");
	if (!status && f->status == STATUS_MISSING)
		say("the report is incomplete: its end tells what is not in it");
	return status;
}

static int do_report(struct studio *st, int argc, char **argv)
{
	bool course = false, compare = false;
	unsigned int measure = MEASURE_ALL;
	const char *output = NULL;
	struct findings f;
	int status, c;

	while ((c = next_option(&command_report, argc, argv)) != -1) {
		switch (c) {
		case OPT_COURSE:
			course = true;
			break;
		case OPT_COMPARE:
			compare = true;
			break;
		case OPT_NO_RUN:
			measure = 0;
			break;
		case OPT_NO_BENCH:
			measure &= ~MEASURE_BENCH;
			break;
		case 'o':
			output = optarg;
			break;
		default:
			return STATUS_USAGE;
		}
	}
	if (argc - optind != (compare ? 2 : 0))
		return usage(&command_report, compare ? "--compare takes two reports" :
						       "report takes no argument");
	if (st->format == FORMAT_JSON && output && !strcmp(output, "-") && !compare)
		return usage(&command_report,
			     "the page and JSON cannot both go to standard output");
	/* neither writes a page that nobody has named */
	if (!output && !compare && st->format != FORMAT_JSON)
		output = "report.html";
	if (output && has_answers(output))
		return fail(STATUS_REFUSED,
			    "%s has answers in it, and is left alone: give another name with -o",
			    output);
	if (compare)
		return report_compare(st, argv[optind], argv[optind + 1], output);
	if (is_saved(st)) {
		findings_read(st, &f);
	} else {
		findings_measure(st, &f, measure);
		findings_look(st, &f);
	}
	/* a file of before is better than half a report */
	status = interrupted() ? STATUS_OK : write_report(st, &f, course, output);
	status = worse(status, f.status);
	findings_free(&f);
	return status;
}

const struct command command_report = {
	.name = "report",
	.args = "[-o FILE] | --compare A.html B.html [-o FILE]",
	.about = "one page of HTML with all that was measured, or two of them side by side",
	.more =
		"The page needs nothing else: no script, no network. Where something is missing, the driver or the rights of root, it has what can be shown, a line says what is missing, and the exit status is 3. Ctrl-C ends it, and writes none.",
	.choices = choices,
	.wrong = "memory was found wrong, or not all was verified",
	.example = "kmem-studio report --course -o report.html",
	.run = do_report,
};
