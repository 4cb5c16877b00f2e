/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Attaching programs: PROG_ATTACH and its kin, links, raw tracepoints.
 *
 * Nothing delivers events to a hive yet, so an attachment that would be valid is refused with EOPNOTSUPP at the very
 * end. Everything before that is as in the kernel, because clients find out by wrong arguments what there is.
 */
#include <net/if.h>
#include <string.h>

#include "hive/map.h"
#include "hive/prog.h"
#include "progs/prog_type.h"
#include "sys/command.h"
#include "verifier/verify.h"

command_fn cmd_link_create, cmd_link_update, cmd_link_detach, cmd_iter_create;
command_fn cmd_prog_attach, cmd_prog_detach, cmd_prog_query, cmd_raw_tracepoint_open;

/* What a program of a type is attached to; one function checks the target of each. */
enum target {
	TARGET_NONE,
	TARGET_CGROUP,
	TARGET_DEVICE,
	TARGET_NETNS,
	TARGET_SOCKMAP,
	TARGET_PERF,
	TARGET_OTHER,
};

static enum target target_of(uint32_t prog_type)
{
	switch (prog_type) {
	case BPF_PROG_TYPE_CGROUP_SKB:
	case BPF_PROG_TYPE_CGROUP_SOCK:
	case BPF_PROG_TYPE_CGROUP_SOCK_ADDR:
	case BPF_PROG_TYPE_SOCK_OPS:
	case BPF_PROG_TYPE_CGROUP_DEVICE:
	case BPF_PROG_TYPE_CGROUP_SYSCTL:
	case BPF_PROG_TYPE_CGROUP_SOCKOPT:
		return TARGET_CGROUP;
	case BPF_PROG_TYPE_XDP:
	case BPF_PROG_TYPE_SCHED_CLS:
		return TARGET_DEVICE;
	case BPF_PROG_TYPE_FLOW_DISSECTOR:
	case BPF_PROG_TYPE_SK_LOOKUP:
		return TARGET_NETNS;
	case BPF_PROG_TYPE_SK_SKB:
	case BPF_PROG_TYPE_SK_MSG:
		return TARGET_SOCKMAP;
	case BPF_PROG_TYPE_TRACEPOINT:
	case BPF_PROG_TYPE_PERF_EVENT:
	case BPF_PROG_TYPE_KPROBE:
		return TARGET_PERF;
	case BPF_PROG_TYPE_NETFILTER:
	case BPF_PROG_TYPE_LIRC_MODE2:
		return TARGET_OTHER;
	default:
		return TARGET_NONE;
	}
}

static const struct attach_type *attach_type(const struct call *call, uint32_t number)
{
	const struct attach_type *type = attach_type_find(number);

	return type && type->since <= call->caller->hive->release ? type : NULL;
}

/* Whether a program can be attached as that type at all. */
static int check_type(const struct hive_prog *prog, const struct attach_type *type)
{
	if (!type)
		return -EINVAL;
	if (type->number == BPF_PERF_EVENT) {
		bool multi = prog->type == BPF_PROG_TYPE_KPROBE && prog->expected_attach_type &&
			     prog->expected_attach_type != BPF_PERF_EVENT;

		return target_of(prog->type) == TARGET_PERF && !multi ? 0 : -EINVAL;
	}
	if (type->prog_type != prog->type)
		return -EINVAL;
	return type->checked_at_load && prog->expected_attach_type != type->number ? -EINVAL : 0;
}

static int get_prog(const struct call *call, int fd, struct hive_prog **ret_prog)
{
	struct object *object;
	int err = call_object(call, fd, OBJECT_PROG, &object, NULL);

	if (!err)
		*ret_prog = hive_prog_of(object);
	return err;
}

/* The device of a link; the kernel's two ways to say that there is none. There are no netkit devices. */
static int check_device(uint32_t prog_type, uint32_t attach_type, uint32_t ifindex)
{
	char name[IF_NAMESIZE];

	if (attach_type == BPF_NETKIT_PRIMARY || attach_type == BPF_NETKIT_PEER)
		return -EINVAL;
	if (if_indextoname(ifindex, name))
		return -EOPNOTSUPP;
	return prog_type == BPF_PROG_TYPE_XDP ? -EINVAL : -ENODEV;
}

/* A descriptor that is no object of the hive: no cgroup, namespace or event that skep can attach to. */
static int check_target_fd(const struct call *call, int fd)
{
	struct object *object;
	int err = call->caller->ops->enter(call->caller, fd, &object, NULL);

	if (!err)
		call->caller->ops->leave(call->caller, fd, object);
	return -EBADF;
}

static int check_link_target(const struct call *call, const struct hive_prog *prog)
{
	const union bpf_attr *attr = &call->attr;

	switch (target_of(prog->type)) {
	case TARGET_CGROUP:
	case TARGET_PERF:
		if (prog->type == BPF_PROG_TYPE_KPROBE && attr->link_create.attach_type != BPF_PERF_EVENT)
			return -EINVAL;
		return attr->link_create.flags ? -EINVAL : check_target_fd(call, attr->link_create.target_fd);
	case TARGET_DEVICE:
		if (prog->type == BPF_PROG_TYPE_XDP && attr->link_create.flags & ~0xeu)
			return -EINVAL;
		return check_device(prog->type, attr->link_create.attach_type, attr->link_create.target_ifindex);
	case TARGET_NETNS:
	case TARGET_SOCKMAP:
		return attr->link_create.flags ? -EINVAL : check_target_fd(call, attr->link_create.target_fd);
	default:
		return -EINVAL;
	}
}

long cmd_link_create(struct call *call)
{
	const union bpf_attr *attr = &call->attr;
	struct hive_prog *prog;

	/* The first descriptor is a map then; there are no struct_ops maps. */
	if (attr->link_create.attach_type == BPF_STRUCT_OPS)
		return -EINVAL;
	int err = get_prog(call, attr->link_create.prog_fd, &prog);
	if (err)
		return err;
	err = check_type(prog, attach_type(call, attr->link_create.attach_type));
	if (!err)
		err = check_link_target(call, prog);
	object_put(&prog->object);
	return err;
}

/* Commands on a link: there is none that they could be about. */
static long no_link(const struct call *call, int fd)
{
	struct object *object;
	int err = call_enter(call, fd, OBJECT_LINK, &object, NULL);

	if (err)
		return err;
	call_leave(call, fd, object);
	return -EOPNOTSUPP;
}

long cmd_link_update(struct call *call)
{
	if (call->attr.link_update.flags & ~(uint32_t)BPF_F_REPLACE)
		return -EINVAL;
	return no_link(call, call->attr.link_update.link_fd);
}

long cmd_link_detach(struct call *call)
{
	return no_link(call, call->attr.link_detach.link_fd);
}

long cmd_iter_create(struct call *call)
{
	if (call->attr.iter_create.flags)
		return -EINVAL;
	return no_link(call, call->attr.iter_create.link_fd);
}

static bool is_tcx_or_netkit(uint32_t number)
{
	return number == BPF_TCX_INGRESS || number == BPF_TCX_EGRESS || number == BPF_NETKIT_PRIMARY ||
	       number == BPF_NETKIT_PEER;
}

/* Flags of PROG_ATTACH and PROG_DETACH, by what is attached to. */
static int check_attach_flags(uint32_t prog_type, uint32_t flags)
{
	uint32_t known = 0;

	if (target_of(prog_type) == TARGET_CGROUP)
		known = BPF_F_ALLOW_OVERRIDE | BPF_F_ALLOW_MULTI | BPF_F_REPLACE | BPF_F_PREORDER | BPF_F_BEFORE |
			BPF_F_AFTER | BPF_F_ID | BPF_F_LINK;
	else if (prog_type == BPF_PROG_TYPE_SCHED_CLS)
		known = BPF_F_REPLACE | BPF_F_BEFORE | BPF_F_AFTER | BPF_F_ID | BPF_F_LINK;
	return flags & ~known ? -EINVAL : 0;
}

/* The kinds of programs that these commands know; others have links only. */
static bool has_attach_command(uint32_t prog_type)
{
	switch (target_of(prog_type)) {
	case TARGET_CGROUP:
	case TARGET_NETNS:
	case TARGET_SOCKMAP:
		return prog_type != BPF_PROG_TYPE_SK_LOOKUP;
	default:
		return prog_type == BPF_PROG_TYPE_SCHED_CLS || prog_type == BPF_PROG_TYPE_LIRC_MODE2;
	}
}

long cmd_prog_attach(struct call *call)
{
	const union bpf_attr *attr = &call->attr;
	const struct attach_type *type = attach_type(call, attr->attach_type);
	struct hive_prog *prog;

	if (!type)
		return -EINVAL;
	int err = check_attach_flags(type->prog_type, attr->attach_flags);
	if (err)
		return err;
	err = get_prog(call, attr->attach_bpf_fd, &prog);
	if (err)
		return err;
	err = check_type(prog, type);
	if (!err && !has_attach_command(prog->type))
		err = -EINVAL;
	if (!err && is_tcx_or_netkit(type->number))
		err = check_device(prog->type, type->number, attr->target_ifindex);
	else if (!err)
		err = check_target_fd(call, attr->target_fd);
	object_put(&prog->object);
	return err;
}

long cmd_prog_detach(struct call *call)
{
	const union bpf_attr *attr = &call->attr;
	const struct attach_type *type = attach_type(call, attr->attach_type);
	struct object *object;

	if (!type)
		return -EINVAL;
	/* Any hook of LSM is taken for one of a cgroup. */
	if (type->prog_type == BPF_PROG_TYPE_LSM)
		return attr->attach_flags || attr->relative_fd ? -EINVAL : check_target_fd(call, attr->target_fd);
	if (!has_attach_command(type->prog_type))
		return -EINVAL;
	int err = check_attach_flags(type->prog_type, attr->attach_flags);
	if (err)
		return err;
	switch (target_of(type->prog_type)) {
	case TARGET_CGROUP:
		return attr->relative_fd ? -EINVAL : check_target_fd(call, attr->target_fd);
	case TARGET_SOCKMAP:
		err = call_enter(call, attr->target_fd, OBJECT_MAP, &object, NULL);
		if (err)
			return err;
		call_leave(call, attr->target_fd, object);
		return -EINVAL;
	case TARGET_DEVICE:
		err = call_enter(call, attr->attach_bpf_fd, OBJECT_PROG, &object, NULL);
		if (err)
			return err;
		err = hive_prog_of(object)->type == type->prog_type ? 0 : -EINVAL;
		call_leave(call, attr->attach_bpf_fd, object);
		return err ?: check_device(type->prog_type, type->number, attr->target_ifindex);
	default:
		return -EINVAL;
	}
}

long cmd_prog_query(struct call *call)
{
	const union bpf_attr *attr = &call->attr;
	const struct attach_type *type = attach_type(call, attr->query.attach_type);
	struct object *object;
	char name[IF_NAMESIZE];
	int err;

	if (!(call->caller->capabilities & (VERIFY_CAP_NET_ADMIN | VERIFY_CAP_SYS_ADMIN)))
		return -EPERM;
	if (!type || (attr->query.query_flags & ~(uint32_t)BPF_F_QUERY_EFFECTIVE))
		return -EINVAL;
	if (type->number == BPF_LSM_CGROUP)
		return check_target_fd(call, attr->query.target_fd);
	switch (target_of(type->prog_type)) {
	case TARGET_CGROUP:
		return check_target_fd(call, attr->query.target_fd);
	case TARGET_SOCKMAP:
	case TARGET_NETNS:
		err = call->caller->ops->enter(call->caller, attr->query.target_fd, &object, NULL);
		if (!err)
			call->caller->ops->leave(call->caller, attr->query.target_fd, object);
		return err == -EBADF ? err : -EINVAL;
	case TARGET_DEVICE:
		if (type->number != BPF_TCX_INGRESS && type->number != BPF_TCX_EGRESS)
			return -EINVAL;
		return if_indextoname(attr->query.target_ifindex, name) ? -EOPNOTSUPP : -ENODEV;
	default:
		return -EINVAL;
	}
}

long cmd_raw_tracepoint_open(struct call *call)
{
	const union bpf_attr *attr = &call->attr;
	struct hive_prog *prog;
	char first;

	int err = get_prog(call, attr->raw_tracepoint.prog_fd, &prog);
	if (err)
		return err;
	switch (prog->type) {
	case BPF_PROG_TYPE_RAW_TRACEPOINT:
	case BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE:
		/* No tracepoint of that name. */
		err = call_read(call, &first, attr->raw_tracepoint.name, 1) ?: -ENOENT;
		break;
	case BPF_PROG_TYPE_TRACING:
	case BPF_PROG_TYPE_LSM:
	case BPF_PROG_TYPE_EXT:
		err = attr->raw_tracepoint.name ? -EINVAL : -EOPNOTSUPP;
		break;
	default:
		err = -EINVAL;
	}
	object_put(&prog->object);
	return err;
}
