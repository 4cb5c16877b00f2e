/* SPDX-License-Identifier: BSD-2-Clause */
/* BTF_LOAD. */
#include <stdlib.h>

#include "hive/btf.h"
#include "hive/descriptor.h"
#include "sys/command.h"

command_fn cmd_btf_load;

#define BTF_SIZE_MAX (16 * 1024 * 1024)

long cmd_btf_load(struct call *call)
{
	const struct caller *caller = call->caller;
	const union bpf_attr *attr = &call->attr;
	struct hive_btf *btf;

	if (attr->btf_flags & ~(uint32_t)BPF_F_TOKEN_FD)
		return -EINVAL;
	if (attr->btf_size > BTF_SIZE_MAX)
		return -E2BIG;
	void *data = malloc(attr->btf_size ?: 1);
	if (!data)
		return -ENOMEM;
	int err = call_read(call, data, attr->btf, attr->btf_size);
	if (!err)
		err = hive_btf_new(caller->hive, data, attr->btf_size, &btf);
	if (err) {
		free(data);
		return err;
	}
	err = object_publish(&btf->object);
	if (!err)
		err = caller->ops->install(caller, &btf->object, DESCRIPTOR_BOTH);
	if (err < 0)
		object_put(&btf->object);
	return err;
}
