/* SPDX-License-Identifier: BSD-2-Clause */
/* Maps of maps: the template that their inner maps must be like. */
#ifndef SKEP_MAPS_NEST_H
#define SKEP_MAPS_NEST_H

#include "maps/map.h"

/*
 * Takes the template over from attr. -EBADF: there is none; -EINVAL: it is a map of maps itself; -MAP_ENOTSUPP: maps
 * of its type cannot be inside others.
 */
int nest_init(struct map *map, const struct map_attr *attr);

#endif
