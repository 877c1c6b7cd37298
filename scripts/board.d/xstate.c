// SPDX-License-Identifier: GPL-2.0
/*
 * For LD_PRELOAD of User Mode Linux: it keeps 2696 bytes of a program's extended CPU state, and
 * gives them back as all there is, which the host refuses where its CPU has more (AMX). Here
 * the rest is added, as it was: no program in there uses it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#ifndef NT_X86_XSTATE
#define NT_X86_XSTATE	0x202
#endif

/* Of any CPU, so far. */
static char whole[65536] __attribute__((aligned(64)));

typedef long ptrace_call(int request, int pid, void *addr, void *data);

static long set_state(ptrace_call *next, int pid, struct iovec *part)
{
	struct iovec all = { whole, sizeof(whole) };

	if (next(PTRACE_GETREGSET, pid, (void *)NT_X86_XSTATE, &all))
		return -1;
	if (part->iov_len >= all.iov_len)
		return next(PTRACE_SETREGSET, pid, (void *)NT_X86_XSTATE, part);
	memcpy(whole, part->iov_base, part->iov_len);
	return next(PTRACE_SETREGSET, pid, (void *)NT_X86_XSTATE, &all);
}

long ptrace(enum __ptrace_request request, ...)
{
	static ptrace_call *next;
	void *addr, *data;
	va_list ap;
	int pid;

	va_start(ap, request);
	pid = va_arg(ap, int);
	addr = va_arg(ap, void *);
	data = va_arg(ap, void *);
	va_end(ap);
	if (!next)
		next = (ptrace_call *)dlsym(RTLD_NEXT, "ptrace");
	if (!next) {
		errno = ENOSYS;
		return -1;
	}
	if (request == PTRACE_SETREGSET && (size_t)addr == NT_X86_XSTATE)
		return set_state(next, pid, data);
	return next(request, pid, addr, data);
}
