/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ranges of one width, by inclusion. Before, define RANGE (the struct's name), RANGE_OP(name), UWORD, SWORD, UWORD_MAX,
 * SWORD_MIN and SWORD_MAX; all are undefined at the end. range.h makes 64 and 32 bits of it; tests also make 8 bits.
 *
 * A range is read by its two halves, signed and unsigned; the operators keep each apart and leave it to scalar_sync()
 * to let one tell the other.
 */

static inline struct RANGE RANGE_OP(full)(void)
{
	return (struct RANGE){ SWORD_MIN, SWORD_MAX, 0, UWORD_MAX };
}

static inline struct RANGE RANGE_OP(const)(UWORD value)
{
	return (struct RANGE){ (SWORD)value, (SWORD)value, value, value };
}

static inline bool RANGE_OP(is_const)(struct RANGE a)
{
	return a.smin == a.smax && a.umin == a.umax;
}

static inline bool RANGE_OP(is_full)(struct RANGE a)
{
	return a.smin == SWORD_MIN && a.smax == SWORD_MAX && a.umin == 0 && a.umax == UWORD_MAX;
}

static inline bool RANGE_OP(is_sane)(struct RANGE a)
{
	return a.smin <= a.smax && a.umin <= a.umax;
}

static inline bool RANGE_OP(contains)(struct RANGE a, UWORD x)
{
	return a.umin <= x && x <= a.umax && a.smin <= (SWORD)x && (SWORD)x <= a.smax;
}

static inline bool RANGE_OP(includes)(struct RANGE a, struct RANGE b)
{
	return a.umin <= b.umin && b.umax <= a.umax && a.smin <= b.smin && b.smax <= a.smax;
}

static inline struct RANGE RANGE_OP(narrow_unsigned)(struct RANGE a, UWORD min, UWORD max)
{
	a.umin = min > a.umin ? min : a.umin;
	a.umax = max < a.umax ? max : a.umax;
	return a;
}

static inline struct RANGE RANGE_OP(narrow_signed)(struct RANGE a, SWORD min, SWORD max)
{
	a.smin = min > a.smin ? min : a.smin;
	a.smax = max < a.smax ? max : a.smax;
	return a;
}

static inline struct RANGE RANGE_OP(intersect)(struct RANGE a, struct RANGE b)
{
	return RANGE_OP(narrow_signed)(RANGE_OP(narrow_unsigned)(a, b.umin, b.umax), b.smin, b.smax);
}

/* What known bits say: the sign bit, if unknown, is set in the least signed member and clear in the greatest. */
static inline struct RANGE RANGE_OP(narrow_bits)(struct RANGE a, UWORD value, UWORD mask)
{
	UWORD sign = (UWORD)SWORD_MIN;

	a = RANGE_OP(narrow_unsigned)(a, value, value | mask);
	return RANGE_OP(narrow_signed)(a, (SWORD)(value | (mask & sign)), (SWORD)(value | (mask & (UWORD)~sign)));
}

/* The words from min up to max, wrapping if need be, tell the signed half if they do not pass from SWORD_MAX to MIN. */
static inline struct RANGE RANGE_OP(narrow_signed_from)(struct RANGE a, UWORD min, UWORD max)
{
	return (SWORD)min <= (SWORD)max ? RANGE_OP(narrow_signed)(a, (SWORD)min, (SWORD)max) : a;
}

/* Likewise the unsigned half, if they do not pass from UWORD_MAX to 0. */
static inline struct RANGE RANGE_OP(narrow_unsigned_from)(struct RANGE a, UWORD min, UWORD max)
{
	return min <= max ? RANGE_OP(narrow_unsigned)(a, min, max) : a;
}

/*
 * A signed range that passes from -1 to 0 is, unsigned, two pieces: 0..smax and smin..UWORD_MAX. If the unsigned range
 * meets only one of them, the members are in that one:
 *
 *	0 [xxxxxxxx]smax            smin[xxxxxxxx] UWORD_MAX
 *	     [-----------umax]                               only the left
 *	               [umin-----------------]               only the right
 */
static inline struct RANGE RANGE_OP(deduce_pieces)(struct RANGE a)
{
	if (a.umax < (UWORD)a.smin) {
		a.smin = (SWORD)a.umin;
		a.umax = (UWORD)a.smax < a.umax ? (UWORD)a.smax : a.umax;
	} else if (a.umin > (UWORD)a.smax) {
		a.smax = (SWORD)a.umax;
		a.umin = (UWORD)a.smin > a.umin ? (UWORD)a.smin : a.umin;
	}
	return a;
}

/* What the unsigned half says of the signed one, then the other way. */
static inline struct RANGE RANGE_OP(deduce)(struct RANGE a)
{
	a = RANGE_OP(narrow_signed_from)(a, a.umin, a.umax);
	if ((UWORD)a.smin <= (UWORD)a.smax)
		return RANGE_OP(narrow_unsigned)(a, (UWORD)a.smin, (UWORD)a.smax);
	return RANGE_OP(deduce_pieces)(a);
}

static inline struct RANGE RANGE_OP(add)(struct RANGE a, struct RANGE b)
{
	struct RANGE sum;
	bool min_wraps, max_wraps;

	if (__builtin_add_overflow(a.smin, b.smin, &sum.smin) || __builtin_add_overflow(a.smax, b.smax, &sum.smax)) {
		sum.smin = SWORD_MIN;
		sum.smax = SWORD_MAX;
	}
	/* If all sums wrap, or none, they keep their order. */
	min_wraps = __builtin_add_overflow(a.umin, b.umin, &sum.umin);
	max_wraps = __builtin_add_overflow(a.umax, b.umax, &sum.umax);
	if (min_wraps != max_wraps) {
		sum.umin = 0;
		sum.umax = UWORD_MAX;
	}
	return sum;
}

static inline struct RANGE RANGE_OP(sub)(struct RANGE a, struct RANGE b)
{
	struct RANGE difference;
	bool min_wraps, max_wraps;

	if (__builtin_sub_overflow(a.smin, b.smax, &difference.smin) ||
		__builtin_sub_overflow(a.smax, b.smin, &difference.smax)) {
		difference.smin = SWORD_MIN;
		difference.smax = SWORD_MAX;
	}
	min_wraps = __builtin_sub_overflow(a.umin, b.umax, &difference.umin);
	max_wraps = __builtin_sub_overflow(a.umax, b.umin, &difference.umax);
	if (min_wraps != max_wraps) {
		difference.umin = 0;
		difference.umax = UWORD_MAX;
	}
	return difference;
}

/* A product is least and greatest at corners of the rectangle a x b, if no corner overflows. */
static inline struct RANGE RANGE_OP(mul)(struct RANGE a, struct RANGE b)
{
	struct RANGE product = RANGE_OP(full)();
	SWORD corner[4];
	UWORD umin, umax;

	if (!(__builtin_mul_overflow(a.umax, b.umax, &umax) || __builtin_mul_overflow(a.umin, b.umin, &umin))) {
		product.umin = umin;
		product.umax = umax;
	}
	if (!(__builtin_mul_overflow(a.smin, b.smin, &corner[0]) ||
		    __builtin_mul_overflow(a.smin, b.smax, &corner[1]) ||
		    __builtin_mul_overflow(a.smax, b.smin, &corner[2]) ||
		    __builtin_mul_overflow(a.smax, b.smax, &corner[3]))) {
		product.smin = product.smax = corner[0];
		for (int i = 1; i < 4; i++) {
			product.smin = corner[i] < product.smin ? corner[i] : product.smin;
			product.smax = corner[i] > product.smax ? corner[i] : product.smax;
		}
	}
	return product;
}

/*
 * Bit operations. value and mask are the known bits of the result. x & y is at most x and y, x | y at least both; all
 * else comes from the known bits.
 */
static inline struct RANGE RANGE_OP (and)(struct RANGE a, struct RANGE b, UWORD value, UWORD mask)
{
	struct RANGE result = RANGE_OP(full)();

	result = RANGE_OP(narrow_unsigned)(result, value, a.umax < b.umax ? a.umax : b.umax);
	result = RANGE_OP(narrow_signed_from)(result, result.umin, result.umax);
	return RANGE_OP(narrow_bits)(result, value, mask);
}

static inline struct RANGE RANGE_OP(or)(struct RANGE a, struct RANGE b, UWORD value, UWORD mask)
{
	struct RANGE result = RANGE_OP(full)();

	result = RANGE_OP(narrow_unsigned)(result, a.umin > b.umin ? a.umin : b.umin, value | mask);
	result = RANGE_OP(narrow_signed_from)(result, result.umin, result.umax);
	return RANGE_OP(narrow_bits)(result, value, mask);
}

static inline struct RANGE RANGE_OP (xor)(struct RANGE a, struct RANGE b, UWORD value, UWORD mask)
{
	struct RANGE result = RANGE_OP(full)();

	result = RANGE_OP(narrow_unsigned)(result, value, value | mask);
	result = RANGE_OP(narrow_signed_from)(result, result.umin, result.umax);
	return RANGE_OP(narrow_bits)(result, value, mask);
}

/* Shifts by a number below the width. */
static inline struct RANGE RANGE_OP(lsh)(struct RANGE a, unsigned int shift)
{
	struct RANGE result = RANGE_OP(full)();

	/* What ends at or below the top bit loses none. (6.18 draws the line here, and not where the first bit is
	 * lost.) */
	if (a.umax <= (UWORD)((UWORD)SWORD_MIN >> shift)) {
		result.umin = a.umin << shift;
		result.umax = a.umax << shift;
	}
	return result;
}

static inline struct RANGE RANGE_OP(rsh)(struct RANGE a, unsigned int shift)
{
	struct RANGE result = RANGE_OP(full)();

	result.umin = a.umin >> shift;
	result.umax = a.umax >> shift;
	return result;
}

static inline struct RANGE RANGE_OP(arsh)(struct RANGE a, unsigned int shift)
{
	struct RANGE result = RANGE_OP(full)();

	result.smin = a.smin >> shift;
	result.smax = a.smax >> shift;
	return result;
}

#undef RANGE
#undef RANGE_OP
#undef UWORD
#undef SWORD
#undef UWORD_MAX
#undef SWORD_MIN
#undef SWORD_MAX
