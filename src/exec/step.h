/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Steps: what the interpreter runs. One step for each instruction slot, at the same index, so that displacements stay
 * as they are; a step carries the address of the code that does it. After the last comes a trap, then the functions
 * that the program calls.
 *
 * What a step costs is the jump to the next, far more than what it computes. So a step may do its own instruction and
 * the one that follows. That one keeps its own step, for those who jump to it.
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

/* clang-format off */
/* Instructions that no step does: resolved before, reserved, or in need of arenas or per-CPU addresses. */
#define STEP_NOT_RUN(X)                                                                                         \
	X(LD_MAP_FD) X(LD_MAP_VALUE) X(LD_BTF_ID) X(LD_FUNC) X(LD_MAP_IDX) X(LD_MAP_IDX_VALUE) X(GOTOX) X(CALLX) \
	X(MOV_PERCPU_ADDR) X(PROBE_ATOMIC_W) X(PROBE_ATOMIC_DW) X(PROBE_MEM32SX_B) X(PROBE_MEM32SX_H)           \
	X(PROBE_MEM32SX_W) X(PROBE_MEM32_B) X(PROBE_MEM32_H) X(PROBE_MEM32_W) X(PROBE_MEM32_DW)                 \
	X(ST_PROBE_MEM32_B) X(ST_PROBE_MEM32_H) X(ST_PROBE_MEM32_W) X(ST_PROBE_MEM32_DW) X(STX_PROBE_MEM32_B)   \
	X(STX_PROBE_MEM32_H) X(STX_PROBE_MEM32_W) X(STX_PROBE_MEM32_DW)
/* clang-format on */

/* What a step does: one instruction (enum op), or one of these. */
enum step_op {
	STEP_TAIL_CALL = OP_COUNT,
	STEP_TRAP, /* no instruction: the program left its code */
#define PAIR(first, second) STEP_##first##_##second,
#define PAIR_JUMP PAIR
#include "exec/pairs.def"
#undef PAIR
#undef PAIR_JUMP
	STEP_COUNT,
};

/* The step that does two instructions; STEP_TRAP if there is none. */
unsigned step_pair(enum op first, enum op second);

/*
 * Runs from pc with r1 to r5 until the function that starts there exits: the result is r0. 0, with run->error set, if
 * the budget ends or the program does what a verified one cannot.
 * With pc NULL it runs nothing and fills the handlers, by enum step_op.
 */
uint64_t interpret(
	const struct step *pc, const uint64_t arguments[5], struct run *run, const void *const **ret_handlers);

/* Frames of bpf-to-bpf calls, the main program's included. */
#define FRAME_COUNT 8

/* Iterations that may_goto allows in one call of a function. */
#define MAY_GOTO_LIMIT 8388608

#endif
