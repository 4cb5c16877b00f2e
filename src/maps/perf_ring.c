/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rings of perf events. The memory file, as user space maps it: a page with the positions (struct
 * perf_event_mmap_page), then a power of two of data pages. User space may write all of that; what the producers
 * go by is in a page far behind, where no mapping of user space reaches.
 *
 * A record is written under the lock, in up to two pieces, and is there once the position after it is stored.
 */
#include "maps/perf_ring.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/memfile.h"
#include "base/robust.h"

#define CONTROL_AT (1ull << 32) /* in the file */
#define DATA_MAX (1ull << 30)
#define RECORD_MAX (UINT16_MAX & ~7u)

struct control {
	struct robust_lock lock;
	_Atomic uint32_t watched, woken, enabled, paused;
	_Atomic uint64_t data_size; /* 0: not mapped yet */
	/* Under the lock. */
	uint64_t head, watermark, wakeup_at, lost;
	uint32_t events;
};

struct perf_ring {
	struct perf_ring_attr attr;
	int fd, poll_fd;
	struct control *control;
	struct perf_event_mmap_page *page; /* of the positions; the data follow. NULL: this process has no view yet */
	uint64_t view_size;
	uint8_t *data;
	uint64_t data_size;
};

static uint64_t page_size(void)
{
	return sysconf(_SC_PAGESIZE);
}

int perf_ring_new(const struct perf_ring_attr *attr, struct perf_ring **ret_ring)
{
	struct perf_ring *ring = calloc(1, sizeof(*ring));
	int err;

	if (!ring)
		return -ENOMEM;
	ring->attr = *attr;
	ring->fd = memfile_new("[perf_event]", CONTROL_AT + page_size());
	if (ring->fd < 0) {
		err = ring->fd;
		goto free_ring;
	}
	ring->poll_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (ring->poll_fd < 0) {
		err = -errno;
		goto close_fd;
	}
	void *control = mmap(NULL, page_size(), PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, CONTROL_AT);
	if (control == MAP_FAILED) {
		err = -ENOMEM;
		goto close_poll_fd;
	}
	ring->control = control;
	ring->control->enabled = attr->enabled;
	*ret_ring = ring;
	return 0;

close_poll_fd:
	close(ring->poll_fd);
close_fd:
	close(ring->fd);
free_ring:
	free(ring);
	return err;
}

void perf_ring_free(struct perf_ring *ring)
{
	if (ring->page)
		munmap(ring->page, ring->view_size);
	munmap(ring->control, page_size());
	close(ring->poll_fd);
	close(ring->fd);
	free(ring);
}

void *perf_ring_owner(const struct perf_ring *ring)
{
	return ring->attr.owner;
}

int perf_ring_fd(const struct perf_ring *ring)
{
	return ring->fd;
}

int perf_ring_poll_fd(const struct perf_ring *ring)
{
	return ring->poll_fd;
}

void perf_ring_set_fds(struct perf_ring *ring, int fd, int poll_fd)
{
	if (fd >= 0)
		ring->fd = fd;
	if (poll_fd >= 0)
		ring->poll_fd = poll_fd;
}

/* Needs the lock. The producers' view of the positions and the data, once it is known how many there are. */
static int view(struct perf_ring *ring)
{
	if (likely(ring->page))
		return 0;
	uint64_t size = page_size() + atomic_load_explicit(&ring->control->data_size, memory_order_relaxed);
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, 0);
	if (memory == MAP_FAILED)
		return -ENOMEM;
	ring->page = memory;
	ring->view_size = size;
	ring->data = (uint8_t *)memory + page_size();
	ring->data_size = size - page_size();
	return 0;
}

int perf_ring_mapped(struct perf_ring *ring, uint64_t offset, uint64_t size)
{
	struct control *control = ring->control;
	uint64_t page = page_size(), data = ROUND_UP(size, page) - page;
	struct robust_hold hold;

	if (offset || size < page || data & (data - 1) || data > DATA_MAX)
		return -EINVAL;
	if (robust_spin_lock(&control->lock, &hold) < 0)
		return -EAGAIN;
	uint64_t before = atomic_load_explicit(&control->data_size, memory_order_relaxed);
	int err = before && before != data ? -EINVAL : 0;
	if (!err && !before && data) {
		atomic_store_explicit(&control->data_size, data, memory_order_relaxed);
		err = view(ring);
		if (err)
			atomic_store_explicit(&control->data_size, 0, memory_order_relaxed);
	}
	if (!err && !before && data) {
		ring->page->version = 0;
		ring->page->compat_version = 0;
		ring->page->size = offsetof(struct perf_event_mmap_page, __reserved);
		ring->page->data_offset = page;
		ring->page->data_size = data;
		uint64_t watermark = ring->attr.watermark;
		if (!watermark || watermark > data)
			watermark = data / 2;
		control->watermark = control->wakeup_at = watermark;
	}
	robust_spin_unlock(&control->lock, &hold);
	return err;
}

bool perf_ring_woken(struct perf_ring *ring)
{
	atomic_store_explicit(&ring->control->watched, 1, memory_order_seq_cst);
	return atomic_exchange_explicit(&ring->control->woken, 0, memory_order_seq_cst);
}

void perf_ring_enable(struct perf_ring *ring, bool on)
{
	atomic_store_explicit(&ring->control->enabled, on, memory_order_relaxed);
}

void perf_ring_pause(struct perf_ring *ring, bool on)
{
	atomic_store_explicit(&ring->control->paused, on, memory_order_relaxed);
}

/* Needs the lock. Copies to position at, around the end of the data. */
static uint64_t put(struct perf_ring *ring, uint64_t at, const void *data, uint32_t size)
{
	uint64_t offset = at & (ring->data_size - 1);
	uint64_t first = MIN((uint64_t)size, ring->data_size - offset);

	memcpy(ring->data + offset, data, first);
	if (first < size)
		memcpy(ring->data, (const uint8_t *)data + first, size - first);
	return at + size;
}

/* Needs the lock. How many were lost since the last record. */
static uint64_t put_lost(struct perf_ring *ring, uint64_t at)
{
	struct {
		struct perf_event_header header;
		uint64_t id, lost;
	} record = {
		.header = { .type = PERF_RECORD_LOST, .size = sizeof(record) },
		.id = ring->attr.id,
		.lost = ring->control->lost,
	};

	ring->control->lost = 0;
	return put(ring, at, &record, sizeof(record));
}

static uint64_t put_sample(
	struct perf_ring *ring, uint64_t at, const struct perf_piece *pieces, uint32_t n, uint32_t raw)
{
	static const uint64_t zeroes;
	struct {
		struct perf_event_header header;
		uint32_t raw;
	} record = {
		.header = {
			.type = PERF_RECORD_SAMPLE,
			.misc = PERF_RECORD_MISC_KERNEL,
			.size = sizeof(struct perf_event_header) + sizeof(uint32_t) + raw,
		},
		.raw = raw,
	};
	uint64_t end;

	at = put(ring, at, &record, sizeof(record.header) + sizeof(record.raw));
	end = at + raw;
	for (uint32_t i = 0; i < n; i++)
		at = put(ring, at, pieces[i].data, pieces[i].size);
	return put(ring, at, &zeroes, end - at);
}

/* Needs the lock. Whether readers are to be woken, now that there is one record more. */
static bool is_time_to_wake(struct perf_ring *ring, uint64_t head)
{
	struct control *control = ring->control;
	bool wake = false;

	if (head > control->wakeup_at) {
		control->wakeup_at += control->watermark * ((head - control->wakeup_at) / control->watermark + 1);
		wake = true;
	}
	if (ring->attr.wakeup_events && ++control->events >= ring->attr.wakeup_events) {
		control->events = 0;
		wake = true;
	}
	return wake;
}

/* Needs the lock. */
static int output(struct perf_ring *ring, const struct perf_piece *pieces, uint32_t n, uint32_t raw, bool *ret_wake)
{
	struct control *control = ring->control;
	uint64_t size = sizeof(struct perf_event_header) + sizeof(uint32_t) + raw;
	uint64_t head = control->head;

	if (!atomic_load_explicit(&control->data_size, memory_order_relaxed) || view(ring) < 0)
		return -ENOSPC;
	uint64_t tail = __atomic_load_n(&ring->page->data_tail, __ATOMIC_ACQUIRE);
	uint64_t room = (tail - head - 1) & (ring->data_size - 1);
	if (control->lost)
		size += 24;
	if (size > room || atomic_load_explicit(&control->paused, memory_order_relaxed)) {
		control->lost++;
		return -ENOSPC;
	}
	if (control->lost)
		head = put_lost(ring, head);
	head = put_sample(ring, head, pieces, n, raw);
	control->head = head;
	__atomic_store_n(&ring->page->data_head, head, __ATOMIC_RELEASE);
	*ret_wake = is_time_to_wake(ring, head);
	return 0;
}

int perf_ring_output(struct perf_ring *ring, uint32_t cpu, const struct perf_piece *pieces, uint32_t n)
{
	static const uint64_t one = 1;
	struct control *control = ring->control;
	uint64_t bytes = sizeof(uint32_t);
	struct robust_hold hold;
	bool wake = false;

	if (ring->attr.cpu != cpu || !atomic_load_explicit(&control->enabled, memory_order_relaxed))
		return -EOPNOTSUPP;
	for (uint32_t i = 0; i < n; i++)
		bytes += pieces[i].size;
	/* The word with the size counts too: what follows it ends at a multiple of 8. */
	uint64_t raw = ROUND_UP(bytes, 8) - sizeof(uint32_t);
	if (raw + 12 > RECORD_MAX)
		return -E2BIG;
	/* Who died has changed nothing, or has stored the new position. */
	if (robust_spin_lock(&control->lock, &hold) < 0)
		return -EBUSY;
	int err = output(ring, pieces, n, raw, &wake);
	robust_spin_unlock(&control->lock, &hold);
	/* A waking that nobody has asked for yet needs no second one: readers ask before they sleep. */
	if (wake && !atomic_exchange_explicit(&control->woken, 1, memory_order_seq_cst)) {
		if (atomic_load_explicit(&control->watched, memory_order_seq_cst)) {
			int saved = errno;
			ssize_t written = write(ring->poll_fd, &one, sizeof(one));

			(void)written;
			errno = saved;
		}
	}
	return err;
}
