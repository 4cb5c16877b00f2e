/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * User ring buffers. The memory file is laid out as a ring buffer's (ringbuf.c), but it is user space that writes the
 * producer's page and the data, and it may write anything at any time: each word of it is read once, and checked.
 */
#include "maps/user_ringbuf.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/robust.h"
#include "maps/ring_file.h"

/* The largest piece of memory that a dynptr describes. */
#define SAMPLE_MAX ((1u << 24) - 1)
#define SAMPLES_PER_DRAIN 131072

/* The page that user space may only read. */
struct consumer_page {
	_Atomic uint64_t position;
	_Alignas(64) struct robust_lock draining;
	_Atomic uint32_t watched;
};

struct sample {
	void *data;
	uint32_t size;
	uint64_t next; /* position after it */
};

static struct consumer_page *consumer_of(const struct map *map)
{
	return (struct consumer_page *)map->memory;
}

static uint64_t producer_position(const struct map *map)
{
	const _Atomic uint64_t *position = (const _Atomic uint64_t *)(map->memory + ring_page_size());

	return atomic_load_explicit(position, memory_order_acquire);
}

static int user_ringbuf_init(struct map *map, const struct map_attr *attr)
{
	int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (event < 0)
		return -errno;
	map->poll_fd = event;
	map->values = map->memory + 2 * ring_page_size();
	return 0;
}

static void wake(struct map *map)
{
	static const uint64_t one = 1;

	if (!atomic_load_explicit(&consumer_of(map)->watched, memory_order_seq_cst))
		return;
	int saved = errno;
	ssize_t written = write(map->poll_fd, &one, sizeof(one));
	(void)written;
	errno = saved;
}

/* The record at the consumer's position. -ENODATA: none that is ready; -EAGAIN: a discarded one was skipped. */
static int next_sample(struct map *map, struct sample *ret_sample)
{
	uint64_t producer = producer_position(map);
	uint64_t position = atomic_load_explicit(&consumer_of(map)->position, memory_order_relaxed);
	uint64_t size = map->max_entries;

	if (producer % 8)
		return -EINVAL;
	if (position >= producer)
		return -ENODATA;
	uint8_t *record = map->values + (position & (size - 1));
	uint32_t length = atomic_load_explicit((_Atomic uint32_t *)record, memory_order_acquire);
	uint32_t sample = length & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
	uint64_t bytes = ROUND_UP((uint64_t)sample + BPF_RINGBUF_HDR_SZ, 8);
	if (bytes > producer - position)
		return -EINVAL;
	if (bytes > size || sample > SAMPLE_MAX)
		return -E2BIG;
	if (length & BPF_RINGBUF_DISCARD_BIT) {
		atomic_store_explicit(&consumer_of(map)->position, position + bytes, memory_order_release);
		return -EAGAIN;
	}
	if (length & BPF_RINGBUF_BUSY_BIT)
		return -ENODATA;
	/* Where libbpf writes it, which takes the second half for the first: a header at the very end of the first
	 * half is followed by the start of it. */
	void *data = map->values + ((position + BPF_RINGBUF_HDR_SZ) & (size - 1));
	*ret_sample = (struct sample){ data, sample, position + bytes };
	return 0;
}

int64_t user_ringbuf_drain(struct map *map, user_ringbuf_fn *see, void *argument, uint64_t flags)
{
	struct consumer_page *consumer = consumer_of(map);
	struct robust_hold hold;
	struct sample sample;
	int64_t seen = 0;
	int stop = 0, err = 0;

	if (flags & ~(uint64_t)(BPF_RB_NO_WAKEUP | BPF_RB_FORCE_WAKEUP))
		return -EINVAL;
	/* Who died here has seen its last record perhaps, or perhaps not: the next one to drain sees it again. */
	if (robust_trylock(&consumer->draining, &hold) < 0)
		return -EBUSY;
	for (uint32_t i = 0; i < SAMPLES_PER_DRAIN && !stop; i++) {
		err = next_sample(map, &sample);
		if (err == -EAGAIN)
			continue;
		if (err)
			break;
		stop = see(argument, sample.data, sample.size);
		atomic_store_explicit(&consumer->position, sample.next, memory_order_release);
		seen++;
	}
	robust_unlock(&consumer->draining, &hold);
	if (flags & BPF_RB_FORCE_WAKEUP || (seen && !(flags & BPF_RB_NO_WAKEUP)))
		wake(map);
	return err && err != -ENODATA && err != -EAGAIN ? err : seen;
}

static uint32_t user_ringbuf_poll_events(struct map *map)
{
	struct consumer_page *consumer = consumer_of(map);

	atomic_store_explicit(&consumer->watched, 1, memory_order_seq_cst);
	uint64_t position = atomic_load_explicit(&consumer->position, memory_order_seq_cst);
	return producer_position(map) - position < map->max_entries ? MAP_POLL_WRITABLE : 0;
}

/* All but the consumer's page is user space's. */
static int user_ringbuf_mmap_check(const struct map *map, uint64_t offset, uint64_t size, bool write)
{
	if (write && !offset)
		return -EPERM;
	return ring_in_file(map, offset, size) ? 0 : -EINVAL;
}

const struct map_ops user_ringbuf_map_ops = {
	.check = ring_check,
	.size = ring_size,
	.init = user_ringbuf_init,
	.mmap_check = user_ringbuf_mmap_check,
	.memory_usage = ring_memory_usage,
	.poll_events = user_ringbuf_poll_events,
};
