/* SPDX-License-Identifier: BSD-2-Clause */
#include "hive/ids.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

/* Index of the first entry whose id is at least `id`. */
static uint32_t lower_bound(const struct ids *ids, uint32_t id)
{
	uint32_t from = 0, to = ids->n_entries;

	while (from < to) {
		uint32_t middle = from + (to - from) / 2;

		if (ids->entries[middle].id < id)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* Drops freed entries when they are the majority, so that removal costs nothing most of the time. */
static void compact(struct ids *ids)
{
	uint32_t kept = 0;

	if (ids->n_freed < 32 || ids->n_freed * 2 < ids->n_entries)
		return;
	for (uint32_t i = 0; i < ids->n_entries; i++) {
		if (ids->entries[i].object)
			ids->entries[kept++] = ids->entries[i];
	}
	ids->n_entries = kept;
	ids->n_freed = 0;
}

static int make_room(struct ids *ids)
{
	if (ids->n_entries < ids->n_room)
		return 0;
	uint32_t room = MAX(64u, ids->n_room * 2);
	struct ids_entry *entries = reallocarray(ids->entries, room, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	ids->entries = entries;
	ids->n_room = room;
	return 0;
}

/* The next id that is free, after the last one and then from 1; 0 if there is none. *at is where its entry goes. */
static uint32_t next_free(const struct ids *ids, uint32_t *at)
{
	uint32_t id = ids->last < INT32_MAX ? ids->last + 1 : 1;

	for (int round = 0; round < 2; round++) {
		*at = lower_bound(ids, id);
		while (*at < ids->n_entries && ids->entries[*at].id == id && ids->entries[*at].object) {
			++*at;
			id++;
		}
		if (id <= INT32_MAX)
			return id;
		id = 1;
	}
	return 0;
}

int ids_add(struct ids *ids, void *object, uint32_t *ret_id)
{
	uint32_t at;

	compact(ids);
	int err = make_room(ids);
	if (err)
		return err;
	uint32_t id = next_free(ids, &at);
	if (!id)
		return -ENOSPC;
	if (at < ids->n_entries && ids->entries[at].id == id) {
		ids->n_freed--;
	} else {
		memmove(ids->entries + at + 1, ids->entries + at, (ids->n_entries - at) * sizeof(*ids->entries));
		ids->n_entries++;
	}
	ids->entries[at] = (struct ids_entry){ .id = id, .object = object };
	ids->last = id;
	*ret_id = id;
	return 0;
}

void ids_remove(struct ids *ids, uint32_t id)
{
	uint32_t at = lower_bound(ids, id);

	if (at >= ids->n_entries || ids->entries[at].id != id || !ids->entries[at].object)
		return;
	ids->entries[at].object = NULL;
	ids->n_freed++;
}

void *ids_find(const struct ids *ids, uint32_t id)
{
	uint32_t at = lower_bound(ids, id);

	return at < ids->n_entries && ids->entries[at].id == id ? ids->entries[at].object : NULL;
}

void *ids_next(const struct ids *ids, uint32_t after, uint32_t *ret_id)
{
	if (after == UINT32_MAX)
		return NULL;
	for (uint32_t at = lower_bound(ids, after + 1); at < ids->n_entries; at++) {
		if (!ids->entries[at].object)
			continue;
		*ret_id = ids->entries[at].id;
		return ids->entries[at].object;
	}
	return NULL;
}

void ids_free(struct ids *ids)
{
	free(ids->entries);
	*ids = (struct ids){};
}
