/* SPDX-License-Identifier: BSD-2-Clause */
/* What a program may return: a rule for each program type. */
#include <errno.h>

#include "base/macros.h"
#include "verifier/callbacks.h"

struct return_rule {
	uint32_t type;
	int32_t attach; /* -1: any; the first row that fits counts */
	int32_t min, max;
};

static const struct return_rule rules[] = {
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UDP4_RECVMSG, 1, 1 },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UDP6_RECVMSG, 1, 1 },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UNIX_RECVMSG, 1, 1 },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_GETPEERNAME, 1, 1 },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET6_GETPEERNAME, 1, 1 },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UNIX_GETPEERNAME, 1, 1 },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_GETSOCKNAME, 1, 1 },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET6_GETSOCKNAME, 1, 1 },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UNIX_GETSOCKNAME, 1, 1 },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_BIND, 0, 3 },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET6_BIND, 0, 3 },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, -1, 0, 1 },
	{ BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_EGRESS, 0, 3 },
	{ BPF_PROG_TYPE_CGROUP_SKB, -1, 0, 1 },
	{ BPF_PROG_TYPE_CGROUP_SOCK, -1, 0, 1 },
	{ BPF_PROG_TYPE_SOCK_OPS, -1, 0, 1 },
	{ BPF_PROG_TYPE_CGROUP_DEVICE, -1, 0, 1 },
	{ BPF_PROG_TYPE_CGROUP_SYSCTL, -1, 0, 1 },
	{ BPF_PROG_TYPE_CGROUP_SOCKOPT, -1, 0, 1 },
	{ BPF_PROG_TYPE_SK_LOOKUP, -1, 0, 1 },
	{ BPF_PROG_TYPE_NETFILTER, -1, 0, 1 },
};

static const struct return_rule *rule_of(const struct verify_request *request)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (rules[i].type == request->type &&
			(rules[i].attach < 0 || rules[i].attach == (int32_t)request->expected_attach_type))
			return &rules[i];
	return NULL;
}

int refuse_result(struct verifier *v, const struct reg *reg, const char *where, int min, int max)
{
	bool unknown = true;

	say(v, "%s the register R0 has", where);
	if (reg->var.smin > INT64_MIN) {
		say(v, " smin=%lld", (long long)reg->var.smin);
		unknown = false;
	}
	if (reg->var.smax < INT64_MAX) {
		say(v, " smax=%lld", (long long)reg->var.smax);
		unknown = false;
	}
	if (unknown)
		say(v, " unknown scalar value");
	return refuse(v, -EINVAL, " should have been in [%d, %d]\n", min, max);
}

int check_return_value(struct verifier *v)
{
	const struct return_rule *rule = rule_of(v->request);
	const struct reg *reg = reg_now(v, 0);
	int err = read_reg(v, 0);

	if (err)
		return err;
	if (is_secret(v, reg))
		return refuse(v, -EACCES, "R0 leaks addr as return value\n");
	if (!rule)
		return 0;
	if (reg->type != SCALAR)
		return refuse(v, -EINVAL, "At program exit the register R0 is not a known value (%s)\n",
			type_name(reg->type));
	err = mark_precise(v, 0);
	if (err)
		return err;
	if (reg->var.smin < rule->min || reg->var.smax > rule->max)
		return refuse_result(v, reg, "At program exit", rule->min, rule->max);
	return 0;
}
