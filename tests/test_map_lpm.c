/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Longest prefix match, random prefixes: skep, a list that is searched from end to end, and this machine's kernel (if
 * there is one) must agree on every result and on the order of the keys. SKEP_TEST_OPERATIONS: default 20000.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/macros.h"
#include "maps/map.h"
#include "oracle.h"

enum {
	ENTRIES = 300,
	BYTES_MAX = 36,
};

struct key {
	uint32_t length;
	uint8_t data[BYTES_MAX];
};

struct model {
	struct key keys[ENTRIES];
	uint64_t values[ENTRIES];
	uint32_t count;
};

static uint64_t random_state;

static uint32_t roll(uint32_t limit)
{
	random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(random_state >> 33) % limit;
}

static bool same_bits(const uint8_t *a, const uint8_t *b, uint32_t bits)
{
	for (uint32_t i = 0; i < bits; i++)
		if ((a[i / 8] ^ b[i / 8]) >> (7 - i % 8) & 1)
			return false;
	return true;
}

static int model_find(const struct model *model, const struct key *key)
{
	for (uint32_t i = 0; i < model->count; i++)
		if (model->keys[i].length == key->length && same_bits(model->keys[i].data, key->data, key->length))
			return (int)i;
	return -1;
}

static int model_lookup(const struct model *model, const struct key *key)
{
	int best = -1;

	for (uint32_t i = 0; i < model->count; i++)
		if (model->keys[i].length <= key->length &&
			same_bits(model->keys[i].data, key->data, model->keys[i].length) &&
			(best < 0 || model->keys[i].length > model->keys[best].length))
			best = (int)i;
	return best;
}

/* Few different bits, so that prefixes lie in each other. */
static void random_key(struct key *key, uint32_t bytes)
{
	memset(key, 0, sizeof(*key));
	key->length = roll(8) ? roll(bytes * 8 + 1) : bytes * 8 + (roll(20) == 0);
	for (uint32_t i = 0; i < bytes; i++)
		key->data[i] = roll(3) ? 0x81 : (uint8_t)(1u << roll(8));
}

static void compare_keys(struct map *map, int kernel, uint32_t count)
{
	struct key ours, theirs;
	uint32_t seen = 0;
	int err = map_user_next_key(map, NULL, &ours);

	if (kernel >= 0)
		assert_int_equal(oracle_map_next_key(kernel, NULL, &theirs), err);
	while (!err) {
		if (kernel >= 0)
			assert_memory_equal(&ours, &theirs, map->key_size);
		seen++;
		err = map_user_next_key(map, &ours, &ours);
		if (kernel >= 0)
			assert_int_equal(oracle_map_next_key(kernel, &theirs, &theirs), err);
	}
	assert_int_equal(seen, count);
}

static void run(uint32_t bytes, uint32_t max_entries)
{
	const char *wanted = getenv("SKEP_TEST_OPERATIONS");
	struct map_attr attr = {
		.type = BPF_MAP_TYPE_LPM_TRIE,
		.key_size = 4 + bytes,
		.value_size = 8,
		.max_entries = max_entries,
		.flags = BPF_F_NO_PREALLOC,
	};
	struct model *model = calloc(1, sizeof(*model));
	struct map *map;
	int kernel = -1;

	random_state = bytes;
	assert_non_null(model);
	assert_int_equal(map_new(&attr, &map), 0);
	if (oracle_available() && oracle_release() == RELEASE_REFERENCE)
		kernel = oracle_map_create(attr.type, attr.key_size, 8, max_entries, attr.flags);
	for (long left = wanted ? atol(wanted) : 20000; left > 0; left--) {
		struct key key;
		uint64_t value = roll(UINT32_MAX), theirs;
		uint32_t what = roll(100);

		random_key(&key, bytes);
		bool valid = key.length <= bytes * 8;
		int at = valid ? model_find(model, &key) : -1;
		if (what < 45) {
			uint64_t flags = roll(4) ? BPF_ANY : roll(4);
			int expected = flags > BPF_EXIST || !valid             ? -EINVAL
				       : at >= 0 && flags == BPF_NOEXIST       ? -EEXIST
				       : at < 0 && flags == BPF_EXIST          ? -ENOENT
				       : at < 0 && model->count == max_entries ? -ENOSPC
									       : 0;

			assert_int_equal(map_user_update(map, &key, &value, flags), expected);
			if (kernel >= 0)
				assert_int_equal(oracle_map_update(kernel, &key, &value, flags), expected);
			if (expected)
				continue;
			if (at < 0)
				at = (int)model->count++;
			model->keys[at] = key;
			model->values[at] = value;
		} else if (what < 80) {
			int best = valid ? model_lookup(model, &key) : -1;

			assert_int_equal(map_user_lookup(map, &key, &value, 0), best < 0 ? -ENOENT : 0);
			if (best >= 0)
				assert_int_equal(value, model->values[best]);
			if (kernel >= 0) {
				assert_int_equal(oracle_map_lookup(kernel, &key, &theirs), best < 0 ? -ENOENT : 0);
				if (best >= 0)
					assert_int_equal(theirs, value);
			}
		} else if (what < 99) {
			/* Mostly something that is there. */
			if (roll(2) && model->count) {
				at = (int)roll(model->count);
				key = model->keys[at];
				valid = true;
			}
			int expected = !valid ? -EINVAL : at < 0 ? -ENOENT : 0;

			assert_int_equal(map_user_remove(map, &key), expected);
			if (kernel >= 0)
				assert_int_equal(oracle_map_delete(kernel, &key), expected);
			if (expected)
				continue;
			model->keys[at] = model->keys[--model->count];
			model->values[at] = model->values[model->count];
		} else if (roll(10) == 0) {
			compare_keys(map, kernel, model->count);
		}
	}
	compare_keys(map, kernel, model->count);
	map_put(map);
	if (kernel >= 0)
		close(kernel);
	free(model);
}

static void one_byte(void **state)
{
	run(1, 200);
}

static void ipv4(void **state)
{
	run(4, 300);
}

static void ipv6(void **state)
{
	run(16, 300);
}

static void odd_size(void **state)
{
	run(11, 100);
}

static void long_key(void **state)
{
	run(36, 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_byte),
		cmocka_unit_test(ipv4),
		cmocka_unit_test(ipv6),
		cmocka_unit_test(odd_size),
		cmocka_unit_test(long_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
