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
#include "commands.h"

/* In words that the driver's answer has. Return: an enum status */
static int print(struct studio *st, const struct item *answer)
{
	const char *routes = item_value(answer, "routes");
	struct text t = {};
	struct json j;
	int status;
	size_t i;

	if (st->format == FORMAT_JSON) {
		js_begin(&j, "translate");
		js_open(&j, "answer", '{');
		for (i = 0; i < answer->nr; i++)
			js_value(&j, answer->attr[i].name, answer->attr[i].value);
		js_close(&j, '}');
		status = js_print(&j);
	} else {
		for (i = 0; i < answer->nr; i++)
			text_printf(&t, "%-16s %s\n", answer->attr[i].name, answer->attr[i].value);
		status = output_write("-", t.s ? t.s : "", t.len);
		text_free(&t);
	}
	return !status && routes && !strncmp(routes, "DIFFER", 6) ? STATUS_WRONG : status;
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
		"ADDRESS is one of the kernel, in hexadecimal; pfn:N is a page frame, phys:N a physical address.",
	.wrong = "the routes do not agree",
	.example = "kmem-studio translate pfn:0x1234",
	.run = do_translate,
};
