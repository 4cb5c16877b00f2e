/* SPDX-License-Identifier: BSD-2-Clause */
/* Functions of libc that open or name files: those of the hive's world are answered here. */
#undef _FILE_OFFSET_BITS /* functions are defined under their own names */
#undef _FORTIFY_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/macros.h"
#include "preload/door.h"
#include "preload/files.h"

/* What a function that opens does first: true if the answer is *ret, with errno set. */
static bool answered(const char *path, int flags, int *ret)
{
	int saved = errno;
	long fd = file_open(path, flags);

	if (fd == -ENOENT) {
		errno = saved;
		return false;
	}
	*ret = door_result(fd);
	return true;
}

static mode_t mode_argument(int flags, va_list list)
{
	return flags & (O_CREAT | __O_TMPFILE) ? va_arg(list, mode_t) : 0;
}

SKEP_PUBLIC int open(const char *path, int flags, ...)
{
	va_list list;
	int fd;

	va_start(list, flags);
	mode_t mode = mode_argument(flags, list);
	va_end(list);
	return answered(path, flags, &fd) ? fd : NEXT(open)(path, flags, mode);
}

SKEP_PUBLIC int open64(const char *path, int flags, ...)
{
	va_list list;
	int fd;

	va_start(list, flags);
	mode_t mode = mode_argument(flags, list);
	va_end(list);
	return answered(path, flags, &fd) ? fd : NEXT(open64)(path, flags, mode);
}

SKEP_PUBLIC int openat(int directory, const char *path, int flags, ...)
{
	va_list list;
	int fd;

	va_start(list, flags);
	mode_t mode = mode_argument(flags, list);
	va_end(list);
	return answered(path, flags, &fd) ? fd : NEXT(openat)(directory, path, flags, mode);
}

SKEP_PUBLIC int openat64(int directory, const char *path, int flags, ...)
{
	va_list list;
	int fd;

	va_start(list, flags);
	mode_t mode = mode_argument(flags, list);
	va_end(list);
	return answered(path, flags, &fd) ? fd : NEXT(openat64)(directory, path, flags, mode);
}

static int flags_of(const char *mode)
{
	int access = strchr(mode, '+') ? O_RDWR : mode[0] == 'r' ? O_RDONLY : O_WRONLY;

	return access | (strchr(mode, 'e') ? O_CLOEXEC : 0);
}

static FILE *open_stream(FILE *(*next)(const char *, const char *), const char *path, const char *mode)
{
	int fd;

	if (!mode || !answered(path, flags_of(mode), &fd))
		return next(path, mode);
	return fd < 0 ? NULL : fdopen(fd, mode);
}

SKEP_PUBLIC FILE *fopen(const char *path, const char *mode)
{
	return open_stream(NEXT(fopen), path, mode);
}

SKEP_PUBLIC FILE *fopen64(const char *path, const char *mode)
{
	return open_stream(NEXT(fopen64), path, mode);
}

/* "/memfd:bpf-map (deleted)" is what the kernel calls our files; it calls its own "anon_inode:bpf-map". */
static ssize_t rename_object(char *target, ssize_t length, size_t room)
{
	static const char *const names[] = { "bpf-map", "bpf-prog", "bpf_link", "btf", "bpf-stats" };
	char name[64];

	if (length <= 0 || length >= (ssize_t)sizeof(name) || !door_caller())
		return length;
	memcpy(name, target, length);
	name[length] = 0;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char ours[64], theirs[64];

		snprintf(ours, sizeof(ours), "/memfd:%s (deleted)", names[i]);
		if (strcmp(name, ours))
			continue;
		size_t size = snprintf(theirs, sizeof(theirs), "anon_inode:%s", names[i]);
		size = MIN(size, room);
		memcpy(target, theirs, size);
		return size;
	}
	return length;
}

SKEP_PUBLIC ssize_t readlink(const char *path, char *target, size_t room)
{
	ssize_t length = door_result(door_syscall(SYS_readlinkat, AT_FDCWD, (long)path, (long)target, room, 0, 0));

	return rename_object(target, length, room);
}

SKEP_PUBLIC ssize_t readlinkat(int directory, const char *path, char *target, size_t room)
{
	ssize_t length = door_result(door_syscall(SYS_readlinkat, directory, (long)path, (long)target, room, 0, 0));

	return rename_object(target, length, room);
}
