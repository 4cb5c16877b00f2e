/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a back-end gives: x86_64/ now. Another machine has a folder of its own with the same file names: encode.h (the
 * instruction formats), frame.c (prologue, epilogue, calls), lower.c (one function a kind of struct ir), alu.c,
 * divide.c, memory.c (loads, stores, atomics), jump.c, fixup.c, features.c.
 *
 * Code follows the machine's C convention: a function of the program takes r1 to r5 as the first five arguments and
 * the run as the sixth, so that a helper, a callback and a call between functions are the same thing. The main program
 * has an entry in front that takes (context, run).
 */
#ifndef SKEP_EXEC_JIT_TARGET_H
#define SKEP_EXEC_JIT_TARGET_H

#include <stdbool.h>

#include "exec/jit/program.h"

/* Lowers the whole program: appends to program->code, sets labels and functions' places. */
void target_lower(struct jit_program *program);

/* Bytes of a fixup in its short and long form; equal if there is but one. */
uint8_t target_fixup_size(uint8_t kind, bool near);
bool target_fixup_is_near(uint8_t kind, int64_t distance);
/* -ERANGE if it does not reach. */
int target_fixup_write(uint8_t *memory, uint8_t kind, uint8_t size, int64_t distance);

/* What this processor can do, found once. Tests take features away to reach the code for older ones. */
enum target_features {
	TARGET_BMI2 = 1 << 0,
	TARGET_MOVBE = 1 << 1,
};
unsigned target_features(void);
void target_limit_features(unsigned mask);

/* Numbers of DWARF: the registers that the code saves, the stack and frame pointers, the return address. */
unsigned target_dwarf_register(unsigned machine_register);
#if defined(__x86_64__)
#define TARGET_DWARF_STACK 7
#define TARGET_DWARF_FRAME 6
#define TARGET_DWARF_RETURN 16
#define TARGET_ELF_MACHINE EM_X86_64
#endif

/* Byte that fills unused code memory: a trap. */
#define TARGET_TRAP 0xcc

#endif
