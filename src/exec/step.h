/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Steps: what the interpreter runs. One step for each instruction slot, at the same index, so that displacements stay
 * as they are; a step carries the address of the code that does it. After the last comes a trap, then the functions
 * that the program calls.
 */
#ifndef SKEP_EXEC_STEP_H
#define SKEP_EXEC_STEP_H

#include "helpers/run.h"
#include "isa/op.h"

struct step {
	union {
		const void *handler; /* a label in interpret() */
		uint64_t wide; /* of a wide load's second slot: the value */
		helper_fn *function; /* behind the trap */
	};
	uint8_t dst, src;
	int16_t off;
	int32_t imm;
};

/* Jumps that have a form of their own for going back, where the budget is charged. */
#define STEP_CONDITIONAL_JUMPS(X) X(JEQ) X(JNE) X(JSET) X(JGT) X(JGE) X(JLT) X(JLE) X(JSGT) X(JSGE) X(JSLT) X(JSLE)

/* What a step does: one instruction (enum op), or one of these. */
enum step_op {
	STEP_FIRST = OP_COUNT - 1,
#define BACK(NAME) STEP_BACK_##NAME##_K, STEP_BACK_##NAME##_X, STEP_BACK_##NAME##32_K, STEP_BACK_##NAME##32_X,
	STEP_CONDITIONAL_JUMPS(BACK)
#undef BACK
		STEP_BACK_JA,
	STEP_BACK_JA32,
	STEP_BACK_MAY_GOTO,
	STEP_TAIL_CALL,
	STEP_TRAP, /* no instruction: the program left its code */
	STEP_COUNT,
};

/*
 * Runs from pc with r1 to r5 until the function that starts there exits: the result is r0. 0, with run->error set, if
 * the budget ends or the program does what a verified one cannot.
 * With pc NULL it runs nothing and fills the handlers, by enum step_op; that of an instruction it lacks is the trap's.
 */
uint64_t interpret(
	const struct step *pc, const uint64_t arguments[5], struct run *run, const void *const **ret_handlers);

/* Frames of bpf-to-bpf calls, the main program's included. */
#define FRAME_COUNT 8

/* Iterations that may_goto allows in one call of a function. */
#define MAY_GOTO_LIMIT 8388608

#endif
