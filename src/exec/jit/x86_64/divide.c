/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Division. The processor divides rdx:rax and traps on a zero divisor and on the smallest number by -1; a program may
 * do both: x / 0 is 0, x % 0 is x, min / -1 is min, min % -1 is 0.
 */
#include "exec/jit/x86_64/x86.h"

#include "exec/jit/reciprocal.h"

static bool is_signed(const struct ir *ir)
{
	return ir->op == ALU_SDIV || ir->op == ALU_SMOD;
}

static bool is_modulo(const struct ir *ir)
{
	return ir->op == ALU_MOD || ir->op == ALU_SMOD;
}

/* The division itself: divisor in SCRATCH, neither 0 nor -1 when signed. rax and rdx are kept unless they are dst. */
static void divide(struct lower *lower, unsigned dst, unsigned a)
{
	struct code *code = lower->code;
	const struct ir *ir = lower->ir;
	bool keep_rax = dst != RAX && lower->live & 1 << 0, keep_rdx = dst != RDX && lower->live & 1 << 3;

	if (keep_rax)
		x86_mov(code, 8, SCRATCH2, RAX);
	if (keep_rdx)
		x86_mov(code, 8, SCRATCH3, RDX);
	if (a != RAX)
		x86_mov(code, ir->size, RAX, a);
	if (is_signed(ir)) {
		x86_opcode(code, ir->size, 0x99, 0, 0, 0, false); /* cdq, cqo */
		x86_rr(code, ir->size, 0xf7, 7, SCRATCH);
	} else {
		x86_rr(code, 4, 0x31, RDX, RDX);
		x86_rr(code, ir->size, 0xf7, 6, SCRATCH);
	}
	unsigned result = is_modulo(ir) ? RDX : RAX;

	if (dst != result)
		x86_mov(code, ir->size, dst, result);
	if (keep_rax)
		x86_mov(code, 8, RAX, SCRATCH2);
	if (keep_rdx)
		x86_mov(code, 8, RDX, SCRATCH3);
}

/* a divided by 0 or, if negate, by -1. */
static void divide_special(struct lower *lower, unsigned dst, unsigned a, bool minus_one)
{
	struct code *code = lower->code;
	const struct ir *ir = lower->ir;

	if (is_modulo(ir) == minus_one) {
		x86_rr(code, 4, 0x31, dst, dst);
		return;
	}
	x86_mov(code, ir->size, dst, a);
	if (minus_one)
		x86_rr(code, ir->size, 0xf7, 3, dst);
}

/* SCRATCH2 = upper half of a * multiplier. a may be SCRATCH. */
static void multiply_high(struct lower *lower, unsigned a, uint64_t multiplier)
{
	struct code *code = lower->code;
	bool keep = lower->live & 1 << 3 || lower->reg[lower->ir->a] == RDX;

	if (a == RDX) {
		x86_mov_imm(code, SCRATCH, (int64_t)multiplier);
		x86_vex_rr(code, 8, 2, 3, 0xf6, SCRATCH2, SCRATCH, SCRATCH); /* mulx, which multiplies by rdx */
		return;
	}
	if (keep)
		x86_mov(code, 8, SCRATCH3, RDX);
	x86_mov_imm(code, RDX, (int64_t)multiplier);
	x86_vex_rr(code, 8, 2, 3, 0xf6, SCRATCH2, SCRATCH, a);
	if (keep)
		x86_mov(code, 8, RDX, SCRATCH3);
}

static void shift_right(struct code *code, unsigned width, unsigned reg, unsigned count)
{
	if (!count)
		return;
	x86_rr(code, width, 0xc1, 5, reg);
	put8(code, count);
}

/* SCRATCH2 = a / divisor. 32 bits fit a product of 64 bits, so no high half is needed there, unless add is. */
static void quotient32(struct lower *lower, unsigned a, uint32_t divisor)
{
	struct reciprocal reciprocal = reciprocal_of(divisor, 32);
	struct code *code = lower->code;

	x86_mov(code, 4, SCRATCH, a);
	if (reciprocal.add) { /* 2^64 / divisor, rounded up, is exact enough for 32 bits */
		multiply_high(lower, SCRATCH, UINT64_MAX / divisor + 1);
		return;
	}
	shift_right(code, 4, SCRATCH, reciprocal.before);
	x86_mov_imm(code, SCRATCH2, (int64_t)reciprocal.multiplier);
	x86_rr(code, 8, 0x0faf, SCRATCH2, SCRATCH);
	shift_right(code, 8, SCRATCH2, 32 + reciprocal.after);
}

static void quotient64(struct lower *lower, unsigned a, uint64_t divisor)
{
	struct reciprocal reciprocal = reciprocal_of(divisor, 64);
	struct code *code = lower->code;

	if (reciprocal.before) {
		x86_mov(code, 8, SCRATCH, a);
		shift_right(code, 8, SCRATCH, reciprocal.before);
		multiply_high(lower, SCRATCH, reciprocal.multiplier);
	} else {
		multiply_high(lower, a, reciprocal.multiplier);
	}
	if (reciprocal.add) {
		x86_mov(code, 8, SCRATCH, a);
		x86_rr(code, 8, 0x29, SCRATCH2, SCRATCH);
		shift_right(code, 8, SCRATCH, 1);
		x86_rr(code, 8, 0x01, SCRATCH, SCRATCH2);
	}
	shift_right(code, 8, SCRATCH2, reciprocal.after);
}

static void divide_by_constant(struct lower *lower, unsigned dst, unsigned a, uint64_t divisor)
{
	struct code *code = lower->code;
	const struct ir *ir = lower->ir;

	if (ir->size == 4)
		quotient32(lower, a, (uint32_t)divisor);
	else
		quotient64(lower, a, divisor);
	if (!is_modulo(ir)) {
		x86_mov(code, ir->size, dst, SCRATCH2);
		return;
	}
	x86_rr(code, ir->size, fits8((int32_t)divisor) ? 0x6b : 0x69, SCRATCH2, SCRATCH2);
	x86_immediate(code, fits8((int32_t)divisor) ? 1 : 4, (int32_t)divisor);
	if (dst != a)
		x86_mov(code, ir->size, dst, a);
	x86_rr(code, ir->size, 0x29, SCRATCH2, dst);
}

static void divide_by_power(struct lower *lower, unsigned dst, unsigned a, uint64_t divisor)
{
	struct code *code = lower->code;
	const struct ir *ir = lower->ir;

	x86_mov(code, ir->size, dst, a);
	if (is_modulo(ir))
		x86_ri(code, 4, 4, dst, (int32_t)(divisor - 1));
	else
		shift_right(code, ir->size, dst, __builtin_ctzll(divisor));
}

static void divide_imm(struct lower *lower, unsigned dst, unsigned a)
{
	const struct ir *ir = lower->ir;
	int64_t imm = ir->size == 4 ? (int32_t)ir->imm : ir->imm;
	uint64_t divisor = ir->size == 4 ? (uint32_t)imm : (uint64_t)imm;

	if (imm == 0 || (imm == -1 && is_signed(ir))) {
		divide_special(lower, dst, a, imm == -1);
	} else if (!is_signed(ir) && divisor <= 1u << 31 && !(divisor & (divisor - 1))) {
		divide_by_power(lower, dst, a, divisor);
	} else if (!is_signed(ir) && divisor <= INT32_MAX && lower->features & TARGET_BMI2) {
		divide_by_constant(lower, dst, a, divisor);
	} else {
		x86_mov_imm(lower->code, SCRATCH, imm);
		divide(lower, dst, a);
	}
}

void x86_divide(struct lower *lower)
{
	struct code *code = lower->code;
	const struct ir *ir = lower->ir;
	unsigned dst = lower->reg[ir->dst], a = lower->reg[ir->a];

	if (ir->flags & IR_IMM) {
		divide_imm(lower, dst, a);
		return;
	}
	x86_mov(code, ir->size, SCRATCH, lower->reg[ir->b]);
	x86_rr(code, ir->size, 0x85, SCRATCH, SCRATCH);
	uint32_t zero = x86_skip(code, X86_E), minus_one = 0, end_minus_one = 0;

	if (is_signed(ir)) {
		x86_ri(code, ir->size, 7, SCRATCH, -1);
		minus_one = x86_skip(code, X86_E);
	}
	divide(lower, dst, a);
	uint32_t end = x86_skip_always(code);

	if (minus_one) {
		x86_skip_end(code, minus_one);
		divide_special(lower, dst, a, true);
		end_minus_one = x86_skip_always(code);
	}
	x86_skip_end(code, zero);
	divide_special(lower, dst, a, false);
	x86_skip_end(code, end);
	if (end_minus_one)
		x86_skip_end(code, end_minus_one);
}
