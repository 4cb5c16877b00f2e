/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random operations on hash-like maps and arrays: skep, a plain model and this machine's kernel (if there is one) must
 * agree on every result. SKEP_TEST_OPERATIONS: how many operations on each map (default 20000).
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/macros.h"
#include "maps/map.h"
#include "oracle.h"

enum {
	KEYS = 96,
	VALUE_MAX = 256 * 8,
	KEY_MAX = 64,
};

struct shape {
	const char *name;
	uint32_t type, key_size, value_size, max_entries, flags;
	int full; /* what an insertion into a full map answers; 0: it removes another element */
	bool array;
};

static const struct shape shapes[] = {
	{ "hash 4", BPF_MAP_TYPE_HASH, 4, 8, 60, 0, -E2BIG },
	{ "hash 4, not preallocated", BPF_MAP_TYPE_HASH, 4, 4, 60, BPF_F_NO_PREALLOC, -E2BIG },
	{ "hash 8", BPF_MAP_TYPE_HASH, 8, 13, 96, 0, -E2BIG },
	{ "hash 16", BPF_MAP_TYPE_HASH, 16, 1, 1, 0, -E2BIG },
	{ "hash 5", BPF_MAP_TYPE_HASH, 5, 40, 7, 0, -E2BIG },
	{ "hash 61", BPF_MAP_TYPE_HASH, 61, 100, 50, BPF_F_NO_PREALLOC, -E2BIG },
	{ "per-CPU hash", BPF_MAP_TYPE_PERCPU_HASH, 4, 12, 60, 0, -E2BIG },
	{ "per-CPU hash 9", BPF_MAP_TYPE_PERCPU_HASH, 9, 8, 60, BPF_F_NO_PREALLOC, -E2BIG },
	{ "LRU", BPF_MAP_TYPE_LRU_HASH, 4, 8, 60, 0, 0 },
	{ "LRU, lists of its own", BPF_MAP_TYPE_LRU_HASH, 7, 8, 60, BPF_F_NO_COMMON_LRU, 0 },
	{ "per-CPU LRU", BPF_MAP_TYPE_LRU_PERCPU_HASH, 4, 8, 60, 0, 0 },
	{ "array", BPF_MAP_TYPE_ARRAY, 4, 11, 60, 0, -E2BIG, true },
	{ "per-CPU array", BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 60, 0, -E2BIG, true },
};

struct model {
	bool present[KEYS];
	uint8_t values[KEYS][VALUE_MAX];
	uint32_t count;
};

struct subject {
	const struct shape *shape;
	struct map *map;
	int kernel; /* or -1 */
	uint32_t value_bytes;
	struct model model;
	uint64_t random;
};

static uint32_t roll(struct subject *s, uint32_t limit)
{
	s->random = s->random * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(s->random >> 33) % limit;
}

static void make_key(const struct subject *s, uint32_t number, uint8_t *key)
{
	memset(key, 0x5a, KEY_MAX);
	if (s->shape->array)
		memcpy(key, &number, 4);
	else
		key[s->shape->key_size - 1] = (uint8_t)number;
}

static uint32_t key_number(const struct subject *s, const uint8_t *key)
{
	return s->shape->array ? (uint32_t)key[0] : key[s->shape->key_size - 1];
}

static int kernel_element(const struct subject *s, enum bpf_cmd command, const void *key, void *value, uint64_t flags)
{
	union bpf_attr attr = {
		.map_fd = s->kernel,
		.key = (uintptr_t)key,
		.value = (uintptr_t)value,
		.flags = flags,
	};

	return oracle_bpf(command, &attr, sizeof(attr));
}

/* What the model says of an update; LRU maps make room by themselves. */
static int model_update(struct subject *s, uint32_t number, const void *value, uint64_t flags)
{
	struct model *model = &s->model;
	bool present = model->present[number];

	if (flags > BPF_EXIST)
		return -EINVAL;
	if (s->shape->array && number >= s->shape->max_entries)
		return -E2BIG;
	if (present && flags == BPF_NOEXIST)
		return -EEXIST;
	if (!present && flags == BPF_EXIST)
		return -ENOENT;
	if (!present && model->count >= s->shape->max_entries && s->shape->full)
		return s->shape->full;
	model->count += !present;
	model->present[number] = true;
	memcpy(model->values[number], value, s->value_bytes);
	return 0;
}

/* An LRU map may have dropped what it had: then the model forgets it, too. */
static bool dropped(struct subject *s, uint32_t number, int got)
{
	if (s->shape->full || got != -ENOENT || !s->model.present[number])
		return false;
	s->model.present[number] = false;
	s->model.count--;
	return true;
}

static void do_update(struct subject *s, uint32_t number, uint64_t flags)
{
	uint8_t key[KEY_MAX], value[VALUE_MAX];

	make_key(s, number, key);
	for (uint32_t i = 0; i < s->value_bytes; i++)
		value[i] = (uint8_t)roll(s, 256);
	/* What is between the values of two CPUs is not kept by every kernel. */
	if (s->value_bytes != s->shape->value_size)
		for (uint32_t i = 0; i < s->value_bytes; i++)
			if (i % ROUND_UP(s->shape->value_size, 8u) >= s->shape->value_size)
				value[i] = 0;
	if (!s->shape->full) {
		uint8_t old[VALUE_MAX];

		dropped(s, number, map_user_lookup(s->map, key, old, 0));
	}
	int got = map_user_update(s->map, key, value, flags);
	assert_int_equal(got, model_update(s, number, value, flags));
	if (s->kernel >= 0)
		assert_int_equal(kernel_element(s, BPF_MAP_UPDATE_ELEM, key, value, flags), got);
}

static void do_read(struct subject *s, uint32_t number, bool delete)
{
	uint8_t key[KEY_MAX], value[VALUE_MAX] = { 0 }, theirs[VALUE_MAX] = { 0 };
	bool there = s->model.present[number];

	make_key(s, number, key);
	int got = delete ? map_user_lookup_and_delete(s->map, key, value, 0) : map_user_lookup(s->map, key, value, 0);
	if (dropped(s, number, got))
		return;
	if (delete &&s->shape->array)
		assert_int_equal(got, -MAP_ENOTSUPP);
	else
		assert_int_equal(got, there ? 0 : -ENOENT);
	if (!got)
		assert_memory_equal(value, s->model.values[number], s->value_bytes);
	if (s->kernel >= 0) {
		enum bpf_cmd command = delete ? BPF_MAP_LOOKUP_AND_DELETE_ELEM : BPF_MAP_LOOKUP_ELEM;

		assert_int_equal(kernel_element(s, command, key, theirs, 0), got);
		if (!got)
			assert_memory_equal(value, theirs, s->value_bytes);
	}
	if (!got && delete) {
		s->model.present[number] = false;
		s->model.count--;
	}
}

static void do_remove(struct subject *s, uint32_t number)
{
	uint8_t key[KEY_MAX];

	make_key(s, number, key);
	int got = map_user_remove(s->map, key);
	if (dropped(s, number, got))
		return;
	assert_int_equal(got, s->shape->array ? -EINVAL : s->model.present[number] ? 0 : -ENOENT);
	if (s->kernel >= 0)
		assert_int_equal(kernel_element(s, BPF_MAP_DELETE_ELEM, key, NULL, 0), got);
	if (!got) {
		s->model.present[number] = false;
		s->model.count--;
	}
}

/* Every key once, and no other. */
static void do_walk(struct subject *s)
{
	uint8_t key[KEY_MAX];
	bool seen[KEYS] = { false };
	uint32_t count = 0;
	int err = map_user_next_key(s->map, NULL, key);

	for (; !err; err = map_user_next_key(s->map, key, key)) {
		uint32_t number = key_number(s, key);

		assert_true(number < KEYS && s->model.present[number] && !seen[number]);
		seen[number] = true;
		count++;
	}
	assert_int_equal(err, -ENOENT);
	if (s->shape->full)
		assert_int_equal(count, s->model.count);
	if (s->map->ops->count)
		assert_int_equal(s->map->ops->count(s->map), count);
	assert_true(count <= s->map->max_entries);
}

static void run(void **state)
{
	const struct shape *shape = *state;
	const char *wanted = getenv("SKEP_TEST_OPERATIONS");
	struct map_attr attr = {
		.type = shape->type,
		.key_size = shape->key_size,
		.value_size = shape->value_size,
		.max_entries = shape->max_entries,
		.flags = shape->flags,
	};
	struct subject *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->shape = shape;
	s->random = 7;
	s->kernel = -1;
	/* Which elements an LRU map of the kernel's removes is its own affair. */
	if (oracle_available() && shape->full)
		s->kernel = oracle_map_create(
			shape->type, shape->key_size, shape->value_size, shape->max_entries, shape->flags);
	assert_int_equal(map_new(&attr, &s->map), 0);
	s->value_bytes = (uint32_t)map_user_value_size(s->map);
	assert_true(s->value_bytes <= VALUE_MAX);
	if (shape->array)
		for (uint32_t i = 0; i < shape->max_entries; i++)
			s->model.present[i] = s->model.count++ < shape->max_entries;
	for (long left = wanted ? atol(wanted) : 20000; left > 0; left--) {
		uint32_t number = roll(s, KEYS), what = roll(s, 100);

		if (what < 35)
			do_update(s, number, BPF_ANY);
		else if (what < 45)
			do_update(s, number, BPF_NOEXIST);
		else if (what < 55)
			do_update(s, number, BPF_EXIST);
		else if (what < 56)
			do_update(s, number, 3 + roll(s, 2) * 5);
		else if (what < 75)
			do_read(s, number, false);
		else if (what < 82)
			do_read(s, number, true);
		else if (what < 99)
			do_remove(s, number);
		else
			do_walk(s);
	}
	do_walk(s);
	map_put(s->map);
	if (s->kernel >= 0)
		close(s->kernel);
	free(s);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(shapes)];

	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++)
		tests[i] = (struct CMUnitTest){
			.name = shapes[i].name,
			.test_func = run,
			.initial_state = (void *)&shapes[i],
		};
	return _cmocka_run_group_tests("map model", tests, ARRAY_SIZE(tests), NULL, NULL);
}
