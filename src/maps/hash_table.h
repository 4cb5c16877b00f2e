/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hash table under every hash-like map. The memory file:
 *
 *   struct hash_file    sizes, the sweep of LRU maps
 *   struct shard[]      free elements, in parts that different threads use at the same time
 *   struct bucket[]     one cache line each: a lock and seven slots (hash bits and the index of an element)
 *   elements            header (LRU maps), key, value; each part is rounded up to 8 bytes
 *   planes              of per-CPU maps: the values of one CPU after the other, page aligned
 *
 * Elements never move and always stay elements of this map, so a reader needs no lock: it finds a slot, then the
 * element. One store into a slot adds, replaces or removes an element; a replaced or removed one goes to a free list
 * and may be used again at once, as in the kernel's preallocated maps.
 *
 * A key belongs to the bucket its hash names (its home), and to the buckets after it when that is full: each bucket
 * counts the elements that had to go past it, so a search knows when to stop. Whoever changes a key holds the lock of
 * its home; slots may be taken by keys of other homes too, so a free one is taken by compare and exchange.
 *
 * Who changes the map holds a shard first, then the bucket. The shard's lock is robust (base/robust.h); the bucket's
 * holds the number of the shard. The shard says which elements are on their way between a free list and a slot, so
 * that whoever finds its owner dead can tell where each belongs, and can unlock the bucket. Nothing is written twice.
 */
#ifndef SKEP_MAPS_HASH_TABLE_H
#define SKEP_MAPS_HASH_TABLE_H

#include <stdatomic.h>

#include "base/robust.h"
#include "maps/hash_key.h"
#include "maps/map.h"

#if defined(__SSE2__) && !defined(__SANITIZE_THREAD__)
#define HASH_SSE2 1
#include <emmintrin.h>
#endif

#define BUCKET_SLOTS 7u
#define HASH_SHARDS_MAX 64u

struct bucket {
	_Atomic uint32_t lock; /* 0, or the shard that holds it plus one */
	_Atomic uint32_t passed; /* elements beyond that had no room here; never too low */
	_Atomic uint64_t slots[BUCKET_SLOTS]; /* hash bits in the upper half, index of the element plus one; 0: free */
};

struct shard {
	struct robust_lock lock;
	_Atomic uint32_t free; /* elements */
	_Atomic uint32_t head; /* of the free list, plus one; the link is where the key was */
	_Atomic uint32_t spare; /* a free element that is not in the list, plus one: the next to be taken */
	_Atomic uint32_t fresh, fresh_end; /* elements that were never used */
	/* On their way: index plus one. Valid while the lock is held. */
	_Atomic uint32_t taken; /* from the free list to a slot */
	_Atomic uint32_t given; /* from a slot to the free list */
	_Atomic uint32_t bucket; /* that is locked, plus one */
	uint32_t sweep, sweep_end; /* of LRU maps: the next elements to look at */
	uint32_t start, end; /* elements that began here */
	uint32_t padding[3];
};

struct hash_file {
	uint32_t n_shards, n_buckets, capacity; /* capacity: max_entries and a spare one for each shard */
	struct hash_seed seed;
	_Atomic uint32_t hand; /* of LRU maps */
};

/* Of LRU maps, before the key. */
struct lru_mark {
	_Atomic uint8_t used; /* since the sweep last came by */
	_Atomic uint8_t linked; /* a hint: a slot may name the element */
	uint8_t padding[2];
	_Atomic uint32_t home; /* bucket of the key */
};

/* A map of this kind as one process sees it: map->state. */
struct hash {
	struct bucket *buckets;
	uint8_t *elements;
	uint64_t stride;
	uint32_t mask; /* of buckets */
	uint32_t key_offset, value_offset; /* in an element */
	struct hash_seed seed;
	uint32_t capacity, n_shards;
	struct shard *shards;
	struct hash_file *file;
	uint8_t *planes;
	uint32_t cpus; /* planes; 0: values are in the elements */
	bool lru, own_lists; /* own_lists: BPF_F_NO_COMMON_LRU */
};

static inline struct hash *hash_of(const struct map *map)
{
	return map->state;
}

static inline uint8_t *hash_element(const struct hash *hash, uint32_t index)
{
	return hash->elements + (uint64_t)index * hash->stride;
}

static inline uint64_t slot_make(uint64_t key_hash, uint32_t index)
{
	return (key_hash & 0xffffffff00000000ull) | (index + 1);
}

/* Bits 1..7: the slots of a bucket that may have these hash bits. */
static inline uint32_t bucket_candidates(const struct bucket *bucket, uint32_t tag)
{
#ifdef HASH_SSE2
	const __m128 *line = (const __m128 *)bucket;
	__m128i wanted = _mm_set1_epi32((int)tag);
	__m128i low = _mm_castps_si128(_mm_shuffle_ps(line[0], line[1], 0xdd));
	__m128i high = _mm_castps_si128(_mm_shuffle_ps(line[2], line[3], 0xdd));

	low = _mm_packs_epi32(_mm_cmpeq_epi32(low, wanted), _mm_cmpeq_epi32(high, wanted));
	return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(low, _mm_setzero_si128())) & 0xfe;
#else
	uint32_t found = 0;

	for (uint32_t i = 0; i < BUCKET_SLOTS; i++)
		if (atomic_load_explicit(&bucket->slots[i], memory_order_relaxed) >> 32 == tag)
			found |= 2u << i;
	return found;
#endif
}

/*
 * The index of a key's element plus one, or 0; *ret_slot is where it was found. Takes no lock. size is a constant in
 * the specialised callers, the map's key_size in the general one.
 */
static inline __attribute__((always_inline)) uint32_t hash_find(const struct hash *hash, const void *key, uint32_t size,
	uint32_t key_offset, uint64_t key_hash, _Atomic uint64_t **ret_slot)
{
	uint32_t tag = key_hash >> 32, number = (uint32_t)key_hash & hash->mask, steps = 0;

	for (;;) {
		struct bucket *bucket = &hash->buckets[number];
		uint32_t candidates = bucket_candidates(bucket, tag);

		while (candidates) {
			_Atomic uint64_t *place = &bucket->slots[__builtin_ctz(candidates) - 1];
			uint64_t slot = atomic_load_explicit(place, memory_order_acquire);

			if (likely(slot >> 32 == tag && (uint32_t)slot)) {
				const uint8_t *element = hash_element(hash, (uint32_t)slot - 1);

				if (size == 4 || likely(key_equal(element + key_offset, key, size))) {
					*ret_slot = place;
					return (uint32_t)slot;
				}
				/* Was the element replaced, and used for another key, while we looked? */
				atomic_thread_fence(memory_order_acquire);
				if (atomic_load_explicit(place, memory_order_relaxed) != slot)
					continue;
			}
			candidates &= candidates - 1;
		}
		if (likely(!atomic_load_explicit(&bucket->passed, memory_order_relaxed)) || steps++ == hash->mask)
			return 0;
		number = (number + 1) & hash->mask;
	}
}

static inline uint32_t hash_find_any(
	const struct map *map, const void *key, uint64_t key_hash, _Atomic uint64_t **ret_slot)
{
	const struct hash *hash = hash_of(map);

	return hash_find(hash, key, map->key_size, hash->key_offset, key_hash, ret_slot);
}

static inline uint64_t hash_of_key(const struct map *map, const void *key)
{
	return hash_key(key, map->key_size, hash_of(map)->seed);
}

/* The value of an element, on one CPU if the map has planes. */
static inline void *hash_value(const struct map *map, uint32_t index, uint32_t cpu)
{
	const struct hash *hash = hash_of(map);

	if (!hash->cpus)
		return hash_element(hash, index) + hash->value_offset;
	return hash->planes + cpu * map->cpu_stride + (uint64_t)index * map->value_stride;
}

/* A change of one key, from hash_begin() to hash_end(). */
struct hash_change {
	struct map *map;
	struct shard *shard;
	struct robust_hold hold;
	uint64_t key_hash;
	_Atomic uint64_t *slot; /* where the key is, if found */
	uint32_t found; /* index of its element plus one; 0: the map does not have the key */
	bool published;
};

/*
 * Locks a shard and the key's home, and looks for the key. shard: which one, or -1 for any.
 * room: the shard must have an element for an insertion; LRU maps remove another to get one. -E2BIG: the map is full;
 * -ENOMEM: an LRU map found nothing to remove; otherwise as robust_lock(). On success hash_end() must follow.
 */
int hash_begin(struct map *map, const void *key, bool room, int shard, struct hash_change *change);
void hash_end(struct hash_change *change);

/* Whether a change may insert; a replacement it may make always. */
static inline bool hash_has_room(const struct hash_change *change)
{
	return atomic_load_explicit(&change->shard->free, memory_order_relaxed) > 1;
}

/* Takes a free element, once a change, and gives it the key. Returns its index; its value is as somebody left it. */
uint32_t hash_take(struct hash_change *change, const void *key);
/* The element that was taken now is the key's: it replaces the one that was found, or is inserted. */
void hash_publish(struct hash_change *change, uint32_t index);
/* Removes the key, which was found. Its element is free when the change ends. */
void hash_unlink(struct hash_change *change);

#define ANY_SHARD (-1)
/* Begins an update that may go on: the flags allow it, and there is room if the key is new. */
int hash_update_begin(struct map *map, const void *key, uint64_t flags, int shard, struct hash_change *change);
/* Begins the removal of a key that is there. -ENOENT. */
int hash_remove_begin(struct map *map, const void *key, struct hash_change *change);

/* Operations that other kinds of hashes have, too: see struct map_ops. */
int hash_put(struct map *map, const void *key, const void *value, uint64_t flags, int shard);
int hash_remove(struct map *map, const void *key);
int hash_user_lookup(struct map *map, const void *key, void *value, uint64_t flags);
int hash_next_key(struct map *map, const void *key, void *next_key);
uint64_t hash_memory_usage(const struct map *map);

/* Of maps with BPF_F_NO_COMMON_LRU: the shard that an element belongs to; -1 for other maps. */
int hash_shard_of(const struct map *map, uint32_t index);

int hash_table_check(const struct map_attr *attr);
int hash_table_size(const struct map_attr *attr, uint64_t *ret_size);
int hash_table_init(struct map *map, const struct map_attr *attr);
void hash_table_free(struct map *map);
uint64_t hash_table_count(const struct map *map);

/*
 * The table in its own order: the slot at *at or the next one that is not free, whose number *at then is; 0 after the
 * last. Numbers fit 32 bits.
 */
uint64_t hash_scan(const struct map *map, uint64_t *at);
/* Copies the key of slot number at; false if the slot no longer is what it was. */
bool hash_scan_key(const struct map *map, uint64_t at, uint64_t slot, void *key);
uint64_t hash_slot_number(const struct map *map, const _Atomic uint64_t *slot);
_Atomic uint64_t *hash_slot_at(const struct map *map, uint64_t at);

/* Of LRU maps, under a shard's lock alone: frees the element that was used least. -ENOMEM if there is none. */
int lru_evict(struct hash *hash, struct shard *shard);

/* For lru_evict(). */
int bucket_lock(struct hash *hash, struct shard *shard, uint32_t number);
void bucket_unlock(struct hash *hash, uint32_t number);
_Atomic uint64_t *bucket_find_index(struct hash *hash, uint32_t home, uint32_t index);
void bucket_clear(struct hash *hash, uint32_t home, _Atomic uint64_t *slot);
void shard_push(struct hash *hash, struct shard *shard, uint32_t index);

#endif
