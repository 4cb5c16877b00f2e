/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a CPU might do on a path that is never taken: rules for programs whose loader may not see addresses.
 *
 * The kernel masks the offset of each pointer addition, so that even a mispredicting CPU stays inside the object; that
 * needs one limit per instruction, the same on every path. Paths that only misprediction takes are explored too, and
 * end where something would be wrong. The verdicts are the kernel's; nothing is masked here, where programs run in a
 * process that their loader owns.
 */
#include "verifier/speculation.h"

#include <errno.h>

#include "maps/map.h"
#include "verifier/region.h"

enum reason {
	REASON_BOUNDS = 1,
	REASON_TYPE,
	REASON_PATHS,
	REASON_LIMIT,
};

enum alu_state {
	ALU_SANITIZE_SRC = 1 << 0,
	ALU_SANITIZE_DST = 1 << 1,
	ALU_NEGATIVE = 1 << 2,
	ALU_NUMBERS = 1 << 3,
	ALU_IMMEDIATE = 1 << 4,
};

static int refuse_reason(struct verifier *v, const struct bpf_insn *insn, enum reason reason, bool off_is_dst)
{
	static const char why[] = "pointer arithmetic with it prohibited for !root";
	const char *what = BPF_OP(insn->code) == BPF_ADD ? "add" : "sub";

	switch (reason) {
	case REASON_BOUNDS:
		return refuse(v, -EACCES, "R%d has unknown scalar with mixed signed bounds, %s\n",
			off_is_dst ? insn->dst_reg : insn->src_reg, why);
	case REASON_TYPE:
		return refuse(v, -EACCES, "R%d has pointer with unsupported alu operation, %s\n",
			off_is_dst ? insn->src_reg : insn->dst_reg, why);
	case REASON_PATHS:
		return refuse(v, -EACCES, "R%d tried to %s from different maps, paths or scalars, %s\n", insn->dst_reg,
			what, why);
	default:
		return refuse(v, -EACCES, "R%d tried to %s beyond pointer bounds, %s\n", insn->dst_reg, what, why);
	}
}

static bool is_exempt(const struct verifier *v, const struct bpf_insn *insn)
{
	uint8_t op = BPF_OP(insn->code);

	return v->may_leak_pointers || BPF_SRC(insn->code) == BPF_K || (op != BPF_ADD && op != BPF_SUB);
}

/* How far the pointer may move in a direction before it leaves its object. */
static int find_limit(const struct reg *pointer, bool to_left, uint32_t *ret_limit)
{
	uint32_t limit, max;

	switch (pointer->type) {
	case PTR_TO_STACK:
		max = STACK_SIZE + to_left;
		limit = -(pointer->var.var_off.value + pointer->off);
		break;
	case PTR_TO_MAP_VALUE:
		max = pointer->map->value_size;
		limit = (to_left ? pointer->var.smin : (int64_t)pointer->var.umax) + pointer->off;
		break;
	default:
		return REASON_TYPE;
	}
	if (limit >= max)
		return REASON_LIMIT;
	*ret_limit = limit;
	return 0;
}

static int set_mask(uint8_t *state, uint32_t *limit, uint8_t new_state, uint32_t new_limit)
{
	if (*state && (*state != new_state || *limit != new_limit))
		return REASON_PATHS;
	*state = new_state;
	*limit = new_limit;
	return 0;
}

/* The addition as if the mask had made its offset 0. */
static int simulate(struct verifier *v, const struct bpf_insn *insn, const struct reg *pointer, bool pointer_is_dst)
{
	struct reg *dst = reg_now(v, insn->dst_reg), saved = *dst;
	struct state *branch;
	int err;

	if (!pointer_is_dst)
		*dst = *pointer;
	err = push_branch(v, v->insn + 1, true, &branch);
	*dst = saved;
	return err;
}

int speculate_before_add(struct verifier *v, const struct bpf_insn *insn, const struct reg *pointer,
	const struct reg *off, bool pointer_is_dst, struct pointer_mask *mask)
{
	bool constant = scalar_is_const(off->var), negative = off->var.smin < 0;
	uint8_t state;
	uint32_t limit;
	int reason;

	if (is_exempt(v, insn))
		return 0;
	if (!v->state->speculative) {
		if (!constant && (off->var.smin < 0) != (off->var.smax < 0))
			return refuse_reason(v, insn, REASON_BOUNDS, !pointer_is_dst);
		mask->to_left = (BPF_OP(insn->code) == BPF_ADD) == negative;
		reason = find_limit(pointer, mask->to_left, &limit);
		if (reason)
			return refuse_reason(v, insn, reason, !pointer_is_dst);
		state = (negative ? ALU_NEGATIVE : 0) | (constant ? ALU_IMMEDIATE : 0) |
			(pointer_is_dst ? ALU_SANITIZE_SRC : ALU_SANITIZE_DST);
		if (!constant)
			v->strict_numbers = true;
		mask->state = state;
		mask->limit = limit;
	}
	return constant ? 0 : simulate(v, insn, pointer, pointer_is_dst);
}

int speculate_after_add(struct verifier *v, const struct bpf_insn *insn, const struct reg *result, bool pointer_is_dst,
	const struct pointer_mask *mask)
{
	struct insn_facts *facts = facts_now(v);
	uint32_t limit;
	int reason;

	if (is_exempt(v, insn) || v->state->speculative)
		return 0;
	reason = find_limit(result, mask->to_left, &limit);
	if (!reason)
		reason = set_mask(&facts->alu_state, &facts->alu_limit, mask->state,
			mask->limit > limit ? mask->limit - limit : limit - mask->limit);
	return reason ? refuse_reason(v, insn, reason, !pointer_is_dst) : 0;
}

int speculate_numbers(struct verifier *v, const struct bpf_insn *insn)
{
	struct insn_facts *facts = facts_now(v);

	if (is_exempt(v, insn))
		return 0;
	return set_mask(&facts->alu_state, &facts->alu_limit, ALU_NUMBERS, 0)
		       ? refuse_reason(v, insn, REASON_PATHS, false)
		       : 0;
}

static int check_stack_pointer(struct verifier *v, uint32_t number, const struct reg *reg)
{
	int64_t off = (int64_t)reg->off + (int64_t)reg->var.var_off.value;
	char text[64];

	if (!scalar_is_const(reg->var)) {
		tnum_format(text, sizeof(text), reg->var.var_off);
		return refuse(v, -EACCES, "R%d variable stack access prohibited for !root, var_off=%s off=%d\n",
			(int)number, text, (int)off);
	}
	if (off >= 0 || off < -STACK_SIZE)
		return refuse(v, -EACCES,
			"R%d stack pointer arithmetic goes out of range, prohibited for !root; off=%d\n", (int)number,
			(int)off);
	return 0;
}

int check_moved_pointer(struct verifier *v, uint32_t number)
{
	const struct reg *reg = reg_now(v, number);
	struct access a = { .address = number, .size = 1, .value = -1, .helper = true };

	if (v->may_leak_pointers)
		return 0;
	if (reg->type == PTR_TO_STACK)
		return check_stack_pointer(v, number, reg);
	if (reg->type == PTR_TO_MAP_VALUE && check_bounds(v, &a, reg->map->value_size))
		return refuse(v, -EACCES,
			"R%d pointer arithmetic of map value goes out of range, prohibited for !root\n", (int)number);
	return 0;
}

int speculate_branch(struct verifier *v, const struct bpf_insn *insn, uint32_t target)
{
	struct state *branch;
	int err;

	if (v->may_leak_pointers)
		return 0;
	err = push_branch(v, target, true, &branch);
	if (err)
		return err;
	reg_set_unknown(state_reg(branch, insn->dst_reg));
	if (BPF_SRC(insn->code) == BPF_X)
		reg_set_unknown(state_reg(branch, insn->src_reg));
	return 0;
}

bool ends_speculation(const struct verifier *v, int err)
{
	return v->state->speculative && (err == -EPERM || err == -EACCES || err == -EINVAL);
}
