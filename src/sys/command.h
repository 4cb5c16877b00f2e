/* SPDX-License-Identifier: BSD-2-Clause */
/* What the commands of bpf(2) share. */
#ifndef SKEP_SYS_COMMAND_H
#define SKEP_SYS_COMMAND_H

#include <errno.h>

#include "base/release.h"
#include "skep/uapi.h"
#include "sys/sys.h"

/* The kernel's errno for an operation that an object does not have; not in errno.h. */
#define ENOTSUPP 524

/* One call, with the attributes copied in and their unknown tail checked. */
struct call {
	const struct caller *caller;
	union bpf_attr attr;
	uint64_t uattr; /* where the caller keeps attr, for results */
	uint32_t size; /* bytes of attr that the caller has */
};

typedef long command_fn(struct call *call);

struct command {
	const char *name; /* "MAP_CREATE" */
	uint32_t number;
	release_t since;
	const char *group; /* of attributes, see attr_ends.def */
	uint32_t end; /* attributes past it must be zero */
	enum support support;
	const char *reason;
	command_fn *run; /* NULL when not supported */
};

/* NULL if there is no such command. */
const struct command *sys_command_find(uint32_t number);

/* Copies with the caller's memory; -EFAULT. */
static inline int call_read(const struct call *call, void *to, uint64_t from, size_t size)
{
	return size ? call->caller->ops->read(call->caller, to, from, size) : 0;
}

static inline int call_write(const struct call *call, uint64_t to, const void *from, size_t size)
{
	return size ? call->caller->ops->write(call->caller, to, from, size) : 0;
}

/* Writes one field of the caller's attributes. */
#define CALL_PUT(call, field, value)                                                                          \
	({                                                                                                    \
		__typeof__((call)->attr.field) value_ = (value);                                              \
		call_write((call), (call)->uattr + offsetof(union bpf_attr, field), &value_, sizeof(value_)); \
	})

/*
 * The object of one kind behind a descriptor, with a reference. -EBADF: not open, or of another hive; -EINVAL: another
 * kind.
 */
int call_object(const struct call *call, int fd, enum object_kind kind, struct object **ret_object, unsigned *access);
/* The same without a reference, until call_leave(). */
int call_enter(const struct call *call, int fd, enum object_kind kind, struct object **ret_object, unsigned *access);
static inline void call_leave(const struct call *call, int fd, struct object *object)
{
	call->caller->ops->leave(call->caller, fd, object);
}

/* Copies a name: letters, digits, '_', '.', terminated within BPF_OBJ_NAME_LEN. Its length, or -EINVAL. */
int object_name_check(char to[BPF_OBJ_NAME_LEN], const char from[BPF_OBJ_NAME_LEN]);

/* The access that BPF_F_RDONLY and BPF_F_WRONLY ask for; -EINVAL for both at once. */
int object_access(uint32_t flags, unsigned *ret_access);

/* Checks what is past the structure that we know in a structure of size bytes of the caller: -E2BIG if not zero. */
int call_check_tail(const struct call *call, uint64_t address, size_t known, size_t size);

#endif
