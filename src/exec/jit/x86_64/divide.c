/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Division. The processor divides rdx:rax and traps on a zero divisor and on the smallest number by -1; a program may
 * do both: x / 0 is 0, x % 0 is x, min / -1 is min, min % -1 is 0.
 */
#include "exec/jit/x86_64/x86.h"

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

static void divide_imm(struct lower *lower, unsigned dst, unsigned a)
{
	const struct ir *ir = lower->ir;
	int64_t imm = ir->size == 4 ? (int32_t)ir->imm : ir->imm;

	if (imm == 0 || (imm == -1 && is_signed(ir))) {
		divide_special(lower, dst, a, imm == -1);
		return;
	}
	x86_mov_imm(lower->code, SCRATCH, imm);
	divide(lower, dst, a);
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
