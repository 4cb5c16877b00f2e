/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Formats of x86-64 instructions. width is 1, 2, 4 or 8 bytes. An opcode is written as the manual prints it: 0x89, or
 * with its map: 0x0faf, 0x0f38f0; one with a mandatory prefix has it in bits 24 and up: 0xf30f38f7.
 */
#ifndef SKEP_EXEC_JIT_X86_64_ENCODE_H
#define SKEP_EXEC_JIT_X86_64_ENCODE_H

#include <stdbool.h>

#include "exec/jit/code.h"
#include "exec/jit/ir.h"

enum x86_reg {
	RAX,
	RCX,
	RDX,
	RBX,
	RSP,
	RBP,
	RSI,
	RDI,
	R8,
	R9,
	R10,
	R11,
	R12,
	R13,
	R14,
	R15,
};

/* base + index << scale + disp; index NO_INDEX: none. rsp cannot be an index. */
struct x86_mem {
	uint8_t base, index, scale;
	int32_t disp;
};

static inline struct x86_mem x86_at(unsigned base, int32_t disp)
{
	return (struct x86_mem){ .base = base, .index = NO_INDEX, .disp = disp };
}

static inline bool fits8(int64_t value)
{
	return value == (int8_t)value;
}

static inline bool fits32(int64_t value)
{
	return value == (int32_t)value;
}

/* Prefixes and opcode. force: a byte register that needs REX to be named. */
static inline void x86_opcode(
	struct code *code, unsigned width, uint32_t opcode, unsigned reg, unsigned index, unsigned base, bool force)
{
	unsigned rex = (width == 8) << 3 | (reg >> 3) << 2 | (index >> 3) << 1 | base >> 3;

	if (width == 2)
		put8(code, 0x66);
	if (opcode >> 24)
		put8(code, opcode >> 24);
	if (rex || force)
		put8(code, 0x40 | rex);
	if (opcode >> 16 & 0xff)
		put8(code, opcode >> 16);
	if (opcode >> 8 & 0xff)
		put8(code, opcode >> 8);
	put8(code, opcode);
}

static inline void x86_modrm_mem(struct code *code, unsigned reg, struct x86_mem mem)
{
	unsigned base = mem.base & 7, field = (reg & 7) << 3, mod;

	if (mem.disp == 0 && base != RBP)
		mod = 0;
	else
		mod = fits8(mem.disp) ? 0x40 : 0x80;
	if (mem.index != NO_INDEX || base == RSP) {
		unsigned index = mem.index == NO_INDEX ? RSP : mem.index & 7;

		put8(code, mod | field | 4);
		put8(code, mem.scale << 6 | index << 3 | base);
	} else {
		put8(code, mod | field | base);
	}
	if (mod == 0x40)
		put8(code, mem.disp);
	else if (mod == 0x80)
		put32(code, mem.disp);
}

/* Register and register or opcode extension; rm is the operand that the manual calls r/m. */
static inline void x86_rr(struct code *code, unsigned width, uint32_t opcode, unsigned reg, unsigned rm)
{
	bool force = width == 1 && ((reg >= RSP && reg <= RDI) || (rm >= RSP && rm <= RDI));

	x86_opcode(code, width, opcode, reg, 0, rm, force);
	put8(code, 0xc0 | (reg & 7) << 3 | (rm & 7));
}

static inline void x86_rm(struct code *code, unsigned width, uint32_t opcode, unsigned reg, struct x86_mem mem)
{
	bool force = width == 1 && reg >= RSP && reg <= RDI;

	x86_opcode(code, width, opcode, reg, mem.index == NO_INDEX ? 0 : mem.index, mem.base, force);
	x86_modrm_mem(code, reg, mem);
}

/* Group 1 arithmetic with an immediate: n is the /digit. */
static inline void x86_ri(struct code *code, unsigned width, unsigned n, unsigned rm, int32_t imm)
{
	if (fits8(imm)) {
		x86_rr(code, width, 0x83, n, rm);
		put8(code, imm);
	} else if (rm == RAX) {
		x86_opcode(code, width, 0x05 | n << 3, 0, 0, 0, false);
		put32(code, imm);
	} else {
		x86_rr(code, width, 0x81, n, rm);
		put32(code, imm);
	}
}

static inline void x86_immediate(struct code *code, unsigned width, int64_t imm)
{
	if (width == 1)
		put8(code, imm);
	else if (width == 2) {
		put8(code, imm);
		put8(code, imm >> 8);
	} else {
		put32(code, imm);
	}
}

/* VEX, three operands, 128-bit length, 0f38 (map 2) or 0f3a (map 3); pp: 0 none, 1 66, 2 f3, 3 f2. */
static inline void x86_vex_prefix(struct code *code, unsigned width, unsigned map, unsigned pp, unsigned reg,
	unsigned vvvv, unsigned index, unsigned base)
{
	put8(code, 0xc4);
	put8(code, (~reg >> 3 & 1) << 7 | (~index >> 3 & 1) << 6 | (~base >> 3 & 1) << 5 | map);
	put8(code, (width == 8) << 7 | (~vvvv & 15) << 3 | pp);
}

static inline void x86_vex_rr(struct code *code, unsigned width, unsigned map, unsigned pp, uint8_t opcode,
	unsigned reg, unsigned vvvv, unsigned rm)
{
	x86_vex_prefix(code, width, map, pp, reg, vvvv, 0, rm);
	put8(code, opcode);
	put8(code, 0xc0 | (reg & 7) << 3 | (rm & 7));
}

static inline void x86_vex_rm(struct code *code, unsigned width, unsigned map, unsigned pp, uint8_t opcode,
	unsigned reg, unsigned vvvv, struct x86_mem mem)
{
	x86_vex_prefix(code, width, map, pp, reg, vvvv, mem.index == NO_INDEX ? 0 : mem.index, mem.base);
	put8(code, opcode);
	x86_modrm_mem(code, reg, mem);
}

static inline void x86_mov(struct code *code, unsigned width, unsigned dst, unsigned src)
{
	x86_rr(code, width, 0x89, src, dst);
}

/* The shortest way to a constant. Flags change. */
static inline void x86_mov_imm(struct code *code, unsigned dst, int64_t imm)
{
	if (imm == 0) {
		x86_rr(code, 4, 0x31, dst, dst);
	} else if (imm == (int64_t)(uint32_t)imm) {
		x86_opcode(code, 4, 0xb8 | (dst & 7), 0, 0, dst, false);
		put32(code, imm);
	} else if (fits32(imm)) {
		x86_rr(code, 8, 0xc7, 0, dst);
		put32(code, imm);
	} else {
		x86_opcode(code, 8, 0xb8 | (dst & 7), 0, 0, dst, false);
		put64(code, imm);
	}
}

static inline void x86_push(struct code *code, unsigned reg)
{
	x86_opcode(code, 4, 0x50 | (reg & 7), 0, 0, reg, false);
}

static inline void x86_pop(struct code *code, unsigned reg)
{
	x86_opcode(code, 4, 0x58 | (reg & 7), 0, 0, reg, false);
}

/* Condition codes, the low four bits of jcc. */
enum x86_condition {
	X86_B = 2,
	X86_AE,
	X86_E,
	X86_NE,
	X86_BE,
	X86_A,
	X86_S,
	X86_L = 12,
	X86_GE,
	X86_LE,
	X86_G,
};

/* Kinds of fixups: 0 to 15 are jcc. */
enum x86_fixup {
	FIXUP_JMP = 16,
	FIXUP_CALL,
	FIXUP_REL32, /* four bytes at the end of an instruction that addresses by rip */
};

/* A short jump forward within the code of one instruction; no fixup may come between it and its end. */
static inline uint32_t x86_skip(struct code *code, unsigned condition)
{
	put8(code, 0x70 | condition);
	put8(code, 0);
	return code->n;
}

static inline uint32_t x86_skip_always(struct code *code)
{
	put8(code, 0xeb);
	put8(code, 0);
	return code->n;
}

static inline void x86_skip_end(struct code *code, uint32_t from)
{
	code->bytes[from - 1] = code->n - from;
}

#endif
