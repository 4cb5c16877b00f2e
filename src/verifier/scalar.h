/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is known of a register that holds a number.
 *
 * Five views of one set of 64-bit numbers: known bits, signed and unsigned range, and the signed and unsigned range of
 * the low 32 bits. A number x is in the set if all views allow it:
 *
 *	var_off  (x & ~mask) == value
 *	64 bits  umin <= x <= umax,  smin <= (int64_t)x <= smax
 *	32 bits  u32_min <= (uint32_t)x <= u32_max,  s32_min <= (int32_t)x <= s32_max
 *
 * Every function is pure, takes and returns values, and leaves the views in step (scalar_sync). The precision is that
 * of Linux 6.18, because logs and verdicts show it; where Linux gives up (division), so do we.
 *
 * Soundness, which tests/proofs/ proves: for all x in a and y in b, op(x, y) of isa/semantics.h is in the result.
 */
#ifndef SKEP_VERIFIER_SCALAR_H
#define SKEP_VERIFIER_SCALAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "verifier/tnum.h"

struct scalar {
	struct tnum var_off;
	int64_t smin, smax;
	uint64_t umin, umax;
	int32_t s32_min, s32_max;
	uint32_t u32_min, u32_max;
};

struct scalar_pair {
	struct scalar a, b;
};

/* --- making and asking: scalar.c --- */

struct scalar scalar_unknown(void);
struct scalar scalar_const(uint64_t value);
/* Unsigned min..max, and signed min..max; min <= max. */
struct scalar scalar_urange(uint64_t min, uint64_t max);
struct scalar scalar_srange(int64_t min, int64_t max);

static inline bool scalar_is_const(struct scalar a)
{
	return tnum_is_const(a.var_off);
}

/* The low 32 bits are known: then they are (uint32_t)a.var_off.value. */
static inline bool scalar_is_const32(struct scalar a)
{
	return tnum_subreg_is_const(a.var_off);
}

bool scalar_is_unknown(struct scalar a);
/* Every number: whether x is in a. */
bool scalar_contains(struct scalar a, uint64_t x);
bool scalar_equal(struct scalar a, struct scalar b);
/* Whether each view of a holds that of b: the pruning test (b was seen safe as a). */
bool scalar_includes(struct scalar a, struct scalar b);
/*
 * False if a view is empty or two views contradict: no number is in a. Branch refinement makes such values on paths
 * that cannot be taken and were not seen to be dead. The verifier then forgets what it knew (scalar_unbounded).
 */
bool scalar_is_sane(struct scalar a);
/* What both a and b allow. Empty (scalar_is_sane false, or any value) if they have nothing in common. */
struct scalar scalar_intersect(struct scalar a, struct scalar b);
/* All ranges forgotten; the known bits stay. */
struct scalar scalar_unbounded(struct scalar a);

/* --- keeping the views in step: scalar_sync.c --- */

struct scalar scalar_sync(struct scalar a);

/* --- arithmetic: scalar_alu.c. 64 bits; the ones named 32 compute on the low halves and zero extend --- */

struct scalar scalar_add(struct scalar a, struct scalar b);
struct scalar scalar_sub(struct scalar a, struct scalar b);
struct scalar scalar_mul(struct scalar a, struct scalar b);
struct scalar scalar_and(struct scalar a, struct scalar b);
struct scalar scalar_or(struct scalar a, struct scalar b);
struct scalar scalar_xor(struct scalar a, struct scalar b);
struct scalar scalar_neg(struct scalar a);
/* Shifts by an amount that is not a known number below the width give unknown. */
struct scalar scalar_lsh(struct scalar a, struct scalar b);
struct scalar scalar_rsh(struct scalar a, struct scalar b);
struct scalar scalar_arsh(struct scalar a, struct scalar b);

struct scalar scalar_add32(struct scalar a, struct scalar b);
struct scalar scalar_sub32(struct scalar a, struct scalar b);
struct scalar scalar_mul32(struct scalar a, struct scalar b);
struct scalar scalar_and32(struct scalar a, struct scalar b);
struct scalar scalar_or32(struct scalar a, struct scalar b);
struct scalar scalar_xor32(struct scalar a, struct scalar b);
struct scalar scalar_neg32(struct scalar a);
struct scalar scalar_lsh32(struct scalar a, struct scalar b);
struct scalar scalar_rsh32(struct scalar a, struct scalar b);
struct scalar scalar_arsh32(struct scalar a, struct scalar b);

/*
 * Any ALU or ALU64 instruction but MOV and END by its code byte: dispatches to the above; NEG looks at a alone.
 * DIV and MOD, signed or not, give unknown. For a BPF_K form pass scalar_const((int64_t)imm) as b.
 */
struct scalar scalar_alu(uint8_t code, struct scalar a, struct scalar b);

/*
 * Whether Linux 6.18 explores the instruction twice: and, or with a known b where a, or its low half, is a mask: 0 or
 * -1 (what an arithmetic shift by 63, or a comparison without a branch, leaves). So the result stays known. The
 * destination is then .a of scalar_forked() on the path that goes on, and .b on one that is put off and begins with the
 * same instruction.
 */
bool scalar_forks(uint8_t code, struct scalar a, struct scalar b);
struct scalar_pair scalar_forked(struct scalar a);

/* --- moving and casting: scalar_cast.c --- */

/* wD = wS: the low half, zero extended. */
struct scalar scalar_zext32(struct scalar a);
/* The low size bytes (1, 2, 4, 8), zero extended: what a load or a spill of that size keeps. */
struct scalar scalar_truncate(struct scalar a, unsigned int size);
/* rD = (sN)rS and wD = (sN)wS: the low size bytes, sign extended to 64 bits, or to 32 and then zero extended. */
struct scalar scalar_sext(struct scalar a, unsigned int size);
struct scalar scalar_sext32(struct scalar a, unsigned int size);
/* le16 ... bswap64, by the code byte of BPF_END and its bits (16, 32, 64): the low bits, their bytes swapped or not. */
struct scalar scalar_end(uint8_t code, unsigned int bits, struct scalar a);

/* --- branches: scalar_branch.c --- */

enum branch_outcome {
	BRANCH_NEVER = 0,
	BRANCH_ALWAYS = 1,
	BRANCH_UNKNOWN = -1,
};

/* op is BPF_OP of a conditional jump: JEQ, JNE, JSET, JGT, JGE, JLT, JLE, JSGT, JSGE, JSLT, JSLE; is32: of class JMP32.
 * For a BPF_K form b is scalar_const((int64_t)imm).
 */
enum branch_outcome scalar_branch_outcome(uint8_t op, bool is32, struct scalar a, struct scalar b);
/*
 * a and b after the jump was taken, or not. No pair (x, y) of a and b that goes that way is lost. Check each side with
 * scalar_is_sane().
 */
struct scalar_pair scalar_branch(uint8_t op, bool is32, bool taken, struct scalar a, struct scalar b);

/* --- text: scalar_print.c --- */

/*
 * As the verifier log of 6.18: a constant as "7" or "0xffff...", else "scalar(smin=...,var_off=(0x0; 0xf))" with what
 * says nothing left out. prefix, such as "id=1", goes first inside the parentheses; NULL for none. Returns as snprintf.
 */
int scalar_format(char *buffer, size_t size, struct scalar a, const char *prefix);
/* Only the inside: ",smin=..." or "" (each part with its comma), for pointers with variable offsets. */
int scalar_format_ranges(char *buffer, size_t size, struct scalar a);

#endif
