/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory of states: pieces of a few sizes that are taken and given back all the time, under one limit. */
#ifndef SKEP_VERIFIER_POOL_H
#define SKEP_VERIFIER_POOL_H

#include <stddef.h>
#include <stdint.h>

#define POOL_STEP 64
#define POOL_CLASSES 257 /* pieces up to 16 KiB; larger ones come from malloc */

struct pool_slab;
struct pool_piece;
struct pool {
	struct pool_slab *slabs;
	struct pool_piece *unused[POOL_CLASSES];
	size_t taken, limit, peak; /* bytes */
};

/* Not zeroed. NULL: no memory, or over the limit. */
void *pool_take(struct pool *pool, size_t size);
/* size as it was taken. NULL is fine. */
void pool_give(struct pool *pool, void *memory, size_t size);
/* A larger piece with the old content, or NULL and the old one is still there. */
void *pool_resize(struct pool *pool, void *memory, size_t old_size, size_t new_size);
/* Frees everything that came from it. */
void pool_destroy(struct pool *pool);

#endif
