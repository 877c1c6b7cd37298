/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KST_LIST_H
#define KST_LIST_H

#include "../lib/studio.h"

int print_items(struct studio *st, const char *command, char **names, int nr);

#endif
