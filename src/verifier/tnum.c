/* SPDX-License-Identifier: BSD-2-Clause */
#include "verifier/tnum.h"

#include <inttypes.h>
#include <stdio.h>

#define TNUM tnum
#define TNUM_WORD uint64_t
#define TNUM_OP(name) tnum_##name
#include "verifier/tnum_ops.h"

#define LOW_HALF ((uint64_t)UINT32_MAX)

struct tnum tnum_range(uint64_t min, uint64_t max)
{
	uint64_t differing = min ^ max;
	unsigned int bits;

	if (!differing)
		return tnum_const(min);
	/* The two ends agree above the highest bit in which they differ; below it every pattern occurs or is passed. */
	bits = 64 - __builtin_clzll(differing);
	if (bits == 64)
		return TNUM_UNKNOWN;
	differing = (1ULL << bits) - 1;
	return (struct tnum){ min & ~differing, differing };
}

/*
 * The least member y >= x + 1 =: z. Let z and value differ in a known bit, the highest such being p. If z has 0 there,
 * y is like z above p, and least below. If z has 1, the unknown bits above p must count up by one: with all other bits
 * set the carry runs through them. It does not run out at the top, since the greatest member is above x.
 */
uint64_t tnum_next(struct tnum a, uint64_t x)
{
	uint64_t z = x + 1, wrong, from_p, chosen;

	if (x >= (a.value | a.mask))
		return a.value | a.mask;
	wrong = (z ^ a.value) & ~a.mask;
	if (!wrong)
		return z;
	from_p = UINT64_MAX >> __builtin_clzll(wrong);
	if (z & (from_p ^ from_p >> 1))
		chosen = (z | ~a.mask | from_p) + 1;
	else
		chosen = z & ~from_p;
	return (chosen & a.mask) | a.value;
}

struct tnum tnum_lsh(struct tnum a, unsigned int shift)
{
	return (struct tnum){ a.value << shift, a.mask << shift };
}

struct tnum tnum_rsh(struct tnum a, unsigned int shift)
{
	return (struct tnum){ a.value >> shift, a.mask >> shift };
}

/* value and mask shift alike: if the sign is unknown, mask's sign bit fills the places that follow it. */
struct tnum tnum_arsh(struct tnum a, unsigned int shift)
{
	return (struct tnum){ (int64_t)a.value >> shift, (int64_t)a.mask >> shift };
}

struct tnum tnum_arsh32(struct tnum a, unsigned int shift)
{
	return (struct tnum){ (uint32_t)((int32_t)a.value >> shift), (uint32_t)((int32_t)a.mask >> shift) };
}

struct tnum tnum_byteswap(struct tnum a, unsigned int bits)
{
	unsigned int unused = 64 - bits;

	return (struct tnum){ __builtin_bswap64(a.value) >> unused, __builtin_bswap64(a.mask) >> unused };
}

bool tnum_overlap(struct tnum a, struct tnum b)
{
	return !((a.value ^ b.value) & ~a.mask & ~b.mask);
}

bool tnum_includes(struct tnum a, struct tnum b)
{
	return !(b.mask & ~a.mask) && (b.value & ~a.mask) == a.value;
}

struct tnum tnum_cast(struct tnum a, unsigned int size)
{
	uint64_t kept = size >= 8 ? UINT64_MAX : (1ULL << 8 * size) - 1;

	return (struct tnum){ a.value & kept, a.mask & kept };
}

bool tnum_is_aligned(struct tnum a, uint64_t size)
{
	return !size || !((a.value | a.mask) & (size - 1));
}

struct tnum tnum_subreg(struct tnum a)
{
	return tnum_cast(a, 4);
}

struct tnum tnum_clear_subreg(struct tnum a)
{
	return (struct tnum){ a.value & ~LOW_HALF, a.mask & ~LOW_HALF };
}

struct tnum tnum_with_subreg(struct tnum a, struct tnum b)
{
	return tnum_or(tnum_clear_subreg(a), tnum_subreg(b));
}

int tnum_format(char *buffer, size_t size, struct tnum a)
{
	if (!a.mask)
		return snprintf(buffer, size, a.value <= UINT16_MAX ? "%" PRIu64 : "0x%" PRIx64, a.value);
	return snprintf(buffer, size, "(0x%" PRIx64 "; 0x%" PRIx64 ")", a.value, a.mask);
}
