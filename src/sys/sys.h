/* SPDX-License-Identifier: BSD-2-Clause */
/* bpf(2): one dispatch for every door. A door says who calls and how to reach it (struct caller), and decides nothing.
 */
#ifndef SKEP_SYS_SYS_H
#define SKEP_SYS_SYS_H

#include <stddef.h>
#include <stdint.h>

#include "hive/object.h"

struct caller;

/* How to reach the process that calls. All return 0 (install: the descriptor) or -errno. */
struct caller_ops {
	/* Copies from or to the caller's memory; -EFAULT if any of it is not there. */
	int (*read)(const struct caller *caller, void *to, uint64_t from, size_t size);
	int (*write)(const struct caller *caller, uint64_t to, const void *from, size_t size);
	/*
	 * The object behind a descriptor of the caller, which stays until leave() with the same arguments: for commands
	 * that do not take long. -EBADF: not open; -EINVAL: something else. access: enum descriptor_access, may be
	 * NULL.
	 */
	int (*enter)(const struct caller *caller, int fd, struct object **ret_object, unsigned *access);
	void (*leave)(const struct caller *caller, int fd, struct object *object);
	/* Makes a descriptor of the object in the caller, which takes over the reference on success. */
	int (*install)(const struct caller *caller, struct object *object, unsigned access);
};

struct caller {
	struct skep_hive *hive;
	uint32_t capabilities; /* enum verify_caps */
	uint32_t uid;
	const struct caller_ops *ops;
};

/* bpf(command, uattr, size) of the caller. The result, or -errno. */
long sys_bpf(const struct caller *caller, int command, uint64_t uattr, uint32_t size);

/* A caller that is this process. */
extern const struct caller_ops caller_direct;

#endif
