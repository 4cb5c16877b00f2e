/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ring of one perf event of type PERF_COUNT_SW_BPF_OUTPUT: records from programs on one CPU to user space, which
 * maps the file as it would map the event's descriptor. What a perf event array holds.
 */
#ifndef SKEP_MAPS_PERF_RING_H
#define SKEP_MAPS_PERF_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct perf_ring_attr {
	uint32_t cpu; /* virtual CPU whose programs may write to it */
	uint32_t wakeup_events; /* records before readers are woken; 0: the watermark alone */
	uint32_t watermark; /* bytes before they are woken; 0: half of the ring */
	uint64_t id; /* in records of lost ones */
	bool enabled;
	void *owner; /* whoever has the ring */
};

struct perf_ring;

/* -ENOMEM, -EMFILE. */
int perf_ring_new(const struct perf_ring_attr *attr, struct perf_ring **ret_ring);
void perf_ring_free(struct perf_ring *ring);

void *perf_ring_owner(const struct perf_ring *ring);

/* The memory file and the eventfd: the ring's own. replacement (if not negative) takes their place, and is owned. */
int perf_ring_fd(const struct perf_ring *ring);
int perf_ring_poll_fd(const struct perf_ring *ring);
void perf_ring_set_fds(struct perf_ring *ring, int fd, int poll_fd);

/*
 * Before size bytes from offset of the file are mapped: the first time says how many data pages there are. -EINVAL:
 * not a page and a power of two of pages from 0, or not as many as before.
 */
int perf_ring_mapped(struct perf_ring *ring, uint64_t offset, uint64_t size);

/* Whether readers were woken since this was last asked. */
bool perf_ring_woken(struct perf_ring *ring);

void perf_ring_enable(struct perf_ring *ring, bool on);
/* Output is lost while paused. */
void perf_ring_pause(struct perf_ring *ring, bool on);

/* A piece of a raw record. */
struct perf_piece {
	const void *data;
	uint32_t size;
};

/* Writes a sample with a raw record of n pieces. -ENOSPC: no room, or not mapped; -EOPNOTSUPP: another CPU's. */
int perf_ring_output(struct perf_ring *ring, uint32_t cpu, const struct perf_piece *pieces, uint32_t n);

#endif
