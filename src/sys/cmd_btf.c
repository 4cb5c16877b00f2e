/* SPDX-License-Identifier: BSD-2-Clause */
/* BTF_LOAD. */
#include <stdlib.h>

#include "hive/btf.h"
#include "hive/descriptor.h"
#include "sys/call_log.h"
#include "sys/command.h"
#include "verifier/verify.h"

command_fn cmd_btf_load;

/* Copies the BTF in and has it checked. */
static int read_btf(struct call *call, struct log *log, struct btf **ret_btf)
{
	const union bpf_attr *attr = &call->attr;
	void *data = malloc(attr->btf_size ?: 1);

	if (!data)
		return -ENOMEM;
	int err = call_read(call, data, attr->btf, attr->btf_size);
	if (!err)
		err = btf_new(data, attr->btf_size, NULL, call->caller->hive->release, log, ret_btf);
	free(data);
	return err;
}

static long install(const struct caller *caller, struct btf *btf)
{
	struct hive_btf *object;

	int err = hive_btf_new(caller->hive, btf, &object);
	if (err) {
		btf_put(btf);
		return err;
	}
	err = object_publish(&object->object);
	btf->id = object->object.id;
	if (!err)
		err = caller->ops->install(caller, &object->object, DESCRIPTOR_BOTH);
	if (err < 0)
		object_put(&object->object);
	return err;
}

long cmd_btf_load(struct call *call)
{
	const struct caller *caller = call->caller;
	const union bpf_attr *attr = &call->attr;
	struct btf *btf = NULL;
	struct call_log log;

	if (attr->btf_flags & ~(uint32_t)BPF_F_TOKEN_FD)
		return -EINVAL;
	if (!(caller->capabilities & (VERIFY_CAP_BPF | VERIFY_CAP_SYS_ADMIN)))
		return -EPERM;
	if (attr->btf_size > BTF_SIZE_MAX)
		return -E2BIG;
	long err = call_log_begin(&log, attr->btf_log_level, attr->btf_log_buf, attr->btf_log_size,
		offsetof(union bpf_attr, btf_log_true_size));
	if (err)
		return err;
	err = call_log_end(call, &log, read_btf(call, &log.log, &btf));
	if (err) {
		if (btf)
			btf_put(btf);
		return err;
	}
	return install(caller, btf);
}
