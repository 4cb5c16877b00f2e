/* SPDX-License-Identifier: BSD-2-Clause */
/* From ir to machine code: one function after the other, one instruction after the other. */
#include "exec/jit/x86_64/x86.h"

#include "isa/op.h"

/*
 * r1 to r5 are the first five arguments of a C function and r0 its result; r6 to r9 are registers that C functions
 * keep. So nothing has to move around a call.
 */
static const uint8_t registers[REG_COUNT] = { RAX, RDI, RSI, RDX, RCX, R8, RBX, R13, R14, R15, RBP };

static void lower_move(struct lower *lower)
{
	const struct ir *ir = lower->ir;
	unsigned dst = lower->reg[ir->dst], b = lower->reg[ir->b];

	if (ir->flags & IR_IMM)
		x86_mov_imm(lower->code, dst, ir->size == 4 ? (int64_t)(uint32_t)ir->imm : ir->imm);
	else if (dst != b || ir->size == 4)
		x86_mov(lower->code, ir->size, dst, b);
}

/* dst = a, extended from size bytes; opcodes of a byte and a halfword differ by one. */
static void extend(struct lower *lower, unsigned size, unsigned width, uint32_t byte_opcode)
{
	unsigned dst = lower->reg[lower->ir->dst], a = lower->reg[lower->ir->a];

	x86_opcode(lower->code, width, byte_opcode + (size == 2), dst, 0, a, size == 1 && a >= RSP && a <= RDI);
	put8(lower->code, 0xc0 | (dst & 7) << 3 | (a & 7));
}

static void lower_zero_extend(struct lower *lower)
{
	const struct ir *ir = lower->ir;

	if (ir->size <= 2)
		extend(lower, ir->size, 4, 0x0fb6);
	else
		x86_mov(lower->code, ir->size, lower->reg[ir->dst], lower->reg[ir->a]);
}

static void lower_sign_extend(struct lower *lower)
{
	const struct ir *ir = lower->ir;

	if (ir->op <= 2)
		extend(lower, ir->op, ir->size, 0x0fbe);
	else
		x86_rr(lower->code, ir->size, 0x63, lower->reg[ir->dst], lower->reg[ir->a]);
}

static void lower_swap(struct lower *lower)
{
	struct code *code = lower->code;
	const struct ir *ir = lower->ir;
	unsigned dst = lower->reg[ir->dst], a = lower->reg[ir->a];

	if (ir->size == 2) {
		extend(lower, 2, 4, 0x0fb6);
		x86_rr(code, 2, 0xc1, 0, dst);
		put8(code, 8);
		return;
	}
	if (dst != a)
		x86_mov(code, ir->size, dst, a);
	x86_opcode(code, ir->size, 0x0fc8 | (dst & 7), 0, 0, dst, false);
}

/* NULL stays NULL. */
static void lower_cast_user(struct lower *lower)
{
	struct code *code = lower->code;
	unsigned dst = lower->reg[lower->ir->dst];

	x86_mov(code, 4, dst, lower->reg[lower->ir->a]);
	x86_rr(code, 4, 0x85, dst, dst);
	uint32_t null = x86_skip(code, X86_E);

	x86_mov_imm(code, SCRATCH, lower->ir->imm);
	x86_rr(code, 8, 0x09, SCRATCH, dst);
	x86_skip_end(code, null);
}

static void lower_func(struct lower *lower)
{
	unsigned dst = lower->reg[lower->ir->dst];

	x86_opcode(lower->code, 8, 0x8d, dst, 0, 0, false); /* lea dst, [rip + ...] */
	put8(lower->code, 5 | (dst & 7) << 3);
	code_fixup(lower->code, FIXUP_REL32, lower->program->funcs[lower->ir->target].label, 0);
}

/* Nothing is to be done for a jump to what follows. */
static bool falls_through(const struct lower *lower)
{
	uint32_t i = lower->insn + 1;

	while (i < lower->ir->target && lower->program->ir[i].kind == IR_NOP)
		i++;
	return i == lower->ir->target;
}

static void lower_one(struct lower *lower)
{
	const struct ir *ir = lower->ir;

	switch ((enum ir_kind)ir->kind) {
	case IR_NOP:
		break;
	case IR_MOV:
		lower_move(lower);
		break;
	case IR_ALU:
		x86_alu(lower);
		break;
	case IR_ZERO_EXTEND:
		lower_zero_extend(lower);
		break;
	case IR_SIGN_EXTEND:
		lower_sign_extend(lower);
		break;
	case IR_SWAP:
		lower_swap(lower);
		break;
	case IR_LOAD:
		x86_load(lower);
		break;
	case IR_STORE:
		x86_store(lower);
		break;
	case IR_ATOMIC:
		x86_atomic(lower);
		break;
	case IR_JUMP:
		if (!falls_through(lower))
			x86_jump(lower);
		break;
	case IR_GOTO:
		if (!falls_through(lower))
			code_fixup(lower->code, FIXUP_JMP, ir->target, 0);
		break;
	case IR_MAY_GOTO:
		x86_may_goto(lower);
		break;
	case IR_CALL:
		x86_call(lower);
		break;
	case IR_CALL_LOCAL:
		x86_call_local(lower);
		break;
	case IR_TAIL_CALL:
		x86_tail_call(lower);
		break;
	case IR_FUNC:
		lower_func(lower);
		break;
	case IR_EXIT:
		x86_exit(lower);
		break;
	case IR_PACKET:
		x86_packet(lower);
		break;
	case IR_CAST_USER:
		lower_cast_user(lower);
		break;
	case IR_BARRIER: /* lfence */
		put8(lower->code, 0x0f);
		put8(lower->code, 0xae);
		put8(lower->code, 0xe8);
		break;
	}
}

static void lower_function(struct lower *lower)
{
	struct jit_program *program = lower->program;
	struct jit_func *func = lower->func;

	code_reserve(lower->code);
	func->begin = code_here(lower->code);
	/* The main program's entry: (context, run). The run belongs into the sixth argument. */
	if (func == program->funcs && func->flags & FUNC_NEEDS_RUN)
		x86_mov(lower->code, 8, R9, RSI);
	code_set_label(lower->code, func->label);
	x86_frame_plan(lower);
	x86_prologue(lower);
	for (uint32_t i = func->start; i < func->end; i++) {
		code_reserve(lower->code);
		code_set_label(lower->code, i);
		lower->insn = i;
		lower->ir = &program->ir[i];
		lower->live = program->live[i];
		lower_one(lower);
	}
	func->finish = code_here(lower->code);
}

void target_lower(struct jit_program *program)
{
	struct lower lower = {
		.program = program,
		.code = &program->code,
		.reg = registers,
		.features = target_features(),
	};

	for (uint32_t f = 0; f < program->n_funcs; f++) {
		lower.func = &program->funcs[f];
		lower_function(&lower);
	}
}
