/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The batch commands of bpf(2). Hashes are walked by slot numbers, which is what their batch tokens are; other types by
 * keys. What is reported before an error, and where the next batch goes on, is the kernel's.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/macros.h"
#include "maps/hash_table.h"

/* Room for one key and one value. */
struct element {
	uint8_t *key, *value, *next;
	uint64_t value_size;
};

static int element_new(const struct map *map, struct element *element)
{
	uint64_t key_size = ROUND_UP((uint64_t)map->key_size, 16);

	element->value_size = map_user_value_size(map);
	element->key = malloc(2 * key_size + element->value_size);
	if (!element->key)
		return -ENOMEM;
	element->next = element->key + key_size;
	element->value = element->next + key_size;
	return 0;
}

/* Hands out element number done of the batch. */
static int put_element(const struct map *map, struct map_batch *batch, const struct element *element, uint32_t done)
{
	int err = batch->write(
		batch->argument, batch->keys + (uint64_t)done * map->key_size, element->key, map->key_size);

	if (err)
		return err;
	return batch->write(
		batch->argument, batch->values + done * element->value_size, element->value, element->value_size);
}

static void report(struct map_batch *batch, uint32_t done)
{
	batch->count = done;
	batch->counted = true;
}

static int lookup_by_key(struct map *map, struct map_batch *batch)
{
	uint32_t room = batch->count, done = 0;
	struct element element;
	bool have_key = false;
	int err;

	if (!room)
		return 0;
	report(batch, 0);
	err = element_new(map, &element);
	if (err)
		return err;
	if (batch->in_batch) {
		err = batch->read(batch->argument, element.key, batch->in_batch, map->key_size);
		if (err)
			goto free_element;
		have_key = true;
	}
	/* next is the key before the one that is looked at: where the caller goes on. */
	while (done < room) {
		err = map->ops->next_key(map, have_key ? element.key : NULL, element.key);
		if (err)
			break;
		have_key = true;
		err = map_user_lookup(map, element.key, element.value, batch->elem_flags);
		if (err == -ENOENT)
			continue;
		if (!err)
			err = put_element(map, batch, &element, done);
		if (err)
			goto free_element;
		memcpy(element.next, element.key, map->key_size);
		done++;
	}
	report(batch, done);
	if (done && batch->write(batch->argument, batch->out_batch, element.next, map->key_size) < 0)
		err = -EFAULT;

free_element:
	free(element.key);
	return err;
}

static int take_value(struct map *map, const struct element *element, bool delete)
{
	if (!delete)
		return map_user_lookup(map, element->key, element->value, 0);
	if (map->ops->user_lookup_and_delete)
		return map->ops->user_lookup_and_delete(map, element->key, element->value, 0);
	int err = map_user_lookup(map, element->key, element->value, 0);
	return err ? err : map_user_remove(map, element->key);
}

static int lookup_by_slot(struct map *map, struct map_batch *batch, bool delete)
{
	uint32_t room = batch->count, done = 0, token = 0;
	struct element element;
	int err;

	if (batch->flags)
		return -EINVAL;
	if (!room)
		return 0;
	report(batch, 0);
	if (batch->in_batch && batch->read(batch->argument, &token, batch->in_batch, sizeof(token)) < 0)
		return -EFAULT;
	if (token / BUCKET_SLOTS > hash_of(map)->mask)
		return -ENOENT;
	err = element_new(map, &element);
	if (err)
		return err;
	uint64_t at = token;
	for (;;) {
		uint64_t slot = hash_scan(map, &at);

		if (!slot) {
			err = -ENOENT;
			break;
		}
		if (done == room)
			break;
		if (!hash_scan_key(map, at, slot, element.key))
			continue;
		err = take_value(map, &element, delete);
		at++;
		if (err == -ENOENT)
			continue;
		if (!err)
			err = put_element(map, batch, &element, done);
		if (err)
			goto free_element;
		done++;
	}
	token = (uint32_t)at;
	report(batch, done);
	if (batch->write(batch->argument, batch->out_batch, &token, sizeof(token)) < 0)
		err = -EFAULT;

free_element:
	free(element.key);
	return err;
}

static int change_each(struct map *map, struct map_batch *batch, bool update)
{
	uint32_t todo = batch->count, done = 0;
	struct element element;

	if (!todo)
		return 0;
	int err = element_new(map, &element);
	if (err)
		return err;
	for (; done < todo; done++) {
		err = batch->read(
			batch->argument, element.key, batch->keys + (uint64_t)done * map->key_size, map->key_size);
		if (!err && update)
			err = batch->read(batch->argument, element.value, batch->values + done * element.value_size,
				element.value_size);
		if (!err && update)
			err = map_user_update(map, element.key, element.value, batch->elem_flags);
		else if (!err)
			err = map_user_remove(map, element.key);
		if (err)
			break;
	}
	report(batch, done);
	free(element.key);
	return err;
}

static uint32_t batch_bit(uint32_t command)
{
	switch (command) {
	case BPF_MAP_LOOKUP_BATCH:
		return MAP_BATCH_LOOKUP;
	case BPF_MAP_LOOKUP_AND_DELETE_BATCH:
		return MAP_BATCH_LOOKUP_AND_DELETE;
	case BPF_MAP_UPDATE_BATCH:
		return MAP_BATCH_UPDATE;
	case BPF_MAP_DELETE_BATCH:
		return MAP_BATCH_DELETE;
	default:
		return 0;
	}
}

int map_user_batch(struct map *map, uint32_t command, struct map_batch *batch)
{
	batch->counted = false;
	if (command != BPF_MAP_LOOKUP_BATCH && map->frozen)
		return -EPERM;
	if (!(map->ops->batches & batch_bit(command)))
		return -MAP_ENOTSUPP;
	if (batch->elem_flags & ~(uint64_t)BPF_F_LOCK || batch->elem_flags & BPF_F_LOCK)
		return -EINVAL;
	if (command == BPF_MAP_UPDATE_BATCH || command == BPF_MAP_DELETE_BATCH)
		return change_each(map, batch, command == BPF_MAP_UPDATE_BATCH);
	if (map->ops->batches & MAP_BATCH_BY_SLOT)
		return lookup_by_slot(map, batch, command == BPF_MAP_LOOKUP_AND_DELETE_BATCH);
	return lookup_by_key(map, batch);
}
