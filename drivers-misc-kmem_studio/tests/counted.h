/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An allocator for tests: it counts what is held, and does as it is told.
 */
#ifndef KMEM_STUDIO_TESTS_COUNTED_H
#define KMEM_STUDIO_TESTS_COUNTED_H

#include <linux/atomic.h>

#include "../allocator.h"

/**
 * struct kmst_counted - what the counting allocator does, and what it saw
 * @pages_until_failure: pages to give before -ENOMEM, -1 for never
 * @hang:                hold back until asked to give up
 * @pages_held:          pages given and not yet back
 * @entered:             calls so far
 * @freed_by:            who freed last; never to be followed
 * @before_free:         called by who is about to free; may be NULL
 */
struct kmst_counted {
	int		pages_until_failure;
	bool		hang;
	atomic_long_t	pages_held;
	atomic_t	entered;
	const void	*freed_by;
	void		(*before_free)(void);
};

extern struct kmst_counted kmst_counted;
extern const struct kmst_allocator kmst_counted_allocator;

void kmst_counted_reset(void);

#endif /* KMEM_STUDIO_TESTS_COUNTED_H */
