// SPDX-License-Identifier: GPL-2.0
/*
 * translate: what is this address?
 */
#include <errno.h>
#include <string.h>

#include "../lib/chain.h"
#include "../lib/driver.h"
#include "../lib/files.h"
#include "../lib/json.h"
#include "../lib/klog.h"
#include "../lib/machine.h"
#include "commands.h"

static int print_json(const struct item *answer)
{
	struct json j;

	js_begin(&j, "translate");
	item_json(answer, "answer", &j);
	return js_print(&j);
}

static int print_csv(struct studio *st, const struct item *answer)
{
	struct table table;
	int status;

	names_table(&table);
	names_of_answer(answer, answer, &table);
	status = table_print(st, &table, "translate", "names");
	table_free(&table);
	return status;
}

/* Of these words of the driver's that a kernel may hide. */
static bool is_address(const char *name)
{
	return !strcmp(name, "virt") || !strcmp(name, "page") || !strcmp(name, "virt_to_page") ||
	       !strcmp(name, "vmalloc_to_page");
}

static int print_text(struct studio *st, const struct item *answer)
{
	struct text t = {};
	bool hides = false;
	struct machine m;
	int status;
	size_t i;

	machine_read(st, &m);
	for (i = 0; i < answer->nr; i++) {
		const struct attr *attr = &answer->attr[i];

		text_printf(&t, "%-16s %s\n", attr->name, attr->value);
		/* in brackets there are words, too */
		hides |= *attr->value == '(' ? !!strstr(attr->value, "ptrval") :
			 is_address(attr->name) && is_hidden(&m, attr->value);
	}
	machine_free(&m);
	if (hides)
		text_printf(&t, "%-16s %s\n", "to do", HIDDEN_HINT);
	status = output_write("-", t.s ? t.s : "", t.len);
	text_free(&t);
	return status;
}

/* In words that the driver's answer has. Return: an enum status */
static int print(struct studio *st, const struct item *answer)
{
	const char *routes = item_value(answer, "routes");
	int status;

	if (st->format == FORMAT_JSON)
		status = print_json(answer);
	else if (st->format == FORMAT_CSV)
		status = print_csv(st, answer);
	else
		status = print_text(st, answer);
	return !status && routes && says_differ(routes) ? STATUS_WRONG : status;
}

static int do_translate(struct studio *st, int argc, char **argv)
{
	struct item answer;
	int status, err, mark;

	if (argc != 2)
		return usage(&command_translate,
			     "translate takes a kernel address, pfn:N or phys:N");
	if (is_saved(st))
		return fail(STATUS_MISSING, "%s is a saved copy: nobody is there to ask", st->root);
	status = driver_need(st, NEED_CHANGE | NEED_DRIVER | NEED_DEBUGFS);
	if (status)
		return status;
	mark = klog_mark(st);
	err = translate_ask(st, argv[1], &answer);
	if (err == -EINVAL) {
		say("\"%s\" is no kernel address in hexadecimal, pfn:N or phys:N", argv[1]);
		klog_explain(mark);
		return STATUS_USAGE;
	}
	if (err)
		return driver_say_error(st, mark, "translate", argv[1], err);
	klog_forget(mark);
	status = print(st, &answer);
	item_free(&answer);
	return status;
}

const struct command command_translate = {
	.name = "translate",
	.args = "ADDRESS | pfn:N | phys:N",
	.about = "what an address is, by all routes",
	.more =
		"ADDRESS is one of the kernel, in hexadecimal; pfn:N is a page frame, phys:N a physical address. It translates pages: of an address the offset within its page is left out. Where a kernel hides its addresses there are hashes of them, or (____ptrval____): boot it with no_hash_pointers to see them.",
	.wrong = "the routes do not agree",
	.example = "kmem-studio translate pfn:0x1234",
	.run = do_translate,
};
