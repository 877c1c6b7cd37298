/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 5: words for what the layers below have as numbers.
 */
#ifndef KMEM_STUDIO_NAMES_H
#define KMEM_STUDIO_NAMES_H

#include <linux/gfp_types.h>
#include <linux/types.h>

#include "session.h"
#include "translate.h"

/* What kmst_gfp_parse() takes, for a line of the log. */
#define KMST_GFP_TAKES \
	"KERNEL, ATOMIC, NOWAIT or HIGHUSER_MOVABLE, joined by | with any of ZERO COMP THISNODE, one of NORETRY RETRY_MAYFAIL, one of DMA DMA32"

/* Longest text that kmst_gfp_print() makes, with its terminating zero. */
#define KMST_GFP_TEXT	96

/* Longest list of names that kmst_allocator_names() or kmst_pattern_names() makes. */
#define KMST_NAMES_TEXT	160

void kmst_allocator_names(char *text);
void kmst_pattern_names(char *text);
int kmst_gfp_parse(const char *text, gfp_t *gfp);
void kmst_gfp_print(gfp_t gfp, char *text);
const char *kmst_state_name(enum kmst_state state);
const char *kmst_source_name(enum kmst_source source);
const char *kmst_verified_in_name(const struct kmst_results *results);
const char *kmst_kind_name(const struct kmst_translation *t);

#endif /* KMEM_STUDIO_NAMES_H */
