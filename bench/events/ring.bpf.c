/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OPS records of 64 bytes into a ring buffer that has room for them: whoever runs it empties the ring every RUNS_MAX
 * (object.h) runs. Compiled once for each of RESERVE (and submit), DISCARD, OUTPUT.
 */
#include "../workloads/workload.h"

#define OPS 64

#pragma clang diagnostic ignored "-Wunused-variable" /* each row uses some of what is here */

#define FIELD(name, value) int(*name)[value]

struct {
	FIELD(type, 27);
	FIELD(max_entries, 1 << 20);
} ring __attribute__((section(".maps"), used));

struct record {
	u64 words[8];
};

static long (*ringbuf_output)(void *ring, void *data, u64 size, u64 flags) = (void *)130;
static void *(*ringbuf_reserve)(void *ring, u64 size, u64 flags) = (void *)131;
static void (*ringbuf_submit)(void *record, u64 flags) = (void *)132;
static void (*ringbuf_discard)(void *record, u64 flags) = (void *)133;

SETUP
{
	return 0;
}

/* The result is how many records found no room. */
WORK
{
	u32 dropped = 0;

	for (u32 i = 0; i < OPS; i++) {
#ifdef OUTPUT
		struct record record = { { i } };

		if (ringbuf_output(&ring, &record, sizeof(record), 0))
			dropped++;
#else
		struct record *record = ringbuf_reserve(&ring, sizeof(*record), 0);

		if (!record) {
			dropped++;
			continue;
		}
		record->words[0] = i;
#ifdef DISCARD
		ringbuf_discard(record, 0);
#else
		ringbuf_submit(record, 0);
#endif
#endif
	}
	return dropped;
}
