/* SPDX-License-Identifier: BSD-2-Clause */
/* Elements of maps, many at a time. */
#include "hive/descriptor.h"
#include "hive/map.h"
#include "sys/command.h"

command_fn cmd_map_lookup_batch, cmd_map_lookup_and_delete_batch, cmd_map_update_batch, cmd_map_delete_batch;

static int batch_read(void *argument, void *to, uint64_t address, size_t size)
{
	return call_read(argument, to, address, size);
}

static int batch_write(void *argument, uint64_t address, const void *from, size_t size)
{
	return call_write(argument, address, from, size);
}

static long batch(struct call *call, uint32_t command, unsigned access)
{
	const union bpf_attr *attr = &call->attr;
	struct object *object;
	unsigned given;

	int err = call_object(call, attr->batch.map_fd, OBJECT_MAP, &object, &given);
	if (err)
		return err;
	struct map *map = hive_map_of(object)->map;
	struct map_batch batch = {
		.argument = call,
		.read = batch_read,
		.write = batch_write,
		.in_batch = attr->batch.in_batch,
		.out_batch = attr->batch.out_batch,
		.keys = attr->batch.keys,
		.values = attr->batch.values,
		.elem_flags = attr->batch.elem_flags,
		.flags = attr->batch.flags,
		.count = attr->batch.count,
	};
	if (map->frozen)
		given &= ~DESCRIPTOR_WRITE;
	err = (given & access) == access ? map_user_batch(map, command, &batch) : -EPERM;
	if (batch.counted && CALL_PUT(call, batch.count, batch.count))
		err = -EFAULT;
	object_put(object);
	return err;
}

long cmd_map_lookup_batch(struct call *call)
{
	return batch(call, BPF_MAP_LOOKUP_BATCH, DESCRIPTOR_READ);
}

long cmd_map_lookup_and_delete_batch(struct call *call)
{
	return batch(call, BPF_MAP_LOOKUP_AND_DELETE_BATCH, DESCRIPTOR_BOTH);
}

long cmd_map_update_batch(struct call *call)
{
	return batch(call, BPF_MAP_UPDATE_BATCH, DESCRIPTOR_WRITE);
}

long cmd_map_delete_batch(struct call *call)
{
	return batch(call, BPF_MAP_DELETE_BATCH, DESCRIPTOR_WRITE);
}
