// SPDX-License-Identifier: GPL-2.0
/*
 * Is the driver there, and may it be used? What is missing is told in a sentence, with what
 * to type. What the kernel answers is put into words.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "driver.h"
#include "files.h"
#include "klog.h"

/* linux/magic.h has the second only */
#define CONFIGFS_MAGIC	0x62656570UL
#define DEBUGFS_MAGIC	0x64626720UL

#define MOST_SAID	1024

/* Five seconds: somebody may have a table open for a moment. */
#define UNLOAD_TRIES	50
#define UNLOAD_NAP_MS	100

#define MOUNT_CONFIGFS	"configfs is not mounted: type %smount -t configfs none " CONFIGFS
#define MOUNT_DEBUGFS	"debugfs is not mounted: type mount -t debugfs none " DEBUGFS

/* What it has to say, as much as one line for people has room for. */
static void hear(int fd, struct text *said)
{
	char buffer[512];
	ssize_t n;

	while ((n = read(fd, buffer, sizeof(buffer))) > 0 || (n < 0 && errno == EINTR)) {
		if (n > 0 && said->len < MOST_SAID)
			text_put(said, buffer, n);
	}
}

/*
 * @said gets what it writes to standard error, made fit to be shown. Return: its exit status,
 * 127 if it could not be started.
 */
static int run_program(const char *const argv[], struct text *said)
{
	int status, ends[2];
	char *s;
	pid_t pid;

	text_clear(said);
	text_put(said, "", 0);
	if (pipe2(ends, O_CLOEXEC))
		return 127;
	fflush(NULL);
	pid = fork();
	if (!pid) {
		int null = open("/dev/null", O_RDWR);

		signal(SIGPIPE, SIG_DFL);
		signal(SIGXFSZ, SIG_DFL);
		/* not ended by the Ctrl-C that ends us: it tidies up */
		setpgid(0, 0);
		dup2(null, 0);
		dup2(null, 1);
		dup2(ends[1], 2);
		execvp(argv[0], (char * const *)argv);
		_exit(127);
	}
	close(ends[1]);
	if (pid > 0)
		hear(ends[0], said);
	close(ends[0]);
	if (pid < 0)
		return 127;
	s = trim(said->s);
	memmove(said->s, s, strlen(s) + 1);
	for (s = said->s; *s; s++) {
		if (*s == '\n')
			*s = ' ';
	}
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return 127;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* @pid closes @done by its end; it is killed where this program is to end before. */
static int wait_or_kill(pid_t pid, int done, const sigset_t *unblocked)
{
	struct pollfd end = { .fd = done };
	int status;

	while (!interrupted() && ppoll(&end, 1, NULL, unblocked) < 0 && errno == EINTR)
		;
	if (interrupted())
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
}

/*
 * As file_write(), where the kernel waits for long and nothing but SIGKILL ends that: a child
 * writes, which is killed when this program is to end. Return: 0 or a negative errno, -EINTR
 * if it was killed.
 */
int driver_write_or_kill(struct studio *st, const char *path, const char *value)
{
	sigset_t blocked, before;
	pid_t pid, self = getpid();
	int done[2], err;

	if (pipe2(done, O_CLOEXEC))
		return -errno;
	/* one that comes between a look and a wait would be slept over */
	sigfillset(&blocked);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	fflush(NULL);
	pid = fork();
	if (!pid) {
		/* nor does it stay when this program is killed */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(getppid() == self ? -file_write(st, path, value) : EINTR);
	}
	err = pid < 0 ? -errno : 0;
	close(done[1]);
	if (!err)
		err = wait_or_kill(pid, done[0], &before);
	close(done[0]);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return err;
}

bool driver_is_there(struct studio *st)
{
	return file_exists(st, STUDIO_MODULE) || file_exists(st, STUDIO_CONFIG);
}

/*
 * All that change something hold a lock on its folder, shared: who has loaded the driver does
 * not take it from the others. It goes with the program. Return: is the driver still there?
 */
static bool share_driver(struct studio *st)
{
	struct stat locked, there;
	int i;

	if (st->driver_lock >= 0)
		return true;
	st->driver_lock = open(STUDIO_MODULE, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (st->driver_lock < 0)
		return true;
	/* who unloads it just now is waited for, but not who only says so */
	for (i = 0; i < UNLOAD_TRIES && flock(st->driver_lock, LOCK_SH | LOCK_NB) &&
	     errno == EWOULDBLOCK; i++)
		pause_ms(UNLOAD_NAP_MS);
	/* it may have gone meanwhile, and another one may be there */
	if (!fstat(st->driver_lock, &locked) && !stat(STUDIO_MODULE, &there) &&
	    locked.st_ino == there.st_ino)
		return true;
	close(st->driver_lock);
	st->driver_lock = -1;
	return false;
}

/* Why the driver is to stay, NULL if nobody else uses it. */
static const char *who_uses(struct studio *st)
{
	u64 live = 0;

	if (st->driver_lock >= 0 && flock(st->driver_lock, LOCK_EX | LOCK_NB) &&
	    errno == EWOULDBLOCK)
		return "another kmem-studio uses it";
	file_u64(st, STUDIO_MODULE "/parameters/nr_structs", &live);
	return live ? "an arena of the lab is live" : NULL;
}

static void unload(struct studio *st, const char *what)
{
	static const char * const rmmod[] = { "rmmod", "kmem_studio", NULL };
	const char *user = who_uses(st);
	struct text said = {};
	int i, status = 0;

	(void)what;
	if (user) {
		say("the driver stays loaded: %s", user);
		return;
	}
	/* what was removed a moment ago may still be verified */
	for (i = 0; i < UNLOAD_TRIES && (status = run_program(rmmod, &said)) == 1; i++)
		usleep(UNLOAD_NAP_MS * 1000);
	if (status)
		say("the driver stays loaded: %s", said.len ? said.s : "rmmod does not remove it");
	text_free(&said);
}

/* modprobe did not load it. Return: STATUS_MISSING */
static int tell_not_loaded(int status, const char *said)
{
	if (status == 127)
		return fail(STATUS_MISSING,
			    "the driver is not loaded, and there is no modprobe: load kmem_studio.ko by hand (insmod)");
	if (!status)
		return fail(STATUS_MISSING,
			    "modprobe kmem_studio says nothing, but the driver is not there: see modprobe --showconfig");
	if (strstr(said, "not found"))
		return fail(STATUS_MISSING,
			    "this kernel has no driver kmem_studio, and modprobe finds none (%s): build it for the kernel that runs (uname -r), then type modprobe kmem_studio",
			    said);
	return fail(STATUS_MISSING, "modprobe does not load kmem_studio: %s",
		    *said ? said : "it does not say why");
}

static int load_module(struct studio *st)
{
	static const char * const modprobe[] = {
		"modprobe", "kmem_studio", "nr_structs=0", NULL
	};
	int mark = klog_mark(st);
	struct text said = {};
	int status;

	status = run_program(modprobe, &said);
	if (!status && driver_is_there(st)) {
		klog_forget(mark);
		undo_later(st, unload, "module");
		status = STATUS_OK;
	} else {
		klog_explain(mark);
		status = tell_not_loaded(status, said.s);
	}
	text_free(&said);
	return status;
}

static int check_driver(struct studio *st, unsigned int needs)
{
	if (driver_is_there(st))
		return STATUS_OK;
	if (is_saved(st))
		return fail(STATUS_MISSING, "%s: no driver was loaded where this copy was made",
			    st->root);
	if (!(needs & NEED_LOAD))
		return fail(STATUS_MISSING,
			    "the driver is not loaded: type modprobe kmem_studio nr_structs=0");
	return load_module(st);
}

/* Is a file system of that kind mounted there? */
static bool is_mounted(const char *path, unsigned long magic)
{
	struct statfs statfs_of;

	return !statfs(path, &statfs_of) && (unsigned long)statfs_of.f_type == magic;
}

static int check_configfs(struct studio *st)
{
	if (file_exists(st, STUDIO_CONFIG))
		return STATUS_OK;
	if (is_saved(st))
		return fail(STATUS_MISSING, "%s has no %s", st->root, STUDIO_CONFIG);
	if (!file_exists(st, CONFIGFS))
		return fail(STATUS_MISSING,
			    "this kernel has no configfs (CONFIG_CONFIGFS_FS): type modprobe configfs");
	if (is_mounted(CONFIGFS, CONFIGFS_MAGIC))
		return fail(STATUS_MISSING,
			    "configfs is mounted, but the driver that runs has no folder in it (%s): it is older",
			    STUDIO_CONFIG);
	if (geteuid())
		return fail(STATUS_MISSING, MOUNT_CONFIGFS, "sudo ");
	return fail(STATUS_MISSING, MOUNT_CONFIGFS, "");
}

static int check_debugfs(struct studio *st)
{
	if (file_exists(st, STUDIO_DEBUG))
		return STATUS_OK;
	if (is_saved(st))
		return fail(STATUS_MISSING, "%s has no %s", st->root, STUDIO_DEBUG);
	if (geteuid())
		return fail(STATUS_MISSING,
			    "the tables are in debugfs, which is for root: use sudo");
	if (!file_exists(st, DEBUGFS))
		return fail(STATUS_MISSING,
			    "this kernel has no debugfs (CONFIG_DEBUG_FS), where the tables are");
	if (is_mounted(DEBUGFS, DEBUGFS_MAGIC))
		return fail(STATUS_MISSING,
			    "debugfs is mounted, but the driver that runs has no folder in it (%s): see debugfs= of the kernel's command line",
			    STUDIO_DEBUG);
	return fail(STATUS_MISSING, MOUNT_DEBUGFS);
}

/* Return: STATUS_OK, or STATUS_MISSING when it has been told what is. */
int driver_need(struct studio *st, unsigned int needs)
{
	int status = STATUS_OK;

	if (needs & NEED_CHANGE) {
		if (is_saved(st))
			return fail(STATUS_MISSING,
				    "%s is a saved copy: nothing can be changed in it",
				    st->root);
		if (geteuid())
			return fail(STATUS_MISSING, "only root may do this: use sudo");
	}
	if (needs & (NEED_DRIVER | NEED_LOAD)) {
		do {
			status = check_driver(st, needs);
		} while (!status && needs & NEED_CHANGE && !share_driver(st));
	}
	if (!status && needs & NEED_CONFIGFS)
		status = check_configfs(st);
	if (!status && needs & NEED_DEBUGFS)
		status = check_debugfs(st);
	return status;
}

/* What the kernel's answer means here. */
const char *errno_words(int err)
{
	switch (-err) {
	case EILSEQ:
		return "memory was found wrong: a word, or the address of a page";
	case ENOMEM:
		return "too little memory now, or none in one piece, or it was given back";
	case E2BIG:
		return "more than this allocator, or max_percent, allows, however much is free";
	case EBUSY:
		return "it is live: stop it first";
	case ENODEV:
		return "it is not live: start it first";
	case EINVAL:
		return "a value that is not allowed";
	case ERANGE:
		return "there is no such word";
	case EPERM:
		return "this needs CAP_SYS_ADMIN: use sudo";
	case EACCES:
		return "only root may do this: use sudo";
	case EOPNOTSUPP:
		return "this kernel has no such memory";
	case EEXIST:
		return "there is one of that name";
	case ENOENT:
		return "there is none of that name";
	case ENAMETOOLONG:
		return "a name has at most 31 characters";
	case EINTR:
		return "it was given up on the way";
	case ECANCELED:
		return "somebody stopped it meanwhile";
	case EROFS:
		return "a saved copy cannot be changed";
	default:
		return strerror(-err);
	}
}

/*
 * Tell that @what was not done to @who, with the kernel's own line; ends @mark. A name that
 * nobody has typed is left out.
 * Return: STATUS_WRONG where memory was found wrong, else STATUS_REFUSED.
 */
int driver_say_error(struct studio *st, int mark, const char *who, const char *what, int err)
{
	(void)st;
	if (is_own_name(who))
		say("%s: %s", what, errno_words(err));
	else
		say("%s: %s: %s", who, what, errno_words(err));
	klog_explain(mark);
	return err == -EILSEQ ? STATUS_WRONG : STATUS_REFUSED;
}
