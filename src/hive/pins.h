/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pins: the hive's BPF file system, mounted at /sys/fs/bpf as far as its users can tell. Directories, and names that
 * keep objects.
 */
#ifndef SKEP_HIVE_PINS_H
#define SKEP_HIVE_PINS_H

#include "hive/object.h"

#define PINS_ROOT "/sys/fs/bpf"

/* Whether a path is below the mount point, or it. */
bool pins_own(const char *path);

/*
 * Makes a pin, which takes a reference of its own. -EEXIST; -ENOENT: no such directory; -ENOTDIR; -EPERM: not a path of
 * this file system, or a name with a dot in it; -ENAMETOOLONG; -ENOMEM.
 */
int pin_add(struct skep_hive *hive, const char *path, struct object *object);
/* The object, with a reference. -ENOENT; -EACCES: a directory, or not a path of this file system. */
int pin_get(struct skep_hive *hive, const char *path, struct object **ret_object);

/* As the system calls of those names. */
int pin_mkdir(struct skep_hive *hive, const char *path);
int pin_unlink(struct skep_hive *hive, const char *path);
int pin_rmdir(struct skep_hive *hive, const char *path);
int pin_rename(struct skep_hive *hive, const char *from, const char *to);

/* What is there: -ENOENT, or *ret_directory, and the inode number. */
int pin_stat(struct skep_hive *hive, const char *path, bool *ret_directory, uint64_t *ret_inode);

/* Gives all pins back. */
void pins_free(struct skep_hive *hive);

#endif
