/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Multiplication of ranges, where 64 bits are too much for a solver: the same source at 8 bits, for every range and
 * every number. (Multiplication of known bits is tried on all of 8 bits by tests/test_scalar_small.c.)
 */
#include "claims.h"

#define RANGE range8
#define RANGE_OP(name) range8_##name
#define UWORD uint8_t
#define SWORD int8_t
#define UWORD_MAX UINT8_MAX
#define SWORD_MIN INT8_MIN
#define SWORD_MAX INT8_MAX
struct range8 {
	int8_t smin, smax;
	uint8_t umin, umax;
};
#include "verifier/range_ops.h"

#define RANGE8(p) int8_t p##_smin, int8_t p##_smax, uint8_t p##_umin, uint8_t p##_umax
#define GET8(p) ((struct range8){ p##_smin, p##_smax, p##_umin, p##_umax })

static inline bool contains8(struct range8 a, uint8_t x)
{
	return a.umin <= x && x <= a.umax && a.smin <= (int8_t)x && (int8_t)x <= a.smax;
}

CLAIM(mul_unsigned, RANGE8(a), RANGE8(b), uint8_t x, uint8_t y)
{
	struct range8 product = range8_mul(GET8(a), GET8(b));
	uint8_t xy = x * y;

	return !contains8(GET8(a), x) || !contains8(GET8(b), y) || (product.umin <= xy && xy <= product.umax);
}

CLAIM(mul_signed, RANGE8(a), RANGE8(b), uint8_t x, uint8_t y)
{
	struct range8 product = range8_mul(GET8(a), GET8(b));
	int8_t xy = x * y;

	return !contains8(GET8(a), x) || !contains8(GET8(b), y) || (product.smin <= xy && xy <= product.smax);
}
