/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where packets can be redirected to: devices by index (devmap), by any number (devmap_hash), and CPUs (cpumap). A
 * value is the target (a device's number, a CPU's queue size; 0: none) and the id of a program to run there, 8 bytes
 * that are stored at once. User space gives the program's descriptor.
 */
#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "base/macros.h"
#include "maps/array.h"
#include "maps/check.h"
#include "maps/hash_table.h"
#include "maps/slots.h"
#include "maps/value.h"

#define CPUMAP_ENTRIES_MAX 8192u
#define CPUMAP_QUEUE_MAX 16384u
#define REDIRECT_FLAGS (BPF_F_NUMA_NODE | MAP_FD_ACCESS_FLAGS)

struct target {
	uint32_t number;
	uint32_t program; /* id */
};

/* What user space wrote: the target, and the descriptor of a program if there is room for one. */
static int target_read(const struct map *map, const void *value, struct target *target)
{
	*target = (struct target){ 0 };
	memcpy(target, value, map->value_size);
	int fd = (int)target->program;
	target->program = 0;
	return fd;
}

/* The program behind a descriptor: its id goes into the target. */
static int target_program(struct map *map, int fd, struct target *target, void **ret_object)
{
	*ret_object = NULL;
	return fd > 0 ? slots_get(map, &fd, ret_object, &target->program) : 0;
}

static bool device_exists(uint32_t number)
{
	char name[IF_NAMESIZE];

	return if_indextoname(number, name) != NULL;
}

static int devmap_check(const struct map_attr *attr)
{
	if (attr->max_entries == 0 || attr->key_size != 4 || (attr->value_size != 4 && attr->value_size != 8) ||
		attr->flags & ~REDIRECT_FLAGS)
		return -EINVAL;
	return 0;
}

static int devmap_hash_check(const struct map_attr *attr)
{
	int err = devmap_check(attr);

	return err ? err : attr->max_entries > 1u << 31 ? -EINVAL : 0;
}

static int cpumap_check(const struct map_attr *attr)
{
	if (attr->max_entries == 0 || attr->key_size != 4 || (attr->value_size != 4 && attr->value_size != 8) ||
		attr->flags & ~BPF_F_NUMA_NODE)
		return -EINVAL;
	return attr->max_entries > CPUMAP_ENTRIES_MAX ? -E2BIG : 0;
}

static int targets_size(const struct map_attr *attr, uint64_t *ret_size)
{
	return map_area(attr->max_entries, sizeof(struct target), ret_size);
}

static int targets_init(struct map *map, const struct map_attr *attr)
{
	int err = slots_init(map, attr, attr->max_entries);

	array_init(map, attr);
	map->value_stride = sizeof(struct target);
	return err;
}

static int devmap_init(struct map *map, const struct map_attr *attr)
{
	/* Programs find the value itself, and must not change it. */
	map->flags |= BPF_F_RDONLY_PROG;
	return targets_init(map, attr);
}

static uint64_t *target_at(struct map *map, uint32_t index)
{
	return (uint64_t *)(map->values + (uint64_t)index * sizeof(struct target));
}

static void *target_lookup(struct map *map, const void *key)
{
	uint32_t index = array_index(key);
	struct target target;

	if (index >= map->max_entries)
		return NULL;
	value_read(&target, target_at(map, index), sizeof(target));
	return target.number ? target_at(map, index) : NULL;
}

static void target_store(struct map *map, uint32_t index, struct target target, void *object)
{
	void *old = slots_publish(map, index, NULL, object, target.program);

	value_write(target_at(map, index), &target, sizeof(target));
	slots_put(map, old);
}

/* Slots always exist, as those of an array do. */
static int target_update_check(struct map *map, uint32_t index, uint64_t flags)
{
	if (flags > BPF_EXIST)
		return -EINVAL;
	if (index >= map->max_entries)
		return -E2BIG;
	return flags == BPF_NOEXIST ? -EEXIST : 0;
}

static int devmap_update(struct map *map, const void *key, const void *value, uint64_t flags)
{
	uint32_t index = array_index(key);
	int err = target_update_check(map, index, flags);
	struct target target;
	void *object;

	if (err)
		return err;
	int fd = target_read(map, value, &target);
	if (target.number ? !device_exists(target.number) : fd > 0)
		return -EINVAL;
	/* The kernel reports any bad program of a device as this. */
	if (target_program(map, fd, &target, &object) < 0)
		return -EINVAL;
	target_store(map, index, target, object);
	return 0;
}

static int cpumap_update(struct map *map, const void *key, const void *value, uint64_t flags)
{
	uint32_t index = array_index(key);
	struct target target;
	void *object;

	if (flags > BPF_EXIST)
		return -EINVAL;
	if (index >= map->max_entries)
		return -E2BIG;
	if (flags == BPF_NOEXIST)
		return -EEXIST;
	int fd = target_read(map, value, &target);
	if (target.number > CPUMAP_QUEUE_MAX)
		return -EOVERFLOW;
	if (index >= map_cpus())
		return -ENODEV;
	/* The kernel reports any bad program of a CPU as this. */
	if (target.number && target_program(map, fd, &target, &object) < 0)
		return -ENOMEM;
	if (!target.number)
		object = NULL;
	target_store(map, index, target, object);
	return 0;
}

static int target_remove(struct map *map, const void *key)
{
	uint32_t index = array_index(key);

	if (index >= map->max_entries)
		return -EINVAL;
	target_store(map, index, (struct target){ 0 }, NULL);
	return 0;
}

static int target_user_lookup(struct map *map, const void *key, void *value, uint64_t flags)
{
	const void *found = target_lookup(map, key);

	if (!found)
		return -ENOENT;
	value_read(value, found, map->value_size);
	return 0;
}

/* The kernel's bookkeeping and a pointer for each place. */
static uint64_t devmap_memory_usage(const struct map *map)
{
	return 344 + 8ull * map->max_entries;
}

static uint64_t cpumap_memory_usage(const struct map *map)
{
	return 304 + 8ull * map->max_entries;
}

static uint64_t devmap_hash_memory_usage(const struct map *map)
{
	uint64_t buckets = 1;

	while (buckets < map->max_entries)
		buckets *= 2;
	return 344 + 8 * buckets;
}

const struct map_ops devmap_map_ops = {
	.check = devmap_check,
	.size = targets_size,
	.init = devmap_init,
	.free = slots_free,
	.lookup = target_lookup,
	.user_lookup = target_user_lookup,
	.user_update = devmap_update,
	.user_remove = target_remove,
	.next_key = array_next_key,
	.memory_usage = devmap_memory_usage,
};

const struct map_ops cpumap_map_ops = {
	.check = cpumap_check,
	.size = targets_size,
	.init = targets_init,
	.free = slots_free,
	.user_lookup = target_user_lookup,
	.user_update = cpumap_update,
	.user_remove = target_remove,
	.next_key = array_next_key,
	.memory_usage = cpumap_memory_usage,
};

/* The table keeps whole targets, whatever user space sees of them. */
static struct map_attr whole_targets(const struct map_attr *attr)
{
	struct map_attr result = *attr;

	result.value_size = sizeof(struct target);
	return result;
}

static int devmap_hash_size(const struct map_attr *attr, uint64_t *ret_size)
{
	struct map_attr whole = whole_targets(attr);

	return hash_table_size(&whole, ret_size);
}

static int devmap_hash_init(struct map *map, const struct map_attr *attr)
{
	struct map_attr whole = whole_targets(attr);
	int err = hash_table_init(map, &whole);

	if (err)
		return err;
	map->flags |= BPF_F_RDONLY_PROG;
	err = slots_init(map, attr, hash_of(map)->capacity);
	if (err)
		hash_table_free(map);
	return err;
}

static void devmap_hash_free(struct map *map)
{
	slots_free(map);
	hash_table_free(map);
}

static void *devmap_hash_lookup(struct map *map, const void *key)
{
	_Atomic uint64_t *slot;
	uint32_t found = hash_find_any(map, key, hash_of_key(map, key), &slot);

	return found ? hash_value(map, found - 1, 0) : NULL;
}

static int devmap_hash_update(struct map *map, const void *key, const void *value, uint64_t flags)
{
	struct hash_change change;
	struct target target;
	void *object, *left, *old = NULL;
	int fd = target_read(map, value, &target);

	if (flags > BPF_EXIST || !target.number || !device_exists(target.number))
		return -EINVAL;
	if (target_program(map, fd, &target, &object) < 0)
		return -EINVAL;
	/* BPF_EXIST does not keep the kernel from inserting here. */
	int err = hash_update_begin(map, key, flags & BPF_NOEXIST, ANY_SHARD, &change);
	if (err) {
		slots_put(map, object);
		return err;
	}
	uint32_t index = hash_take(&change, key);
	left = slots_publish(map, index, NULL, object, target.program);
	value_write(hash_value(map, index, 0), &target, sizeof(target));
	hash_publish(&change, index);
	if (change.found)
		old = slots_publish(map, change.found - 1, NULL, NULL, 0);
	hash_end(&change);
	slots_put(map, left);
	slots_put(map, old);
	return 0;
}

static int devmap_hash_remove(struct map *map, const void *key)
{
	struct hash_change change;
	int err = hash_remove_begin(map, key, &change);

	if (err)
		return err;
	hash_unlink(&change);
	void *old = slots_publish(map, change.found - 1, NULL, NULL, 0);
	hash_end(&change);
	slots_put(map, old);
	return 0;
}

const struct map_ops devmap_hash_map_ops = {
	.check = devmap_hash_check,
	.size = devmap_hash_size,
	.init = devmap_hash_init,
	.free = devmap_hash_free,
	.lookup = devmap_hash_lookup,
	.user_lookup = hash_user_lookup,
	.user_update = devmap_hash_update,
	.user_remove = devmap_hash_remove,
	.next_key = hash_next_key,
	.memory_usage = devmap_hash_memory_usage,
	.count = hash_table_count,
};
