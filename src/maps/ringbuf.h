/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ring buffers (BPF_MAP_TYPE_RINGBUF): records from programs to user space, in the order of their reservation.
 *
 * Many producers in many processes, one consumer that maps the file. Any thread, and signal handlers, may call these.
 */
#ifndef SKEP_MAPS_RINGBUF_H
#define SKEP_MAPS_RINGBUF_H

#include <stdbool.h>
#include <stdint.h>

#include "maps/map.h"

/*
 * Room for a record of size bytes, 8-byte aligned, to be given to ringbuf_commit() by this thread. NULL: no room, or
 * flags are not 0.
 */
void *ringbuf_reserve(struct map *map, uint64_t size, uint64_t flags);

/* Makes the record visible to the consumer, or lets it skip it. flags: BPF_RB_NO_WAKEUP, BPF_RB_FORCE_WAKEUP. */
void ringbuf_commit(void *record, uint64_t flags, bool discard);

/* A record that is a copy of data. -EAGAIN: no room; -EINVAL: other flags than those of ringbuf_commit(). */
int ringbuf_output(struct map *map, const void *data, uint64_t size, uint64_t flags);

/* what: BPF_RB_AVAIL_DATA and the others; 0 for what is none of them. */
uint64_t ringbuf_query(struct map *map, uint64_t what);

/*
 * Discards records at the head that threads reserved which have died since. Producers do it themselves when such a
 * record holds them up; who learns of a death may do it at once.
 */
void ringbuf_reap(struct map *map);

#endif
