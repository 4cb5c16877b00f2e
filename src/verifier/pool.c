/* SPDX-License-Identifier: BSD-2-Clause */
#include "verifier/pool.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

#define SLAB_SIZE (256 * 1024)

struct pool_piece {
	struct pool_piece *next;
};

struct pool_slab {
	struct pool_slab *next;
	size_t size, used;
	size_t padding; /* keeps memory aligned to 16 */
	char memory[];
};

static struct pool_slab *slab_new(struct pool *pool, size_t size)
{
	struct pool_slab *slab = malloc(sizeof(*slab) + size);

	if (!slab)
		return NULL;
	slab->size = size;
	slab->used = 0;
	slab->next = pool->slabs;
	pool->slabs = slab;
	return slab;
}

void *pool_take(struct pool *pool, size_t size)
{
	size_t class = (size + POOL_STEP - 1) / POOL_STEP;

	if (size > SIZE_MAX / 4)
		return NULL;
	if (class >= POOL_CLASSES)
		class = 0;
	if (class && pool->unused[class]) {
		struct pool_piece *piece = pool->unused[class];

		pool->unused[class] = piece->next;
		return piece;
	}
	size = ROUND_UP(size, POOL_STEP);
	if (pool->limit && pool->taken + size > pool->limit)
		return NULL;

	struct pool_slab *slab = pool->slabs;
	if (!class) {
		/* Large pieces grow by doubling; what they leave behind is less than what they end with. */
		slab = slab_new(pool, size);
	} else if (!slab || slab->size - slab->used < size) {
		slab = slab_new(pool, SLAB_SIZE);
	}
	if (!slab)
		return NULL;
	void *memory = slab->memory + slab->used;
	slab->used += size;
	pool->taken += size;
	pool->peak = MAX(pool->peak, pool->taken);
	return memory;
}

void pool_give(struct pool *pool, void *memory, size_t size)
{
	size_t class = (size + POOL_STEP - 1) / POOL_STEP;
	struct pool_piece *piece = memory;

	if (!memory || class >= POOL_CLASSES)
		return;
	piece->next = pool->unused[class];
	pool->unused[class] = piece;
}

void *pool_resize(struct pool *pool, void *memory, size_t old_size, size_t new_size)
{
	void *larger = pool_take(pool, new_size);

	if (!larger)
		return NULL;
	if (memory)
		memcpy(larger, memory, MIN(old_size, new_size));
	pool_give(pool, memory, old_size);
	return larger;
}

void pool_destroy(struct pool *pool)
{
	while (pool->slabs) {
		struct pool_slab *slab = pool->slabs;

		pool->slabs = slab->next;
		free(slab);
	}
	memset(pool->unused, 0, sizeof(pool->unused));
	pool->taken = 0;
}
