/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Comparisons of ranges for one width, by inclusion into scalar_branch.c. Before, define what
 * range_ops.h needs; all is undefined at the end.
 */

static bool RANGE_OP(disjoint)(struct RANGE a, struct RANGE b)
{
	return a.umin > b.umax || a.umax < b.umin || a.smin > b.smax || a.smax < b.smin;
}

/* An ordering. always: the nearest members already hold; never: the farthest do not. */
static enum branch_outcome RANGE_OP(outcome)(uint8_t op, struct RANGE a, struct RANGE b)
{
	bool always, never;

	switch (op) {
	case BPF_JGT:
		always = a.umin > b.umax;
		never = a.umax <= b.umin;
		break;
	case BPF_JGE:
		always = a.umin >= b.umax;
		never = a.umax < b.umin;
		break;
	case BPF_JLT:
		always = a.umax < b.umin;
		never = a.umin >= b.umax;
		break;
	case BPF_JLE:
		always = a.umax <= b.umin;
		never = a.umin > b.umax;
		break;
	case BPF_JSGT:
		always = a.smin > b.smax;
		never = a.smax <= b.smin;
		break;
	case BPF_JSGE:
		always = a.smin >= b.smax;
		never = a.smax < b.smin;
		break;
	case BPF_JSLT:
		always = a.smax < b.smin;
		never = a.smin >= b.smax;
		break;
	case BPF_JSLE:
		always = a.smax <= b.smin;
		never = a.smin > b.smax;
		break;
	default:
		return BRANCH_UNKNOWN;
	}
	return always ? BRANCH_ALWAYS : never ? BRANCH_NEVER : BRANCH_UNKNOWN;
}

/*
 * a, given that it stands in an ordering to some member of b. A strict one moves the bound by one. Where b ends at the
 * last number nothing can be beyond: no pair goes that way, and a stays as it is.
 */
static struct RANGE RANGE_OP(refine)(uint8_t op, struct RANGE a, struct RANGE b)
{
	switch (op) {
	case BPF_JGT:
		return b.umin == UWORD_MAX ? a : RANGE_OP(narrow_unsigned)(a, b.umin + 1, UWORD_MAX);
	case BPF_JGE:
		return RANGE_OP(narrow_unsigned)(a, b.umin, UWORD_MAX);
	case BPF_JLT:
		return b.umax == 0 ? a : RANGE_OP(narrow_unsigned)(a, 0, b.umax - 1);
	case BPF_JLE:
		return RANGE_OP(narrow_unsigned)(a, 0, b.umax);
	case BPF_JSGT:
		return b.smin == SWORD_MAX ? a : RANGE_OP(narrow_signed)(a, b.smin + 1, SWORD_MAX);
	case BPF_JSGE:
		return RANGE_OP(narrow_signed)(a, b.smin, SWORD_MAX);
	case BPF_JSLT:
		return b.smax == SWORD_MIN ? a : RANGE_OP(narrow_signed)(a, SWORD_MIN, b.smax - 1);
	default:
		return RANGE_OP(narrow_signed)(a, SWORD_MIN, b.smax);
	}
}

/* a without x: an end that is x moves by one. What would leave the range empty is left as it is. */
static struct RANGE RANGE_OP(exclude)(struct RANGE a, UWORD x)
{
	if (a.umin == x && a.umin < a.umax)
		a.umin++;
	if (a.umax == x && a.umin < a.umax)
		a.umax--;
	if (a.smin == (SWORD)x && a.smin < a.smax)
		a.smin++;
	if (a.smax == (SWORD)x && a.smin < a.smax)
		a.smax--;
	return a;
}

#undef RANGE
#undef RANGE_OP
#undef UWORD
#undef SWORD
#undef UWORD_MAX
#undef SWORD_MIN
#undef SWORD_MAX
