/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Queues and stacks. The memory file: a header page with the lock and the ends, then the elements in a ring that has
 * one place more than the map has entries.
 *
 * A value is copied in before the end that makes it visible is stored, so who dies leaves the map as it was before or
 * as it is after.
 */
#include <errno.h>
#include <string.h>

#include "base/macros.h"
#include "base/robust.h"
#include "maps/array.h"
#include "maps/check.h"
#include "maps/value.h"

struct queue_file {
	struct robust_lock lock;
	/* Places in the ring: head is where the next value goes, tail is the oldest; equal: empty. Both in one word, so
	 * that one store changes both. */
	_Atomic uint64_t ends;
};

static struct queue_file *file_of(const struct map *map)
{
	return (struct queue_file *)map->memory;
}

struct ends {
	uint32_t head, tail;
};

static struct ends ends_get(const struct map *map)
{
	uint64_t ends = atomic_load_explicit(&file_of(map)->ends, memory_order_relaxed);

	return (struct ends){ .head = (uint32_t)ends, .tail = (uint32_t)(ends >> 32) };
}

static void ends_set(const struct map *map, struct ends ends)
{
	atomic_store_explicit(&file_of(map)->ends, (uint64_t)ends.tail << 32 | ends.head, memory_order_release);
}

static int queue_check(const struct map_attr *attr)
{
	if (attr->max_entries == 0 || attr->key_size != 0 || attr->value_size == 0 ||
		attr->flags & ~(BPF_F_NUMA_NODE | MAP_ACCESS_FLAGS) || !map_access_ok(attr->flags))
		return -EINVAL;
	if (attr->value_size > MAP_KMALLOC_MAX)
		return -E2BIG;
	return 0;
}

static int queue_size(const struct map_attr *attr, uint64_t *ret_size)
{
	int err = map_area(attr->max_entries + 1ull, ROUND_UP(attr->value_size, 8u), ret_size);

	*ret_size += MAP_PAGE;
	return err;
}

static int queue_init(struct map *map, const struct map_attr *attr)
{
	map->values = map->memory + MAP_PAGE;
	map->value_stride = ROUND_UP(attr->value_size, 8u);
	return 0;
}

static uint8_t *place(const struct map *map, uint32_t number)
{
	return map->values + (uint64_t)number * map->value_stride;
}

static uint32_t after(const struct map *map, uint32_t number)
{
	return number == map->max_entries ? 0 : number + 1;
}

static uint32_t before(const struct map *map, uint32_t number)
{
	return number ? number - 1 : map->max_entries;
}

/* What a dead owner left needs no repair. */
static int queue_lock(struct map *map, struct robust_hold *hold)
{
	int result = robust_lock(&file_of(map)->lock, hold);

	return result < 0 ? result : 0;
}

static int queue_push(struct map *map, const void *value, uint64_t flags)
{
	struct robust_hold hold;

	if (flags & BPF_NOEXIST || flags > BPF_EXIST)
		return -EINVAL;
	int err = queue_lock(map, &hold);
	if (err)
		return err;
	struct ends ends = ends_get(map);
	uint32_t next = after(map, ends.head);
	if (next == ends.tail) {
		/* BPF_EXIST: the oldest makes room. */
		if (flags == BPF_EXIST)
			ends.tail = after(map, ends.tail);
		else
			err = -E2BIG;
	}
	if (!err) {
		value_write(place(map, ends.head), value, map->value_size);
		ends.head = next;
		ends_set(map, ends);
	}
	robust_unlock(&file_of(map)->lock, &hold);
	return err;
}

/* The oldest of a queue, the newest of a stack. An empty map clears what the caller gave. */
static int queue_take(struct map *map, void *value, bool newest, bool remove)
{
	struct robust_hold hold;
	int err = queue_lock(map, &hold);

	if (err) {
		memset(value, 0, map->value_size);
		return err;
	}
	struct ends ends = ends_get(map);
	if (ends.head == ends.tail) {
		memset(value, 0, map->value_size);
		err = -ENOENT;
	} else {
		value_read(value, place(map, newest ? before(map, ends.head) : ends.tail), map->value_size);
		if (newest)
			ends.head = before(map, ends.head);
		else
			ends.tail = after(map, ends.tail);
		if (remove)
			ends_set(map, ends);
	}
	robust_unlock(&file_of(map)->lock, &hold);
	return err;
}

static int queue_pop(struct map *map, void *value)
{
	return queue_take(map, value, false, true);
}

static int queue_peek(struct map *map, void *value)
{
	return queue_take(map, value, false, false);
}

static int stack_pop(struct map *map, void *value)
{
	return queue_take(map, value, true, true);
}

static int stack_peek(struct map *map, void *value)
{
	return queue_take(map, value, true, false);
}

static int queue_remove(struct map *map, const void *key)
{
	return -EINVAL;
}

static int queue_next_key(struct map *map, const void *key, void *next_key)
{
	return -EINVAL;
}

static uint64_t queue_memory_usage(const struct map *map)
{
	return MAP_ARRAY_HEADER + (map->max_entries + 1ull) * map->value_size;
}

const struct map_ops queue_map_ops = {
	.check = queue_check,
	.size = queue_size,
	.init = queue_init,
	.push = queue_push,
	.pop = queue_pop,
	.peek = queue_peek,
	.user_remove = queue_remove,
	.next_key = queue_next_key,
	.memory_usage = queue_memory_usage,
};

const struct map_ops stack_map_ops = {
	.check = queue_check,
	.size = queue_size,
	.init = queue_init,
	.push = queue_push,
	.pop = stack_pop,
	.peek = stack_peek,
	.user_remove = queue_remove,
	.next_key = queue_next_key,
	.memory_usage = queue_memory_usage,
};
