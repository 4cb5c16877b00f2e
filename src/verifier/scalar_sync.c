/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one view of a scalar knows, told to the others.
 *
 * Each step here only narrows, and by what follows from another view, so no member is ever lost. Rounds stop after
 * three: that is the precision which 6.18 shows, not always a fixed point.
 */
#include "verifier/range.h"

#define HIGH_HALF (~(uint64_t)UINT32_MAX)

static struct scalar with_range64(struct scalar a, struct range64 r)
{
	return scalar_of(a.var_off, r, scalar_range32(a));
}

static struct scalar with_range32(struct scalar a, struct range32 r)
{
	return scalar_of(a.var_off, scalar_range64(a), r);
}

static struct scalar bits_to_ranges(struct scalar a)
{
	a = with_range32(
		a, range32_narrow_bits(scalar_range32(a), (uint32_t)a.var_off.value, (uint32_t)a.var_off.mask));
	return with_range64(a, range64_narrow_bits(scalar_range64(a), a.var_off.value, a.var_off.mask));
}

static struct scalar ranges_to_bits(struct scalar a)
{
	struct tnum whole = tnum_intersect(a.var_off, tnum_range(a.umin, a.umax));
	struct tnum low = tnum_intersect(tnum_subreg(whole), tnum_range(a.u32_min, a.u32_max));

	a.var_off = tnum_or(tnum_clear_subreg(whole), low);
	return a;
}

/*
 * The low halves of min..max. If the high half does not change, they run from (uint32_t)min to (uint32_t)max. If it
 * changes once, they wrap from 0xffffffff to 0, which is no jump for the signed range when min is on its negative side
 * and max on the other.
 */
static struct range32 narrow_from_wide(struct range32 r, uint64_t min, uint64_t max)
{
	uint32_t low_min = (uint32_t)min, low_max = (uint32_t)max;
	uint32_t high_min = (uint32_t)(min >> 32), high_max = (uint32_t)(max >> 32);

	if (high_min == high_max) {
		r = range32_narrow_unsigned_from(r, low_min, low_max);
		r = range32_narrow_signed_from(r, low_min, low_max);
	} else if (high_min + 1 == high_max && (int32_t)low_min < 0 && (int32_t)low_max >= 0) {
		r = range32_narrow_signed(r, (int32_t)low_min, (int32_t)low_max);
	}
	return r;
}

static struct scalar deduce32(struct scalar a)
{
	struct range32 r = scalar_range32(a);

	r = narrow_from_wide(r, a.umin, a.umax);
	r = narrow_from_wide(r, (uint64_t)a.smin, (uint64_t)a.smax);
	r = range32_narrow_signed_from(r, r.umin, r.umax);
	r = range32_narrow_unsigned_from(r, (uint32_t)r.smin, (uint32_t)r.smax);
	return with_range32(a, r);
}

/*
 * A signed range that passes from -1 to 0 is, unsigned, two pieces: 0..smax and smin..UINT64_MAX. If the unsigned range
 * meets only one of them, the members are in that one:
 *
 *	0 [xxxxxxxx]smax            smin[xxxxxxxx] UINT64_MAX
 *	     [-----------umax]                               only the left
 *	               [umin-----------------]               only the right
 */
static struct range64 deduce64_pieces(struct range64 r)
{
	if (r.umax < (uint64_t)r.smin) {
		r.smin = (int64_t)r.umin;
		r.umax = (uint64_t)r.smax < r.umax ? (uint64_t)r.smax : r.umax;
	} else if (r.umin > (uint64_t)r.smax) {
		r.smax = (int64_t)r.umax;
		r.umin = (uint64_t)r.smin > r.umin ? (uint64_t)r.smin : r.umin;
	}
	return r;
}

static struct scalar deduce64(struct scalar a)
{
	struct range64 r = scalar_range64(a);

	r = range64_narrow_signed_from(r, r.umin, r.umax);
	if ((uint64_t)r.smin <= (uint64_t)r.smax)
		r = range64_narrow_unsigned(r, (uint64_t)r.smin, (uint64_t)r.smax);
	else
		r = deduce64_pieces(r);
	return with_range64(a, r);
}

/*
 * The low half's range told to the 64-bit ones. A member's high half is at least that of the minimum; where it is the
 * same the low half is at least u32_min, where it is greater so is the member. Likewise the maximum.
 */
static struct scalar deduce_mixed(struct scalar a)
{
	struct range64 r = scalar_range64(a);

	r = range64_narrow_unsigned(r, (r.umin & HIGH_HALF) | a.u32_min, (r.umax & HIGH_HALF) | a.u32_max);
	r = range64_narrow_signed(r, (int64_t)(((uint64_t)r.smin & HIGH_HALF) | a.u32_min),
		(int64_t)(((uint64_t)r.smax & HIGH_HALF) | a.u32_max));
	/* All members are sign-extended 32-bit numbers. */
	if (r.smin >= INT32_MIN && r.smax <= INT32_MAX)
		r = range64_narrow_signed(r, a.s32_min, a.s32_max);
	return with_range64(a, r);
}

struct scalar scalar_sync(struct scalar a)
{
	a = bits_to_ranges(a);
	for (int round = 0; round < 3; round++) {
		a = deduce32(a);
		a = deduce64(a);
		a = deduce_mixed(a);
	}
	a = ranges_to_bits(a);
	return bits_to_ranges(a);
}

struct scalar scalar_intersect(struct scalar a, struct scalar b)
{
	return scalar_sync(
		scalar_of(tnum_intersect(a.var_off, b.var_off), range64_intersect(scalar_range64(a), scalar_range64(b)),
			range32_intersect(scalar_range32(a), scalar_range32(b))));
}
