/* SPDX-License-Identifier: BSD-2-Clause */
/* Instructions made from the rows of opcodes.def, for tests: the same ones on every run. */
#ifndef SKEP_TESTS_INSN_GEN_H
#define SKEP_TESTS_INSN_GEN_H

#include <stdint.h>

#include "isa/op.h"

/* A sequence of 64-bit numbers (xorshift); *state is any number but 0. */
static inline uint64_t test_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state * 0x2545f4914f6cdd1d;
}

/* The row's form with every free field 0. */
static inline struct bpf_insn insn_smallest(enum op op)
{
	const struct op_row *row = &op_rows[op];

	return (struct bpf_insn){ .code = row->code, .src_reg = row->src, .off = row->off, .imm = row->imm };
}

/* The row's form with random free fields; registers are r0 to r10. */
static inline struct bpf_insn insn_random(enum op op, uint64_t *seed)
{
	const struct op_row *row = &op_rows[op];
	struct bpf_insn insn = insn_smallest(op);

	if (row->dst_field == FIELD_ANY)
		insn.dst_reg = test_random(seed) % REG_COUNT;
	if (row->src_field == FIELD_ANY)
		insn.src_reg = test_random(seed) % REG_COUNT;
	else if (row->src_field == FIELD_SAME)
		insn.src_reg = insn.dst_reg;
	if (row->off_field == FIELD_ANY)
		insn.off = test_random(seed);
	if (row->imm_field == FIELD_ANY)
		insn.imm = test_random(seed);
	return insn;
}

#endif
