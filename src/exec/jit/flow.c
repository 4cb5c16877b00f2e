/* SPDX-License-Identifier: BSD-2-Clause */
/* What flows where: registers of an instruction, facts of functions, liveness. */
#include <errno.h>
#include <stdlib.h>

#include "exec/jit/program.h"
#include "isa/op.h"
#include "skep/uapi.h"

const uint8_t ir_traits[] = {
	[IR_NOP] = 0,
	[IR_MOV] = TRAIT_B | TRAIT_DST,
	[IR_ALU] = TRAIT_A | TRAIT_B | TRAIT_DST | TRAIT_INDEX,
	[IR_ZERO_EXTEND] = TRAIT_A | TRAIT_DST,
	[IR_SIGN_EXTEND] = TRAIT_A | TRAIT_DST,
	[IR_SWAP] = TRAIT_A | TRAIT_DST,
	[IR_LOAD] = TRAIT_A | TRAIT_DST | TRAIT_INDEX,
	[IR_STORE] = TRAIT_A | TRAIT_B | TRAIT_INDEX,
	[IR_ATOMIC] = TRAIT_A | TRAIT_B | TRAIT_ATOMIC,
	[IR_JUMP] = TRAIT_A | TRAIT_B,
	[IR_GOTO] = 0,
	[IR_MAY_GOTO] = 0,
	[IR_CALL] = TRAIT_CALL,
	[IR_CALL_LOCAL] = TRAIT_CALL,
	[IR_TAIL_CALL] = TRAIT_CALL,
	[IR_FUNC] = TRAIT_DST,
	[IR_EXIT] = TRAIT_EXIT,
	[IR_PACKET] = TRAIT_A | TRAIT_B | TRAIT_PACKET,
	[IR_CAST_USER] = TRAIT_A | TRAIT_DST,
	[IR_BARRIER] = 0,
};

static int scan_function(struct jit_program *program, struct jit_func *func)
{
	const struct ir *last = &program->ir[func->end - 1];

	if (last->kind != IR_EXIT && last->kind != IR_GOTO)
		return -EINVAL;
	for (uint32_t i = func->start; i < func->end; i++) {
		const struct ir *ir = &program->ir[i];

		func->writes |= ir_writes(ir);
		if (ir->kind != IR_CALL_LOCAL && ir->kind != IR_CALL && ir_reads(ir) & 1 << REG_FP)
			func->flags |= FUNC_STACK;
		switch (ir->kind) {
		case IR_CALL_LOCAL:
			func->flags |= FUNC_CALLS;
			break;
		case IR_TAIL_CALL:
			func->flags |= FUNC_TAIL_CALLS | FUNC_CALLS | FUNC_NEEDS_RUN;
			break;
		case IR_CALL:
			func->flags |= FUNC_CALLS | FUNC_NEEDS_RUN;
			break;
		case IR_PACKET:
			func->flags |= FUNC_CALLS;
			break;
		case IR_MAY_GOTO:
			func->flags |= FUNC_MAY_GOTO;
			break;
		}
		if (ir->kind != IR_JUMP && ir->kind != IR_GOTO && ir->kind != IR_MAY_GOTO)
			continue;
		if (ir->target < func->start || ir->target >= func->end)
			return -EINVAL;
	}
	return 0;
}

/* What a function calls, it does. */
static void spread_flags(struct jit_program *program)
{
	bool changed;

	do {
		changed = false;
		for (uint32_t f = program->n_funcs; f-- > 0;) {
			struct jit_func *func = &program->funcs[f];

			if (!(func->flags & FUNC_CALLS))
				continue;
			for (uint32_t i = func->start; i < func->end; i++) {
				if (program->ir[i].kind != IR_CALL_LOCAL)
					continue;
				uint16_t flags = program->funcs[program->ir[i].target].flags;

				flags = func->flags | (flags & (FUNC_NEEDS_RUN | FUNC_TAIL_CALLS));
				if (flags & FUNC_TAIL_CALLS) /* the bound program is put back after the call */
					flags |= FUNC_NEEDS_RUN;
				changed |= flags != func->flags;
				func->flags = flags;
			}
		}
	} while (changed);
}

int jit_find_functions(struct jit_program *program)
{
	const struct image *image = program->image;
	uint32_t end = 0;

	program->n_funcs = image->n_subprogs;
	program->funcs = calloc(image->n_subprogs ? image->n_subprogs : 1, sizeof(*program->funcs));
	if (!program->funcs)
		return -ENOMEM;
	for (uint32_t f = 0; f < image->n_subprogs; f++) {
		const struct subprog *subprog = &image->subprogs[f];
		struct jit_func *func = &program->funcs[f];

		if (subprog->start != end || subprog->end <= subprog->start || subprog->end > program->n)
			return -EINVAL;
		end = func->end = subprog->end;
		func->start = subprog->start;
		func->stack_depth = (subprog->stack_depth + 7) & ~7u;
		int err = scan_function(program, func);
		if (err)
			return err;
	}
	spread_flags(program);
	return end == program->n && end ? 0 : -EINVAL;
}

/* Live before instruction i, from what is live after it. */
static uint16_t live_before(const struct ir *ir, uint16_t after)
{
	return (after & ~ir_writes(ir)) | ir_reads(ir);
}

/* One pass backwards. Returns whether another is needed: something changed, and there are loops to carry it. */
static bool liveness_pass(struct jit_program *program, uint32_t start, uint32_t end)
{
	uint16_t *live = program->live, after = 0;
	bool loops = false, changed = false;

	for (uint32_t i = end; i-- > start;) {
		const struct ir *ir = &program->ir[i];
		uint16_t out = ir->kind == IR_EXIT || ir->kind == IR_GOTO ? 0 : after;

		if (ir->kind == IR_GOTO || ir->kind == IR_JUMP || ir->kind == IR_MAY_GOTO) {
			out |= live_before(&program->ir[ir->target], live[ir->target]);
			loops |= ir->target <= i;
		}
		changed |= live[i] != out;
		live[i] = out;
		after = live_before(ir, out);
	}
	return loops && changed;
}

/* Rounds before a function is given up on: nested loops need one a depth of nesting and a register at most. */
#define LIVENESS_ROUNDS 24

int jit_liveness(struct jit_program *program)
{
	program->live = calloc((size_t)program->n + 1, sizeof(*program->live));
	if (!program->live)
		return -ENOMEM;
	for (uint32_t f = 0; f < program->n_funcs; f++) {
		struct jit_func *func = &program->funcs[f];
		int rounds = 0;

		while (liveness_pass(program, func->start, func->end)) {
			if (++rounds < LIVENESS_ROUNDS)
				continue;
			/* Safe: everything lives everywhere. */
			memset(program->live + func->start, 0xff, (func->end - func->start) * sizeof(*program->live));
			break;
		}
	}
	return 0;
}
