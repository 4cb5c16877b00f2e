/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that is taken piece by piece and given back all at once: what one load of one program needs. */
#ifndef SKEP_BASE_ARENA_H
#define SKEP_BASE_ARENA_H

#include <stddef.h>

struct arena_block;
struct arena {
	struct arena_block *blocks;
	size_t used; /* bytes handed out, for reports */
};

/* Zeroed memory, aligned for any type; NULL when there is none. Needs no initialisation but a zeroed struct arena. */
void *arena_alloc(struct arena *arena, size_t size);
void arena_free(struct arena *arena);

#endif
