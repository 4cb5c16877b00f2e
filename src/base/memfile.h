/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory files: what descriptors of objects are made of, and where map memory lives. */
#ifndef SKEP_BASE_MEMFILE_H
#define SKEP_BASE_MEMFILE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Makes an anonymous memory file of size bytes, sparse and zero, close-on-exec.
 * name shows up in /proc/self/fd: "/memfd:NAME (deleted)".
 * Returns the descriptor, or -errno (EMFILE, ENFILE, ENOMEM).
 */
int memfile_new(const char *name, uint64_t size);

/*
 * Maps size bytes of the file from offset 0, shared, readable and writable.
 * Pages are committed as they are touched. -errno: ENOMEM.
 */
int memfile_map(int fd, size_t size, void **ret_memory);
void memfile_unmap(void *memory, size_t size);

/* What tells one memory file from every other, however often it was duplicated: device and inode. */
struct memfile_key {
	uint64_t device;
	uint64_t inode;
};
/* -EBADF if fd is not open. */
int memfile_key(int fd, struct memfile_key *ret_key);

#endif
