/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Nodes for tests.
 */
#ifndef KMEM_STUDIO_TESTS_NODES_H
#define KMEM_STUDIO_TESTS_NODES_H

#include <linux/nodemask.h>

/* Not the one that memory comes from anyway, where there are two. */
static inline int last_node_with_memory(void)
{
	int nid, last = first_online_node;

	for_each_node_state(nid, N_NORMAL_MEMORY)
		last = nid;
	return last;
}

#endif /* KMEM_STUDIO_TESTS_NODES_H */
