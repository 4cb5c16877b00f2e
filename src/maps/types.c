/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of map types, from map_types.def. */
#include "maps/map.h"

#include "base/macros.h"

#define OPS_NONE(name) NULL
#define OPS_PARTIAL(name) &name##_map_ops
#define OPS_FULL(name) &name##_map_ops

#define DECLARE_NONE(name)
#define DECLARE_PARTIAL(name) extern const struct map_ops name##_map_ops;
#define DECLARE_FULL(name) extern const struct map_ops name##_map_ops;

#define MAP_TYPE(number, NAME, ops, since, support, reason) DECLARE_##support(ops)
#include "maps/map_types.def"
#undef MAP_TYPE

static const struct map_type rows[] = {
#define MAP_TYPE(number_, NAME, ops_, since_, support_, reason_) \
	[number_] = {                                            \
		.number = number_,                               \
		.name = #ops_,                                   \
		.since = since_,                                 \
		.support = SUPPORT_##support_,                   \
		.reason = reason_,                               \
		.ops = OPS_##support_(ops_),                     \
	},
#include "maps/map_types.def"
#undef MAP_TYPE
};

const struct map_type *map_type_find(uint32_t number)
{
	return number && number < ARRAY_SIZE(rows) ? &rows[number] : NULL;
}
