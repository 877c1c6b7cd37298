// SPDX-License-Identifier: GPL-2.0
/*
 * Memory object by object.
 *
 * Words are numbered in the order of the table, guard words behind those of all objects.
 * Pages are in the order of their PFNs, and others may have objects on them, too.
 */
#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/find.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../cancel.h"
#include "../layout.h"
#include "../plan.h"
#include "../refusal.h"
#include "../table.h"
#include "run.h"

/* Objects between two points where the CPU is given up. */
#define POINT_OBJECTS	\
	((unsigned int)(KMST_PAGES_PER_POINT * (PAGE_SIZE / sizeof(struct kmst_struct))))

/**
 * kmst_objects_prepare() - Get the table of an arena's objects.
 * @memory: gets the table, not cleared, with no objects in it
 * @nr:     objects that it is to have room for
 * @bytes:  bytes of each object that may be written to
 *
 * Context: process context, may sleep. The caller owns @memory alone.
 * Return: 0 or -ENOMEM.
 */
int kmst_objects_prepare(struct kmst_memory *memory, unsigned int nr, size_t bytes)
{
	memory->table_bytes = array_size(nr, sizeof(*memory->objects.table));
	memory->objects.table = kmst_grow_table(NULL, memory->table_bytes);
	memory->objects.object_bytes = bytes;
	return memory->objects.table ? 0 : -ENOMEM;
}

/* --- which pages the objects lie on --- */

typedef void (*see_pfn_fn)(struct kmst_objects *objects, unsigned long pfn);

/* Neighbours in the table mostly share a page: most of them cost a comparison. */
static int see_objects(struct kmst_objects *objects, see_pfn_fn see,
		       const struct kmst_cancel *cancel)
{
	unsigned long last = 0;
	unsigned int i, end;
	int err;

	for (i = 0; i < objects->nr; i = end) {
		end = min(objects->nr - i, POINT_OBJECTS) + i;
		for (; i < end; i++) {
			unsigned long at = (unsigned long)objects->table[i] >> PAGE_SHIFT;

			if (at == last)
				continue;
			last = at;
			see(objects, page_to_pfn(virt_to_page(objects->table[i])));
		}
		err = kmst_cancel_point(cancel);
		if (err)
			return err;
	}
	return 0;
}

static void widen(struct kmst_objects *objects, unsigned long pfn)
{
	unsigned long end = objects->first_pfn + objects->nr_bits;

	if (!objects->nr_bits)
		end = pfn + 1;
	objects->first_pfn = objects->nr_bits ? min(objects->first_pfn, pfn) : pfn;
	objects->nr_bits = max(end, pfn + 1) - objects->first_pfn;
}

static void mark(struct kmst_objects *objects, unsigned long pfn)
{
	__set_bit(pfn - objects->first_pfn, objects->bitmap);
}

static int objects_survey(struct kmst_memory *memory, const struct kmst_cancel *cancel,
			  struct kmst_refusal *why)
{
	struct kmst_objects *objects = &memory->objects;
	size_t bytes;
	int err;

	err = see_objects(objects, widen, cancel);
	if (err)
		return err;
	/* nodes that are terabytes apart are too far for a bit each page */
	if (objects->nr_bits > INT_MAX)
		return kmst_refuse(why, KMST_LIMIT_APART, objects->nr_bits, INT_MAX, -E2BIG);
	bytes = BITS_TO_LONGS(objects->nr_bits) * sizeof(long);
	objects->bitmap = kmst_grow_table(NULL, bytes);
	if (!objects->bitmap)
		return -ENOMEM;
	memset(objects->bitmap, 0, bytes);
	memory->table_bytes += bytes;

	err = see_objects(objects, mark, cancel);
	if (err)
		return err;
	memory->nr_pages = bitmap_weight(objects->bitmap, objects->nr_bits);
	return 0;
}

/* --- the layout --- */

static u64 objects_usable(const struct kmst_memory *memory)
{
	return (u64)memory->objects.nr * memory->objects.object_bytes;
}

static unsigned long objects_got(const struct kmst_memory *memory)
{
	return div_u64(objects_usable(memory), PAGE_SIZE);
}

static unsigned long objects_nr_spans(const struct kmst_memory *memory)
{
	return memory->objects.nr;
}

static unsigned long objects_nr_blocks(const struct kmst_memory *memory, unsigned int order)
{
	return 0;
}

static u32 guards_each(const struct kmst_objects *objects)
{
	return kmst_words_in(objects->object_bytes) - KMST_STRUCT_WORDS;
}

/* Objects from @first on that are contiguous, if nothing is between them. */
static unsigned int objects_in_row(const struct kmst_objects *objects, unsigned int first)
{
	void *object = objects->table[first];
	unsigned int most, nr = 1;

	if (objects->object_bytes != sizeof(struct kmst_struct))
		return 1;
	most = kmst_run_bytes(object) / sizeof(struct kmst_struct);
	most = min(most, objects->nr - first);
	while (nr < most) {
		object += sizeof(struct kmst_struct);
		if (objects->table[first + nr] != object)
			break;
		nr++;
	}
	return nr;
}

static void make_run(const struct kmst_memory *memory, struct kmst_run *run,
		     unsigned int first, unsigned int nr)
{
	u32 guards = guards_each(&memory->objects);

	kmst_run_point(run, memory->objects.table[first]);
	run->word = (u64)first * KMST_STRUCT_WORDS;
	run->nr_words = (size_t)nr * KMST_STRUCT_WORDS;
	run->nr_guards = (size_t)nr * guards;
	run->guard = memory->nr_words + (u64)first * guards;
}

static int objects_walk(const struct kmst_memory *memory, kmst_run_fn fn, void *context,
			const struct kmst_cancel *cancel)
{
	unsigned int since_point = POINT_OBJECTS;
	struct kmst_run run = {};
	unsigned int i, nr;
	int err;

	for (i = 0; i < memory->objects.nr; i += nr) {
		if (since_point >= POINT_OBJECTS) {
			err = kmst_cancel_point(cancel);
			if (err)
				return err;
			since_point = 0;
		}
		nr = objects_in_row(&memory->objects, i);
		make_run(memory, &run, i, nr);
		err = fn(&run, context);
		if (err)
			return err;
		since_point += nr;
	}
	return 0;
}

static size_t objects_find_word(const struct kmst_memory *memory, u64 word,
				struct kmst_run *run)
{
	const struct kmst_objects *objects = &memory->objects;
	unsigned int *object;
	u32 at;

	if (word < memory->nr_words) {
		object = objects->table[div_u64_rem(word, KMST_STRUCT_WORDS, &at)];
	} else {
		object = objects->table[div_u64_rem(word - memory->nr_words,
						    guards_each(objects), &at)];
		at += KMST_STRUCT_WORDS;
	}
	kmst_run_point(run, object + at);
	return KMST_STRUCT_WORDS - min_t(u32, at, KMST_STRUCT_WORDS);
}

static void look_at(const struct kmst_memory *memory, struct kmst_page_at *at)
{
	at->page = pfn_to_page(memory->objects.first_pfn + at->at);
	at->virt = page_address(at->page);
}

static void objects_find_page(const struct kmst_memory *memory, struct kmst_page_at *at)
{
	at->at = find_nth_bit(memory->objects.bitmap, memory->objects.nr_bits, at->index);
	look_at(memory, at);
}

static void objects_next_page(const struct kmst_memory *memory, struct kmst_page_at *at)
{
	at->at = find_next_bit(memory->objects.bitmap, memory->objects.nr_bits, at->at + 1);
	look_at(memory, at);
}

static unsigned long objects_row(const struct kmst_memory *memory,
				 const struct kmst_page_at *at)
{
	return 1;
}

/* For a page that is named: it takes a while. */
static unsigned long objects_page_index(const struct kmst_memory *memory,
					const struct kmst_run *run, size_t offset)
{
	unsigned long pfn = page_to_pfn(run->page) + PFN_DOWN(run->offset + offset);

	return bitmap_weight(memory->objects.bitmap, pfn - memory->objects.first_pfn);
}

static bool objects_has_pfn(const struct kmst_memory *memory, unsigned long pfn)
{
	const struct kmst_objects *objects = &memory->objects;

	return pfn >= objects->first_pfn && pfn - objects->first_pfn < objects->nr_bits &&
	       test_bit(pfn - objects->first_pfn, objects->bitmap);
}

static void objects_free(struct kmst_memory *memory)
{
	kvfree(memory->objects.bitmap);
	kvfree(memory->objects.table);
}

const struct kmst_layout_ops kmst_layout_objects = {
	.survey		= objects_survey,
	.usable		= objects_usable,
	.got		= objects_got,
	.nr_spans	= objects_nr_spans,
	.nr_blocks	= objects_nr_blocks,
	.walk		= objects_walk,
	.find_word	= objects_find_word,
	.find_page	= objects_find_page,
	.next_page	= objects_next_page,
	.row		= objects_row,
	.page_index	= objects_page_index,
	.has_pfn	= objects_has_pfn,
	.free		= objects_free,
};
