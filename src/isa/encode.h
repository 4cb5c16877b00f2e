/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instructions from their parts, for rewrites and tests. Each is an expression, and may stand in the initialiser of an
 * array of struct bpf_insn, static ones too. op and size are the BPF_ names of uapi.h without the prefix: ADD, JSGT,
 * DW.
 */
#ifndef SKEP_ISA_ENCODE_H
#define SKEP_ISA_ENCODE_H

#include "skep/uapi.h"

#define INSN(code_, dst_, src_, off_, imm_) \
	((struct bpf_insn){ .code = (code_), .dst_reg = (dst_), .src_reg = (src_), .off = (off_), .imm = (imm_) })

/* dst = dst OP src, dst = dst OP imm, of 64 and of 32 bits. */
#define INSN_ALU64_X(op, dst, src) INSN(BPF_ALU64 | BPF_##op | BPF_X, dst, src, 0, 0)
#define INSN_ALU64_K(op, dst, imm) INSN(BPF_ALU64 | BPF_##op | BPF_K, dst, 0, 0, imm)
#define INSN_ALU32_X(op, dst, src) INSN(BPF_ALU | BPF_##op | BPF_X, dst, src, 0, 0)
#define INSN_ALU32_K(op, dst, imm) INSN(BPF_ALU | BPF_##op | BPF_K, dst, 0, 0, imm)
/* The signed forms of DIV and MOD. */
#define INSN_SIGNED64_X(op, dst, src) INSN(BPF_ALU64 | BPF_##op | BPF_X, dst, src, 1, 0)
#define INSN_SIGNED64_K(op, dst, imm) INSN(BPF_ALU64 | BPF_##op | BPF_K, dst, 0, 1, imm)
#define INSN_SIGNED32_X(op, dst, src) INSN(BPF_ALU | BPF_##op | BPF_X, dst, src, 1, 0)
#define INSN_SIGNED32_K(op, dst, imm) INSN(BPF_ALU | BPF_##op | BPF_K, dst, 0, 1, imm)
#define INSN_MOV64_X(dst, src) INSN_ALU64_X(MOV, dst, src)
#define INSN_MOV64_K(dst, imm) INSN_ALU64_K(MOV, dst, imm)
#define INSN_MOV32_X(dst, src) INSN_ALU32_X(MOV, dst, src)
#define INSN_MOV32_K(dst, imm) INSN_ALU32_K(MOV, dst, imm)
#define INSN_MOVSX64(dst, src, bits) INSN(BPF_ALU64 | BPF_MOV | BPF_X, dst, src, bits, 0)
#define INSN_MOVSX32(dst, src, bits) INSN(BPF_ALU | BPF_MOV | BPF_X, dst, src, bits, 0)
#define INSN_ZEXT(dst) INSN(BPF_ALU | BPF_MOV | BPF_X, dst, dst, 0, 1)
#define INSN_NEG64(dst) INSN_ALU64_K(NEG, dst, 0)
#define INSN_NEG32(dst) INSN_ALU32_K(NEG, dst, 0)
#define INSN_LE(dst, bits) INSN(BPF_ALU | BPF_END | BPF_K, dst, 0, 0, bits)
#define INSN_BE(dst, bits) INSN(BPF_ALU | BPF_END | BPF_X, dst, 0, 0, bits)
#define INSN_BSWAP(dst, bits) INSN(BPF_ALU64 | BPF_END | BPF_K, dst, 0, 0, bits)
#define INSN_ADDR_SPACE_CAST(dst, src, dst_as, src_as) \
	INSN(BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 1, (uint32_t)(dst_as) << 16 | (src_as))

/* dst = *(size *)(src + off); *(size *)(dst + off) = src or imm. */
#define INSN_LDX(size, dst, src, off) INSN(BPF_LDX | BPF_MEM | BPF_##size, dst, src, off, 0)
#define INSN_LDSX(size, dst, src, off) INSN(BPF_LDX | BPF_MEMSX | BPF_##size, dst, src, off, 0)
#define INSN_STX(size, dst, src, off) INSN(BPF_STX | BPF_MEM | BPF_##size, dst, src, off, 0)
#define INSN_ST(size, dst, off, imm) INSN(BPF_ST | BPF_MEM | BPF_##size, dst, 0, off, imm)
/* On *(size *)(dst + off) with src. op: a number, as in BPF_ADD | BPF_FETCH, BPF_XCHG, BPF_CMPXCHG. */
#define INSN_ATOMIC(size, op, dst, src, off) INSN(BPF_STX | BPF_ATOMIC | BPF_##size, dst, src, off, op)
#define INSN_LOAD_ACQ(size, dst, src, off) INSN_ATOMIC(size, BPF_LOAD_ACQ, dst, src, off)
#define INSN_STORE_REL(size, dst, src, off) INSN_ATOMIC(size, BPF_STORE_REL, dst, src, off)
/* Legacy loads: of the packet at imm, or at src + imm, to r0. */
#define INSN_LD_ABS(size, imm) INSN(BPF_LD | BPF_ABS | BPF_##size, 0, 0, 0, imm)
#define INSN_LD_IND(size, src, imm) INSN(BPF_LD | BPF_IND | BPF_##size, 0, src, 0, imm)

/* Jumps; off is in slots from the next instruction. */
#define INSN_JMP64_X(op, dst, src, off) INSN(BPF_JMP | BPF_##op | BPF_X, dst, src, off, 0)
#define INSN_JMP64_K(op, dst, imm, off) INSN(BPF_JMP | BPF_##op | BPF_K, dst, 0, off, imm)
#define INSN_JMP32_X(op, dst, src, off) INSN(BPF_JMP32 | BPF_##op | BPF_X, dst, src, off, 0)
#define INSN_JMP32_K(op, dst, imm, off) INSN(BPF_JMP32 | BPF_##op | BPF_K, dst, 0, off, imm)
#define INSN_JA(off) INSN(BPF_JMP | BPF_JA, 0, 0, off, 0)
#define INSN_JA32(imm) INSN(BPF_JMP32 | BPF_JA, 0, 0, 0, imm)
#define INSN_MAY_GOTO(off) INSN(BPF_JMP | BPF_JCOND, 0, 0, off, 0)
#define INSN_CALL(helper) INSN(BPF_JMP | BPF_CALL, 0, 0, 0, helper)
#define INSN_CALL_LOCAL(imm) INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, imm)
#define INSN_CALL_KFUNC(id, fd_index) INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_KFUNC_CALL, fd_index, id)
#define INSN_EXIT() INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

/* Wide loads are two elements of an array. src: 0 or a BPF_PSEUDO_ name; low and high: the two immediates. */
#define INSN_LD_WIDE(dst, src, low, high) INSN(BPF_LD | BPF_DW | BPF_IMM, dst, src, 0, low), INSN(0, 0, 0, 0, high)
#define INSN_LD_IMM64(dst, value) INSN_LD_WIDE(dst, 0, (uint32_t)(value), (uint64_t)(value) >> 32)
#define INSN_LD_MAP_FD(dst, fd) INSN_LD_WIDE(dst, BPF_PSEUDO_MAP_FD, fd, 0)
#define INSN_LD_MAP_VALUE(dst, fd, off) INSN_LD_WIDE(dst, BPF_PSEUDO_MAP_VALUE, fd, off)
#define INSN_LD_FUNC(dst, imm) INSN_LD_WIDE(dst, BPF_PSEUDO_FUNC, imm, 0)

#endif
