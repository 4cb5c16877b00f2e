/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers about the current task: the thread that the program runs in. */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/macros.h"
#include "helpers/implement.h"

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
