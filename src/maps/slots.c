/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Objects that maps refer to. The file has an id for each element, 0 for none; a process has a slot beside it with the
 * object of that id. A slot that lags behind its id is brought up to date by whoever meets it.
 */
#include "maps/slots.h"

#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>

#include "base/macros.h"

int slots_init(struct map *map, const struct map_attr *attr, uint32_t count)
{
	/* Not calloc: a table of millions must cost nothing until it is used. */
	void *memory = mmap(NULL, (size_t)count * sizeof(struct map_slot), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		return -ENOMEM;
	map->slots = memory;
	map->n_slots = count;
	map->objects = attr->objects;
	return 0;
}

/* The object that was there, whose reference now is the caller's; or NULL. */
static void *slot_set(struct map_slot *slot, void *object, uint32_t id)
{
	/* Readers check the id after the object: 0 in between keeps an old object from passing as the new one. */
	atomic_store_explicit(&slot->id, 0, memory_order_relaxed);
	void *old = atomic_exchange_explicit(&slot->object, object, memory_order_acq_rel);
	atomic_store_explicit(&slot->id, id, memory_order_release);
	return old;
}

void slots_put(struct map *map, void *object)
{
	if (object)
		map->objects->put(map->objects->argument, map, object);
}

void slots_free(struct map *map)
{
	if (!map->slots)
		return;
	/* Reading a page that nobody wrote would not cost memory, only time: the ids tell where objects may be. */
	for (uint32_t i = 0; i < map->n_slots; i++)
		if (atomic_load_explicit(&map->slots[i].object, memory_order_relaxed))
			slots_put(map, slot_set(&map->slots[i], NULL, 0));
	munmap(map->slots, (size_t)map->n_slots * sizeof(struct map_slot));
	map->slots = NULL;
}

int slots_get(struct map *map, const void *value, void **ret_object, uint32_t *ret_id)
{
	if (!map->objects || !map->objects->get)
		return -EBADF;
	int err = map->objects->get(map->objects->argument, map, value, ret_object, ret_id);
	if (!err && map->inner && !map_fits_inside(map->inner, *ret_object)) {
		slots_put(map, *ret_object);
		err = -EINVAL;
	}
	return err;
}

static pthread_mutex_t slots_lock = PTHREAD_MUTEX_INITIALIZER;

void *slots_publish(struct map *map, uint32_t index, _Atomic uint32_t *id, void *object, uint32_t new_id)
{
	pthread_mutex_lock(&slots_lock);
	if (id)
		atomic_store_explicit(id, new_id, memory_order_release);
	void *old = slot_set(&map->slots[index], object, new_id);
	pthread_mutex_unlock(&slots_lock);
	return old;
}

/* Another process changed the element: take over what it stored. */
static void *slots_refresh(struct map *map, uint32_t index, const _Atomic uint32_t *id)
{
	struct map_slot *slot = &map->slots[index];
	void *object = NULL, *old = NULL;

	if (!map->objects || !map->objects->find)
		return NULL;
	pthread_mutex_lock(&slots_lock);
	uint32_t now = atomic_load_explicit(id, memory_order_acquire);
	if (now && atomic_load_explicit(&slot->id, memory_order_relaxed) == now) {
		object = atomic_load_explicit(&slot->object, memory_order_relaxed);
	} else {
		if (now && map->objects->find(map->objects->argument, map, now, &object) < 0)
			object = NULL;
		old = slot_set(slot, object, object ? now : 0);
	}
	pthread_mutex_unlock(&slots_lock);
	slots_put(map, old);
	return object;
}

void *slots_find(struct map *map, uint32_t index, const _Atomic uint32_t *id)
{
	struct map_slot *slot = &map->slots[index];
	uint32_t now = atomic_load_explicit(id, memory_order_acquire);

	if (!now)
		return NULL;
	void *object = atomic_load_explicit(&slot->object, memory_order_acquire);
	if (likely(atomic_load_explicit(&slot->id, memory_order_acquire) == now))
		return object;
	return slots_refresh(map, index, id);
}
