/* SPDX-License-Identifier: BSD-2-Clause */
/* syscall(2): where libbpf and its users come in. */
#include <errno.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/macros.h"
#include "preload/descriptors.h"
#include "preload/door.h"
#include "preload/perf.h"
#include "preload/polling.h"

/* The system calls of this door that programs also make without libc's function for it. */
static long dispatch(long number, const long *args)
{
	const struct caller *caller;

	switch (number) {
	case SYS_bpf:
		caller = door_enter();
		return caller ? sys_bpf(caller, args[0], args[1], args[2]) : -ENOSYS;
	case SYS_close:
		return door_close(args[0]);
	case SYS_dup:
		return door_dup(args[0]);
#ifdef SYS_dup2
	case SYS_dup2:
		return door_dup_to(args[0], args[1], 0, true);
#endif
	case SYS_dup3:
		return door_dup_to(args[0], args[1], args[2], false);
	case SYS_fcntl:
		return door_fcntl(args[0], args[1], args[2]);
	case SYS_close_range:
		return door_close_range(args[0], args[1], args[2]);
	case SYS_mmap:
		return door_mmap(args[0], args[1], args[2], args[3], args[4], args[5]);
	case SYS_perf_event_open:
		return door_perf_event_open(args[0], args[1], args[2], args[3], args[4]);
	case SYS_ioctl:
		return door_ioctl(args[0], args[1], args[2]);
	case SYS_epoll_ctl:
		return door_epoll_ctl(args[0], args[1], args[2], (struct epoll_event *)args[3]);
#ifdef SYS_epoll_wait
	case SYS_epoll_wait:
		return door_epoll_wait(args[0], (struct epoll_event *)args[1], args[2], args[3], NULL);
#endif
	default:
		return door_syscall(number, args[0], args[1], args[2], args[3], args[4], args[5]);
	}
}

SKEP_PUBLIC long syscall(long number, ...)
{
	va_list list;
	long args[6];

	va_start(list, number);
	for (int i = 0; i < 6; i++)
		args[i] = va_arg(list, long);
	va_end(list);
	return door_result(dispatch(number, args));
}
