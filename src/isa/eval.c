/* SPDX-License-Identifier: BSD-2-Clause */
/* What an instruction computes from the values of its registers. */
#include "isa/eval.h"

#include "isa/semantics.h"

/* The four forms of an operation: 64 and 32 bits, register and immediate. */
#define ALU_FORMS(NAME, name)                                        \
	case OP_##NAME##_X:                                          \
		value = alu64_##name(dst, src);                      \
		break;                                               \
	case OP_##NAME##_K:                                          \
		value = alu64_##name(dst, operand_imm64(insn->imm)); \
		break;                                               \
	case OP_##NAME##32_X:                                        \
		value = alu32_##name(dst, src);                      \
		break;                                               \
	case OP_##NAME##32_K:                                        \
		value = alu32_##name(dst, operand_imm32(insn->imm)); \
		break;

#define UNARY_FORM(NAME, expression) \
	case OP_##NAME:              \
		value = expression;  \
		break;

bool eval_alu(enum op op, const struct bpf_insn *insn, uint64_t dst, uint64_t src, uint64_t *ret_value)
{
	uint64_t value;

	switch (op) {
		ALU_FORMS(ADD, add)
		ALU_FORMS(SUB, sub)
		ALU_FORMS(MUL, mul)
		ALU_FORMS(DIV, div)
		ALU_FORMS(SDIV, sdiv)
		ALU_FORMS(MOD, mod)
		ALU_FORMS(SMOD, smod)
		ALU_FORMS(OR, or)
		ALU_FORMS(AND, and)
		ALU_FORMS(XOR, xor)
		ALU_FORMS(LSH, lsh)
		ALU_FORMS(RSH, rsh)
		ALU_FORMS(ARSH, arsh)
		ALU_FORMS(MOV, mov)
		UNARY_FORM(NEG, alu64_neg(dst, 0))
		UNARY_FORM(NEG32, alu32_neg(dst, 0))
		UNARY_FORM(ZEXT, (uint32_t)dst)
		UNARY_FORM(MOVSX8, sext8(src))
		UNARY_FORM(MOVSX16, sext16(src))
		UNARY_FORM(MOVSX32, sext32(src))
		UNARY_FORM(MOVSX8_32, (uint32_t)sext8(src))
		UNARY_FORM(MOVSX16_32, (uint32_t)sext16(src))
		UNARY_FORM(LE16, to_le16(dst))
		UNARY_FORM(LE32, to_le32(dst))
		UNARY_FORM(LE64, to_le64(dst))
		UNARY_FORM(BE16, to_be16(dst))
		UNARY_FORM(BE32, to_be32(dst))
		UNARY_FORM(BE64, to_be64(dst))
		UNARY_FORM(BSWAP16, swap16(dst))
		UNARY_FORM(BSWAP32, swap32(dst))
		UNARY_FORM(BSWAP64, swap64(dst))
	default:
		return false;
	}
	*ret_value = value;
	return true;
}

#define JUMP_FORMS(NAME, name)                                       \
	case OP_##NAME##_X:                                          \
		taken = jmp64_##name(dst, src);                      \
		break;                                               \
	case OP_##NAME##_K:                                          \
		taken = jmp64_##name(dst, operand_imm64(insn->imm)); \
		break;                                               \
	case OP_##NAME##32_X:                                        \
		taken = jmp32_##name(dst, src);                      \
		break;                                               \
	case OP_##NAME##32_K:                                        \
		taken = jmp32_##name(dst, operand_imm32(insn->imm)); \
		break;

bool eval_jump(enum op op, const struct bpf_insn *insn, uint64_t dst, uint64_t src, bool *ret_taken)
{
	bool taken;

	switch (op) {
		JUMP_FORMS(JEQ, jeq)
		JUMP_FORMS(JNE, jne)
		JUMP_FORMS(JSET, jset)
		JUMP_FORMS(JGT, jgt)
		JUMP_FORMS(JGE, jge)
		JUMP_FORMS(JLT, jlt)
		JUMP_FORMS(JLE, jle)
		JUMP_FORMS(JSGT, jsgt)
		JUMP_FORMS(JSGE, jsge)
		JUMP_FORMS(JSLT, jslt)
		JUMP_FORMS(JSLE, jsle)
	default:
		return false;
	}
	*ret_taken = taken;
	return true;
}
