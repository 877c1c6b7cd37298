/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KST_DRIVER_H
#define KST_DRIVER_H

#include "studio.h"

/* What a command cannot do without. */
enum need {
	NEED_DRIVER	= 1,	/* the driver is there */
	NEED_LOAD	= 2,	/* it is loaded if it is not there, and unloaded at the end */
	NEED_CONFIGFS	= 4,	/* its folder in configfs */
	NEED_DEBUGFS	= 8,	/* its folder in debugfs */
	NEED_CHANGE	= 16,	/* something is to be changed: root, and no saved copy */
};

int driver_need(struct studio *st, unsigned int needs);
bool driver_is_there(struct studio *st);
int driver_say_error(struct studio *st, int mark, const char *who, const char *what, int err);
int driver_write_or_kill(struct studio *st, const char *path, const char *value);
const char *errno_words(int err);

#endif
