/* SPDX-License-Identifier: BSD-2-Clause */
/* A program on its way through the JIT: what the passes share. */
#ifndef SKEP_EXEC_JIT_PROGRAM_H
#define SKEP_EXEC_JIT_PROGRAM_H

#include "exec/exec.h"
#include "exec/jit/code.h"
#include "exec/jit/ir.h"

enum jit_func_flags {
	FUNC_CALLS = 1 << 0, /* calls something */
	FUNC_NEEDS_RUN = 1 << 1, /* it, or what it calls, wants the run */
	FUNC_STACK = 1 << 2, /* mentions r10 */
	FUNC_TAIL_CALLS = 1 << 3, /* it, or what it calls */
	FUNC_MAY_GOTO = 1 << 4,
};

/* One subprogram. */
struct jit_func {
	uint32_t start, end; /* in ir */
	uint32_t label; /* its entry, for calls */
	uint16_t flags; /* enum jit_func_flags */
	uint16_t stack_depth;
	uint16_t writes; /* registers that it changes, as bits; calls not counted */
	struct place begin, finish; /* of its code */
	/* For unwinding: where the frame pointer is pushed and set, each saved register pushed, and epilogues. */
	struct place pushed, framed;
	bool has_frame;
	uint32_t frame_size; /* between the frame pointer and the saved registers */
	uint8_t n_saved, saved[8]; /* machine registers, in the order of pushing */
	struct place saved_at[8];
};

/* Where a frame is gone but its function is not yet left, for unwinding: size bytes from start. */
struct jit_epilogue {
	struct place start;
	uint8_t size;
};

struct jit_program {
	const struct image *image;
	const struct bound *bound;
	struct ir *ir;
	uint16_t *live; /* by liveness: registers that are read after instruction i */
	uint32_t n; /* instructions; ir[n] is an IR_EXIT that nothing reaches in a sane program */
	struct jit_func *funcs;
	uint32_t n_funcs;
	uint64_t arena, arena_user; /* where the arena is, here and in user space; 0: there is none */
	bool far_calls; /* helpers are out of reach of short calls */
	struct jit_epilogue *epilogues; /* ascending */
	uint32_t n_epilogues, epilogue_capacity;
	struct code code; /* labels 0 to n - 1 are the instructions */
};

/* For back-ends: an epilogue starts here. */
void jit_note_epilogue(struct jit_program *program, uint8_t size);

/* Fills ir from the image. -EINVAL, -ENOTSUP for what cannot run. */
int jit_decode(struct jit_program *program);

/* A conditional jump around a goto becomes one the other way. */
void jit_simplify_branches(struct jit_program *program);

/* Fills funcs. Needs ir. */
int jit_find_functions(struct jit_program *program);

/* Fills live. Needs funcs. -ENOMEM. */
int jit_liveness(struct jit_program *program);

/* Simplifies within straight code. Needs live, and keeps it. -ENOMEM. */
int jit_optimise(struct jit_program *program);

#endif
