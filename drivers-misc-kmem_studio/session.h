/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 4: an arena with a life: a thread that fills it, sleeps, and verifies it.
 */
#ifndef KMEM_STUDIO_SESSION_H
#define KMEM_STUDIO_SESSION_H

#include "session_state.h"

void kmst_session_init(struct kmst_session *session,
		       const struct kmst_session_ops *ops, const char *thread_name);
int kmst_session_open(struct kmst_session *session);
int kmst_session_check(struct kmst_session *session,
		       const struct kmst_session_config *config,
		       struct kmst_refusal *why);
int kmst_session_start(struct kmst_session *session,
		       const struct kmst_session_config *config,
		       struct kmst_refusal *why);
int kmst_session_restart(struct kmst_session *session,
			 const struct kmst_session_config *config,
			 struct kmst_refusal *why);
int kmst_session_verify(struct kmst_session *session);
int kmst_session_corrupt(struct kmst_session *session, u64 word);
void kmst_session_interrupt(struct kmst_session *session);
void kmst_session_go_on(struct kmst_session *session);
int kmst_session_stop(struct kmst_session *session);
void kmst_session_end(struct kmst_session *session);
int kmst_session_close(struct kmst_session *session);
struct kmst_arena *kmst_session_arena(struct kmst_session *session);
struct kmst_arena *kmst_session_snapshot(struct kmst_session *session,
					 struct kmst_results *results, unsigned long *nodes);
unsigned long kmst_session_pages_held(const struct kmst_session *session);
unsigned int kmst_session_nr_structs(struct kmst_session *session);
void kmst_session_results(struct kmst_session *session,
			  struct kmst_results *results);
unsigned long kmst_session_node_pages(struct kmst_session *session, int nid);

#endif /* KMEM_STUDIO_SESSION_H */
