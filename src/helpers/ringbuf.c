/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers on ring buffers. The verifier has checked that the map is one, and that each record is given back once. */
#include "helpers/implement.h"
#include "maps/ringbuf.h"

static struct map *as_map(uint64_t address)
{
	return (struct map *)(uintptr_t)address;
}

static void *as_memory(uint64_t address)
{
	return (void *)(uintptr_t)address;
}

/* map, data, size, flags */
HELPER_FN(ringbuf_output)
{
	return (uint64_t)(int64_t)ringbuf_output(as_map(r1), as_memory(r2), r3, r4);
}

/* map, size, flags */
HELPER_FN(ringbuf_reserve)
{
	return (uintptr_t)ringbuf_reserve(as_map(r1), r2, r3);
}

/* record, flags */
HELPER_FN(ringbuf_submit)
{
	ringbuf_commit(as_memory(r1), r2, false);
	return 0;
}

HELPER_FN(ringbuf_discard)
{
	ringbuf_commit(as_memory(r1), r2, true);
	return 0;
}

/* map, what */
HELPER_FN(ringbuf_query)
{
	return ringbuf_query(as_map(r1), r2);
}
