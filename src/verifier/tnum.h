/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Known bits: a set of 64-bit numbers that agree on some bits.
 *
 * A bit of mask that is 1 is not known; where mask is 0 the bit of value holds. value & mask is always 0. So
 * { 0x10, 0x3 } is the set { 0x10, 0x11, 0x12, 0x13 }. Values that pass through no function here are copied.
 * Every function is pure, and sound: the result holds op(x, y) for all x in a and y in b.
 */
#ifndef SKEP_VERIFIER_TNUM_H
#define SKEP_VERIFIER_TNUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tnum {
	uint64_t value, mask;
};

#define TNUM_UNKNOWN ((struct tnum){ 0, UINT64_MAX })

static inline struct tnum tnum_const(uint64_t value)
{
	return (struct tnum){ value, 0 };
}

static inline bool tnum_is_const(struct tnum a)
{
	return !a.mask;
}

static inline bool tnum_is_unknown(struct tnum a)
{
	return !~a.mask;
}

/* Whether the concrete x is in a. */
static inline bool tnum_contains(struct tnum a, uint64_t x)
{
	return (x & ~a.mask) == a.value;
}

/* The least member above x; the greatest of all if none is. */
uint64_t tnum_next(struct tnum a, uint64_t x);

/* The smallest tnum that holds min..max, unsigned. If min > max, which nothing is in, one that holds both. */
struct tnum tnum_range(uint64_t min, uint64_t max);

struct tnum tnum_add(struct tnum a, struct tnum b);
struct tnum tnum_sub(struct tnum a, struct tnum b);
struct tnum tnum_neg(struct tnum a);
struct tnum tnum_mul(struct tnum a, struct tnum b);
struct tnum tnum_and(struct tnum a, struct tnum b);
struct tnum tnum_or(struct tnum a, struct tnum b);
struct tnum tnum_xor(struct tnum a, struct tnum b);

/* Shifts by a known amount below the width. tnum_arsh32 shifts the low half, and clears the high one. */
struct tnum tnum_lsh(struct tnum a, unsigned int shift);
struct tnum tnum_rsh(struct tnum a, unsigned int shift);
struct tnum tnum_arsh(struct tnum a, unsigned int shift);
struct tnum tnum_arsh32(struct tnum a, unsigned int shift);

/* The low bits (16, 32, 64) with their bytes in the opposite order, zero extended. */
struct tnum tnum_byteswap(struct tnum a, unsigned int bits);

/* What a and b both allow. Where they disagree on a known bit the set is empty, and the result any tnum. */
struct tnum tnum_intersect(struct tnum a, struct tnum b);
/* Whether some number may be in both: they agree on the bits that both know. */
bool tnum_overlap(struct tnum a, struct tnum b);
/* The smallest tnum that holds a and b. */
struct tnum tnum_union(struct tnum a, struct tnum b);
/* Whether every member of b is a member of a. */
bool tnum_includes(struct tnum a, struct tnum b);

static inline bool tnum_equal(struct tnum a, struct tnum b)
{
	return a.value == b.value && a.mask == b.mask;
}

/* The low size bytes, zero extended; size is 1 to 8. */
struct tnum tnum_cast(struct tnum a, unsigned int size);
/* Whether every member is a multiple of size, a power of two. 0 and 1 always are. */
bool tnum_is_aligned(struct tnum a, uint64_t size);

/* The low half, the high half, and one put together of a's high and b's low half. */
struct tnum tnum_subreg(struct tnum a);
struct tnum tnum_clear_subreg(struct tnum a);
struct tnum tnum_with_subreg(struct tnum a, struct tnum b);

static inline bool tnum_subreg_is_const(struct tnum a)
{
	return !(uint32_t)a.mask;
}

/* "(0xVALUE; 0xMASK)", as the verifier log prints it. Returns as snprintf. */
int tnum_format(char *buffer, size_t size, struct tnum a);

#endif
