/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One operation on one map, OPS times with random keys; compiled once for each row of maps.def:
 *   TYPE      enum bpf_map_type
 *   ENTRIES   keys that are in the map
 *   ROOM      max_entries
 *   FLAGS     of the map
 *   LOOKUP, UPDATE, INSERT (and delete), EVICT (insert into a full LRU map), LPM (lookup of a /32 behind a u32 prefix)
 */
#include "../workloads/workload.h"

#define OPS 64
#define STEP 1000 /* inserted by one run of setup */

#pragma clang diagnostic ignored "-Wunused-variable" /* each row uses some of what is here */

#define FIELD(name, value) int(*name)[value]
struct lpm_key {
	u32 prefixlen;
	u32 data;
};

#ifdef LPM
typedef struct lpm_key key_type;
#else
typedef u32 key_type;
#endif

struct {
	FIELD(type, TYPE);
	FIELD(max_entries, ROOM);
	FIELD(map_flags, FLAGS);
	key_type *key;
	u64 *value;
} map __attribute__((section(".maps"), used));

static void *(*map_lookup)(void *map, const void *key) = (void *)1;
static long (*map_update)(void *map, const void *key, const void *value, u64 flags) = (void *)2;
static long (*map_delete)(void *map, const void *key) = (void *)3;

u32 next;
u64 state;

INLINE void set_key(key_type *key, u32 number)
{
#ifdef LPM
	key->prefixlen = 32;
	key->data = number * 2654435761u;
#else
	*key = number;
#endif
}

SETUP
{
	state = 88172645463325252ull;
	for (u32 i = 0; i < STEP; i++) {
		key_type key;
		u64 value = next;

		if (next >= ENTRIES)
			break;
		set_key(&key, next++);
#ifdef LPM
		key.prefixlen = 8 + (next & 15) + (next & 8);
#endif
		map_update(&map, &key, &value, 0);
	}
	return 0;
}

WORK
{
	u64 x = state;
	u32 sum = 0;

	for (u32 i = 0; i < OPS; i++) {
		key_type key;
		u64 value = i;

		x = xorshift(x);
		u32 number = (u32)((x >> 32) * ENTRIES >> 32);
#if defined(LOOKUP)
		set_key(&key, number);
		u64 *found = map_lookup(&map, &key);
		if (found)
			sum += (u32)*found;
#elif defined(UPDATE)
		set_key(&key, number);
		sum += map_update(&map, &key, &value, 0);
#elif defined(INSERT)
		set_key(&key, ENTRIES + number);
		sum += map_update(&map, &key, &value, 0);
		sum += map_delete(&map, &key);
#elif defined(EVICT)
		set_key(&key, next++);
		sum += map_update(&map, &key, &value, 0);
#endif
	}
	state = x;
	return sum;
}
