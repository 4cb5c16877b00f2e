/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers on maps. The verifier has checked that the type has the operation and that keys and values are readable. */
#include <errno.h>

#include "base/macros.h"
#include "helpers/implement.h"
#include "maps/map.h"

static struct map *as_map(uint64_t address)
{
	return (struct map *)(uintptr_t)address;
}

static const void *as_memory(uint64_t address)
{
	return (const void *)(uintptr_t)address;
}

static uint64_t as_result(int64_t result)
{
	return (uint64_t)result;
}

uint64_t helper_map_lookup_elem(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4, uint64_t r5, struct run *run)
{
	struct map *map = as_map(r1);

	if (map->ops->lookup)
		return (uintptr_t)map->ops->lookup(map, as_memory(r2));
	if (map->ops->lookup_cpu)
		return (uintptr_t)map->ops->lookup_cpu(map, as_memory(r2), run->cpu);
	return 0;
}

uint64_t helper_map_update_elem(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4, uint64_t r5, struct run *run)
{
	struct map *map = as_map(r1);

	if (map->ops->update)
		return as_result(map->ops->update(map, as_memory(r2), as_memory(r3), r4));
	if (map->ops->update_cpu)
		return as_result(map->ops->update_cpu(map, as_memory(r2), as_memory(r3), r4, run->cpu));
	return as_result(-MAP_ENOTSUPP);
}

uint64_t helper_map_delete_elem(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4, uint64_t r5, struct run *run)
{
	struct map *map = as_map(r1);

	return as_result(map->ops->remove ? map->ops->remove(map, as_memory(r2)) : -MAP_ENOTSUPP);
}

uint64_t helper_map_push_elem(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4, uint64_t r5, struct run *run)
{
	struct map *map = as_map(r1);

	return as_result(map->ops->push ? map->ops->push(map, as_memory(r2), r3) : -MAP_ENOTSUPP);
}

uint64_t helper_map_pop_elem(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4, uint64_t r5, struct run *run)
{
	struct map *map = as_map(r1);

	return as_result(map->ops->pop ? map->ops->pop(map, (void *)(uintptr_t)r2) : -MAP_ENOTSUPP);
}

uint64_t helper_map_peek_elem(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4, uint64_t r5, struct run *run)
{
	struct map *map = as_map(r1);

	return as_result(map->ops->peek ? map->ops->peek(map, (void *)(uintptr_t)r2) : -MAP_ENOTSUPP);
}

uint64_t helper_map_lookup_percpu_elem(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4, uint64_t r5, struct run *run)
{
	struct map *map = as_map(r1);
	uint32_t cpu = (uint32_t)r3;

	if (cpu >= map_cpus() || !map->ops->lookup_cpu)
		return 0;
	return (uintptr_t)map->ops->lookup_cpu(map, as_memory(r2), cpu);
}

/* callback(map, key, value, context): 0 goes on, 1 stops. The result is how many elements it saw. */
uint64_t helper_for_each_map_elem(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4, uint64_t r5, struct run *run)
{
	struct map *map = as_map(r1);
	struct map_cursor cursor = { 0 };
	const void *key;
	void *value;
	uint64_t seen = 0;

	if (r4 || !map->ops->walk)
		return as_result(-EINVAL);
	while (map->ops->walk(map, &cursor, run->cpu, &key, &value)) {
		seen++;
		if (run->call(run, r2, r1, (uintptr_t)key, (uintptr_t)value, r3, 0) || run->error)
			break;
	}
	return seen;
}
