/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The form of a program between the image and machine code: one struct ir for each slot of the image, so that jumps
 * keep their indices. Three operands, the width apart from the operation, and addresses already resolved. Passes
 * rewrite it in place; what they take out becomes IR_NOP.
 */
#ifndef SKEP_EXEC_JIT_IR_H
#define SKEP_EXEC_JIT_IR_H

#include <stdbool.h>
#include <stdint.h>

enum ir_kind {
	IR_NOP,
	IR_MOV, /* dst = b; size 4 or 8: a move of 4 clears the upper half */
	IR_ALU, /* dst = a op b */
	IR_ZERO_EXTEND, /* dst = low size bytes of a */
	IR_SIGN_EXTEND, /* dst = low op bytes of a, signed, in size bytes */
	IR_SWAP, /* dst = a with its low size bytes in reverse order, the others zero */
	IR_LOAD, /* dst = size bytes at a + disp */
	IR_STORE, /* size bytes at a + disp = b */
	IR_ATOMIC, /* op is the imm of the instruction: BPF_ADD | BPF_FETCH, ... at a + disp with b */
	IR_JUMP, /* if a op b goto target; size 4 or 8 */
	IR_GOTO,
	IR_MAY_GOTO,
	IR_CALL, /* the function at imm */
	IR_CALL_LOCAL, /* target: index of the function */
	IR_TAIL_CALL,
	IR_FUNC, /* dst = address of function target */
	IR_EXIT,
	IR_PACKET, /* r0 = size bytes of the packet at b + imm; a: the context */
	IR_CAST_USER, /* dst = a, an arena address as user space knows it; imm: upper half of those addresses */
	IR_BARRIER, /* against speculation */
};

enum ir_alu {
	ALU_ADD,
	ALU_SUB,
	ALU_AND,
	ALU_OR,
	ALU_XOR,
	ALU_MUL,
	ALU_DIV,
	ALU_MOD,
	ALU_SDIV,
	ALU_SMOD,
	ALU_LSH,
	ALU_RSH,
	ALU_ARSH,
	ALU_ROL,
	ALU_NEG, /* of a; no b */
};

enum ir_condition {
	COND_EQ,
	COND_NE,
	COND_GT,
	COND_GE,
	COND_LT,
	COND_LE,
	COND_SGT,
	COND_SGE,
	COND_SLT,
	COND_SLE,
	COND_SET, /* a & b is not zero */
	COND_CLEAR, /* a & b is zero */
};

enum ir_flags {
	IR_IMM = 1 << 0, /* b is imm */
	IR_SIGNED = 1 << 1, /* the load extends the sign */
	IR_SWAPPED = 1 << 2, /* the bytes in memory are in reverse order */
	IR_PROBE = 1 << 3, /* the access may fault: a load gives 0 then */
	IR_ARENA = 1 << 4, /* the address is the low half of a, from the arena's start */
	IR_TARGET = 1 << 5, /* something jumps here */
	IR_MEMORY = 1 << 6, /* the second operand is in memory at b + disp, of size bytes */
};

#define NO_INDEX 0xff
#define NO_REG 0xff

struct ir {
	uint8_t kind; /* enum ir_kind */
	uint8_t flags; /* enum ir_flags */
	uint8_t size; /* bytes */
	uint8_t dst, a, b; /* registers */
	uint8_t index, scale; /* of an address: + index << scale, unless NO_INDEX */
	uint16_t op; /* enum ir_alu, enum ir_condition, or as the kind says */
	union {
		int32_t disp; /* of an address */
		uint32_t target; /* of a jump: an instruction; of IR_CALL_LOCAL and IR_FUNC: a function */
	};
	int64_t imm;
};

/* What an instruction reads and writes, by kind. */
enum ir_traits {
	TRAIT_A = 1 << 0, /* reads a */
	TRAIT_B = 1 << 1, /* reads b, unless it has an immediate */
	TRAIT_DST = 1 << 2, /* writes dst */
	TRAIT_INDEX = 1 << 3, /* reads index, if there is one */
	TRAIT_CALL = 1 << 4, /* reads r1 to r5; writes these and r0 */
	TRAIT_EXIT = 1 << 5, /* reads r0 */
	TRAIT_PACKET = 1 << 6, /* writes as a call does */
	TRAIT_ATOMIC = 1 << 7, /* may write b or r0, and read r0 */
};

extern const uint8_t ir_traits[];

#define IR_ARGUMENTS 0x3e /* r1 to r5 */

static inline bool ir_is_cmpxchg(const struct ir *ir)
{
	return ir->op == 0xf1;
}

/* Registers that an instruction reads, as bits. */
static inline uint16_t ir_reads(const struct ir *ir)
{
	uint8_t traits = ir_traits[ir->kind];
	unsigned reads = 0;

	if (traits & TRAIT_A)
		reads |= 1u << ir->a;
	if (traits & TRAIT_B && !(ir->flags & IR_IMM))
		reads |= 1u << ir->b;
	if (traits & TRAIT_INDEX && ir->index != NO_INDEX)
		reads |= 1u << ir->index;
	if (traits & TRAIT_CALL)
		reads |= IR_ARGUMENTS;
	if (traits & TRAIT_EXIT || (traits & TRAIT_ATOMIC && ir_is_cmpxchg(ir)))
		reads |= 1;
	return (uint16_t)reads;
}

/* Registers that it writes. */
static inline uint16_t ir_writes(const struct ir *ir)
{
	uint8_t traits = ir_traits[ir->kind];
	unsigned writes = 0;

	if (traits & TRAIT_DST)
		writes |= 1u << ir->dst;
	if (traits & (TRAIT_CALL | TRAIT_PACKET))
		writes |= 1 | IR_ARGUMENTS;
	if (traits & TRAIT_ATOMIC)
		writes |= ir_is_cmpxchg(ir) ? 1 : ir->op & 1 ? 1u << ir->b : 0;
	return (uint16_t)writes;
}

#endif
