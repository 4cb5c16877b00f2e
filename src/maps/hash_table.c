/* SPDX-License-Identifier: BSD-2-Clause */
/* Making a hash table, and changing it: see hash_table.h for how it works. */
#include "maps/hash_table.h"

#include <assert.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/macros.h"
#include "maps/array.h"
#include "maps/check.h"
#include "maps/value.h"

static_assert(sizeof(struct bucket) == 64 && sizeof(struct shard) == 64, "one cache line each");

#define HASH_FLAGS (BPF_F_NO_PREALLOC | BPF_F_NO_COMMON_LRU | BPF_F_NUMA_NODE | MAP_ACCESS_FLAGS | BPF_F_ZERO_SEED)
/* What the kernel's element has before the key. */
#define HASH_ELEMENT_HEADER 48

static bool is_lru(uint32_t type)
{
	return type == BPF_MAP_TYPE_LRU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

static bool is_percpu(uint32_t type)
{
	return type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

int hash_table_check(const struct map_attr *attr)
{
	bool lru = is_lru(attr->type), percpu = is_percpu(attr->type);

	if (attr->flags & BPF_F_ZERO_SEED && !(attr->map_capabilities & MAP_CAP_SYS_ADMIN))
		return -EPERM;
	if (attr->flags & ~HASH_FLAGS || !map_access_ok(attr->flags))
		return -EINVAL;
	if (!lru && attr->flags & BPF_F_NO_COMMON_LRU)
		return -EINVAL;
	if (lru && attr->flags & BPF_F_NO_PREALLOC)
		return -MAP_ENOTSUPP;
	if (attr->flags & BPF_F_NUMA_NODE && (percpu || attr->flags & BPF_F_NO_COMMON_LRU))
		return -EINVAL;
	if (attr->max_entries == 0 || attr->key_size == 0 || attr->value_size == 0)
		return -EINVAL;
	if ((uint64_t)attr->key_size + attr->value_size >= MAP_KMALLOC_MAX - HASH_ELEMENT_HEADER)
		return -E2BIG;
	if (percpu && ROUND_UP(attr->value_size, 8u) > MAP_PERCPU_VALUE_MAX)
		return -E2BIG;
	/* The kernel's table of buckets, 16 bytes each and a power of two of them, must have less than 4 GiB. */
	if (attr->max_entries > 1u << 27)
		return -E2BIG;
	return 0;
}

/* Where the parts of the file are. */
struct layout {
	uint32_t n_shards, n_buckets, capacity;
	uint32_t key_offset, value_offset;
	uint64_t stride, buckets, elements, planes, plane, size;
};

static uint32_t round_up_power(uint64_t n)
{
	return n <= 1 ? 1 : 1u << (64 - __builtin_clzll(n - 1));
}

static int layout_of(const struct map_attr *attr, struct layout *layout)
{
	bool own_lists = attr->flags & BPF_F_NO_COMMON_LRU;
	uint32_t cpus = map_cpus(), value = ROUND_UP(attr->value_size, 8u);
	uint64_t bytes;

	layout->n_shards = own_lists ? cpus : MIN(round_up_power(2 * (uint64_t)cpus), HASH_SHARDS_MAX);
	layout->capacity = attr->max_entries + layout->n_shards;
	/* Three to five elements in a bucket of seven when the map is full. */
	layout->n_buckets = round_up_power((layout->capacity + 4ull) / 5);
	layout->key_offset = is_lru(attr->type) ? sizeof(struct lru_mark) : 0;
	layout->value_offset = layout->key_offset + ROUND_UP(attr->key_size, 8u);
	/* Small elements do not cross cache lines. */
	layout->stride = layout->value_offset + (is_percpu(attr->type) ? 0 : value);
	layout->stride = layout->stride <= 64 ? round_up_power(layout->stride) : ROUND_UP(layout->stride, 16ull);

	layout->buckets = ROUND_UP(sizeof(struct hash_file) + 64 + 64ull * layout->n_shards, MAP_PAGE);
	layout->elements = layout->buckets + ROUND_UP(64ull * layout->n_buckets, MAP_PAGE);
	int err = map_area(layout->capacity, layout->stride, &bytes);
	if (err)
		return err;
	layout->planes = layout->elements + ROUND_UP(bytes, MAP_PAGE);
	layout->plane = 0;
	layout->size = layout->planes;
	if (!is_percpu(attr->type))
		return 0;
	layout->plane = ROUND_UP((uint64_t)layout->capacity * value, MAP_PAGE);
	err = map_area(cpus, layout->plane, &bytes);
	if (err)
		return err;
	layout->size += bytes;
	return 0;
}

/* With lists of its own each CPU has the same share. */
static struct map_attr shared_out(const struct map_attr *attr)
{
	struct map_attr result = *attr;
	uint32_t cpus = map_cpus();

	if (attr->flags & BPF_F_NO_COMMON_LRU) {
		uint64_t entries = (attr->max_entries + cpus - 1ull) / cpus * cpus;

		result.max_entries = entries > UINT32_MAX ? attr->max_entries / cpus * cpus : (uint32_t)entries;
	}
	return result;
}

int hash_table_size(const struct map_attr *attr, uint64_t *ret_size)
{
	struct map_attr shared = shared_out(attr);
	struct layout layout;
	int err = layout_of(&shared, &layout);

	if (!err)
		*ret_size = layout.size;
	return err;
}

static struct hash_seed new_seed(const struct map_attr *attr)
{
	struct hash_seed seed = { 0 };

	if (!(attr->flags & BPF_F_ZERO_SEED) && getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
		seed.a = (uintptr_t)attr;
	/* Without a random seed still a multiplier that mixes. */
	seed.b = (seed.b ^ 0x9e3779b97f4a7c15ull) | 1;
	return seed;
}

static void share_elements(struct shard *shards, uint32_t n_shards, uint32_t capacity)
{
	for (uint32_t i = 0; i < n_shards; i++) {
		struct shard *shard = &shards[i];

		shard->start = (uint32_t)((uint64_t)capacity * i / n_shards);
		shard->end = (uint32_t)((uint64_t)capacity * (i + 1) / n_shards);
		shard->sweep = shard->sweep_end = shard->start;
		atomic_store(&shard->fresh, shard->start);
		atomic_store(&shard->fresh_end, shard->end);
		atomic_store(&shard->free, shard->end - shard->start);
	}
}

int hash_table_init(struct map *map, const struct map_attr *attr)
{
	struct map_attr shared = shared_out(attr);
	struct layout layout;
	int err = layout_of(&shared, &layout);

	if (err)
		return err;
	struct hash *hash = calloc(1, sizeof(*hash));
	if (!hash)
		return -ENOMEM;
	map->max_entries = shared.max_entries;
	map->value_stride = ROUND_UP(attr->value_size, 8u);
	map->cpu_stride = layout.plane;
	map->state = hash;
	hash->file = (struct hash_file *)map->memory;
	hash->shards = (struct shard *)(map->memory + ROUND_UP(sizeof(struct hash_file), (size_t)64));
	hash->buckets = (struct bucket *)(map->memory + layout.buckets);
	hash->elements = map->memory + layout.elements;
	hash->planes = map->memory + layout.planes;
	hash->cpus = layout.plane ? map_cpus() : 0;
	hash->stride = layout.stride;
	hash->mask = layout.n_buckets - 1;
	hash->key_offset = layout.key_offset;
	hash->value_offset = layout.value_offset;
	hash->capacity = layout.capacity;
	hash->n_shards = layout.n_shards;
	hash->lru = is_lru(attr->type);
	hash->own_lists = attr->flags & BPF_F_NO_COMMON_LRU;
	if (!hash->file->capacity) {
		hash->file->seed = new_seed(attr);
		share_elements(hash->shards, layout.n_shards, layout.capacity);
		hash->file->capacity = layout.capacity;
	}
	hash->seed = hash->file->seed;
	return 0;
}

void hash_table_free(struct map *map)
{
	free(map->state);
	map->state = NULL;
}

uint64_t hash_table_count(const struct map *map)
{
	const struct hash *hash = hash_of(map);
	uint64_t free = 0;

	for (uint32_t i = 0; i < hash->n_shards; i++)
		free += atomic_load_explicit(&hash->shards[i].free, memory_order_relaxed);
	return free < hash->capacity ? hash->capacity - free : 0;
}

/* Free lists. The link of a free element is where its key was: the index of the next one plus one. */

static _Atomic uint32_t *link_of(struct hash *hash, uint32_t index)
{
	return (_Atomic uint32_t *)(hash_element(hash, index) + hash->key_offset);
}

/* Stores in the order of the program: whoever dies in between leaves what he did so far, no more is needed. */
static void store(_Atomic uint32_t *field, uint32_t value)
{
	atomic_store_explicit(field, value, memory_order_release);
}

static uint32_t load(const _Atomic uint32_t *field)
{
	return atomic_load_explicit(field, memory_order_relaxed);
}

/*
 * The last one to come is the first to go, without being linked: a replacement does not touch what it frees, and by
 * the time of the next change the element is in the cache.
 */
void shard_push(struct hash *hash, struct shard *shard, uint32_t index)
{
	__builtin_prefetch(hash_element(hash, index), 1);
	if (!load(&shard->spare)) {
		store(&shard->spare, index + 1);
	} else {
		atomic_store_explicit(link_of(hash, index), load(&shard->head), memory_order_relaxed);
		store(&shard->head, index + 1);
	}
	store(&shard->free, load(&shard->free) + 1);
}

static uint32_t shard_pop(struct hash *hash, struct shard *shard)
{
	uint32_t mark = load(&shard->spare);

	store(&shard->free, load(&shard->free) - 1);
	if (mark) {
		store(&shard->taken, mark);
		store(&shard->spare, 0);
		return mark - 1;
	}
	mark = load(&shard->head);
	if (mark) {
		store(&shard->taken, mark);
		store(&shard->head, load(link_of(hash, mark - 1)));
		return mark - 1;
	}
	uint32_t index = load(&shard->fresh);
	store(&shard->taken, index + 1);
	store(&shard->fresh, index + 1);
	return index;
}

/* Slots of a home and of the buckets after it. */

_Atomic uint64_t *bucket_find_index(struct hash *hash, uint32_t home, uint32_t index)
{
	uint32_t number = home;

	for (uint32_t steps = 0; steps <= hash->mask; steps++) {
		struct bucket *bucket = &hash->buckets[number];

		for (uint32_t i = 0; i < BUCKET_SLOTS; i++)
			if ((uint32_t)atomic_load_explicit(&bucket->slots[i], memory_order_relaxed) == index + 1)
				return &bucket->slots[i];
		if (!load(&bucket->passed))
			break;
		number = (number + 1) & hash->mask;
	}
	return NULL;
}

static uint32_t bucket_of_slot(const struct hash *hash, const _Atomic uint64_t *slot)
{
	return (uint32_t)(((const uint8_t *)slot - (const uint8_t *)hash->buckets) / sizeof(struct bucket));
}

void bucket_clear(struct hash *hash, uint32_t home, _Atomic uint64_t *slot)
{
	uint32_t last = bucket_of_slot(hash, slot);

	atomic_store_explicit(slot, 0, memory_order_release);
	for (uint32_t number = home; number != last; number = (number + 1) & hash->mask)
		atomic_fetch_sub_explicit(&hash->buckets[number].passed, 1, memory_order_release);
}

static void bucket_insert(struct hash *hash, uint32_t home, uint64_t entry)
{
	uint32_t number = home;

	/* There are more slots than elements. */
	for (;;) {
		struct bucket *bucket = &hash->buckets[number];

		for (uint32_t i = 0; i < BUCKET_SLOTS; i++) {
			uint64_t expected = atomic_load_explicit(&bucket->slots[i], memory_order_relaxed);

			if (!expected && atomic_compare_exchange_strong_explicit(&bucket->slots[i], &expected, entry,
						 memory_order_release, memory_order_relaxed))
				return;
		}
		atomic_fetch_add_explicit(&bucket->passed, 1, memory_order_release);
		number = (number + 1) & hash->mask;
	}
}

/* Locks. */

static void repair_in_flight(struct hash *hash, struct shard *shard, uint32_t home, uint32_t mark)
{
	uint32_t index = mark - 1;
	bool never_left = load(&shard->head) == mark || load(&shard->spare) == mark ||
			  (index >= load(&shard->fresh) && index < load(&shard->fresh_end));

	if (!mark || index >= hash->capacity || never_left)
		return;
	_Atomic uint64_t *slot = bucket_find_index(hash, home, index);
	if (!slot)
		shard_push(hash, shard, index);
	if (hash->lru)
		atomic_store_explicit(
			&((struct lru_mark *)hash_element(hash, index))->linked, slot != NULL, memory_order_relaxed);
}

/* The owner of the shard died, we have its lock. Puts every element where it belongs, and unlocks the bucket. */
static void shard_repair(struct hash *hash, struct shard *shard)
{
	uint32_t mark = (uint32_t)(shard - hash->shards) + 1, home = load(&shard->bucket) - 1;
	uint32_t free = load(&shard->fresh_end) - load(&shard->fresh);

	if (home <= hash->mask) {
		repair_in_flight(hash, shard, home, load(&shard->taken));
		store(&shard->taken, 0);
		repair_in_flight(hash, shard, home, load(&shard->given));
		store(&shard->given, 0);
		if (load(&hash->buckets[home].lock) == mark)
			store(&hash->buckets[home].lock, 0);
	}
	free += load(&shard->spare) != 0;
	for (uint32_t next = load(&shard->head); next && free <= hash->capacity; free++)
		next = load(link_of(hash, next - 1));
	store(&shard->free, free);
}

/* result of robust_lock(): whoever takes over a dead owner's lock repairs what it protects. */
static int locked(struct hash *hash, struct shard *shard, int result)
{
	if (unlikely(result == 1)) {
		shard_repair(hash, shard);
		result = 0;
	}
	return result;
}

enum {
	BUCKET_SPINS = 100,
	BUCKET_YIELDS_BEFORE_LOOK = 64,
	BUCKET_WAIT_NS = 50000,
	BUCKET_WAITS_MAX = 20000, /* a second */
};

static int bucket_lock_slow(struct hash *hash, struct shard *shard, struct bucket *bucket)
{
	const struct timespec wait = { .tv_nsec = BUCKET_WAIT_NS };
	uint32_t mine = (uint32_t)(shard - hash->shards) + 1;

	for (uint32_t rounds = 0; rounds < BUCKET_WAITS_MAX; rounds++) {
		uint32_t owner = load(&bucket->lock), expected = 0;
		struct robust_hold hold;

		if (!owner && atomic_compare_exchange_strong_explicit(
				      &bucket->lock, &expected, mine, memory_order_acquire, memory_order_relaxed))
			return 0;
		if (!owner)
			continue;
		if (rounds < BUCKET_SPINS) {
			cpu_relax();
			continue;
		}
		struct shard *other = &hash->shards[owner - 1];
		if (owner > hash->n_shards || robust_is_mine(&other->lock))
			return -EDEADLK;
		if (rounds < BUCKET_SPINS + BUCKET_YIELDS_BEFORE_LOOK) {
			sched_yield();
			continue;
		}
		/* Nobody who holds the bucket gives the shard back first, unless he died. */
		if (rounds % BUCKET_YIELDS_BEFORE_LOOK == 0 && !robust_is_held(&other->lock)) {
			int result = robust_lock(&other->lock, &hold);

			if (locked(hash, other, result) == 0)
				robust_unlock(&other->lock, &hold);
		} else {
			nanosleep(&wait, NULL);
		}
	}
	return -ETIMEDOUT;
}

int bucket_lock(struct hash *hash, struct shard *shard, uint32_t number)
{
	struct bucket *bucket = &hash->buckets[number];
	uint32_t expected = 0, mine = (uint32_t)(shard - hash->shards) + 1;

	store(&shard->bucket, number + 1);
	if (likely(atomic_compare_exchange_strong_explicit(
		    &bucket->lock, &expected, mine, memory_order_acquire, memory_order_relaxed)))
		return 0;
	return bucket_lock_slow(hash, shard, bucket);
}

void bucket_unlock(struct hash *hash, uint32_t number)
{
	store(&hash->buckets[number].lock, 0);
}

/* The shard that this thread had last: as long as nobody else wants it, there is no traffic between CPUs. */
static __thread uint32_t preferred __attribute__((tls_model("initial-exec")));

static bool shard_has_room(const struct shard *shard, bool room)
{
	return !room || load(&shard->free) > 1;
}

/* Before it is locked: what a dead owner left is counted when it is repaired. */
static bool shard_may_have_room(struct shard *shard, bool room)
{
	return shard_has_room(shard, room) || robust_owner_died(&shard->lock);
}

static int shard_lock_any(struct hash *hash, bool room, struct shard **ret_shard, struct robust_hold *hold)
{
	uint32_t first = preferred % hash->n_shards;

	for (uint32_t i = 0; i < hash->n_shards; i++) {
		uint32_t number = first + i < hash->n_shards ? first + i : first + i - hash->n_shards;
		struct shard *shard = &hash->shards[number];

		if (!shard_may_have_room(shard, room))
			continue;
		if (locked(hash, shard, robust_trylock(&shard->lock, hold)) < 0)
			continue;
		if (shard_has_room(shard, room)) {
			preferred = number;
			*ret_shard = shard;
			return 0;
		}
		robust_unlock(&shard->lock, hold);
	}
	/* All that would do are busy. */
	for (uint32_t i = 0; i < hash->n_shards; i++) {
		struct shard *shard = &hash->shards[(first + i) % hash->n_shards];

		if (!shard_may_have_room(shard, room))
			continue;
		int err = locked(hash, shard, robust_lock(&shard->lock, hold));
		if (err)
			return err;
		if (shard_has_room(shard, room)) {
			*ret_shard = shard;
			return 0;
		}
		robust_unlock(&shard->lock, hold);
	}
	return -E2BIG;
}

static int shard_lock(struct hash *hash, bool room, int number, struct shard **ret_shard, struct robust_hold *hold)
{
	if (number < 0) {
		int err = shard_lock_any(hash, room, ret_shard, hold);

		if (err != -E2BIG || !hash->lru)
			return err;
		/* An LRU map has room when it wants to. */
		err = shard_lock_any(hash, false, ret_shard, hold);
		if (err)
			return err;
	} else {
		*ret_shard = &hash->shards[number];
		int err = locked(hash, *ret_shard, robust_lock(&(*ret_shard)->lock, hold));
		if (err)
			return err;
	}
	if (shard_has_room(*ret_shard, room))
		return 0;
	int err = lru_evict(hash, *ret_shard);
	if (err)
		robust_unlock(&(*ret_shard)->lock, hold);
	return err;
}

int hash_shard_of(const struct map *map, uint32_t index)
{
	const struct hash *hash = hash_of(map);

	return hash->own_lists ? (int)(index / (hash->capacity / hash->n_shards)) : -1;
}

int hash_begin(struct map *map, const void *key, bool room, int shard, struct hash_change *change)
{
	struct hash *hash = hash_of(map);

	*change = (struct hash_change){ .map = map, .key_hash = hash_of_key(map, key) };
	uint32_t home = (uint32_t)change->key_hash & hash->mask;
	__builtin_prefetch(&hash->buckets[home], 1);
	int err = shard_lock(hash, room, shard, &change->shard, &change->hold);
	if (unlikely(err))
		return err;
	err = bucket_lock(hash, change->shard, home);
	if (unlikely(err)) {
		robust_unlock(&change->shard->lock, &change->hold);
		return err;
	}
	change->found = hash_find_any(map, key, change->key_hash, &change->slot);
	return 0;
}

void hash_end(struct hash_change *change)
{
	struct hash *hash = hash_of(change->map);
	struct shard *shard = change->shard;
	uint32_t taken = load(&shard->taken), given = load(&shard->given);

	/* What is linked can be removed, and freed, by others as soon as the bucket is unlocked. */
	if (taken) {
		if (!change->published)
			shard_push(hash, shard, taken - 1);
		store(&shard->taken, 0);
	}
	bucket_unlock(hash, (uint32_t)change->key_hash & hash->mask);
	if (given) {
		shard_push(hash, shard, given - 1);
		store(&shard->given, 0);
	}
	robust_unlock(&shard->lock, &change->hold);
}

uint32_t hash_take(struct hash_change *change, const void *key)
{
	struct hash *hash = hash_of(change->map);
	uint32_t index = shard_pop(hash, change->shard);

	value_write(hash_element(hash, index) + hash->key_offset, key, change->map->key_size);
	return index;
}

/* What the sweep of an LRU map goes by. It is left as it is when the element is freed: that need not touch it. */
static void set_mark(struct hash *hash, uint32_t index, bool used, uint32_t home)
{
	struct lru_mark *mark = (struct lru_mark *)hash_element(hash, index);

	atomic_store_explicit(&mark->home, home, memory_order_relaxed);
	atomic_store_explicit(&mark->used, used, memory_order_relaxed);
	atomic_store_explicit(&mark->linked, 1, memory_order_relaxed);
}

void hash_publish(struct hash_change *change, uint32_t index)
{
	struct hash *hash = hash_of(change->map);
	uint64_t entry = slot_make(change->key_hash, index);
	uint32_t home = (uint32_t)change->key_hash & hash->mask;

	if (hash->lru)
		set_mark(hash, index, change->found, home);
	if (change->found) {
		store(&change->shard->given, change->found);
		atomic_store_explicit(change->slot, entry, memory_order_release);
	} else {
		bucket_insert(hash, home, entry);
	}
	change->published = true;
}

void hash_unlink(struct hash_change *change)
{
	struct hash *hash = hash_of(change->map);
	uint32_t home = (uint32_t)change->key_hash & hash->mask;

	store(&change->shard->given, change->found);
	bucket_clear(hash, home, change->slot);
}

uint64_t hash_slot_number(const struct map *map, const _Atomic uint64_t *slot)
{
	const struct hash *hash = hash_of(map);
	uint32_t bucket = bucket_of_slot(hash, slot);

	return (uint64_t)bucket * BUCKET_SLOTS + (uint64_t)(slot - hash->buckets[bucket].slots);
}

_Atomic uint64_t *hash_slot_at(const struct map *map, uint64_t at)
{
	return &hash_of(map)->buckets[at / BUCKET_SLOTS].slots[at % BUCKET_SLOTS];
}

uint64_t hash_scan(const struct map *map, uint64_t *at)
{
	uint64_t slots = ((uint64_t)hash_of(map)->mask + 1) * BUCKET_SLOTS;

	for (; *at < slots; ++*at) {
		uint64_t slot = atomic_load_explicit(hash_slot_at(map, *at), memory_order_acquire);

		if ((uint32_t)slot)
			return slot;
	}
	return 0;
}

bool hash_scan_key(const struct map *map, uint64_t at, uint64_t slot, void *key)
{
	const struct hash *hash = hash_of(map);

	value_read(key, hash_element(hash, (uint32_t)slot - 1) + hash->key_offset, map->key_size);
	atomic_thread_fence(memory_order_acquire);
	return atomic_load_explicit(hash_slot_at(map, at), memory_order_relaxed) == slot;
}
