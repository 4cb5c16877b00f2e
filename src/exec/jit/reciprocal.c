/* SPDX-License-Identifier: BSD-2-Clause */
#include "exec/jit/reciprocal.h"

__extension__ typedef unsigned __int128 uint128_t;

/*
 * m = ceil(2^(bits + after) / d) gives the right quotient for all n below 2^n_bits if m * d - 2^(bits + after), by
 * which it is too large, times n stays below 2^(bits + after): so if it is at most 2^(bits + after - n_bits).
 */
static bool find_multiplier(uint64_t divisor, unsigned bits, unsigned n_bits, struct reciprocal *reciprocal)
{
	for (unsigned after = 0; after < bits && (uint128_t)1 << after <= divisor; after++) {
		uint128_t power = (uint128_t)1 << (bits + after);
		uint128_t multiplier = (power + divisor - 1) / divisor;

		if (multiplier >> bits)
			return false;
		if (multiplier * divisor - power > (uint128_t)1 << (bits + after - n_bits))
			continue;
		reciprocal->multiplier = (uint64_t)multiplier;
		reciprocal->after = after;
		return true;
	}
	return false;
}

struct reciprocal reciprocal_of(uint64_t divisor, unsigned bits)
{
	struct reciprocal reciprocal = { 0 };
	unsigned even = __builtin_ctzll(divisor), log = 64 - __builtin_clzll(divisor - 1);

	if (find_multiplier(divisor, bits, bits, &reciprocal))
		return reciprocal;
	if (even && find_multiplier(divisor >> even, bits, bits - even, &reciprocal)) {
		reciprocal.before = even;
		return reciprocal;
	}
	/* The multiplier has one bit more than fits: it is left out, and n added. */
	uint128_t power = (uint128_t)1 << (bits - 1 + log); /* half of it, which fits */
	uint128_t half = power / divisor, rest = power % divisor;
	uint128_t multiplier = half * 2 + (rest * 2 >= divisor) + 1;

	reciprocal.multiplier = (uint64_t)(bits == 64 ? multiplier : multiplier & UINT32_MAX);
	reciprocal.after = log - 1;
	reciprocal.add = true;
	return reciprocal;
}
