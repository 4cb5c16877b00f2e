/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks that several map types make when they are created. */
#ifndef SKEP_MAPS_CHECK_H
#define SKEP_MAPS_CHECK_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "maps/map.h"

#define MAP_ACCESS_FLAGS (BPF_F_RDONLY | BPF_F_WRONLY | BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG)
#define MAP_FD_ACCESS_FLAGS (BPF_F_RDONLY | BPF_F_WRONLY)

/* The largest value of one CPU: the kernel's unit of per-CPU allocation. */
#define MAP_PERCPU_VALUE_MAX 32768u

/* The largest single allocation of the kernel's, which bounds the elements of hashes. */
#define MAP_KMALLOC_MAX (4u << 20)

/* A sparse file may be large, but not larger than what a process can map many times. */
#define MAP_MEMORY_MAX (1ull << 44)

/* Programs may be denied to read or to write, not both. */
static inline bool map_access_ok(uint32_t flags)
{
	return (flags & (BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG)) != (BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG);
}

/* count * size, or -ENOMEM when no file can be so large. */
static inline int map_area(uint64_t count, uint64_t size, uint64_t *ret_bytes)
{
	uint64_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes) || bytes > MAP_MEMORY_MAX)
		return -ENOMEM;
	*ret_bytes = bytes;
	return 0;
}

#endif
