/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs that are loaded: statistics, maps bound to them, what they printed, what a descriptor is about. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "hive/descriptor.h"
#include "hive/map.h"
#include "hive/prog.h"
#include "hive/stats.h"
#include "progs/image.h"
#include "sys/command.h"
#include "verifier/verify.h"

command_fn cmd_enable_stats, cmd_prog_bind_map, cmd_prog_stream_read, cmd_task_fd_query, cmd_token_create;

long cmd_enable_stats(struct call *call)
{
	const struct caller *caller = call->caller;
	struct object *object;

	if (!(caller->capabilities & VERIFY_CAP_SYS_ADMIN))
		return -EPERM;
	if (call->attr.enable_stats.type != BPF_STATS_RUN_TIME)
		return -EINVAL;
	int err = hive_stats_new(caller->hive, &object);
	if (err)
		return err;
	err = caller->ops->install(caller, object, DESCRIPTOR_BOTH);
	if (err < 0)
		object_put(object);
	return err;
}

long cmd_prog_bind_map(struct call *call)
{
	const union bpf_attr *attr = &call->attr;
	struct object *prog, *map;

	if (attr->prog_bind_map.flags)
		return -EINVAL;
	int err = call_object(call, attr->prog_bind_map.prog_fd, OBJECT_PROG, &prog, NULL);
	if (err)
		return err;
	err = call_object(call, attr->prog_bind_map.map_fd, OBJECT_MAP, &map, NULL);
	if (!err) {
		err = hive_prog_bind_map(hive_prog_of(prog), hive_map_of(map)->map);
		object_put(map);
	}
	object_put(prog);
	return err;
}

/* What programs print into their streams goes nowhere yet, so there is never anything to read. */
long cmd_prog_stream_read(struct call *call)
{
	const union bpf_attr *attr = &call->attr;
	struct object *object;

	int err = call_enter(call, attr->prog_stream_read.prog_fd, OBJECT_PROG, &object, NULL);
	if (err)
		return err;
	call_leave(call, attr->prog_stream_read.prog_fd, object);
	switch (attr->prog_stream_read.stream_id) {
	case BPF_STREAM_STDOUT:
	case BPF_STREAM_STDERR:
		return 0;
	default:
		return -ENOENT;
	}
}

/* What a descriptor of a process is attached to. No descriptor is, yet. */
long cmd_task_fd_query(struct call *call)
{
	const union bpf_attr *attr = &call->attr;
	char path[64], target[1];

	if (!(call->caller->capabilities & VERIFY_CAP_SYS_ADMIN))
		return -EPERM;
	if (attr->task_fd_query.flags)
		return -EINVAL;
	snprintf(path, sizeof(path), "/proc/%u", attr->task_fd_query.pid);
	if (access(path, F_OK))
		return -ENOENT;
	snprintf(path, sizeof(path), "/proc/%u/fd/%d", attr->task_fd_query.pid, (int)attr->task_fd_query.fd);
	return readlink(path, target, sizeof(target)) < 0 ? -EBADF : -ENOTSUPP;
}

/* Tokens hand privileges on through a mounted bpffs; the hive's is in no namespace that could have one. */
long cmd_token_create(struct call *call)
{
	struct object *object;

	if (call->attr.token_create.flags)
		return -EINVAL;
	int err = call->caller->ops->enter(call->caller, call->attr.token_create.bpffs_fd, &object, NULL);
	if (!err)
		call->caller->ops->leave(call->caller, call->attr.token_create.bpffs_fd, object);
	return err == -EBADF ? err : -EINVAL;
}
