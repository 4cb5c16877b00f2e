/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What instructions compute (RFC 9669, sections 4.1 to 4.3), written once: the interpreter, constant folding and the
 * tests of the verifier's domains all call these. Pure, and defined for every argument.
 *
 * alu64_X(dst, src) and alu32_X(dst, src) return the new destination; a 32-bit result is zero-extended into the
 * register by assigning it. jmp64_X(dst, src) and jmp32_X(dst, src) tell whether a jump is taken.
 * The second operand is the source register, or operand_imm64() or operand_imm32() of the immediate.
 */
#ifndef SKEP_ISA_SEMANTICS_H
#define SKEP_ISA_SEMANTICS_H

#include <stdbool.h>
#include <stdint.h>

#define WIDTH 64
#define UINT uint64_t
#define SINT int64_t
#include "isa/semantics_width.h"

#define WIDTH 32
#define UINT uint32_t
#define SINT int32_t
#include "isa/semantics_width.h"

/* An immediate is sign-extended where the operation is of 64 bits. */
static inline uint64_t operand_imm64(int32_t imm)
{
	return (int64_t)imm;
}

static inline uint32_t operand_imm32(int32_t imm)
{
	return imm;
}

/* Sign extension of the low bits: moves and loads with sign. Of a 32-bit move the caller keeps the low half. */
static inline uint64_t sext8(uint64_t value)
{
	return (int64_t)(int8_t)value;
}

static inline uint64_t sext16(uint64_t value)
{
	return (int64_t)(int16_t)value;
}

static inline uint64_t sext32(uint64_t value)
{
	return (int64_t)(int32_t)value;
}

/* BSWAP, and LE and BE as a machine of either byte order does them: all of them clear the bits above. */
static inline uint64_t swap16(uint64_t value)
{
	return __builtin_bswap16((uint16_t)value);
}

static inline uint64_t swap32(uint64_t value)
{
	return __builtin_bswap32((uint32_t)value);
}

static inline uint64_t swap64(uint64_t value)
{
	return __builtin_bswap64(value);
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define SEMANTICS_LE(width, value) ((uint##width##_t)(value))
#define SEMANTICS_BE(width, value) swap##width(value)
#else
#define SEMANTICS_LE(width, value) swap##width(value)
#define SEMANTICS_BE(width, value) ((uint##width##_t)(value))
#endif

static inline uint64_t to_le16(uint64_t value)
{
	return SEMANTICS_LE(16, value);
}

static inline uint64_t to_le32(uint64_t value)
{
	return SEMANTICS_LE(32, value);
}

static inline uint64_t to_le64(uint64_t value)
{
	return SEMANTICS_LE(64, value);
}

static inline uint64_t to_be16(uint64_t value)
{
	return SEMANTICS_BE(16, value);
}

static inline uint64_t to_be32(uint64_t value)
{
	return SEMANTICS_BE(32, value);
}

static inline uint64_t to_be64(uint64_t value)
{
	return SEMANTICS_BE(64, value);
}

#undef SEMANTICS_LE
#undef SEMANTICS_BE

#endif
