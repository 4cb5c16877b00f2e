/* SPDX-License-Identifier: BSD-2-Clause */
/* The caller that is this process: its memory is ours, and so are its descriptors. */
#include <errno.h>
#include <fcntl.h>

#include "base/fault.h"
#include "hive/descriptor.h"
#include "sys/sys.h"

static int direct_read(const struct caller *caller, void *to, uint64_t from, size_t size)
{
	return fault_copy_from(to, (const void *)from, size) ? -EFAULT : 0;
}

static int direct_write(const struct caller *caller, uint64_t to, const void *from, size_t size)
{
	return fault_copy_to((void *)to, from, size) ? -EFAULT : 0;
}

static int direct_enter(const struct caller *caller, int fd, struct object **ret_object, unsigned *access)
{
	int err = descriptor_enter(fd, ret_object, access);

	if (err == -EBADF && fcntl(fd, F_GETFD) >= 0)
		return -EINVAL;
	return err;
}

static void direct_leave(const struct caller *caller, int fd, struct object *object)
{
	descriptor_leave(fd);
}

static int direct_install(const struct caller *caller, struct object *object, unsigned access)
{
	return descriptor_new(object, access);
}

const struct caller_ops caller_direct = {
	.read = direct_read,
	.write = direct_write,
	.enter = direct_enter,
	.leave = direct_leave,
	.install = direct_install,
};
