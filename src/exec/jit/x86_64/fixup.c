/* SPDX-License-Identifier: BSD-2-Clause */
/* Jumps and calls: 8- and 32-bit displacements. */
#include <errno.h>

#include "exec/jit/x86_64/x86.h"

uint8_t target_fixup_size(uint8_t kind, bool near)
{
	switch (kind) {
	case FIXUP_JMP:
		return near ? 2 : 5;
	case FIXUP_CALL:
		return 5;
	case FIXUP_REL32:
		return 4;
	default:
		return near ? 2 : 6;
	}
}

/* A jump forward that shrinks brings its own end back by as much as the rest, so the distance stays right. */
bool target_fixup_is_near(uint8_t kind, int64_t distance)
{
	return kind <= FIXUP_JMP && fits8(distance);
}

int target_fixup_write(uint8_t *memory, uint8_t kind, uint8_t size, int64_t distance)
{
	int32_t distance32 = (int32_t)distance;

	if (!fits32(distance))
		return -ERANGE;
	if (size == 2) {
		*memory++ = kind == FIXUP_JMP ? 0xeb : 0x70 | kind;
		*memory = (uint8_t)distance;
		return 0;
	}
	if (kind < FIXUP_JMP) {
		*memory++ = 0x0f;
		*memory++ = 0x80 | kind;
	} else if (kind != FIXUP_REL32) {
		*memory++ = kind == FIXUP_JMP ? 0xe9 : 0xe8;
	}
	memcpy(memory, &distance32, sizeof(distance32));
	return 0;
}
