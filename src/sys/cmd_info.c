/* SPDX-License-Identifier: BSD-2-Clause */
/* OBJ_GET_INFO_BY_FD. */
#include <string.h>

#include "base/macros.h"
#include "hive/btf.h"
#include "hive/map.h"
#include "hive/prog.h"
#include "sys/info.h"

command_fn cmd_info_by_fd;

int info_get(struct call *call, void *info, uint32_t size)
{
	memset(info, 0, size);
	return call_read(call, info, call->attr.info.info, MIN(call->attr.info.info_len, size));
}

int info_put(struct call *call, const void *info, uint32_t size)
{
	uint32_t length = MIN(call->attr.info.info_len, size);
	int err = call_write(call, call->attr.info.info, info, length);

	return err ?: CALL_PUT(call, info.info_len, length);
}

static int map_info(struct call *call, const struct hive_map *object)
{
	const struct map *map = object->map;
	struct bpf_map_info info = {
		.type = map->type,
		.id = object->object.id,
		.key_size = map->key_size,
		.value_size = map->value_size,
		.max_entries = map->max_entries,
		.map_flags = map->flags,
		.map_extra = map->extra,
		.btf_id = object->btf ? object->btf->object.id : 0,
		.btf_key_type_id = object->btf ? object->btf_key_type_id : 0,
		.btf_value_type_id = object->btf ? object->btf_value_type_id : 0,
	};

	memcpy(info.name, map->name, sizeof(info.name));
	return info_put(call, &info, sizeof(info));
}

static int btf_info(struct call *call, const struct hive_btf *btf)
{
	struct bpf_btf_info info;
	uint32_t name_length = strlen(btf->name);

	int err = info_get(call, &info, sizeof(info));
	if (err)
		return err;
	uint32_t room = info.btf_size, name_room = info.name_len;
	info.id = btf->object.id;
	info.kernel_btf = btf->kernel;
	info.btf_size = btf->btf->data_size;
	info.name_len = name_length;
	err = call_write(call, info.btf, btf->btf->data, MIN(room, btf->btf->data_size));
	if (err)
		return err;
	if (info.name && name_room) {
		bool fits = name_room > name_length;

		err = call_write(call, info.name, btf->name, fits ? name_length + 1 : name_room - 1);
		if (!err && !fits)
			err = call_write(call, info.name + name_room - 1, "", 1) ?: -ENOSPC;
	} else if (!info.name != !name_room) {
		err = -EINVAL;
	}
	return err ?: info_put(call, &info, sizeof(info));
}

long cmd_info_by_fd(struct call *call)
{
	const struct caller *caller = call->caller;
	struct object *object;
	size_t known[OBJECT_KINDS] = {
		[OBJECT_MAP] = sizeof(struct bpf_map_info),
		[OBJECT_PROG] = sizeof(struct bpf_prog_info),
		[OBJECT_BTF] = sizeof(struct bpf_btf_info),
		[OBJECT_LINK] = sizeof(struct bpf_link_info),
	};

	int err = caller->ops->enter(caller, call->attr.info.bpf_fd, &object, NULL);
	if (err)
		return err == -EBADF ? -EBADFD : err;
	if (object->hive != caller->hive) {
		err = -EINVAL;
		goto leave;
	}
	err = call_check_tail(call, call->attr.info.info, known[object->kind], call->attr.info.info_len);
	if (err)
		goto leave;
	switch (object->kind) {
	case OBJECT_MAP:
		err = map_info(call, hive_map_of(object));
		break;
	case OBJECT_PROG:
		err = info_prog(call, hive_prog_of(object));
		break;
	case OBJECT_BTF:
		err = btf_info(call, hive_btf_of(object));
		break;
	default:
		err = -EINVAL;
	}
leave:
	caller->ops->leave(caller, call->attr.info.bpf_fd, object);
	return err;
}
