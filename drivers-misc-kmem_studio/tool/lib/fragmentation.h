/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KST_FRAGMENTATION_H
#define KST_FRAGMENTATION_H

#include "machine.h"
#include "table.h"

void fragmentation_table(struct table *table, const struct machine *before,
			 const struct machine *after);

#endif
