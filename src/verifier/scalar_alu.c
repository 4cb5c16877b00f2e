/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arithmetic on scalars. Where the low half of the result depends on the low halves of the operands alone (all but
 * right shifts and division), the 32-bit ranges are computed beside the 64-bit ones, and the operation on w registers
 * is that of r registers followed by zero extension.
 */
#include "skep/uapi.h"
#include "verifier/range.h"

/* The results before their views are put in step. */

static struct scalar add(struct scalar a, struct scalar b)
{
	return scalar_of(tnum_add(a.var_off, b.var_off), range64_add(scalar_range64(a), scalar_range64(b)),
		range32_add(scalar_range32(a), scalar_range32(b)));
}

static struct scalar sub(struct scalar a, struct scalar b)
{
	return scalar_of(tnum_sub(a.var_off, b.var_off), range64_sub(scalar_range64(a), scalar_range64(b)),
		range32_sub(scalar_range32(a), scalar_range32(b)));
}

static struct scalar mul(struct scalar a, struct scalar b)
{
	return scalar_of(tnum_mul(a.var_off, b.var_off), range64_mul(scalar_range64(a), scalar_range64(b)),
		range32_mul(scalar_range32(a), scalar_range32(b)));
}

static struct scalar and (struct scalar a, struct scalar b)
{
	struct tnum bits = tnum_and(a.var_off, b.var_off);

	return scalar_of(bits, range64_and(scalar_range64(a), scalar_range64(b), bits.value, bits.mask),
		range32_and(scalar_range32(a), scalar_range32(b), (uint32_t)bits.value, (uint32_t)bits.mask));
}

static struct scalar or (struct scalar a, struct scalar b)
{
	struct tnum bits = tnum_or(a.var_off, b.var_off);

	return scalar_of(bits, range64_or(scalar_range64(a), scalar_range64(b), bits.value, bits.mask),
		range32_or(scalar_range32(a), scalar_range32(b), (uint32_t)bits.value, (uint32_t)bits.mask));
}

static struct scalar xor
	(struct scalar a, struct scalar b) {
		struct tnum bits = tnum_xor(a.var_off, b.var_off);

		return scalar_of(bits, range64_xor(scalar_range64(a), scalar_range64(b), bits.value, bits.mask),
			range32_xor(scalar_range32(a), scalar_range32(b), (uint32_t)bits.value, (uint32_t)bits.mask));
	}

/* Both widths of an operator. The 64-bit ranges tell nothing of a 32-bit result: the high half is cut off first. */
#define BOTH_WIDTHS(name)                                                 \
	struct scalar scalar_##name(struct scalar a, struct scalar b)     \
	{                                                                 \
		return scalar_sync(name(a, b));                           \
	}                                                                 \
	struct scalar scalar_##name##32(struct scalar a, struct scalar b) \
	{                                                                 \
		return scalar_zext32(name(a, b));                         \
	}

	BOTH_WIDTHS(add) BOTH_WIDTHS(sub) BOTH_WIDTHS(mul) BOTH_WIDTHS(and) BOTH_WIDTHS(or) BOTH_WIDTHS(xor)

		struct scalar scalar_neg(struct scalar a)
{
	return scalar_sub(scalar_const(0), a);
}

struct scalar scalar_neg32(struct scalar a)
{
	return scalar_sub32(scalar_const(0), a);
}

/* Whether b is one number below the width: all that shifts are tracked for. */
static bool shift_known(struct scalar b)
{
	return tnum_is_const(b.var_off) && range64_is_const(scalar_range64(b)) && b.umax < 64;
}

static bool shift_known32(struct scalar b)
{
	return tnum_subreg_is_const(b.var_off) && range32_is_const(scalar_range32(b)) && b.umax < 32;
}

struct scalar scalar_lsh(struct scalar a, struct scalar b)
{
	unsigned int shift = (unsigned int)b.umin;
	struct range64 wide;
	struct range32 low = range32_full();

	if (!shift_known(b))
		return scalar_unknown();
	wide = range64_lsh(scalar_range64(a), shift);
	/* The first half of a compiler's sign extension, << 32 and s>> 32: the low half with its sign goes up whole. */
	if (shift == 32) {
		wide.smin = (int64_t)((uint64_t)a.s32_min << 32);
		wide.smax = (int64_t)((uint64_t)a.s32_max << 32);
	}
	if (shift < 32)
		low = range32_lsh(scalar_range32(a), shift);
	return scalar_sync(scalar_of(tnum_lsh(a.var_off, shift), wide, low));
}

struct scalar scalar_rsh(struct scalar a, struct scalar b)
{
	unsigned int shift = (unsigned int)b.umin;

	if (!shift_known(b))
		return scalar_unknown();
	return scalar_sync(
		scalar_of(tnum_rsh(a.var_off, shift), range64_rsh(scalar_range64(a), shift), range32_full()));
}

struct scalar scalar_arsh(struct scalar a, struct scalar b)
{
	unsigned int shift = (unsigned int)b.umin;

	if (!shift_known(b))
		return scalar_unknown();
	return scalar_sync(
		scalar_of(tnum_arsh(a.var_off, shift), range64_arsh(scalar_range64(a), shift), range32_full()));
}

struct scalar scalar_lsh32(struct scalar a, struct scalar b)
{
	unsigned int shift = b.u32_min;

	if (!shift_known32(b))
		return scalar_unknown();
	return scalar_zext32(scalar_of(
		tnum_lsh(tnum_subreg(a.var_off), shift), range64_full(), range32_lsh(scalar_range32(a), shift)));
}

struct scalar scalar_rsh32(struct scalar a, struct scalar b)
{
	unsigned int shift = b.u32_min;

	if (!shift_known32(b))
		return scalar_unknown();
	return scalar_zext32(scalar_of(
		tnum_rsh(tnum_subreg(a.var_off), shift), range64_full(), range32_rsh(scalar_range32(a), shift)));
}

struct scalar scalar_arsh32(struct scalar a, struct scalar b)
{
	unsigned int shift = b.u32_min;

	if (!shift_known32(b))
		return scalar_unknown();
	return scalar_zext32(
		scalar_of(tnum_arsh32(a.var_off, shift), range64_full(), range32_arsh(scalar_range32(a), shift)));
}

bool scalar_forks(uint8_t code, struct scalar a, struct scalar b)
{
	if (BPF_OP(code) != BPF_AND && BPF_OP(code) != BPF_OR)
		return false;
	return scalar_is_const(b) && ((a.smin == -1 && a.smax == 0) || (a.s32_min == -1 && a.s32_max == 0));
}

/* a with its low half known, and the other views left as they are. */
static struct scalar with_low(struct scalar a, uint32_t low)
{
	return scalar_of(tnum_with_subreg(a.var_off, tnum_const(low)), scalar_range64(a), range32_const(low));
}

struct scalar_pair scalar_forked(struct scalar a)
{
	if (a.smin == -1 && a.smax == 0)
		return (struct scalar_pair){ scalar_const(UINT64_MAX), scalar_const(0) };
	return (struct scalar_pair){ with_low(a, UINT32_MAX), with_low(a, 0) };
}

struct scalar scalar_alu(uint8_t code, struct scalar a, struct scalar b)
{
	bool is64 = BPF_CLASS(code) == BPF_ALU64;

	switch (BPF_OP(code)) {
	case BPF_ADD:
		return is64 ? scalar_add(a, b) : scalar_add32(a, b);
	case BPF_SUB:
		return is64 ? scalar_sub(a, b) : scalar_sub32(a, b);
	case BPF_MUL:
		return is64 ? scalar_mul(a, b) : scalar_mul32(a, b);
	case BPF_AND:
		return is64 ? scalar_and(a, b) : scalar_and32(a, b);
	case BPF_OR:
		return is64 ? scalar_or(a, b) : scalar_or32(a, b);
	case BPF_XOR:
		return is64 ? scalar_xor(a, b) : scalar_xor32(a, b);
	case BPF_LSH:
		return is64 ? scalar_lsh(a, b) : scalar_lsh32(a, b);
	case BPF_RSH:
		return is64 ? scalar_rsh(a, b) : scalar_rsh32(a, b);
	case BPF_ARSH:
		return is64 ? scalar_arsh(a, b) : scalar_arsh32(a, b);
	case BPF_NEG:
		return is64 ? scalar_neg(a) : scalar_neg32(a);
	default:
		return scalar_unknown();
	}
}
