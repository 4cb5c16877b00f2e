/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * "if a > b goto +1; goto far" becomes "if a <= b goto far": conditional jumps used to be short, so compilers write the
 * first. A jump around one move is left alone: as a conditional move it would be slower wherever the processor can
 * foresee the jump, because what follows would wait for both values.
 */
#include "exec/jit/program.h"

static uint16_t inverse(uint16_t condition)
{
	static const uint8_t inverses[] = {
		[COND_EQ] = COND_NE,
		[COND_NE] = COND_EQ,
		[COND_GT] = COND_LE,
		[COND_GE] = COND_LT,
		[COND_LT] = COND_GE,
		[COND_LE] = COND_GT,
		[COND_SGT] = COND_SLE,
		[COND_SGE] = COND_SLT,
		[COND_SLT] = COND_SGE,
		[COND_SLE] = COND_SGT,
		[COND_SET] = COND_CLEAR,
		[COND_CLEAR] = COND_SET,
	};

	return inverses[condition];
}

void jit_simplify_branches(struct jit_program *program)
{
	struct ir *ir = program->ir;

	for (uint32_t i = 0; i + 2 < program->n; i++) {
		if (ir[i].kind != IR_JUMP || ir[i].target != i + 2 || ir[i + 1].kind != IR_GOTO ||
			ir[i + 1].flags & IR_TARGET)
			continue;
		ir[i].op = inverse(ir[i].op);
		ir[i].target = ir[i + 1].target;
		ir[i + 1].kind = IR_NOP;
	}
	for (uint32_t i = 0; i < program->n; i++)
		ir[i].flags &= ~IR_TARGET;
	for (uint32_t i = 0; i < program->n; i++)
		if (ir[i].kind == IR_JUMP || ir[i].kind == IR_GOTO || ir[i].kind == IR_MAY_GOTO)
			ir[ir[i].target].flags |= IR_TARGET;
}
