/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keeping the views in step loses no number. scalar_sync() does nothing but call these steps one after another, so each
 * is proved by itself; all at once are too much for a solver, and are tried by tests/test_scalar_small.c.
 */
#include "claims.h"

#include "verifier/scalar.c"
#include "verifier/scalar_sync.c"
#include "verifier/tnum.c"

#define KEEPS(name, function)                                                 \
	CLAIM(name, SCALAR(a), uint64_t x)                                    \
	{                                                                     \
		return !contains(GET(a), x) || contains(function(GET(a)), x); \
	}

KEEPS(single_member, single_member)
KEEPS(narrow_bits, narrow_bits)
KEEPS(ranges_to_bits, ranges_to_bits)
KEEPS(deduce32, deduce32)
KEEPS(deduce64, deduce64)
KEEPS(deduce_mixed, deduce_mixed)
KEEPS(unbounded, scalar_unbounded)

/* scalar_contains() is what the claims take it for. */
CLAIM(contains, SCALAR(a), uint64_t x)
{
	return contains(GET(a), x) == scalar_contains(GET(a), x);
}

/* Pruning: what is in the smaller value is in the greater. */
CLAIM(includes, SCALAR(a), SCALAR(b), uint64_t x)
{
	return !scalar_includes(GET(a), GET(b)) || !contains(GET(b), x) || contains(GET(a), x);
}

CLAIM(const, uint64_t x)
{
	return contains(scalar_const(x), x) && scalar_is_sane(scalar_const(x)) && contains(scalar_unknown(), x);
}
