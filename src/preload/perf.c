/* SPDX-License-Identifier: BSD-2-Clause */
/* Perf events: those that programs write to are the hive's, all others the machine's. */
#include "preload/perf.h"

#include <errno.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/macros.h"
#include "hive/descriptor.h"
#include "preload/door.h"
#include "sys/perf.h"

long door_perf_event_open(long attr, long pid, long cpu, long group, long flags)
{
	const struct caller *caller = door_enter();
	long result = caller ? sys_perf_event_open(caller, attr, pid, cpu, group, flags) : -ENOSYS;

	return result == -ENOSYS ? door_syscall(SYS_perf_event_open, attr, pid, cpu, group, flags, 0) : result;
}

long door_ioctl(int fd, unsigned long request, long argument)
{
	struct object *object;

	if (fd < 0 || !door_caller() || !descriptor_is_known(fd) || descriptor_get(fd, &object, NULL))
		return door_syscall(SYS_ioctl, fd, request, argument, 0, 0, 0);
	long result = -ENOTTY;
	if (object->kind == OBJECT_EVENT)
		result = sys_perf_ioctl(hive_event_of(object), request, argument);
	else
		result = door_syscall(SYS_ioctl, fd, request, argument, 0, 0, 0);
	object_put(object);
	return result;
}

SKEP_PUBLIC int ioctl(int fd, unsigned long request, ...)
{
	va_list list;

	va_start(list, request);
	long argument = va_arg(list, long);
	va_end(list);
	return door_result(door_ioctl(fd, request, argument));
}
