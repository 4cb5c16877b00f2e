/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a conditional jump says about the two numbers it compares.
 *
 * Everything is derived from few relations: a comparison that is not taken is its opposite that is, and a > b is b < a.
 */
#include "skep/uapi.h"
#include "verifier/range.h"

/* The condition that holds when op does not; JSET has none among the instructions. */
#define NOT_JSET 0xf0

static uint8_t opposite(uint8_t op)
{
	switch (op) {
	case BPF_JEQ:
		return BPF_JNE;
	case BPF_JNE:
		return BPF_JEQ;
	case BPF_JSET:
		return NOT_JSET;
	case BPF_JGT:
		return BPF_JLE;
	case BPF_JLE:
		return BPF_JGT;
	case BPF_JGE:
		return BPF_JLT;
	case BPF_JLT:
		return BPF_JGE;
	case BPF_JSGT:
		return BPF_JSLE;
	case BPF_JSLE:
		return BPF_JSGT;
	case BPF_JSGE:
		return BPF_JSLT;
	default:
		return BPF_JSGE;
	}
}

/* The same condition with the operands exchanged. */
static uint8_t mirrored(uint8_t op)
{
	switch (op) {
	case BPF_JGT:
		return BPF_JLT;
	case BPF_JLT:
		return BPF_JGT;
	case BPF_JGE:
		return BPF_JLE;
	case BPF_JLE:
		return BPF_JGE;
	case BPF_JSGT:
		return BPF_JSLT;
	case BPF_JSLT:
		return BPF_JSGT;
	case BPF_JSGE:
		return BPF_JSLE;
	case BPF_JSLE:
		return BPF_JSGE;
	default:
		return op;
	}
}

#define RANGE range64
#define RANGE_OP(name) range64_##name
#define UWORD uint64_t
#define SWORD int64_t
#define UWORD_MAX UINT64_MAX
#define SWORD_MIN INT64_MIN
#define SWORD_MAX INT64_MAX
#include "verifier/branch_ops.h"

#define RANGE range32
#define RANGE_OP(name) range32_##name
#define UWORD uint32_t
#define SWORD int32_t
#define UWORD_MAX UINT32_MAX
#define SWORD_MIN INT32_MIN
#define SWORD_MAX INT32_MAX
#include "verifier/branch_ops.h"

static bool is_const(struct scalar a, bool is32)
{
	return is32 ? tnum_subreg_is_const(a.var_off) : tnum_is_const(a.var_off);
}

static bool never_equal(struct scalar a, struct scalar b, bool is32)
{
	if (is32)
		return !tnum_overlap(tnum_subreg(a.var_off), tnum_subreg(b.var_off)) ||
		       range32_disjoint(scalar_range32(a), scalar_range32(b));
	return !tnum_overlap(a.var_off, b.var_off) || range64_disjoint(scalar_range64(a), scalar_range64(b)) ||
	       range32_disjoint(scalar_range32(a), scalar_range32(b));
}

static enum branch_outcome equal_outcome(struct scalar a, struct scalar b, bool is32)
{
	struct tnum bits_a = is32 ? tnum_subreg(a.var_off) : a.var_off;
	struct tnum bits_b = is32 ? tnum_subreg(b.var_off) : b.var_off;

	if (tnum_is_const(bits_a) && tnum_is_const(bits_b))
		return bits_a.value == bits_b.value ? BRANCH_ALWAYS : BRANCH_NEVER;
	return never_equal(a, b, is32) ? BRANCH_NEVER : BRANCH_UNKNOWN;
}

/* Only decided when one side is known. */
static enum branch_outcome set_outcome(struct scalar a, struct scalar b, bool is32)
{
	struct tnum bits;
	uint64_t tested;

	if (!is_const(b, is32)) {
		struct scalar other = a;

		a = b;
		b = other;
	}
	if (!is_const(b, is32))
		return BRANCH_UNKNOWN;
	bits = is32 ? tnum_subreg(a.var_off) : a.var_off;
	tested = is32 ? (uint32_t)b.var_off.value : b.var_off.value;
	if (bits.value & tested)
		return BRANCH_ALWAYS;
	return (bits.value | bits.mask) & tested ? BRANCH_UNKNOWN : BRANCH_NEVER;
}

static enum branch_outcome inverted(enum branch_outcome outcome)
{
	return outcome == BRANCH_UNKNOWN ? BRANCH_UNKNOWN : !outcome;
}

enum branch_outcome scalar_branch_outcome(uint8_t op, bool is32, struct scalar a, struct scalar b)
{
	switch (op) {
	case BPF_JEQ:
		return equal_outcome(a, b, is32);
	case BPF_JNE:
		return inverted(equal_outcome(a, b, is32));
	case BPF_JSET:
		return set_outcome(a, b, is32);
	default:
		return is32 ? range32_outcome(op, scalar_range32(a), scalar_range32(b))
			    : range64_outcome(op, scalar_range64(a), scalar_range64(b));
	}
}

static struct scalar with_ranges(struct scalar a, struct range64 r64, struct range32 r32)
{
	return scalar_of(a.var_off, r64, r32);
}

/* Of 64 bits the low halves are equal too; that is left to scalar_sync() to find. */
static struct scalar_pair refine_equal(bool is32, struct scalar a, struct scalar b)
{
	struct range32 r32;
	struct range64 r64;
	struct tnum bits;

	if (is32) {
		r32 = range32_intersect(scalar_range32(a), scalar_range32(b));
		bits = tnum_intersect(tnum_subreg(a.var_off), tnum_subreg(b.var_off));
		return (struct scalar_pair){
			scalar_of(tnum_with_subreg(a.var_off, bits), scalar_range64(a), r32),
			scalar_of(tnum_with_subreg(b.var_off, bits), scalar_range64(b), r32),
		};
	}
	r64 = range64_intersect(scalar_range64(a), scalar_range64(b));
	bits = tnum_intersect(a.var_off, b.var_off);
	return (struct scalar_pair){
		scalar_of(bits, r64, scalar_range32(a)),
		scalar_of(bits, r64, scalar_range32(b)),
	};
}

/* a without the number that b is, if that is at an end of a range. */
static struct scalar refine_not_equal(bool is32, struct scalar a, struct scalar b)
{
	if (!is_const(b, is32))
		return a;
	if (is32)
		return with_ranges(a, scalar_range64(a), range32_exclude(scalar_range32(a), (uint32_t)b.var_off.value));
	return with_ranges(a, range64_exclude(scalar_range64(a), b.var_off.value), scalar_range32(a));
}

/* a & b is not 0: a bit of a is learnt if b has but one. */
static struct scalar refine_set(bool is32, struct scalar a, struct scalar b)
{
	uint64_t tested = is32 ? (uint32_t)b.var_off.value : b.var_off.value;

	if (is_const(b, is32) && tested && !(tested & (tested - 1)))
		a.var_off = tnum_or(a.var_off, tnum_const(tested));
	return a;
}

/*
 * a & b is 0: every bit of b is 0 in a. The ranges are forgotten, since on a path that is dead but not known to be they
 * would contradict the bits.
 */
static struct scalar refine_not_set(bool is32, struct scalar a, struct scalar b)
{
	uint64_t tested = is32 ? (uint32_t)b.var_off.value : b.var_off.value;

	if (!is_const(b, is32))
		return a;
	a.var_off = tnum_and(a.var_off, tnum_const(~tested));
	return scalar_unbounded(a);
}

/* What op, known to hold, says of both. */
static struct scalar_pair refine(uint8_t op, bool is32, struct scalar a, struct scalar b)
{
	switch (op) {
	case BPF_JEQ:
		return refine_equal(is32, a, b);
	case BPF_JNE:
		return (struct scalar_pair){ refine_not_equal(is32, a, b), refine_not_equal(is32, b, a) };
	case BPF_JSET:
		return (struct scalar_pair){ refine_set(is32, a, b), refine_set(is32, b, a) };
	case NOT_JSET:
		return (struct scalar_pair){ refine_not_set(is32, a, b), refine_not_set(is32, b, a) };
	default:
		break;
	}
	if (is32)
		return (struct scalar_pair){
			with_ranges(a, scalar_range64(a), range32_refine(op, scalar_range32(a), scalar_range32(b))),
			with_ranges(b, scalar_range64(b),
				range32_refine(mirrored(op), scalar_range32(b), scalar_range32(a))),
		};
	return (struct scalar_pair){
		with_ranges(a, range64_refine(op, scalar_range64(a), scalar_range64(b)), scalar_range32(a)),
		with_ranges(b, range64_refine(mirrored(op), scalar_range64(b), scalar_range64(a)), scalar_range32(b)),
	};
}

struct scalar_pair scalar_branch(uint8_t op, bool is32, bool taken, struct scalar a, struct scalar b)
{
	struct scalar_pair pair = refine(taken ? op : opposite(op), is32, a, b);

	return (struct scalar_pair){ scalar_sync(pair.a), scalar_sync(pair.b) };
}
