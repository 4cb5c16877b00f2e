/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arrays of references: programs, perf events, cgroups, maps. User space writes a descriptor and reads an id.
 *
 * The memory file is one id an element; the objects are in the slots of the process.
 */
#include <errno.h>
#include <string.h>

#include "base/macros.h"
#include "maps/array.h"
#include "maps/check.h"
#include "maps/nest.h"
#include "maps/slots.h"

static int fd_array_check(const struct map_attr *attr)
{
	if (attr->value_size != sizeof(uint32_t))
		return -EINVAL;
	/* Programs cannot read or write the values, so to say who may makes no sense. */
	if (attr->flags & (BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG))
		return -EINVAL;
	return array_check(attr);
}

static int fd_array_size(const struct map_attr *attr, uint64_t *ret_size)
{
	return map_area(attr->max_entries, 8, ret_size);
}

static int fd_array_init(struct map *map, const struct map_attr *attr)
{
	array_init(map, attr);
	return slots_init(map, attr, attr->max_entries);
}

static _Atomic uint32_t *id_of(struct map *map, uint32_t index)
{
	return (_Atomic uint32_t *)(map->values + (uint64_t)index * map->value_stride);
}

void *map_slot_find(struct map *map, uint32_t index)
{
	return slots_find(map, index, id_of(map, index));
}

static int fd_array_user_update(struct map *map, const void *key, const void *value, uint64_t flags)
{
	uint32_t index = array_index(key), id;
	void *object;

	if (flags != BPF_ANY)
		return -EINVAL;
	if (index >= map->max_entries)
		return -E2BIG;
	int err = slots_get(map, value, &object, &id);
	if (err)
		return err;
	slots_put(map, slots_publish(map, index, id_of(map, index), object, id));
	return 0;
}

static int fd_array_remove(struct map *map, const void *key)
{
	uint32_t index = array_index(key);

	if (index >= map->max_entries)
		return -E2BIG;
	if (!atomic_load_explicit(id_of(map, index), memory_order_acquire))
		return -ENOENT;
	slots_put(map, slots_publish(map, index, id_of(map, index), NULL, 0));
	return 0;
}

static int fd_array_user_lookup(struct map *map, const void *key, void *value, uint64_t flags)
{
	uint32_t index = array_index(key);
	uint32_t id = index < map->max_entries ? atomic_load_explicit(id_of(map, index), memory_order_acquire) : 0;

	if (!id)
		return -ENOENT;
	memcpy(value, &id, sizeof(id));
	return 0;
}

static uint64_t fd_array_memory_usage(const struct map *map)
{
	return MAP_ARRAY_HEADER + (uint64_t)map->max_entries * 8;
}

const struct map_ops prog_array_map_ops = {
	.check = fd_array_check,
	.size = fd_array_size,
	.init = fd_array_init,
	.free = slots_free,
	.user_lookup = fd_array_user_lookup,
	.user_update = fd_array_user_update,
	.user_remove = fd_array_remove,
	.next_key = array_next_key,
	.memory_usage = fd_array_memory_usage,
};

const struct map_ops cgroup_array_map_ops = {
	.check = fd_array_check,
	.size = fd_array_size,
	.init = fd_array_init,
	.free = slots_free,
	.user_update = fd_array_user_update,
	.user_remove = fd_array_remove,
	.next_key = array_next_key,
	.memory_usage = fd_array_memory_usage,
};

/* What it holds are rings (perf_ring.h), or nothing that can be read back. */
const struct map_ops perf_event_array_map_ops = {
	.check = fd_array_check,
	.size = fd_array_size,
	.init = fd_array_init,
	.free = slots_free,
	.user_update = fd_array_user_update,
	.user_remove = fd_array_remove,
	.next_key = array_next_key,
	.memory_usage = fd_array_memory_usage,
};

static int array_of_maps_init(struct map *map, const struct map_attr *attr)
{
	int err = nest_init(map, attr);

	return err ? err : fd_array_init(map, attr);
}

/* What a program finds is the inner map itself. */
static void *array_of_maps_lookup(struct map *map, const void *key)
{
	uint32_t index = array_index(key);

	return index < map->max_entries ? map_slot_find(map, index) : NULL;
}

const struct map_ops array_of_maps_map_ops = {
	.check = fd_array_check,
	.size = fd_array_size,
	.init = array_of_maps_init,
	.free = slots_free,
	.lookup = array_of_maps_lookup,
	.user_lookup = fd_array_user_lookup,
	.user_update = fd_array_user_update,
	.user_remove = fd_array_remove,
	.next_key = array_next_key,
	.memory_usage = fd_array_memory_usage,
	.batches = MAP_BATCH_ARRAY,
};
