/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an LRU map removes when it is full. A hand goes round the elements in the order in which they came; an element
 * that was used since the hand last came by gets a second chance. With lists of its own, each shard (which then is a
 * CPU) has a hand for its own elements.
 */
#include <errno.h>

#include "base/macros.h"
#include "maps/hash_table.h"

/* Elements that a shard takes over from the common hand at once. */
#define SWEEP_BATCH 16u

static uint32_t next_swept(struct hash *hash, struct shard *shard)
{
	if (hash->own_lists) {
		if (shard->sweep >= shard->end)
			shard->sweep = shard->start;
		return shard->sweep++;
	}
	if (shard->sweep >= shard->sweep_end) {
		/* The hand wraps around 2^32, the elements at capacity: a jump now and then does no harm. */
		uint32_t hand = atomic_fetch_add_explicit(&hash->file->hand, SWEEP_BATCH, memory_order_relaxed);
		uint32_t batches = (hash->capacity + SWEEP_BATCH - 1) / SWEEP_BATCH;

		shard->sweep = hand / SWEEP_BATCH % batches * SWEEP_BATCH;
		shard->sweep_end = MIN(shard->sweep + SWEEP_BATCH, hash->capacity);
	}
	return shard->sweep++;
}

/* Removes the element if a slot still names it. */
static bool evict(struct hash *hash, struct shard *shard, struct lru_mark *mark, uint32_t index)
{
	uint32_t home = atomic_load_explicit(&mark->home, memory_order_relaxed) & hash->mask;

	if (bucket_lock(hash, shard, home) < 0)
		return false;
	/* By now the element may belong to a key of another home that has its slot near this one. */
	_Atomic uint64_t *slot = bucket_find_index(hash, home, index);
	if (atomic_load_explicit(&mark->home, memory_order_acquire) != home)
		slot = NULL;
	if (slot) {
		atomic_store_explicit(&shard->given, index + 1, memory_order_release);
		bucket_clear(hash, home, slot);
		atomic_store_explicit(&mark->linked, 0, memory_order_relaxed);
	}
	bucket_unlock(hash, home);
	if (!slot)
		return false;
	shard_push(hash, shard, index);
	atomic_store_explicit(&shard->given, 0, memory_order_release);
	return true;
}

/* The next insertion will most likely want this one: fetch what that will touch. */
static void prepare_next(const struct hash *hash, const struct shard *shard)
{
	if (shard->sweep >= shard->sweep_end && !hash->own_lists)
		return;
	if (shard->sweep >= shard->end && hash->own_lists)
		return;
	const struct lru_mark *mark = (const struct lru_mark *)hash_element(hash, shard->sweep);
	__builtin_prefetch(&hash->buckets[atomic_load_explicit(&mark->home, memory_order_relaxed) & hash->mask], 1);
	__builtin_prefetch((const uint8_t *)mark + 4 * hash->stride);
}

int lru_evict(struct hash *hash, struct shard *shard)
{
	uint64_t tries = 3ull * (hash->own_lists ? shard->end - shard->start : hash->capacity) + SWEEP_BATCH;

	while (tries--) {
		uint32_t index = next_swept(hash, shard);
		struct lru_mark *mark = (struct lru_mark *)hash_element(hash, index);

		if (!atomic_load_explicit(&mark->linked, memory_order_relaxed))
			continue;
		if (atomic_load_explicit(&mark->used, memory_order_relaxed)) {
			atomic_store_explicit(&mark->used, 0, memory_order_relaxed);
			continue;
		}
		if (evict(hash, shard, mark, index)) {
			prepare_next(hash, shard);
			return 0;
		}
	}
	return -ENOMEM;
}
