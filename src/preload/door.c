/* SPDX-License-Identifier: BSD-2-Clause */
#include "preload/door.h"

#include <errno.h>
#include <unistd.h>

#include "hive/descriptor.h"
#include "verifier/verify.h"

static struct caller caller = {
	.capabilities = VERIFY_CAP_ALL,
	.ops = &caller_direct,
};

void preload_use(struct skep_hive *hive)
{
	caller.uid = getuid();
	descriptors_watched();
	caller.hive = hive;
}

const struct caller *door_caller(void)
{
	return caller.hive ? &caller : NULL;
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
