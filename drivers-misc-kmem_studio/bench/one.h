/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 1: single allocations of one size, many of them, made as their users make them.
 */
#ifndef KMEM_STUDIO_BENCH_ONE_H
#define KMEM_STUDIO_BENCH_ONE_H

#include <linux/compiler.h>
#include <linux/gfp_types.h>
#include <linux/types.h>

/* Pages of one allocation between two calls of kmst_cancel_point(), in a measurement. */
#define KMST_ONE_PAGES_PER_POINT	16384UL

struct page;
struct kmst_one;

/**
 * struct kmst_one_at - where a page of an allocation of several blocks was found
 * @block: the first page of its block, NULL for nowhere
 * @begin: the number of that page
 */
struct kmst_one_at {
	struct page	*block;
	unsigned long	begin;
};

/**
 * struct kmst_one_ops - how an allocator makes a single allocation
 * @max_bytes: the largest one, in bytes, however much memory is free
 * @size:      bytes that one of so many bytes takes from the kernel, as far as that is
 *             known before
 * @prepare:   make what all of them have in common; NULL for nothing. Returns 0 or -ENOMEM
 * @finish:    undo @prepare, with none of them left; NULL for nothing
 * @get:       make some. Returns how many there are: less than asked for if one failed
 * @put:       free some, from the first one on
 * @page:      a page of one of them, by its number, and where the one before it was found,
 *             zeros for nowhere; NULL if what @get gives is an address
 * @fell_back: is it from where the allocator turns to when its first place does not give it?
 *             NULL for one that has no other
 *
 * @get and @put have the loop in them, so that what is measured is what a caller's own loop
 * would cost. Who calls @get has cleared the places that it fills.
 */
struct kmst_one_ops {
	u64		(*max_bytes)(void);
	u64		(*size)(u64 bytes);
	int		(*prepare)(struct kmst_one *one);
	void		(*finish)(struct kmst_one *one);
	unsigned int	(*get)(const struct kmst_one *one, void **held, unsigned int nr);
	void		(*put)(const struct kmst_one *one, void **held, unsigned int nr);
	struct page	*(*page)(void *held, unsigned long index, struct kmst_one_at *at);
	bool		(*fell_back)(const struct kmst_one *one, const void *held);
};

/**
 * struct kmst_one - allocations of one kind and size
 * @ops:      who makes them
 * @bytes:    what each one is asked for
 * @size:     what each one takes, see the operation of that name
 * @nr_pages: pages that @bytes reach over
 * @order:    log2 of the pages of a block of @bytes
 * @gfp:      flags, with those that the allocator adds
 * @nid:      the NUMA node, NUMA_NO_NODE to leave it to the kernel
 * @source:   what @ops made for all of them, NULL for none
 */
struct kmst_one {
	const struct kmst_one_ops	*ops;
	size_t				bytes;
	u64				size;
	unsigned long			nr_pages;
	unsigned int			order;
	gfp_t				gfp;
	int				nid;
	void				*source;
};

extern const struct kmst_one_ops kmst_one_nothing;
extern const struct kmst_one_ops kmst_one_no_page;

int kmst_one_init(struct kmst_one *one, const struct kmst_one_ops *ops, u64 bytes, gfp_t gfp,
		  int nid);
void kmst_one_exit(struct kmst_one *one);
u64 kmst_one_pages(const struct kmst_one *one, u64 nr);
void kmst_one_number(const struct kmst_one *one, void *held, u32 number);
bool kmst_one_has_number(const struct kmst_one *one, void *held, u32 number, bool touched);
void kmst_one_touch(const struct kmst_one *one, void *held, u32 number);

/**
 * kmst_one_get_each() - Make allocations one after the other.
 * @one:  what to make
 * @held: gets them
 * @nr:   how many
 * @get:  makes one; known when this is compiled, so that no pointer is called
 *
 * Context: as @get.
 * Return: how many were made.
 */
static __always_inline unsigned int kmst_one_get_each(const struct kmst_one *one, void **held,
						      unsigned int nr,
						      void *(*get)(const struct kmst_one *))
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		held[i] = get(one);
		if (!held[i])
			break;
	}
	return i;
}

/**
 * kmst_one_put_each() - Free allocations one after the other.
 * @one:  what they are
 * @held: the allocations
 * @nr:   how many
 * @put:  frees one; known when this is compiled
 *
 * Context: as @put.
 */
static __always_inline void kmst_one_put_each(const struct kmst_one *one, void **held,
					      unsigned int nr,
					      void (*put)(const struct kmst_one *, void *))
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		put(one, held[i]);
}

#endif /* KMEM_STUDIO_BENCH_ONE_H */
