/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 4: sessions give their arenas back before programs are killed for memory.
 */
#ifndef KMEM_STUDIO_SESSION_OOM_H
#define KMEM_STUDIO_SESSION_OOM_H

struct kmst_session;

int kmst_sessions_init(void);
void kmst_sessions_exit(void);
unsigned long kmst_sessions_give_way(void);
void kmst_session_oom_add(struct kmst_session *session);
void kmst_session_oom_del(struct kmst_session *session);
void kmst_session_has_given(void);

#endif /* KMEM_STUDIO_SESSION_OOM_H */
