/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The assembler: programs as text, in the disassembler's own notation, one instruction a line. For tests and fuzzing.
 *
 *     # a comment; so are "; ..." and "// ..." after an instruction
 *     7: (b7) r0 = 0                       # number and code, as logs have them, may be left out
 *     loop:                                # a label
 *         if r1 > 0x10 goto out            # or goto pc+3; goto, gotol, may_goto, call and func[] take labels
 *         r2 = 0x1122334455667788          # a wide load: the constant is in hexadecimal, or ends in "ll"
 *         r2 = 5                           # a move
 *         r1 = map_fd[3]                   # also map_value[3]+8, map_idx[0], map_idx_value[0]+8, btf_id[7], func[loop]
 *         call bpf_map_lookup_elem#1       # the number counts; the name alone needs asm_options.helper
 *         call kfunc#77                    # a kernel function by BTF id; kfunc[2]#77 with an index into fd_array
 *         .insn 0x21, r1, r2, -8, 0        # code, dst, src, off, imm: whatever has no text
 *     out:
 *         exit
 */
#ifndef SKEP_ISA_ASM_H
#define SKEP_ISA_ASM_H

#include <stddef.h>
#include <stdint.h>

#include "skep/uapi.h"

struct asm_options {
	/* The number of the helper of that name (length characters); negative if there is none. */
	int (*helper)(void *argument, const char *name, size_t length);
	void *argument;
};

struct asm_error {
	unsigned line, column; /* from 1 */
	char message[160]; /* "expected a register number or 'r'" */
};

/*
 * text: terminated by NUL. options may be NULL.
 * On success *ret_insns is the caller's to free (NULL of an empty program).
 * -EINVAL: the text is wrong, *error says where and how; -ENOMEM.
 */
int asm_program(const char *text, const struct asm_options *options, struct bpf_insn **ret_insns, uint32_t *ret_count,
	struct asm_error *error);

#endif
