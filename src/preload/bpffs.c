/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hive's BPF file system for functions of libc that look at paths. The machine's /sys/fs/bpf is never seen: what
 * is there belongs to another kernel.
 */
#undef _FILE_OFFSET_BITS /* functions are defined under their own names */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/macros.h"
#include "hive/pins.h"
#include "preload/door.h"

/* The hive whose file system the path is in, or NULL. */
static struct skep_hive *hive_of(const char *path)
{
	if (!path || path[0] != '/' || !pins_own(path) || !door_is_open())
		return NULL;
	const struct caller *caller = door_enter();
	return caller ? caller->hive : NULL;
}

/* The machine's bpffs and tracefs need not be mounted, nor readable by this user, for a hive to have them. */
static long filesystem_of(const char *path)
{
	return hive_of(path) ? BPF_FS_MAGIC : 0;
}

/* statfs() of a path in the hive: 0 or -errno, 1 if it is the machine's. */
static int hive_statfs(const char *path, long *ret_type)
{
	struct skep_hive *hive = hive_of(path);
	uint64_t inode;
	bool directory;

	if (!hive)
		return 1;
	*ret_type = filesystem_of(path);
	return pin_stat(hive, path, &directory, &inode);
}

#define DEFINE_STATFS(name, type)                                                                                      \
	SKEP_PUBLIC int name(const char *path, struct type *info)                                                      \
	{                                                                                                              \
		long magic;                                                                                            \
		int err = hive_statfs(path, &magic);                                                                   \
                                                                                                                       \
		if (err > 0)                                                                                           \
			return NEXT(name)(path, info);                                                                 \
		if (!err)                                                                                              \
			*info = (struct type){ .f_type = magic, .f_bsize = 4096, .f_frsize = 4096, .f_namelen = 255 }; \
		return door_result(err);                                                                               \
	}
DEFINE_STATFS(statfs, statfs)
DEFINE_STATFS(statfs64, statfs64)

#define FILL_STAT(info, directory, inode)                                                  \
	do {                                                                               \
		memset((info), 0, sizeof(*(info)));                                        \
		(info)->st_dev = makedev(0, 29);                                           \
		(info)->st_ino = (inode);                                                  \
		(info)->st_mode = (directory) ? S_IFDIR | S_ISVTX | 0777 : S_IFREG | 0600; \
		(info)->st_nlink = (directory) ? 2 : 1;                                    \
		(info)->st_blksize = 4096;                                                 \
	} while (0)

#define DEFINE_STAT(name, type)                                     \
	SKEP_PUBLIC int name(const char *path, struct type *info)   \
	{                                                           \
		struct skep_hive *hive = hive_of(path);             \
		uint64_t inode;                                     \
		bool directory;                                     \
                                                                    \
		if (!hive)                                          \
			return NEXT(name)(path, info);              \
		int err = pin_stat(hive, path, &directory, &inode); \
		if (!err)                                           \
			FILL_STAT(info, directory, inode);          \
		return door_result(err);                            \
	}
DEFINE_STAT(stat, stat)
DEFINE_STAT(stat64, stat64)
DEFINE_STAT(lstat, stat)
DEFINE_STAT(lstat64, stat64)

#define DEFINE_FSTATAT(name, type)                                                   \
	SKEP_PUBLIC int name(int fd, const char *path, struct type *info, int flags) \
	{                                                                            \
		struct skep_hive *hive = hive_of(path);                              \
		uint64_t inode;                                                      \
		bool directory;                                                      \
                                                                                     \
		if (!hive)                                                           \
			return NEXT(name)(fd, path, info, flags);                    \
		int err = pin_stat(hive, path, &directory, &inode);                  \
		if (!err)                                                            \
			FILL_STAT(info, directory, inode);                           \
		return door_result(err);                                             \
	}
DEFINE_FSTATAT(fstatat, stat)
DEFINE_FSTATAT(fstatat64, stat64)

static int hive_access(struct skep_hive *hive, const char *path)
{
	uint64_t inode;
	bool directory;

	return door_result(pin_stat(hive, path, &directory, &inode));
}

SKEP_PUBLIC int access(const char *path, int mode)
{
	struct skep_hive *hive = hive_of(path);

	return hive ? hive_access(hive, path) : NEXT(access)(path, mode);
}

SKEP_PUBLIC int faccessat(int fd, const char *path, int mode, int flags)
{
	struct skep_hive *hive = hive_of(path);

	return hive ? hive_access(hive, path) : NEXT(faccessat)(fd, path, mode, flags);
}

SKEP_PUBLIC int mkdir(const char *path, mode_t mode)
{
	struct skep_hive *hive = hive_of(path);

	return hive ? door_result(pin_mkdir(hive, path)) : NEXT(mkdir)(path, mode);
}

SKEP_PUBLIC int mkdirat(int fd, const char *path, mode_t mode)
{
	struct skep_hive *hive = hive_of(path);

	return hive ? door_result(pin_mkdir(hive, path)) : NEXT(mkdirat)(fd, path, mode);
}

SKEP_PUBLIC int rmdir(const char *path)
{
	struct skep_hive *hive = hive_of(path);

	return hive ? door_result(pin_rmdir(hive, path)) : NEXT(rmdir)(path);
}

SKEP_PUBLIC int unlink(const char *path)
{
	struct skep_hive *hive = hive_of(path);

	return hive ? door_result(pin_unlink(hive, path)) : NEXT(unlink)(path);
}

SKEP_PUBLIC int unlinkat(int fd, const char *path, int flags)
{
	struct skep_hive *hive = hive_of(path);

	if (!hive)
		return NEXT(unlinkat)(fd, path, flags);
	return door_result(flags & AT_REMOVEDIR ? pin_rmdir(hive, path) : pin_unlink(hive, path));
}

SKEP_PUBLIC int remove(const char *path)
{
	struct skep_hive *hive = hive_of(path);

	if (!hive)
		return NEXT(remove)(path);
	int err = pin_unlink(hive, path);
	return door_result(err == -EISDIR ? pin_rmdir(hive, path) : err);
}

SKEP_PUBLIC int rename(const char *from, const char *to)
{
	struct skep_hive *hive = hive_of(from), *other = hive_of(to);

	if (!hive && !other)
		return NEXT(rename)(from, to);
	return door_result(hive && other ? pin_rename(hive, from, to) : -EXDEV);
}
