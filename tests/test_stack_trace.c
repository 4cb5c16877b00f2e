/* SPDX-License-Identifier: BSD-2-Clause */
/* Stack traces: what a program stores is what user space finds. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "maps/stack_trace.h"

static void stored_and_found(void **state)
{
	struct map_attr attr = { .type = BPF_MAP_TYPE_STACK_TRACE, .key_size = 4, .value_size = 32, .max_entries = 5 };
	uint64_t stack[6] = { 1, 2, 3, 4, 5, 6 }, got[4];
	uint32_t key = 3, next;
	struct map *map;

	assert_int_equal(map_new(&attr, &map), 0);
	/* Five entries are eight buckets. */
	assert_int_equal(stack_trace_store(map, stack, 2, 8 + 3, 0), 3);
	assert_int_equal(map_user_lookup(map, &key, got, 0), 0);
	assert_memory_equal(got, ((uint64_t[]){ 1, 2, 0, 0 }), sizeof(got));
	/* The same again; another in the same place. */
	assert_int_equal(stack_trace_store(map, stack, 2, 8 + 3, 0), 3);
	assert_int_equal(stack_trace_store(map, stack, 3, 16 + 3, 0), -EEXIST);
	assert_int_equal(stack_trace_store(map, stack, 3, 8 + 3, 0), -EEXIST);
	assert_int_equal(stack_trace_store(map, stack, 3, 8 + 3, BPF_F_FAST_STACK_CMP), 3);
	assert_int_equal(stack_trace_store(map, stack, 6, 16 + 3, BPF_F_REUSE_STACKID), 3);
	assert_int_equal(stack_trace_store(map, stack + 1, 1, 7, 0), 7);
	assert_int_equal(map_user_next_key(map, NULL, &next), 0);
	assert_int_equal(next, 3);
	assert_int_equal(map_user_next_key(map, &next, &next), 0);
	assert_int_equal(next, 7);
	assert_int_equal(map_user_next_key(map, &next, &next), -ENOENT);
	assert_int_equal(map_user_lookup_and_delete(map, &key, got, 0), 0);
	assert_memory_equal(got, stack, sizeof(got));
	assert_int_equal(map_user_lookup(map, &key, got, 0), -ENOENT);
	key = 8;
	assert_int_equal(map_user_remove(map, &key), -E2BIG);
	key = 7;
	assert_int_equal(map_user_remove(map, &key), 0);
	assert_int_equal(map_user_remove(map, &key), -ENOENT);
	assert_int_equal(map_user_next_key(map, NULL, &next), -ENOENT);
	map_put(map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stored_and_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
