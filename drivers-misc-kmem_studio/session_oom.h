/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 4: sessions give their arenas back before programs are killed for memory.
 */
#ifndef KMEM_STUDIO_SESSION_OOM_H
#define KMEM_STUDIO_SESSION_OOM_H

struct kmst_session;

void kmst_session_oom_init(struct kmst_session *session);
void kmst_session_oom_add(struct kmst_session *session);
void kmst_session_oom_del(struct kmst_session *session);
void kmst_session_has_given(struct kmst_session *session);

#endif /* KMEM_STUDIO_SESSION_OOM_H */
