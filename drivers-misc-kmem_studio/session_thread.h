/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 4: a session's thread. For session.c alone.
 */
#ifndef KMEM_STUDIO_SESSION_THREAD_H
#define KMEM_STUDIO_SESSION_THREAD_H

#include <linux/types.h>

struct kmst_arena;
struct kmst_cancel;
struct kmst_session;

int kmst_session_thread(void *data);
int kmst_session_verify_words(struct kmst_session *session, const struct kmst_arena *arena,
			      bool scrub, const struct kmst_cancel *cancel);

#endif /* KMEM_STUDIO_SESSION_THREAD_H */
