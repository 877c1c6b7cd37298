/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KST_TAR_H
#define KST_TAR_H

#include "text.h"

bool tar_add(struct text *tar, const char *path, const char *data, size_t len);
void tar_end(struct text *tar);

#endif
