/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of an instruction, as Linux prints it in the verifier's log and bpftool in dumps. */
#ifndef SKEP_ISA_DISASM_H
#define SKEP_ISA_DISASM_H

#include <stddef.h>

#include "isa/op.h"

/*
 * What a layer above knows better than the bytes. Any function may be NULL, and may return NULL to leave the text as it
 * would be without. What they return may be written into buffer, or live at least as long.
 */
struct disasm_names {
	/* The callee of a helper or kfunc call: what stands before the '#'. */
	const char *(*callee)(void *argument, const struct bpf_insn *insn, char *buffer, size_t size);
	/* The operand of a wide load, instead of its 64-bit constant; insn has both slots. */
	const char *(*wide)(void *argument, const struct bpf_insn *insn, char *buffer, size_t size);
	void *argument;
};

#define DISASM_MAX 192 /* enough for any text whose names are at most 64 bytes long */

/*
 * Writes "(b7) r0 = 0" to text, terminated and cut to size; returns the length of the whole, as snprintf does.
 * insn: n_slots readable slots, at least 1; a wide load that lacks its second is printed as if that were 0.
 * Fields that must be zero and are not do not show. What is no instruction is printed as "BUG_ldx_21".
 */
size_t disasm(char *text, size_t size, const struct bpf_insn *insn, size_t n_slots, const struct disasm_names *names);

/* Names that make the text complete: what asm_program() reads back to the same instruction. */
extern const struct disasm_names disasm_asm_names;

#endif
