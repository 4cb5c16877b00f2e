/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * semantics.h by instruction: the value that a register instruction computes, and whether a conditional jump is taken.
 * For constant folding and tests. The interpreter calls semantics.h itself.
 */
#ifndef SKEP_ISA_EVAL_H
#define SKEP_ISA_EVAL_H

#include "isa/op.h"

/*
 * op, insn: an instruction and its row. dst, src: the registers' values; src is ignored where insn has an immediate.
 * Fills the destination register's new value and returns true if the result depends on nothing but these: arithmetic,
 * moves, sign extension and byte swaps. Otherwise returns false.
 */
bool eval_alu(enum op op, const struct bpf_insn *insn, uint64_t dst, uint64_t src, uint64_t *ret_value);

/* The same of conditional jumps: fills whether it is taken. False for whatever is not one (may_goto is not). */
bool eval_jump(enum op op, const struct bpf_insn *insn, uint64_t dst, uint64_t src, bool *ret_taken);

#endif
