/* SPDX-License-Identifier: BSD-2-Clause */
/* Arithmetic but division: dst = a op b in as few instructions as the operands allow. */
#include "exec/jit/x86_64/x86.h"

/* The /digit of group 1; the opcode of r/m op= reg is digit * 8 + 1, of reg op= r/m digit * 8 + 3. */
static const uint8_t group1[] = {
	[ALU_ADD] = 0,
	[ALU_OR] = 1,
	[ALU_AND] = 4,
	[ALU_SUB] = 5,
	[ALU_XOR] = 6,
};

static void move(struct code *code, unsigned width, unsigned dst, unsigned src)
{
	if (dst != src)
		x86_mov(code, width, dst, src);
}

static void lea(struct code *code, unsigned width, unsigned dst, struct x86_mem mem)
{
	x86_rm(code, width, 0x8d, dst, mem);
}

static void and_imm(struct code *code, unsigned width, unsigned dst, unsigned a, int64_t imm)
{
	if (imm == 0xff || imm == 0xffff) {
		x86_opcode(code, 4, imm == 0xff ? 0x0fb6 : 0x0fb7, dst, 0, a, imm == 0xff && a >= RSP);
		put8(code, 0xc0 | (dst & 7) << 3 | (a & 7));
		return;
	}
	if (imm >= 0) /* the upper half is cleared either way */
		width = 4;
	move(code, width, dst, a);
	x86_ri(code, width, 4, dst, imm);
}

static void arithmetic_imm(struct code *code, const struct ir *ir, unsigned dst, unsigned a)
{
	int64_t imm = ir->size == 4 ? (int32_t)ir->imm : ir->imm;

	if (!fits32(imm)) {
		x86_mov_imm(code, SCRATCH, imm);
		move(code, ir->size, dst, a);
		x86_rr(code, ir->size, group1[ir->op] * 8 + 1, SCRATCH, dst);
	} else if (ir->op == ALU_AND) {
		and_imm(code, ir->size, dst, a, imm);
	} else if (dst != a && ir->op == ALU_ADD) {
		lea(code, ir->size, dst, x86_at(a, imm));
	} else if (dst != a && ir->op == ALU_SUB && imm != INT32_MIN) {
		lea(code, ir->size, dst, x86_at(a, -imm));
	} else {
		move(code, ir->size, dst, a);
		if (imm == 0 && ir->size == 4)
			x86_mov(code, 4, dst, dst);
		else if (imm == 128 && (ir->op == ALU_ADD || ir->op == ALU_SUB)) /* -128 fits a byte */
			x86_ri(code, ir->size, ir->op == ALU_ADD ? 5 : 0, dst, -128);
		else if (imm)
			x86_ri(code, ir->size, group1[ir->op], dst, imm);
		else if (ir->size == 8 && ir->op == ALU_AND)
			x86_mov_imm(code, dst, 0);
	}
}

static void arithmetic(struct lower *lower, unsigned dst, unsigned a)
{
	struct code *code = lower->code;
	const struct ir *ir = lower->ir;
	unsigned opcode = group1[ir->op] * 8 + 1, b;

	if (ir->flags & IR_IMM) {
		arithmetic_imm(code, ir, dst, a);
		return;
	}
	if (ir->flags & IR_MEMORY) {
		struct x86_mem mem = x86_address(lower, ir->b);

		move(code, ir->size, dst, a);
		x86_rm(code, ir->size, opcode + 2, dst, mem);
		return;
	}
	b = lower->reg[ir->b];
	if (dst == a) {
		x86_rr(code, ir->size, opcode, b, dst);
	} else if (dst == b && ir->op == ALU_SUB) {
		x86_rr(code, ir->size, 0xf7, 3, dst);
		x86_rr(code, ir->size, 0x01, a, dst);
	} else if (dst == b) {
		x86_rr(code, ir->size, opcode, a, dst);
	} else if (ir->op == ALU_ADD) {
		lea(code, ir->size, dst, (struct x86_mem){ .base = a, .index = b });
	} else {
		move(code, ir->size, dst, a);
		x86_rr(code, ir->size, opcode, b, dst);
	}
}

static void multiply(struct lower *lower, unsigned dst, unsigned a)
{
	struct code *code = lower->code;
	const struct ir *ir = lower->ir;
	int64_t imm = ir->size == 4 ? (int32_t)ir->imm : ir->imm;
	unsigned b = lower->reg[ir->b];

	if (ir->flags & IR_IMM) {
		if (!fits32(imm)) {
			x86_mov_imm(code, SCRATCH, imm);
			move(code, ir->size, dst, a);
			x86_rr(code, ir->size, 0x0faf, dst, SCRATCH);
		} else if (imm == 3 || imm == 5 || imm == 9) {
			uint8_t scale = imm == 3 ? 1 : imm == 5 ? 2 : 3;

			lea(code, ir->size, dst, (struct x86_mem){ .base = a, .index = a, .scale = scale });
		} else if (imm > 0 && !(imm & (imm - 1))) {
			x86_mov(code, ir->size, dst, a);
			if (imm > 1) {
				x86_rr(code, ir->size, 0xc1, 4, dst);
				put8(code, __builtin_ctzll(imm));
			}
		} else {
			x86_rr(code, ir->size, fits8(imm) ? 0x6b : 0x69, dst, a);
			x86_immediate(code, fits8(imm) ? 1 : 4, imm);
		}
	} else if (ir->flags & IR_MEMORY) {
		struct x86_mem mem = x86_address(lower, ir->b);

		move(code, ir->size, dst, a);
		x86_rm(code, ir->size, 0x0faf, dst, mem);
	} else if (dst == b) {
		x86_rr(code, ir->size, 0x0faf, dst, a);
	} else {
		move(code, ir->size, dst, a);
		x86_rr(code, ir->size, 0x0faf, dst, b);
	}
}

/* The /digit of group 2. */
static const uint8_t group2[] = {
	[ALU_LSH] = 4,
	[ALU_RSH] = 5,
	[ALU_ARSH] = 7,
	[ALU_ROL] = 0,
};

static void shift_imm(struct lower *lower, unsigned dst, unsigned a)
{
	struct code *code = lower->code;
	const struct ir *ir = lower->ir;
	unsigned count = ir->imm & (ir->size * 8 - 1);

	if (ir->op == ALU_ROL && dst != a && lower->features & TARGET_BMI2) {
		x86_vex_rr(code, ir->size, 3, 3, 0xf0, dst, 0, a); /* rorx */
		put8(code, (ir->size * 8 - count) & (ir->size * 8 - 1));
		return;
	}
	if (dst != a || (count == 0 && ir->size == 4))
		x86_mov(code, ir->size, dst, a);
	if (count == 1 && ir->op == ALU_LSH) {
		x86_rr(code, ir->size, 0x01, dst, dst);
	} else if (count) {
		x86_rr(code, ir->size, 0xc1, group2[ir->op], dst);
		put8(code, count);
	}
}

/* The count is in cl, so rcx, which is r4, has to make room. */
static void shift_by_cl(struct lower *lower, unsigned dst, unsigned a, unsigned b)
{
	struct code *code = lower->code;
	const struct ir *ir = lower->ir;

	if (b == RCX && dst != RCX) {
		move(code, ir->size, dst, a);
		x86_rr(code, ir->size, 0xd3, group2[ir->op], dst);
		return;
	}
	x86_mov(code, ir->size, SCRATCH2, a);
	if (b != RCX) {
		if (dst != RCX)
			x86_mov(code, 8, SCRATCH, RCX);
		x86_mov(code, 4, RCX, b);
	}
	x86_rr(code, ir->size, 0xd3, group2[ir->op], SCRATCH2);
	x86_mov(code, ir->size, dst, SCRATCH2);
	if (b != RCX && dst != RCX)
		x86_mov(code, 8, RCX, SCRATCH);
}

static void shift(struct lower *lower, unsigned dst, unsigned a)
{
	static const uint8_t prefix[] = { [ALU_LSH] = 1, [ALU_RSH] = 3, [ALU_ARSH] = 2 };
	const struct ir *ir = lower->ir;
	unsigned b = lower->reg[ir->b];

	if (ir->flags & IR_IMM)
		shift_imm(lower, dst, a);
	else if (lower->features & TARGET_BMI2 && ir->op != ALU_ROL)
		x86_vex_rr(lower->code, ir->size, 2, prefix[ir->op], 0xf7, dst, b, a);
	else
		shift_by_cl(lower, dst, a, b);
}

void x86_alu(struct lower *lower)
{
	const struct ir *ir = lower->ir;
	unsigned dst = lower->reg[ir->dst], a = lower->reg[ir->a];

	switch ((enum ir_alu)ir->op) {
	case ALU_ADD:
	case ALU_SUB:
	case ALU_AND:
	case ALU_OR:
	case ALU_XOR:
		arithmetic(lower, dst, a);
		break;
	case ALU_MUL:
		multiply(lower, dst, a);
		break;
	case ALU_LSH:
	case ALU_RSH:
	case ALU_ARSH:
	case ALU_ROL:
		shift(lower, dst, a);
		break;
	case ALU_NEG:
		move(lower->code, ir->size, dst, a);
		x86_rr(lower->code, ir->size, 0xf7, 3, dst);
		break;
	case ALU_DIV:
	case ALU_MOD:
	case ALU_SDIV:
	case ALU_SMOD:
		x86_divide(lower);
		break;
	}
}
