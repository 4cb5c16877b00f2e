/* SPDX-License-Identifier: BSD-2-Clause */
#include "hive/object.h"

#include <errno.h>

void object_init(struct object *object, struct skep_hive *hive, enum object_kind kind)
{
	object->hive = hive;
	object->kind = kind;
	object->id = 0;
	object->references = 1;
	object->file = -1;
	object->first = -1;
}

int object_publish(struct object *object)
{
	struct skep_hive *hive = object->hive;

	pthread_mutex_lock(&hive->lock);
	int err = ids_add(&hive->ids[object->kind], object, &object->id);
	pthread_mutex_unlock(&hive->lock);
	return err;
}

void object_unpublish(struct object *object)
{
	struct skep_hive *hive = object->hive;

	pthread_mutex_lock(&hive->lock);
	if (object->id)
		ids_remove(&hive->ids[object->kind], object->id);
	object->id = 0;
	pthread_mutex_unlock(&hive->lock);
}

struct object *object_get(struct object *object)
{
	pthread_mutex_lock(&object->hive->lock);
	object->references++;
	pthread_mutex_unlock(&object->hive->lock);
	return object;
}

/* Needs the hive's lock. */
static int try_get(struct object *object)
{
	if (!object->references && (!object->revive || object->revive(object) < 0))
		return -ENOENT;
	object->references++;
	return 0;
}

int object_try_get(struct object *object)
{
	pthread_mutex_lock(&object->hive->lock);
	int err = try_get(object);
	pthread_mutex_unlock(&object->hive->lock);
	return err;
}

void object_put(struct object *object)
{
	struct skep_hive *hive = object->hive;

	pthread_mutex_lock(&hive->lock);
	bool last = --object->references == 0;
	if (last && !object->revive && object->id) {
		ids_remove(&hive->ids[object->kind], object->id);
		object->id = 0;
	}
	pthread_mutex_unlock(&hive->lock);
	if (last)
		object->last(object);
}

int object_by_id(struct skep_hive *hive, enum object_kind kind, uint32_t id, struct object **ret_object)
{
	pthread_mutex_lock(&hive->lock);
	struct object *object = ids_find(&hive->ids[kind], id);
	int err = object ? try_get(object) : -ENOENT;
	pthread_mutex_unlock(&hive->lock);
	if (!err)
		*ret_object = object;
	return err;
}

int object_next_id(struct skep_hive *hive, enum object_kind kind, uint32_t after, uint32_t *ret_id)
{
	pthread_mutex_lock(&hive->lock);
	int err = ids_next(&hive->ids[kind], after, ret_id) ? 0 : -ENOENT;
	pthread_mutex_unlock(&hive->lock);
	return err;
}
