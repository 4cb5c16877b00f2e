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
#define KEEPS_VIEW(function, view)                                                   \
	CLAIM(function##_##view, SCALAR(a), uint64_t x)                              \
	{                                                                            \
		return !contains(GET(a), x) || contains_##view(function(GET(a)), x); \
	}
#define KEEPS_BY_VIEW(function)            \
	KEEPS_VIEW(function, bits)         \
	KEEPS_VIEW(function, unsigned)     \
	KEEPS_VIEW(function, signed)       \
	KEEPS_VIEW(function, unsigned_low) \
	KEEPS_VIEW(function, signed_low)

KEEPS(single_member, single_member)
KEEPS_BY_VIEW(narrow_bits)
KEEPS_BY_VIEW(ranges_to_bits)
KEEPS_BY_VIEW(deduce32)
KEEPS_BY_VIEW(deduce64)
KEEPS_BY_VIEW(deduce_mixed)
KEEPS(unbounded, scalar_unbounded)

/* scalar_contains() is what the claims take it for. */
CLAIM(contains, SCALAR(a), uint64_t x)
{
	return contains(GET(a), x) == scalar_contains(GET(a), x);
}

/* Pruning: what is in the smaller value is in the greater. */
#define INCLUDES_VIEW(view)                                                                                    \
	CLAIM(includes_##view, SCALAR(a), SCALAR(b), uint64_t x)                                               \
	{                                                                                                      \
		return !scalar_includes(GET(a), GET(b)) || !contains(GET(b), x) || contains_##view(GET(a), x); \
	}

INCLUDES_VIEW(bits)
INCLUDES_VIEW(unsigned)
INCLUDES_VIEW(signed)
INCLUDES_VIEW(unsigned_low)
INCLUDES_VIEW(signed_low)

CLAIM(const, uint64_t x)
{
	return contains(scalar_const(x), x) && scalar_is_sane(scalar_const(x)) && contains(scalar_unknown(), x);
}
