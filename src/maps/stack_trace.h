/* SPDX-License-Identifier: BSD-2-Clause */
/* Stack traces (BPF_MAP_TYPE_STACK_TRACE): programs store call stacks and get numbers, user space looks them up. */
#ifndef SKEP_MAPS_STACK_TRACE_H
#define SKEP_MAPS_STACK_TRACE_H

#include "maps/map.h"

/*
 * Stores a stack of n entries (addresses of 8 bytes, struct bpf_stack_build_id of 32 if the map was made for them),
 * cut to what a value holds; hash tells stacks apart. Returns its number. -EEXIST: another stack is there and flags
 * have no BPF_F_REUSE_STACKID. With BPF_F_FAST_STACK_CMP the hash alone is compared.
 */
int64_t stack_trace_store(struct map *map, const void *entries, uint32_t n, uint32_t hash, uint64_t flags);

#endif
