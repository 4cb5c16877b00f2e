/* SPDX-License-Identifier: BSD-2-Clause */
/* The context, and other structures whose fields are rewritten: sockets, flow keys. */
#include <errno.h>
#include <stdio.h>

#include "progs/context.h"
#include "verifier/region.h"

static void set_value(struct verifier *v, enum context_value value, struct reg *reg)
{
	switch (value) {
	case CONTEXT_PACKET:
		reg_set_pointer(reg, PTR_TO_PACKET);
		break;
	case CONTEXT_PACKET_META:
		reg_set_pointer(reg, PTR_TO_PACKET_META);
		break;
	case CONTEXT_PACKET_END:
		reg_set_pointer(reg, PTR_TO_PACKET_END);
		break;
	case CONTEXT_SOCK_COMMON_OR_NULL:
		reg_set_pointer(reg, PTR_TO_SOCK_COMMON | MAYBE_NULL);
		reg->id = ++v->last_id;
		break;
	case CONTEXT_SOCKET:
		reg_set_pointer(reg, PTR_TO_SOCKET);
		break;
	case CONTEXT_SOCKET_OR_NULL:
		reg_set_pointer(reg, PTR_TO_SOCKET | MAYBE_NULL);
		reg->id = ++v->last_id;
		break;
	case CONTEXT_FLOW_KEYS:
		reg_set_pointer(reg, PTR_TO_FLOW_KEYS);
		break;
	default:
		reg_set_unknown(reg);
	}
}

static int refuse_offset(struct verifier *v, int off, const struct access *a)
{
	return refuse(v, -EACCES, "invalid bpf_context access off=%d size=%d\n", off, a->size);
}

/* Rewriting one instruction in one way is only right if every path through it means the same field. */
static int remember_context(struct verifier *v, const struct context_access *access)
{
	struct insn_facts *facts = facts_now(v);

	if (facts->pointer_base == NOT_INIT) {
		facts->context = *access;
		return 0;
	}
	if (facts->context.runtime_offset != access->runtime_offset ||
		facts->context.runtime_size != access->runtime_size || facts->context.field != access->field)
		return refuse(v, -EINVAL, "same insn cannot be used with different pointers\n");
	return 0;
}

/* A store to __sk_buff.tstamp. */
static bool is_timestamp(const struct access *a, int off)
{
	return a->write && off >= (int)offsetof(struct __sk_buff, tstamp) &&
	       off < (int)offsetof(struct __sk_buff, tstamp) + 8;
}

static int context_access(struct verifier *v, const struct access *a, struct reg *ret_value)
{
	const struct verify_request *request = v->request;
	const struct reg *reg = reg_now(v, a->address);
	struct context_access access;
	int err, off = reg->off + a->off;

	if (a->write && a->value >= 0 && is_secret(v, reg_now(v, a->value)))
		return refuse(v, -EACCES, "R%d leaks addr into ctx\n", a->value);
	if (!v->context || !scalar_is_const(reg->var) || reg->off) {
		err = check_plain_pointer(v, a->address, false);
		if (err)
			return err;
	}
	if (!v->context)
		return refuse_offset(v, off, a);
	err = context_check(v->context, request->type, request->expected_attach_type, off, a->size, a->write, &access);
	if (err)
		return refuse_offset(v, off, a);
	/* Packets of others are for those with CAP_BPF. */
	if (request->type == BPF_PROG_TYPE_CGROUP_SKB && !v->capable &&
		(access.value == CONTEXT_PACKET || access.value == CONTEXT_PACKET_END || is_timestamp(a, off)))
		return refuse_offset(v, off, a);
	/* Structures by BTF are not known yet, and a sign-extending load cannot be rewritten to a wider field. */
	if (access.value >= CONTEXT_BTF_SK_BUFF || (a->sign_extend && access.runtime_size != a->size))
		return refuse_offset(v, off, a);
	set_value(v, access.value, ret_value);
	return remember_context(v, &access);
}

static int context_helper_access(struct verifier *v, const struct access *a)
{
	(void)a;
	return refuse(v, -EACCES, "helper access to the packet is not allowed\n");
}

const struct region_ops context_region = { .access = context_access, .helper_access = context_helper_access };

/* --- structures behind the context --- */

static const char *structure_name(enum reg_type type)
{
	switch (type) {
	case PTR_TO_SOCKET:
	case PTR_TO_SOCK_COMMON:
		return "bpf_sock";
	case PTR_TO_TCP_SOCK:
		return "bpf_tcp_sock";
	case PTR_TO_XDP_SOCK:
		return "bpf_xdp_sock";
	default:
		return "bpf_flow_keys";
	}
}

static int structure_access(struct verifier *v, const struct access *a, const char *what, struct reg *ret_value)
{
	const struct reg *reg = reg_now(v, a->address);
	const struct context *context = context_by_name(structure_name(base_type(reg->type)));
	const struct verify_request *request = v->request;
	struct context_access access;
	int off = reg->off + a->off;

	if (reg->var.smin < 0)
		return refuse(v, -EACCES,
			"R%d min value is negative, either use unsigned index or do a if (index >=0) check.\n",
			(int)a->address);
	/* The parts of a socket that only full ones have. */
	bool full_only = base_type(reg->type) == PTR_TO_SOCK_COMMON && off >= 8 && off < 24;

	if (!context || !scalar_is_const(reg->var) || full_only ||
		context_check(context, request->type, request->expected_attach_type, off, a->size, a->write, &access))
		return refuse(v, -EACCES, "%s off=%d size=%d\n", what, off, a->size);
	set_value(v, access.value, ret_value);
	return remember_context(v, &access);
}

static int flow_keys_access(struct verifier *v, const struct access *a, struct reg *ret_value)
{
	if (a->write && a->value >= 0 && is_secret(v, reg_now(v, a->value)))
		return refuse(v, -EACCES, "R%d leaks addr into flow keys\n", a->value);
	return structure_access(v, a, "invalid access to flow keys", ret_value);
}

const struct region_ops flow_keys_region = { .access = flow_keys_access };

static int socket_access(struct verifier *v, const struct access *a, struct reg *ret_value)
{
	const struct reg *reg = reg_now(v, a->address);
	char what[64];

	if (a->write)
		return refuse(v, -EACCES, "R%d cannot write into %s\n", (int)a->address, type_name(reg->type));
	snprintf(what, sizeof(what), "R%d invalid %s access", (int)a->address, type_name(reg->type));
	return structure_access(v, a, what, ret_value);
}

const struct region_ops socket_region = { .access = socket_access };
