/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 0: writes that take long, and what others want meanwhile.
 */
#ifndef KMEM_STUDIO_TURN_H
#define KMEM_STUDIO_TURN_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/wait.h>

struct task_struct;

/**
 * enum kmst_call_state - what became of a write
 * @KMST_CALL_WAITS: its turn has not come yet
 * @KMST_CALL_RUNS:  it is being done
 * @KMST_CALL_OVER:  it was done; its writer comes for the answer
 */
enum kmst_call_state {
	KMST_CALL_WAITS,
	KMST_CALL_RUNS,
	KMST_CALL_OVER,
};

/**
 * struct kmst_call - a write
 * @list:     in kmst_turn.calls
 * @writer:   who wrote, referenced
 * @command:  what, in numbers of the folder, constant
 * @argument: and of what, constant
 * @state:    what became of it; its writer also reads it without the lock
 * @err:      the answer, once it is over
 * @left:     nobody comes for it
 */
struct kmst_call {
	struct list_head	list;
	struct task_struct	*writer;
	unsigned int		command;
	u64			argument;
	enum kmst_call_state	state;
	int			err;
	bool			left;
};

/**
 * enum kmst_turn_state - what a folder is doing
 * @KMST_TURN_IDLE:    nothing was done yet
 * @KMST_TURN_RUNNING: what somebody wrote
 * @KMST_TURN_DONE:    nothing; something was done
 */
enum kmst_turn_state {
	KMST_TURN_IDLE,
	KMST_TURN_RUNNING,
	KMST_TURN_DONE,
};

/**
 * struct kmst_turn - the writes of a folder, done one at a time
 * @lock:    the others; nothing but short work is done under it
 * @wait:    where writers wait
 * @calls:   those whose writers have not got their answer, the oldest first
 * @running: the one that is being done, NULL for none; stays as it is meanwhile
 * @state:   what the folder is doing; also read without the lock
 */
struct kmst_turn {
	struct mutex		lock;	/* see above */
	wait_queue_head_t	wait;
	struct list_head	calls;
	struct kmst_call	*running;
	enum kmst_turn_state	state;
};

void kmst_turn_init(struct kmst_turn *turn);
void kmst_turn_destroy(struct kmst_turn *turn);
struct kmst_call *kmst_turn_find(struct kmst_turn *turn, unsigned int command, u64 argument);
struct kmst_call *kmst_call_new(unsigned int command, u64 argument);
void kmst_turn_add(struct kmst_turn *turn, struct kmst_call *call);
void kmst_turn_forget_gone(struct kmst_turn *turn);
struct kmst_call *kmst_turn_next(struct kmst_turn *turn);
void kmst_turn_end(struct kmst_turn *turn, int err);
int kmst_turn_answer(struct kmst_turn *turn, struct kmst_call *call);
bool kmst_turn_is_wanted(const struct kmst_turn *turn);
int kmst_turn_wait(struct kmst_turn *turn, struct kmst_call *call,
		   void (*give_up)(struct kmst_turn *turn));
unsigned long kmst_turn_slice(void);

#endif /* KMEM_STUDIO_TURN_H */
