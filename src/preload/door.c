/* SPDX-License-Identifier: BSD-2-Clause */
#include "preload/door.h"

#include <errno.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hive/descriptor.h"
#include "verifier/verify.h"

static struct caller caller = {
	.capabilities = VERIFY_CAP_ALL,
	.ops = &caller_direct,
};
static struct door_options options;
static bool is_open;
static pid_t owner; /* of the descriptors */
static pthread_mutex_t start_lock = PTHREAD_MUTEX_INITIALIZER;

static void before_fork(void)
{
	pthread_mutex_lock(&start_lock);
	if (caller.hive)
		hive_before_fork(caller.hive);
}

static void after_fork(void)
{
	if (caller.hive)
		hive_after_fork(caller.hive);
	pthread_mutex_unlock(&start_lock);
}

static void after_fork_child(void)
{
	owner = door_syscall(SYS_getpid, 0, 0, 0, 0, 0, 0);
	after_fork();
}

void preload_use(struct skep_hive *hive)
{
	static bool registered;

	if (!registered && !pthread_atfork(before_fork, after_fork, after_fork_child))
		registered = true;
	owner = door_syscall(SYS_getpid, 0, 0, 0, 0, 0, 0);
	caller.uid = door_syscall(SYS_getuid, 0, 0, 0, 0, 0, 0);
	descriptors_watched();
	__atomic_store_n(&caller.hive, hive, __ATOMIC_RELEASE);
}

void door_open(const struct door_options *new_options)
{
	options = *new_options;
	if (options.unprivileged)
		caller.capabilities = 0;
	is_open = true;
}

bool door_is_open(void)
{
	return is_open;
}

const struct door_options *door_options(void)
{
	return &options;
}

const struct caller *door_caller(void)
{
	return __atomic_load_n(&caller.hive, __ATOMIC_ACQUIRE) ? &caller : NULL;
}

static void start(void)
{
	struct skep_hive_opts hive_options = { .sz = sizeof(hive_options), .kernel = options.kernel };
	struct skep_hive *hive;

	if (skep_hive_new(&hive_options, &hive))
		return;
	hive->unprivileged_bpf_disabled = options.unprivileged_bpf_disabled;
	preload_use(hive);
}

const struct caller *door_enter(void)
{
	if (!door_caller() && is_open) {
		pthread_mutex_lock(&start_lock);
		if (!door_caller())
			start();
		pthread_mutex_unlock(&start_lock);
	}
	return door_caller();
}

void door_set_capabilities(uint32_t capabilities)
{
	caller.capabilities = capabilities;
}

bool door_is_ours(void)
{
	return door_syscall(SYS_getpid, 0, 0, 0, 0, 0, 0) == owner;
}

long door_syscall(long number, long a, long b, long c, long d, long e, long f)
{
#if defined(__x86_64__)
	register long r10 asm("r10") = d, r8 asm("r8") = e, r9 asm("r9") = f;
	long result;

	asm volatile("syscall"
		     : "=a"(result)
		     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
		     : "rcx", "r11", "memory");
	return result;
#elif defined(__aarch64__)
	register long x8 asm("x8") = number, x0 asm("x0") = a, x1 asm("x1") = b, x2 asm("x2") = c, x3 asm("x3") = d,
			 x4 asm("x4") = e, x5 asm("x5") = f;

	asm volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
	return x0;
#else
#error "the preload door needs the system call instruction of this machine"
#endif
}

long door_result(long result)
{
	if (result >= 0 || result < -4095)
		return result;
	errno = -result;
	return -1;
}
