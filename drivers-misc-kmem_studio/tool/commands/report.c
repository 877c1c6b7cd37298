// SPDX-License-Identifier: GPL-2.0
/*
 * report: one file with all that was measured, to be read, printed and handed in.
 */
#include <getopt.h>
#include <string.h>

#include "../lib/driver.h"
#include "findings.h"

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
	return status;
}

static int do_report(struct studio *st, int argc, char **argv)
{
	static const struct option options[] = {
		{ "course", no_argument, NULL, 'c' },
		{ "compare", no_argument, NULL, 'd' },
		{ "no-run", no_argument, NULL, 'n' },
		{ "output", required_argument, NULL, 'o' },
		{}
	};
	bool course = false, compare = false, run = true;
	const char *output = NULL;
	struct findings f;
	int status, c;

	while ((c = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			course = true;
			break;
		case 'd':
			compare = true;
			break;
		case 'n':
			run = false;
			break;
		case 'o':
			output = optarg;
			break;
		default:
			return usage(&command_report, "report: that option is not known");
		}
	}
	if (argc - optind != (compare ? 2 : 0))
		return usage(&command_report, compare ? "--compare takes two reports" :
						       "report takes no argument");
	if (compare)
		return report_compare(st, argv[optind], argv[optind + 1], output);
	if (is_saved(st)) {
		findings_read(st, &f);
	} else {
		findings_measure(st, &f, run);
		findings_look(st, &f);
	}
	status = write_report(st, &f, course, output);
	status = status ? status : f.status;
	findings_free(&f);
	return status;
}

const struct command command_report = {
	"report", "[--course] [--no-run] [-o FILE] | --compare A.html B.html [-o FILE]",
	"one page of HTML with all that was measured, or two of them side by side", do_report
};
