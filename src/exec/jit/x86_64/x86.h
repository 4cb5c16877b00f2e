/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of this back-end share. */
#ifndef SKEP_EXEC_JIT_X86_64_X86_H
#define SKEP_EXEC_JIT_X86_64_X86_H

#include "exec/jit/program.h"
#include "exec/jit/target.h"
#include "exec/jit/x86_64/encode.h"

/* No register of a program lives in these: free within the code of one instruction. */
#define SCRATCH R11
#define SCRATCH2 R10
#define SCRATCH3 R9 /* also the run, when something is called */

struct lower {
	struct jit_program *program;
	struct code *code;
	struct jit_func *func;
	const struct ir *ir;
	uint16_t live; /* registers that are read after ir */
	const uint8_t *reg; /* machine register of each register of the program */
	unsigned features;
	uint32_t insn; /* index of ir */
	int32_t run_slot, may_goto_slot; /* from rbp */
};

/* frame.c */
void x86_frame_plan(struct lower *lower);
void x86_prologue(struct lower *lower);
void x86_exit(struct lower *lower);
void x86_call_address(struct lower *lower, uint64_t address);
void x86_call(struct lower *lower);
void x86_call_local(struct lower *lower);
void x86_tail_call(struct lower *lower);
void x86_may_goto(struct lower *lower);

/* alu.c */
void x86_alu(struct lower *lower);

/* divide.c */
void x86_divide(struct lower *lower);

/* memory.c */
struct x86_mem x86_address(struct lower *lower, uint8_t base);
void x86_load(struct lower *lower);
void x86_store(struct lower *lower);
void x86_atomic(struct lower *lower);
void x86_packet(struct lower *lower);

/* jump.c */
void x86_jump(struct lower *lower);

#endif
