/* SPDX-License-Identifier: BSD-2-Clause */
/* User ring buffers (BPF_MAP_TYPE_USER_RINGBUF): records from user space to programs. */
#ifndef SKEP_MAPS_USER_RINGBUF_H
#define SKEP_MAPS_USER_RINGBUF_H

#include <stdint.h>

#include "maps/map.h"

/* Sees one record, which is user space's memory and may change at any time. Anything but 0 ends the drain. */
typedef int user_ringbuf_fn(void *argument, void *data, uint32_t size);

/*
 * Shows the records that are there to see(), in order, and takes them out. How many it has seen, or -EBUSY: another
 * drain is under way; -EINVAL: flags, or what user space wrote makes no sense; -E2BIG: a record that cannot be.
 * flags: BPF_RB_NO_WAKEUP, BPF_RB_FORCE_WAKEUP; without them, who waits for room is woken if a record was seen.
 */
int64_t user_ringbuf_drain(struct map *map, user_ringbuf_fn *see, void *argument, uint64_t flags);

#endif
