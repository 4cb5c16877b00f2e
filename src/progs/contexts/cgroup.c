/* SPDX-License-Identifier: BSD-2-Clause */
/* Contexts of cgroup hooks that are not about sockets. */
#include "base/macros.h"
#include "progs/contexts/contexts.h"

#define DEVICE WHO(PROG(CGROUP_DEVICE))
static const struct context_field cgroup_device_fields[] = {
	SAME(struct bpf_cgroup_dev_ctx, access_type, B124, 0, DEVICE, NOBODY),
	SAME(struct bpf_cgroup_dev_ctx, major, 4, 0, DEVICE, NOBODY),
	SAME(struct bpf_cgroup_dev_ctx, minor, 4, 0, DEVICE, NOBODY),
};
const struct context cgroup_device_context = CONTEXT(bpf_cgroup_dev_ctx, cgroup_device_fields);

#define SYSCTL WHO(PROG(CGROUP_SYSCTL))
static const struct context_field sysctl_fields[] = {
	SAME(struct bpf_sysctl, write, B124, 0, SYSCTL, NOBODY),
	SAME(struct bpf_sysctl, file_pos, B124, 4, SYSCTL, SYSCTL),
};
const struct context sysctl_context = CONTEXT(bpf_sysctl, sysctl_fields);
