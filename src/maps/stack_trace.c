/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stack traces. The memory file is one bucket a number: a lock, how many entries, the hash, then the entries. User
 * space sees the entries, with zeroes behind them, and cannot store any.
 */
#include "maps/stack_trace.h"

#include <errno.h>
#include <string.h>

#include "base/macros.h"
#include "base/robust.h"
#include "maps/array.h"
#include "maps/check.h"
#include "maps/value.h"

#define DEPTH_MAX 127 /* kernel.perf_event_max_stack */

/* The lock is held to change or read a bucket: a stack is never seen half stored. */
struct bucket {
	struct robust_lock lock;
	_Atomic uint32_t n; /* entries, and one more; 0: empty */
	_Atomic uint32_t hash;
	uint32_t unused;
	_Alignas(8) uint8_t entries[];
};

static uint32_t entry_size(uint32_t flags)
{
	return flags & BPF_F_STACK_BUILD_ID ? sizeof(struct bpf_stack_build_id) : sizeof(uint64_t);
}

static int stack_trace_check(const struct map_attr *attr)
{
	uint32_t size = entry_size(attr->flags);

	if (attr->flags & ~(BPF_F_NUMA_NODE | MAP_FD_ACCESS_FLAGS | BPF_F_STACK_BUILD_ID))
		return -EINVAL;
	if (!attr->max_entries || attr->key_size != 4 || attr->value_size < 8 || attr->value_size % 8)
		return -EINVAL;
	if (attr->value_size % size || attr->value_size / size > DEPTH_MAX)
		return -EINVAL;
	return attr->max_entries > 1u << 31 ? -E2BIG : 0;
}

static uint32_t buckets(uint32_t max_entries)
{
	return max_entries <= 1 ? 1 : 1u << (32 - __builtin_clz(max_entries - 1));
}

static int stack_trace_size(const struct map_attr *attr, uint64_t *ret_size)
{
	return map_area(buckets(attr->max_entries), sizeof(struct bucket) + attr->value_size, ret_size);
}

static int stack_trace_init(struct map *map, const struct map_attr *attr)
{
	map->values = map->memory;
	map->value_stride = sizeof(struct bucket) + attr->value_size;
	map->index_mask = buckets(attr->max_entries) - 1;
	return 0;
}

static struct bucket *bucket_at(const struct map *map, uint32_t number)
{
	return (struct bucket *)(map->values + (uint64_t)number * map->value_stride);
}

static bool is_there(const struct map *map, uint32_t number)
{
	return number <= map->index_mask && atomic_load_explicit(&bucket_at(map, number)->n, memory_order_acquire) != 0;
}

/* Whoever died in it may have left half a stack: none is better. */
static int bucket_lock(struct bucket *bucket, struct robust_hold *hold)
{
	int result = robust_lock(&bucket->lock, hold);

	if (result == 1)
		atomic_store_explicit(&bucket->n, 0, memory_order_relaxed);
	return MIN(result, 0);
}

static bool same_stack(const struct bucket *bucket, const void *entries, uint32_t n, uint32_t bytes)
{
	return atomic_load_explicit(&bucket->n, memory_order_relaxed) == n + 1 &&
	       !memcmp(bucket->entries, entries, bytes);
}

int64_t stack_trace_store(struct map *map, const void *entries, uint32_t n, uint32_t hash, uint64_t flags)
{
	uint32_t size = entry_size(map->flags), number = hash & map->index_mask;
	struct bucket *bucket = bucket_at(map, number);
	struct robust_hold hold;

	n = MIN(n, map->value_size / size);
	int64_t result = bucket_lock(bucket, &hold);
	if (result)
		return result;
	uint32_t bytes = n * size;
	bool full = atomic_load_explicit(&bucket->n, memory_order_relaxed) != 0;
	bool same = full && atomic_load_explicit(&bucket->hash, memory_order_relaxed) == hash &&
		    (flags & BPF_F_FAST_STACK_CMP || same_stack(bucket, entries, n, bytes));
	result = number;
	if (full && !same && !(flags & BPF_F_REUSE_STACKID)) {
		result = -EEXIST;
	} else if (!same) {
		value_write(bucket->entries, entries, bytes);
		atomic_store_explicit(&bucket->hash, hash, memory_order_relaxed);
		atomic_store_explicit(&bucket->n, n + 1, memory_order_release);
	}
	robust_unlock(&bucket->lock, &hold);
	return result;
}

/* Reads a stack, and takes it out if remove is set. */
static int stack_trace_take(struct map *map, const void *key, void *value, bool remove)
{
	uint32_t number = array_index(key);
	struct robust_hold hold;

	if (!is_there(map, number))
		return -ENOENT;
	struct bucket *bucket = bucket_at(map, number);
	int err = bucket_lock(bucket, &hold);
	if (err)
		return err;
	uint32_t n = atomic_load_explicit(&bucket->n, memory_order_relaxed);
	if (n) {
		uint32_t bytes = (n - 1) * entry_size(map->flags);

		value_read(value, bucket->entries, bytes);
		memset((uint8_t *)value + bytes, 0, map->value_size - bytes);
		if (remove)
			atomic_store_explicit(&bucket->n, 0, memory_order_release);
	}
	robust_unlock(&bucket->lock, &hold);
	return n ? 0 : -ENOENT;
}

static int stack_trace_user_lookup(struct map *map, const void *key, void *value, uint64_t flags)
{
	return stack_trace_take(map, key, value, false);
}

static int stack_trace_lookup_and_delete(struct map *map, const void *key, void *value, uint64_t flags)
{
	return stack_trace_take(map, key, value, true);
}

static int stack_trace_user_update(struct map *map, const void *key, const void *value, uint64_t flags)
{
	return -EINVAL;
}

static int stack_trace_remove(struct map *map, const void *key)
{
	uint32_t number = array_index(key);
	struct robust_hold hold;

	if (number > map->index_mask)
		return -E2BIG;
	if (!is_there(map, number))
		return -ENOENT;
	struct bucket *bucket = bucket_at(map, number);
	int err = bucket_lock(bucket, &hold);
	if (err)
		return err;
	bool there = atomic_exchange_explicit(&bucket->n, 0, memory_order_acq_rel) != 0;
	robust_unlock(&bucket->lock, &hold);
	return there ? 0 : -ENOENT;
}

static int stack_trace_next_key(struct map *map, const void *key, void *next_key)
{
	uint64_t number = 0;

	if (key && array_index(key) <= map->index_mask && is_there(map, array_index(key)))
		number = array_index(key) + 1ull;
	while (number <= map->index_mask && !is_there(map, number))
		number++;
	if (number > map->index_mask)
		return -ENOENT;
	uint32_t next = number;
	memcpy(next_key, &next, sizeof(next));
	return 0;
}

static uint64_t stack_trace_memory_usage(const struct map *map)
{
	return MAP_ARRAY_HEADER + 8 + (uint64_t)map->max_entries * (map->value_size + 16ull) +
	       (map->index_mask + 1ull) * 8;
}

const struct map_ops stack_trace_map_ops = {
	.check = stack_trace_check,
	.size = stack_trace_size,
	.init = stack_trace_init,
	.user_lookup = stack_trace_user_lookup,
	.user_update = stack_trace_user_update,
	.user_remove = stack_trace_remove,
	.user_lookup_and_delete = stack_trace_lookup_and_delete,
	.next_key = stack_trace_next_key,
	.memory_usage = stack_trace_memory_usage,
};
