/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arithmetic and casts: the result holds what isa/semantics.h computes of any two members. scalar_sync() is left out of
 * these: claims_sync.c says that it keeps every number, so what holds before it holds after.
 * Multiplication is not here: a solver takes too long. It is tried on all 8-bit values by tests/test_scalar_small.c.
 */
#include "claims.h"

#define scalar_sync(a) (a)
#include "verifier/scalar.c"
#include "verifier/scalar_alu.c"
#include "verifier/scalar_cast.c"
#include "verifier/tnum.c"

#define SOUND(name, code)                                                                                              \
	CLAIM(name, SCALAR(a), SCALAR(b), uint64_t x, uint64_t y)                                                      \
	{                                                                                                              \
		return !contains(GET(a), x) || !contains(GET(b), y) ||                                                 \
		       contains(scalar_alu(BPF_ALU64 | (code), GET(a), GET(b)), alu64_##name(x, y));                   \
	}                                                                                                              \
	CLAIM(name##32, SCALAR(a), SCALAR(b), uint64_t x, uint64_t y)                                                  \
	{                                                                                                              \
		return !contains(GET(a), x) || !contains(GET(b), y) ||                                                 \
		       contains(scalar_alu(BPF_ALU | (code), GET(a), GET(b)), alu32_##name((uint32_t)x, (uint32_t)y)); \
	}

/* The same, each view of the result by itself: carries through all of them at once are much for a solver. */
#define SOUND_VIEW(name, view, code, member)                                      \
	CLAIM(name##_##view, SCALAR(a), SCALAR(b), uint64_t x, uint64_t y)        \
	{                                                                         \
		if (!contains(GET(a), x) || !contains(GET(b), y))                 \
			return true;                                              \
		return contains_##view(scalar_alu(code, GET(a), GET(b)), member); \
	}
#define SOUND_VIEWS(name, code, member)              \
	SOUND_VIEW(name, bits, code, member)         \
	SOUND_VIEW(name, unsigned, code, member)     \
	SOUND_VIEW(name, signed, code, member)       \
	SOUND_VIEW(name, unsigned_low, code, member) \
	SOUND_VIEW(name, signed_low, code, member)
#define SOUND_BY_VIEW(name, code)                                 \
	SOUND_VIEWS(name, BPF_ALU64 | (code), alu64_##name(x, y)) \
	SOUND_VIEWS(name##32, BPF_ALU | (code), alu32_##name((uint32_t)x, (uint32_t)y))

SOUND_BY_VIEW(add, BPF_ADD)
SOUND_BY_VIEW(sub, BPF_SUB)
SOUND_BY_VIEW(neg, BPF_NEG)
SOUND(and, BPF_AND)
SOUND(or, BPF_OR)
SOUND(xor, BPF_XOR)
SOUND(lsh, BPF_LSH)
SOUND(rsh, BPF_RSH)
SOUND(arsh, BPF_ARSH)
SOUND(div, BPF_DIV)
SOUND(mod, BPF_MOD)
SOUND(sdiv, BPF_DIV)
SOUND(smod, BPF_MOD)

#define SOUND_OF_ONE(name, result, expected)                               \
	CLAIM(name, SCALAR(a), uint64_t x)                                 \
	{                                                                  \
		return !contains(GET(a), x) || contains(result, expected); \
	}

SOUND_OF_ONE(zext32, scalar_zext32(GET(a)), (uint32_t)x)
SOUND_OF_ONE(truncate1, scalar_truncate(GET(a), 1), (uint8_t)x)
SOUND_OF_ONE(truncate2, scalar_truncate(GET(a), 2), (uint16_t)x)
SOUND_OF_ONE(truncate4, scalar_truncate(GET(a), 4), (uint32_t)x)
SOUND_OF_ONE(truncate8, scalar_truncate(GET(a), 8), x)
SOUND_OF_ONE(sext8, scalar_sext(GET(a), 1), sext8(x))
SOUND_OF_ONE(sext16, scalar_sext(GET(a), 2), sext16(x))
SOUND_OF_ONE(sext32, scalar_sext(GET(a), 4), sext32(x))
SOUND_OF_ONE(sext8_32, scalar_sext32(GET(a), 1), (uint32_t)sext8(x))
SOUND_OF_ONE(sext16_32, scalar_sext32(GET(a), 2), (uint32_t)sext16(x))
SOUND_OF_ONE(le16, scalar_end(BPF_ALU | BPF_END | BPF_FROM_LE, 16, GET(a)), to_le16(x))
SOUND_OF_ONE(le32, scalar_end(BPF_ALU | BPF_END | BPF_FROM_LE, 32, GET(a)), to_le32(x))
SOUND_OF_ONE(le64, scalar_end(BPF_ALU | BPF_END | BPF_FROM_LE, 64, GET(a)), to_le64(x))
SOUND_OF_ONE(be16, scalar_end(BPF_ALU | BPF_END | BPF_FROM_BE, 16, GET(a)), to_be16(x))
SOUND_OF_ONE(be32, scalar_end(BPF_ALU | BPF_END | BPF_FROM_BE, 32, GET(a)), to_be32(x))
SOUND_OF_ONE(be64, scalar_end(BPF_ALU | BPF_END | BPF_FROM_BE, 64, GET(a)), to_be64(x))
SOUND_OF_ONE(bswap16, scalar_end(BPF_ALU64 | BPF_END, 16, GET(a)), swap16(x))
SOUND_OF_ONE(bswap32, scalar_end(BPF_ALU64 | BPF_END, 32, GET(a)), swap32(x))
SOUND_OF_ONE(bswap64, scalar_end(BPF_ALU64 | BPF_END, 64, GET(a)), swap64(x))

CLAIM(urange, uint64_t min, uint64_t max, uint64_t x)
{
	return x < min || x > max || contains(scalar_urange(min, max), x);
}

CLAIM(srange, int64_t min, int64_t max, int64_t x)
{
	return x < min || x > max || contains(scalar_srange(min, max), (uint64_t)x);
}

#define INTERSECT_VIEW(view)                                                 \
	CLAIM(intersect_##view, SCALAR(a), SCALAR(b), uint64_t x)            \
	{                                                                    \
		return !contains(GET(a), x) || !contains(GET(b), x) ||       \
		       contains_##view(scalar_intersect(GET(a), GET(b)), x); \
	}

INTERSECT_VIEW(bits)
INTERSECT_VIEW(unsigned)
INTERSECT_VIEW(signed)
INTERSECT_VIEW(unsigned_low)
INTERSECT_VIEW(signed_low)

/* A number is on one of the two paths. */
CLAIM(forked, SCALAR(a), SCALAR(b), uint64_t x)
{
	struct scalar_pair pair = scalar_forked(GET(a));

	return !contains(GET(a), x) || !scalar_forks(BPF_ALU64 | BPF_AND, GET(a), GET(b)) || contains(pair.a, x) ||
	       contains(pair.b, x);
}
