/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ring buffers. The memory file: a page with the consumer's position, a page with the producers' (and their lock),
 * N bytes of data, N bytes more. A record starts in the first N bytes and goes on into the second when it is long, so
 * it is always in one piece and nothing has to be mapped twice.
 *
 * A record's header is two words: its length with a busy and a discard bit, and the page that it is in. While it is
 * busy the second word is the thread that has to commit it: a record whose thread was killed is discarded by the
 * producers that it holds up.
 *
 * A record alone leads to its ring: a process maps rings at multiples of RING_ALIGN, with a page of its own in front.
 */
#include "maps/ringbuf.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/robust.h"
#include "maps/ring_file.h"

#define RECORD_BUSY BPF_RINGBUF_BUSY_BIT
#define RECORD_DISCARD BPF_RINGBUF_DISCARD_BIT
#define RECORD_MAX (UINT32_MAX / 4)

/* Above the largest file and the page in front of it. */
#define RING_ALIGN (1ull << 33)

/* Reservations that find the same busy record in their way before its thread is looked at; then twice as many. */
#define STALLED_FIRST 16u

/* A header as one word: the length below, the page or the thread above. */
union record {
	_Atomic uint64_t whole;
	_Atomic uint32_t length;
};

struct consumer_page {
	_Atomic uint64_t position;
};

struct producer_page {
	_Atomic uint64_t position;
	/* Not beside the position, which the consumer reads all the time. */
	_Alignas(64) struct robust_lock lock;
	_Atomic uint32_t stalled; /* reservations that found the record at pending in their way */
	_Atomic uint64_t pending; /* of the oldest record that is busy, as far as it is known */
	_Atomic uint32_t watched; /* whether somebody may wait for the eventfd */
};

/* The page in front: what one process knows. */
struct ring {
	struct consumer_page *consumer;
	struct producer_page *producer;
	uint8_t *data;
	uint64_t mask;
	uint32_t first_page; /* of the data, as headers count */
	uint32_t page_shift;
	struct map *map;
};

uint64_t ring_page_size(void)
{
	return sysconf(_SC_PAGESIZE);
}

static struct ring *ring_of(const struct map *map)
{
	return map->state;
}

static struct ring *ring_behind(const void *record)
{
	return (struct ring *)((uintptr_t)record & ~(uintptr_t)(RING_ALIGN - 1));
}

static union record *record_at(const struct ring *ring, uint64_t position)
{
	return (union record *)(ring->data + (position & ring->mask));
}

static uint64_t record_bytes(uint32_t length)
{
	return ROUND_UP((uint64_t)(length & ~(RECORD_BUSY | RECORD_DISCARD)) + BPF_RINGBUF_HDR_SZ, 8);
}

int ring_check(const struct map_attr *attr)
{
	uint64_t size = attr->max_entries;

	if (attr->flags & ~BPF_F_NUMA_NODE || attr->key_size || attr->value_size)
		return -EINVAL;
	return !size || size & (size - 1) || size % ring_page_size() ? -EINVAL : 0;
}

int ring_size(const struct map_attr *attr, uint64_t *ret_size)
{
	*ret_size = 2 * ring_page_size() + 2ull * attr->max_entries;
	return 0;
}

/* Maps the file behind a page of the process's own, at a multiple of RING_ALIGN. */
static int map_aligned(struct map *map, uint64_t page, uint8_t **ret_base)
{
	uint64_t size = page + map->memory_size, whole = size + RING_ALIGN;

	_Static_assert(RING_ALIGN > (2ull << 31) + 3 * 65536, "the largest ring fits");
	uint8_t *area = mmap(NULL, whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (area == MAP_FAILED)
		return -ENOMEM;
	uint8_t *base = (uint8_t *)ROUND_UP((uintptr_t)area, (uintptr_t)RING_ALIGN);
	if (base > area)
		munmap(area, base - area);
	munmap(base + size, whole - size - (base - area));
	if (mprotect(base, page, PROT_READ | PROT_WRITE) < 0 ||
		mmap(base + page, map->memory_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED | MAP_NORESERVE,
			map->fd, 0) == MAP_FAILED) {
		munmap(base, size);
		return -ENOMEM;
	}
	*ret_base = base;
	return 0;
}

static int ringbuf_init(struct map *map, const struct map_attr *attr)
{
	uint64_t page = ring_page_size();
	uint8_t *base;
	int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (event < 0)
		return -errno;
	int err = map_aligned(map, page, &base);
	if (err) {
		close(event);
		return err;
	}
	munmap(map->memory, map->memory_size);
	map->memory = base + page;
	struct ring *ring = (struct ring *)base;
	*ring = (struct ring){
		.consumer = (struct consumer_page *)map->memory,
		.producer = (struct producer_page *)(map->memory + page),
		.data = map->memory + 2 * page,
		.mask = attr->max_entries - 1ull,
		.first_page = 3,
		.page_shift = __builtin_ctzll(page),
		.map = map,
	};
	map->state = ring;
	map->poll_fd = event;
	return 0;
}

/* The memory file is unmapped by the caller. */
static void ringbuf_free(struct map *map)
{
	munmap(ring_of(map), ring_page_size());
}

static void wake(struct ring *ring)
{
	static const uint64_t one = 1;

	if (!atomic_load_explicit(&ring->producer->watched, memory_order_seq_cst))
		return;
	int saved = errno;
	/* Nothing to be done if it fails: it is full only if it is readable. */
	ssize_t written = write(ring->map->poll_fd, &one, sizeof(one));
	(void)written;
	errno = saved;
}

/* Ends the busy state of a record, of this thread or of a dead one. */
static void commit(struct ring *ring, union record *record, uint32_t length, uint64_t flags)
{
	uint64_t offset = (uint8_t *)record - ring->data;
	uint64_t page = ring->first_page + (offset >> ring->page_shift);

	/* The record must be out before the consumer's position is read: either it sees the record, or we see that it
	 * has come so far and wake it. */
	atomic_exchange_explicit(&record->whole, page << 32 | length, memory_order_seq_cst);
	uint64_t consumer = atomic_load_explicit(&ring->consumer->position, memory_order_seq_cst);
	if (flags & BPF_RB_FORCE_WAKEUP || ((consumer & ring->mask) == offset && !(flags & BPF_RB_NO_WAKEUP)))
		wake(ring);
}

/* Needs the lock. Whether the record at pending was reserved by a thread that is dead; then it is discarded. */
static bool discard_dead(struct ring *ring, uint64_t pending)
{
	union record *record = record_at(ring, pending);
	uint64_t whole = atomic_load_explicit(&record->whole, memory_order_acquire);
	uint32_t length = (uint32_t)whole;

	if (!(length & RECORD_BUSY) || !robust_thread_is_dead(whole >> 32))
		return false;
	commit(ring, record, (length & ~RECORD_BUSY) | RECORD_DISCARD, 0);
	return true;
}

/* Needs the lock. Moves pending over the records that are committed. */
static uint64_t skip_committed(struct ring *ring, uint64_t pending, uint64_t position)
{
	uint64_t start = pending;

	while (pending < position) {
		uint32_t length = atomic_load_explicit(&record_at(ring, pending)->length, memory_order_acquire);

		if (length & RECORD_BUSY)
			break;
		pending += record_bytes(length);
	}
	if (pending != start) {
		atomic_store_explicit(&ring->producer->pending, pending, memory_order_relaxed);
		atomic_store_explicit(&ring->producer->stalled, 0, memory_order_relaxed);
	}
	return pending;
}

static bool is_time_to_look(uint32_t stalled)
{
	return stalled >= STALLED_FIRST && !(stalled & (stalled - 1));
}

/* Needs the lock. A busy record is in the way of the consumer: once in a while, look whether it always will be. */
static uint64_t look_at_stalled(struct ring *ring, uint64_t pending, uint64_t position)
{
	uint32_t stalled = atomic_load_explicit(&ring->producer->stalled, memory_order_relaxed) + 1;

	atomic_store_explicit(&ring->producer->stalled, stalled, memory_order_relaxed);
	if (!is_time_to_look(stalled))
		return pending;
	while (pending < position && discard_dead(ring, pending))
		pending = skip_committed(ring, pending, position);
	return pending;
}

void *ringbuf_reserve(struct map *map, uint64_t size, uint64_t flags)
{
	struct ring *ring = ring_of(map);
	struct producer_page *producer = ring->producer;
	struct robust_hold hold;
	union record *record = NULL;

	if (unlikely(flags || size > RECORD_MAX))
		return NULL;
	uint64_t bytes = ROUND_UP(size + BPF_RINGBUF_HDR_SZ, 8);
	uint64_t consumer = atomic_load_explicit(&ring->consumer->position, memory_order_acquire);
	/* A dead owner leaves a record that is not there yet, or is whole and busy. */
	if (unlikely(robust_spin_lock(&producer->lock, &hold) < 0))
		return NULL;
	uint64_t position = atomic_load_explicit(&producer->position, memory_order_relaxed);
	uint64_t pending = atomic_load_explicit(&producer->pending, memory_order_relaxed);
	pending = skip_committed(ring, pending, position);
	if (unlikely(pending != position))
		pending = look_at_stalled(ring, pending, position);
	/* Not all of the ring is ever used: equal positions mean that it is empty. */
	uint64_t next = position + bytes;
	if (likely(next - consumer <= ring->mask && next - pending <= ring->mask)) {
		record = record_at(ring, position);
		atomic_store_explicit(
			&record->whole, (uint64_t)robust_self.tid << 32 | RECORD_BUSY | size, memory_order_relaxed);
		atomic_store_explicit(&producer->position, next, memory_order_release);
	}
	robust_spin_unlock(&producer->lock, &hold);
	return record ? (uint8_t *)record + BPF_RINGBUF_HDR_SZ : NULL;
}

void ringbuf_commit(void *sample, uint64_t flags, bool discard)
{
	struct ring *ring = ring_behind(sample);
	union record *record = (union record *)((uint8_t *)sample - BPF_RINGBUF_HDR_SZ);
	uint32_t length = atomic_load_explicit(&record->length, memory_order_relaxed) & ~RECORD_BUSY;

	commit(ring, record, discard ? length | RECORD_DISCARD : length, flags);
}

int ringbuf_output(struct map *map, const void *data, uint64_t size, uint64_t flags)
{
	if (flags & ~(uint64_t)(BPF_RB_NO_WAKEUP | BPF_RB_FORCE_WAKEUP))
		return -EINVAL;
	void *record = ringbuf_reserve(map, size, 0);
	if (!record)
		return -EAGAIN;
	memcpy(record, data, size);
	ringbuf_commit(record, flags, false);
	return 0;
}

uint64_t ringbuf_query(struct map *map, uint64_t what)
{
	const struct ring *ring = ring_of(map);

	switch (what) {
	case BPF_RB_AVAIL_DATA: {
		uint64_t consumer = atomic_load_explicit(&ring->consumer->position, memory_order_acquire);

		return atomic_load_explicit(&ring->producer->position, memory_order_acquire) - consumer;
	}
	case BPF_RB_RING_SIZE:
		return ring->mask + 1;
	case BPF_RB_CONS_POS:
		return atomic_load_explicit(&ring->consumer->position, memory_order_acquire);
	case BPF_RB_PROD_POS:
		return atomic_load_explicit(&ring->producer->position, memory_order_acquire);
	default:
		return 0;
	}
}

void ringbuf_reap(struct map *map)
{
	struct ring *ring = ring_of(map);
	struct robust_hold hold;

	if (robust_spin_lock(&ring->producer->lock, &hold) < 0)
		return;
	uint64_t position = atomic_load_explicit(&ring->producer->position, memory_order_relaxed);
	uint64_t pending = atomic_load_explicit(&ring->producer->pending, memory_order_relaxed);
	do
		pending = skip_committed(ring, pending, position);
	while (pending < position && discard_dead(ring, pending));
	robust_spin_unlock(&ring->producer->lock, &hold);
}

static uint32_t ringbuf_poll_events(struct map *map)
{
	struct ring *ring = ring_of(map);

	atomic_store_explicit(&ring->producer->watched, 1, memory_order_seq_cst);
	if (!ringbuf_query(map, BPF_RB_AVAIL_DATA))
		return 0;
	/* The consumer waits for a record that is busy: perhaps there is no producer left who would look at it. */
	if (atomic_load_explicit(&record_at(ring, ring->consumer->position)->length, memory_order_relaxed) &
		RECORD_BUSY) {
		uint32_t stalled = atomic_fetch_add_explicit(&ring->producer->stalled, 1, memory_order_relaxed) + 1;

		if (is_time_to_look(stalled))
			ringbuf_reap(map);
	}
	return MAP_POLL_READABLE;
}

bool ring_in_file(const struct map *map, uint64_t offset, uint64_t size)
{
	return offset <= map->memory_size && size <= ROUND_UP(map->memory_size - offset, ring_page_size());
}

/* The consumer's page is the only one that user space may write. */
static int ringbuf_mmap_check(const struct map *map, uint64_t offset, uint64_t size, bool write)
{
	if (write && (offset || ROUND_UP(size, ring_page_size()) != ring_page_size()))
		return -EPERM;
	return ring_in_file(map, offset, size) ? 0 : -EINVAL;
}

uint64_t ring_memory_usage(const struct map *map)
{
	uint64_t page = ring_page_size(), pages = map->max_entries / page;

	return 304 + 8 * (3 + 2 * pages) + page * (3 + pages);
}

const struct map_ops ringbuf_map_ops = {
	.check = ring_check,
	.size = ring_size,
	.init = ringbuf_init,
	.free = ringbuf_free,
	.mmap_check = ringbuf_mmap_check,
	.memory_usage = ring_memory_usage,
	.poll_events = ringbuf_poll_events,
};
