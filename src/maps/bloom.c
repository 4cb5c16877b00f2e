/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bloom filters: a set of bits that says whether a value may have been pushed. The memory file is a header page and
 * the bits.
 */
#include <errno.h>
#include <sys/random.h>

#include "base/macros.h"
#include "maps/array.h"
#include "maps/check.h"
#include "maps/hash_key.h"
#include "maps/value.h"

enum {
	BLOOM_HASHES_DEFAULT = 5,
	BLOOM_HASHES_MASK = 15,
};

struct bloom_file {
	struct hash_seed seed;
};

static int bloom_check(const struct map_attr *attr)
{
	if (attr->key_size != 0 || attr->value_size == 0 || attr->max_entries == 0 ||
		attr->flags & ~(BPF_F_NUMA_NODE | BPF_F_ZERO_SEED | MAP_ACCESS_FLAGS) || !map_access_ok(attr->flags) ||
		attr->extra & ~(uint64_t)BLOOM_HASHES_MASK)
		return -EINVAL;
	return attr->value_size > MAP_KMALLOC_MAX ? -E2BIG : 0;
}

static uint32_t hashes_of(uint64_t extra)
{
	return extra & BLOOM_HASHES_MASK ? (uint32_t)(extra & BLOOM_HASHES_MASK) : BLOOM_HASHES_DEFAULT;
}

/* entries * hashes / ln 2, rounded up to a power of two: the fewest wrong answers. At most 2^32. */
static uint64_t bits_of(uint32_t max_entries, uint64_t extra)
{
	uint64_t wanted = (uint64_t)max_entries * hashes_of(extra) * 7 / 5, bits = 64;

	while (bits < wanted && bits < 1ull << 32)
		bits *= 2;
	return bits;
}

static int bloom_size(const struct map_attr *attr, uint64_t *ret_size)
{
	*ret_size = MAP_PAGE + bits_of(attr->max_entries, attr->extra) / 8;
	return 0;
}

static int bloom_init(struct map *map, const struct map_attr *attr)
{
	struct hash_seed *seed = &((struct bloom_file *)map->memory)->seed;

	map->values = map->memory + MAP_PAGE;
	map->extra = hashes_of(attr->extra);
	if (seed->b)
		return 0;
	if (!(attr->flags & BPF_F_ZERO_SEED) && getrandom(seed, sizeof(*seed), GRND_NONBLOCK) != sizeof(*seed))
		seed->a = (uintptr_t)map;
	seed->b = (seed->b ^ 0x9e3779b97f4a7c15ull) | 1;
	return 0;
}

/* Bit number i of a value: two halves of one hash make as many as are needed. */
static _Atomic uint64_t *bit_of(const struct map *map, uint64_t hash, uint32_t i, uint64_t *ret_mask)
{
	uint64_t bits = bits_of(map->max_entries, map->extra);
	uint64_t bit = ((uint32_t)hash + i * (uint64_t)((uint32_t)(hash >> 32) | 1)) & (bits - 1);

	*ret_mask = 1ull << (bit % 64);
	return (_Atomic uint64_t *)map->values + bit / 64;
}

static uint64_t hash_value(const struct map *map, const void *value)
{
	const struct hash_seed *seed = &((const struct bloom_file *)map->memory)->seed;

	/* The upper half of the hash of four bytes is the bytes themselves: mix once more. */
	return hash_fold(hash_key(value, map->value_size, *seed) ^ seed->a, seed->b);
}

static int bloom_push(struct map *map, const void *value, uint64_t flags)
{
	uint64_t hash = hash_value(map, value), mask;

	if (flags != BPF_ANY)
		return -EINVAL;
	for (uint32_t i = 0; i < map->extra; i++) {
		_Atomic uint64_t *word = bit_of(map, hash, i, &mask);

		if (!(atomic_load_explicit(word, memory_order_relaxed) & mask))
			atomic_fetch_or_explicit(word, mask, memory_order_relaxed);
	}
	return 0;
}

/* value is what is asked about; it is left as it is. */
static int bloom_peek(struct map *map, void *value)
{
	uint64_t hash = hash_value(map, value), mask;

	for (uint32_t i = 0; i < map->extra; i++)
		if (!(atomic_load_explicit(bit_of(map, hash, i, &mask), memory_order_relaxed) & mask))
			return -ENOENT;
	return 0;
}

static int bloom_remove(struct map *map, const void *key)
{
	return -EOPNOTSUPP;
}

static int bloom_next_key(struct map *map, const void *key, void *next_key)
{
	return -EOPNOTSUPP;
}

static uint64_t bloom_memory_usage(const struct map *map)
{
	return MAP_ARRAY_HEADER + bits_of(map->max_entries, map->extra) / 8;
}

const struct map_ops bloom_filter_map_ops = {
	.check = bloom_check,
	.size = bloom_size,
	.init = bloom_init,
	.push = bloom_push,
	.peek = bloom_peek,
	.user_remove = bloom_remove,
	.next_key = bloom_next_key,
	.memory_usage = bloom_memory_usage,
};
