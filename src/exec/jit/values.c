/* SPDX-License-Identifier: BSD-2-Clause */
#include "exec/jit/values.h"

#include <errno.h>
#include <stdlib.h>

#define NONE UINT32_MAX

const struct ir *value_source(const struct region *region, uint32_t value, enum ir_kind kind)
{
	if (!value_is_local(region, value) || region->ir[value].kind != kind)
		return NULL;
	return &region->ir[value];
}

bool value_constant(const struct region *region, uint32_t value, int64_t *ret_constant)
{
	const struct ir *move = value_source(region, value, IR_MOV);

	if (!move || !(move->flags & IR_IMM))
		return false;
	*ret_constant = move->size == 4 ? (int64_t)(uint32_t)move->imm : move->imm;
	return true;
}

static bool holds(const struct region *region, uint8_t reg, uint32_t value, bool low)
{
	return low ? region->reg[reg].low == value : region->reg[reg].value == value;
}

uint8_t value_register(const struct region *region, uint32_t value, bool low, uint8_t wanted)
{
	if (wanted < REGISTERS && holds(region, wanted, value, low))
		return wanted;
	for (uint8_t reg = 0; reg < REGISTERS; reg++)
		if (holds(region, reg, value, low))
			return reg;
	return NO_REG;
}

/* Whether it does nothing but compute its destination. */
static bool is_pure(const struct ir *ir)
{
	switch (ir->kind) {
	case IR_MOV:
	case IR_ALU:
	case IR_ZERO_EXTEND:
	case IR_SIGN_EXTEND:
	case IR_SWAP:
	case IR_LOAD:
	case IR_FUNC:
	case IR_CAST_USER:
		return true;
	default:
		return false;
	}
}

static void unread(struct region *region, uint32_t def)
{
	if (value_is_local(region, def) && value_note(region, def)->uses)
		value_note(region, def)->uses--;
}

/* Takes instruction i out: what it read is read once less. */
static void take_out(struct region *region, uint32_t i)
{
	struct ir *ir = &region->ir[i];
	const struct note *note = value_note(region, i);
	uint16_t reads = ir_reads(ir);

	if (reads & 1 << (ir->a & 15)) {
		unread(region, note->a.def);
		reads &= ~(1 << (ir->a & 15));
	}
	if (reads & 1 << (ir->b & 15)) {
		unread(region, note->b.def);
		reads &= ~(1 << (ir->b & 15));
	}
	if (reads)
		unread(region, note->index.def);
	ir->kind = IR_NOP;
}

#define RESTORE_DEPTH 4

bool value_restore(struct region *region, uint8_t reg, uint32_t value, bool low)
{
	uint32_t removed[RESTORE_DEPTH], n = 0, def = region->reg[reg].def;
	const struct holding *before;

	do {
		if (n == RESTORE_DEPTH || !value_is_local(region, def))
			return false;
		const struct ir *ir = &region->ir[def];

		if (!is_pure(ir) || ir->dst != reg || value_note(region, def)->uses > 1)
			return false;
		if (n && !(ir_reads(&region->ir[removed[n - 1]]) & 1 << reg))
			return false;
		removed[n++] = def;
		before = &value_note(region, def)->before;
		def = before->def;
	} while ((low ? before->low : before->value) != value);
	region->reg[reg] = *before;
	for (uint32_t i = 0; i < n; i++)
		take_out(region, removed[i]);
	return true;
}

void value_read(struct region *region, uint8_t reg)
{
	if (value_is_local(region, region->reg[reg].def))
		value_note(region, region->reg[reg].def)->uses++;
}

bool value_is_single(const struct region *region, uint8_t reg, uint32_t *ret_def)
{
	uint32_t def = region->reg[reg].def;

	if (!value_is_local(region, def) || region->reg[reg].value != def || value_note(region, def)->uses > 1)
		return false;
	*ret_def = def;
	return true;
}

static uint16_t live_at(const struct jit_program *program, uint32_t i)
{
	const struct ir *ir = &program->ir[i];

	return (program->live[i] & ~ir_writes(ir)) | ir_reads(ir);
}

static bool is_jump(const struct ir *ir)
{
	return ir->kind == IR_JUMP || ir->kind == IR_GOTO || ir->kind == IR_MAY_GOTO;
}

/* def: of the registers regs, who defined them. */
static void count_reads(struct region *region, const uint32_t *def, uint16_t regs, uint32_t weight)
{
	for (; regs; regs &= regs - 1)
		value_note(region, def[__builtin_ctz(regs)])->uses += weight;
}

/* Who leaves the region may read anything that lives there; counted twice, it is nobody's alone. */
static void count_uses(struct region *region)
{
	uint32_t def[REGISTERS];
	uint16_t defined = 0; /* in this region, so far */

	for (uint32_t i = region->start; i < region->end; i++) {
		const struct ir *ir = &region->ir[i];

		value_note(region, i)->uses = 0;
		count_reads(region, def, ir_reads(ir) & defined, 1);
		for (uint16_t regs = ir_writes(ir); regs; regs &= regs - 1)
			def[__builtin_ctz(regs)] = i;
		defined |= ir_writes(ir);
		if (is_jump(ir))
			count_reads(region, def, live_at(region->program, ir->target) & defined, 2);
	}
	count_reads(region, def, region->program->live[region->end - 1] & defined, 2);
}

static bool is_zero_extended(const struct region *region, const struct ir *ir)
{
	switch (ir->kind) {
	case IR_MOV:
		return ir->size == 4 ||
		       (ir->flags & IR_IMM ? !((uint64_t)ir->imm >> 32) : region->reg[ir->b].zero_extended);
	case IR_ALU:
		if (ir->size == 4)
			return true;
		if (!(ir->flags & IR_IMM))
			return ir->op == ALU_AND &&
			       (region->reg[ir->a].zero_extended ||
				       (!(ir->flags & IR_MEMORY) && region->reg[ir->b].zero_extended));
		return (ir->op == ALU_AND && (ir->imm >= 0 || region->reg[ir->a].zero_extended)) ||
		       (ir->op == ALU_RSH && (ir->imm >= 32 || region->reg[ir->a].zero_extended));
	case IR_ZERO_EXTEND:
	case IR_SWAP:
		return ir->size <= 4;
	case IR_SIGN_EXTEND:
		return ir->size == 4;
	case IR_LOAD:
		return ir->size <= 4 && !(ir->flags & IR_SIGNED);
	case IR_PACKET:
		return true;
	default:
		return false;
	}
}

/* What registers hold after instruction i. */
static void execute(struct region *region, uint32_t i)
{
	const struct ir *ir = &region->ir[i];
	struct holding result = { .value = i, .low = i, .def = i };
	uint16_t writes = ir_writes(ir);

	result.zero_extended = is_zero_extended(region, ir);
	if (ir->kind == IR_MOV && !(ir->flags & IR_IMM)) {
		if (ir->size == 8 || region->reg[ir->b].zero_extended)
			result.value = region->reg[ir->b].value;
		result.low = region->reg[ir->b].low;
	}
	for (uint16_t others = writes & (writes - 1); others; others &= others - 1) {
		uint32_t number = region->fresh++;

		region->reg[__builtin_ctz(others)] = (struct holding){ number, number, i, false };
	}
	if (writes) {
		unsigned first = __builtin_ctz(writes);

		value_note(region, i)->before = region->reg[first];
		region->reg[first] = result;
	}
	if (ir->kind == IR_STORE || ir->kind == IR_ATOMIC || ir->kind == IR_CALL || ir->kind == IR_CALL_LOCAL ||
		ir->kind == IR_TAIL_CALL)
		region->epoch++;
}

static void take_note(struct region *region, uint32_t i)
{
	const struct ir *ir = &region->ir[i];
	struct note *note = value_note(region, i);

	note->a = region->reg[ir->a % REGISTERS];
	note->b = region->reg[ir->b % REGISTERS];
	if (ir->index != NO_INDEX)
		note->index = region->reg[ir->index % REGISTERS];
	note->epoch = region->epoch;
}

/* Backwards: what nobody reads goes out. Leaves live[] exact for the region. */
static void remove_dead(struct region *region)
{
	struct jit_program *program = region->program;
	uint16_t live = program->live[region->end - 1];

	for (uint32_t i = region->end; i-- > region->start;) {
		struct ir *ir = &region->ir[i];

		if (i + 1 < region->end) {
			if (is_jump(ir))
				live |= live_at(program, ir->target);
			program->live[i] = live;
		}
		bool copy = ir->kind == IR_MOV && !(ir->flags & IR_IMM) && ir->size == 8 && ir->dst == ir->b;

		if (copy || (is_pure(ir) && !(ir_writes(ir) & live)))
			ir->kind = IR_NOP;
		live = (live & ~ir_writes(ir)) | ir_reads(ir);
	}
}

static void optimise_region(struct region *region)
{
	region->fresh = region->program->n;
	region->epoch = 0;
	for (unsigned reg = 0; reg < REGISTERS; reg++) {
		uint32_t number = region->fresh++;

		region->reg[reg] = (struct holding){ number, number, NONE, false };
	}
	count_uses(region);
	for (uint32_t i = region->start; i < region->end; i++) {
		if (region->ir[i].kind == IR_NOP)
			continue;
		fold_operands(region, i);
		fold_arithmetic(region, i);
		fold_access(region, i);
		take_note(region, i);
		if (assemble_bytes(region, i))
			take_note(region, i);
		execute(region, i);
	}
	remove_dead(region);
}

/* One past the last instruction of the region that starts at i. */
static uint32_t region_end(const struct jit_program *program, uint32_t i, uint32_t end)
{
	for (;;) {
		uint8_t kind = program->ir[i++].kind;

		if (kind == IR_GOTO || kind == IR_EXIT || i == end || program->ir[i].flags & IR_TARGET)
			return i;
	}
}

static uint32_t largest_region(const struct jit_program *program)
{
	uint32_t largest = 0;

	for (uint32_t f = 0; f < program->n_funcs; f++)
		for (uint32_t i = program->funcs[f].start, end; i < program->funcs[f].end; i = end) {
			end = region_end(program, i, program->funcs[f].end);
			largest = largest < end - i ? end - i : largest;
		}
	return largest;
}

int jit_optimise(struct jit_program *program)
{
	struct region region = { .program = program, .ir = program->ir };

	region.notes = calloc(largest_region(program), sizeof(*region.notes));
	if (!region.notes)
		return -ENOMEM;
	for (uint32_t f = 0; f < program->n_funcs; f++) {
		const struct jit_func *func = &program->funcs[f];

		for (region.start = func->start; region.start < func->end; region.start = region.end) {
			region.end = region_end(program, region.start, func->end);
			optimise_region(&region);
		}
	}
	free(region.notes);
	return 0;
}
