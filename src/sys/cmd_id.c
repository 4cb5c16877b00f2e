/* SPDX-License-Identifier: BSD-2-Clause */
/* Walking over ids, and descriptors by id. */
#include "hive/descriptor.h"
#include "sys/command.h"
#include "verifier/verify.h"

command_fn cmd_map_next_id, cmd_prog_next_id, cmd_btf_next_id, cmd_link_next_id;
command_fn cmd_map_by_id, cmd_prog_by_id, cmd_btf_by_id, cmd_link_by_id;

static long next_id(struct call *call, enum object_kind kind)
{
	uint32_t id;

	if (call->attr.start_id >= INT32_MAX)
		return -EINVAL;
	if (!(call->caller->capabilities & VERIFY_CAP_SYS_ADMIN))
		return -EPERM;
	int err = object_next_id(call->caller->hive, kind, call->attr.start_id, &id);
	return err ?: CALL_PUT(call, next_id, id);
}

static long by_id(struct call *call, enum object_kind kind, unsigned access)
{
	const struct caller *caller = call->caller;
	struct object *object;

	if (!(caller->capabilities & VERIFY_CAP_SYS_ADMIN))
		return -EPERM;
	int err = object_by_id(caller->hive, kind, call->attr.start_id, &object);
	if (err)
		return err;
	int fd = caller->ops->install(caller, object, access);
	if (fd < 0)
		object_put(object);
	return fd;
}

long cmd_map_next_id(struct call *call)
{
	return next_id(call, OBJECT_MAP);
}

long cmd_prog_next_id(struct call *call)
{
	return next_id(call, OBJECT_PROG);
}

long cmd_btf_next_id(struct call *call)
{
	return next_id(call, OBJECT_BTF);
}

long cmd_link_next_id(struct call *call)
{
	return next_id(call, OBJECT_LINK);
}

long cmd_map_by_id(struct call *call)
{
	unsigned access;

	if (call->attr.open_flags & ~(uint32_t)(BPF_F_RDONLY | BPF_F_WRONLY))
		return -EINVAL;
	int err = object_access(call->attr.open_flags, &access);
	return err ?: by_id(call, OBJECT_MAP, access);
}

long cmd_prog_by_id(struct call *call)
{
	return by_id(call, OBJECT_PROG, DESCRIPTOR_BOTH);
}

long cmd_btf_by_id(struct call *call)
{
	if (call->attr.open_flags)
		return -EINVAL;
	return by_id(call, OBJECT_BTF, DESCRIPTOR_BOTH);
}

long cmd_link_by_id(struct call *call)
{
	return by_id(call, OBJECT_LINK, DESCRIPTOR_BOTH);
}
