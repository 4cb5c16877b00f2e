/* SPDX-License-Identifier: BSD-2-Clause */
/* Loads, stores and atomic operations: what holds whatever region they go to. */
#include <errno.h>

#include "isa/flow.h"
#include "verifier/region.h"
#include "verifier/slot_liveness.h"

const struct region_ops *region_of(uint32_t type)
{
	if (type & MAYBE_NULL)
		return NULL;
	switch (base_type(type)) {
	case PTR_TO_STACK:
		return &stack_region;
	case PTR_TO_CTX:
		return &context_region;
	case PTR_TO_MAP_VALUE:
		return &map_value_region;
	case PTR_TO_MAP_KEY:
		return &map_key_region;
	case PTR_TO_PACKET:
	case PTR_TO_PACKET_META:
		return &packet_region;
	case PTR_TO_MEM:
		return &memory_region;
	case PTR_TO_FLOW_KEYS:
		return &flow_keys_region;
	case PTR_TO_SOCKET:
	case PTR_TO_SOCK_COMMON:
	case PTR_TO_TCP_SOCK:
	case PTR_TO_XDP_SOCK:
		return &socket_region;
	default:
		return NULL;
	}
}

static const char *region_word(enum reg_type type)
{
	switch (type) {
	case PTR_TO_FLOW_KEYS:
		return "flow keys ";
	case PTR_TO_MAP_KEY:
		return "key ";
	case PTR_TO_MAP_VALUE:
		return "value ";
	case PTR_TO_CTX:
		return "context ";
	case PTR_TO_STACK:
		return "stack ";
	case PTR_TO_SOCKET:
		return "sock ";
	case PTR_TO_SOCK_COMMON:
		return "sock_common ";
	case PTR_TO_TCP_SOCK:
		return "tcp_sock ";
	case PTR_TO_XDP_SOCK:
		return "xdp_sock ";
	default:
		return "";
	}
}

/* Bytes between the start of a packet buffer and 4-byte alignment: the Ethernet header is 14 long. */
#define PACKET_ALIGN 2

/* Registers' stack slots keep track of eight bytes each, so the stack must always be aligned. */
int check_alignment(struct verifier *v, const struct access *a, const struct reg *reg)
{
	bool packet = type_is_packet(reg->type);
	bool strict = v->strict_alignment || a->strict || reg->type == PTR_TO_STACK;
	struct tnum offset;
	char text[64];

	if (!strict || a->size <= 1 || reg->type == PTR_TO_ARENA)
		return 0;
	offset = tnum_add(reg->var.var_off, tnum_const((int64_t)reg->off + a->off + (packet ? PACKET_ALIGN : 0)));
	if (tnum_is_aligned(offset, a->size))
		return 0;
	tnum_format(text, sizeof(text), reg->var.var_off);
	if (packet)
		return refuse(v, -EACCES, "misaligned packet access off %d+%s+%d+%d size %d\n", PACKET_ALIGN, text,
			reg->off, a->off, a->size);
	return refuse(v, -EACCES, "misaligned %saccess off %s+%d+%d size %d\n", region_word(base_type(reg->type)), text,
		reg->off, a->off, a->size);
}

int check_access(struct verifier *v, const struct access *a, struct reg *ret_value)
{
	const struct reg *reg = reg_now(v, a->address);
	const struct region_ops *region = region_of(reg->type);
	int err = check_alignment(v, a, reg);

	if (err)
		return err;
	if (!region || !region->access)
		return refuse(v, -EACCES, "R%d invalid mem access '%s'\n", (int)a->address, type_name(reg->type));
	reg_set_unknown(ret_value);
	return region->access(v, a, ret_value);
}

static int check_inside(struct verifier *v, const struct access *a, const struct reg *reg, int64_t off, uint32_t size)
{
	if (off >= 0 && (uint64_t)off + a->size <= size && (a->size > 0 || a->zero_size))
		return 0;
	switch (base_type(reg->type)) {
	case PTR_TO_MAP_KEY:
		return refuse(
			v, -EACCES, "invalid access to map key, key_size=%d off=%d size=%d\n", size, (int)off, a->size);
	case PTR_TO_MAP_VALUE:
		return refuse(v, -EACCES, "invalid access to map value, value_size=%d off=%d size=%d\n", size, (int)off,
			a->size);
	case PTR_TO_PACKET:
	case PTR_TO_PACKET_META:
	case PTR_TO_PACKET_END:
		return refuse(v, -EACCES, "invalid access to packet, off=%d size=%d, R%d(id=%d,off=%d,r=%d)\n",
			(int)off, a->size, (int)a->address, reg->id, (int)off, size);
	default:
		return refuse(
			v, -EACCES, "invalid access to memory, mem_size=%u off=%d size=%d\n", size, (int)off, a->size);
	}
}

int check_bounds(struct verifier *v, const struct access *a, uint32_t region_size)
{
	const struct reg *reg = reg_now(v, a->address);
	int64_t off = (int64_t)a->off + reg->off, smin = reg->var.smin;

	if (type_is_packet(reg->type)) {
		if (smin < 0)
			return refuse(v, -EACCES,
				"R%d min value is negative, either use unsigned index or do a if (index >=0) check.\n",
				(int)a->address);
		/* A packet's range counts from the variable part on. */
		if (reg->range < 0 || check_inside(v, a, reg, off, reg->range))
			return refuse(v, reg->range < 0 ? -EINVAL : -EACCES, "R%d offset is outside of the packet\n",
				(int)a->address);
		return 0;
	}
	if (smin < 0 && (smin == INT64_MIN || off + smin != (int32_t)(off + smin) || off + smin < 0))
		return refuse(v, -EACCES,
			"R%d min value is negative, either use unsigned index or do a if (index >=0) check.\n",
			(int)a->address);
	if (smin >= MAX_VARIABLE_OFFSET || check_inside(v, a, reg, off + smin, region_size))
		return refuse(v, -EACCES, "R%d min value is outside of the allowed memory range\n", (int)a->address);
	if (reg->var.umax >= MAX_VARIABLE_OFFSET)
		return refuse(v, -EACCES, "R%d unbounded memory access, make sure to bounds check any such access\n",
			(int)a->address);
	if (check_inside(v, a, reg, off + (int64_t)reg->var.umax, region_size))
		return refuse(v, -EACCES, "R%d max value is outside of the allowed memory range\n", (int)a->address);
	return 0;
}

int check_plain_pointer(struct verifier *v, uint32_t number, bool fixed_ok)
{
	const struct reg *reg = reg_now(v, number);
	char text[64];

	if (reg->off < 0)
		return refuse(v, -EACCES, "negative offset %s ptr R%d off=%d disallowed\n", type_name(reg->type),
			(int)number, reg->off);
	if (!fixed_ok && reg->off)
		return refuse(v, -EACCES, "dereference of modified %s ptr R%d off=%d disallowed\n",
			type_name(reg->type), (int)number, reg->off);
	if (!scalar_is_const(reg->var) || reg->var.var_off.value) {
		tnum_format(text, sizeof(text), reg->var.var_off);
		return refuse(v, -EACCES, "variable %s access var_off=%s disallowed\n", type_name(reg->type), text);
	}
	return 0;
}

/* One instruction is rewritten one way, so what it goes through must be of one kind on every path. */
static bool rewritten_by_kind(enum reg_type type)
{
	return type == PTR_TO_CTX || type == PTR_TO_SOCKET || type == PTR_TO_SOCK_COMMON || type == PTR_TO_TCP_SOCK ||
	       type == PTR_TO_XDP_SOCK || type == PTR_TO_BTF_ID || type == PTR_TO_ARENA;
}

static int remember_kind(struct verifier *v, uint32_t at, enum reg_type type)
{
	struct insn_facts *facts = &v->facts[at];

	if (facts->pointer_base == NOT_INIT) {
		facts->pointer_base = type;
		return 0;
	}
	if (facts->pointer_base != type && (rewritten_by_kind(type) || rewritten_by_kind(facts->pointer_base)))
		return refuse(v, -EINVAL, "same insn cannot be used with different pointers\n");
	return 0;
}

int step_load(struct verifier *v, const struct bpf_insn *insn)
{
	struct access a = {
		.address = insn->src_reg,
		.off = insn->off,
		.size = insn_access_size(insn),
		.sign_extend = BPF_MODE(insn->code) == BPF_MEMSX,
		.value = insn->dst_reg,
	};
	enum reg_type type;
	struct reg value;
	int err = read_reg(v, insn->src_reg);

	if (!err)
		err = may_write_reg(v, insn->dst_reg);
	if (err)
		return err;
	type = base_type(reg_now(v, insn->src_reg)->type);
	err = check_access(v, &a, &value);
	if (err)
		return err;
	if (value.type == SCALAR && a.sign_extend) {
		value.var = scalar_sext(value.var, a.size);
	} else if (value.type == SCALAR && a.size < 8) {
		value.var = scalar_truncate(value.var, a.size);
	}
	*reg_now(v, insn->dst_reg) = value;
	return remember_kind(v, v->insn, type);
}

int step_store(struct verifier *v, const struct bpf_insn *insn)
{
	bool from_reg = BPF_CLASS(insn->code) == BPF_STX;
	struct access a = {
		.address = insn->dst_reg,
		.off = insn->off,
		.size = insn_access_size(insn),
		.write = true,
		.value = from_reg ? insn->src_reg : -1,
		.imm = insn->imm,
	};
	enum reg_type type;
	struct reg none;
	int err = 0;

	if (from_reg)
		err = read_reg(v, insn->src_reg);
	if (!err)
		err = read_reg(v, insn->dst_reg);
	if (err)
		return err;
	type = base_type(reg_now(v, insn->dst_reg)->type);
	err = check_access(v, &a, &none);
	note_store_done(v);
	return err ? err : remember_kind(v, v->insn, type);
}

static bool atomic_allowed(enum reg_type type)
{
	return type != PTR_TO_CTX && !type_is_packet(type) && type != PTR_TO_FLOW_KEYS && !type_is_socket(type);
}

static int step_atomic_ordered(struct verifier *v, const struct bpf_insn *insn)
{
	bool load = insn->imm == BPF_LOAD_ACQ;
	uint32_t address = load ? insn->src_reg : insn->dst_reg;
	enum reg_type type;
	int err = read_reg(v, insn->src_reg);

	if (!err)
		err = load ? may_write_reg(v, insn->dst_reg) : read_reg(v, insn->dst_reg);
	if (err)
		return err;
	type = base_type(reg_now(v, address)->type);
	if (!atomic_allowed(type))
		return refuse(v, -EACCES, "BPF_ATOMIC %s R%d %s is not allowed\n", load ? "loads from" : "stores into",
			(int)address, type_name(reg_now(v, address)->type));
	return load ? step_load(v, insn) : step_store(v, insn);
}

int step_atomic(struct verifier *v, const struct bpf_insn *insn)
{
	bool compare = insn->imm == BPF_CMPXCHG, fetch = insn->imm & BPF_FETCH;
	struct access a = {
		.address = insn->dst_reg,
		.off = insn->off,
		.size = insn_access_size(insn),
		.atomic = true,
		.strict = true,
		.value = -1,
		.imm = -1,
	};
	struct reg value, none;
	enum reg_type type;
	int err;

	if (insn->imm == BPF_LOAD_ACQ || insn->imm == BPF_STORE_REL)
		return step_atomic_ordered(v, insn);
	err = read_reg(v, insn->src_reg);
	if (!err)
		err = read_reg(v, insn->dst_reg);
	if (!err && compare)
		err = read_reg(v, 0);
	if (err)
		return err;
	if (compare && is_secret(v, reg_now(v, 0)))
		return refuse(v, -EACCES, "R%d leaks addr into mem\n", 0);
	if (is_secret(v, reg_now(v, insn->src_reg)))
		return refuse(v, -EACCES, "R%d leaks addr into mem\n", insn->src_reg);
	type = base_type(reg_now(v, insn->dst_reg)->type);
	if (!atomic_allowed(type))
		return refuse(v, -EACCES, "BPF_ATOMIC stores into R%d %s is not allowed\n", insn->dst_reg,
			type_name(reg_now(v, insn->dst_reg)->type));
	if (fetch) {
		/* As in the kernel, the register that is loaded is gone before the address is looked at. */
		err = write_reg(v, compare ? 0 : insn->src_reg);
		if (err)
			return err;
	}
	/* What is read must be no secret; then a fetch gives back even a pointer that was spilled. */
	err = check_access(v, &a, &value);
	if (!err && fetch) {
		a.value = compare ? 0 : insn->src_reg;
		err = check_access(v, &a, &value);
	}
	if (err)
		return err;
	a.write = true;
	a.value = -1;
	err = check_access(v, &a, &none);
	if (err)
		return err;
	if (fetch) {
		if (value.type == SCALAR && a.size < 8)
			value.var = scalar_truncate(value.var, a.size);
		*reg_now(v, compare ? 0 : insn->src_reg) = value;
	}
	return remember_kind(v, v->insn, type);
}

static bool type_has_packet_loads(uint32_t type)
{
	return type == BPF_PROG_TYPE_SOCKET_FILTER || type == BPF_PROG_TYPE_SCHED_CLS ||
	       type == BPF_PROG_TYPE_SCHED_ACT;
}

/* The legacy loads from a packet: r6 is the context; the program ends with 0 if the bytes are not there. */
int step_packet_load(struct verifier *v, const struct bpf_insn *insn)
{
	int err;

	if (!type_has_packet_loads(v->request->type))
		return refuse(v, -EINVAL, "BPF_LD_[ABS|IND] instructions not allowed for this program type\n");
	err = read_reg(v, 6);
	if (!err)
		err = check_nothing_held(v, "BPF_LD_[ABS|IND]");
	if (err)
		return err;
	if (reg_now(v, 6)->type != PTR_TO_CTX)
		return refuse(v, -EINVAL, "at the time of BPF_LD_ABS|IND R6 != pointer to skb\n");
	err = check_plain_pointer(v, 6, false);
	if (err)
		return err;
	if (BPF_MODE(insn->code) == BPF_IND) {
		err = read_reg(v, insn->src_reg);
		if (err)
			return err;
		if (reg_now(v, insn->src_reg)->type != SCALAR && !v->may_leak_pointers)
			return refuse(v, -EACCES, "R%d leaks addr into packet load\n", insn->src_reg);
	}
	for (int i = 0; i <= 5; i++) {
		reg_clear(reg_now(v, i));
		changed_reg(v, i);
	}
	reg_set_unknown(reg_now(v, 0));
	return 0;
}
