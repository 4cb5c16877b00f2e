/* SPDX-License-Identifier: BSD-2-Clause */
/* The door of the public header: the embedding program is privileged in its own hive. */
#include <unistd.h>

#include "base/macros.h"
#include "sys/sys.h"
#include "verifier/verify.h"

SKEP_PUBLIC long skep_bpf(struct skep_hive *hive, int command, void *attr, unsigned size)
{
	struct caller caller = {
		.hive = hive,
		.capabilities = VERIFY_CAP_ALL,
		.uid = getuid(),
		.ops = &caller_direct,
	};

	return sys_bpf(&caller, command, (uintptr_t)attr, size);
}
