/* SPDX-License-Identifier: BSD-2-Clause */
/* Scalars cut to a size and extended again. */
#include "skep/uapi.h"
#include "verifier/range.h"

/* The 64-bit ranges of a register whose high half is 0. */
struct scalar scalar_zext32(struct scalar a)
{
	struct range64 wide = { 0, UINT32_MAX, a.u32_min, a.u32_max };

	if (a.s32_min >= 0) {
		wide.smin = a.s32_min;
		wide.smax = a.s32_max;
	}
	return scalar_sync(scalar_of(tnum_subreg(a.var_off), wide, scalar_range32(a)));
}

struct scalar scalar_truncate(struct scalar a, unsigned int size)
{
	struct range64 wide;
	uint64_t kept;

	if (size >= 8)
		return a;
	kept = (1ULL << 8 * size) - 1;
	wide = (struct range64){ 0, (int64_t)kept, 0, kept };
	/* Where the part that is cut off is the same for all, the rest keeps its order. */
	if ((a.umin & ~kept) == (a.umax & ~kept)) {
		wide.umin = a.umin & kept;
		wide.umax = a.umax & kept;
	}
	wide.smin = (int64_t)wide.umin;
	wide.smax = (int64_t)wide.umax;
	return scalar_sync(scalar_of(tnum_cast(a.var_off, size), wide, size == 4 ? scalar_range32(a) : range32_full()));
}

/* The low bits of x, with the sign that they have. */
static int64_t sign_extend(uint64_t x, unsigned int bits)
{
	return (int64_t)(x << (64 - bits)) >> (64 - bits);
}

struct scalar scalar_sext(struct scalar a, unsigned int size)
{
	unsigned int bits = 8 * size;
	int64_t min, max;

	if (size >= 8)
		return a;
	if (tnum_is_const(a.var_off))
		return scalar_const((uint64_t)sign_extend(a.var_off.value, bits));
	min = sign_extend((uint64_t)a.smin, bits);
	max = sign_extend((uint64_t)a.smax, bits);
	/* The part that is cut off is the same for all, and the new sign too: they keep their order. */
	if (a.smin >> bits == a.smax >> bits && (min < 0) == (max < 0))
		return scalar_srange(min, max);
	return scalar_srange(-(1LL << (bits - 1)), (1LL << (bits - 1)) - 1);
}

struct scalar scalar_sext32(struct scalar a, unsigned int size)
{
	unsigned int bits = 8 * size;
	int32_t min, max;
	struct tnum low;

	if (size >= 4)
		return scalar_zext32(a);
	if (tnum_subreg_is_const(a.var_off))
		return scalar_const((uint32_t)sign_extend(a.var_off.value, bits));
	min = (int32_t)sign_extend((uint32_t)a.s32_min, bits);
	max = (int32_t)sign_extend((uint32_t)a.s32_max, bits);
	if (a.s32_min >> bits == a.s32_max >> bits && (min < 0) == (max < 0)) {
		low = tnum_range((uint32_t)min, (uint32_t)max);
		return scalar_zext32(
			scalar_of(low, range64_full(), (struct range32){ min, max, (uint32_t)min, (uint32_t)max }));
	}
	min = -(1 << (bits - 1));
	max = (1 << (bits - 1)) - 1;
	return scalar_zext32(scalar_of(TNUM_UNKNOWN, range64_full(), (struct range32){ min, max, 0, UINT32_MAX }));
}

/* Only the known bits are tracked through a swap. */
static struct scalar swapped(struct scalar a, unsigned int bits)
{
	return scalar_sync(scalar_of(tnum_byteswap(a.var_off, bits), range64_full(), range32_full()));
}

struct scalar scalar_end(uint8_t code, unsigned int bits, struct scalar a)
{
	bool always = BPF_CLASS(code) == BPF_ALU64;
	bool to_big = BPF_SRC(code) == BPF_FROM_BE;
	bool on_big = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;

	return always || to_big != on_big ? swapped(a, bits) : scalar_truncate(a, bits / 8);
}
