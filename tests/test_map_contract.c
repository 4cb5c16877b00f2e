/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each map type answers to each operation of user space, in one fixed order of operations: the table is what
 * skep must answer, and what this machine's kernel must answer if it is the reference release.
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

/* The operations, in this order, on one map. The key is 1, or as the type wants it. */
enum step {
	NEXT_OF_EMPTY,
	LOOKUP_EMPTY,
	UPDATE_LOCK,
	UPDATE,
	UPDATE_NOEXIST,
	UPDATE_EXIST,
	UPDATE_BOTH,
	UPDATE_UNKNOWN_FLAG,
	LOOKUP,
	LOOKUP_FLAG,
	NEXT_FIRST,
	NEXT_OF_KEY,
	NEXT_OF_UNKNOWN,
	LOOKUP_BATCH,
	LOOKUP_BATCH_NONE,
	TAKE,
	TAKE_FLAG,
	UPDATE_AGAIN,
	DELETE,
	DELETE_AGAIN,
	UPDATE_BATCH,
	UPDATE_BATCH_LOCK,
	LOOKUP_BATCH_FLAG,
	TAKE_BATCH,
	DELETE_BATCH,
	FREEZE,
	UPDATE_FROZEN,
	DELETE_FROZEN,
	LOOKUP_FROZEN,
	STEPS,
};

enum value_kind {
	PLAIN,
	PROGRAM,
	MAP,
	NUMBER, /* 1: a device that every machine has; a queue of one */
};

struct row {
	const char *name;
	uint32_t type, key_size, value_size, max_entries, flags;
	enum value_kind value;
	const char *expected; /* an errno for each step */
};

static const struct row rows[] = {
#include "map_contract.def"
};

static const struct {
	const char *name;
	int number;
} errors[] = {
	{ "0", 0 },
	{ "ENOENT", ENOENT },
	{ "EINVAL", EINVAL },
	{ "EEXIST", EEXIST },
	{ "E2BIG", E2BIG },
	{ "EPERM", EPERM },
	{ "EBUSY", EBUSY },
	{ "EBADF", EBADF },
	{ "EFAULT", EFAULT },
	{ "ENOSPC", ENOSPC },
	{ "EOPNOTSUPP", EOPNOTSUPP },
	{ "ENOTSUPP", MAP_ENOTSUPP },
};

static const char *error_name(int result)
{
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
		if (errors[i].number == -result)
			return errors[i].name;
	return "?";
}

/* The same operations on skep and on the kernel. */
struct subject {
	const struct row *row;
	struct map *map; /* NULL: the kernel */
	int fd;
	uint8_t key[64], unknown[64], value[4096];
	struct map *inner;
	int inner_fd;
};

static int element(struct subject *s, enum bpf_cmd command, const void *key, void *other, uint64_t flags)
{
	bool keyless = s->row->key_size == 0;

	if (!s->map) {
		union bpf_attr attr = {
			.map_fd = s->fd,
			.key = keyless ? 0 : (uintptr_t)key,
			.value = (uintptr_t)other,
			.flags = flags,
		};

		return oracle_bpf(command, &attr, sizeof(attr));
	}
	switch (command) {
	case BPF_MAP_LOOKUP_ELEM:
		return map_user_lookup(s->map, key, other, flags);
	case BPF_MAP_UPDATE_ELEM:
		return map_user_update(s->map, key, other, flags);
	case BPF_MAP_DELETE_ELEM:
		return map_user_remove(s->map, key);
	case BPF_MAP_LOOKUP_AND_DELETE_ELEM:
		return map_user_lookup_and_delete(s->map, key, other, flags);
	default:
		return map_user_next_key(s->map, key, other);
	}
}

static int copy_in(void *argument, void *to, uint64_t address, size_t size)
{
	memcpy(to, (const void *)(uintptr_t)address, size);
	return 0;
}

static int copy_out(void *argument, uint64_t address, const void *from, size_t size)
{
	memcpy((void *)(uintptr_t)address, from, size);
	return 0;
}

static int batch(struct subject *s, enum bpf_cmd command, uint32_t count, uint64_t elem_flags, uint64_t flags)
{
	static uint8_t keys[64 * 64], values[64 * 4096], token[64];
	bool reads = command == BPF_MAP_LOOKUP_BATCH || command == BPF_MAP_LOOKUP_AND_DELETE_BATCH;
	uint64_t value_size = s->row->value_size;

	if (!reads) {
		memcpy(keys, s->key, s->row->key_size);
		memcpy(values, s->value, sizeof(s->value));
	}
	assert_true(count * value_size <= sizeof(values));
	if (s->map) {
		struct map_batch batch = {
			.read = copy_in,
			.write = copy_out,
			.out_batch = (uintptr_t)token,
			.keys = (uintptr_t)keys,
			.values = (uintptr_t)values,
			.elem_flags = elem_flags,
			.flags = flags,
			.count = count,
		};

		return map_user_batch(s->map, command, &batch);
	}
	union bpf_attr attr = {
		.batch = {
			.map_fd = s->fd,
			.out_batch = reads ? (uintptr_t)token : 0,
			.keys = (uintptr_t)keys,
			.values = (uintptr_t)values,
			.elem_flags = elem_flags,
			.flags = flags,
			.count = count,
		},
	};
	return oracle_bpf(command, &attr, sizeof(attr));
}

static int freeze(struct subject *s)
{
	union bpf_attr attr = { .map_fd = s->fd };

	if (!s->map)
		return oracle_bpf(BPF_MAP_FREEZE, &attr, sizeof(attr));
	s->map->frozen = true;
	return 0;
}

static int take_step(struct subject *s, enum step step)
{
	uint8_t buffer[4096];

	memcpy(buffer, s->value, sizeof(buffer));
	switch (step) {
	case NEXT_OF_EMPTY:
	case NEXT_FIRST:
		return element(s, BPF_MAP_GET_NEXT_KEY, NULL, buffer, 0);
	case NEXT_OF_KEY:
		return element(s, BPF_MAP_GET_NEXT_KEY, s->key, buffer, 0);
	case NEXT_OF_UNKNOWN:
		return element(s, BPF_MAP_GET_NEXT_KEY, s->unknown, buffer, 0);
	case LOOKUP_EMPTY:
	case LOOKUP:
	case LOOKUP_FROZEN:
		return element(s, BPF_MAP_LOOKUP_ELEM, s->key, buffer, 0);
	case LOOKUP_FLAG:
		return element(s, BPF_MAP_LOOKUP_ELEM, s->key, buffer, 1);
	case UPDATE_LOCK:
		return element(s, BPF_MAP_UPDATE_ELEM, s->key, buffer, BPF_F_LOCK);
	case UPDATE:
	case UPDATE_AGAIN:
	case UPDATE_FROZEN:
		return element(s, BPF_MAP_UPDATE_ELEM, s->key, buffer, BPF_ANY);
	case UPDATE_NOEXIST:
		return element(s, BPF_MAP_UPDATE_ELEM, s->key, buffer, BPF_NOEXIST);
	case UPDATE_EXIST:
		return element(s, BPF_MAP_UPDATE_ELEM, s->key, buffer, BPF_EXIST);
	case UPDATE_BOTH:
		return element(s, BPF_MAP_UPDATE_ELEM, s->key, buffer, BPF_EXIST | BPF_NOEXIST);
	case UPDATE_UNKNOWN_FLAG:
		return element(s, BPF_MAP_UPDATE_ELEM, s->key, buffer, 1ull << 40);
	case TAKE:
		return element(s, BPF_MAP_LOOKUP_AND_DELETE_ELEM, s->key, buffer, 0);
	case TAKE_FLAG:
		return element(s, BPF_MAP_LOOKUP_AND_DELETE_ELEM, s->key, buffer, BPF_F_LOCK);
	case DELETE:
	case DELETE_AGAIN:
	case DELETE_FROZEN:
		return element(s, BPF_MAP_DELETE_ELEM, s->key, NULL, 0);
	case LOOKUP_BATCH:
		return batch(s, BPF_MAP_LOOKUP_BATCH, 32, 0, 0);
	case LOOKUP_BATCH_NONE:
		return batch(s, BPF_MAP_LOOKUP_BATCH, 0, 0, 0);
	case LOOKUP_BATCH_FLAG:
		return batch(s, BPF_MAP_LOOKUP_BATCH, 32, 0, 1);
	case UPDATE_BATCH:
		return batch(s, BPF_MAP_UPDATE_BATCH, 1, 0, 0);
	case UPDATE_BATCH_LOCK:
		return batch(s, BPF_MAP_UPDATE_BATCH, 1, BPF_F_LOCK, 0);
	case TAKE_BATCH:
		return batch(s, BPF_MAP_LOOKUP_AND_DELETE_BATCH, 32, 0, 0);
	case DELETE_BATCH:
		return batch(s, BPF_MAP_DELETE_BATCH, 1, 0, 0);
	case FREEZE:
		return freeze(s);
	default:
		return 1;
	}
}

static void check_steps(struct subject *s)
{
	char expected[512], *rest = expected, got[512] = "";

	for (int step = 0; step < STEPS; step++) {
		strcat(got, step ? " " : "");
		strcat(got, error_name(MIN(take_step(s, step), 0)));
	}
	if (getenv("SKEP_TEST_PRINT"))
		printf("%s: %s\n", s->row->name, got);
	snprintf(expected, sizeof(expected), "%s", s->row->expected);
	/* Step by step, so that a failure says which. */
	char *left = got;
	for (int step = 0; step < STEPS; step++) {
		const char *want = strsep(&rest, " "), *have = strsep(&left, " ");

		if (!want || strcmp(want, have))
			fail_msg("%s, %s, step %d: %s, expected %s", s->row->name, s->map ? "skep" : "kernel", step,
				have, want ? want : "nothing");
	}
}

static void fill(struct subject *s)
{
	bool trie = s->row->type == BPF_MAP_TYPE_LPM_TRIE;
	uint32_t one = 1, many = 77;

	memcpy(s->key + (trie ? 4 : 0), &one, MIN(s->row->key_size, 4u));
	memcpy(s->unknown + (trie ? 4 : 0), &many, MIN(s->row->key_size, 4u));
	if (trie)
		s->key[0] = s->unknown[0] = 32;
	memset(s->value, 0, sizeof(s->value));
	s->value[0] = 1;
}

/* Descriptors of skep's side: 1 is an object. */
static int get_object(void *argument, struct map *map, const void *value, void **ret_object, uint32_t *ret_id)
{
	struct subject *s = argument;
	uint32_t fd;

	memcpy(&fd, value, 4);
	if (fd != 1)
		return -EBADF;
	*ret_object = s->inner ? (void *)map_get(s->inner) : s;
	*ret_id = 9;
	return 0;
}

static void put_object(void *argument, struct map *map, void *object)
{
	struct subject *s = argument;

	if (s->inner)
		map_put(object);
}

static void skep_answers(void **state)
{
	const struct row *row = *state;
	struct subject s = { .row = row };
	struct map_objects objects = { .argument = &s, .get = get_object, .put = put_object };
	struct map_attr attr = {
		.type = row->type,
		.key_size = row->key_size,
		.value_size = row->value_size,
		.max_entries = row->max_entries,
		.flags = row->flags,
		.objects = &objects,
	};
	struct map_attr inner = { .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1 };

	if (row->value == MAP) {
		assert_int_equal(map_new(&inner, &s.inner), 0);
		attr.inner = s.inner;
	}
	assert_int_equal(map_new(&attr, &s.map), 0);
	fill(&s);
	check_steps(&s);
	map_put(s.map);
	if (s.inner) {
		/* All other references are back. */
		assert_int_equal(s.inner->references, 1);
		map_put(s.inner);
	}
}

static void kernel_answers(void **state)
{
	const struct row *row = *state;
	struct subject s = { .row = row };
	const struct bpf_insn insns[] = {
		{ .code = 0xb7, .dst_reg = 0, .imm = 0 },
		{ .code = 0x95 },
	};
	struct oracle_prog prog = { .type = BPF_PROG_TYPE_SOCKET_FILTER, .insns = insns, .n_insns = 2 };
	int object = -1;

	ORACLE_OF_REFERENCE_OR_SKIP();
	if (row->value == PROGRAM)
		object = oracle_prog_load(&prog);
	if (row->value == MAP)
		object = oracle_map_create(BPF_MAP_TYPE_ARRAY, 4, 4, 1, 0);
	union bpf_attr attr = {
		.map_type = row->type,
		.key_size = row->key_size,
		.value_size = row->value_size,
		.max_entries = row->max_entries,
		.map_flags = row->flags,
		.inner_map_fd = row->value == MAP ? (uint32_t)object : 0,
	};
	s.fd = oracle_bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
	assert_true(s.fd >= 0);
	fill(&s);
	if (object >= 0)
		memcpy(s.value, &object, sizeof(object));
	check_steps(&s);
	close(s.fd);
	if (object >= 0)
		close(object);
}

/* What creation answers. */
static const struct creation {
	uint32_t type, key_size, value_size, max_entries, flags;
	int result; /* 0: made */
} creations[] = {
	{ BPF_MAP_TYPE_HASH, 4, 4, 0, 0, -EINVAL },
	{ BPF_MAP_TYPE_HASH, 0, 4, 1, 0, -EINVAL },
	{ BPF_MAP_TYPE_HASH, 4, 0, 1, 0, -EINVAL },
	{ BPF_MAP_TYPE_HASH, 4, 4, 1u << 31, BPF_F_NO_PREALLOC, -E2BIG },
	{ BPF_MAP_TYPE_HASH, 4, 4, UINT32_MAX, BPF_F_NO_PREALLOC, -E2BIG },
	{ BPF_MAP_TYPE_HASH, 4, (4 << 20) - 53, 1, BPF_F_NO_PREALLOC, 0 },
	{ BPF_MAP_TYPE_HASH, 4, (4 << 20) - 52, 1, BPF_F_NO_PREALLOC, -E2BIG },
	{ BPF_MAP_TYPE_HASH, UINT32_MAX, UINT32_MAX, 1, BPF_F_NO_PREALLOC, -E2BIG },
	{ BPF_MAP_TYPE_HASH, 4, 4, 4, BPF_F_NO_COMMON_LRU, -EINVAL },
	{ BPF_MAP_TYPE_HASH, 4, 4, 4, BPF_F_MMAPABLE, -EINVAL },
	{ BPF_MAP_TYPE_HASH, 4, 4, 4, BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG, -EINVAL },
	{ BPF_MAP_TYPE_PERCPU_HASH, 4, 32768, 1, 0, 0 },
	{ BPF_MAP_TYPE_PERCPU_HASH, 4, 32769, 1, 0, -E2BIG },
	{ BPF_MAP_TYPE_LRU_HASH, 4, 4, 4, BPF_F_NO_PREALLOC, -MAP_ENOTSUPP },
	{ BPF_MAP_TYPE_LRU_HASH, 4, 4, 3, BPF_F_NO_COMMON_LRU, 0 },
	{ BPF_MAP_TYPE_ARRAY, 8, 4, 1, 0, -EINVAL },
	{ BPF_MAP_TYPE_ARRAY, 4, 0, 1, 0, -EINVAL },
	{ BPF_MAP_TYPE_ARRAY, 4, 4, 0, 0, -EINVAL },
	{ BPF_MAP_TYPE_ARRAY, 4, 1u << 31, 1, 0, -E2BIG },
	{ BPF_MAP_TYPE_ARRAY, 4, 4, 1, BPF_F_NO_PREALLOC, -EINVAL },
	{ BPF_MAP_TYPE_ARRAY, 4, 4, 1, BPF_F_PRESERVE_ELEMS, -EINVAL },
	{ BPF_MAP_TYPE_ARRAY, 4, 4, 1, BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG, -EINVAL },
	{ BPF_MAP_TYPE_PERCPU_ARRAY, 4, 32768, 1, 0, 0 },
	{ BPF_MAP_TYPE_PERCPU_ARRAY, 4, 32769, 1, 0, -E2BIG },
	{ BPF_MAP_TYPE_PERCPU_ARRAY, 4, 4, 1, BPF_F_MMAPABLE, -EINVAL },
	{ BPF_MAP_TYPE_PROG_ARRAY, 4, 8, 1, 0, -EINVAL },
	{ BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 1, BPF_F_RDONLY_PROG, -EINVAL },
	{ BPF_MAP_TYPE_CGROUP_ARRAY, 4, 4, 1, BPF_F_RDONLY_PROG, -EINVAL },
	{ BPF_MAP_TYPE_CGROUP_ARRAY, 4, 4, 1, BPF_F_RDONLY, 0 },
	{ BPF_MAP_TYPE_LPM_TRIE, 8, 4, 1, 0, -EINVAL },
	{ BPF_MAP_TYPE_LPM_TRIE, 4, 4, 1, BPF_F_NO_PREALLOC, -EINVAL },
	{ BPF_MAP_TYPE_LPM_TRIE, 260, 4, 1, BPF_F_NO_PREALLOC, 0 },
	{ BPF_MAP_TYPE_LPM_TRIE, 261, 4, 1, BPF_F_NO_PREALLOC, -EINVAL },
	{ BPF_MAP_TYPE_LPM_TRIE, 8, 4194024, 1, BPF_F_NO_PREALLOC, 0 },
	{ BPF_MAP_TYPE_LPM_TRIE, 8, 4194025, 1, BPF_F_NO_PREALLOC, -EINVAL },
	{ BPF_MAP_TYPE_QUEUE, 4, 4, 1, 0, -EINVAL },
	{ BPF_MAP_TYPE_QUEUE, 0, 4 << 20, 1, 0, 0 },
	{ BPF_MAP_TYPE_QUEUE, 0, (4 << 20) + 1, 1, 0, -E2BIG },
	{ BPF_MAP_TYPE_STACK, 0, 4, 0, 0, -EINVAL },
	{ BPF_MAP_TYPE_STACK, 0, 4, 1, BPF_F_NO_PREALLOC, -EINVAL },
	{ BPF_MAP_TYPE_BLOOM_FILTER, 4, 4, 1, 0, -EINVAL },
	{ BPF_MAP_TYPE_BLOOM_FILTER, 0, 4 << 20, 1, 0, 0 },
	{ BPF_MAP_TYPE_BLOOM_FILTER, 0, (4 << 20) + 1, 1, 0, -E2BIG },
	{ BPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, 1, BPF_F_RDONLY_PROG, -EINVAL },
	{ BPF_MAP_TYPE_HASH_OF_MAPS, 4, 8, 1, 0, -EINVAL },
	{ BPF_MAP_TYPE_DEVMAP, 4, 4, 1, BPF_F_RDONLY_PROG, -EINVAL },
	{ BPF_MAP_TYPE_DEVMAP, 4, 12, 1, 0, -EINVAL },
	{ BPF_MAP_TYPE_DEVMAP_HASH, 4, 4, (1u << 31) + 1, 0, -EINVAL },
	{ BPF_MAP_TYPE_DEVMAP_HASH, 4, 8, 1, BPF_F_RDONLY, 0 },
	{ BPF_MAP_TYPE_CPUMAP, 4, 4, 1, BPF_F_RDONLY, -EINVAL },
	{ BPF_MAP_TYPE_CPUMAP, 4, 4, 100000, 0, -E2BIG },
	{ 0, 4, 4, 1, 0, -EINVAL },
	{ 1000, 4, 4, 1, 0, -EINVAL },
};

static void creation(void **state)
{
	bool kernel = oracle_available() && oracle_release() == RELEASE_REFERENCE;

	for (size_t i = 0; i < ARRAY_SIZE(creations); i++) {
		const struct creation *c = &creations[i];
		struct map_attr attr = {
			.type = c->type,
			.key_size = c->key_size,
			.value_size = c->value_size,
			.max_entries = c->max_entries,
			.flags = c->flags,
		};
		struct map *map;
		int err = map_new(&attr, &map);

		if (err != c->result)
			fail_msg("creation %zu: %d, expected %d", i, err, c->result);
		if (!err)
			map_put(map);
		if (!kernel)
			continue;
		int fd = oracle_map_create(c->type, c->key_size, c->value_size, c->max_entries, c->flags);
		if (MIN(fd, 0) != c->result)
			fail_msg("creation %zu, kernel: %d, expected %d", i, fd, c->result);
		if (fd >= 0)
			close(fd);
	}
}

/* The kernel's memlock line of an empty map, which does not depend on where it is. */
static void memory_usage(void **state)
{
	static const uint32_t sizes[] = { 1, 7, 200 };

	ORACLE_OF_REFERENCE_OR_SKIP();
	for (size_t i = 0; i < ARRAY_SIZE(rows) * ARRAY_SIZE(sizes); i++) {
		const struct row *row = &rows[i / ARRAY_SIZE(sizes)];
		/* The size of a ring must be pages. */
		uint32_t entries = row->value_size ? sizes[i % ARRAY_SIZE(sizes)] : row->max_entries;
		struct map_attr attr = {
			.type = row->type,
			.key_size = row->key_size,
			.value_size = row->value_size,
			.max_entries = entries,
			.flags = row->flags,
		};
		char path[64], line[128];
		unsigned long theirs = 0;
		struct map *map;

		if (row->value == MAP)
			continue;
		int fd = oracle_map_create(row->type, row->key_size, row->value_size, entries, row->flags);
		assert_true(fd >= 0);
		snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
		FILE *file = fopen(path, "re");
		assert_non_null(file);
		while (fgets(line, sizeof(line), file) && sscanf(line, "memlock: %lu", &theirs) != 1)
			;
		fclose(file);
		close(fd);
		assert_int_equal(map_new(&attr, &map), 0);
		if (map->ops->memory_usage(map) != theirs)
			fail_msg("%s, %u entries: %lu, the kernel says %lu", row->name, entries,
				(unsigned long)map->ops->memory_usage(map), theirs);
		map_put(map);
	}
}

/* Memory is committed as it is touched: ten million elements that are not there cost next to nothing. */
static void empty_maps_cost_nothing(void **state)
{
	struct map_attr attr = { .type = BPF_MAP_TYPE_HASH, .key_size = 16, .value_size = 64, .max_entries = 10000000 };
	uint8_t key[16] = { 0 }, value[64] = { 0 };
	long before, after, pages[2];
	struct map *map;

	for (int i = 0; i < 2; i++) {
		FILE *file = fopen("/proc/self/statm", "re");

		assert_non_null(file);
		assert_int_equal(fscanf(file, "%ld %ld", &before, &pages[i]), 2);
		fclose(file);
		if (i)
			break;
		assert_int_equal(map_new(&attr, &map), 0);
		assert_int_equal(map_user_update(map, key, value, 0), 0);
	}
	after = pages[1] - pages[0];
	assert_true(after < 64);
	map_put(map);
}

int main(void)
{
	struct CMUnitTest tests[2 * ARRAY_SIZE(rows) + 3];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		void *row = (void *)&rows[i];

		tests[n++] = (struct CMUnitTest){ rows[i].name, skep_answers, NULL, NULL, row };
		tests[n++] = (struct CMUnitTest){ rows[i].name, kernel_answers, NULL, NULL, row };
	}
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(creation);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(memory_usage);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(empty_maps_cost_nothing);
	return _cmocka_run_group_tests("map contract", tests, n, NULL, NULL);
}
