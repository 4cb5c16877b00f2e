/* SPDX-License-Identifier: BSD-2-Clause */
/* Arrays and per-CPU arrays: what a program and user space see of the same memory. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "maps/map.h"

static struct map *new_map(uint32_t type, uint32_t value_size, uint32_t entries, uint32_t flags)
{
	struct map_attr attr = {
		.type = type, .key_size = 4, .value_size = value_size, .max_entries = entries, .flags = flags
	};
	struct map *map;

	assert_int_equal(map_new(&attr, &map), 0);
	return map;
}

static void array_elements(void **state)
{
	struct map *map = new_map(BPF_MAP_TYPE_ARRAY, 12, 1000, 0);
	uint8_t in[12] = "abcdefghijk", out[12];
	uint32_t key = 999;

	assert_int_equal(map_user_update(map, &key, in, 0), 0);
	assert_memory_equal(map->ops->lookup(map, &key), in, 12);
	assert_int_equal(map_user_lookup(map, &key, out, 0), 0);
	assert_memory_equal(in, out, 12);
	key = 998;
	assert_int_equal(map_user_lookup(map, &key, out, 0), 0);
	assert_memory_equal((uint8_t[12]){ 0 }, out, 12);
	key = 1000;
	assert_null(map->ops->lookup(map, &key));
	assert_int_equal(map_user_lookup(map, &key, out, 0), -ENOENT);
	assert_int_equal(map_user_update(map, &key, in, 0), -E2BIG);
	map_put(map);
}

static void array_keys(void **state)
{
	struct map *map = new_map(BPF_MAP_TYPE_ARRAY, 4, 3, 0);
	uint32_t key, unknown = 77;

	assert_int_equal(map_user_next_key(map, NULL, &key), 0);
	assert_int_equal(key, 0);
	assert_int_equal(map_user_next_key(map, &key, &key), 0);
	assert_int_equal(key, 1);
	assert_int_equal(map_user_next_key(map, &key, &key), 0);
	assert_int_equal(map_user_next_key(map, &key, &key), -ENOENT);
	assert_int_equal(map_user_next_key(map, &unknown, &key), 0);
	assert_int_equal(key, 0);
	map_put(map);
}

static void percpu_planes(void **state)
{
	struct map *map = new_map(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 5, 0);
	uint32_t cpus = map_cpus(), key = 4, value = 7;
	uint64_t all[4096];

	assert_int_equal(map_user_value_size(map), 8 * cpus);
	for (uint32_t cpu = 0; cpu < cpus; cpu++)
		all[cpu] = 100 + cpu;
	assert_int_equal(map_user_update(map, &key, all, 0), 0);
	assert_int_equal(map->ops->update_cpu(map, &key, &value, 0, cpus - 1), 0);
	assert_int_equal(*(uint32_t *)map->ops->lookup_cpu(map, &key, cpus - 1), 7);
	if (cpus > 1)
		assert_int_equal(*(uint32_t *)map->ops->lookup_cpu(map, &key, 0), 100);
	assert_int_equal(map_user_lookup(map, &key, all, 0), 0);
	assert_int_equal(all[cpus - 1], 7);
	map_put(map);
}

/* Two views of one file, at different addresses, as two processes have them. */
static void second_view(void **state)
{
	static const struct map_attr attrs[] = {
		{ .type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 8, .max_entries = 1000 },
		{ .type = BPF_MAP_TYPE_LRU_HASH, .key_size = 4, .value_size = 8, .max_entries = 1000 },
		{ .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1000 },
		{ .type = BPF_MAP_TYPE_LPM_TRIE, .key_size = 8, .value_size = 8, .max_entries = 1000, .flags = 1 },
	};

	for (size_t i = 0; i < sizeof(attrs) / sizeof(attrs[0]); i++) {
		struct map_attr larger = attrs[i];
		struct map *first, *second;
		uint32_t key[2] = { 24, 24 };
		uint64_t value = 5, seen = 0;

		assert_int_equal(map_new(&attrs[i], &first), 0);
		assert_int_equal(map_user_update(first, key, &value, 0), 0);
		assert_int_equal(map_open(&attrs[i], first->fd, &second), 0);
		assert_ptr_not_equal(first->memory, second->memory);
		assert_int_equal(map_user_lookup(second, key, &seen, 0), 0);
		assert_int_equal(seen, 5);
		value = 6;
		assert_int_equal(map_user_update(second, key, &value, 0), 0);
		assert_int_equal(map_user_lookup(first, key, &seen, 0), 0);
		assert_int_equal(seen, 6);
		struct map *none;
		larger.max_entries = 1000000;
		assert_int_equal(map_open(&larger, first->fd, &none), -EINVAL);
		map_put(first);
		if (attrs[i].type != BPF_MAP_TYPE_ARRAY)
			assert_int_equal(map_user_remove(second, key), 0);
		map_put(second);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(array_elements),
		cmocka_unit_test(array_keys),
		cmocka_unit_test(percpu_planes),
		cmocka_unit_test(second_view),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
