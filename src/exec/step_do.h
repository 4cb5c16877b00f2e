/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each instruction does to the registers and to memory, but for calls: do_NAME() for those that go on to the next
 * instruction, test_NAME() for jumps. What is computed is in isa/semantics.h.
 */
#ifndef SKEP_EXEC_STEP_DO_H
#define SKEP_EXEC_STEP_DO_H

#include <stdatomic.h>
#include <string.h>

#include "base/fault.h"
#include "exec/step.h"
#include "isa/semantics.h"

#define DST reg[step->dst]
#define SRC reg[step->src]
#define DO(name) static inline __attribute__((always_inline)) void do_##name(uint64_t *reg, const struct step *step)
#define TEST(name) static inline __attribute__((always_inline)) bool test_##name(uint64_t *reg, const struct step *step)

/* Arithmetic. */
#define ALU(NAME, name)                                            \
	DO(NAME##_K)                                               \
	{                                                          \
		DST = alu64_##name(DST, operand_imm64(step->imm)); \
	}                                                          \
	DO(NAME##_X)                                               \
	{                                                          \
		DST = alu64_##name(DST, SRC);                      \
	}                                                          \
	DO(NAME##32_K)                                             \
	{                                                          \
		DST = alu32_##name(DST, operand_imm32(step->imm)); \
	}                                                          \
	DO(NAME##32_X)                                             \
	{                                                          \
		DST = alu32_##name(DST, SRC);                      \
	}
ALU(ADD, add)
ALU(SUB, sub)
ALU(MUL, mul)
ALU(DIV, div)
ALU(SDIV, sdiv)
ALU(MOD, mod)
ALU(SMOD, smod)
ALU(OR, or)
ALU(AND, and)
ALU(XOR, xor)
ALU(LSH, lsh)
ALU(RSH, rsh)
ALU(ARSH, arsh)
ALU(MOV, mov)
#undef ALU

#define UNARY(NAME, expression)     \
	DO(NAME)                    \
	{                           \
		DST = (expression); \
	}
UNARY(NEG, alu64_neg(DST, 0))
UNARY(NEG32, alu32_neg(DST, 0))
UNARY(ZEXT, (uint32_t)DST)
UNARY(MOVSX8, sext8(SRC))
UNARY(MOVSX16, sext16(SRC))
UNARY(MOVSX32, sext32(SRC))
UNARY(MOVSX8_32, (uint32_t)sext8(SRC))
UNARY(MOVSX16_32, (uint32_t)sext16(SRC))
UNARY(LE16, to_le16(DST))
UNARY(LE32, to_le32(DST))
UNARY(LE64, to_le64(DST))
UNARY(BE16, to_be16(DST))
UNARY(BE32, to_be32(DST))
UNARY(BE64, to_be64(DST))
UNARY(BSWAP16, swap16(DST))
UNARY(BSWAP32, swap32(DST))
UNARY(BSWAP64, swap64(DST))
UNARY(LD_IMM64, step[1].wide)
/* Until there are arenas: towards the program's address space (0 from 1) the low half, else a move. */
UNARY(ADDR_SPACE_CAST, step->imm == 1 ? (uint32_t)SRC : SRC)
#undef UNARY

DO(NOSPEC)
{
	(void)reg;
	(void)step;
}

/* Conditions. */
#define JUMPS(NAME, name)                                           \
	TEST(NAME##_K)                                              \
	{                                                           \
		return jmp64_##name(DST, operand_imm64(step->imm)); \
	}                                                           \
	TEST(NAME##_X)                                              \
	{                                                           \
		return jmp64_##name(DST, SRC);                      \
	}                                                           \
	TEST(NAME##32_K)                                            \
	{                                                           \
		return jmp32_##name(DST, operand_imm32(step->imm)); \
	}                                                           \
	TEST(NAME##32_X)                                            \
	{                                                           \
		return jmp32_##name(DST, SRC);                      \
	}
JUMPS(JEQ, jeq)
JUMPS(JNE, jne)
JUMPS(JSET, jset)
JUMPS(JGT, jgt)
JUMPS(JGE, jge)
JUMPS(JLT, jlt)
JUMPS(JLE, jle)
JUMPS(JSGT, jsgt)
JUMPS(JSGE, jsge)
JUMPS(JSLT, jslt)
JUMPS(JSLE, jsle)
#undef JUMPS

TEST(JA)
{
	(void)reg;
	(void)step;
	return true;
}

/* Memory. Plain accesses are of any alignment. */
#define READ_FROM ((const void *)(uintptr_t)(SRC + step->off))
#define WRITE_TO ((void *)(uintptr_t)(DST + step->off))

static inline uint64_t probe(const void *address, unsigned size)
{
	uint64_t value;

	fault_load(address, size, &value);
	return value;
}

#define LOAD(size, width)                                                                                     \
	DO(LDX_##size)                                                                                        \
	{                                                                                                     \
		uint##width##_t value;                                                                        \
		memcpy(&value, READ_FROM, sizeof(value));                                                     \
		DST = value;                                                                                  \
	}                                                                                                     \
	DO(PROBE_MEM_##size)                                                                                  \
	{                                                                                                     \
		DST = probe(READ_FROM, width / 8);                                                            \
	}                                                                                                     \
	DO(LOAD_ACQ_##size)                                                                                   \
	{                                                                                                     \
		DST = atomic_load_explicit((const _Atomic uint##width##_t *)READ_FROM, memory_order_acquire); \
	}
#define LOAD_SIGNED(size, width)                                \
	DO(LDSX_##size)                                         \
	{                                                       \
		uint##width##_t value;                          \
		memcpy(&value, READ_FROM, sizeof(value));       \
		DST = sext##width(value);                       \
	}                                                       \
	DO(PROBE_MEMSX_##size)                                  \
	{                                                       \
		DST = sext##width(probe(READ_FROM, width / 8)); \
	}
#define STORE(size, width)                                                                                \
	DO(ST_##size)                                                                                     \
	{                                                                                                 \
		uint##width##_t value = (uint##width##_t)operand_imm64(step->imm);                        \
		memcpy(WRITE_TO, &value, sizeof(value));                                                  \
	}                                                                                                 \
	DO(STX_##size)                                                                                    \
	{                                                                                                 \
		uint##width##_t value = (uint##width##_t)SRC;                                             \
		memcpy(WRITE_TO, &value, sizeof(value));                                                  \
	}                                                                                                 \
	DO(STORE_REL_##size)                                                                              \
	{                                                                                                 \
		atomic_store_explicit(                                                                    \
			(_Atomic uint##width##_t *)WRITE_TO, (uint##width##_t)SRC, memory_order_release); \
	}
LOAD(B, 8)
LOAD(H, 16)
LOAD(W, 32)
LOAD(DW, 64)
LOAD_SIGNED(B, 8)
LOAD_SIGNED(H, 16)
LOAD_SIGNED(W, 32)
STORE(B, 8)
STORE(H, 16)
STORE(W, 32)
STORE(DW, 64)
#undef LOAD
#undef LOAD_SIGNED
#undef STORE

/* Atomics: those that fetch order everything around them, as in the kernel; the others do not. */
#define TARGET(width) ((_Atomic uint##width##_t *)WRITE_TO)
#define ATOMIC(width, NAME, name)                                                                                \
	DO(ATOMIC##width##_##NAME)                                                                               \
	{                                                                                                        \
		atomic_fetch_##name##_explicit(TARGET(width), (uint##width##_t)SRC, memory_order_relaxed);       \
	}                                                                                                        \
	DO(ATOMIC##width##_FETCH_##NAME)                                                                         \
	{                                                                                                        \
		SRC = atomic_fetch_##name##_explicit(TARGET(width), (uint##width##_t)SRC, memory_order_seq_cst); \
	}
#define ATOMICS(width)                                                                                               \
	ATOMIC(width, ADD, add)                                                                                      \
	ATOMIC(width, OR, or)                                                                                        \
	ATOMIC(width, AND, and)                                                                                      \
	ATOMIC(width, XOR, xor)                                                                                      \
	DO(ATOMIC##width##_XCHG)                                                                                     \
	{                                                                                                            \
		SRC = atomic_exchange_explicit(TARGET(width), (uint##width##_t)SRC, memory_order_seq_cst);           \
	}                                                                                                            \
	DO(ATOMIC##width##_CMPXCHG)                                                                                  \
	{                                                                                                            \
		uint##width##_t expected = (uint##width##_t)reg[0];                                                  \
		atomic_compare_exchange_strong_explicit(                                                             \
			TARGET(width), &expected, (uint##width##_t)SRC, memory_order_seq_cst, memory_order_seq_cst); \
		reg[0] = expected;                                                                                   \
	}
ATOMICS(32)
ATOMICS(64)
#undef ATOMICS
#undef ATOMIC
#undef TARGET

#undef READ_FROM
#undef WRITE_TO
#undef DST
#undef SRC
#undef DO
#undef TEST

#endif
