/* SPDX-License-Identifier: BSD-2-Clause */
#include "hive/map_objects.h"

#include <errno.h>
#include <string.h>

#include "base/vcpu.h"
#include "exec/exec.h"
#include "hive/descriptor.h"
#include "hive/event.h"
#include "progs/image.h"

int map_accepts_prog(struct hive_map *map, const struct hive_prog *prog)
{
	pthread_mutex_t *lock = &map->object.hive->lock;

	pthread_mutex_lock(lock);
	if (!map->owner.type) {
		map->owner.type = prog->type;
		map->owner.expected_attach_type = prog->expected_attach_type;
	}
	bool same = map->owner.type == prog->type && map->owner.expected_attach_type == prog->expected_attach_type;
	pthread_mutex_unlock(lock);
	return same ? 0 : -EINVAL;
}

/* Program arrays hold what a tail call runs. Takes over the reference of prog on success. */
static int take_prog(struct map *map, struct hive_prog *prog, void **ret_object)
{
	struct hive_map *owner = hive_map_behind(map);
	struct bound *bound;

	int err = owner ? map_accepts_prog(owner, prog) : 0;
	if (!err)
		err = hive_prog_bind(prog, &bound);
	if (!err)
		*ret_object = bound;
	return err;
}

static int prog_get(struct skep_hive *hive, struct map *map, int fd, void **ret_object, uint32_t *ret_id)
{
	struct hive_prog *prog;

	int err = hive_prog_by_fd(hive, fd, &prog);
	if (err)
		return err;
	err = take_prog(map, prog, ret_object);
	if (err)
		object_put(&prog->object);
	else
		*ret_id = prog->object.id;
	return err;
}

static int map_get_by_fd(struct skep_hive *hive, int fd, void **ret_object, uint32_t *ret_id)
{
	struct object *object;

	int err = descriptor_enter(fd, &object, NULL);
	if (err)
		return err;
	if (object->hive == hive && object->kind == OBJECT_MAP) {
		*ret_object = map_get(hive_map_of(object)->map);
		*ret_id = object->id;
	} else {
		err = -EINVAL;
	}
	descriptor_leave(fd);
	return err;
}

static int event_get(struct skep_hive *hive, int fd, void **ret_object, uint32_t *ret_id)
{
	struct object *object;

	int err = descriptor_get(fd, &object, NULL);
	if (err)
		return err;
	if (object->hive != hive || object->kind != OBJECT_EVENT) {
		object_put(object);
		return -EBADF;
	}
	*ret_object = hive_event_of(object)->ring;
	*ret_id = object->id;
	return 0;
}

static bool holds_events(const struct map *map)
{
	return map->type == BPF_MAP_TYPE_PERF_EVENT_ARRAY;
}

static bool holds_progs(const struct map *map)
{
	return map->type == BPF_MAP_TYPE_PROG_ARRAY;
}

static int get(void *argument, struct map *map, const void *value, void **ret_object, uint32_t *ret_id)
{
	int fd;

	memcpy(&fd, value, sizeof(fd));
	if (holds_progs(map))
		return prog_get(argument, map, fd, ret_object, ret_id);
	if (holds_events(map))
		return event_get(argument, fd, ret_object, ret_id);
	return map_get_by_fd(argument, fd, ret_object, ret_id);
}

static int find(void *argument, struct map *map, uint32_t id, void **ret_object)
{
	struct object *object;
	enum object_kind kind = holds_progs(map) ? OBJECT_PROG : holds_events(map) ? OBJECT_EVENT : OBJECT_MAP;
	int err = object_by_id(argument, kind, id, &object);

	if (err)
		return err;
	if (holds_progs(map)) {
		err = take_prog(map, hive_prog_of(object), ret_object);
		if (!err)
			return 0;
	} else if (holds_events(map)) {
		*ret_object = hive_event_of(object)->ring;
		return 0;
	} else {
		*ret_object = map_get(hive_map_of(object)->map);
	}
	object_put(object);
	return err;
}

/* A run that found the object before it went out of the map may still use it: it is waited for. */
static void put(void *argument, struct map *map, void *object)
{
	vcpu_synchronize(vcpus_own());
	if (holds_progs(map)) {
		struct hive_prog *prog = ((struct bound *)object)->image->owner;

		object_put(&prog->object);
	} else if (holds_events(map)) {
		struct hive_event *event = perf_ring_owner(object);

		object_put(&event->object);
	} else {
		map_put(object);
	}
}

void map_objects_init(struct skep_hive *hive)
{
	hive->map_objects = (struct map_objects){ .argument = hive, .get = get, .find = find, .put = put };
}

void map_drop_progs(struct map *map)
{
	if (!holds_progs(map))
		return;
	for (uint32_t index = 0; index < map->max_entries; index++)
		map_user_remove(map, &index);
}
