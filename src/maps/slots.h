/* SPDX-License-Identifier: BSD-2-Clause */
/* Objects that maps refer to: see struct map_objects. */
#ifndef SKEP_MAPS_SLOTS_H
#define SKEP_MAPS_SLOTS_H

#include "maps/map.h"

/* A table of count empty slots. -ENOMEM. */
int slots_init(struct map *map, const struct map_attr *attr, uint32_t count);
/* Gives every object back. */
void slots_free(struct map *map);

/* What user space wrote, as an object with one reference and the id to store. A map must fit the template. */
int slots_get(struct map *map, const void *value, void **ret_object, uint32_t *ret_id);
void slots_put(struct map *map, void *object); /* NULL is fine */

/*
 * Stores the id where it belongs in the file (NULL: the caller has) and the object, whose reference is taken over, in
 * slot index; 0 and NULL empty it. Returns the object that was there, to be given to slots_put(), or NULL.
 */
void *slots_publish(struct map *map, uint32_t index, _Atomic uint32_t *id, void *object, uint32_t new_id);

/* The object of slot index, whose id is stored at id. NULL: none, or gone. */
void *slots_find(struct map *map, uint32_t index, const _Atomic uint32_t *id);

#endif
