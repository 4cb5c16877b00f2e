/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers about the current task: the thread that the program runs in. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/macros.h"
#include "helpers/implement.h"
#include "skep/uapi.h"

#define COMM_SIZE 16

/* Asking costs a system call, so a thread remembers; a child process has a new generation and asks again. */
static uint32_t generation = 1;

static void forked(void)
{
	generation++;
}

static __attribute__((constructor)) void watch_forks(void)
{
	pthread_atfork(NULL, NULL, forked);
}

HELPER_FN(get_current_pid_tgid)
{
	static __thread uint64_t known;
	static __thread uint32_t known_generation;

	if (unlikely(known_generation != generation)) {
		known = (uint64_t)getpid() << 32 | (uint32_t)syscall(SYS_gettid);
		known_generation = generation;
	}
	return known;
}

HELPER_FN(get_current_uid_gid)
{
	return (uint64_t)getgid() << 32 | getuid();
}

/* r1: buffer, r2: its size. Cut to fit with a NUL, and zeros after it. */
HELPER_FN(get_current_comm)
{
	char name[COMM_SIZE] = "", *buffer = (char *)(uintptr_t)r1;
	uint32_t size = (uint32_t)r2;

	prctl(PR_GET_NAME, name);
	memset(buffer, 0, size);
	memcpy(buffer, name, MIN(strnlen(name, sizeof(name)), size - 1));
	return 0;
}

/* r1, r2: device and inode of a PID namespace; r3: struct bpf_pidns_info, r4: its size. Only the task's own counts. */
HELPER_FN(get_ns_current_pid_tgid)
{
	struct bpf_pidns_info *info = (struct bpf_pidns_info *)(uintptr_t)r3;
	struct stat own;

	if ((uint32_t)r4 != sizeof(*info) || stat("/proc/self/ns/pid", &own) || own.st_dev != r1 || own.st_ino != r2) {
		memset(info, 0, (uint32_t)r4);
		return (uint64_t)-EINVAL;
	}
	info->pid = (uint32_t)syscall(SYS_gettid);
	info->tgid = (uint32_t)getpid();
	return 0;
}

static uint64_t result_of(long result)
{
	return result ? (uint64_t)-errno : 0;
}

/* r1: signal, for any thread of the process, or for this one. */
HELPER_FN(send_signal)
{
	if ((uint32_t)r1 >= NSIG)
		return (uint64_t)-EINVAL;
	return result_of(kill(getpid(), (int)r1));
}

HELPER_FN(send_signal_thread)
{
	if ((uint32_t)r1 >= NSIG)
		return (uint64_t)-EINVAL;
	return result_of(syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), (int)r1));
}
