/* SPDX-License-Identifier: BSD-2-Clause */
/* OBJ_PIN and OBJ_GET. */
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "hive/descriptor.h"
#include "hive/pins.h"
#include "sys/command.h"

command_fn cmd_obj_pin, cmd_obj_get;

static int read_path(const struct call *call, uint64_t from, char path[PATH_MAX])
{
	for (size_t i = 0; i < PATH_MAX; i++) {
		int err = call_read(call, &path[i], from + i, 1);

		if (err)
			return err;
		if (!path[i])
			return i ? 0 : -ENOENT;
	}
	return -ENAMETOOLONG;
}

/* Paths relative to a directory of bpffs need a descriptor of one, which nobody can have. */
static int check_path_fd(const union bpf_attr *attr)
{
	return !(attr->file_flags & BPF_F_PATH_FD) && attr->path_fd ? -EINVAL : 0;
}

/* Why nothing can be pinned at a path of another file system. */
static int outside(char path[PATH_MAX])
{
	char *slash = strrchr(path, '/');

	if (!access(path, F_OK))
		return -EEXIST;
	if (slash && slash > path)
		*slash = 0;
	return slash && access(path, F_OK) ? -ENOENT : -EPERM;
}

long cmd_obj_pin(struct call *call)
{
	const union bpf_attr *attr = &call->attr;
	const struct caller *caller = call->caller;
	struct object *object;
	char path[PATH_MAX];

	if (attr->file_flags & ~(uint32_t)BPF_F_PATH_FD)
		return -EINVAL;
	int err = check_path_fd(attr);
	if (err)
		return err;
	/* Whatever is wrong with the descriptor. */
	if (caller->ops->enter(caller, attr->bpf_fd, &object, NULL))
		return -EINVAL;
	object_get(object);
	caller->ops->leave(caller, attr->bpf_fd, object);
	if (object->hive != caller->hive || object->kind == OBJECT_BTF || object->kind == OBJECT_STATS ||
		object->kind == OBJECT_EVENT)
		err = -EINVAL;
	if (!err)
		err = read_path(call, attr->pathname, path);
	if (!err)
		err = pin_add(caller->hive, path, object);
	if (err == -EPERM && !pins_own(path))
		err = outside(path);
	object_put(object);
	return err;
}

long cmd_obj_get(struct call *call)
{
	const union bpf_attr *attr = &call->attr;
	const struct caller *caller = call->caller;
	struct object *object;
	char path[PATH_MAX];
	unsigned wanted;

	if (attr->bpf_fd || (attr->file_flags & ~(uint32_t)(BPF_F_RDONLY | BPF_F_WRONLY | BPF_F_PATH_FD)))
		return -EINVAL;
	int err = check_path_fd(attr);
	if (!err)
		err = object_access(attr->file_flags, &wanted);
	if (!err)
		err = read_path(call, attr->pathname, path);
	if (err)
		return err;
	err = pin_get(caller->hive, path, &object);
	if (err)
		return err == -EACCES && !pins_own(path) && access(path, F_OK) ? -ENOENT : err;
	if (object->kind != OBJECT_MAP && wanted != DESCRIPTOR_BOTH)
		err = -EINVAL;
	else
		err = caller->ops->install(caller, object, wanted);
	if (err < 0)
		object_put(object);
	return err;
}
