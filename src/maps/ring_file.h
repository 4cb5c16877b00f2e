/* SPDX-License-Identifier: BSD-2-Clause */
/* What ring buffers of both directions share: the file of two pages and twice the data. */
#ifndef SKEP_MAPS_RING_FILE_H
#define SKEP_MAPS_RING_FILE_H

#include "maps/map.h"

/* The machine's page: user space counts in these. */
uint64_t ring_page_size(void);

int ring_check(const struct map_attr *attr);
int ring_size(const struct map_attr *attr, uint64_t *ret_size);
uint64_t ring_memory_usage(const struct map *map);

/* Whether [offset, offset + size) is in the file, whole pages counted. */
bool ring_in_file(const struct map *map, uint64_t offset, uint64_t size);

#endif
