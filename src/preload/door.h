/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The preload door: libc's functions, defined once more in front of libc, so that libraries and programs that call
 * bpf(2) through libc reach a hive. Linked into the skep tool, where libbpf finds them before libc's, and made into
 * libskep-preload.so for other programs. What it does not know it passes on.
 */
#ifndef SKEP_PRELOAD_DOOR_H
#define SKEP_PRELOAD_DOOR_H

#include <stdbool.h>

#include "sys/sys.h"

/*
 * From now on bpf(2) of this process is answered by the hive; NULL: by nobody (ENOSYS). Not while another thread is in
 * a call.
 */
void preload_use(struct skep_hive *hive);

/* What a library that was preloaded was told to do. */
struct door_options {
	const char *kernel; /* the release to be, or NULL */
	bool unprivileged;
	unsigned unprivileged_bpf_disabled; /* the hive's sysctl */
};

/* The hive is made when it is first needed. Privileges are those of the hive's owner from now on. */
void door_open(const struct door_options *options);

/* The caller that this process is. NULL: no hive, yet. */
const struct caller *door_caller(void);
/* The same, making the hive if door_open() was called. NULL: there is none. */
const struct caller *door_enter(void);

/* Whether door_open() was called: this process sees a hive's world, not the machine's. */
bool door_is_open(void);
const struct door_options *door_options(void);

/* The caller's privileges from now on: enum verify_caps. */
void door_set_capabilities(uint32_t capabilities);

/* Whether this is the process that the descriptors are of, and not a child of vfork() that borrows its memory. */
bool door_is_ours(void);

/* Passes a system call on. The result or -errno. */
long door_syscall(long number, long a, long b, long c, long d, long e, long f);

/* libc's convention: -1 and errno for -errno. */
long door_result(long result);

/* The function that this door stands in front of. */
#define NEXT(function)                                                                                         \
	({                                                                                                     \
		static __typeof__(&function) next_;                                                            \
		if (!__atomic_load_n(&next_, __ATOMIC_RELAXED))                                                \
			__atomic_store_n(                                                                      \
				&next_, (__typeof__(&function))dlsym(RTLD_NEXT, #function), __ATOMIC_RELAXED); \
		next_;                                                                                         \
	})

#endif
