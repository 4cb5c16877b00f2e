/* SPDX-License-Identifier: BSD-2-Clause */
/* Arithmetic: numbers by the scalar domain, and the little that may be done to pointers. */
#include <errno.h>

#include "base/macros.h"
#include "maps/map.h"
#include "verifier/speculation.h"

static const char *const operators[16] = { "+=", "-=", "*=", "/=", "|=", "&=", "<<=", ">>=", "neg", "%=", "^=", "=",
	"s>>=", "endian", "", "" };

static bool is_64bit(const struct bpf_insn *insn)
{
	return BPF_CLASS(insn->code) == BPF_ALU64;
}

/* A number that is copied gets an id, so that what is found out of one holds for the other. */
void link_before_copy(struct verifier *v, struct reg *reg)
{
	if (reg->type != SCALAR || tnum_is_const(reg->var.var_off))
		return;
	if (reg->id & ID_ADDED) {
		reg->id = 0;
		reg->off = 0;
	}
	if (!reg->id)
		reg->id = ++v->last_id;
}

/* --- mov --- */

static int move_constant(struct verifier *v, const struct bpf_insn *insn)
{
	uint64_t value = is_64bit(insn) ? (uint64_t)(int64_t)insn->imm : (uint32_t)insn->imm;
	int err = write_reg(v, insn->dst_reg);

	if (!err)
		reg_set_const(reg_now(v, insn->dst_reg), value);
	return err;
}

static int move64(struct verifier *v, const struct bpf_insn *insn)
{
	struct reg *src = reg_now(v, insn->src_reg), *dst = reg_now(v, insn->dst_reg);

	if (!insn->off) {
		link_before_copy(v, src);
		*dst = *src;
		return 0;
	}
	if (is_secret(v, src))
		return refuse(v, -EACCES, "R%d sign-extension part of pointer\n", insn->src_reg);
	if (src->type != SCALAR) {
		reg_set_unknown(dst);
		return 0;
	}
	/* Where the sign bit is known to be 0 nothing changes, and the two stay equal. */
	if (src->var.umax < 1ull << (insn->off - 1)) {
		link_before_copy(v, src);
		*dst = *src;
	} else {
		reg_set_scalar(dst, scalar_sext(src->var, insn->off / 8));
	}
	return 0;
}

static int move32(struct verifier *v, const struct bpf_insn *insn)
{
	struct reg *src = reg_now(v, insn->src_reg), *dst = reg_now(v, insn->dst_reg);

	if (is_secret(v, src))
		return refuse(v, -EACCES, "R%d partial copy of pointer\n", insn->src_reg);
	if (src->type != SCALAR) {
		reg_set_scalar(dst, scalar_zext32(scalar_unknown()));
		return 0;
	}
	if (!insn->off && src->var.umax <= UINT32_MAX) {
		link_before_copy(v, src);
		*dst = *src;
		dst->var = scalar_zext32(src->var);
		return 0;
	}
	if (insn->off && src->var.umax < 1ull << (insn->off - 1)) {
		link_before_copy(v, src);
		*dst = *src;
		return 0;
	}
	reg_set_scalar(dst, insn->off ? scalar_sext32(src->var, insn->off / 8) : scalar_zext32(src->var));
	return 0;
}

static int step_move(struct verifier *v, const struct bpf_insn *insn)
{
	int err;

	if (BPF_SRC(insn->code) == BPF_K)
		return move_constant(v, insn);
	err = read_reg(v, insn->src_reg);
	if (!err)
		err = may_write_reg(v, insn->dst_reg);
	if (err)
		return err;
	return is_64bit(insn) ? move64(v, insn) : move32(v, insn);
}

/* --- one operand --- */

static int step_unary(struct verifier *v, const struct bpf_insn *insn)
{
	struct reg *dst;
	int err = read_reg(v, insn->dst_reg);

	if (err)
		return err;
	dst = reg_now(v, insn->dst_reg);
	if (is_secret(v, dst))
		return refuse(v, -EACCES, "R%d pointer arithmetic prohibited\n", insn->dst_reg);
	err = may_write_reg(v, insn->dst_reg);
	if (err)
		return err;
	if (dst->type != SCALAR)
		reg_set_unknown(dst);
	else if (BPF_OP(insn->code) == BPF_END)
		reg_set_scalar(dst, scalar_end(insn->code, insn->imm, dst->var));
	else
		reg_set_scalar(dst, scalar_alu(insn->code, dst->var, dst->var));
	return 0;
}

/* --- pointers --- */

static int check_sane_offset(struct verifier *v, const struct reg *reg, uint32_t type)
{
	bool known = tnum_is_const(reg->var.var_off);
	int64_t value = reg->var.var_off.value, smin = reg->var.smin;

	if (known && (value >= MAX_VARIABLE_OFFSET || value <= -MAX_VARIABLE_OFFSET))
		return refuse(v, -EINVAL, "math between %s pointer and %lld is not allowed\n", type_name(type),
			(long long)value);
	if (reg->off >= MAX_VARIABLE_OFFSET || reg->off <= -MAX_VARIABLE_OFFSET)
		return refuse(v, -EINVAL, "%s pointer offset %d is not allowed\n", type_name(type), reg->off);
	if (smin == INT64_MIN)
		return refuse(v, -EINVAL,
			"math between %s pointer and register with unbounded min value is not allowed\n",
			type_name(type));
	if (smin >= MAX_VARIABLE_OFFSET || smin <= -MAX_VARIABLE_OFFSET)
		return refuse(
			v, -EINVAL, "value %lld makes %s pointer be out of bounds\n", (long long)smin, type_name(type));
	return 0;
}

/* What may be added to depends on what is pointed to. */
static int check_pointer_kind(
	struct verifier *v, uint32_t dst, const struct reg *pointer, const struct reg *off, uint8_t op)
{
	bool known = tnum_is_const(off->var.var_off);

	if (pointer->type & MAYBE_NULL)
		return refuse(v, -EACCES, "R%d pointer arithmetic on %s prohibited, null-check it first\n", (int)dst,
			type_name(pointer->type));
	switch (base_type(pointer->type)) {
	case PTR_TO_CTX:
	case PTR_TO_MAP_VALUE:
	case PTR_TO_MAP_KEY:
	case PTR_TO_STACK:
	case PTR_TO_PACKET_META:
	case PTR_TO_PACKET:
	case PTR_TO_TP_BUFFER:
	case PTR_TO_BTF_ID:
	case PTR_TO_MEM:
	case PTR_TO_BUF:
	case PTR_TO_FUNC:
	case CONST_PTR_TO_DYNPTR:
		return 0;
	case PTR_TO_FLOW_KEYS:
		if (known)
			return 0;
		break;
	case CONST_PTR_TO_MAP:
		if (known && off->var.smin == 0 && op == BPF_ADD)
			return 0;
		break;
	default:
		break;
	}
	return refuse(v, -EACCES, "R%d pointer arithmetic on %s prohibited\n", (int)dst, type_name(pointer->type));
}

/* A packet pointer with a new variable part is another one: nothing is known of the bytes at it. */
static void renew_packet_id(struct verifier *v, struct reg *reg)
{
	if (!type_is_packet(reg->type))
		return;
	reg->id = ++v->last_id;
}

static bool fits_offset(int64_t off)
{
	return off == (int32_t)off;
}

/* dst = pointer + off, or pointer - off; the offsets are sane, so that their sum does not overflow. */
static int move_pointer(
	struct verifier *v, struct reg *dst, const struct reg *pointer, const struct reg *off, uint8_t op)
{
	bool known = tnum_is_const(off->var.var_off);
	int64_t sum = op == BPF_ADD ? pointer->off + off->var.smin : pointer->off - off->var.smin;

	*dst = *pointer;
	if (known && fits_offset(sum)) {
		dst->off = sum;
		return 0;
	}
	dst->var = op == BPF_ADD ? scalar_add(pointer->var, off->var) : scalar_sub(pointer->var, off->var);
	if (type_is_packet(dst->type)) {
		renew_packet_id(v, dst);
		if (op == BPF_ADD || off->var.smin < 0)
			dst->range = 0;
	}
	return 0;
}

static int pointer_alu(
	struct verifier *v, const struct bpf_insn *insn, struct reg pointer, struct reg off, bool swapped)
{
	struct pointer_mask mask = { 0 };
	struct reg *dst = reg_now(v, insn->dst_reg);
	uint8_t op = BPF_OP(insn->code);
	int err;

	/* Bounds that contradict each other come from a branch that is never taken. */
	if (!scalar_is_sane(off.var)) {
		reg_set_unknown(dst);
		return 0;
	}
	if (!is_64bit(insn)) {
		if (op == BPF_SUB && v->may_leak_pointers) {
			reg_set_unknown(dst);
			return 0;
		}
		return refuse(v, -EACCES, "R%d 32-bit pointer arithmetic prohibited\n", insn->dst_reg);
	}
	err = check_pointer_kind(v, insn->dst_reg, &pointer, &off, op);
	if (err)
		return err;
	if (check_sane_offset(v, &off, pointer.type) || check_sane_offset(v, &pointer, pointer.type))
		return -EINVAL;
	err = speculate_before_add(v, insn, &pointer, &off, !swapped, &mask);
	if (err)
		return err;
	switch (op) {
	case BPF_ADD:
		err = move_pointer(v, dst, &pointer, &off, op);
		break;
	case BPF_SUB:
		if (swapped)
			return refuse(v, -EACCES, "R%d tried to subtract pointer from scalar\n", insn->dst_reg);
		if (pointer.type == PTR_TO_STACK)
			return refuse(v, -EACCES, "R%d subtraction from stack pointer prohibited\n", insn->dst_reg);
		err = move_pointer(v, dst, &pointer, &off, op);
		break;
	case BPF_AND:
	case BPF_OR:
	case BPF_XOR:
		return refuse(v, -EACCES, "R%d bitwise operator %s on pointer prohibited\n", insn->dst_reg,
			operators[op >> 4]);
	default:
		return refuse(v, -EACCES, "R%d pointer arithmetic with %s operator prohibited\n", insn->dst_reg,
			operators[op >> 4]);
	}
	if (!err)
		err = check_sane_offset(v, dst, pointer.type);
	if (!err)
		err = check_moved_pointer(v, insn->dst_reg);
	return err ? err : speculate_after_add(v, insn, dst, !swapped, &mask);
}

/* --- two operands --- */

/*
 * Keeps r2 = r1 + 7 known as such, so that a comparison of one says something of the other. fits32: of what it is added
 * to, the high half is zero; then an addition of 32 bits can be undone.
 */
static void relink(struct verifier *v, const struct bpf_insn *insn, struct reg *dst, const struct reg *src, bool fits32)
{
	bool add = BPF_OP(insn->code) == BPF_ADD, sub = BPF_OP(insn->code) == BPF_SUB, wide = is_64bit(insn);
	int64_t number = wide ? (int64_t)src->var.var_off.value : (int32_t)src->var.var_off.value;

	/* What is added fits 32 bits, and so does its negative if it is subtracted. */
	if (v->capable && (add || sub) && (wide || fits32) && dst->id && !(dst->id & ID_ADDED) && reg_is_const(src) &&
		number >= INT32_MIN + sub && number <= INT32_MAX) {
		dst->id |= wide ? ID_ADD_CONST : ID_ADD_CONST32;
		dst->off = sub ? -number : number;
		return;
	}
	dst->id = 0;
	dst->off = 0;
}

static int scalar_binary(struct verifier *v, const struct bpf_insn *insn, struct reg *dst, const struct reg *src)
{
	bool precise = dst->precise;
	bool fits32 = dst->var.umax <= UINT32_MAX;
	uint32_t id = dst->id;
	int err = speculate_numbers(v, insn);

	if (err)
		return err;
	if (precise && BPF_SRC(insn->code) == BPF_X) {
		err = mark_precise(v, insn->src_reg);
		if (err)
			return err;
	}
	reg_set_scalar(dst, scalar_alu(insn->code, dst->var, src->var));
	dst->id = id;
	dst->precise = precise;
	relink(v, insn, dst, src, fits32);
	return 0;
}

/*
 * A mask, 0 or -1, and a constant: the path splits, so that the result stays known on both. The one that is put off has
 * 0 and begins with the same instruction.
 */
static int fork_mask(struct verifier *v, const struct bpf_insn *insn, struct reg *dst, const struct reg *src)
{
	struct scalar_pair split;
	struct state *later;
	int err;

	if (!scalar_forks(insn->code, dst->var, src->var))
		return 0;
	split = scalar_forked(dst->var);
	err = push_branch(v, v->insn, false, &later);
	if (err)
		return err;
	state_frame(later)->regs[insn->dst_reg].var = split.b;
	dst->var = split.a;
	return 0;
}

static int compute(struct verifier *v, const struct bpf_insn *insn)
{
	struct reg *dst = reg_now(v, insn->dst_reg);
	bool by_reg = BPF_SRC(insn->code) == BPF_X;
	struct reg src;
	int err;

	if (by_reg)
		src = *reg_now(v, insn->src_reg);
	else
		reg_set_const(&src, (int64_t)insn->imm);
	if (dst->type == SCALAR && src.type == SCALAR) {
		err = fork_mask(v, insn, dst, &src);
		return err ? err : scalar_binary(v, insn, dst, &src);
	}
	if (dst->type != SCALAR && src.type != SCALAR) {
		/* A pointer less a pointer is a number, for those who may know addresses. */
		if (BPF_OP(insn->code) == BPF_SUB && v->may_leak_pointers) {
			reg_set_unknown(dst);
			return 0;
		}
		return refuse(v, -EACCES, "R%d pointer %s pointer prohibited\n", insn->dst_reg,
			operators[BPF_OP(insn->code) >> 4]);
	}
	if (src.type != SCALAR) {
		err = mark_precise(v, insn->dst_reg);
		return err ? err : pointer_alu(v, insn, src, *dst, true);
	}
	if (by_reg) {
		err = mark_precise(v, insn->src_reg);
		if (err)
			return err;
		src = *reg_now(v, insn->src_reg);
	}
	return pointer_alu(v, insn, *dst, src, false);
}

static int check_immediate(struct verifier *v, const struct bpf_insn *insn)
{
	uint8_t op = BPF_OP(insn->code);
	int width = is_64bit(insn) ? 64 : 32;

	if (BPF_SRC(insn->code) != BPF_K)
		return 0;
	if ((op == BPF_DIV || op == BPF_MOD) && !insn->imm)
		return refuse(v, -EINVAL, "div by zero\n");
	if ((op == BPF_LSH || op == BPF_RSH || op == BPF_ARSH) && (insn->imm < 0 || insn->imm >= width))
		return refuse(v, -EINVAL, "invalid shift %d\n", insn->imm);
	return 0;
}

int step_alu(struct verifier *v, const struct bpf_insn *insn)
{
	uint8_t op = BPF_OP(insn->code);
	int err = 0;

	if (op == BPF_MOV)
		return step_move(v, insn);
	if (op == BPF_NEG || op == BPF_END)
		return step_unary(v, insn);
	if (BPF_SRC(insn->code) == BPF_X)
		err = read_reg(v, insn->src_reg);
	if (!err)
		err = read_reg(v, insn->dst_reg);
	if (!err)
		err = check_immediate(v, insn);
	if (!err)
		err = may_write_reg(v, insn->dst_reg);
	return err ? err : compute(v, insn);
}
