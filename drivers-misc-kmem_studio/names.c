// SPDX-License-Identifier: GPL-2.0
/*
 * Words for what the layers below have as numbers, and the way back from text.
 *
 * Flags of an allocation have the names that people know: "KERNEL|ZERO|NORETRY".
 */
#include <linux/array_size.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/string.h>

#include "allocator.h"
#include "names.h"
#include "pattern.h"

struct gfp_name {
	const char	*name;
	gfp_t		flags;
};

/* Exactly one of these: where the request is made, and for whom. */
static const struct gfp_name contexts[] = {
	{ "KERNEL",		GFP_KERNEL },
	{ "ATOMIC",		GFP_ATOMIC },
	{ "NOWAIT",		GFP_NOWAIT },
	{ "HIGHUSER_MOVABLE",	GFP_HIGHUSER_MOVABLE },
};

/* Any of these says more. */
static const struct gfp_name modifiers[] = {
	{ "ZERO",		__GFP_ZERO },
	{ "COMP",		__GFP_COMP },
	{ "NORETRY",		__GFP_NORETRY },
	{ "RETRY_MAYFAIL",	__GFP_RETRY_MAYFAIL },
	{ "THISNODE",		__GFP_THISNODE },
	{ "DMA",		__GFP_DMA },
	{ "DMA32",		__GFP_DMA32 },
};

static const struct gfp_name *find_name(const struct gfp_name *names, size_t nr,
					const char *word, size_t len)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (strlen(names[i].name) == len && !strncmp(names[i].name, word, len))
			return &names[i];
	}
	return NULL;
}

/* Names as in the kernel's source are taken, too. */
static const char *skip_prefix(const char *word, size_t *len)
{
	static const char * const prefixes[] = { "__GFP_", "GFP_" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(prefixes); i++) {
		size_t prefix = str_has_prefix(word, prefixes[i]);

		if (prefix && prefix < *len) {
			*len -= prefix;
			return word + prefix;
		}
	}
	return word;
}

/* Two retry policies, or more than one zone, for which gfp_zone() has no answer. */
static bool contradictory(gfp_t gfp)
{
	const gfp_t retries = __GFP_NORETRY | __GFP_RETRY_MAYFAIL;
	gfp_t zones = gfp & (__GFP_DMA | __GFP_DMA32 | __GFP_HIGHMEM);

	if ((gfp & retries) == retries)
		return true;
	return hweight32((__force u32)zones) > 1;
}

/**
 * kmst_gfp_parse() - Read the names of flags.
 * @text: one context and any modifiers with a bar between each two; a trailing newline is
 *        ignored
 * @gfp:  gets the flags
 *
 * Context: any.
 * Return: 0, or -EINVAL for a name that is not known or comes twice, for none or more
 * than one context, or for flags that contradict each other.
 */
int kmst_gfp_parse(const char *text, gfp_t *gfp)
{
	const struct gfp_name *context = NULL;
	gfp_t more = 0;

	for (;;) {
		size_t len = strcspn(text, "|\n");
		const char *end = text + len;
		const char *word = skip_prefix(text, &len);
		const struct gfp_name *name;

		name = find_name(contexts, ARRAY_SIZE(contexts), word, len);
		if (name && context)
			return -EINVAL;
		if (name) {
			context = name;
		} else {
			name = find_name(modifiers, ARRAY_SIZE(modifiers), word, len);
			if (!name || more & name->flags)
				return -EINVAL;
			more |= name->flags;
		}
		if (*end != '|')
			break;
		text = end + 1;
	}
	if (!context || contradictory(context->flags | more))
		return -EINVAL;
	*gfp = context->flags | more;
	return 0;
}

/* The context with the most flags of those whose flags are all set. */
static const struct gfp_name *context_of(gfp_t gfp)
{
	const struct gfp_name *best = NULL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(contexts); i++) {
		gfp_t flags = contexts[i].flags;

		if ((gfp & flags) != flags)
			continue;
		if (!best || hweight32((__force u32)flags) > hweight32((__force u32)best->flags))
			best = &contexts[i];
	}
	return best;
}

/**
 * kmst_gfp_print() - Write the names of flags.
 * @gfp:  the flags; those that have no name here are left out
 * @text: KMST_GFP_TEXT bytes, gets the text without a newline
 *
 * Context: any.
 */
void kmst_gfp_print(gfp_t gfp, char *text)
{
	const struct gfp_name *context = context_of(gfp);
	size_t i, len;

	len = scnprintf(text, KMST_GFP_TEXT, "%s", context ? context->name : "0");
	for (i = 0; i < ARRAY_SIZE(modifiers); i++) {
		if (gfp & modifiers[i].flags)
			len += scnprintf(text + len, KMST_GFP_TEXT - len, "|%s",
					 modifiers[i].name);
	}
}

static size_t add_name(char *text, size_t len, const char *name)
{
	return len + scnprintf(text + len, KMST_NAMES_TEXT - len, "%s%s",
			       len ? ", " : "one of ", name);
}

/**
 * kmst_allocator_names() - List the names of the allocators, for a line of the log.
 * @text: KMST_NAMES_TEXT bytes, gets the text
 *
 * Context: any.
 */
void kmst_allocator_names(char *text)
{
	const struct kmst_allocator *allocator;
	unsigned int i;
	size_t len = 0;

	for (i = 0; (allocator = kmst_allocator_at(i)); i++)
		len = add_name(text, len, allocator->name);
}

/**
 * kmst_pattern_names() - List the names of the patterns, for a line of the log.
 * @text: KMST_NAMES_TEXT bytes, gets the text
 *
 * Context: any.
 */
void kmst_pattern_names(char *text)
{
	const struct kmst_pattern *pattern;
	unsigned int i;
	size_t len = 0;

	for (i = 0; (pattern = kmst_pattern_at(i)); i++)
		len = add_name(text, len, pattern->name);
}

/**
 * kmst_state_name() - The word for what a session does.
 * @state: the state
 *
 * Context: any, pure.
 * Return: the word.
 */
const char *kmst_state_name(enum kmst_state state)
{
	static const char * const names[] = {
		[KMST_STATE_IDLE]	= "idle",
		[KMST_STATE_STARTING]	= "starting",
		[KMST_STATE_LIVE]	= "live",
		[KMST_STATE_CORRUPT]	= "corrupt",
		[KMST_STATE_LOST]	= "lost",
	};

	return names[state];
}

/**
 * kmst_source_name() - The word for the part of the kernel that gave memory.
 * @source: the source
 *
 * Context: any, pure.
 * Return: the word, an empty one for none.
 */
const char *kmst_source_name(enum kmst_source source)
{
	static const char * const names[] = {
		[KMST_SOURCE_NONE]	= "",
		[KMST_SOURCE_PAGES]	= "pages",
		[KMST_SOURCE_SLAB]	= "slab",
		[KMST_SOURCE_VMALLOC]	= "vmalloc",
		[KMST_SOURCE_CMA]	= "cma",
	};

	return names[source];
}

/**
 * kmst_verified_in_name() - The word for where the verified words came from.
 * @results: figures of the run
 *
 * Context: any, pure.
 * Return: the word, empty before the first verification.
 */
const char *kmst_verified_in_name(const struct kmst_results *results)
{
	if (!results->verifications)
		return "";
	return results->cached ? "caches" : "memory";
}

/**
 * kmst_kind_name() - The word for where the kernel sees a page.
 * @t: the page's translation
 *
 * Context: any. The caller holds the page.
 * Return: the word; "slab" for a page of the linear map that is the slab allocator's, which
 * marks the first page of a block for all of it.
 */
const char *kmst_kind_name(const struct kmst_translation *t)
{
	static const char * const names[] = {
		[KMST_KIND_LINEAR]	= "linear",
		[KMST_KIND_VMALLOC]	= "vmalloc",
		[KMST_KIND_HIGHMEM]	= "highmem",
	};

	if (t->kind == KMST_KIND_LINEAR && folio_test_slab(page_folio(t->page)))
		return "slab";
	return names[t->kind];
}
