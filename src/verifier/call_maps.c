/* SPDX-License-Identifier: BSD-2-Clause */
/* Which helpers work on which types of map, from map_helpers.def. */
#include <errno.h>

#include "base/macros.h"
#include "maps/map.h"
#include "verifier/call.h"

static const struct {
	uint32_t map_type, helper;
	release_t since;
} rows[] = {
#define MAP_HELPER(map_type, helper, since) { BPF_MAP_TYPE_##map_type, BPF_FUNC_##helper, since },
#include "verifier/map_helpers.def"
#undef MAP_HELPER
};

int check_map_for_helper(struct verifier *v, const struct call *call)
{
	if (!call->map)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].map_type == call->map->type && rows[i].helper == call->row->number &&
			rows[i].since <= v->request->release)
			return 0;
	return refuse(
		v, -EINVAL, "cannot pass map_type %d into func %s#%d\n", call->map->type, call->name, call->insn->imm);
}
