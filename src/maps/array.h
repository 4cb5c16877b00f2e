/* SPDX-License-Identifier: BSD-2-Clause */
/* What types that are indexed by a u32 share. */
#ifndef SKEP_MAPS_ARRAY_H
#define SKEP_MAPS_ARRAY_H

#include <string.h>

#include "maps/map.h"

#define MAP_PAGE 4096ull
/* What the kernel's own bookkeeping of an array takes; users see it in the memlock line of fdinfo. */
#define MAP_ARRAY_HEADER 312ull

static inline uint32_t array_index(const void *key)
{
	uint32_t index;

	memcpy(&index, key, sizeof(index));
	return index;
}

int array_check(const struct map_attr *attr);
int array_init(struct map *map, const struct map_attr *attr);
int array_remove(struct map *map, const void *key);
int array_next_key(struct map *map, const void *key, void *next_key);

#endif
