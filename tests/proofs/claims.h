/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is proved of the scalar domain. A claim is a C function that returns true; prove.py compiles it together with
 * the sources that ship, and asks a solver for arguments that make the compiler's result return false.
 *
 * Claims that begin with contains() are about every abstract value and every number in it. A value need not be well
 * formed otherwise: one that no number is in makes a claim true by itself.
 */
#ifndef SKEP_TESTS_CLAIMS_H
#define SKEP_TESTS_CLAIMS_H

#include <stdbool.h>
#include <stdint.h>

#include "isa/semantics.h"
#include "skep/uapi.h"
#include "verifier/scalar.h"
#include "verifier/tnum.h"

#define CLAIM(name, ...)                \
	bool claim_##name(__VA_ARGS__); \
	bool claim_##name(__VA_ARGS__)

/* Abstract values as parameters, one number each, and put together. */
#define BITS(p) uint64_t p##_value, uint64_t p##_mask
#define GET_BITS(p) ((struct tnum){ p##_value, p##_mask })
#define SCALAR(p)                                                                                               \
	BITS(p), int64_t p##_smin, int64_t p##_smax, uint64_t p##_umin, uint64_t p##_umax, int32_t p##_s32_min, \
		int32_t p##_s32_max, uint32_t p##_u32_min, uint32_t p##_u32_max
#define GET(p)                                                                                                        \
	((struct scalar){ GET_BITS(p), p##_smin, p##_smax, p##_umin, p##_umax, p##_s32_min, p##_s32_max, p##_u32_min, \
		p##_u32_max })

static inline bool contains_bits(struct scalar a, uint64_t x)
{
	return tnum_contains(a.var_off, x);
}

static inline bool contains_unsigned(struct scalar a, uint64_t x)
{
	return a.umin <= x && x <= a.umax;
}

static inline bool contains_signed(struct scalar a, uint64_t x)
{
	return a.smin <= (int64_t)x && (int64_t)x <= a.smax;
}

static inline bool contains_unsigned_low(struct scalar a, uint64_t x)
{
	return a.u32_min <= (uint32_t)x && (uint32_t)x <= a.u32_max;
}

static inline bool contains_signed_low(struct scalar a, uint64_t x)
{
	return a.s32_min <= (int32_t)x && (int32_t)x <= a.s32_max;
}

static inline bool contains(struct scalar a, uint64_t x)
{
	return contains_bits(a, x) && contains_unsigned(a, x) && contains_signed(a, x) && contains_unsigned_low(a, x) &&
	       contains_signed_low(a, x);
}

#endif
