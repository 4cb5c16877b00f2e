/* SPDX-License-Identifier: BSD-2-Clause */
/* Hashes: plain, per-CPU, LRU, per-CPU LRU. The table itself is hash_table.c. */
#include <errno.h>
#include <sched.h>
#include <string.h>

#include "base/macros.h"
#include "maps/hash_table.h"
#include "maps/value.h"

/* The shard that an update on a CPU must use. */
static int shard_on(const struct map *map, uint32_t cpu)
{
	const struct hash *hash = hash_of(map);

	return hash->own_lists ? (int)(cpu % hash->n_shards) : ANY_SHARD;
}

static uint32_t current_cpu(void)
{
	int cpu = sched_getcpu();

	return cpu < 0 ? 0 : (uint32_t)cpu;
}

int hash_update_begin(struct map *map, const void *key, uint64_t flags, int shard, struct hash_change *change)
{
	bool room = false;

	if (unlikely((flags & ~(uint64_t)BPF_F_LOCK) > BPF_EXIST || flags & BPF_F_LOCK))
		return -EINVAL;
	for (;;) {
		int err = hash_begin(map, key, room, shard, change);

		if (unlikely(err))
			return err;
		if (unlikely(change->found && flags == BPF_NOEXIST))
			err = -EEXIST;
		else if (unlikely(!change->found && flags == BPF_EXIST))
			err = -ENOENT;
		else if (change->found ? shard == ANY_SHARD || hash_shard_of(map, change->found - 1) == shard
				       : hash_has_room(change))
			return 0;
		/* An element stays in the part of the CPU that inserted it. */
		if (change->found)
			shard = hash_shard_of(map, change->found - 1);
		else
			room = true;
		hash_end(change);
		if (err)
			return err;
	}
}

int hash_put(struct map *map, const void *key, const void *value, uint64_t flags, int shard)
{
	struct hash_change change;
	int err = hash_update_begin(map, key, flags, shard, &change);

	if (unlikely(err))
		return err;
	uint32_t index = hash_take(&change, key);
	value_write(hash_value(map, index, 0), value, map->value_size);
	hash_publish(&change, index);
	hash_end(&change);
	return 0;
}

static int hash_update(struct map *map, const void *key, const void *value, uint64_t flags)
{
	return hash_put(map, key, value, flags, ANY_SHARD);
}

static int lru_update(struct map *map, const void *key, const void *value, uint64_t flags, uint32_t cpu)
{
	return hash_put(map, key, value, flags, shard_on(map, cpu));
}

static int lru_user_update(struct map *map, const void *key, const void *value, uint64_t flags)
{
	return hash_put(map, key, value, flags, shard_on(map, current_cpu()));
}

/* Per-CPU elements are changed in place. A new one starts at zero on the other CPUs. */
static int percpu_update(struct map *map, const void *key, const void *value, uint64_t flags, uint32_t cpu)
{
	struct hash_change change;
	int err = hash_update_begin(map, key, flags, shard_on(map, cpu), &change);

	if (unlikely(err))
		return err;
	if (change.found) {
		value_write(hash_value(map, change.found - 1, cpu), value, map->value_size);
	} else {
		uint32_t index = hash_take(&change, key);

		for (uint32_t other = 0; other < map_cpus(); other++)
			if (other != cpu)
				value_zero(hash_value(map, index, other), map->value_stride);
		value_write(hash_value(map, index, cpu), value, map->value_size);
		hash_publish(&change, index);
	}
	hash_end(&change);
	return 0;
}

/* All CPUs' values change at once: who dies half-way has changed none. */
static int percpu_user_update(struct map *map, const void *key, const void *value, uint64_t flags)
{
	struct hash_change change;
	int err = hash_update_begin(map, key, flags, shard_on(map, current_cpu()), &change);

	if (err)
		return err;
	uint32_t index = hash_take(&change, key);
	for (uint32_t cpu = 0; cpu < map_cpus(); cpu++)
		value_write(hash_value(map, index, cpu), (const uint8_t *)value + (uint64_t)cpu * map->value_stride,
			map->value_stride);
	hash_publish(&change, index);
	hash_end(&change);
	return 0;
}

int hash_remove_begin(struct map *map, const void *key, struct hash_change *change)
{
	_Atomic uint64_t *slot;
	int shard = ANY_SHARD;

	if (hash_of(map)->own_lists) {
		uint32_t found = hash_find_any(map, key, hash_of_key(map, key), &slot);

		if (!found)
			return -ENOENT;
		shard = hash_shard_of(map, found - 1);
	}
	for (;;) {
		int err = hash_begin(map, key, false, shard, change);

		if (unlikely(err))
			return err;
		if (likely(change->found && hash_shard_of(map, change->found - 1) == shard))
			return 0;
		if (change->found)
			shard = hash_shard_of(map, change->found - 1);
		else
			err = -ENOENT;
		hash_end(change);
		if (err)
			return err;
	}
}

int hash_remove(struct map *map, const void *key)
{
	struct hash_change change;
	int err = hash_remove_begin(map, key, &change);

	if (unlikely(err))
		return err;
	hash_unlink(&change);
	hash_end(&change);
	return 0;
}

static void read_value(struct map *map, uint32_t index, void *value)
{
	if (!hash_of(map)->cpus) {
		value_read(value, hash_value(map, index, 0), map->value_size);
		return;
	}
	for (uint32_t cpu = 0; cpu < map_cpus(); cpu++)
		value_read((uint8_t *)value + (uint64_t)cpu * map->value_stride, hash_value(map, index, cpu),
			map->value_stride);
}

static int hash_user_lookup_and_delete(struct map *map, const void *key, void *value, uint64_t flags)
{
	struct hash_change change;
	int err = hash_remove_begin(map, key, &change);

	if (err)
		return err;
	read_value(map, change.found - 1, value);
	hash_unlink(&change);
	hash_end(&change);
	return 0;
}

/* Reads until the element was the key's for the whole of the copy. */
int hash_user_lookup(struct map *map, const void *key, void *value, uint64_t flags)
{
	uint64_t key_hash = hash_of_key(map, key);
	_Atomic uint64_t *slot;

	for (;;) {
		uint32_t found = hash_find_any(map, key, key_hash, &slot);

		if (!found)
			return -ENOENT;
		read_value(map, found - 1, value);
		atomic_thread_fence(memory_order_acquire);
		if (likely((uint32_t)atomic_load_explicit(slot, memory_order_relaxed) == found))
			return 0;
	}
}

int hash_next_key(struct map *map, const void *key, void *next_key)
{
	_Atomic uint64_t *place;
	uint64_t at = 0, slot;

	/* A key that the map does not have starts over. */
	if (key && hash_find_any(map, key, hash_of_key(map, key), &place))
		at = hash_slot_number(map, place) + 1;
	do {
		slot = hash_scan(map, &at);
		if (!slot)
			return -ENOENT;
	} while (!hash_scan_key(map, at, slot, next_key));
	return 0;
}

static bool hash_walk(struct map *map, struct map_cursor *cursor, uint32_t cpu, const void **ret_key, void **ret_value)
{
	uint64_t slot = hash_scan(map, &cursor->at);

	if (!slot)
		return false;
	cursor->at++;
	*ret_key = hash_element(hash_of(map), (uint32_t)slot - 1) + hash_of(map)->key_offset;
	*ret_value = hash_value(map, (uint32_t)slot - 1, cpu);
	return true;
}

/* What the kernel's own table would take: buckets, elements, and for elements that come and go their list nodes. */
uint64_t hash_memory_usage(const struct map *map)
{
	const struct hash *hash = hash_of(map);
	uint64_t cpus = map_cpus(), value = ROUND_UP((uint64_t)map->value_size, 8), buckets = 1;
	bool percpu = hash->cpus, prealloc = !(map->flags & BPF_F_NO_PREALLOC);
	uint64_t element = 48 + ROUND_UP((uint64_t)map->key_size, 8) + (percpu ? 8 + value * cpus : value);
	uint64_t entries = map->max_entries;

	while (buckets < entries)
		buckets *= 2;
	uint64_t usage = 832 + 16 * buckets + 32 * cpus;
	if (!prealloc)
		return usage + hash_table_count(map) * (element + (percpu ? 24 : 8));
	if (!hash->lru && !percpu) {
		entries += cpus;
		usage += 8 * cpus;
	}
	return usage + entries * element;
}

/* Lookups of programs: one function for each common size of key, and one for all others. */
#define DEFINE_LOOKUPS(suffix, size)                                                                                 \
	static void *hash_lookup_##suffix(struct map *map, const void *key)                                          \
	{                                                                                                            \
		const struct hash *hash = hash_of(map);                                                              \
		_Atomic uint64_t *slot;                                                                              \
		uint32_t found = hash_find(hash, key, size, 0, hash_key(key, size, hash->seed), &slot);              \
                                                                                                                     \
		return found ? hash_element(hash, found - 1) + hash->value_offset : NULL;                            \
	}                                                                                                            \
                                                                                                                     \
	static void *lru_lookup_##suffix(struct map *map, const void *key)                                           \
	{                                                                                                            \
		const struct hash *hash = hash_of(map);                                                              \
		_Atomic uint64_t *slot;                                                                              \
		uint32_t found =                                                                                     \
			hash_find(hash, key, size, sizeof(struct lru_mark), hash_key(key, size, hash->seed), &slot); \
                                                                                                                     \
		if (!found)                                                                                          \
			return NULL;                                                                                 \
		uint8_t *element = hash_element(hash, found - 1);                                                    \
		struct lru_mark *mark = (struct lru_mark *)element;                                                  \
		if (!atomic_load_explicit(&mark->used, memory_order_relaxed))                                        \
			atomic_store_explicit(&mark->used, 1, memory_order_relaxed);                                 \
		return element + hash->value_offset;                                                                 \
	}

DEFINE_LOOKUPS(4, 4)
DEFINE_LOOKUPS(8, 8)
DEFINE_LOOKUPS(16, 16)
DEFINE_LOOKUPS(any, map->key_size)

static void *percpu_lookup(struct map *map, const void *key, uint32_t cpu)
{
	_Atomic uint64_t *slot;
	uint32_t found = hash_find_any(map, key, hash_of_key(map, key), &slot);

	return found ? hash_value(map, found - 1, cpu) : NULL;
}

static void *lru_percpu_lookup(struct map *map, const void *key, uint32_t cpu)
{
	_Atomic uint64_t *slot;
	uint32_t found = hash_find_any(map, key, hash_of_key(map, key), &slot);

	if (!found)
		return NULL;
	struct lru_mark *mark = (struct lru_mark *)hash_element(hash_of(map), found - 1);
	if (!atomic_load_explicit(&mark->used, memory_order_relaxed))
		atomic_store_explicit(&mark->used, 1, memory_order_relaxed);
	return hash_value(map, found - 1, cpu);
}

static int hash_init(struct map *map, const struct map_attr *attr);
static int lru_init(struct map *map, const struct map_attr *attr);

/* clang-format off */
#define COMMON_OPS                                                                                          \
	.check = hash_table_check, .size = hash_table_size, .free = hash_table_free,                        \
	.remove = hash_remove, .walk = hash_walk,                                                           \
	.user_lookup = hash_user_lookup, .user_lookup_and_delete = hash_user_lookup_and_delete,             \
	.next_key = hash_next_key, .memory_usage = hash_memory_usage, .count = hash_table_count, .batches = MAP_BATCH_HASH
#define HASH_OPS(suffix)                                                                                    \
	{ COMMON_OPS, .init = hash_init, .lookup = hash_lookup_##suffix, .update = hash_update }
#define LRU_OPS(suffix)                                                                                     \
	{ COMMON_OPS, .init = lru_init, .lookup = lru_lookup_##suffix, .update_cpu = lru_update,            \
	  .user_update = lru_user_update }
/* clang-format on */

static const struct map_ops hash_ops_4 = HASH_OPS(4);
static const struct map_ops hash_ops_8 = HASH_OPS(8);
static const struct map_ops hash_ops_16 = HASH_OPS(16);
const struct map_ops hash_map_ops = HASH_OPS(any);

static const struct map_ops lru_ops_4 = LRU_OPS(4);
static const struct map_ops lru_ops_8 = LRU_OPS(8);
static const struct map_ops lru_ops_16 = LRU_OPS(16);
const struct map_ops lru_hash_map_ops = LRU_OPS(any);

const struct map_ops percpu_hash_map_ops = {
	COMMON_OPS,
	.init = hash_table_init,
	.lookup_cpu = percpu_lookup,
	.update_cpu = percpu_update,
	.user_update = percpu_user_update,
};

const struct map_ops lru_percpu_hash_map_ops = {
	COMMON_OPS,
	.init = hash_table_init,
	.lookup_cpu = lru_percpu_lookup,
	.update_cpu = percpu_update,
	.user_update = percpu_user_update,
};

static int hash_init(struct map *map, const struct map_attr *attr)
{
	map->ops = attr->key_size == 4    ? &hash_ops_4
		   : attr->key_size == 8  ? &hash_ops_8
		   : attr->key_size == 16 ? &hash_ops_16
					  : &hash_map_ops;
	return hash_table_init(map, attr);
}

static int lru_init(struct map *map, const struct map_attr *attr)
{
	map->ops = attr->key_size == 4    ? &lru_ops_4
		   : attr->key_size == 8  ? &lru_ops_8
		   : attr->key_size == 16 ? &lru_ops_16
					  : &lru_hash_map_ops;
	return hash_table_init(map, attr);
}
