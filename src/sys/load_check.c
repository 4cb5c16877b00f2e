/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/load_check.h"

#include "progs/prog_type.h"
#include "verifier/verify.h"

#define TYPE(NAME) (1ull << BPF_PROG_TYPE_##NAME)

#define INSNS_MAX 1000000 /* limits: insns that are processed, and so the longest program */
#define BTF_ID_MAX 0xfffff

/* Types that anybody may load, where the hive lets unprivileged callers load at all. */
static const uint64_t unprivileged = TYPE(SOCKET_FILTER) | TYPE(CGROUP_SKB);
static const uint64_t need_net_admin = TYPE(SCHED_CLS) | TYPE(SCHED_ACT) | TYPE(XDP) | TYPE(LWT_IN) | TYPE(LWT_OUT) |
				       TYPE(LWT_XMIT) | TYPE(LWT_SEG6LOCAL) | TYPE(SK_SKB) | TYPE(SK_MSG) |
				       TYPE(FLOW_DISSECTOR) | TYPE(CGROUP_DEVICE) | TYPE(CGROUP_SOCK) |
				       TYPE(CGROUP_SOCK_ADDR) | TYPE(CGROUP_SOCKOPT) | TYPE(CGROUP_SYSCTL) |
				       TYPE(SOCK_OPS) | TYPE(EXT) | TYPE(NETFILTER);
static const uint64_t need_perfmon = TYPE(KPROBE) | TYPE(TRACEPOINT) | TYPE(PERF_EVENT) | TYPE(RAW_TRACEPOINT) |
				     TYPE(RAW_TRACEPOINT_WRITABLE) | TYPE(TRACING) | TYPE(LSM) | TYPE(STRUCT_OPS) |
				     TYPE(EXT);

/* Types whose expected_attach_type must be one of their own. */
static const uint64_t attach_type_matters = TYPE(CGROUP_SOCK) | TYPE(CGROUP_SOCK_ADDR) | TYPE(CGROUP_SKB) |
					    TYPE(CGROUP_SOCKOPT) | TYPE(SK_LOOKUP) | TYPE(SK_REUSEPORT) |
					    TYPE(NETFILTER);
/* Types that must not have one. */
static const uint64_t attach_type_zero = TYPE(SYSCALL) | TYPE(EXT);
/* Types that attach to something that BTF describes. */
static const uint64_t attach_by_btf = TYPE(TRACING) | TYPE(LSM) | TYPE(STRUCT_OPS) | TYPE(EXT);
static const uint64_t attach_to_prog = TYPE(TRACING) | TYPE(EXT);

static bool is_one_of(uint32_t type, uint64_t types)
{
	return type < 64 && (types & 1ull << type);
}

int load_check_privileges(const struct caller *caller, uint32_t type, uint32_t n_insns)
{
	uint32_t caps = caller->capabilities;

	if (caps & VERIFY_CAP_SYS_ADMIN)
		caps = VERIFY_CAP_ALL;
	if (caller->hive->unprivileged_bpf_disabled && !(caps & VERIFY_CAP_BPF))
		return -EPERM;
	if (!n_insns || n_insns > (caps & VERIFY_CAP_BPF ? INSNS_MAX : BPF_MAXINSNS))
		return -E2BIG;
	if (!is_one_of(type, unprivileged) && !(caps & VERIFY_CAP_BPF))
		return -EPERM;
	if (is_one_of(type, need_net_admin) && !(caps & VERIFY_CAP_NET_ADMIN))
		return -EPERM;
	if (is_one_of(type, need_perfmon) && !(caps & VERIFY_CAP_PERFMON))
		return -EPERM;
	return 0;
}

void load_default_attach_type(union bpf_attr *attr)
{
	if (attr->expected_attach_type)
		return;
	if (attr->prog_type == BPF_PROG_TYPE_CGROUP_SOCK)
		attr->expected_attach_type = BPF_CGROUP_INET_SOCK_CREATE;
	else if (attr->prog_type == BPF_PROG_TYPE_SK_REUSEPORT)
		attr->expected_attach_type = BPF_SK_REUSEPORT_SELECT;
}

int load_check_attach(const struct skep_hive *hive, const union bpf_attr *attr, struct load_target target)
{
	const struct attach_type *attach = attach_type_find(attr->expected_attach_type);

	if (attr->attach_btf_id) {
		if (attr->attach_btf_id > BTF_ID_MAX || !(target.btf || target.prog))
			return -EINVAL;
		if (!is_one_of(attr->prog_type, attach_by_btf))
			return -EINVAL;
	}
	if (target.btf && (!attr->attach_btf_id || target.prog))
		return -EINVAL;
	if (target.prog && !is_one_of(attr->prog_type, attach_to_prog))
		return -EINVAL;
	if (is_one_of(attr->prog_type, attach_type_zero))
		return attr->expected_attach_type ? -EINVAL : 0;
	if (!is_one_of(attr->prog_type, attach_type_matters))
		return 0;
	return attach && attach->prog_type == attr->prog_type && attach->since <= hive->release ? 0 : -EINVAL;
}
