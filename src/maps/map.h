/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Maps: the contract between a map type and everything that uses it.
 *
 * A map lives in a memory file (base/memfile.h) that any process can map: no pointers inside, user-visible data first.
 * struct map is one process's view of it. An operation that a type lacks is NULL in its table; the caller turns that
 * into the errno.
 */
#ifndef SKEP_MAPS_MAP_H
#define SKEP_MAPS_MAP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/release.h"
#include "skep/uapi.h"

struct map;

/* What BPF_MAP_CREATE asks for, with descriptors already resolved. */
struct map_attr {
	uint32_t type, key_size, value_size, max_entries, flags;
	uint32_t numa_node;
	uint64_t extra;
	char name[BPF_OBJ_NAME_LEN];
	struct map *inner; /* template of a map of maps, or NULL */
	bool has_btf; /* BTF key and value types were given */
	uint32_t map_capabilities; /* enum map_caps: what the creator may do */
	const struct map_objects *objects; /* for types whose values are descriptors; NULL: they accept none */
};

enum map_caps {
	MAP_CAP_BPF = 1 << 0,
	MAP_CAP_NET_ADMIN = 1 << 1,
	MAP_CAP_SYS_ADMIN = 1 << 2,
	MAP_CAP_ALL = 7,
};

/*
 * Objects that a map refers to: programs, other maps, perf events, sockets, devices. Whoever owns such objects (the
 * hive) implements it; the memory file holds ids alone, and each process keeps its own table of what they mean here.
 * An object is whatever the users of the type want to find: a struct bound of a program array, a struct map of a map
 * of maps.
 */
struct map_objects {
	void *argument;
	/* The object behind what user space wrote (a descriptor, mostly), one reference, and the id to store: not 0.
	 * The errno is passed on as it is. */
	int (*get)(void *argument, struct map *map, const void *value, void **ret_object, uint32_t *ret_id);
	/* The object that another process stored by id, one reference. -ENOENT if it is gone. */
	int (*find)(void *argument, struct map *map, uint32_t id, void **ret_object);
	/* A reference back. Programs may still hold the object for the rest of their runs. */
	void (*put)(void *argument, struct map *map, void *object);
};

/* An object as one process knows it: valid while the memory file names the same id. */
struct map_slot {
	_Atomic(void *) object;
	_Atomic uint32_t id;
};

/* A walk over the elements of a map, in no order; zero starts it. */
struct map_cursor {
	uint64_t at;
	uint32_t index; /* storage of the key of array-like types */
};

/* Batch commands that a type has. */
enum map_batches {
	MAP_BATCH_LOOKUP = 1 << 0,
	MAP_BATCH_LOOKUP_AND_DELETE = 1 << 1,
	MAP_BATCH_UPDATE = 1 << 2,
	MAP_BATCH_DELETE = 1 << 3,
	MAP_BATCH_BY_SLOT = 1 << 4, /* walked by the slots of its hash table */
	MAP_BATCH_ARRAY = MAP_BATCH_LOOKUP | MAP_BATCH_UPDATE,
	MAP_BATCH_TRIE = MAP_BATCH_ARRAY | MAP_BATCH_DELETE,
	MAP_BATCH_HASH = MAP_BATCH_TRIE | MAP_BATCH_LOOKUP_AND_DELETE | MAP_BATCH_BY_SLOT,
};

struct map_ops {
	/* Checks sizes and flags in the kernel's order and with its errno. Nothing is allocated yet. */
	int (*check)(const struct map_attr *attr);
	/* Bytes of the memory file, for a checked attr. */
	int (*size)(const struct map_attr *attr, uint64_t *ret_size);
	/* Sets up a new map whose memory is zero. */
	int (*init)(struct map *map, const struct map_attr *attr);
	/* Gives back what the view holds; the memory file is the caller's. */
	void (*free)(struct map *map);

	/* Program side. lookup gives the address of the value, or NULL. key is readable for key_size bytes. */
	void *(*lookup)(struct map *map, const void *key);
	int (*update)(struct map *map, const void *key, const void *value, uint64_t flags);
	int (*remove)(struct map *map, const void *key);
	int (*push)(struct map *map, const void *value, uint64_t flags);
	int (*pop)(struct map *map, void *value);
	int (*peek)(struct map *map, void *value);
	/* Per-CPU types, and those with per-CPU lists, have these in place of lookup and update: cpu is the run's. */
	void *(*lookup_cpu)(struct map *map, const void *key, uint32_t cpu);
	int (*update_cpu)(struct map *map, const void *key, const void *value, uint64_t flags, uint32_t cpu);
	/* The next element as programs see it; false after the last. Types without it cannot be walked. */
	bool (*walk)(struct map *map, struct map_cursor *cursor, uint32_t cpu, const void **ret_key, void **ret_value);

	/* User side: values as bpf(2) shows them (per-CPU types: 8-byte rounded, one for each possible CPU). */
	int (*user_lookup)(struct map *map, const void *key, void *value, uint64_t flags);
	int (*user_update)(struct map *map, const void *key, const void *value, uint64_t flags);
	int (*user_lookup_and_delete)(struct map *map, const void *key, void *value, uint64_t flags);
	int (*user_remove)(struct map *map, const void *key); /* NULL: remove serves */
	/* key NULL: the first. -ENOENT after the last. */
	int (*next_key)(struct map *map, const void *key, void *next_key);

	/* Where the values are, for LD_IMM64 of a value address; offset is checked. */
	int (*value_address)(struct map *map, uint32_t offset, uint64_t *ret_address);
	/* Whether mmap of [offset, offset + size) of the memory file is allowed. */
	int (*mmap_check)(const struct map *map, uint64_t offset, uint64_t size, bool write);
	/* As the kernel would account it, for fdinfo. */
	uint64_t (*memory_usage)(const struct map *map);
	uint32_t batches; /* enum map_batches */
	/* Elements in the map, of types that count them. */
	uint64_t (*count)(const struct map *map);
	/*
	 * Types that can be polled have map->poll_fd, an eventfd that is written to when waiters are to be woken. It
	 * says that something may have happened; what is so now (enum map_poll), this tells. To be called before the
	 * first wait: without it nobody waits, and nothing is written.
	 */
	uint32_t (*poll_events)(struct map *map);
};

enum map_poll {
	MAP_POLL_READABLE = 1 << 0,
	MAP_POLL_WRITABLE = 1 << 1,
};

struct map {
	const struct map_ops *ops;
	uint8_t *values; /* element 0 of array-like types; the hot field of inlined lookups */
	uint32_t type, key_size, value_size, max_entries;
	uint32_t value_stride; /* bytes from one element to the next, of array-like types */
	uint32_t index_mask; /* of array-like types: max_entries rounded up to a power of two, less one */
	uint64_t cpu_stride; /* bytes from one CPU's values to the next CPU's, of per-CPU types */
	struct map_slot *slots; /* one an element, of types that refer to objects */
	uint32_t n_slots;
	uint32_t flags;
	uint64_t extra;
	uint32_t id;
	_Atomic uint32_t references;
	int fd; /* the memory file; -1 if the view was made over memory that somebody else holds */
	int poll_fd; /* of types that can be polled; or -1 */
	uint8_t *memory;
	size_t memory_size;
	char name[BPF_OBJ_NAME_LEN];
	bool frozen;
	void *state; /* of the type, in this process */
	const struct map_objects *objects;
	struct map *inner; /* the template of a map of maps: one reference */
	void (*released)(struct map *map, void *argument); /* called when the last reference is gone, before free */
	void *released_argument;
};

struct map_type {
	uint32_t number;
	const char *name; /* "hash", as bpftool and libbpf print it */
	release_t since;
	enum support support;
	const char *reason;
	const struct map_ops *ops; /* NULL when not supported */
};

/* NULL if there is no such type. */
const struct map_type *map_type_find(uint32_t number);

/* Makes a map with one reference. -EINVAL, -E2BIG, -ENOMEM, -EPERM as the kernel's map_create. */
int map_new(const struct map_attr *attr, struct map **ret_map);
/*
 * The same map as this process sees it: a view of the memory file fd that another process (or this one) made with the
 * same attr. fd stays the caller's. -EINVAL if the file is too short to be that map.
 */
int map_open(const struct map_attr *attr, int fd, struct map **ret_map);
struct map *map_get(struct map *map);
void map_put(struct map *map);

/* What errno.h lacks: an operation that the type does not have. */
#define MAP_ENOTSUPP 524

/* The object in slot index (below max_entries) of a map that refers to objects; NULL if it is empty. */
void *map_slot_find(struct map *map, uint32_t index);

/*
 * The commands of bpf(2) on one element, in the kernel's order of checks. Keys and values are of the caller's own
 * memory: key_size bytes (NULL if key_size is 0; may be NULL for the first next_key) and map_user_value_size() bytes.
 * Permissions of the descriptor are the caller's. -MAP_ENOTSUPP if the type has no such operation.
 */
int map_user_lookup(struct map *map, const void *key, void *value, uint64_t flags);
int map_user_update(struct map *map, const void *key, const void *value, uint64_t flags);
int map_user_remove(struct map *map, const void *key);
int map_user_lookup_and_delete(struct map *map, const void *key, void *value, uint64_t flags);
int map_user_next_key(struct map *map, const void *key, void *next_key);
uint64_t map_user_value_size(const struct map *map);

/* The memory and the numbers of a batch command: addresses are the caller's, 0 stands for none. */
struct map_batch {
	void *argument;
	/* -EFAULT where the caller has no such memory. */
	int (*read)(void *argument, void *to, uint64_t address, size_t size);
	int (*write)(void *argument, uint64_t address, const void *from, size_t size);
	uint64_t in_batch, out_batch, keys, values;
	uint64_t elem_flags, flags;
	uint32_t count; /* in: elements there is room for, or that are given; out: done */
	bool counted; /* out: count is to be stored in the caller's attr, whatever the result */
};

/* command: BPF_MAP_LOOKUP_BATCH and the others. The results are the kernel's; -ENOENT after the last element. */
int map_user_batch(struct map *map, uint32_t command, struct map_batch *batch);

/* Whether a map may be the inner one of a map of maps whose template is another. */
bool map_fits_inside(const struct map *template, const struct map *map);

/* Possible CPUs, as user space counts them: the number of values of a per-CPU element. */
uint32_t map_cpus(void);

#endif
