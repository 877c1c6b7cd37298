// SPDX-License-Identifier: GPL-2.0
/*
 * The commands of an arena's folder in configfs: live, verify, corrupt. A work item does what
 * was written, and its writer waits as turn.c lets it: an rmdir does not wait for a fill.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/capability.h>
#include <linux/cleanup.h>
#include <linux/configfs.h>
#include <linux/container_of.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/kstrtox.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/sysfs.h>
#include <linux/workqueue.h>

#include "configfs_attrs.h"
#include "configfs_commands.h"
#include "lab.h"
#include "log.h"

/**
 * enum command - what a folder is told
 * @COMMAND_START:   1 was written to live
 * @COMMAND_STOP:    0 was
 * @COMMAND_VERIFY:  1 was written to verify
 * @COMMAND_CORRUPT: the number of a word was written to corrupt
 */
enum command {
	COMMAND_START,
	COMMAND_STOP,
	COMMAND_VERIFY,
	COMMAND_CORRUPT,
};

/*
 * Does what was written, on the CPUs that its folder in sysfs names. What waits for the end of
 * an arena has a queue of its own.
 */
static struct workqueue_struct *commands;

/* A command that needs an arena, and did not find one. */
static int say_not_live(struct kmst_folder *arena, const char *name)
{
	/* its folder is gone, and its writer is told so */
	if (kmst_session_told(&arena->session, KMST_CANCEL_CLOSED))
		return -ENODEV;
	pr_err("%s%s does nothing: no arena is live; write 1 to live first\n",
	       arena->who, name);
	return -ENODEV;
}

/* It gave way; the log has told so. */
static int say_lost(struct kmst_folder *arena, const char *name)
{
	pr_err("%s%s does nothing: the arena was given back when memory ran out; write 1 to live to start it again\n",
	       arena->who, name);
	return -ENOMEM;
}

/* No setting changes while this runs, see kmst_folder_starts(). */
static int start(struct kmst_folder *arena)
{
	struct kmst_refusal why;
	int err;

	err = kmst_session_start(&arena->session, &arena->config, &why);
	if (err == -EBUSY)
		pr_err("%slive=1 changes nothing: the arena is live\n", arena->who);
	else if (err)
		kmst_log_refusal(arena->who, &arena->config.arena, &why, err);
	return err;
}

static int verify(struct kmst_folder *arena)
{
	int err = kmst_session_verify(&arena->session);

	if (err == -ENODEV)
		return say_not_live(arena, "verify");
	if (err == -ENOMEM)
		return say_lost(arena, "verify");
	return err;
}

static int corrupt(struct kmst_folder *arena, u64 word)
{
	int err = kmst_session_corrupt(&arena->session, word);

	if (err == -ENODEV)
		return say_not_live(arena, "corrupt");
	if (err == -ENOMEM)
		return say_lost(arena, "corrupt");
	if (err == -ERANGE)
		pr_err("%scorrupt=%llu is refused: the arena has no such word\n",
		       arena->who, word);
	if (err == -EHWPOISON)
		pr_err("%scorrupt=%llu is refused: the kernel has found its page broken; choose another word\n",
		       arena->who, word);
	return err;
}

static int do_command(struct kmst_folder *arena, const struct kmst_call *call)
{
	switch ((enum command)call->command) {
	case COMMAND_START:
		return start(arena);
	case COMMAND_STOP:
		return kmst_session_stop(&arena->session);
	case COMMAND_VERIFY:
		return verify(arena);
	case COMMAND_CORRUPT:
		return corrupt(arena, call->argument);
	}
	return -EINVAL;
}

/* The next one, or NULL. A start goes by what is set now. */
static const struct kmst_call *next_command(struct kmst_folder *arena)
{
	const struct kmst_call *call;

	guard(mutex)(&arena->turn.lock);

	call = kmst_turn_next(&arena->turn);
	if (!call)
		return NULL;
	if (call->command == COMMAND_START)
		arena->config.arena.max_percent = kmst_lab_max_percent();
	schedule_delayed_work(&arena->look, kmst_turn_slice());
	return call;
}

static void end_command(struct kmst_folder *arena, int err)
{
	guard(mutex)(&arena->turn.lock);

	/* nobody interrupts what is over, see interrupt() */
	kmst_session_go_on(&arena->session);
	kmst_turn_end(&arena->turn, err);
}

static void do_commands(struct work_struct *work)
{
	struct kmst_folder *arena = container_of(work, struct kmst_folder, commands);
	const struct kmst_call *call;

	while ((call = next_command(arena)))
		end_command(arena, do_command(arena, call));
}

/*
 * A stop goes on, the arena is verified and freed all the same. A start or a verification sees
 * that it is not wanted.
 */
static void interrupt(struct kmst_turn *turn)
{
	struct kmst_folder *arena = container_of(turn, struct kmst_folder, turn);

	lockdep_assert_held(&turn->lock);

	kmst_session_interrupt(&arena->session);
}

/* A writer that was killed between two of its calls does not come back. */
static void look_after_writer(struct work_struct *work)
{
	struct kmst_folder *arena = container_of(to_delayed_work(work), struct kmst_folder,
						 look);

	guard(mutex)(&arena->turn.lock);

	kmst_turn_forget_gone(&arena->turn);
	if (!arena->turn.running)
		return;
	if (!kmst_turn_is_wanted(&arena->turn))
		interrupt(&arena->turn);
	/* not where commands are done: those may be as many as are allowed */
	schedule_delayed_work(&arena->look, kmst_turn_slice());
}

/* A write is found again, unless it is the first time. */
static struct kmst_call *find_or_add(struct kmst_folder *arena, enum command command,
				     u64 argument)
{
	struct kmst_call *call;

	scoped_cond_guard(mutex_intr, return ERR_PTR(-ERESTARTNOINTR), &arena->turn.lock)
		call = kmst_turn_find(&arena->turn, command, argument);
	if (call)
		return call;
	call = kmst_call_new(command, argument);
	if (!call)
		return ERR_PTR(-ENOMEM);
	scoped_guard(mutex, &arena->turn.lock)
		kmst_turn_add(&arena->turn, call);
	queue_work(commands, &arena->commands);
	return call;
}

/* Returns what the command gave, or -ERESTARTNOINTR to come again. */
static int command(struct kmst_folder *arena, enum command command, u64 argument)
{
	struct kmst_call *call = find_or_add(arena, command, argument);
	int err;

	if (IS_ERR(call))
		return PTR_ERR(call);
	err = kmst_turn_wait(&arena->turn, call, interrupt);
	if (err)
		return err;
	scoped_guard(mutex, &arena->turn.lock)
		err = kmst_turn_answer(&arena->turn, call);
	return err;
}

/* --- files --- */

static ssize_t refuse(struct kmst_folder *arena, const char *name, const char *page,
		      const char *takes)
{
	return kmst_log_value(arena->who, name, page, takes);
}

static ssize_t live_show(struct config_item *item, char *page)
{
	struct kmst_results results;

	kmst_session_results(&kmst_folder_of(item)->session, &results);
	return sysfs_emit(page, "%d\n", results.state == KMST_STATE_LIVE ||
					results.state == KMST_STATE_CORRUPT);
}

static ssize_t live_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_folder *arena = kmst_folder_of(item);
	unsigned int live;

	if (kstrtouint(page, 0, &live) || live > 1)
		return refuse(arena, "live", page, "1 to start, 0 to stop");
	if (!capable(CAP_SYS_ADMIN))
		return kmst_log_capability(arena->who, "live");
	return command(arena, live ? COMMAND_START : COMMAND_STOP, 0) ?: len;
}

static ssize_t verify_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_folder *arena = kmst_folder_of(item);
	unsigned int now;

	if (kstrtouint(page, 0, &now) || now != 1)
		return refuse(arena, "verify", page, "1");
	return command(arena, COMMAND_VERIFY, 0) ?: len;
}

static ssize_t corrupt_store(struct config_item *item, const char *page, size_t len)
{
	struct kmst_folder *arena = kmst_folder_of(item);
	u64 word;

	if (kstrtou64(page, 0, &word))
		return refuse(arena, "corrupt", page, "the number of a word");
	return command(arena, COMMAND_CORRUPT, word) ?: len;
}

struct configfs_attribute kmst_folder_attr_live = {
	.ca_name	= "live",
	.ca_mode	= 0644,
	.ca_owner	= THIS_MODULE,
	.show		= live_show,
	.store		= live_store,
};

struct configfs_attribute kmst_folder_attr_verify = {
	.ca_name	= "verify",
	.ca_mode	= 0200,
	.ca_owner	= THIS_MODULE,
	.store		= verify_store,
};

struct configfs_attribute kmst_folder_attr_corrupt = {
	.ca_name	= "corrupt",
	.ca_mode	= 0200,
	.ca_owner	= THIS_MODULE,
	.store		= corrupt_store,
};

/* --- folders --- */

/**
 * kmst_folder_commands() - Let an arena be told what to do.
 * @arena: its folder
 *
 * Context: any.
 */
void kmst_folder_commands(struct kmst_folder *arena)
{
	kmst_turn_init(&arena->turn);
	INIT_WORK(&arena->commands, do_commands);
	INIT_DELAYED_WORK(&arena->look, look_after_writer);
}

/**
 * kmst_folder_starts() - See whether an arena is being started.
 * @arena: its folder
 *
 * Context: any. The caller holds the lock of kmst_folder.turn.
 * Return: true while it goes by what is set.
 */
bool kmst_folder_starts(const struct kmst_folder *arena)
{
	lockdep_assert_held(&arena->turn.lock);

	return arena->turn.running && arena->turn.running->command == COMMAND_START;
}

/**
 * kmst_folder_join() - End what was under way when a folder was removed.
 * @arena: the folder, after kmst_session_close(): that ends soon
 *
 * Context: process context, sleeps.
 */
void kmst_folder_join(struct kmst_folder *arena)
{
	cancel_work_sync(&arena->commands);
	cancel_delayed_work_sync(&arena->look);
	kmst_turn_destroy(&arena->turn);
}

/**
 * kmst_commands_init() - Get ready for commands.
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int __init kmst_commands_init(void)
{
	commands = alloc_workqueue("kmem_studio_command", WQ_UNBOUND | WQ_SYSFS,
				   WQ_MAX_ACTIVE);
	return commands ? 0 : -ENOMEM;
}

/**
 * kmst_commands_exit() - No more commands come.
 *
 * Context: process context, may sleep.
 */
void kmst_commands_exit(void)
{
	destroy_workqueue(commands);
}
