/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arrays, and arrays with one value for each CPU.
 *
 * The memory file is the values, one after the other, each rounded up to 8 bytes. A per-CPU array is one such plane
 * for each CPU, page aligned, so that no two CPUs share a cache line.
 */
#include "maps/array.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/macros.h"
#include "maps/check.h"
#include "maps/value.h"

#define ARRAY_FLAGS (BPF_F_NUMA_NODE | BPF_F_MMAPABLE | MAP_ACCESS_FLAGS | BPF_F_PRESERVE_ELEMS | BPF_F_INNER_MAP)

static bool is_percpu(uint32_t type)
{
	return type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

int array_check(const struct map_attr *attr)
{
	if (attr->max_entries == 0 || attr->key_size != 4 || attr->value_size == 0 || attr->flags & ~ARRAY_FLAGS ||
		!map_access_ok(attr->flags) || (is_percpu(attr->type) && attr->flags & BPF_F_NUMA_NODE))
		return -EINVAL;
	if (attr->type != BPF_MAP_TYPE_ARRAY && attr->flags & (BPF_F_MMAPABLE | BPF_F_INNER_MAP))
		return -EINVAL;
	if (attr->type != BPF_MAP_TYPE_PERF_EVENT_ARRAY && attr->flags & BPF_F_PRESERVE_ELEMS)
		return -EINVAL;
	/* An iterator hands out a signed size. */
	if (attr->value_size > INT_MAX)
		return -E2BIG;
	if (is_percpu(attr->type) && ROUND_UP(attr->value_size, 8u) > MAP_PERCPU_VALUE_MAX)
		return -E2BIG;
	return 0;
}

static int array_size(const struct map_attr *attr, uint64_t *ret_size)
{
	return map_area(attr->max_entries, ROUND_UP((uint64_t)attr->value_size, 8), ret_size);
}

static int percpu_array_size(const struct map_attr *attr, uint64_t *ret_size)
{
	uint64_t plane;
	int err = array_size(attr, &plane);

	if (err)
		return err;
	return map_area(map_cpus(), ROUND_UP(plane, MAP_PAGE), ret_size);
}

int array_init(struct map *map, const struct map_attr *attr)
{
	map->values = map->memory;
	map->value_stride = ROUND_UP(attr->value_size, 8u);
	map->index_mask = attr->max_entries > 1 ? UINT32_MAX >> __builtin_clz(attr->max_entries - 1) : 0;
	map->cpu_stride = ROUND_UP((uint64_t)map->value_stride * attr->max_entries, MAP_PAGE);
	return 0;
}

static void *array_value(struct map *map, uint32_t index)
{
	return map->values + (uint64_t)index * map->value_stride;
}

static void *array_lookup(struct map *map, const void *key)
{
	uint32_t index = array_index(key);

	return likely(index < map->max_entries) ? array_value(map, index) : NULL;
}

/* Elements always exist, so only a plain update can succeed. */
static int array_update_check(struct map *map, uint32_t index, uint64_t flags)
{
	if ((flags & ~(uint64_t)BPF_F_LOCK) > BPF_EXIST)
		return -EINVAL;
	if (index >= map->max_entries)
		return -E2BIG;
	if (flags & BPF_NOEXIST)
		return -EEXIST;
	if (flags & BPF_F_LOCK)
		return -EINVAL;
	return 0;
}

static int array_update(struct map *map, const void *key, const void *value, uint64_t flags)
{
	uint32_t index = array_index(key);
	int err = array_update_check(map, index, flags);

	if (unlikely(err))
		return err;
	value_write(array_value(map, index), value, map->value_size);
	return 0;
}

int array_remove(struct map *map, const void *key)
{
	return -EINVAL;
}

int array_next_key(struct map *map, const void *key, void *next_key)
{
	uint32_t index = key ? array_index(key) : UINT32_MAX;
	uint32_t next = index >= map->max_entries ? 0 : index + 1;

	if (index == map->max_entries - 1)
		return -ENOENT;
	memcpy(next_key, &next, sizeof(next));
	return 0;
}

static bool array_walk(struct map *map, struct map_cursor *cursor, uint32_t cpu, const void **ret_key, void **ret_value)
{
	if (cursor->at >= map->max_entries)
		return false;
	cursor->index = (uint32_t)cursor->at++;
	*ret_key = &cursor->index;
	*ret_value = array_value(map, cursor->index);
	if (is_percpu(map->type))
		*ret_value = (uint8_t *)*ret_value + cpu * map->cpu_stride;
	return true;
}

static int array_value_address(struct map *map, uint32_t offset, uint64_t *ret_address)
{
	if (map->max_entries != 1)
		return -ENOTSUP;
	if (offset >= map->value_size)
		return -EINVAL;
	*ret_address = (uint64_t)(uintptr_t)map->values + offset;
	return 0;
}

static int array_mmap_check(const struct map *map, uint64_t offset, uint64_t size, bool write)
{
	uint64_t bytes = ROUND_UP((uint64_t)map->value_stride * map->max_entries, MAP_PAGE);

	if (!(map->flags & BPF_F_MMAPABLE) || offset > bytes || size > bytes - offset)
		return -EINVAL;
	return 0;
}

static uint64_t array_memory_usage(const struct map *map)
{
	uint64_t bytes = (uint64_t)map->value_stride * map->max_entries;

	if (is_percpu(map->type))
		return MAP_ARRAY_HEADER + bytes * map_cpus() + 8 * (uint64_t)map->max_entries;
	if (map->flags & BPF_F_MMAPABLE)
		return ROUND_UP((uint64_t)MAP_ARRAY_HEADER, MAP_PAGE) + ROUND_UP(bytes, MAP_PAGE);
	return MAP_ARRAY_HEADER + bytes;
}

static void *percpu_array_lookup(struct map *map, const void *key, uint32_t cpu)
{
	uint32_t index = array_index(key);

	return likely(index < map->max_entries) ? (uint8_t *)array_value(map, index) + cpu * map->cpu_stride : NULL;
}

static int percpu_array_update(struct map *map, const void *key, const void *value, uint64_t flags, uint32_t cpu)
{
	uint32_t index = array_index(key);
	int err = array_update_check(map, index, flags);

	if (unlikely(err))
		return err;
	value_write((uint8_t *)array_value(map, index) + cpu * map->cpu_stride, value, map->value_size);
	return 0;
}

static int percpu_array_user_lookup(struct map *map, const void *key, void *value, uint64_t flags)
{
	uint32_t index = array_index(key);

	if (index >= map->max_entries)
		return -ENOENT;
	for (uint32_t cpu = 0; cpu < map_cpus(); cpu++)
		value_read((uint8_t *)value + (uint64_t)cpu * map->value_stride, percpu_array_lookup(map, key, cpu),
			map->value_stride);
	return 0;
}

static int percpu_array_user_update(struct map *map, const void *key, const void *value, uint64_t flags)
{
	uint32_t index = array_index(key);

	if (flags > BPF_EXIST)
		return -EINVAL;
	if (index >= map->max_entries)
		return -E2BIG;
	if (flags == BPF_NOEXIST)
		return -EEXIST;
	for (uint32_t cpu = 0; cpu < map_cpus(); cpu++)
		value_write(percpu_array_lookup(map, key, cpu),
			(const uint8_t *)value + (uint64_t)cpu * map->value_stride, map->value_stride);
	return 0;
}

const struct map_ops array_map_ops = {
	.check = array_check,
	.size = array_size,
	.init = array_init,
	.lookup = array_lookup,
	.update = array_update,
	.remove = array_remove,
	.walk = array_walk,
	.next_key = array_next_key,
	.value_address = array_value_address,
	.mmap_check = array_mmap_check,
	.memory_usage = array_memory_usage,
	.batches = MAP_BATCH_ARRAY,
};

const struct map_ops percpu_array_map_ops = {
	.check = array_check,
	.size = percpu_array_size,
	.init = array_init,
	.lookup_cpu = percpu_array_lookup,
	.update_cpu = percpu_array_update,
	.remove = array_remove,
	.walk = array_walk,
	.user_lookup = percpu_array_user_lookup,
	.user_update = percpu_array_user_update,
	.next_key = array_next_key,
	.memory_usage = array_memory_usage,
	.batches = MAP_BATCH_ARRAY,
};
