/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames and calls. A frame, when a function needs one:
 *
 *	rbp + 8   return address
 *	rbp       the caller's rbp; rbp is r10
 *	          stack of the program: stack_depth bytes
 *	          the run, if it is needed; the counter of may_goto, if there is one
 *	rsp       registers saved, only those that are written
 */
#include "exec/jit/x86_64/x86.h"

#include "exec/jit/memory.h"
#include "exec/resolve.h"
#include "isa/op.h"

#define MAY_GOTO_LIMIT 0x800000

unsigned target_dwarf_register(unsigned machine_register)
{
	static const uint8_t first[8] = {
		[RAX] = 0, [RDX] = 1, [RCX] = 2, [RBX] = 3, [RSI] = 4, [RDI] = 5, [RBP] = 6, [RSP] = 7
	};

	return machine_register < R8 ? first[machine_register] : machine_register;
}

static bool is_saved(unsigned reg)
{
	return reg == RBX || (reg >= R12 && reg <= R15);
}

static uint32_t frame_size(const struct jit_func *func)
{
	uint32_t size = func->stack_depth;

	if (!func->has_frame)
		return 0;
	size += func->flags & FUNC_NEEDS_RUN ? 8 : 0;
	size += func->flags & FUNC_MAY_GOTO ? 8 : 0;
	return size + (size + func->n_saved * 8) % 16;
}

void x86_frame_plan(struct lower *lower)
{
	struct jit_func *func = lower->func;
	int32_t slot;

	func->has_frame = func->flags & (FUNC_CALLS | FUNC_STACK | FUNC_MAY_GOTO);
	if (!(func->flags & FUNC_STACK))
		func->stack_depth = 0;
	slot = -(int32_t)func->stack_depth;
	if (func->flags & FUNC_NEEDS_RUN)
		lower->run_slot = slot -= 8;
	if (func->flags & FUNC_MAY_GOTO)
		lower->may_goto_slot = slot - 8;
	func->n_saved = 0;
	for (unsigned r = 0; r < REG_COUNT; r++) {
		if (func->writes >> r & 1 && is_saved(lower->reg[r]))
			func->saved[func->n_saved++] = lower->reg[r];
	}
}

void x86_prologue(struct lower *lower)
{
	struct code *code = lower->code;
	struct jit_func *func = lower->func;
	uint32_t size = frame_size(func);

	func->frame_size = size;
	if (func->has_frame) {
		x86_push(code, RBP);
		func->pushed = code_here(code);
		x86_mov(code, 8, RBP, RSP);
		func->framed = code_here(code);
	}
	if (size)
		x86_ri(code, 8, 5, RSP, size);
	for (unsigned i = 0; i < func->n_saved; i++) {
		x86_push(code, func->saved[i]);
		func->saved_at[i] = code_here(code);
	}
	if (func->flags & FUNC_NEEDS_RUN)
		x86_rm(code, 8, 0x89, R9, x86_at(RBP, lower->run_slot));
	if (func->flags & FUNC_MAY_GOTO) {
		x86_rm(code, 8, 0xc7, 0, x86_at(RBP, lower->may_goto_slot));
		put32(code, MAY_GOTO_LIMIT);
	}
}

/* All that exit does but the return itself. */
static void epilogue(struct lower *lower)
{
	struct code *code = lower->code;
	const struct jit_func *func = lower->func;

	for (unsigned i = func->n_saved; i-- > 0;)
		x86_pop(code, func->saved[i]);
	if (!func->has_frame)
		return;
	if (frame_size(func))
		put8(code, 0xc9); /* leave */
	else
		x86_pop(code, RBP);
}

void x86_exit(struct lower *lower)
{
	epilogue(lower);
	jit_note_epilogue(lower->program, 1);
	put8(lower->code, 0xc3);
}

static void load_run(struct lower *lower, unsigned reg)
{
	x86_rm(lower->code, 8, 0x8b, reg, x86_at(RBP, lower->run_slot));
}

/* Changes nothing but what the callee does, and the scratch register. */
void x86_call_address(struct lower *lower, uint64_t address)
{
	if (!lower->program->far_calls && code_memory_reaches(address)) {
		code_fixup(lower->code, FIXUP_CALL, 0, address);
	} else {
		x86_mov_imm(lower->code, SCRATCH, (int64_t)address);
		x86_rr(lower->code, 4, 0xff, 2, SCRATCH);
	}
}

void x86_call(struct lower *lower)
{
	load_run(lower, R9);
	x86_call_address(lower, (uint64_t)lower->ir->imm);
}

void x86_call_local(struct lower *lower)
{
	const struct jit_func *callee = &lower->program->funcs[lower->ir->target];
	struct code *code = lower->code;

	if (callee->flags & FUNC_NEEDS_RUN)
		load_run(lower, R9);
	code_fixup(code, FIXUP_CALL, callee->label, 0);
	if (!(callee->flags & FUNC_TAIL_CALLS))
		return;
	load_run(lower, SCRATCH);
	x86_mov_imm(code, SCRATCH2, (int64_t)(uintptr_t)lower->program->bound);
	x86_rm(code, 8, 0x89, SCRATCH2, x86_at(SCRATCH, offsetof(struct run, bound)));
}

/* r1: context, r2: map, r3: index. Takes this frame down before the jump, so the stack does not grow. */
void x86_tail_call(struct lower *lower)
{
	struct code *code = lower->code;

	x86_push(code, RDI);
	x86_push(code, RDI);
	load_run(lower, RDI);
	x86_call_address(lower, (uint64_t)(uintptr_t)tail_call_target);
	x86_pop(code, RDI);
	x86_pop(code, RDI);
	x86_rr(code, 8, 0x85, RAX, RAX);
	uint32_t none = x86_skip(code, X86_E);

	load_run(lower, RSI);
	epilogue(lower);
	jit_note_epilogue(lower->program, 2);
	x86_rm(code, 4, 0xff, 4, x86_at(RAX, offsetof(struct bound, entry)));
	x86_skip_end(code, none);
}

void x86_may_goto(struct lower *lower)
{
	struct x86_mem counter = x86_at(RBP, lower->may_goto_slot);

	x86_rm(lower->code, 8, 0x83, 7, counter);
	put8(lower->code, 0);
	code_fixup(lower->code, X86_E, lower->ir->target, 0);
	x86_rm(lower->code, 8, 0xff, 1, counter);
}
