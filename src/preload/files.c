/* SPDX-License-Identifier: BSD-2-Clause */
#include "preload/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/macros.h"
#include "hive/descriptor.h"
#include "preload/door.h"
#include "sys/fdinfo.h"

/* A memory file with the text, at its beginning. */
static long text_file(const char *name, const char *text, size_t size, int flags)
{
	long fd = door_syscall(SYS_memfd_create, (long)name, flags & O_CLOEXEC ? MFD_CLOEXEC : 0, 0, 0, 0, 0);

	if (fd < 0)
		return fd;
	while (size) {
		long written = door_syscall(SYS_write, fd, (long)text, size, 0, 0, 0);

		if (written <= 0) {
			door_syscall(SYS_close, fd, 0, 0, 0, 0, 0);
			return written ?: -EIO;
		}
		text += written;
		size -= written;
	}
	door_syscall(SYS_lseek, fd, 0, SEEK_SET, 0, 0, 0);
	return fd;
}

static long open_sysctl(int flags)
{
	const struct caller *caller = door_enter();
	char text[16];

	if (!caller)
		return -ENOENT;
	if ((flags & O_ACCMODE) != O_RDONLY)
		return -EACCES;
	int length = snprintf(text, sizeof(text), "%u\n", caller->hive->unprivileged_bpf_disabled);
	return text_file("sysctl", text, length, flags);
}

/* Whether path is /proc/self/NAME/N or the same of this process's number; the descriptor N comes back. */
static bool is_own(const char *path, const char *name, int *ret_fd)
{
	unsigned pid;
	int end = 0, fd, after = 0;

	if (sscanf(path, "/proc/self/%n", &end) != 0 || !end) {
		end = 0;
		if (sscanf(path, "/proc/%u/%n", &pid, &end) != 1 || !end || pid != (unsigned)getpid())
			return false;
	}
	path += end;
	size_t length = strlen(name);
	if (strncmp(path, name, length) || path[length] != '/')
		return false;
	if (sscanf(path + length + 1, "%d%n", &fd, &after) != 1 || path[length + 1 + after])
		return false;
	*ret_fd = fd;
	return true;
}

static long open_fdinfo(int fd, int flags)
{
	struct object *object;
	char text[1024];

	if (!door_caller() || !descriptor_is_known(fd) || descriptor_get(fd, &object, NULL))
		return -ENOENT;
	int length = fdinfo_text(object, text, sizeof(text));
	object_put(object);
	return text_file("fdinfo", text, length, flags);
}

long file_open(const char *path, int flags)
{
	int fd;

	if (!door_is_open() || !path || path[0] != '/')
		return -ENOENT;
	if (!strcmp(path, "/proc/sys/kernel/unprivileged_bpf_disabled"))
		return open_sysctl(flags);
	if (is_own(path, "fdinfo", &fd))
		return open_fdinfo(fd, flags);
	return -ENOENT;
}
