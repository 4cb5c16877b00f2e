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

/*
 * If only one number of the known bits is in the unsigned range it is the number. Either it is umin, or the next one
 * above. (If the next one above is the greatest of all it is taken without a look at umax, as 6.18 does: were it beyond
 * umax there would be no number at all.)
 */
static struct scalar single_member(struct scalar a)
{
	uint64_t next = tnum_next(a.var_off, a.umin);

	if (tnum_contains(a.var_off, a.umin) && next > a.umax)
		return scalar_const(a.umin);
	if (!tnum_contains(a.var_off, a.umin) &&
		(next == (a.var_off.value | a.var_off.mask) || (next <= a.umax && tnum_next(a.var_off, next) > a.umax)))
		return scalar_const(next);
	return a;
}

static struct scalar narrow_bits(struct scalar a)
{
	a = with_range32(
		a, range32_narrow_bits(scalar_range32(a), (uint32_t)a.var_off.value, (uint32_t)a.var_off.mask));
	return with_range64(a, range64_narrow_bits(scalar_range64(a), a.var_off.value, a.var_off.mask));
}

static struct scalar bits_to_ranges(struct scalar a)
{
	return single_member(narrow_bits(a));
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
	return with_range32(a, range32_deduce(r));
}

static struct scalar deduce64(struct scalar a)
{
	return with_range64(a, range64_deduce(scalar_range64(a)));
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
	a = with_range64(a, r);
	/*
	 * All members are 32-bit numbers, sign extended, and not negative: the 32-bit range is the range. It replaces
	 * what was known, though that could be tighter, and negative numbers are left alone: so does 6.18.
	 */
	if (a.s32_min >= 0 && r.smin >= INT32_MIN && r.smax <= INT32_MAX) {
		r = (struct range64){ a.s32_min, a.s32_max, (uint64_t)a.s32_min, (uint64_t)a.s32_max };
		a.var_off = tnum_intersect(a.var_off, tnum_range(r.umin, r.umax));
		a = with_range64(a, r);
	}
	return a;
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
