/* SPDX-License-Identifier: BSD-2-Clause */
/* Patterns of arithmetic: constants, copies, rotates, extensions, byte swaps. */
#include "exec/jit/values.h"

static bool is_commutative(uint16_t op)
{
	return op == ALU_ADD || op == ALU_AND || op == ALU_OR || op == ALU_XOR || op == ALU_MUL;
}

/* Whether the instruction looks at no more than the lower half of its operands. */
static bool reads_low(const struct ir *ir)
{
	return ir->size <= 4;
}

/* The original instead of a copy, so that the copy may go. */
static uint8_t original(struct region *region, uint8_t reg, bool low)
{
	uint32_t def = region->reg[reg].def;
	const struct ir *move = value_source(region, def, IR_MOV);

	if (!move || move->flags & IR_IMM || move->dst != reg)
		return reg;
	if (region->reg[move->b].value == region->reg[reg].value ||
		(low && region->reg[move->b].low == region->reg[reg].low)) {
		value_read(region, move->b);
		return move->b;
	}
	return reg;
}

static void fold_copies(struct region *region, struct ir *ir)
{
	bool low = reads_low(ir);

	switch (ir->kind) {
	case IR_ALU:
		ir->a = original(region, ir->a, low);
		if (!(ir->flags & IR_IMM) && ir->op != ALU_NEG)
			ir->b = original(region, ir->b, low);
		break;
	case IR_JUMP:
		ir->a = original(region, ir->a, low);
		if (!(ir->flags & IR_IMM))
			ir->b = original(region, ir->b, low);
		break;
	case IR_MOV:
		if (!(ir->flags & IR_IMM))
			ir->b = original(region, ir->b, low);
		break;
	case IR_LOAD:
		ir->a = original(region, ir->a, ir->flags & IR_ARENA);
		break;
	case IR_STORE:
		ir->a = original(region, ir->a, ir->flags & IR_ARENA);
		if (!(ir->flags & IR_IMM))
			ir->b = original(region, ir->b, low);
		break;
	case IR_ZERO_EXTEND:
	case IR_SWAP:
		ir->a = original(region, ir->a, low);
		break;
	case IR_SIGN_EXTEND:
		ir->a = original(region, ir->a, true);
		break;
	}
}

static void set_constant(struct ir *ir, int64_t constant)
{
	if (ir->kind == IR_ALU && ir->op >= ALU_LSH && ir->op <= ALU_ROL)
		constant &= ir->size * 8 - 1;
	ir->flags |= IR_IMM;
	ir->imm = constant;
}

/* Register operands that are known to be constants become immediates. */
static void fold_constants(struct region *region, struct ir *ir)
{
	int64_t constant;

	if ((ir->kind != IR_ALU && ir->kind != IR_JUMP && ir->kind != IR_STORE && ir->kind != IR_MOV) ||
		ir->flags & (IR_IMM | IR_MEMORY) || (ir->kind == IR_ALU && ir->op == ALU_NEG))
		return;
	if (value_constant(region, region->reg[ir->b].value, &constant)) {
		if (ir->size <= 4)
			constant = (int32_t)constant;
		if (constant == (int32_t)constant)
			set_constant(ir, constant);
		return;
	}
	if (ir->kind != IR_ALU || !is_commutative(ir->op) ||
		!value_constant(region, region->reg[ir->a].value, &constant))
		return;
	if (ir->size == 4)
		constant = (int32_t)constant;
	if (constant != (int32_t)constant)
		return;
	ir->a = ir->b;
	set_constant(ir, constant);
}

/* A sum of constants: addresses of globals and their fields. */
static void fold_sum(struct region *region, struct ir *ir)
{
	int64_t constant;

	if (ir->kind != IR_ALU || ir->op != ALU_ADD || ir->size != 8 || !(ir->flags & IR_IMM) ||
		!value_constant(region, region->reg[ir->a].value, &constant))
		return;
	ir->kind = IR_MOV;
	ir->imm = (int64_t)((uint64_t)constant + (uint64_t)ir->imm);
}

/* A long constant that a register already holds: the address of a map, again. */
static void fold_repeated(struct region *region, struct ir *ir)
{
	int64_t constant;

	if (ir->kind != IR_MOV || !(ir->flags & IR_IMM) || ir->imm == (int32_t)ir->imm)
		return;
	for (uint8_t reg = 0; reg < REGISTERS; reg++) {
		if (!value_constant(region, region->reg[reg].value, &constant) || constant != ir->imm)
			continue;
		ir->flags &= ~IR_IMM;
		ir->size = 8;
		ir->b = reg;
		value_read(region, reg);
		return;
	}
}

void fold_operands(struct region *region, uint32_t i)
{
	struct ir *ir = &region->ir[i];

	fold_repeated(region, ir);
	fold_copies(region, ir);
	fold_constants(region, ir);
	fold_sum(region, ir);
}

/* A register that holds the operand that instruction def had; made to hold it again if need be. NO_REG: none. */
static uint8_t first_operand(struct region *region, uint8_t reg, uint8_t other, uint32_t def, bool low)
{
	const struct note *note = value_note(region, def);
	uint32_t value = low ? note->a.low : note->a.value;
	uint8_t found = value_register(region, value, low, reg);

	if (found != NO_REG) {
		value_read(region, found);
		return found;
	}
	if (value_restore(region, reg, value, low))
		return reg;
	if (other != NO_REG && value_restore(region, other, value, low))
		return other;
	return NO_REG;
}

static const struct ir *shift_by_constant(const struct region *region, uint32_t value)
{
	const struct ir *ir = value_source(region, value, IR_ALU);

	if (!ir || !(ir->flags & IR_IMM) || (ir->op != ALU_LSH && ir->op != ALU_RSH))
		return NULL;
	return ir;
}

/* x << n | x >> (width - n). */
static void fold_rotate(struct region *region, struct ir *ir)
{
	uint32_t left_value = region->reg[ir->a].value, right_value = region->reg[ir->b].value;
	const struct ir *left = shift_by_constant(region, left_value);
	const struct ir *right = shift_by_constant(region, right_value);

	if (!left || !right || left->op == right->op || left->size != right->size || left->size > ir->size ||
		left->imm + right->imm != left->size * 8)
		return;
	const struct note *left_note = value_note(region, left_value), *right_note = value_note(region, right_value);
	bool low = left->size == 4;
	uint8_t size = left->size, count = left->op == ALU_LSH ? left->imm : right->imm;

	if (low ? left_note->a.low != right_note->a.low : left_note->a.value != right_note->a.value)
		return;
	uint8_t reg = first_operand(region, ir->a, ir->b, left_value, low);

	if (reg == NO_REG)
		return;
	ir->op = ALU_ROL;
	ir->size = size;
	ir->flags |= IR_IMM;
	ir->a = reg;
	ir->imm = count;
}

/* x << n >> n is an extension when 8, 16 or 32 bits are left. */
static void fold_extension(struct region *region, struct ir *ir)
{
	uint32_t value = region->reg[ir->a].value;
	const struct ir *left = shift_by_constant(region, value);
	unsigned bits = ir->size * 8 - ir->imm;
	bool sign = ir->op == ALU_ARSH;

	if (!left || left->op != ALU_LSH || left->size != ir->size || left->imm != ir->imm ||
		(bits != 8 && bits != 16 && bits != 32) || bits == ir->size * 8u)
		return;
	uint8_t reg = first_operand(region, ir->a, NO_REG, value, true);

	if (reg == NO_REG)
		return;
	ir->a = reg;
	ir->flags &= ~IR_IMM;
	if (sign) {
		ir->kind = IR_SIGN_EXTEND;
		ir->op = bits / 8;
	} else {
		ir->kind = IR_ZERO_EXTEND;
		ir->size = bits / 8;
	}
}

/* A swap of what was loaded is a load of swapped bytes. */
static void fold_swapped_load(struct region *region, struct ir *ir)
{
	uint32_t def;

	if (!value_is_single(region, ir->a, &def))
		return;
	struct ir *load = &region->ir[def];

	if (load->kind != IR_LOAD || load->size != ir->size || load->flags & (IR_SIGNED | IR_SWAPPED))
		return;
	load->flags |= IR_SWAPPED;
	value_note(region, def)->bytes.base = NO_BYTES;
	ir->kind = IR_MOV;
	ir->size = 8;
	ir->b = ir->a;
}

static void fold_zero_extension(struct region *region, struct ir *ir)
{
	uint8_t from = ir->kind == IR_MOV ? ir->b : ir->a;

	if (!region->reg[from].zero_extended)
		return;
	ir->kind = IR_MOV;
	ir->size = 8;
	ir->b = from;
}

/* "x &= mask; if x == 0" is one test when nobody wants x. */
static void fold_test(struct region *region, struct ir *ir)
{
	uint32_t def;

	if ((ir->op != COND_EQ && ir->op != COND_NE) || !(ir->flags & IR_IMM) || ir->imm ||
		!value_is_single(region, ir->a, &def))
		return;
	const struct ir *mask = value_source(region, def, IR_ALU);

	if (!mask || mask->op != ALU_AND || !(mask->flags & IR_IMM))
		return;
	uint8_t size = mask->size < ir->size ? mask->size : ir->size;
	int64_t imm = mask->imm;
	uint8_t reg = first_operand(region, ir->a, NO_REG, def, size == 4);

	if (reg == NO_REG)
		return;
	ir->op = ir->op == COND_EQ ? COND_CLEAR : COND_SET;
	ir->size = size;
	ir->a = reg;
	ir->imm = size == 4 ? (int32_t)imm : imm;
}

void fold_arithmetic(struct region *region, uint32_t i)
{
	struct ir *ir = &region->ir[i];

	switch (ir->kind) {
	case IR_ALU:
		if (ir->op == ALU_OR && !(ir->flags & (IR_IMM | IR_MEMORY)))
			fold_rotate(region, ir);
		else if ((ir->op == ALU_RSH || ir->op == ALU_ARSH) && ir->flags & IR_IMM)
			fold_extension(region, ir);
		break;
	case IR_JUMP:
		fold_test(region, ir);
		break;
	case IR_SWAP:
		fold_swapped_load(region, ir);
		break;
	case IR_MOV:
		if (ir->size == 4 && !(ir->flags & IR_IMM))
			fold_zero_extension(region, ir);
		break;
	case IR_ZERO_EXTEND:
		if (ir->size == 4)
			fold_zero_extension(region, ir);
		break;
	}
}
