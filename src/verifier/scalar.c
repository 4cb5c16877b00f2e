/* SPDX-License-Identifier: BSD-2-Clause */
#include "verifier/scalar.h"

#include "verifier/range.h"

struct scalar scalar_unknown(void)
{
	return scalar_of(TNUM_UNKNOWN, range64_full(), range32_full());
}

struct scalar scalar_const(uint64_t value)
{
	return scalar_of(tnum_const(value), range64_const(value), range32_const((uint32_t)value));
}

struct scalar scalar_urange(uint64_t min, uint64_t max)
{
	struct scalar a = scalar_unknown();

	a.umin = min;
	a.umax = max;
	return scalar_sync(a);
}

struct scalar scalar_srange(int64_t min, int64_t max)
{
	struct scalar a = scalar_unknown();

	a.smin = min;
	a.smax = max;
	return scalar_sync(a);
}

struct scalar scalar_unbounded(struct scalar a)
{
	return scalar_of(a.var_off, range64_full(), range32_full());
}

bool scalar_is_unknown(struct scalar a)
{
	return tnum_is_unknown(a.var_off) && range64_is_full(scalar_range64(a)) && range32_is_full(scalar_range32(a));
}

bool scalar_contains(struct scalar a, uint64_t x)
{
	return tnum_contains(a.var_off, x) && range64_contains(scalar_range64(a), x) &&
	       range32_contains(scalar_range32(a), (uint32_t)x);
}

bool scalar_equal(struct scalar a, struct scalar b)
{
	return tnum_equal(a.var_off, b.var_off) && a.smin == b.smin && a.smax == b.smax && a.umin == b.umin &&
	       a.umax == b.umax && a.s32_min == b.s32_min && a.s32_max == b.s32_max && a.u32_min == b.u32_min &&
	       a.u32_max == b.u32_max;
}

bool scalar_includes(struct scalar a, struct scalar b)
{
	return range64_includes(scalar_range64(a), scalar_range64(b)) &&
	       range32_includes(scalar_range32(a), scalar_range32(b)) && tnum_includes(a.var_off, b.var_off);
}

bool scalar_is_sane(struct scalar a)
{
	if (!range64_is_sane(scalar_range64(a)) || !range32_is_sane(scalar_range32(a)))
		return false;
	/* A constant must be the same one in every view. */
	if (tnum_is_const(a.var_off) && !(range64_is_const(scalar_range64(a)) && a.umin == a.var_off.value &&
						(uint64_t)a.smin == a.var_off.value))
		return false;
	if (tnum_subreg_is_const(a.var_off) &&
		!(range32_is_const(scalar_range32(a)) && a.u32_min == (uint32_t)a.var_off.value &&
			(uint32_t)a.s32_min == (uint32_t)a.var_off.value))
		return false;
	return true;
}

struct scalar scalar_intersect(struct scalar a, struct scalar b)
{
	return scalar_sync(
		scalar_of(tnum_intersect(a.var_off, b.var_off), range64_intersect(scalar_range64(a), scalar_range64(b)),
			range32_intersect(scalar_range32(a), scalar_range32(b))));
}
