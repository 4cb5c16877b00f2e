/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a hive is made of: maps, programs, BTF and links, with ids and references.
 *
 * A reference is held by each descriptor, pin, link and whoever asked for one. An object is gone when the last
 * reference is; a map also lives while programs or other maps hold the struct map behind it, and can be found by its
 * id until then.
 */
#ifndef SKEP_HIVE_OBJECT_H
#define SKEP_HIVE_OBJECT_H

#include <stdint.h>

#include "hive/hive.h"

struct object {
	struct skep_hive *hive;
	enum object_kind kind;
	uint32_t id; /* 0: not given one yet, or taken away */
	uint32_t references; /* under the hive's lock */
	/* Of objects that have a memory file of their own (maps); others get one with each descriptor. */
	struct handle *handle;
	int file; /* a private descriptor of it */
	_Atomic int first; /* the number that the first descriptor is to have, open already; -1: none, or taken */
	int (*revive)(struct object *object); /* takes up what the first reference holds; NULL: stays dead */
	void (*last)(struct object *object); /* the last reference is gone; called without locks */
};

/* Makes an object with one reference and no id. */
void object_init(struct object *object, struct skep_hive *hive, enum object_kind kind);

/* Gives the object its id: from now on it can be found. -ENOMEM, -ENOSPC. */
int object_publish(struct object *object);
/* Takes the id away; harmless if it has none. */
void object_unpublish(struct object *object);

/* One more reference, where the caller has one. */
struct object *object_get(struct object *object);
/* One more reference, where the caller only knows that the memory is still there. -ENOENT if the object is going. */
int object_try_get(struct object *object);
void object_put(struct object *object);

/* -ENOENT if the hive has no such object. ret_object comes with a reference. */
int object_by_id(struct skep_hive *hive, enum object_kind kind, uint32_t id, struct object **ret_object);
/* The smallest id above `after`. -ENOENT after the last. */
int object_next_id(struct skep_hive *hive, enum object_kind kind, uint32_t after, uint32_t *ret_id);

#endif
