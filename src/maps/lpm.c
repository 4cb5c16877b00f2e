/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Longest prefix match: a trie over four bits at a time, with paths compressed. The memory file: a header page, nodes
 * (two cache lines each), entries.
 *
 * A node stands at a depth (a multiple of four bits). Prefixes that end less than four bits further are in the node;
 * longer ones are in the child of their next four bits. A child is a node, or the one entry there is on that path.
 * Since paths are compressed, a search looks at no bits that do not branch; so it notes the entries that may match on
 * its way, and compares them, the longest first.
 *
 *   depth 8:  prefixes  10.0.0.0/8  10.128.0.0/9 ...      child 0 -> entry 10.1.2.0/24
 *                                                         child 1 -> node of depth 16 ...
 *
 * Lookups take no lock. Updates take the map's and publish each change by one store. A search that meets nodes which
 * are freed and used again meanwhile starts again. Who finds the owner of the lock dead collects what he leaves free.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/robust.h"
#include "maps/array.h"
#include "maps/check.h"
#include "maps/value.h"

enum {
	LPM_DATA_MAX = 256,
	LPM_NODE_HEADER = 24, /* the kernel's, which bounds the value */
	LPM_WORDS_MAX = LPM_DATA_MAX / 8,
	LPM_DEPTH_MAX = LPM_DATA_MAX * 2 + 1, /* nodes on a path */
	NODE_CHILDREN = 16,
	NODE_PREFIXES = 15, /* of 0, 1, 2, 3 bits: 1 + 2 + 4 + 8 */
};

/* A reference: 0, a node's number plus one, or an entry's with this bit. */
#define REF_ENTRY 0x80000000u

struct lpm_node {
	_Atomic uint32_t children[NODE_CHILDREN];
	/* A prefix of `length` bits with value `bits` is at (1 << length) - 1 + bits. */
	_Atomic uint32_t prefixes[NODE_PREFIXES];
	_Atomic uint32_t info; /* depth; which prefixes there are, from bit 16 on */
};

struct lpm_entry {
	_Atomic uint32_t length; /* bits */
	_Atomic uint32_t next; /* of the free list */
	uint64_t words[]; /* the prefix, the first bit highest; then the value */
};

/* Elements of one kind: the free list and those that were never used. Numbers plus one. */
struct pool {
	_Atomic uint32_t head, fresh;
};

struct lpm_file {
	struct robust_lock lock;
	_Atomic uint32_t root;
	_Atomic uint32_t count;
	_Atomic uint32_t freed; /* nodes and entries, ever: tells readers that they may have gone astray */
	struct pool nodes, entries;
};

/* One process's view: map->state. */
struct lpm {
	struct lpm_file *file;
	struct lpm_node *nodes;
	uint8_t *entries;
	uint64_t stride;
	uint32_t capacity, words, value_offset;
};

/* A key as it was given, in words. */
struct prefix {
	uint32_t length;
	uint64_t words[LPM_WORDS_MAX];
};

static struct lpm *lpm_of(const struct map *map)
{
	return map->state;
}

static struct lpm_node *node_at(const struct lpm *lpm, uint32_t ref)
{
	return &lpm->nodes[ref - 1];
}

static struct lpm_entry *entry_at(const struct lpm *lpm, uint32_t ref)
{
	return (struct lpm_entry *)(lpm->entries + ((ref & ~REF_ENTRY) - 1) * lpm->stride);
}

static uint32_t load(const _Atomic uint32_t *field)
{
	return atomic_load_explicit(field, memory_order_acquire);
}

static void store(_Atomic uint32_t *field, uint32_t value)
{
	atomic_store_explicit(field, value, memory_order_release);
}

static uint64_t entry_word(const struct lpm_entry *entry, uint32_t i)
{
	return __atomic_load_n(&entry->words[i], __ATOMIC_RELAXED);
}

static int prefix_read(const struct map *map, const void *key, struct prefix *prefix)
{
	uint32_t bytes = map->key_size - 4;
	const uint8_t *data = (const uint8_t *)key + 4;

	memcpy(&prefix->length, key, 4);
	if (prefix->length > bytes * 8)
		return -EINVAL;
	if (bytes == 4) {
		uint32_t word;

		memcpy(&word, data, 4);
		prefix->words[0] = (uint64_t)__builtin_bswap32(word) << 32;
		return 0;
	}
	for (uint32_t i = 0; bytes; i++) {
		uint32_t part = MIN(bytes, 8u);
		uint64_t word = 0;

		memcpy(&word, data + 8 * i, part);
		prefix->words[i] = __builtin_bswap64(word);
		bytes -= part;
	}
	return 0;
}

static uint32_t nibble(const uint64_t *words, uint32_t depth)
{
	return words[depth / 64] >> (60 - depth % 64) & 15;
}

/* How many of the first limit bits are the same. */
static uint32_t common_bits(const struct lpm_entry *entry, const struct prefix *prefix, uint32_t limit)
{
	for (uint32_t i = 0; i * 64 < limit; i++) {
		uint64_t difference = entry_word(entry, i) ^ prefix->words[i];

		if (difference)
			return MIN(limit, i * 64 + (uint32_t)__builtin_clzll(difference));
	}
	return limit;
}

static bool entry_matches(const struct lpm_entry *entry, const struct prefix *prefix)
{
	uint32_t length = load(&entry->length);

	return length <= prefix->length && common_bits(entry, prefix, length) == length;
}

static bool entry_is(const struct lpm_entry *entry, const struct prefix *prefix)
{
	return load(&entry->length) == prefix->length && entry_matches(entry, prefix);
}

/* Where a prefix that ends in a node is among its prefixes. */
static uint32_t prefix_place(const uint64_t *words, uint32_t length, uint32_t depth)
{
	uint32_t bits = length - depth;

	return (1u << bits) - 1 + (bits ? nibble(words, depth) >> (4 - bits) : 0);
}

/* Of the prefixes of a node, those that four bits match. */
static uint32_t matching_places(uint32_t bits)
{
	return 1u | 2u << (bits >> 3) | 8u << (bits >> 2) | 128u << (bits >> 1);
}

static struct lpm_entry *search(const struct lpm *lpm, const struct prefix *key)
{
	uint32_t candidates[LPM_DEPTH_MAX + 1], n = 0;
	uint32_t ref = load(&lpm->file->root);
	int64_t above = -1;

	while (ref && !(ref & REF_ENTRY)) {
		const struct lpm_node *node = node_at(lpm, ref);
		uint32_t info = load(&node->info), depth = info & 0xffff, left;

		/* Nodes that are used again while we look need not get deeper: then this is no path. */
		if (depth > key->length || depth <= above)
			break;
		above = depth;
		left = key->length - depth;
		uint32_t bits = left ? nibble(key->words, depth) : 0;
		uint32_t there = info >> 16 & matching_places(bits);
		if (left < 4)
			there &= (1u << ((1u << (left + 1)) - 1)) - 1;
		if (there)
			candidates[n++] = load(&node->prefixes[31 - __builtin_clz(there)]);
		if (left < 4) {
			ref = 0;
			break;
		}
		ref = load(&node->children[bits]);
	}
	if (ref & REF_ENTRY)
		candidates[n++] = ref;
	while (n--) {
		struct lpm_entry *entry = candidates[n] ? entry_at(lpm, candidates[n]) : NULL;

		if (entry && entry_matches(entry, key))
			return entry;
	}
	return NULL;
}

static struct lpm_entry *find(const struct lpm *lpm, const struct prefix *key)
{
	for (uint32_t tries = 0;; tries++) {
		uint32_t freed = load(&lpm->file->freed);
		struct lpm_entry *entry = search(lpm, key);

		atomic_thread_fence(memory_order_acquire);
		if (likely(load(&lpm->file->freed) == freed) || tries == 16)
			return entry;
	}
}

/* Pools. */

static uint32_t *node_link(const struct lpm *lpm, uint32_t number)
{
	return (uint32_t *)&lpm->nodes[number - 1].prefixes[0];
}

static uint32_t pool_take_node(struct lpm *lpm)
{
	struct pool *pool = &lpm->file->nodes;
	uint32_t head = load(&pool->head);

	if (head) {
		store(&pool->head, __atomic_load_n(node_link(lpm, head), __ATOMIC_RELAXED));
		return head;
	}
	if (load(&pool->fresh) == lpm->capacity)
		return 0;
	store(&pool->fresh, load(&pool->fresh) + 1);
	return load(&pool->fresh);
}

static void pool_give_node(struct lpm *lpm, uint32_t number)
{
	struct pool *pool = &lpm->file->nodes;

	store(&lpm->file->freed, load(&lpm->file->freed) + 1);
	store(&lpm->nodes[number - 1].info, 0);
	__atomic_store_n(node_link(lpm, number), load(&pool->head), __ATOMIC_RELAXED);
	store(&pool->head, number);
}

static uint32_t pool_take_entry(struct lpm *lpm)
{
	struct pool *pool = &lpm->file->entries;
	uint32_t head = load(&pool->head);

	if (head) {
		store(&pool->head, load(&entry_at(lpm, head)->next));
		return head;
	}
	if (load(&pool->fresh) == lpm->capacity)
		return 0;
	store(&pool->fresh, load(&pool->fresh) + 1);
	return load(&pool->fresh);
}

static void pool_give_entry(struct lpm *lpm, uint32_t number)
{
	struct pool *pool = &lpm->file->entries;

	store(&lpm->file->freed, load(&lpm->file->freed) + 1);
	store(&entry_at(lpm, number)->next, load(&pool->head));
	store(&pool->head, number);
}

/* Repair: what no path leads to is free. */

static void mark_used(const struct lpm *lpm, uint8_t *nodes, uint8_t *entries, uint32_t *ret_count)
{
	uint32_t stack[LPM_DEPTH_MAX * NODE_CHILDREN], n = 0;

	stack[n++] = load(&lpm->file->root);
	while (n) {
		uint32_t ref = stack[--n], number = ref & ~REF_ENTRY;

		if (!ref || number > lpm->capacity)
			continue;
		if (ref & REF_ENTRY) {
			entries[number - 1] = 1;
			++*ret_count;
			continue;
		}
		const struct lpm_node *node = node_at(lpm, ref);
		if (nodes[number - 1])
			continue;
		nodes[number - 1] = 1;
		for (uint32_t i = 0; i < NODE_PREFIXES; i++) {
			uint32_t prefix = load(&node->info) >> 16 >> i & 1 ? load(&node->prefixes[i]) & ~REF_ENTRY : 0;

			if (prefix && prefix <= lpm->capacity) {
				entries[prefix - 1] = 1;
				++*ret_count;
			}
		}
		for (uint32_t i = 0; i < NODE_CHILDREN && n < ARRAY_SIZE(stack); i++)
			if (load(&node->children[i]))
				stack[n++] = load(&node->children[i]);
	}
}

static void repair(struct lpm *lpm)
{
	struct lpm_file *file = lpm->file;
	uint8_t *used = calloc(2, lpm->capacity);
	uint32_t count = 0;

	/* Without memory for it, what was in flight stays lost. */
	if (!used)
		return;
	mark_used(lpm, used, used + lpm->capacity, &count);
	store(&file->nodes.head, 0);
	store(&file->entries.head, 0);
	for (uint32_t number = load(&file->nodes.fresh); number; number--)
		if (!used[number - 1])
			pool_give_node(lpm, number);
	for (uint32_t number = load(&file->entries.fresh); number; number--)
		if (!used[lpm->capacity + number - 1])
			pool_give_entry(lpm, number);
	store(&file->count, count);
	free(used);
}

static int lpm_lock(struct lpm *lpm, struct robust_hold *hold)
{
	int result = robust_lock(&lpm->file->lock, hold);

	if (result == 1)
		repair(lpm);
	return result < 0 ? result : 0;
}

/* Changes. All under the lock. */

/* Any entry below a reference: they all begin with the bits of the path. */
static struct lpm_entry *below(const struct lpm *lpm, uint32_t ref)
{
	while (!(ref & REF_ENTRY)) {
		const struct lpm_node *node = node_at(lpm, ref);
		uint32_t there = load(&node->info) >> 16, next = 0;

		if (there)
			next = load(&node->prefixes[__builtin_ctz(there)]);
		for (uint32_t i = 0; i < NODE_CHILDREN && !next; i++)
			next = load(&node->children[i]);
		ref = next;
	}
	return entry_at(lpm, ref);
}

/* Puts an entry or a node into a node that nobody sees yet. */
static void node_put(struct lpm_node *node, uint32_t depth, const uint64_t *words, uint32_t length, uint32_t ref)
{
	if (length - depth < 4) {
		uint32_t place = prefix_place(words, length, depth);

		store(&node->prefixes[place], ref);
		store(&node->info, load(&node->info) | 1u << (16 + place));
	} else {
		store(&node->children[nibble(words, depth)], ref);
	}
}

/* A new node with what was there (ref, whose bits are those of some entry) and the new entry. 0: no memory. */
static uint32_t split(struct lpm *lpm, uint32_t ref, const struct lpm_entry *there, uint32_t there_length,
	const struct prefix *prefix, uint32_t added, uint32_t depth)
{
	uint32_t number = pool_take_node(lpm);

	if (!number)
		return 0;
	struct lpm_node *node = &lpm->nodes[number - 1];
	for (uint32_t i = 0; i < NODE_CHILDREN; i++)
		atomic_store_explicit(&node->children[i], 0, memory_order_relaxed);
	store(&node->info, depth);
	node_put(node, depth, there->words, there_length, ref);
	node_put(node, depth, prefix->words, prefix->length, added);
	return number;
}

/* Where a prefix is, or would be. */
struct spot {
	_Atomic uint32_t *slot; /* that names the entry, or what must give way to it; NULL: a free place in node */
	struct lpm_node *node; /* that slot or place is in; NULL: the root's */
	_Atomic uint32_t *node_slot; /* that names node */
	uint32_t place; /* among the node's prefixes */
	bool is_prefix; /* slot or place is among the node's prefixes */
	bool found;
	uint32_t depth; /* if slot must give way: of the node to be made */
};

static void locate(const struct lpm *lpm, const struct prefix *prefix, struct spot *spot)
{
	*spot = (struct spot){ .slot = &lpm->file->root };

	for (;;) {
		uint32_t ref = load(spot->slot);

		if (!ref)
			return;
		const struct lpm_entry *entry = below(lpm, ref);
		uint32_t length = ref & REF_ENTRY ? load(&entry->length) : load(&node_at(lpm, ref)->info) & 0xffff;
		uint32_t common = common_bits(entry, prefix, MIN(length, prefix->length));

		if (ref & REF_ENTRY && common == length && length == prefix->length) {
			spot->found = true;
			return;
		}
		if (ref & REF_ENTRY || common < length) {
			spot->depth = common & ~3u;
			return;
		}
		spot->node = node_at(lpm, ref);
		spot->node_slot = spot->slot;
		if (prefix->length - length < 4) {
			spot->place = prefix_place(prefix->words, prefix->length, length);
			spot->is_prefix = true;
			spot->found = load(&spot->node->info) >> (16 + spot->place) & 1;
			spot->slot = spot->found ? &spot->node->prefixes[spot->place] : NULL;
			return;
		}
		spot->slot = &spot->node->children[nibble(prefix->words, length)];
	}
}

static int insert(struct lpm *lpm, struct spot *spot, const struct prefix *prefix, uint32_t number)
{
	uint32_t ref = number | REF_ENTRY;

	if (!spot->slot) {
		store(&spot->node->prefixes[spot->place], ref);
		store(&spot->node->info, load(&spot->node->info) | 1u << (16 + spot->place));
		return 0;
	}
	uint32_t there = load(spot->slot);
	if (there) {
		const struct lpm_entry *entry = below(lpm, there);
		uint32_t length = there & REF_ENTRY ? load(&entry->length) : load(&node_at(lpm, there)->info) & 0xffff;
		uint32_t node = split(lpm, there, entry, length, prefix, ref, spot->depth);

		if (!node)
			return -ENOMEM;
		ref = node;
	}
	store(spot->slot, ref);
	return 0;
}

static int update_locked(struct map *map, const struct prefix *prefix, const void *value, uint64_t flags)
{
	struct lpm *lpm = lpm_of(map);
	struct spot spot;

	locate(lpm, prefix, &spot);
	if (spot.found && flags == BPF_NOEXIST)
		return -EEXIST;
	if (!spot.found && flags == BPF_EXIST)
		return -ENOENT;
	if (!spot.found && load(&lpm->file->count) == map->max_entries)
		return -ENOSPC;
	uint32_t number = pool_take_entry(lpm);
	if (!number)
		return -ENOSPC;
	struct lpm_entry *entry = entry_at(lpm, number);
	store(&entry->length, prefix->length);
	for (uint32_t i = 0; i < lpm->words; i++)
		__atomic_store_n(&entry->words[i], prefix->words[i], __ATOMIC_RELAXED);
	value_write((uint8_t *)entry + lpm->value_offset, value, map->value_size);
	if (spot.found) {
		uint32_t old = load(spot.slot);

		store(spot.slot, number | REF_ENTRY);
		pool_give_entry(lpm, old & ~REF_ENTRY);
		return 0;
	}
	int err = insert(lpm, &spot, prefix, number);
	if (err)
		pool_give_entry(lpm, number);
	else
		store(&lpm->file->count, load(&lpm->file->count) + 1);
	return err;
}

/* A node with one thing left gives its place to it. */
static void collapse(struct lpm *lpm, struct lpm_node *node, _Atomic uint32_t *slot)
{
	uint32_t there = load(&node->info) >> 16, left = (uint32_t)__builtin_popcount(there), last = 0;

	if (there)
		last = load(&node->prefixes[__builtin_ctz(there)]);
	for (uint32_t i = 0; i < NODE_CHILDREN; i++) {
		uint32_t child = load(&node->children[i]);

		left += child != 0;
		last = child ? child : last;
	}
	if (left > 1)
		return;
	store(slot, last);
	pool_give_node(lpm, (uint32_t)(node - lpm->nodes) + 1);
}

static int remove_locked(struct lpm *lpm, const struct prefix *prefix)
{
	struct spot spot;

	locate(lpm, prefix, &spot);
	if (!spot.found)
		return -ENOENT;
	uint32_t old = load(spot.slot);
	if (spot.is_prefix)
		store(&spot.node->info, load(&spot.node->info) & ~(1u << (16 + spot.place)));
	else
		store(spot.slot, 0);
	if (spot.node)
		collapse(lpm, spot.node, spot.node_slot);
	store(&lpm->file->count, load(&lpm->file->count) - 1);
	pool_give_entry(lpm, old & ~REF_ENTRY);
	return 0;
}

/* The operations. */

static int lpm_check(const struct map_attr *attr)
{
	if (attr->max_entries == 0 || !(attr->flags & BPF_F_NO_PREALLOC) ||
		attr->flags & ~(BPF_F_NO_PREALLOC | BPF_F_NUMA_NODE | MAP_ACCESS_FLAGS) ||
		!map_access_ok(attr->flags) || attr->key_size < 5 || attr->key_size > 4 + LPM_DATA_MAX ||
		attr->value_size == 0 || attr->value_size > MAP_KMALLOC_MAX - LPM_DATA_MAX - LPM_NODE_HEADER)
		return -EINVAL;
	return 0;
}

struct layout {
	uint64_t stride, entries, size;
	uint32_t capacity;
};

static int layout_of(const struct map_attr *attr, struct layout *layout)
{
	uint64_t nodes, entries;

	/* One more than there may be, for a replacement in a full map. Each node parts two entries. */
	layout->capacity = MIN(attr->max_entries, REF_ENTRY - 2) + 1;
	layout->stride = sizeof(struct lpm_entry) + ROUND_UP(attr->key_size - 4, 8u) + ROUND_UP(attr->value_size, 8u);
	int err = map_area(layout->capacity, sizeof(struct lpm_node), &nodes);
	if (!err)
		err = map_area(layout->capacity, layout->stride, &entries);
	if (err)
		return err;
	layout->entries = MAP_PAGE + ROUND_UP(nodes, MAP_PAGE);
	layout->size = layout->entries + entries;
	return 0;
}

static int lpm_size(const struct map_attr *attr, uint64_t *ret_size)
{
	struct layout layout;
	int err = layout_of(attr, &layout);

	if (!err)
		*ret_size = layout.size;
	return err;
}

static int lpm_init(struct map *map, const struct map_attr *attr)
{
	struct layout layout;
	int err = layout_of(attr, &layout);
	struct lpm *lpm = err ? NULL : calloc(1, sizeof(*lpm));

	if (!lpm)
		return err ? err : -ENOMEM;
	lpm->file = (struct lpm_file *)map->memory;
	lpm->nodes = (struct lpm_node *)(map->memory + MAP_PAGE);
	lpm->entries = map->memory + layout.entries;
	lpm->stride = layout.stride;
	lpm->capacity = layout.capacity;
	lpm->words = ROUND_UP(attr->key_size - 4, 8u) / 8;
	lpm->value_offset = (uint32_t)sizeof(struct lpm_entry) + lpm->words * 8;
	map->state = lpm;
	return 0;
}

static void lpm_free(struct map *map)
{
	free(map->state);
	map->state = NULL;
}

static void *lpm_lookup(struct map *map, const void *key)
{
	const struct lpm *lpm = lpm_of(map);
	struct prefix prefix;

	if (prefix_read(map, key, &prefix) < 0)
		return NULL;
	struct lpm_entry *entry = find(lpm, &prefix);
	return entry ? (uint8_t *)entry + lpm->value_offset : NULL;
}

static int lpm_update(struct map *map, const void *key, const void *value, uint64_t flags)
{
	struct lpm *lpm = lpm_of(map);
	struct robust_hold hold;
	struct prefix prefix;

	if (flags > BPF_EXIST || prefix_read(map, key, &prefix) < 0)
		return -EINVAL;
	int err = lpm_lock(lpm, &hold);
	if (err)
		return err;
	err = update_locked(map, &prefix, value, flags);
	robust_unlock(&lpm->file->lock, &hold);
	return err;
}

static int lpm_remove(struct map *map, const void *key)
{
	struct lpm *lpm = lpm_of(map);
	struct robust_hold hold;
	struct prefix prefix;

	if (prefix_read(map, key, &prefix) < 0)
		return -EINVAL;
	int err = lpm_lock(lpm, &hold);
	if (err)
		return err;
	err = remove_locked(lpm, &prefix);
	robust_unlock(&lpm->file->lock, &hold);
	return err;
}

static int lpm_user_lookup(struct map *map, const void *key, void *value, uint64_t flags)
{
	const struct lpm *lpm = lpm_of(map);
	struct prefix prefix;
	uint32_t freed;

	if (prefix_read(map, key, &prefix) < 0)
		return -ENOENT;
	do {
		freed = load(&lpm->file->freed);
		struct lpm_entry *entry = find(lpm, &prefix);
		if (!entry)
			return -ENOENT;
		value_read(value, (uint8_t *)entry + lpm->value_offset, map->value_size);
		atomic_thread_fence(memory_order_acquire);
	} while (load(&lpm->file->freed) != freed);
	return 0;
}

/*
 * Keys come as in the kernel: a prefix after all longer ones that begin with it, else in the order of the bits. In a
 * node that is this sequence of prefixes (P) and children (C).
 */
#define P(place) (place)
#define C(bits) (16 + (bits))
static const uint8_t node_order[] = {
	/* clang-format off */
	C(0), C(1), P(7), C(2), C(3), P(8), P(3), C(4), C(5), P(9), C(6), C(7), P(10), P(4), P(1),
	C(8), C(9), P(11), C(10), C(11), P(12), P(5), C(12), C(13), P(13), C(14), C(15), P(14), P(6), P(2), P(0),
	/* clang-format on */
};

static uint32_t node_item(const struct lpm_node *node, uint32_t item)
{
	if (item >= 16)
		return load(&node->children[item - 16]);
	return load(&node->info) >> (16 + item) & 1 ? load(&node->prefixes[item]) : 0;
}

/* The first entry of what a node has from position on; 0 if there is none. */
static uint32_t first_from(const struct lpm *lpm, uint32_t ref, uint32_t position)
{
	while (ref && !(ref & REF_ENTRY)) {
		const struct lpm_node *node = node_at(lpm, ref);
		uint32_t next = 0;

		for (; position < ARRAY_SIZE(node_order) && !next; position++)
			next = node_item(node, node_order[position]);
		ref = next;
		position = 0;
	}
	return ref;
}

/* The entry after a prefix that the trie has; 0: after the last. *ret_known: whether it has it. */
static uint32_t next_after(const struct lpm *lpm, const struct prefix *prefix, bool *ret_known)
{
	uint32_t ref = load(&lpm->file->root), result = 0;

	*ret_known = false;
	while (ref && !(ref & REF_ENTRY)) {
		const struct lpm_node *node = node_at(lpm, ref);
		uint32_t depth = load(&node->info) & 0xffff, position = 0;

		if (depth > prefix->length)
			return 0;
		bool ends = prefix->length - depth < 4;
		uint32_t item =
			ends ? P(prefix_place(prefix->words, prefix->length, depth)) : C(nibble(prefix->words, depth));
		while (node_order[position] != item)
			position++;
		/* What comes after it here comes before what comes after it further up. */
		uint32_t after = first_from(lpm, ref, position + 1);
		result = after ? after : result;
		ref = node_item(node, item);
	}
	*ret_known = ref && entry_is(entry_at(lpm, ref), prefix);
	return result;
}

static int lpm_next_key(struct map *map, const void *key, void *next_key)
{
	struct lpm *lpm = lpm_of(map);
	struct robust_hold hold;
	struct prefix prefix;
	bool known = false;
	uint32_t ref = 0;
	int err = lpm_lock(lpm, &hold);

	if (err)
		return err;
	if (key && prefix_read(map, key, &prefix) == 0)
		ref = next_after(lpm, &prefix, &known);
	if (!known)
		ref = first_from(lpm, load(&lpm->file->root), 0);
	if (ref) {
		const struct lpm_entry *entry = entry_at(lpm, ref);
		uint32_t length = load(&entry->length), bytes = map->key_size - 4;
		uint8_t *data = (uint8_t *)next_key + 4;

		memcpy(next_key, &length, 4);
		for (uint32_t i = 0; i < lpm->words; i++) {
			uint64_t word = __builtin_bswap64(entry_word(entry, i));

			memcpy(data + 8 * i, &word, MIN(8u, bytes - 8 * i));
		}
	}
	robust_unlock(&lpm->file->lock, &hold);
	return ref ? 0 : -ENOENT;
}

static uint64_t lpm_count(const struct map *map)
{
	return load(&lpm_of(map)->file->count);
}

static uint64_t lpm_memory_usage(const struct map *map)
{
	return lpm_count(map) * (LPM_NODE_HEADER + map->key_size - 4 + (uint64_t)map->value_size);
}

const struct map_ops lpm_trie_map_ops = {
	.check = lpm_check,
	.size = lpm_size,
	.init = lpm_init,
	.free = lpm_free,
	.lookup = lpm_lookup,
	.update = lpm_update,
	.remove = lpm_remove,
	.user_lookup = lpm_user_lookup,
	.next_key = lpm_next_key,
	.memory_usage = lpm_memory_usage,
	.count = lpm_count,
	.batches = MAP_BATCH_TRIE,
};
