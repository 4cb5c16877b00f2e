/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Helpers that read memory at any address. A program lives in the process it looks at, so what the kernel calls user
 * and kernel memory is the same here. An address that is not there gives -EFAULT and a buffer of zeros.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/fault.h"
#include "base/macros.h"
#include "helpers/implement.h"

#define PAGE 4096
#define PIECE 256 /* bytes of a text that are looked at together */

static uint64_t probe_read(uint64_t to, uint64_t size, uint64_t from)
{
	void *buffer = (void *)(uintptr_t)to;
	uint32_t bytes = (uint32_t)size;

	if (!bytes || !fault_copy_from(buffer, (const void *)(uintptr_t)from, bytes))
		return 0;
	memset(buffer, 0, bytes);
	return (uint64_t)-EFAULT;
}

/* Up to size bytes with the NUL, which is always there; what is behind it stays as it was. The result counts it. */
static uint64_t probe_read_str(uint64_t to, uint64_t size, uint64_t from)
{
	char *buffer = (char *)(uintptr_t)to, piece[PIECE];
	uint32_t room = (uint32_t)size, done = 0;

	if (!room)
		return 0;
	while (done < room) {
		/* Not beyond a page: what is behind the end of the text may not be there. */
		uint32_t step = (uint32_t)MIN(PAGE - (from + done) % PAGE, MIN(room - done, (uint32_t)PIECE));

		if (fault_copy_from(piece, (const void *)(uintptr_t)(from + done), step)) {
			memset(buffer, 0, room);
			return (uint64_t)-EFAULT;
		}
		uint32_t length = (uint32_t)strnlen(piece, step);
		bool ends = length < step;
		memcpy(buffer + done, piece, length + ends);
		if (ends)
			return (uint64_t)done + length + 1;
		done += step;
	}
	buffer[room - 1] = 0;
	return room;
}

HELPER_FN(probe_read)
{
	return probe_read(r1, r2, r3);
}

HELPER_FN(probe_read_user)
{
	return probe_read(r1, r2, r3);
}

HELPER_FN(probe_read_kernel)
{
	return probe_read(r1, r2, r3);
}

HELPER_FN(probe_read_str)
{
	return probe_read_str(r1, r2, r3);
}

HELPER_FN(probe_read_user_str)
{
	return probe_read_str(r1, r2, r3);
}

HELPER_FN(probe_read_kernel_str)
{
	return probe_read_str(r1, r2, r3);
}
