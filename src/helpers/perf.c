/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers on perf event arrays. */
#include <errno.h>

#include "helpers/implement.h"
#include "maps/map.h"
#include "maps/perf_ring.h"

/* context, map, flags with an index or BPF_F_CURRENT_CPU, data, size */
HELPER_FN(perf_event_output)
{
	struct map *map = (struct map *)(uintptr_t)r2;
	uint64_t index = r3 & BPF_F_INDEX_MASK;
	struct perf_piece piece = { (const void *)(uintptr_t)r4, (uint32_t)r5 };

	if (r3 & ~(uint64_t)BPF_F_INDEX_MASK)
		return (uint64_t)-EINVAL;
	if (index == BPF_F_CURRENT_CPU)
		index = run->cpu;
	if (index >= map->max_entries)
		return (uint64_t)-E2BIG;
	struct perf_ring *ring = map_slot_find(map, index);
	if (!ring)
		return (uint64_t)-ENOENT;
	return (uint64_t)(int64_t)perf_ring_output(ring, run->cpu, &piece, 1);
}
