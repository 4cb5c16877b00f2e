/* SPDX-License-Identifier: BSD-2-Clause */
#include "hive/map.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "hive/btf.h"
#include "hive/descriptor.h"
#include "hive/map_objects.h"

/* Users have let the map go, but a program still held it when somebody asked for it again. */
static int map_revive(struct object *object)
{
	struct map *map = hive_map_of(object)->map;
	uint32_t references = atomic_load_explicit(&map->references, memory_order_relaxed);

	while (references) {
		if (atomic_compare_exchange_weak(&map->references, &references, references + 1))
			return 0;
	}
	return -ENOENT;
}

static void map_last(struct object *object)
{
	map_drop_progs(hive_map_of(object)->map);
	map_put(hive_map_of(object)->map);
}

/* Nobody holds the struct map any more. Whoever looks for the object finds it dead until it cannot be found. */
static void map_released(struct map *map, void *argument)
{
	struct hive_map *object = argument;
	int first = atomic_exchange(&object->object.first, -1);

	object_unpublish(&object->object);
	if (object->object.handle)
		handle_unregister(object->object.handle);
	if (first >= 0)
		close(first);
	descriptor_private_forget(map->fd);
	if (map->poll_fd >= 0)
		descriptor_private_forget(map->poll_fd);
	if (object->btf)
		object_put(&object->btf->object);
	free(object);
}

int hive_map_new(struct skep_hive *hive, const struct map_attr *attr, struct hive_map **ret_map)
{
	struct hive_map *map = calloc(1, sizeof(*map));

	if (!map)
		return -ENOMEM;
	object_init(&map->object, hive, OBJECT_MAP);
	map->object.revive = map_revive;
	map->object.last = map_last;
	int err = map_new(attr, &map->map);
	if (err) {
		free(map);
		return err;
	}
	map->map->released = map_released;
	map->map->released_argument = map;
	/* The first number goes to the user, as from the kernel; ours moves out of the way. */
	int own = descriptor_private(map->map->fd);
	if (own < 0) {
		map_put(map->map);
		return own;
	}
	map->object.first = map->map->fd;
	map->object.file = map->map->fd = own;
	if (map->map->poll_fd >= 0) {
		own = descriptor_private(map->map->poll_fd);
		if (own < 0) {
			map_put(map->map);
			return own;
		}
		close(map->map->poll_fd);
		map->map->poll_fd = own;
	}
	err = handle_register(&map->object, map->map->fd, &map->object.handle);
	if (err) {
		map_put(map->map);
		return err;
	}
	*ret_map = map;
	return 0;
}

struct hive_map *hive_map_behind(const struct map *map)
{
	return map->released == map_released ? map->released_argument : NULL;
}
