/* SPDX-License-Identifier: BSD-2-Clause */
/* A map as an object of a hive. */
#ifndef SKEP_HIVE_MAP_H
#define SKEP_HIVE_MAP_H

#include "hive/object.h"
#include "maps/map.h"

struct hive_btf;

struct hive_map {
	struct object object; /* its references together hold one of map */
	struct map *map;
	struct hive_btf *btf; /* of the key and value types, or NULL */
	uint32_t btf_key_type_id, btf_value_type_id;
	/* Of a program array: what its programs have in common; type 0: none yet. Under the hive's lock. */
	struct {
		uint32_t type, expected_attach_type;
	} owner;
};

/* Makes a map with one reference and no id. -errno as map_new(), or -EMFILE. */
int hive_map_new(struct skep_hive *hive, const struct map_attr *attr, struct hive_map **ret_map);

static inline struct hive_map *hive_map_of(struct object *object)
{
	return (struct hive_map *)object;
}

/* The object of a map that a hive made. */
struct hive_map *hive_map_behind(const struct map *map);

#endif
