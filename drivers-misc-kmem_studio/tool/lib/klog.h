/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KST_KLOG_H
#define KST_KLOG_H

#include "studio.h"

int klog_read(struct studio *st, const char *filter, struct text *t);
int klog_mark(struct studio *st);
void klog_since(int mark, const char *filter, struct text *t);
void klog_forget(int mark);
void klog_explain(int mark);
bool klog_bad_word(const char *line, const char *arena, u64 *page, u64 *word,
		   u64 *phys);
char *klog_last_report(struct studio *st, const char *arena);

#define KLOG_OURS	"kmem_studio: "

#endif
