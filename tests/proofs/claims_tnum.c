/* SPDX-License-Identifier: BSD-2-Clause */
/* Known bits: every operator holds the result of every pair of members. */
#include "claims.h"

#include "verifier/tnum.c"

#define SOUND(name, operation)                                                                        \
	CLAIM(name, BITS(a), BITS(b), uint64_t x, uint64_t y)                                         \
	{                                                                                             \
		if (!tnum_contains(GET_BITS(a), x) || !tnum_contains(GET_BITS(b), y))                 \
			return true;                                                                  \
		return tnum_contains(tnum_##name(GET_BITS(a), GET_BITS(b)), alu64_##operation(x, y)); \
	}

SOUND(add, add)
SOUND(sub, sub)
SOUND(and, and)
SOUND(or, or)
SOUND(xor, xor)

#define SOUND_OF_ONE(name, result, expected)                                        \
	CLAIM(name, BITS(a), uint64_t x, unsigned int n)                            \
	{                                                                           \
		struct tnum a = GET_BITS(a);                                        \
                                                                                    \
		return !tnum_contains(a, x) || tnum_contains((result), (expected)); \
	}

SOUND_OF_ONE(neg, tnum_neg(a), -x)
SOUND_OF_ONE(lsh, tnum_lsh(a, n & 63), x << (n & 63))
SOUND_OF_ONE(rsh, tnum_rsh(a, n & 63), x >> (n & 63))
SOUND_OF_ONE(arsh, tnum_arsh(a, n & 63), alu64_arsh(x, n))
SOUND_OF_ONE(arsh32, tnum_arsh32(a, n & 31), alu32_arsh((uint32_t)x, n))
SOUND_OF_ONE(cast1, tnum_cast(a, 1), (uint8_t)x)
SOUND_OF_ONE(cast2, tnum_cast(a, 2), (uint16_t)x)
SOUND_OF_ONE(cast4, tnum_cast(a, 4), (uint32_t)x)
SOUND_OF_ONE(cast8, tnum_cast(a, 8), x)
SOUND_OF_ONE(byteswap16, tnum_byteswap(a, 16), swap16(x))
SOUND_OF_ONE(byteswap32, tnum_byteswap(a, 32), swap32(x))
SOUND_OF_ONE(byteswap64, tnum_byteswap(a, 64), swap64(x))

CLAIM(with_subreg, BITS(a), BITS(b), uint64_t x, uint64_t y)
{
	if (!tnum_contains(GET_BITS(a), x) || !tnum_contains(GET_BITS(b), y))
		return true;
	return tnum_contains(tnum_with_subreg(GET_BITS(a), GET_BITS(b)), (x & ~0xffffffffull) | (uint32_t)y);
}

CLAIM(union, BITS(a), BITS(b), uint64_t x)
{
	struct tnum all = tnum_union(GET_BITS(a), GET_BITS(b));

	return !(tnum_contains(GET_BITS(a), x) || tnum_contains(GET_BITS(b), x)) || tnum_contains(all, x);
}

/* Exactly: a number is in the intersection if and only if it is in both. */
CLAIM(intersect, BITS(a), BITS(b), uint64_t x)
{
	if (a_value & a_mask || b_value & b_mask || !tnum_overlap(GET_BITS(a), GET_BITS(b)))
		return !(tnum_contains(GET_BITS(a), x) && tnum_contains(GET_BITS(b), x));
	return (tnum_contains(GET_BITS(a), x) && tnum_contains(GET_BITS(b), x)) ==
	       tnum_contains(tnum_intersect(GET_BITS(a), GET_BITS(b)), x);
}

CLAIM(includes, BITS(a), BITS(b), uint64_t x)
{
	return !tnum_includes(GET_BITS(a), GET_BITS(b)) || !tnum_contains(GET_BITS(b), x) ||
	       tnum_contains(GET_BITS(a), x);
}

CLAIM(range, uint64_t min, uint64_t max, uint64_t x)
{
	return x < min || x > max || tnum_contains(tnum_range(min, max), x);
}

CLAIM(is_aligned, BITS(a), uint64_t x, unsigned int n)
{
	uint64_t size = 1ull << (n & 63);

	return !tnum_contains(GET_BITS(a), x) || !tnum_is_aligned(GET_BITS(a), size) || x % size == 0;
}

/* No member lies between x and the next one, which is one, and above x if any is. */
CLAIM(next, BITS(a), uint64_t x, uint64_t member)
{
	uint64_t next = tnum_next(GET_BITS(a), x);

	if (!tnum_contains(GET_BITS(a), member))
		return true;
	return tnum_contains(GET_BITS(a), next) && (member <= x || (x < next && next <= member));
}
