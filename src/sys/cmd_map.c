/* SPDX-License-Identifier: BSD-2-Clause */
/* Maps as objects: MAP_CREATE, MAP_FREEZE. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hive/btf.h"
#include "hive/descriptor.h"
#include "hive/map.h"
#include "sys/command.h"
#include "verifier/verify.h"

command_fn cmd_map_create, cmd_map_freeze;

/* Combinations of attributes that no map type can accept. */
static int check_create(const union bpf_attr *attr)
{
	if (attr->btf_vmlinux_value_type_id) {
		if (attr->map_type != BPF_MAP_TYPE_STRUCT_OPS || attr->btf_key_type_id || attr->btf_value_type_id)
			return -EINVAL;
	} else if (attr->btf_key_type_id && !attr->btf_value_type_id) {
		return -EINVAL;
	}
	if (attr->map_extra && attr->map_type != BPF_MAP_TYPE_BLOOM_FILTER && attr->map_type != BPF_MAP_TYPE_ARENA)
		return -EINVAL;
	if ((attr->map_flags & BPF_F_NUMA_NODE) && attr->numa_node)
		return -EINVAL;
	return 0;
}

static uint32_t map_capabilities(const struct caller *caller)
{
	uint32_t caps = 0;

	if (caller->capabilities & (VERIFY_CAP_BPF | VERIFY_CAP_SYS_ADMIN))
		caps |= MAP_CAP_BPF;
	if (caller->capabilities & (VERIFY_CAP_NET_ADMIN | VERIFY_CAP_SYS_ADMIN))
		caps |= MAP_CAP_NET_ADMIN;
	if (caller->capabilities & VERIFY_CAP_SYS_ADMIN)
		caps |= MAP_CAP_SYS_ADMIN;
	return caps;
}

/* Whether the types are of the sizes of key and value; of types whose key means an index, an int of 32 bits. */
static int check_btf(const struct btf *btf, const union bpf_attr *attr)
{
	if (attr->btf_key_type_id) {
		int64_t size = btf_size(btf, attr->btf_key_type_id);

		if (size <= 0 || size != attr->key_size)
			return -EINVAL;
	}
	int64_t size = btf_size(btf, attr->btf_value_type_id);
	return size <= 0 || size != attr->value_size ? -EINVAL : 0;
}

/* The BTF of the key and value types, with a reference; NULL if none were given. */
static int create_btf(const struct call *call, struct hive_btf **ret_btf)
{
	const union bpf_attr *attr = &call->attr;
	struct object *object;

	*ret_btf = NULL;
	if (!attr->btf_key_type_id && !attr->btf_value_type_id)
		return 0;
	int err = call_object(call, attr->btf_fd, OBJECT_BTF, &object, NULL);
	if (err)
		return err;
	struct hive_btf *btf = hive_btf_of(object);
	err = btf->kernel ? -EACCES : check_btf(btf->btf, attr);
	if (err)
		object_put(object);
	else
		*ret_btf = btf;
	return err;
}

long cmd_map_create(struct call *call)
{
	const struct caller *caller = call->caller;
	const union bpf_attr *attr = &call->attr;
	struct map_attr map_attr = {
		.type = attr->map_type,
		.key_size = attr->key_size,
		.value_size = attr->value_size,
		.max_entries = attr->max_entries,
		.flags = attr->map_flags,
		.numa_node = attr->numa_node,
		.extra = attr->map_extra,
		.has_btf = attr->btf_value_type_id || attr->btf_key_type_id,
		.map_capabilities = map_capabilities(caller),
		.objects = &caller->hive->map_objects,
	};
	struct object *inner = NULL;
	struct hive_map *map;
	unsigned access;

	int err = check_create(attr);
	if (err)
		return err;
	err = object_access(attr->map_flags, &access);
	if (err)
		return err;
	const struct map_type *type = map_type_find(attr->map_type);
	if (!type || !type->ops || type->since > caller->hive->release)
		return -EINVAL;
	err = type->ops->check(&map_attr);
	if (err)
		return err;
	if (attr->map_ifindex)
		return -EOPNOTSUPP;
	if (caller->hive->unprivileged_bpf_disabled && !(caller->capabilities & VERIFY_CAP_BPF))
		return -EPERM;
	err = object_name_check(map_attr.name, attr->map_name);
	if (err < 0)
		return err;
	if (attr->map_type == BPF_MAP_TYPE_ARRAY_OF_MAPS || attr->map_type == BPF_MAP_TYPE_HASH_OF_MAPS) {
		err = call_object(call, attr->inner_map_fd, OBJECT_MAP, &inner, NULL);
		if (err)
			return err;
		map_attr.inner = hive_map_of(inner)->map;
	}
	err = hive_map_new(caller->hive, &map_attr, &map);
	if (inner)
		object_put(inner);
	if (err)
		return err;
	err = create_btf(call, &map->btf);
	if (err)
		goto put;
	map->btf_key_type_id = attr->btf_key_type_id;
	map->btf_value_type_id = attr->btf_value_type_id;
	err = object_publish(&map->object);
	if (err)
		goto put;
	map->map->id = map->object.id;
	err = caller->ops->install(caller, &map->object, access);
	if (err < 0)
		goto put;
	return err;

put:
	object_put(&map->object);
	return err;
}

long cmd_map_freeze(struct call *call)
{
	struct object *object;
	unsigned access;

	int err = call_object(call, call->attr.map_fd, OBJECT_MAP, &object, &access);
	if (err)
		return err;
	struct map *map = hive_map_of(object)->map;
	if (map->type == BPF_MAP_TYPE_STRUCT_OPS)
		err = -ENOTSUPP;
	else if (!(access & DESCRIPTOR_WRITE))
		err = -EPERM;
	else if (map->frozen)
		err = -EBUSY;
	else
		map->frozen = true;
	object_put(object);
	return err;
}
