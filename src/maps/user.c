/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands of bpf(2) on one element: what is common to all types, before and around the type's operation. */
#include <errno.h>

#include "base/macros.h"
#include "maps/map.h"
#include "maps/value.h"

static bool is_percpu(uint32_t type)
{
	return type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH ||
	       type == BPF_MAP_TYPE_PERCPU_ARRAY || type == BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE;
}

uint64_t map_user_value_size(const struct map *map)
{
	if (is_percpu(map->type))
		return ROUND_UP((uint64_t)map->value_size, 8) * map_cpus();
	return map->value_size;
}

static bool lock_refused(const struct map *map, uint64_t flags)
{
	return flags & BPF_F_LOCK;
}

int map_user_lookup(struct map *map, const void *key, void *value, uint64_t flags)
{
	if (flags & ~(uint64_t)BPF_F_LOCK || lock_refused(map, flags))
		return -EINVAL;
	if (map->ops->user_lookup)
		return map->ops->user_lookup(map, key, value, flags);
	if (map->ops->peek)
		return map->ops->peek(map, value);
	if (!map->ops->lookup)
		return -MAP_ENOTSUPP;
	void *found = map->ops->lookup(map, key);
	if (!found)
		return -ENOENT;
	value_read(value, found, map->value_size);
	return 0;
}

int map_user_update(struct map *map, const void *key, const void *value, uint64_t flags)
{
	if (map->frozen)
		return -EPERM;
	if (lock_refused(map, flags))
		return -EINVAL;
	if (map->ops->user_update)
		return map->ops->user_update(map, key, value, flags);
	if (map->ops->push)
		return map->ops->push(map, value, flags);
	if (map->ops->update)
		return map->ops->update(map, key, value, flags);
	return -MAP_ENOTSUPP;
}

int map_user_remove(struct map *map, const void *key)
{
	if (map->frozen)
		return -EPERM;
	if (map->ops->user_remove)
		return map->ops->user_remove(map, key);
	if (map->ops->remove)
		return map->ops->remove(map, key);
	return -MAP_ENOTSUPP;
}

int map_user_lookup_and_delete(struct map *map, const void *key, void *value, uint64_t flags)
{
	if (flags & ~(uint64_t)BPF_F_LOCK)
		return -EINVAL;
	if (map->frozen)
		return -EPERM;
	if (lock_refused(map, flags) || (flags && map->ops->pop))
		return -EINVAL;
	if (map->ops->pop)
		return map->ops->pop(map, value);
	if (map->ops->user_lookup_and_delete)
		return map->ops->user_lookup_and_delete(map, key, value, flags);
	return -MAP_ENOTSUPP;
}

int map_user_next_key(struct map *map, const void *key, void *next_key)
{
	return map->ops->next_key ? map->ops->next_key(map, key, next_key) : -MAP_ENOTSUPP;
}
