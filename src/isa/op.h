/* SPDX-License-Identifier: BSD-2-Clause */
/* Instructions: one enum op for each row of opcodes.def, decoded from the wire format of RFC 9669. */
#ifndef SKEP_ISA_OP_H
#define SKEP_ISA_OP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/release.h"
#include "skep/uapi.h"

enum op {
#define OPCODE(name, code, src, off, imm, mnemonic, group, since, status) OP_##name,
#include "isa/opcodes.def"
#undef OPCODE
	OP_COUNT,
	OP_INVALID = OP_COUNT,
};

enum op_group {
	GROUP_NONE,
	GROUP_BASE32,
	GROUP_BASE64,
	GROUP_DIVMUL32,
	GROUP_DIVMUL64,
	GROUP_ATOMIC32,
	GROUP_ATOMIC64,
	GROUP_PACKET,
};

enum op_status {
	OP_STD, /* in RFC 9669 */
	OP_LINUX, /* Linux alone */
	OP_INTERNAL, /* made by the verifier; refused in a program that is loaded */
	OP_RESERVED, /* has a name and is refused */
};

/* What a field of the instruction must hold. */
enum op_field {
	FIELD_FIXED, /* the row's value */
	FIELD_ANY,
	FIELD_SAME, /* the destination register */
};

struct op_row {
	const char *name;
	const char *mnemonic;
	uint8_t code;
	uint8_t dst_field, src_field, off_field, imm_field; /* enum op_field; a fixed destination is r0 */
	int32_t src, off, imm;
	release_t since;
	uint8_t group, status;
};

extern const struct op_row op_rows[OP_COUNT];

/*
 * The row that an instruction is a form of; OP_INVALID if none is. Looks at one slot: of LD_IMM64 the first.
 * No instruction fits two rows. Register numbers are not checked: a field of any value may name r11 to r15.
 */
enum op op_decode(const struct bpf_insn *insn);

/* "ADD_K"; "INVALID" for what is no row. */
const char *op_name(enum op op);

static inline bool insn_is_wide(const struct bpf_insn *insn)
{
	return insn->code == (BPF_LD | BPF_IMM | 0x18);
}

/* The 64-bit constant of LD_IMM64, from its two slots. */
static inline uint64_t insn_imm64(const struct bpf_insn *insn)
{
	return (uint32_t)insn[0].imm | (uint64_t)(uint32_t)insn[1].imm << 32;
}

#define REG_COUNT 11
#define REG_FP 10 /* the frame pointer, read only */
#define STACK_SIZE 512

#endif
