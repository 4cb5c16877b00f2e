/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of instructions, from opcodes.def, and the decoder. */
#include "isa/op.h"

#include <assert.h>
#include <string.h>

/* What the columns src, off and imm hold when the field is free: outside of every value that a row fixes. */
enum {
	REG = 1 << 24,
	SAME,
	OFF,
	IMM,
};
#define FREE(column) ((column) == REG || (column) == OFF || (column) == IMM)
#define FIELD(column) (FREE(column) ? FIELD_ANY : (column) == SAME ? FIELD_SAME : FIELD_FIXED)
#define VALUE(column) (FIELD(column) == FIELD_FIXED ? (column) : 0)

/* Instructions without a destination, whose field must be 0: jumps without condition, calls, exit, packet loads. */
#define IS_JUMP(code) (BPF_CLASS(code) == BPF_JMP || BPF_CLASS(code) == BPF_JMP32)
#define HAS_NO_TEST(op) ((op) == BPF_JA || (op) == BPF_CALL || (op) == BPF_EXIT || (op) == BPF_JCOND)
#define IS_PLAIN_JUMP(code) (IS_JUMP(code) && BPF_SRC(code) == BPF_K && HAS_NO_TEST(BPF_OP(code)))
#define IS_PACKET(code) (BPF_CLASS(code) == BPF_LD && (BPF_MODE(code) == BPF_ABS || BPF_MODE(code) == BPF_IND))
#define NOSPEC_CODE 0xc2
#define DST_FIELD(code) (IS_PLAIN_JUMP(code) || IS_PACKET(code) || (code) == NOSPEC_CODE ? FIELD_FIXED : FIELD_ANY)

const struct op_row op_rows[OP_COUNT] = {
#define OPCODE(name_, code_, src_, off_, imm_, mnemonic_, group_, since_, status_) \
	[OP_##name_] = {                                                           \
		.name = #name_,                                                    \
		.mnemonic = mnemonic_,                                             \
		.code = code_,                                                     \
		.dst_field = DST_FIELD(code_),                                     \
		.src_field = FIELD(src_),                                          \
		.off_field = FIELD(off_),                                          \
		.imm_field = FIELD(imm_),                                          \
		.src = VALUE(src_),                                                \
		.off = VALUE(off_),                                                \
		.imm = VALUE(imm_),                                                \
		.since = since_,                                                   \
		.group = GROUP_##group_,                                           \
		.status = OP_##status_,                                            \
	},
#include "isa/opcodes.def"
#undef OPCODE
};

/*
 * The same rows as a mask and a value of the instruction's eight bytes read as one number:
 * code 0-7, dst 8-11, src 12-15, off 16-31, imm 32-63.
 */
struct pattern {
	uint64_t mask, value;
};
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "struct bpf_insn is laid out for little endian");
static_assert(sizeof(struct bpf_insn) == sizeof(uint64_t), "an instruction is one number");

#define FIXED_MASK(field, bits, shift) ((field) == FIELD_FIXED ? (uint64_t)(bits) << (shift) : 0)

static const struct pattern patterns[OP_COUNT] = {
#define OPCODE(name, code, src, off, imm, mnemonic, group, since, status)                              \
	[OP_##name] = {                                                                                \
		.mask = 0xff | FIXED_MASK(DST_FIELD(code), 0xf, 8) | FIXED_MASK(FIELD(src), 0xf, 12) | \
			FIXED_MASK(FIELD(off), 0xffff, 16) | FIXED_MASK(FIELD(imm), 0xffffffff, 32),   \
		.value = (code) | (uint64_t)VALUE(src) << 12 | (uint64_t)(uint16_t)VALUE(off) << 16 |  \
			 (uint64_t)(uint32_t)VALUE(imm) << 32,                                         \
	},
#include "isa/opcodes.def"
#undef OPCODE
};

/* For each code the last of its rows, plus one; 0 if it has none. Rows of one code are neighbours. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static const uint16_t last_row[256] = {
#define OPCODE(name, code, src, off, imm, mnemonic, group, since, status) [code] = OP_##name + 1,
#include "isa/opcodes.def"
#undef OPCODE
};
#pragma GCC diagnostic pop

enum op op_decode(const struct bpf_insn *insn)
{
	uint64_t bytes;

	memcpy(&bytes, insn, sizeof(bytes));
	for (int op = last_row[insn->code] - 1; op >= 0 && op_rows[op].code == insn->code; op--) {
		if ((bytes & patterns[op].mask) != patterns[op].value)
			continue;
		if (op_rows[op].src_field == FIELD_SAME && insn->src_reg != insn->dst_reg)
			continue;
		return op;
	}
	return OP_INVALID;
}

const char *op_name(enum op op)
{
	return (unsigned)op < OP_COUNT ? op_rows[op].name : "INVALID";
}
