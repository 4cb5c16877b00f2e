/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies between shared map memory and memory of the caller's own.
 *
 * Values in maps are aligned to 8 bytes and may be read and written by others at the same time, so words are copied
 * by relaxed atomic accesses: a word is never torn, a longer value may be, as in the kernel.
 */
#ifndef SKEP_MAPS_VALUE_H
#define SKEP_MAPS_VALUE_H

#include <stdint.h>
#include <string.h>

static inline void value_write(void *shared, const void *from, uint32_t size)
{
	uint64_t *to = shared;
	const uint8_t *source = from;
	uint64_t word;

	for (; size >= 8; size -= 8, source += 8) {
		memcpy(&word, source, 8);
		__atomic_store_n(to++, word, __ATOMIC_RELAXED);
	}
	uint8_t *tail = (uint8_t *)to;
	if (size >= 4) {
		uint32_t half;

		memcpy(&half, source, 4);
		__atomic_store_n((uint32_t *)tail, half, __ATOMIC_RELAXED);
		tail += 4, source += 4, size -= 4;
	}
	for (; size; size--)
		__atomic_store_n(tail++, *source++, __ATOMIC_RELAXED);
}

static inline void value_read(void *to, const void *shared, uint32_t size)
{
	const uint64_t *from = shared;
	uint8_t *target = to;

	for (; size >= 8; size -= 8, target += 8) {
		uint64_t word = __atomic_load_n(from++, __ATOMIC_RELAXED);

		memcpy(target, &word, 8);
	}
	const uint8_t *tail = (const uint8_t *)from;
	if (size >= 4) {
		uint32_t half = __atomic_load_n((const uint32_t *)tail, __ATOMIC_RELAXED);

		memcpy(target, &half, 4);
		tail += 4, target += 4, size -= 4;
	}
	for (; size; size--)
		*target++ = __atomic_load_n(tail++, __ATOMIC_RELAXED);
}

static inline void value_zero(void *shared, uint32_t size)
{
	uint8_t *to = shared;

	for (; size >= 8; size -= 8, to += 8)
		__atomic_store_n((uint64_t *)to, 0, __ATOMIC_RELAXED);
	for (; size; size--)
		__atomic_store_n(to++, 0, __ATOMIC_RELAXED);
}

#endif
