/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Level 0: a write that takes long, and what others want meanwhile.
 */
#ifndef KMEM_STUDIO_TURN_H
#define KMEM_STUDIO_TURN_H

#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/wait.h>

struct task_struct;

/**
 * enum kmst_turn_state - what a folder is doing
 * @KMST_TURN_IDLE:    nothing was asked for yet
 * @KMST_TURN_RUNNING: a command
 * @KMST_TURN_DONE:    nothing; the last command is over
 */
enum kmst_turn_state {
	KMST_TURN_IDLE,
	KMST_TURN_RUNNING,
	KMST_TURN_DONE,
};

/**
 * enum kmst_turn_whose - what a writer finds
 * @KMST_TURN_FREE:   nobody's command runs: kmst_turn_begin() is next
 * @KMST_TURN_OWN:    its own command runs
 * @KMST_TURN_OVER:   its own command is over, and it gets the answer
 * @KMST_TURN_OTHERS: somebody else's command runs, or is about to be answered
 */
enum kmst_turn_whose {
	KMST_TURN_FREE,
	KMST_TURN_OWN,
	KMST_TURN_OVER,
	KMST_TURN_OTHERS,
};

/**
 * struct kmst_turn - the commands of a folder, one at a time
 * @lock:     the others; nothing but short work is done under it
 * @wait:     where writers wait
 * @state:    what runs; also read without the lock
 * @command:  what it is, in numbers of the folder
 * @argument: and of what
 * @writer:   who asked, referenced, and has not got its answer yet; NULL for nobody
 * @done_at:  when the last command was over, in jiffies
 */
struct kmst_turn {
	struct mutex		lock;	/* see above */
	wait_queue_head_t	wait;
	enum kmst_turn_state	state;
	unsigned int		command;
	u64			argument;
	struct task_struct	*writer;
	unsigned long		done_at;
};

void kmst_turn_init(struct kmst_turn *turn);
void kmst_turn_destroy(struct kmst_turn *turn);
enum kmst_turn_whose kmst_turn_ask(struct kmst_turn *turn, unsigned int command, u64 argument);
void kmst_turn_begin(struct kmst_turn *turn, unsigned int command, u64 argument);
void kmst_turn_end(struct kmst_turn *turn);
void kmst_turn_answered(struct kmst_turn *turn);
bool kmst_turn_is_wanted(const struct kmst_turn *turn);
int kmst_turn_wait(struct kmst_turn *turn, bool (*give_up)(struct kmst_turn *turn));
unsigned long kmst_turn_slice(void);

#endif /* KMEM_STUDIO_TURN_H */
