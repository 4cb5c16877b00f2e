/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which object is behind a descriptor of this process.
 *
 * Every object is a memory file, so the kernel keeps the descriptors; this table remembers what they stand for. A file
 * is known by its device and inode, and a slot for each descriptor number makes that fast.
 *
 * Where a door sees every close and dup of the process (descriptors_watched()), slots are trusted. Elsewhere a slot is
 * compared with the open file at each use, and a descriptor that was closed unseen is noticed when its number is used
 * again. Lock order: this table's lock, then a hive's.
 */
#ifndef SKEP_HIVE_DESCRIPTOR_H
#define SKEP_HIVE_DESCRIPTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memfile.h"
#include "hive/object.h"

enum descriptor_access {
	DESCRIPTOR_READ = 1,
	DESCRIPTOR_WRITE = 2,
	DESCRIPTOR_BOTH = 3,
};

/* A memory file that stands for an object. One that lives as long as its object is registered by who owns it. */
struct handle;
int handle_register(struct object *object, int fd, struct handle **ret_handle);
void handle_unregister(struct handle *handle);

/* From now on every close and dup in this process is told to descriptor_closing() and descriptor_duplicated(). */
void descriptors_watched(void);

/*
 * Makes a new close-on-exec descriptor of the object, which takes over the caller's reference on success.
 * The descriptor, or -EMFILE, -ENFILE, -ENOMEM.
 */
int descriptor_new(struct object *object, unsigned access);

/*
 * The object behind fd, which stays until descriptor_leave(fd): for short commands. -EBADF: not open, or none of
 * ours; access (may be NULL) tells what the descriptor was opened for.
 */
int descriptor_enter(int fd, struct object **ret_object, unsigned *access);
void descriptor_leave(int fd);
/* The same with a reference. */
int descriptor_get(int fd, struct object **ret_object, unsigned *access);

/* What a door reports. closing: before the descriptor is really closed. Anything else than our files is ignored. */
void descriptor_closing(int fd);
void descriptor_duplicated(int from, int to);

/*
 * A copy of fd with a number that is out of the way, for the library itself. The door keeps the program from closing
 * it by accident: descriptor_is_private(). -EMFILE.
 */
int descriptor_private(int fd);
bool descriptor_is_private(int fd);
/* Before it is closed. */
void descriptor_private_forget(int fd);

/* Whether fd is known to be one of ours, without asking the kernel. */
bool descriptor_is_known(int fd);

/* Around fork(), before the hive's lock. */
void descriptors_lock(void);
void descriptors_unlock(void);

/* Forgets all descriptors of a hive that goes away; those that are open become plain files. */
void descriptors_forget(struct skep_hive *hive);

#endif
