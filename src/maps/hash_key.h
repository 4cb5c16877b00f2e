/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hashing and comparing keys. The hash multiplies two words to 128 bits and folds them, as fast hashes of short keys
 * do; the words are masked with secrets of the map, so that nobody can choose keys that collide.
 */
#ifndef SKEP_MAPS_HASH_KEY_H
#define SKEP_MAPS_HASH_KEY_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/macros.h"

struct hash_seed {
	uint64_t a, b; /* b is odd */
};

static inline uint64_t hash_fold(uint64_t x, uint64_t y)
{
	unsigned __int128 product = (unsigned __int128)x * y;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t key_word(const uint8_t *key, uint32_t bytes)
{
	uint64_t word = 0;

	switch (bytes) {
	case 8:
		memcpy(&word, key, 8);
		break;
	case 4:
		memcpy(&word, key, 4);
		break;
	default:
		memcpy(&word, key, bytes);
	}
	return word;
}

/*
 * The lower half chooses the bucket, the upper half is what slots keep. A key of four bytes is its own upper half, so
 * that a slot alone tells it from all others.
 */
static inline __attribute__((always_inline)) uint64_t hash_key(const void *key, uint32_t size, struct hash_seed seed)
{
	const uint8_t *bytes = key;
	uint64_t hash = seed.a;

	if (size == 4) {
		uint64_t word = key_word(bytes, 4);

		return word << 32 | (uint32_t)hash_fold(word ^ seed.a, seed.b);
	}
	for (; size > 8; size -= 8, bytes += 8)
		hash = hash_fold(key_word(bytes, 8) ^ hash, seed.b) + size;
	return hash_fold(key_word(bytes, size) ^ hash, seed.b);
}

/* shared: a key in an element, aligned to 8 bytes, that others may be overwriting. */
static inline __attribute__((always_inline)) bool key_equal(const void *shared, const void *key, uint32_t size)
{
	const uint64_t *words = shared;
	const uint8_t *bytes = key;

	for (; size >= 8; size -= 8, bytes += 8)
		if (__atomic_load_n(words++, __ATOMIC_RELAXED) != key_word(bytes, 8))
			return false;
	if (size)
		return (__atomic_load_n(words, __ATOMIC_RELAXED) & (~0ull >> (64 - 8 * size))) == key_word(bytes, size);
	return true;
}

#endif
