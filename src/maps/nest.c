/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Maps of maps, and the hash among them (the array is in fd_array.c). An element's value is the id of a map, the map
 * itself is in the slot of the element's number.
 */
#include "maps/nest.h"

#include <errno.h>

#include "maps/hash_table.h"
#include "maps/slots.h"

int nest_init(struct map *map, const struct map_attr *attr)
{
	const struct map *inner = attr->inner;

	if (!inner)
		return -EBADF;
	if (inner->inner)
		return -EINVAL;
	if (inner->type == BPF_MAP_TYPE_PROG_ARRAY || inner->type == BPF_MAP_TYPE_CGROUP_STORAGE ||
		inner->type == BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE || inner->type == BPF_MAP_TYPE_STRUCT_OPS)
		return -MAP_ENOTSUPP;
	map->inner = map_get(attr->inner);
	return 0;
}

bool map_fits_inside(const struct map *template, const struct map *map)
{
	if (map->type != template->type || map->key_size != template->key_size ||
		map->value_size != template->value_size || map->flags != template->flags)
		return false;
	/* Programs have the size of an array compiled in, unless it says that it may change. */
	return map->type != BPF_MAP_TYPE_ARRAY || template->flags & BPF_F_INNER_MAP ||
	       map->max_entries == template->max_entries;
}

static int nest_check(const struct map_attr *attr)
{
	return attr->value_size == sizeof(uint32_t) ? hash_table_check(attr) : -EINVAL;
}

static int hash_of_maps_init(struct map *map, const struct map_attr *attr)
{
	int err = nest_init(map, attr);

	if (!err)
		err = hash_table_init(map, attr);
	if (err)
		return err;
	err = slots_init(map, attr, hash_of(map)->capacity);
	if (err)
		hash_table_free(map);
	return err;
}

static void hash_of_maps_free(struct map *map)
{
	slots_free(map);
	hash_table_free(map);
}

static _Atomic uint32_t *id_of(const struct map *map, uint32_t index)
{
	return hash_value(map, index, 0);
}

static void *hash_of_maps_lookup(struct map *map, const void *key)
{
	_Atomic uint64_t *slot;
	uint32_t found = hash_find_any(map, key, hash_of_key(map, key), &slot);

	return found ? slots_find(map, found - 1, id_of(map, found - 1)) : NULL;
}

static int hash_of_maps_update(struct map *map, const void *key, const void *value, uint64_t flags)
{
	struct hash_change change;
	void *object, *left, *old = NULL;
	uint32_t id;
	int err = slots_get(map, value, &object, &id);

	if (err)
		return err;
	err = hash_update_begin(map, key, flags, ANY_SHARD, &change);
	if (err) {
		slots_put(map, object);
		return err;
	}
	uint32_t index = hash_take(&change, key);
	left = slots_publish(map, index, id_of(map, index), object, id);
	hash_publish(&change, index);
	if (change.found)
		old = slots_publish(map, change.found - 1, id_of(map, change.found - 1), NULL, 0);
	hash_end(&change);
	slots_put(map, left);
	slots_put(map, old);
	return 0;
}

static int hash_of_maps_remove(struct map *map, const void *key)
{
	struct hash_change change;
	int err = hash_remove_begin(map, key, &change);

	if (err)
		return err;
	hash_unlink(&change);
	void *old = slots_publish(map, change.found - 1, id_of(map, change.found - 1), NULL, 0);
	hash_end(&change);
	slots_put(map, old);
	return 0;
}

const struct map_ops hash_of_maps_map_ops = {
	.check = nest_check,
	.size = hash_table_size,
	.init = hash_of_maps_init,
	.free = hash_of_maps_free,
	.lookup = hash_of_maps_lookup,
	.user_lookup = hash_user_lookup,
	.user_update = hash_of_maps_update,
	.user_remove = hash_of_maps_remove,
	.next_key = hash_next_key,
	.memory_usage = hash_memory_usage,
	.count = hash_table_count,
	.batches = MAP_BATCH_HASH,
};
