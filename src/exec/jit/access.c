/* SPDX-License-Identifier: BSD-2-Clause */
/* Patterns of memory: addresses, loads as operands, bytes that are put together. */
#include "exec/jit/values.h"

/* base + constant. */
static bool fold_displacement(struct region *region, struct ir *ir, const struct ir *sum, uint32_t def)
{
	int64_t disp = (int64_t)ir->disp + sum->imm;
	const struct note *note = value_note(region, def);
	uint8_t base = value_register(region, note->a.value, false, ir->a);

	if (disp != (int32_t)disp)
		return false;
	if (base != NO_REG)
		value_read(region, base);
	else if (value_restore(region, ir->a, note->a.value, false))
		base = ir->a;
	else
		return false;
	ir->a = base;
	ir->disp = (int32_t)disp;
	return true;
}

/* The index may have been shifted by as much as an address does by itself. */
static void fold_scale(struct region *region, struct ir *ir)
{
	uint32_t def;

	if (!value_is_single(region, ir->index, &def))
		return;
	const struct ir *shift = value_source(region, def, IR_ALU);

	if (!shift || shift->op != ALU_LSH || shift->size != 8 || !(shift->flags & IR_IMM) || shift->imm > 3)
		return;
	uint8_t scale = shift->imm;
	uint32_t value = value_note(region, def)->a.value;
	uint8_t index = value_register(region, value, false, ir->index);

	if (index != NO_REG)
		value_read(region, index);
	else if (value_restore(region, ir->index, value, false))
		index = ir->index;
	else
		return;
	ir->index = index;
	ir->scale = scale;
}

/* base + index: one of the two was overwritten by the sum, the other must still be there. */
static bool fold_index(struct region *region, struct ir *ir, uint32_t def)
{
	const struct note *note = value_note(region, def);
	uint32_t left = note->a.value, right = note->b.value;
	uint8_t base, index;

	base = value_register(region, left, false, NO_REG);
	index = value_register(region, right, false, NO_REG);
	if (base == NO_REG && index != NO_REG && index != ir->a && value_restore(region, ir->a, left, false))
		base = ir->a;
	else if (index == NO_REG && base != NO_REG && base != ir->a && value_restore(region, ir->a, right, false))
		index = ir->a;
	if (base == NO_REG || index == NO_REG)
		return false;
	value_read(region, base);
	value_read(region, index);
	ir->a = base;
	ir->index = index;
	ir->scale = 0;
	return true;
}

static void fold_address(struct region *region, struct ir *ir)
{
	uint32_t def;

	if (ir->kind == IR_STORE && !(ir->flags & IR_IMM) && ir->b == ir->a) /* read as a value, too */
		return;
	for (int step = 0; step < 3 && value_is_single(region, ir->a, &def); step++) {
		const struct ir *sum = value_source(region, def, IR_ALU);

		if (!sum || sum->op != ALU_ADD || sum->size != 8 || sum->flags & IR_MEMORY)
			break;
		if (sum->flags & IR_IMM) {
			if (!fold_displacement(region, ir, sum, def))
				break;
			continue;
		}
		if (ir->index != NO_INDEX || !fold_index(region, ir, def))
			break;
		fold_scale(region, ir);
		if (ir->scale == 0) { /* the other one, perhaps */
			uint8_t base = ir->a;

			ir->a = ir->index;
			ir->index = base;
			fold_scale(region, ir);
		}
	}
}

/* A load that this instruction alone reads becomes its operand, if nothing was stored since. */
static void fold_operand_load(struct region *region, struct ir *ir)
{
	uint32_t def;

	if (ir->flags & (IR_IMM | IR_MEMORY) || ir->a == ir->b || ir->op > ALU_MUL ||
		!value_is_single(region, ir->b, &def))
		return;
	const struct ir *load = value_source(region, def, IR_LOAD);
	const struct note *note = value_note(region, def);

	if (!load || load->size != ir->size || load->flags & (IR_SIGNED | IR_SWAPPED | IR_PROBE | IR_ARENA) ||
		note->epoch != region->epoch)
		return;
	struct ir operand = *load;
	uint8_t base = value_register(region, note->a.value, false, operand.a), index = NO_INDEX;

	if (operand.index != NO_INDEX) {
		index = value_register(region, note->index.value, false, operand.index);
		if (index == NO_REG)
			return;
	}
	if (ir->dst != ir->a && ((base == NO_REG ? ir->b : base) == ir->dst || index == ir->dst))
		return; /* the destination is written before the operand is read */
	if (base == NO_REG) {
		if (index == ir->b || !value_restore(region, ir->b, note->a.value, false))
			return;
		base = ir->b;
	} else {
		value_read(region, base);
	}
	if (index != NO_INDEX)
		value_read(region, index);
	ir->flags |= IR_MEMORY;
	ir->b = base;
	ir->index = index;
	ir->scale = operand.scale;
	ir->disp = operand.disp;
}

/* A swap before a store is a store of swapped bytes. */
static void fold_swapped_store(struct region *region, struct ir *ir)
{
	uint32_t def;

	if (ir->flags & (IR_IMM | IR_SWAPPED) || ir->size < 2 || !value_is_single(region, ir->b, &def))
		return;
	const struct ir *swap = value_source(region, def, IR_SWAP);

	if (!swap || swap->size != ir->size)
		return;
	bool low = ir->size <= 4;
	uint32_t value = low ? value_note(region, def)->a.low : value_note(region, def)->a.value;
	uint8_t reg = value_register(region, value, low, ir->b);

	if (reg != NO_REG)
		value_read(region, reg);
	else if (ir->a != ir->b && ir->index != ir->b && value_restore(region, ir->b, value, low))
		reg = ir->b;
	else
		return;
	ir->b = reg;
	ir->flags |= IR_SWAPPED;
}

void fold_access(struct region *region, uint32_t i)
{
	struct ir *ir = &region->ir[i];

	switch (ir->kind) {
	case IR_LOAD:
		if (!(ir->flags & (IR_ARENA | IR_PROBE)))
			fold_address(region, ir);
		break;
	case IR_STORE:
		if (!(ir->flags & (IR_ARENA | IR_PROBE)))
			fold_address(region, ir);
		fold_swapped_store(region, ir);
		break;
	case IR_ALU:
		fold_operand_load(region, ir);
		break;
	}
}

static void bytes_of_load(const struct ir *ir, const struct note *note, struct assembled *bytes)
{
	if (ir->flags & (IR_SIGNED | IR_SWAPPED | IR_PROBE | IR_ARENA) || ir->index != NO_INDEX || ir->size > 4)
		return;
	bytes->base = note->a.value;
	bytes->disp = ir->disp;
	bytes->epoch = note->epoch;
	for (int k = 0; k < 8; k++)
		bytes->at[k] = k < ir->size ? k : -1;
}

static const struct assembled *bytes_of(const struct region *region, uint32_t value)
{
	if (!value_is_local(region, value) || value_note(region, value)->bytes.base == NO_BYTES)
		return NULL;
	return &value_note(region, value)->bytes;
}

static void bytes_of_shift(const struct assembled *from, const struct ir *ir, struct assembled *bytes)
{
	int by = (int)ir->imm / 8;

	if (!from || ir->imm % 8)
		return;
	*bytes = *from;
	for (int k = 0; k < 8; k++)
		bytes->at[k] = k >= by && k < ir->size ? from->at[k - by] : -1;
}

static void bytes_of_or(const struct assembled *left, const struct assembled *right, struct assembled *bytes)
{
	struct assembled result;

	if (!left || !right || left->base != right->base || left->epoch != right->epoch)
		return;
	int64_t shift = (int64_t)right->disp - left->disp;

	if (shift < -8 || shift > 8)
		return;
	result = *left;
	for (int k = 0; k < 8; k++) {
		if (right->at[k] < 0)
			continue;
		if (result.at[k] >= 0)
			return;
		result.at[k] = (int8_t)(right->at[k] + shift);
		if (result.at[k] >= 0)
			continue;
		/* Bytes before what was byte 0: it moves. */
		int down = -result.at[k];

		for (int j = 0; j < 8; j++)
			if (j == k || result.at[j] >= 0)
				result.at[j] += down;
		result.disp -= down;
		shift += down;
	}
	*bytes = result;
}

/* Bytes in a row, lowest first or last: how many, or 0; *first is the one at the lowest address. */
static int bytes_in_a_row(const struct assembled *bytes, bool *ret_swapped, int *ret_first)
{
	int n = 0, step;

	while (n < 8 && bytes->at[n] >= 0)
		n++;
	for (int k = n; k < 8; k++)
		if (bytes->at[k] >= 0)
			return 0;
	if (n != 2 && n != 4 && n != 8)
		return 0;
	step = bytes->at[1] - bytes->at[0];
	if (step != 1 && step != -1)
		return 0;
	for (int k = 1; k < n; k++)
		if (bytes->at[k] - bytes->at[k - 1] != step)
			return 0;
	*ret_swapped = step < 0;
	*ret_first = bytes->at[step < 0 ? n - 1 : 0];
	return n;
}

static bool load_at_once(struct region *region, struct ir *ir, const struct assembled *bytes)
{
	bool swapped;
	int first, n = bytes_in_a_row(bytes, &swapped, &first);
	uint8_t base;

	if (!n || bytes->epoch != region->epoch || n > ir->size)
		return false;
	base = value_register(region, bytes->base, false, NO_REG);
	if (base != NO_REG)
		value_read(region, base);
	else if (value_restore(region, ir->b, bytes->base, false))
		base = ir->b;
	else if (value_restore(region, ir->a, bytes->base, false))
		base = ir->a;
	else
		return false;
	ir->kind = IR_LOAD;
	ir->flags = (ir->flags & IR_TARGET) | (swapped ? IR_SWAPPED : 0);
	ir->size = n;
	ir->a = base;
	ir->index = NO_INDEX;
	ir->disp = bytes->disp + first;
	return true;
}

bool assemble_bytes(struct region *region, uint32_t i)
{
	struct ir *ir = &region->ir[i];
	struct note *note = value_note(region, i);

	note->bytes.base = NO_BYTES;
	if (ir->kind == IR_LOAD)
		bytes_of_load(ir, note, &note->bytes);
	if (ir->kind != IR_ALU || ir->flags & IR_MEMORY)
		return false;
	if (ir->op == ALU_LSH && ir->flags & IR_IMM) {
		bytes_of_shift(bytes_of(region, note->a.value), ir, &note->bytes);
	} else if (ir->op == ALU_OR && !(ir->flags & IR_IMM)) {
		bytes_of_or(bytes_of(region, note->a.value), bytes_of(region, note->b.value), &note->bytes);
		if (note->bytes.base != NO_BYTES)
			return load_at_once(region, ir, &note->bytes);
	}
	return false;
}
