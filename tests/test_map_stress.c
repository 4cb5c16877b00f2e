/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Maps under many threads, and maps whose users are killed. Each user has keys of its own, whose values it knows, so
 * that every answer can be checked; and all write the same keys with values that tell a torn copy.
 *
 * SKEP_TEST_ROUNDS: how many times users are killed (default 20). SKEP_TEST_OPERATIONS: of each thread (20000).
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/macros.h"
#include "maps/map.h"

enum {
	USERS = 8,
	KEYS = 64, /* of one user, and of all together */
	WORDS = 6,
};

struct shape {
	const char *name;
	uint32_t type, flags, max_entries;
	bool lru;
};

/* Half of the keys fit at once, so full maps are met as well. */
static const struct shape shapes[] = {
	{ "hash", BPF_MAP_TYPE_HASH, 0, USERS *KEYS / 2 + KEYS },
	{ "hash with room", BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC, 4096 },
	{ "per-CPU hash", BPF_MAP_TYPE_PERCPU_HASH, 0, USERS *KEYS / 2 + KEYS },
	{ "LRU hash", BPF_MAP_TYPE_LRU_HASH, 0, USERS *KEYS / 2 + KEYS, true },
	{ "LRU hash, own lists", BPF_MAP_TYPE_LRU_HASH, BPF_F_NO_COMMON_LRU, USERS *KEYS / 2 + KEYS, true },
	{ "trie", BPF_MAP_TYPE_LPM_TRIE, BPF_F_NO_PREALLOC, USERS *KEYS / 2 + KEYS },
};

struct key {
	uint32_t length; /* of a prefix, and part of the key elsewhere */
	uint32_t number;
};

/* What a user knows of one of its keys, in memory that outlives it: 0: the map does not have it. */
struct record {
	_Atomic uint64_t done; /* acknowledged */
	_Atomic uint64_t tried; /* about to be */
};

struct shared {
	struct record records[USERS][KEYS];
	_Atomic uint64_t operations;
};

struct user {
	const struct shape *shape;
	struct map *map;
	struct shared *shared;
	uint32_t number;
	uint64_t random, serial;
	long operations;
	const char *failure;
};

static long setting(const char *name, long otherwise)
{
	const char *text = getenv(name);

	return text ? atol(text) : otherwise;
}

static uint32_t roll(struct user *u, uint32_t limit)
{
	u->random = u->random * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(u->random >> 33) % limit;
}

/* User USERS is everybody. The bits of a trie's keys branch at both ends. */
static struct key make_key(uint32_t user, uint32_t number)
{
	return (struct key){ .length = 32, .number = user << 24 | number << 4 | user };
}

static void fill_value(uint64_t *value, uint64_t number)
{
	for (uint32_t i = 0; i < WORDS * map_cpus(); i++)
		value[i] = number;
}

/* 0: not there; 1: torn. Serial numbers start at 2. */
static uint64_t read_value(struct map *map, const struct key *key)
{
	uint64_t value[WORDS * 64];

	if (map_user_lookup(map, key, value, 0) < 0)
		return 0;
	/* Each CPU's value is copied for itself. */
	for (uint32_t i = 1; i < map_user_value_size(map) / 8; i++)
		if (value[i] != value[0])
			return 1;
	return value[0];
}

static int write_value(struct user *u, const struct key *key, uint64_t number)
{
	uint64_t value[WORDS * 64];

	if (!number)
		return map_user_remove(u->map, key);
	fill_value(value, number);
	return map_user_update(u->map, key, value, BPF_ANY);
}

/* One operation on a key of the user's own, checked; now and then one on everybody's. */
static const char *operate(struct user *u)
{
	uint32_t number = roll(u, KEYS);
	struct record *record = &u->shared->records[u->number][number];
	struct key key = make_key(u->number, number), common = make_key(USERS, roll(u, KEYS));
	uint64_t known = atomic_load_explicit(&record->done, memory_order_relaxed), wanted, seen;
	int err;

	switch (roll(u, 8)) {
	case 0:
		write_value(u, &common, roll(u, 4) ? ++u->serial : 0);
		return NULL;
	case 1:
		seen = read_value(u->map, &common);
		/* Per-CPU values are changed where they are, as in the kernel. */
		return seen == 1 && u->shape->type != BPF_MAP_TYPE_PERCPU_HASH ? "torn" : NULL;
	case 2:
	case 3:
	case 4:
		seen = read_value(u->map, &key);
		return seen == known || (u->shape->lru && !seen) ? NULL : "lost or changed";
	case 5:
		wanted = 0;
		break;
	default:
		wanted = ++u->serial;
	}
	atomic_store_explicit(&record->tried, wanted, memory_order_relaxed);
	err = write_value(u, &key, wanted);
	if (!err || (err == -ENOENT && (!known || u->shape->lru)))
		atomic_store_explicit(&record->done, wanted, memory_order_relaxed);
	else if ((err == -E2BIG || err == -ENOSPC) && wanted && !known && !u->shape->lru)
		atomic_store_explicit(&record->tried, known, memory_order_relaxed);
	else
		return "unexpected error";
	atomic_fetch_add_explicit(&u->shared->operations, 1, memory_order_relaxed);
	return NULL;
}

static void *use(void *argument)
{
	struct user *u = argument;

	for (long i = 0; i < u->operations && !u->failure; i++)
		u->failure = operate(u);
	return NULL;
}

static struct map *new_map(const struct shape *shape)
{
	struct map_attr attr = {
		.type = shape->type,
		.key_size = sizeof(struct key),
		.value_size = WORDS * 8,
		.max_entries = shape->max_entries,
		.flags = shape->flags,
	};
	struct map *map;

	assert_int_equal(map_new(&attr, &map), 0);
	return map;
}

static struct shared *new_shared(void)
{
	struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(shared != MAP_FAILED);
	return shared;
}

static void init_user(
	struct user *u, const struct shape *shape, struct map *map, struct shared *shared, uint32_t number)
{
	*u = (struct user){
		.shape = shape,
		.map = map,
		.shared = shared,
		.number = number,
		.random = number + 1,
		.serial = 2,
		.operations = setting("SKEP_TEST_OPERATIONS", 20000),
	};
}

/* The map alone, with nobody else: every key is as its user left it, and all room can be used. */
static void check_whole(const struct shape *shape, struct map *map, struct shared *shared)
{
	uint32_t count = 0, walked = 0;
	uint64_t value[WORDS * 64] = { 0 };
	struct key key;

	for (uint32_t user = 0; user < USERS; user++) {
		for (uint32_t number = 0; number < KEYS; number++) {
			struct record *record = &shared->records[user][number];

			key = make_key(user, number);
			uint64_t seen = read_value(map, &key);
			if (seen != record->done && seen != record->tried && !(shape->lru && !seen))
				fail_msg("%s: user %u key %u: %lu, acknowledged %lu, tried %lu", shape->name, user,
					number, (unsigned long)seen, (unsigned long)record->done,
					(unsigned long)record->tried);
			record->done = record->tried = seen;
			count += seen != 0;
		}
	}
	for (uint32_t number = 0; number < KEYS; number++) {
		key = make_key(USERS, number);
		count += read_value(map, &key) != 0;
	}
	for (int err = map_user_next_key(map, NULL, &key); !err; err = map_user_next_key(map, &key, &key))
		walked++;
	assert_int_equal(walked, count);
	if (shape->lru)
		return;
	/* No element was lost on the way: exactly so many more fit. */
	uint32_t added = 0;
	for (;; added++) {
		key = make_key(USERS + 1, added);
		int err = map_user_update(map, &key, value, BPF_NOEXIST);
		if (err) {
			assert_true(err == -E2BIG || err == -ENOSPC);
			break;
		}
	}
	assert_int_equal(count + added, map->max_entries);
	while (added--) {
		key = make_key(USERS + 1, added);
		assert_int_equal(map_user_remove(map, &key), 0);
	}
	assert_int_equal(map->ops->count(map), count);
}

static void threads(void **state)
{
	const struct shape *shape = *state;
	struct shared *shared = new_shared();
	struct map *map = new_map(shape);
	struct user users[USERS];
	pthread_t ids[USERS];

	for (uint32_t i = 0; i < USERS; i++) {
		init_user(&users[i], shape, map, shared, i);
		assert_int_equal(pthread_create(&ids[i], NULL, use, &users[i]), 0);
	}
	for (uint32_t i = 0; i < USERS; i++)
		pthread_join(ids[i], NULL);
	for (uint32_t i = 0; i < USERS; i++)
		if (users[i].failure)
			fail_msg("%s: user %u: %s", shape->name, i, users[i].failure);
	check_whole(shape, map, shared);
	map_put(map);
	munmap(shared, sizeof(*shared));
}

static pid_t start_process(struct user *u)
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		const char *failure = NULL;

		while (!failure)
			failure = operate(u);
		_exit(1);
	}
	return child;
}

static void killed(void **state)
{
	const struct shape *shape = *state;
	struct shared *shared = new_shared();
	struct map *map = new_map(shape);
	uint64_t random = 11;

	for (long round = setting("SKEP_TEST_ROUNDS", 20); round > 0; round--) {
		pid_t children[2];

		for (uint32_t i = 0; i < 2; i++) {
			struct user user;

			init_user(&user, shape, map, shared, (uint32_t)(round * 2 + i) % USERS);
			user.random = random + i;
			user.serial = (uint64_t)round << 32;
			children[i] = start_process(&user);
		}
		/* The random numbers decide how long they live once both are at work. */
		uint64_t began = atomic_load(&shared->operations);
		while (atomic_load(&shared->operations) < began + 50)
			sched_yield();
		random = random * 6364136223846793005ull + 1442695040888963407ull;
		for (volatile uint32_t wait = (uint32_t)(random >> 33) % 200000; wait; wait--)
			;
		for (int i = 0; i < 2; i++)
			kill(children[i], SIGKILL);
		for (int i = 0; i < 2; i++) {
			int status;

			assert_int_equal(waitpid(children[i], &status, 0), children[i]);
			assert_true(WIFSIGNALED(status));
		}
		check_whole(shape, map, shared);
	}
	map_put(map);
	munmap(shared, sizeof(*shared));
}

int main(void)
{
	struct CMUnitTest tests[2 * ARRAY_SIZE(shapes)];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++)
		tests[n++] = (struct CMUnitTest){ shapes[i].name, threads, NULL, NULL, (void *)&shapes[i] };
	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++)
		tests[n++] = (struct CMUnitTest){ shapes[i].name, killed, NULL, NULL, (void *)&shapes[i] };
	return _cmocka_run_group_tests("map stress", tests, n, NULL, NULL);
}
