/* SPDX-License-Identifier: BSD-2-Clause */
/* Descriptors: the hive has to hear of each one that is closed or duplicated; maps can be mapped. */
#undef _FILE_OFFSET_BITS /* functions are defined under their own names */
#include "preload/descriptors.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/macros.h"
#include "hive/descriptor.h"
#include "hive/event.h"
#include "hive/map.h"
#include "preload/door.h"
#include "preload/polling.h"

/* Descriptors of the library itself: nobody else may close them. */
static bool hidden(int fd)
{
	return door_caller() && descriptor_is_private(fd);
}

static long duplicated(int from, long to)
{
	if (to >= 0 && door_caller() && (descriptor_is_known(from) || descriptor_is_known(to)) && door_is_ours())
		descriptor_duplicated(from, to);
	return to;
}

static void closing(int fd)
{
	door_poll_closing(fd);
	if (door_caller() && descriptor_is_known(fd) && door_is_ours())
		descriptor_closing(fd);
}

long door_close(int fd)
{
	if (hidden(fd))
		return -EBADF;
	closing(fd);
	return door_syscall(SYS_close, fd, 0, 0, 0, 0, 0);
}

long door_dup(int fd)
{
	return duplicated(fd, door_syscall(SYS_dup, fd, 0, 0, 0, 0, 0));
}

long door_dup_to(int from, int to, int flags, bool same)
{
	if (hidden(to))
		return -EBADF;
	if (from == to && same)
		return fcntl(from, F_GETFD) < 0 ? -errno : to;
	return duplicated(from, door_syscall(SYS_dup3, from, to, flags, 0, 0, 0));
}

long door_fcntl(int fd, int command, long argument)
{
	long result = door_syscall(SYS_fcntl, fd, command, argument, 0, 0, 0);
	return command == F_DUPFD || command == F_DUPFD_CLOEXEC ? duplicated(fd, result) : result;
}

long door_close_range(unsigned first, unsigned last, unsigned flags)
{
	if (first > last || !door_caller() || (flags & CLOSE_RANGE_CLOEXEC))
		return door_syscall(SYS_close_range, first, last, flags, 0, 0, 0);
	/* Range by range around the library's own descriptors. */
	unsigned limit = MIN(last, (unsigned)sysconf(_SC_OPEN_MAX));
	unsigned start = first;
	for (unsigned fd = first; fd <= limit; fd++) {
		if (!descriptor_is_private(fd)) {
			closing(fd);
			continue;
		}
		if (fd > start)
			door_syscall(SYS_close_range, start, fd - 1, flags, 0, 0, 0);
		start = fd + 1;
	}
	return start > last ? 0 : door_syscall(SYS_close_range, start, last, flags, 0, 0, 0);
}

/* What the kernel asks of a map before it is mapped. */
static int check_map(struct map *map, unsigned access, long size, long protection, long flags, long offset)
{
	bool write = protection & PROT_WRITE;

	if (!map->ops->mmap_check)
		return -MAP_ENOTSUPP;
	if (!(flags & MAP_SHARED))
		return -EINVAL;
	if (write && (!(access & DESCRIPTOR_WRITE) || map->frozen))
		return -EPERM;
	return map->ops->mmap_check(map, offset, size, write);
}

long door_mmap(long address, long size, long protection, long flags, int fd, long offset)
{
	struct object *object;
	unsigned access;

	/* The library maps files of its own by private descriptors. */
	if (fd >= 0 && !(flags & MAP_ANONYMOUS) && door_caller() && !descriptor_is_private(fd) &&
		!descriptor_get(fd, &object, &access)) {
		int err = -ENODEV;

		if (object->kind == OBJECT_MAP)
			err = check_map(hive_map_of(object)->map, access, size, protection, flags, offset);
		else if (object->kind == OBJECT_EVENT)
			err = flags & MAP_SHARED ? perf_ring_mapped(hive_event_of(object)->ring, offset, size)
						 : -EINVAL;
		object_put(object);
		if (err)
			return err;
	}
	return door_syscall(SYS_mmap, address, size, protection, flags, fd, offset);
}

/* close() and fcntl() are cancellation points: libc's own are called where nothing is to be done. */
SKEP_PUBLIC int close(int fd)
{
	if (hidden(fd)) {
		errno = EBADF;
		return -1;
	}
	closing(fd);
	return NEXT(close)(fd);
}

SKEP_PUBLIC int dup(int fd)
{
	return door_result(door_dup(fd));
}

SKEP_PUBLIC int dup2(int from, int to)
{
	return door_result(door_dup_to(from, to, 0, true));
}

SKEP_PUBLIC int dup3(int from, int to, int flags)
{
	return door_result(door_dup_to(from, to, flags, false));
}

static int call_fcntl(int (*next)(int, int, ...), int fd, int command, long argument)
{
	int result = next(fd, command, argument);
	return command == F_DUPFD || command == F_DUPFD_CLOEXEC ? duplicated(fd, result) : result;
}

SKEP_PUBLIC int fcntl(int fd, int command, ...)
{
	va_list list;

	va_start(list, command);
	long argument = va_arg(list, long);
	va_end(list);
	return call_fcntl(NEXT(fcntl), fd, command, argument);
}

SKEP_PUBLIC int fcntl64(int fd, int command, ...)
{
	va_list list;

	va_start(list, command);
	long argument = va_arg(list, long);
	va_end(list);
	return call_fcntl(NEXT(fcntl64), fd, command, argument);
}

SKEP_PUBLIC int close_range(unsigned first, unsigned last, int flags)
{
	return door_result(door_close_range(first, last, flags));
}

SKEP_PUBLIC void closefrom(int first)
{
	door_close_range(MAX(first, 0), UINT32_MAX, 0);
}

SKEP_PUBLIC void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
	return (void *)door_result(door_mmap((long)address, size, protection, flags, fd, offset));
}

SKEP_PUBLIC void *mmap64(void *address, size_t size, int protection, int flags, int fd, off64_t offset)
{
	return (void *)door_result(door_mmap((long)address, size, protection, flags, fd, offset));
}
