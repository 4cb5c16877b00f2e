/* SPDX-License-Identifier: BSD-2-Clause */
/* What the maps of a hive refer to: programs and other maps of it. */
#ifndef SKEP_HIVE_MAP_OBJECTS_H
#define SKEP_HIVE_MAP_OBJECTS_H

#include "hive/map.h"
#include "hive/prog.h"

/* For struct map_attr; argument is the hive. */
void map_objects_init(struct skep_hive *hive);

/*
 * Whether a program may be in a program array, or use it: all of them must be of one kind, which the first one decides.
 * -EINVAL if not.
 */
int map_accepts_prog(struct hive_map *map, const struct hive_prog *prog);

/* The last user of a program array is gone: its programs go too, or two arrays could keep each other alive. */
void map_drop_progs(struct map *map);

#endif
