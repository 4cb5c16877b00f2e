/* SPDX-License-Identifier: BSD-2-Clause */
/* Ids of one kind of object: given out in ascending order and not used again before all others were. */
#ifndef SKEP_HIVE_IDS_H
#define SKEP_HIVE_IDS_H

#include <stdint.h>

struct ids_entry {
	uint32_t id;
	void *object; /* NULL: the id was freed */
};

/* Starts zeroed. Not locked: the hive's lock is. */
struct ids {
	struct ids_entry *entries; /* ascending by id */
	uint32_t n_entries, n_room, n_freed;
	uint32_t last; /* given out most recently */
};

/* -ENOMEM; -ENOSPC when all 2^31-1 are in use. */
int ids_add(struct ids *ids, void *object, uint32_t *ret_id);
void ids_remove(struct ids *ids, uint32_t id);
/* NULL if there is none. */
void *ids_find(const struct ids *ids, uint32_t id);
/* The object with the smallest id above `after`; NULL if there is none. */
void *ids_next(const struct ids *ids, uint32_t after, uint32_t *ret_id);
void ids_free(struct ids *ids);

#endif
