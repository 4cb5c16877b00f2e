/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The arithmetic of known bits for one width, by inclusion. Before, define TNUM (the struct's name, with value and mask
 * of type TNUM_WORD) and TNUM_OP(name); all are undefined at the end. tnum.c makes the 64-bit functions of it; tests
 * make 8-bit ones, which are small enough to be tried on every abstract value and every member.
 *
 * Below, lo(a) = value is the least member and hi(a) = value | mask the greatest; both are members.
 */

/*
 * Adding all members at once: lo(a) + lo(b) and hi(a) + hi(b) differ in every bit that some carry can reach, beside the
 * bits that are unknown in an operand.
 */
struct TNUM TNUM_OP(add)(struct TNUM a, struct TNUM b)
{
	TNUM_WORD low = a.value + b.value;
	TNUM_WORD high = low + (TNUM_WORD)(a.mask + b.mask);
	TNUM_WORD unknown = (low ^ high) | a.mask | b.mask;

	return (struct TNUM){ low & ~unknown, unknown };
}

/* The same for borrows: the extremes are lo(a) - hi(b) and hi(a) - lo(b). */
struct TNUM TNUM_OP(sub)(struct TNUM a, struct TNUM b)
{
	TNUM_WORD middle = a.value - b.value;
	TNUM_WORD high = middle + a.mask;
	TNUM_WORD low = middle - b.mask;
	TNUM_WORD unknown = (low ^ high) | a.mask | b.mask;

	return (struct TNUM){ middle & ~unknown, unknown };
}

struct TNUM TNUM_OP(neg)(struct TNUM a)
{
	return TNUM_OP(sub)((struct TNUM){ 0, 0 }, a);
}

/* A bit of the result is 1 if it is surely 1 in both, and may be 1 if it may be 1 in both. */
struct TNUM TNUM_OP (and)(struct TNUM a, struct TNUM b)
{
	TNUM_WORD ones = a.value & b.value;
	TNUM_WORD maybe = (a.value | a.mask) & (b.value | b.mask);

	return (struct TNUM){ ones, maybe & ~ones };
}

struct TNUM TNUM_OP(or)(struct TNUM a, struct TNUM b)
{
	TNUM_WORD ones = a.value | b.value;

	return (struct TNUM){ ones, (a.mask | b.mask) & ~ones };
}

struct TNUM TNUM_OP (xor)(struct TNUM a, struct TNUM b)
{
	TNUM_WORD unknown = a.mask | b.mask;

	return (struct TNUM){ (a.value ^ b.value) & ~unknown, unknown };
}

struct TNUM TNUM_OP(union)(struct TNUM a, struct TNUM b)
{
	TNUM_WORD unknown = a.mask | b.mask | (a.value ^ b.value);

	return (struct TNUM){ a.value & ~unknown, unknown };
}

struct TNUM TNUM_OP(intersect)(struct TNUM a, struct TNUM b)
{
	TNUM_WORD unknown = a.mask & b.mask;

	return (struct TNUM){ (a.value | b.value) & ~unknown, unknown };
}

/*
 * Long multiplication, one bit of a after the other. A bit that is 1 adds b, shifted to that place; one that is not
 * known may add it or not, so both outcomes are joined.
 */
struct TNUM TNUM_OP(mul)(struct TNUM a, struct TNUM b)
{
	struct TNUM sum = { 0, 0 };

	for (; a.value | a.mask; a.value >>= 1, a.mask >>= 1, b.value <<= 1, b.mask <<= 1) {
		if (a.value & 1)
			sum = TNUM_OP(add)(sum, b);
		else if (a.mask & 1)
			sum = TNUM_OP(union)(sum, TNUM_OP(add)(sum, b));
	}
	return sum;
}

#undef TNUM
#undef TNUM_WORD
#undef TNUM_OP
