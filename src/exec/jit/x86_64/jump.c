/* SPDX-License-Identifier: BSD-2-Clause */
/* Conditional jumps: the comparison and the jump, next to each other so that the processor makes one of them. */
#include "exec/jit/x86_64/x86.h"

static const uint8_t conditions[] = {
	[COND_EQ] = X86_E,
	[COND_NE] = X86_NE,
	[COND_GT] = X86_A,
	[COND_GE] = X86_AE,
	[COND_LT] = X86_B,
	[COND_LE] = X86_BE,
	[COND_SGT] = X86_G,
	[COND_SGE] = X86_GE,
	[COND_SLT] = X86_L,
	[COND_SLE] = X86_LE,
	[COND_SET] = X86_NE,
	[COND_CLEAR] = X86_E,
};

static void test_imm(struct code *code, unsigned width, unsigned a, int64_t imm)
{
	if (imm >= 0 && imm <= 0xff) {
		x86_rr(code, 1, 0xf6, 0, a);
		put8(code, imm);
		return;
	}
	x86_rr(code, imm >= 0 ? 4 : width, 0xf7, 0, a);
	put32(code, imm);
}

static void compare_imm(struct code *code, const struct ir *ir, unsigned a)
{
	bool test = ir->op == COND_SET || ir->op == COND_CLEAR;
	int64_t imm = ir->size == 4 ? (int32_t)ir->imm : ir->imm;

	if (!fits32(imm)) {
		x86_mov_imm(code, SCRATCH, imm);
		x86_rr(code, ir->size, test ? 0x85 : 0x39, SCRATCH, a);
	} else if (test) {
		test_imm(code, ir->size, a, imm);
	} else if (imm == 0) {
		x86_rr(code, ir->size, 0x85, a, a);
	} else {
		x86_ri(code, ir->size, 7, a, imm);
	}
}

void x86_jump(struct lower *lower)
{
	struct code *code = lower->code;
	const struct ir *ir = lower->ir;
	unsigned a = lower->reg[ir->a];
	bool test = ir->op == COND_SET || ir->op == COND_CLEAR;

	if (ir->flags & IR_IMM)
		compare_imm(code, ir, a);
	else
		x86_rr(code, ir->size, test ? 0x85 : 0x39, lower->reg[ir->b], a);
	code_fixup(code, conditions[ir->op], ir->target, 0);
}
