// SPDX-License-Identifier: GPL-2.0
/*
 * The driver's own tables: how large they may be, and how they grow.
 */
#include <kunit/static_stub.h>
#include <linux/limits.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "table.h"

/**
 * kmst_vmalloc_max_pages() - Pages that vmalloc() could map in a row if nobody else did.
 *
 * On a 32-bit machine these addresses run out before the memory does. Others use them too,
 * and how much of them nobody tells: what is below this may fail all the same.
 *
 * Context: any, pure.
 * Return: pages, without the one that is left unmapped behind each area.
 */
unsigned long kmst_vmalloc_max_pages(void)
{
	return ((unsigned long)VMALLOC_TOTAL >> PAGE_SHIFT) - 1;
}

/**
 * kmst_table_max() - The largest table that there can be.
 *
 * Context: any, pure.
 * Return: bytes: kvmalloc() refuses more than INT_MAX.
 */
size_t kmst_table_max(void)
{
	return min_t(u64, INT_MAX, (u64)kmst_vmalloc_max_pages() << PAGE_SHIFT);
}

/**
 * kmst_table_pages() - Pages that a table of pointers takes.
 * @nr: pointers
 *
 * Context: any, pure.
 * Return: pages.
 */
unsigned long kmst_table_pages(unsigned long nr)
{
	return DIV_ROUND_UP(nr, PAGE_SIZE / sizeof(void *));
}

/**
 * kmst_grow_table() - Resize the memory of a table.
 * @table: the table, or NULL
 * @bytes: its new size in bytes, at most kmst_table_max()
 *
 * Asks as everybody does who takes what kvmalloc() gives: pages from anywhere do, so that
 * a large block is not worth any trouble. That they are there was seen before.
 *
 * Context: process context, may sleep.
 * Return: the table at its new place, or NULL with @table left as it was.
 */
void *kmst_grow_table(void *table, size_t bytes)
{
	KUNIT_STATIC_STUB_REDIRECT(kmst_grow_table, table, bytes);

	return kvrealloc(table, bytes, GFP_KERNEL | __GFP_NOWARN);
}
