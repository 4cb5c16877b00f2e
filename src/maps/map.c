/* SPDX-License-Identifier: BSD-2-Clause */
/* Creating and releasing maps of every type. */
#include "maps/map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cpus.h"
#include "base/memfile.h"

/* Maps the memory file: a new one, or (fd >= 0, which is duplicated) one that some process has made. */
static int map_memory(struct map *map, uint64_t size, int fd)
{
	struct stat info;
	void *memory;

	fd = fd < 0 ? memfile_new("bpf-map", size) : fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return fd == -1 ? -errno : fd;
	/* Beyond the end of a shorter file there would be no memory. */
	int err = fstat(fd, &info) < 0 ? -errno : (uint64_t)info.st_size < size ? -EINVAL : 0;
	if (!err)
		err = memfile_map(fd, size, &memory);
	if (err) {
		close(fd);
		return err;
	}
	map->fd = fd;
	map->memory = memory;
	map->memory_size = size;
	return 0;
}

static int map_make(const struct map_attr *attr, int fd, struct map **ret_map)
{
	const struct map_type *type = map_type_find(attr->type);
	uint64_t size;

	if (!type || !type->ops)
		return -EINVAL;
	int err = type->ops->check(attr);
	if (err)
		return err;
	err = type->ops->size(attr, &size);
	if (err)
		return err;
	struct map *map = calloc(1, sizeof(*map));
	if (!map)
		return -ENOMEM;
	*map = (struct map){
		.ops = type->ops,
		.type = attr->type,
		.key_size = attr->key_size,
		.value_size = attr->value_size,
		.max_entries = attr->max_entries,
		.flags = attr->flags,
		.extra = attr->extra,
		.objects = attr->objects,
		.references = 1,
		.fd = -1,
		.poll_fd = -1,
	};
	memcpy(map->name, attr->name, sizeof(map->name));
	err = map_memory(map, size, fd);
	if (err)
		goto free_map;
	err = type->ops->init(map, attr);
	if (err)
		goto free_memory;
	*ret_map = map;
	return 0;

free_memory:
	if (map->inner)
		map_put(map->inner);
	memfile_unmap(map->memory, map->memory_size);
	close(map->fd);
free_map:
	free(map);
	return err;
}

int map_new(const struct map_attr *attr, struct map **ret_map)
{
	return map_make(attr, -1, ret_map);
}

int map_open(const struct map_attr *attr, int fd, struct map **ret_map)
{
	return fd < 0 ? -EBADF : map_make(attr, fd, ret_map);
}

struct map *map_get(struct map *map)
{
	atomic_fetch_add_explicit(&map->references, 1, memory_order_relaxed);
	return map;
}

void map_put(struct map *map)
{
	if (atomic_fetch_sub_explicit(&map->references, 1, memory_order_acq_rel) != 1)
		return;
	if (map->released)
		map->released(map, map->released_argument);
	if (map->ops->free)
		map->ops->free(map);
	if (map->inner)
		map_put(map->inner);
	memfile_unmap(map->memory, map->memory_size);
	if (map->fd >= 0)
		close(map->fd);
	if (map->poll_fd >= 0)
		close(map->poll_fd);
	free(map);
}

uint32_t map_cpus(void)
{
	static _Atomic uint32_t cached;
	uint32_t cpus = atomic_load_explicit(&cached, memory_order_relaxed);

	if (!cpus) {
		cpus = cpus_possible();
		atomic_store_explicit(&cached, cpus, memory_order_relaxed);
	}
	return cpus;
}
